"""What kinds are given by the rooms above: what a schema asks for, and who compares two trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol, Self

if TYPE_CHECKING:
    from .array_differences import ArrayDifference

__all__ = ["Comparison", "Wanted"]


class Wanted(Protocol):
    """What a schema asks of the object at a place."""

    @property
    def enum(self) -> Any:
        """The values that are allowed; None for any."""
        ...

    def keyword(self, name: str) -> Any:
        """Return the argument of a keyword; None where it is not used."""
        ...

    def inside(self, name: str) -> Self | None:
        """Return what is asked of a property of the object."""
        ...


class Comparison(Protocol):
    """Who compares two trees, and is asked for what stands inside of two objects."""

    rtol: float
    atol: float

    def is_ignored(self, name: str) -> bool:
        """Return whether a dotted name is left out."""
        ...

    def kept(self, path: str, value: Any) -> Any:
        """Return a plain value without what is left out."""
        ...

    def of_values(self, path: str, one: Any, two: Any) -> Iterator[Any]:
        """Yield the differences of two values."""
        ...

    def are_equal(self, one: Any, two: Any) -> bool:
        """Return whether a file would hold the same for two values."""
        ...

    def are_close(self, one: Any, two: Any) -> bool:
        """Return whether two numbers are equal within the tolerance."""
        ...

    def difference(
        self,
        path: str,
        kind: Any,
        old: Any = None,
        new: Any = None,
        array: ArrayDifference | None = None,
        separation: float | None = None,
    ) -> Any:
        """Return the record of one difference."""
        ...
