"""What the schemas say of the values of a model, and a look at its tree."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urldefrag, urljoin

from ..asdf_bridge import new_file
from ..errors import MissingKeyError
from ..nodes.deferred import RAW_TYPES, Deferred
from ..nodes.lazy_dict import raw_items
from ..nodes.list_node import ListNode
from ..nodes.object_node import ObjectNode
from ..nodes.outline_builder import hint, outline, outline_of_value
from ..nodes.scalar_node import ScalarNode
from ..outline.entry import Entry

if TYPE_CHECKING:
    from asdf import AsdfFile

    from .data_model import DataModel

__all__ = ["SchemaInfo", "asdf_file", "info", "schema_info"]

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
