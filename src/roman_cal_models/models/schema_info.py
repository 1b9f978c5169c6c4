"""A method of models: what the schemas say of their values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..nodes.deferred import RAW_TYPES, Deferred
from ..nodes.lazy_dict import raw_items
from ..nodes.list_node import ListNode
from ..nodes.object_node import ObjectNode
from ..nodes.scalar_node import ScalarNode
from ..schema import installed

if TYPE_CHECKING:
    from ..schema.resolver import Subschema
    from .data_model import DataModel

__all__ = ["SchemaInfo", "schema_info"]


class SchemaInfo:
    """What a schema says of one value, and the value.

    Parameters
    ----------
    info : object
        What the schema says.
    parent : ObjectNode or ListNode
        Where the value stands.
    key : str or int
        Under which key.
    """

    __slots__ = ("_key", "_parent", "info")

    def __init__(self, info: Any, parent: Any, key: Any) -> None:
        self.info = info
        self._parent = parent
        self._key = key

    @property
    def value(self) -> Any:
        """The value; an array is read for it."""
        return self._parent[self._key]

    def __iter__(self) -> Iterator[Any]:
        return iter((self.info, self.value))

    def __repr__(self) -> str:
        return repr(self.info)


def schema_info(
    self: DataModel, key: str = "description", path: str | None = None, preserve_list: bool = True
) -> dict[str, Any] | None:
    """Return what the schemas say under a keyword, for each value of the model.

    Parameters
    ----------
    key : str
        The keyword: ``"title"``, ``"required"``, ``"archive_catalog"``, ...
    path : str, optional
        Where to begin: ``"roman.meta.cal_step"``; at the top by default.
    preserve_list : bool
        Whether items of lists stand in lists; otherwise in dicts, by index.

    Returns
    -------
    dict or None
        Nested like the tree. Each value that the schemas have something to say of has an object under `key`,
        whose ``info`` is what they say and whose ``value`` is the value. What two schemas say differently is
        left out. None for a path where there is nothing.
    """
    found = _collect({"roman": self.node}, "roman", self.node, None, key, preserve_list)
    tree: Any = {"roman": found} if found else {}
    for part in () if path is None else path.split("."):
        tree = tree.get(part) if isinstance(tree, dict) else None
    asked: dict[str, Any] | None = tree
    return asked


def _collect(parent: Any, name: Any, value: Any, sub: Subschema | None, key: str, preserve_list: bool) -> Any:
    sub = _own(value) or sub
    info = None if sub is None else _keyword(sub, key)
    if isinstance(value, dict):
        children: Any = raw_items(value)
    elif isinstance(value, list):
        children = enumerate(value)
    else:
        children = ()
    # a node builds what is a node as well; what it leaves deferred is of no schema's interest
    found = {
        child: inner
        for child, raw in children
        if (inner := _collect(value, child, _built(value, child, raw), _child(sub, child), key, preserve_list))
    }
    if preserve_list and isinstance(value, list) and info is None:
        return list(found.values())
    if info is not None:
        found[key] = SchemaInfo(info, parent, name)
    return found


def _built(parent: Any, key: Any, raw: Any) -> Any:
    return parent[key] if raw.__class__ in RAW_TYPES and not isinstance(raw, Deferred) else raw


def _own(value: Any) -> Subschema | None:
    """Return the schema that a value names by its own tag."""
    if isinstance(value, (ObjectNode, ListNode, ScalarNode)) and value.__roman_tag__() is not None:
        uri = value.schema_uri
        return None if uri is None else installed().resolver.at(uri)
    return None


def _child(sub: Subschema | None, name: Any) -> Subschema | None:
    """Return the schema of a property; None where there is none, or more than one."""
    if sub is None or not isinstance(name, str):
        return None
    sub = installed().resolver.resolved(sub)
    if "not" in sub.schema and _child(sub.child("not"), name) is not None:
        return None
    found = [child for branch in sub.branches() if (child := _child(branch, name)) is not None]
    if name in sub.schema.get("properties", {}):
        found.append(sub.child("properties", name))
    else:
        patterns = sub.schema.get("patternProperties", {})
        found += [sub.child("patternProperties", pattern) for pattern in patterns if re.search(pattern, name)]
    return found[0] if len(found) == 1 else None


def _keyword(sub: Subschema, key: str) -> Any:
    """Return what a schema says under a keyword; None where it says nothing, or more than one thing."""
    sub = installed().resolver.resolved(sub)
    found = [each for branch in sub.branches() if (each := _keyword(branch, key)) is not None]
    if key in sub.schema:
        found.append(sub.schema[key])
    return found[0] if len(found) == 1 else None
