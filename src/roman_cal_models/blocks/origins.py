"""Which blocks the objects in memory were built from."""

from __future__ import annotations

import weakref
from typing import Any, NamedTuple, TypeVar

__all__ = ["Origin", "inherit", "origin_of", "remember"]

_T = TypeVar("_T")


class Origin(NamedTuple):
    """The blocks that an object was built from.

    Parameters
    ----------
    file : object
        The file, as the code that built the object knows it.
    blocks : tuple of int
        The numbers of the blocks.
    """

    file: Any
    blocks: tuple[int, ...]


# by the identity of the object, as arrays are not hashable; an entry goes with its object
_origins: dict[int, tuple[weakref.ref[Any], Origin]] = {}


def remember(value: Any, origin: Origin) -> None:
    """Remember where an object comes from, for as long as it lives."""
    number = id(value)

    def forget(reference: weakref.ref[Any]) -> None:
        entry = _origins.get(number)
        if entry is not None and entry[0] is reference:
            del _origins[number]

    try:
        _origins[number] = weakref.ref(value, forget), origin
    except TypeError:  # a number, which holds no pixels
        return


def origin_of(value: Any) -> Origin | None:
    """Return where an object comes from; None for one that was not built from a block of a file."""
    entry = _origins.get(id(value))
    return entry[1] if entry is not None and entry[0]() is value else None


def inherit(copy: _T, original: Any) -> _T:
    """Return a copy of an object, which comes from where that comes from."""
    origin = origin_of(original)
    if origin is not None:
        remember(copy, origin)
    return copy
