"""A method of models: what the schemas say of their values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urldefrag, urljoin

from ..nodes.deferred import RAW_TYPES, Deferred
from ..nodes.lazy_dict import raw_items
from ..nodes.list_node import ListNode
from ..nodes.object_node import ObjectNode
from ..nodes.scalar_node import ScalarNode

if TYPE_CHECKING:
    from .data_model import DataModel

__all__ = ["SchemaInfo", "schema_info"]

_COMBINERS = ("allOf", "oneOf", "anyOf")


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


class _Part(NamedTuple):
    """A part of a schema, and the document that its references are relative to."""

    document: str
    schema: Mapping[str, Any]


def _collect(parent: Any, name: Any, value: Any, part: _Part | None, key: str, preserve_list: bool) -> Any:
    part = _own(value) or part
    info = None if part is None else _keyword(part, key)
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
        if (inner := _collect(value, child, _built(value, child, raw), _child(part, child), key, preserve_list))
    }
    if preserve_list and isinstance(value, list) and info is None:
        return list(found.values())
    if info is not None:
        found[key] = SchemaInfo(info, parent, name)
    return found


def _built(parent: Any, key: Any, raw: Any) -> Any:
    return parent[key] if raw.__class__ in RAW_TYPES and not isinstance(raw, Deferred) else raw


def _own(value: Any) -> _Part | None:
    """Return the schema that a value names by its own tag."""
    if isinstance(value, (ObjectNode, ListNode, ScalarNode)) and value.__roman_tag__() is not None:
        uri = value.schema_uri
        return None if uri is None else _document(uri)
    return None


@cache
def _document(uri: str) -> _Part:
    from ..schema import installed

    return _Part(uri, installed().store.load(uri))


def _resolved(part: _Part) -> _Part:
    """Follow the references of a part."""
    seen = set()
    while "$ref" in part.schema:
        uri, pointer = urldefrag(urljoin(part.document, part.schema["$ref"]))
        if (uri, pointer) in seen:
            return _Part(uri, {})
        seen.add((uri, pointer))
        schema: Any = _document(uri).schema
        for step in filter(None, pointer.split("/")):
            schema = schema[int(step)] if isinstance(schema, list) else schema[step]
        part = _Part(uri, schema)
    return part


def _parts(part: _Part) -> Iterator[_Part]:
    return (_Part(part.document, each) for name in _COMBINERS for each in part.schema.get(name, ()))


def _child(part: _Part | None, name: Any) -> _Part | None:
    """Return the schema of a property; None where there is none, or more than one."""
    if part is None or not isinstance(name, str):
        return None
    part = _resolved(part)
    if "not" in part.schema and _child(_Part(part.document, part.schema["not"]), name) is not None:
        return None
    found = [child for each in _parts(part) if (child := _child(each, name)) is not None]
    properties = part.schema.get("properties", {})
    if name in properties:
        found.append(_Part(part.document, properties[name]))
    else:
        patterns = part.schema.get("patternProperties", {})
        found += [_Part(part.document, patterns[pattern]) for pattern in patterns if re.search(pattern, name)]
    return found[0] if len(found) == 1 else None


def _keyword(part: _Part, key: str) -> Any:
    """Return what a schema says under a keyword; None where it says nothing, or more than one thing."""
    part = _resolved(part)
    found = [each for inner in _parts(part) if (each := _keyword(inner, key)) is not None]
    if key in part.schema:
        found.append(part.schema[key])
    return found[0] if len(found) == 1 else None
