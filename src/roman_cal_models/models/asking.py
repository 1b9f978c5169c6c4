"""What the schemas say of the values of a model, and a look at its tree."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..asdf_bridge import new_file
from ..errors import MissingKeyError
from ..nodes.deferred import UNBUILT, Deferred
from ..nodes.lazy_dict import raw_items
from ..nodes.list_node import ListNode
from ..nodes.object_node import ObjectNode
from ..nodes.outlining import hint, outline, outline_of_value
from ..nodes.scalar_node import ScalarNode
from ..outline.entry import Entry
from ..schema import installed

if TYPE_CHECKING:
    from asdf import AsdfFile

    from ..schema.resolver import Subschema
    from .data_model import DataModel

__all__ = ["SchemaInfo", "asdf_file", "info", "schema_info"]


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
    node: ObjectNode, key: str = "description", path: str | None = None, preserve_list: bool = True
) -> dict[str, Any] | None:
    """Return what the schemas say under a keyword, for each value of a tree.

    As `asdf.AsdfFile.schema_info` finds it: a keyword that two schemas give for one value is left out, since it is
    not clear which holds.

    Parameters
    ----------
    node : ObjectNode
        The top node of a file.
    key : str
        The keyword: ``"title"``, ``"required"``, ``"archive_catalog"``, ...
    path : str, optional
        Where to begin: ``"roman.meta.cal_step"``; at the top by default.
    preserve_list : bool
        Whether items of lists stand in lists; otherwise in dicts, by index.

    Returns
    -------
    dict or None
        Nested like the tree; each value that the schemas have something to say of has a `SchemaInfo` under `key`.
        None for a path where there is nothing.
    """
    found = _collect({"roman": node}, "roman", node, None, key, preserve_list)
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
    return parent[key] if raw.__class__ in UNBUILT and not isinstance(raw, Deferred) else raw


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


# -- the tree, through asdf ------------------------------------------------------------------------------------------


def asdf_file(node: ObjectNode) -> AsdfFile:
    """Return a node as an asdf file in memory, for what asdf can do with a tree."""
    file = new_file()
    file["roman"] = node
    return file


# -- the tree, as it is looked at ------------------------------------------------------------------------------------


def info(
    model: DataModel,
    path: str = "",
    max_rows: int | tuple[int | None, ...] | None = 24,
    max_cols: int | None = 120,
    show_values: bool = True,
) -> None:
    """Print the tree of a model, or a part of it; see `DataModel.info`."""
    from ..outline.tree import tree

    source = model._source
    entry = _entry_at(model.node, {} if source is None else source.beside, path)
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in tree(entry, max_rows=max_rows, max_cols=max_cols, show_values=show_values, colours=colours):
        print(line)


def _entry_at(node: ObjectNode, beside: Mapping[str, Any], path: str) -> Entry:
    """Return the outline of a node and what else its file holds, or of a part of it."""
    whole = outline(node, "roman")
    others = [outline_of_value(key, value) for key, value in beside.items()]
    if not path:
        return Entry("root", "", "AsdfObject", size=len(others) + 1, members=lambda: (*others, whole))
    inside = "" if path == "roman" else path.removeprefix("roman.")
    found = next((found for each in (whole, *others) if (found := each.at(inside)) is not None), None)
    if found is None:
        raise MissingKeyError(path, lambda: f"there is no {path}{hint(whole, inside)}")
    return found
