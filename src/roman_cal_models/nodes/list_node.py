"""ListNode: a real list whose items are checked by a schema."""

from __future__ import annotations

import copy
import operator
import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self, SupportsIndex, TypeVar

from .. import errors
from ..schema.uris import ROMAN
from .assignment import check
from .classes import editable, schema_uri_for
from .core import path_of

if TYPE_CHECKING:
    from ..errors import Problem
    from ..schema.places import Place

__all__ = ["ListNode", "bind_list"]

_T = TypeVar("_T")
_List = TypeVar("_List", bound="ListNode[Any]")


class ListNode(list[_T]):
    """A piece of a Roman tree that holds items by number.

    Parameters
    ----------
    items : iterable, optional
        Items to begin with.
    version, tag : str, optional
        The version of the schema, for a class that a schema of its own describes; the newest by default.
    """

    __slots__ = ("__weakref__", "_given_tag", "_indexes", "_parent", "_place", "_uri")

    _base: ClassVar[str] = ROMAN
    _families: ClassVar[tuple[str, ...]] = ()

    _place: Place | None
    _parent: weakref.ref[Any] | None
    _uri: str | None
    _given_tag: str | None
    # item's identity -> index, as of the last time that an item's path was asked for
    _indexes: dict[int, int]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make it, bound to nothing yet."""
        node = super().__new__(cls)
        bind_list(node, None, None, None)
        return node

    def __init__(self, items: Iterable[_T] = (), /, *, version: str | None = None, tag: str | None = None) -> None:
        super().__init__()
        if self._families:
            from ..schema import installed

            uri = schema_uri_for(type(self), version, tag)
            bind_list(self, installed().root(uri).items, uri, installed().store.tag_of(uri))
        self.extend(items)

    # -- values ------------------------------------------------------------------------------------------------------

    def _adopt(self, item: Any, index: int) -> Any:
        from .from_file import adopt

        item = adopt(item, self._place, self)
        if self._place is not None:
            check(item, self._place, self, index)
        return item

    def append(self, item: _T) -> None:
        """Add an item at the end; it is checked."""
        super().append(self._adopt(item, len(self)))

    def insert(self, index: SupportsIndex, item: _T) -> None:
        """Add an item before `index`; it is checked."""
        super().insert(index, self._adopt(item, operator.index(index)))

    def extend(self, items: Iterable[_T]) -> None:
        """Add items at the end; each is checked."""
        start = len(self)
        super().extend([self._adopt(item, start + offset) for offset, item in enumerate(items)])

    def __iadd__(self, items: Iterable[_T]) -> Self:  # type: ignore[override, misc]  # typeshed's own list says the same
        self.extend(items)
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            start, _, step = index.indices(len(self))
            super().__setitem__(index, [self._adopt(item, start + step * offset) for offset, item in enumerate(value)])
            return
        if hasattr(index, "__index__"):
            position = operator.index(index)
            value = self._adopt(value, position + len(self) if position < 0 else position)
        super().__setitem__(index, value)  # of what is no index, a list tells so itself

    @property
    def data(self) -> Self:
        """The list itself."""
        return self

    # -- where it stands ---------------------------------------------------------------------------------------------

    @property
    def schema_uri(self) -> str | None:
        """URI of the schema of its own; None for a list described in place."""
        return self._uri

    @property
    def version(self) -> str | None:
        """Version of that schema."""
        from ..schema import uris

        return None if self._uri is None else uris.parse(self._uri).version

    @property
    def tag(self) -> str | None:
        """The tag that it bears when it is written on its own; None for a list described in place."""
        from ..schema import uris

        if self._given_tag is not None or self._uri is None:
            return self._given_tag
        return str(uris.parse(self._uri).as_tag())

    @property
    def _tag(self) -> str | None:
        """The tag as asdf's ``info``, ``search`` and ``schema_info`` ask for it."""
        return self.tag

    def __roman_tag__(self) -> str | None:
        return self._given_tag

    def path(self) -> tuple[str | int, ...]:
        """Return where the list stands in the tree that it was last put into."""
        return path_of(self)

    def _index_of(self, item: Any) -> int | None:
        """Return where an item stands: found in one look as long as the list is what it was at the look before."""
        try:
            index = self._indexes[id(item)]
            if list.__getitem__(self, index) is item:
                return index
        except (AttributeError, KeyError, IndexError):
            pass
        indexes: dict[int, int] = {}
        for index, each in enumerate(list.__iter__(self)):
            indexes.setdefault(id(each), index)
        self._indexes = indexes
        return indexes.get(id(item))

    def _set_parent(self, parent: Any) -> None:
        self._parent = weakref.ref(parent)

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with the list; empty for a valid one."""
        from .validation import problems

        return problems(self)

    def validate(self) -> None:
        """Check the whole list.

        Raises
        ------
        ValidationError
            Carries every problem.
        """
        found = self.problems()
        if found:
            raise errors.ValidationError(found)

    # -- creation ----------------------------------------------------------------------------------------------------

    @classmethod
    def create_minimal(cls, defaults: Any = None, *, version: str | None = None, tag: str | None = None) -> Self:
        """Make a list of the fewest items that the schema allows and that can be told.

        Parameters
        ----------
        defaults : iterable, optional
            The items, if they are known. Never changed.
        version, tag : str, optional
            The version to make; the newest by default.

        Raises
        ------
        SchemaNotFoundError
            There is no such version.
        """
        from .creation import create_list

        return create_list(cls(version=version, tag=tag), defaults)

    @classmethod
    def create_fake_data(
        cls,
        defaults: Any = None,
        shape: tuple[int, ...] | None = None,
        *,
        version: str | None = None,
        tag: str | None = None,
    ) -> Self:
        """Make a valid list of made-up items.

        Parameters
        ----------
        defaults : iterable, optional
            The items, if they are known. Never changed.
        shape : tuple of int, optional
            Shape of arrays among the items.
        version, tag : str, optional
            The version to make; the newest by default.
        """
        from .creation import create_list

        return create_list(cls(version=version, tag=tag), defaults, fake=True, shape=shape)

    # -- a good list -------------------------------------------------------------------------------------------------

    def _repr_html_(self) -> str | None:
        from .outline_builder import as_html, is_simple

        # numbers and words are read best as Python writes them
        return None if is_simple(self) else as_html(self)

    def copy(self) -> Self:
        """Return a shallow copy."""
        return self.__copy__()

    def __copy__(self) -> Self:
        return _restored(editable(type(self)), self._place, self._uri, self._given_tag, list(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        twin = _restored(type(self), self._place, self._uri, self._given_tag, [])
        memo[id(self)] = twin
        _fill(twin, [copy.deepcopy(item, memo) for item in self])
        return twin

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _restored, (type(self), self._place, self._uri, self._given_tag, list(self))

    def __eq__(self, other: object) -> bool:
        from .equality import equal_sequences

        if not isinstance(other, list):
            return NotImplemented
        return self is other or equal_sequences(self, other)

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    __hash__ = None

    def __asdf_traverse__(self) -> list[_T]:
        return list(self)


def bind_list(node: ListNode[Any], place: Place | None, uri: str | None, tag: str | None) -> None:
    """Bind a list to the place of its items and, if a schema of its own describes it, to that schema."""
    node._place = place
    node._uri = uri
    node._given_tag = tag
    node._parent = None


def _restored(cls: type[_List], place: Place | None, uri: str | None, tag: str | None, items: list[Any]) -> _List:
    node = cls.__new__(cls)
    bind_list(node, place, uri, tag)
    _fill(node, items)
    return node


def _fill(node: ListNode[Any], items: list[Any]) -> None:
    from .from_file import set_parent

    list.extend(node, items)
    for item in items:
        set_parent(item, node)
