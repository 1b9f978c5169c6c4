"""A dict whose values may still be raw: each is built when it is first taken out, and then kept."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, ValuesView
from typing import Any, ClassVar

from ..errors import MissingKeyError
from ..locks import MOMENT
from ..yaml import UnparsedValue
from .deferred import RAW_TYPES, Deferred
from .equality import equal_mappings

__all__ = [
    "LazyDict",
    "deferred_items",
    "present_items",
    "present_values",
    "raw_get",
    "raw_items",
    "raw_members",
    "unread_items",
]

_getitem = dict.__getitem__
_setitem = dict.__setitem__
_get = dict.get
_items = dict.items
_values = dict.values

_MISSING: Any = object()


class LazyDict(dict[str, Any]):
    """A real dict that never hands out a raw value.

    ``__iter__`` is overridden although keys need no building: it makes ``dict(node)``, ``{**node}`` and
    ``other.update(node)`` ask for each value instead of copying the store behind our back.
    """

    __slots__ = ("__dict__",)

    # Keys whose values may stand in `__dict__` as well, where Python finds them as attributes without asking us.
    # Whoever changes what stands under such a key takes it out of there, under the lock.
    _kept: ClassVar[frozenset[str]] = frozenset()

    def _build(self, key: Any, raw: Any) -> Any:
        """Build the value for a raw one."""
        raise NotImplementedError  # a subclass knows how

    def _take(self, key: Any, raw: Any) -> Any:
        """Build a raw value, and have it stand here unless something else does by then.

        Two threads may build one node, whose children are raw still, and the first one's stays. A foreign object,
        which may take long, sees to it that it is built once.
        """
        value = self._build(key, raw)
        with MOMENT:
            now = _get(self, key, raw)
            if now is raw and key in self:
                _setitem(self, key, value)
        if now is raw:
            return value
        return self._take(key, now) if now.__class__ in RAW_TYPES else now

    def _keep(self, key: str, value: Any) -> None:
        """Have Python find a value as an attribute, unless another thread has set another meanwhile."""
        with MOMENT:
            if raw_get(self, key) is value and key in self._kept:
                self.__dict__[key] = value

    def _forget(self, *keys: Any) -> None:
        for key in self._kept.intersection(keys):
            self.__dict__.pop(key, None)

    def _store(self, key: Any, value: Any) -> None:
        """Set a value; it stays, even if another thread builds the one that stands here."""
        if key in self._kept or type(raw_get(self, key)) in RAW_TYPES:
            with MOMENT:
                self._forget(key)
                _setitem(self, key, value)
        else:
            _setitem(self, key, value)

    # -- a good dict -------------------------------------------------------------------------------------------------

    def __delitem__(self, key: Any) -> None:
        with MOMENT:
            super().__delitem__(key)
            self._forget(key)

    def clear(self) -> None:
        """Take all values out."""
        with MOMENT:
            super().clear()
            self._forget(*self._kept)

    def __getitem__(self, key: Any) -> Any:
        value = _getitem(self, key)
        return self._take(key, value) if value.__class__ in RAW_TYPES else value

    def __iter__(self) -> Iterator[str]:
        return super().__iter__()

    def get(self, key: Any, default: Any = None) -> Any:
        """Return a value, or `default` where there is none."""
        value = super().get(key, _MISSING)
        if value is _MISSING:
            return default
        return self._take(key, value) if value.__class__ in RAW_TYPES else value

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        """Return a view of the items; each value is built when it is taken."""
        return _Items(self)

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        """Return a view of the values; each is built when it is taken."""
        return _Values(self)

    def pop(self, key: Any, *default: Any) -> Any:
        """Take a value out."""
        __tracebackhide__ = True
        if default and key not in self:
            return default[0]
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take the last item out."""
        key = next(reversed(self), None)
        if key is None and not len(self):
            raise MissingKeyError(None, lambda: "the node is empty")
        return key, self.pop(key)  # type: ignore[return-value]

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """Return a value, set to `default` where there was none."""
        __tracebackhide__ = True
        if key not in self:
            self[key] = default
        return self[key]

    def update(self, *others: Any, **values: Any) -> None:
        """Set several values, each checked: all of them, or none."""
        __tracebackhide__ = True
        given = dict(*others, **values)
        before = {key: _get(self, key, _MISSING) for key in given}
        try:
            for key, value in given.items():
                self[key] = value
        except BaseException:
            self._put_back(before)
            raise

    def _put_back(self, before: dict[Any, Any]) -> None:
        for key, raw in before.items():
            if raw is not _MISSING:
                self._store(key, raw)
            elif key in self:
                LazyDict.__delitem__(self, key)

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self

    def __or__(self, other: Any) -> Any:
        if not isinstance(other, dict):
            return NotImplemented
        result = self.copy()
        result.update(other)
        return result

    def __ror__(self, other: Any) -> Any:
        return NotImplemented if not isinstance(other, dict) else {**other, **self}

    def copy(self) -> Any:
        """Return a shallow copy."""
        return self.__copy__()

    def __copy__(self) -> Any:
        raise NotImplementedError  # a subclass knows what it is bound to

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, dict):
            return NotImplemented
        return self is other or equal_mappings(self, other)

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    __hash__ = None


class _Items(ItemsView[str, Any]):
    """Items, which those of a dict give backwards as well."""

    __slots__ = ()

    _mapping: LazyDict

    def __reversed__(self) -> Iterator[tuple[str, Any]]:
        return ((key, self._mapping[key]) for key in reversed(self._mapping))


class _Values(ValuesView[Any]):
    """Values, which those of a dict give backwards as well."""

    __slots__ = ()

    _mapping: LazyDict

    def __reversed__(self) -> Iterator[Any]:
        return (self._mapping[key] for key in reversed(self._mapping))


def raw_get(node: dict[str, Any], key: Any) -> Any:
    """Return what stands in a node, built or not, for those who look without touching; None where nothing does."""
    raw: Any = _get(node, key)
    return _read(node, key, raw) if raw.__class__ is UnparsedValue else raw


def raw_items(node: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return what stands in a node now, built or not, by its keys; another thread may change the node meanwhile."""
    if UnparsedValue in map(type, _values(node)):
        for key, raw in unread_items(node):
            if raw.__class__ is UnparsedValue:
                _read(node, key, raw)
    return unread_items(node)


def unread_items(node: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return what stands in a node now, as `raw_items` does, with the text of what has not been parsed."""
    while True:
        try:
            return list(_items(node))
        except RuntimeError:
            # Python 3.11 may collect garbage meanwhile, and so let another thread change the node
            continue


def raw_members(parent: Any) -> Iterable[tuple[Any, Any]]:
    """Return the members of a node or a list, by key or index, as they stand in it."""
    return raw_items(parent) if isinstance(parent, dict) else enumerate(parent)


def deferred_items(node: LazyDict) -> Iterator[tuple[str, Any]]:
    """Yield the items of a node, foreign objects as they stand in it: built or not."""
    for key, value in raw_items(node):
        is_raw = value.__class__ in RAW_TYPES and not isinstance(value, Deferred)
        yield key, node[key] if is_raw else value


def present_items(tree: dict[Any, Any], skip: Callable[[Any], bool] | None = None) -> Iterator[tuple[Any, Any]]:
    """Yield the items of the keys that are there now; another thread may add others and take some out meanwhile.

    Parameters
    ----------
    tree : dict
        The node.
    skip : callable, optional
        Tells of what stands in it, built or not, whether it is left out; that is not built then.
    """
    for key in list(dict.keys(tree)):
        if skip is not None and skip(raw_get(tree, key)):
            continue
        value = tree.get(key, _MISSING)
        if value is not _MISSING:
            yield key, value


def present_values(node: LazyDict) -> dict[str, Any]:
    """Return what `present_items` yields of a node, as a plain dict."""
    # not `dict.copy`, which asks for each value where iteration is another one
    found = dict(unread_items(node))
    if not RAW_TYPES.isdisjoint(map(type, found.values())):
        return dict(present_items(node))
    return found


def _read(node: dict[str, Any], key: Any, raw: UnparsedValue) -> Any:
    """Put what a text says in the place of the text, unless another thread has put something there."""
    value = raw.read()
    with MOMENT:
        if _get(node, key) is raw:
            _setitem(node, key, value)
        return _get(node, key)
