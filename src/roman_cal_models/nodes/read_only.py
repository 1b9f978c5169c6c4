"""Nodes that cannot be changed: those of a header, behind which there is no file to save them to.

Each is of a subclass that is made from the node's class when it is first needed, so that `isinstance` holds and other
nodes pay nothing. Their copies, and what is put into another tree, can be changed.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from ..errors import ReadOnlyError, format_path
from . import object_node as _object_node
from .classes import READ_ONLY, editable
from .core import raw_items
from .deferred import Deferred
from .from_file import make_node, set_parent
from .list_node import ListNode, bind_list
from .object_node import ObjectNode

if TYPE_CHECKING:
    from ..schema.places import ObjectSchema, Place
    from .deferred import Source

__all__ = ["read_only"]

_Class = TypeVar("_Class", bound=type[Any])

_setitem = dict.__setitem__


def read_only(cls: _Class) -> _Class:
    """Return the read-only twin of a class of nodes or lists."""
    given: Any = cls
    twin: _Class = _twin(given)
    return twin


@cache
def _twin(cls: Any) -> Any:
    base = _ReadOnlyList if issubclass(cls, ListNode) else _ReadOnlyObject
    twin = type(cls.__name__, (base, cls), {"__slots__": (), "__module__": cls.__module__})
    READ_ONLY[twin] = cls
    return twin


def _refuse(node: Any, *args: Any, **kwargs: Any) -> NoReturn:
    path = format_path(node.path())
    where = f"{path} ({type(node).__name__})" if path else type(node).__name__
    raise ReadOnlyError(
        f"{where} is part of a header and cannot be changed; a copy can: copy.deepcopy(node), or open the file"
    )


class _ReadOnlyObject:
    __slots__ = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # all that a class of nodes prepares is inherited
        pass

    __setitem__ = __delitem__ = __setattr__ = __delattr__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __deepcopy__(self: Any, memo: dict[int, Any]) -> Any:
        twin = make_node(editable(type(self)), self._schema, self._given_tag)
        memo[id(self)] = twin
        items = [(key, raw if isinstance(raw, Deferred) else copy.deepcopy(self[key], memo)) for key, raw in _raw(self)]
        return _filled(twin, self._source, items)

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        return _restored, (editable(type(self)), self._schema, self._given_tag, self._source, _raw(self))


class _ReadOnlyList:
    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __deepcopy__(self: Any, memo: dict[int, Any]) -> Any:
        cls: type[ListNode[Any]] = editable(type(self))
        twin = cls.__new__(cls)
        memo[id(self)] = twin
        bind_list(twin, self._place, self._uri, self._given_tag)
        return _extended(twin, [copy.deepcopy(item, memo) for item in self])

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        return _restored_list, (editable(type(self)), self._place, self._uri, self._given_tag, list(self))


def _raw(node: ObjectNode) -> list[tuple[Any, Any]]:
    """Return what stands in a node, built or not: no value is built to be copied."""
    return list(raw_items(node))


def _restored(
    cls: type[ObjectNode], schema: ObjectSchema | None, tag: str | None, source: Source | None, items: list[Any]
) -> ObjectNode:
    return _filled(make_node(read_only(cls), schema, tag), source, items)


def _restored_list(
    cls: type[ListNode[Any]], place: Place | None, uri: str | None, tag: str | None, items: list[Any]
) -> ListNode[Any]:
    node = read_only(cls).__new__(read_only(cls))
    bind_list(node, place, uri, tag)
    return _extended(node, items)


def _filled(node: ObjectNode, source: Source | None, items: list[tuple[Any, Any]]) -> ObjectNode:
    _object_node._set_source(node, source)
    for key, value in items:
        _setitem(node, key, value)
        set_parent(value, node)
    return node


def _extended(node: ListNode[Any], items: list[Any]) -> ListNode[Any]:
    list.extend(node, items)
    for item in items:
        set_parent(item, node)
    return node
