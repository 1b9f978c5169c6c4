"""Nodes that cannot be changed: those of a header, behind which there is no file to save them to.

Each is of a subclass that is made from the node's class when it is first needed, so that `isinstance` holds and other
nodes pay nothing. Their copies, and what is put into another tree, can be changed.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from ..errors import ReadOnlyError, format_path
from .classes import READ_ONLY, editable
from .copying import restored_list
from .core import ListCore, ObjectCore, bind, fill
from .deferred import Deferred
from .lazy_dict import deferred_items, raw_items

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema
    from .deferred import Source

__all__ = ["read_only"]

_Class = TypeVar("_Class", bound=type[Any])


def read_only(cls: _Class) -> _Class:
    """Return the read-only twin of a class of nodes or lists."""
    given: Any = cls
    twin: _Class = _twin(given)
    return twin


@cache
def _twin(cls: Any) -> Any:
    base = _ReadOnlyList if issubclass(cls, ListCore) else _ReadOnlyObject
    twin = type(cls.__name__, (base, cls), {"__slots__": (), "__module__": cls.__module__})
    READ_ONLY[twin] = cls
    return twin


def _refuse(node: Any, *args: Any, **kwargs: Any) -> NoReturn:
    __tracebackhide__ = True
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
        """Return a copy whose foreign objects stay unread: a header cannot read them."""
        twin = _bound(editable(type(self)), self._schema, self._given_tag, self._source)
        memo[id(self)] = twin
        items = deferred_items(self)
        return fill(twin, ((key, v if isinstance(v, Deferred) else copy.deepcopy(v, memo)) for key, v in items))

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        return _restored, (editable(type(self)), self._schema, self._given_tag, self._source, raw_items(self))


class _ReadOnlyList:
    __slots__ = ()

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __reduce_ex__(self: Any, protocol: Any) -> tuple[Any, ...]:
        return _restored_list, (editable(type(self)), self._place, self._uri, self._given_tag, list(self))


def _restored(
    cls: type[ObjectCore], schema: ObjectSchema | None, tag: str | None, source: Source | None, items: list[Any]
) -> ObjectCore:
    return fill(_bound(read_only(cls), schema, tag, source), items)


def _restored_list(
    cls: type[ListCore[Any]], place: PropertySchema | None, uri: str | None, tag: str | None, items: list[Any]
) -> ListCore[Any]:
    return restored_list(read_only(cls), place, uri, tag, items)


def _bound(cls: type[ObjectCore], schema: ObjectSchema | None, tag: str | None, source: Source | None) -> ObjectCore:
    node = cls.__new__(cls)
    bind(node, schema, tag=tag, source=source)
    return node
