"""ListNode: a real list whose items are checked by a schema."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self, SupportsIndex, TypeVar

from ..outline.displayed import Displayed, fallback_text
from ..schema import installed
from . import assignment, copying, validation
from .classes import schema_uri_for
from .core import ListCore, bind_list

if TYPE_CHECKING:
    from ..errors import Problem

__all__ = ["ListNode"]

_T = TypeVar("_T")


class ListNode(ListCore[_T], Displayed):  # in this order: `repr` is Python's own, which `pprint` looks for
    """A piece of a Roman tree that holds items by number.

    Parameters
    ----------
    items : iterable, optional
        Items to begin with.
    version, tag : str, optional
        The version of the schema, for a class that a schema of its own describes; the newest by default.
    """

    __slots__ = ()

    def __init__(self, items: Iterable[_T] = (), /, *, version: str | None = None, tag: str | None = None) -> None:
        __tracebackhide__ = True
        super().__init__()
        if self._families:
            uri = schema_uri_for(type(self), version, tag)
            bind_list(self, installed().root(uri).items, uri, installed().store.tag_of(uri))
        self.extend(items)

    # -- values ------------------------------------------------------------------------------------------------------

    def append(self, item: _T) -> None:
        """Add an item at the end; it is checked."""
        __tracebackhide__ = True
        super().append(assignment.item(self, len(self), item))

    def insert(self, index: SupportsIndex, item: _T) -> None:
        """Add an item before `index`; it is checked."""
        __tracebackhide__ = True
        super().insert(index, assignment.item(self, operator.index(index), item))

    def extend(self, items: Iterable[_T]) -> None:
        """Add items at the end; each is checked."""
        __tracebackhide__ = True
        start = len(self)
        super().extend([assignment.item(self, start + offset, item) for offset, item in enumerate(items)])

    def __iadd__(self, items: Iterable[_T]) -> Self:  # type: ignore[override, misc]  # typeshed's own list says the same
        self.extend(items)
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        __tracebackhide__ = True
        if isinstance(index, slice):
            start, _, step = index.indices(len(self))
            value = [assignment.item(self, start + step * offset, item) for offset, item in enumerate(value)]
        elif hasattr(index, "__index__"):
            position = operator.index(index)
            value = assignment.item(self, position + len(self) if position < 0 else position, value)
        super().__setitem__(index, value)  # an index of any other type is refused by the list itself

    @property
    def data(self) -> Self:
        """The list itself."""
        return self

    # -- checking ----------------------------------------------------------------------------------------------------

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with the list; empty for a valid one."""
        return validation.problems(self)

    def validate(self) -> None:
        """Check the whole list.

        Raises
        ------
        ValidationError
            Carries every problem.
        """
        validation.validate(self)

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

    def copy(self) -> Self:
        """Return a shallow copy."""
        return self.__copy__()

    def __copy__(self) -> Self:
        return copying.copied_list(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copying.deepcopied_list(self, memo)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return copying.restored_list, (type(self), self._place, self._uri, self._given_tag, list(self))

    # Numbers and words are read best as Python writes them.

    def _text_lines(self, width: int | None, rows: int | None) -> Iterable[str]:
        from .outline_builder import is_simple, text_lines

        return [list.__repr__(self)] if is_simple(self) else text_lines(self, width, rows)

    def _one_line(self) -> str:
        return list.__repr__(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Have IPython show it."""
        from .outline_builder import is_simple

        if is_simple(self):
            printer.pretty(list(self))
        else:
            super()._repr_pretty_(printer, cycle)

    def _repr_html_(self) -> str | None:
        from .outline_builder import as_html, is_simple

        return None if is_simple(self) else as_html(self, fallback_text(self))

    def __asdf_traverse__(self) -> list[_T]:
        return list(self)
