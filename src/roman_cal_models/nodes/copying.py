"""Copies of nodes and lists: shallow, deep, pickled, and those of another version."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, TypeVar

from ..blocks.origins import inherit
from ..errors import format_path
from ..foreign.kinds import kind_of
from .assignment import convert
from .classes import editable
from .core import PLAIN, ListCore, ObjectCore, bind, bind_list, fill, fill_list, set_parent
from .deferred import FileValue
from .lazy_dict import deferred_items, raw_items, unread_items
from .scalar_node import UndescribedString

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema
    from .object_node import ObjectNode

__all__ = [
    "as_version",
    "copied",
    "copied_list",
    "deepcopied",
    "deepcopied_list",
    "restored",
    "restored_list",
    "unshared",
]

_Node = TypeVar("_Node", bound=ObjectCore)
_List = TypeVar("_List", bound=ListCore[Any])

_setitem = dict.__setitem__

_GONE: Any = object()


def copied(node: _Node) -> _Node:
    """Return a shallow copy: the same values, in a node of its own."""
    return _twin(node, node._given_tag)


def deepcopied(node: _Node, memo: dict[int, Any]) -> _Node:
    """Return a deep copy, which outlives the file: what is in its blocks is read for it."""
    twin = restored(type(node), node._schema, node._given_tag, {})
    memo[id(node)] = twin
    values = dict(raw_items(node))
    for key, raw in list(values.items()):
        if raw.__class__ in PLAIN:
            continue
        if isinstance(raw, FileValue):
            values[key] = raw.twin(lambda key=key: format_path((*node.path(), key)), memo)  # type: ignore[misc]
        elif (value := node.get(key, _GONE)) is not _GONE:
            values[key] = _deepcopied(value, memo)
        else:  # another thread has taken it out meanwhile
            del values[key]
    return _filled(twin, values)


def _deepcopied(value: Any, memo: dict[int, Any]) -> Any:
    if value.__class__ in PLAIN:
        return value
    if isinstance(value, (ObjectCore, ListCore)):
        return copy.deepcopy(value, memo)
    return inherit(kind_of(value).deepcopied(value, memo), value)


def restored(cls: type[_Node], schema: ObjectSchema | None, tag: str | None, values: dict[str, Any]) -> _Node:
    """Return a node as it was pickled."""
    node = cls.__new__(cls)
    bind(node, schema, tag=tag)
    return _filled(node, values)


def _filled(node: _Node, values: dict[str, Any]) -> _Node:
    # as `fill` does it, all at once
    dict.update(node, values)
    for value in values.values():
        if value.__class__ not in PLAIN:
            set_parent(value, node)
    return node


def copied_list(values: _List) -> _List:
    """Return a shallow copy of a list."""
    return restored_list(editable(type(values)), values._place, values._uri, values._given_tag, list(values))


def deepcopied_list(values: _List, memo: dict[int, Any]) -> _List:
    """Return a deep copy of a list."""
    twin = restored_list(editable(type(values)), values._place, values._uri, values._given_tag, [])
    memo[id(values)] = twin
    return fill_list(twin, [item if item.__class__ in PLAIN else copy.deepcopy(item, memo) for item in values])


def restored_list(
    cls: type[_List], place: PropertySchema | None, uri: str | None, tag: str | None, items: list[Any]
) -> _List:
    """Return a list as it was pickled."""
    node = cls.__new__(cls)
    bind_list(node, place, uri, tag)
    return fill_list(node, items)


def as_version(node: ObjectCore, schema: ObjectSchema) -> ObjectNode:
    """Return a node of a schema that holds the values of another, not checked yet.

    All containers are new; arrays and other foreign objects are shared, and stay unread where they are. Tags that no
    schema describes are left behind.
    """
    return convert(_new_containers(node), schema)


def unshared(value: Any) -> Any:
    """Return a copy of a node or a list, or a value itself: all containers are new, and foreign objects are shared.

    What was not read yet is not read for it, neither foreign objects nor text.
    """
    if isinstance(value, ObjectCore):
        twin = restored(editable(type(value)), value._schema, value._given_tag, {})
        bind(twin, value._schema, tag=value._given_tag, source=value._source, may_be_unread=value._may_be_unread)
        return fill(twin, ((key, unshared(item)) for key, item in unread_items(value)))
    if isinstance(value, ListCore):
        twin_list = restored_list(editable(type(value)), value._place, value._uri, value._given_tag, [])
        return fill_list(twin_list, [unshared(item) for item in list.__iter__(value)])
    return value


def _new_containers(value: Any) -> Any:
    if isinstance(value, ObjectCore):
        twin = _twin(value, None if value._schema is None else value._given_tag)
        for key, item in list(raw_items(twin)):
            _setitem(twin, key, _new_containers(item))
        return twin
    if isinstance(value, UndescribedString):
        return value.plain()
    if isinstance(value, ListCore):
        tag = None if value._uri is None else value._given_tag
        items = [_new_containers(item) for item in value]
        return restored_list(editable(type(value)), value._place, value._uri, tag, items)
    return value


def _twin(node: _Node, tag: str | None) -> _Node:
    cls = editable(type(node))
    twin = cls.__new__(cls)
    bind(twin, node._schema, tag=tag, source=node._source)
    for key, value in deferred_items(node):
        _setitem(twin, key, value)
    return twin
