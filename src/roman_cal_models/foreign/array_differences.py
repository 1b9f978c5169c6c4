"""Two arrays, compared piece by piece."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .protocols import Comparison

__all__ = ["Array", "ArrayDifference", "differences_of_arrays"]

_PIECE = 1 << 20  # elements that are compared at once


@dataclass(frozen=True, slots=True)
class ArrayDifference:
    """How two arrays of one shape differ.

    Parameters
    ----------
    count : int
        Elements that differ. NaN equals NaN.
    size : int
        Elements in all.
    largest : float or None
        The largest difference between two finite numbers, in the unit of the first array; None where there is none,
        as between texts.
    index : tuple of int
        Where that is; of the first element that differs, if there is no largest difference.
    """

    count: int
    size: int
    largest: float | None
    index: tuple[int, ...]

    def __str__(self) -> str:
        place = f"[{', '.join(map(str, self.index))}]"
        text = f"{self.count} of {self.size} elements differ"
        if self.largest is None:
            return f"{text}, the first at {place}"
        return f"{text}, by {self.largest:.6g} at most, at {place}"


@dataclass(frozen=True, slots=True)
class Array:
    """An array whose parts are read when they are wanted.

    Parameters
    ----------
    shape : tuple of int
        Its shape.
    part : callable
        Gives the part of an index.
    """

    shape: tuple[int, ...]
    part: Callable[[Any], Any]


def differences_of_arrays(path: str, one: Array, two: Array, comparison: Comparison) -> Iterator[Any]:
    """Yield how two arrays differ: in shape, type, unit or elements. Those of different shapes are not read."""
    if one.shape != two.shape:
        yield comparison.difference(path, "shape", one.shape, two.shape)
        return
    total = _Total()
    for rows in _pieces(one.shape):
        first, second = one.part(rows), two.part(rows)
        if not rows.start:
            yield from _kinds(path, first, second, comparison)
        if not _are_comparable(first, second):
            return
        unit = _unit(first)
        if unit is not None and hasattr(second, "to") and unit != second.unit:
            second = second.to(unit)
        total.add(first, second, rows.start, comparison)
    if total.count:
        assert total.index is not None
        found = ArrayDifference(total.count, total.size, total.largest, total.index)
        yield comparison.difference(path, "elements", array=found)


class _Total:
    """What all pieces together say."""

    def __init__(self) -> None:
        self.count = 0
        self.size = 0
        self.largest: float | None = None
        self.index: tuple[int, ...] | None = None

    def add(self, first: Any, second: Any, start: int, comparison: Comparison) -> None:
        """Compare one more piece, whose first row is `start`."""
        import numpy as np

        found = _differing(first, second, comparison.rtol, comparison.atol)
        self.size += found.size
        if not found.any():
            return
        self.count += int(np.count_nonzero(found))
        largest, index = _largest(np.asarray(first), np.asarray(second), found)
        if self.index is None or (largest is not None and (self.largest is None or largest > self.largest)):
            self.largest = largest
            self.index = (index[0] + start, *index[1:])


def _pieces(shape: tuple[int, ...]) -> Iterator[slice]:
    step = max(1, _PIECE // max(1, math.prod(shape[1:])))
    return (slice(start, start + step) for start in range(0, max(1, shape[0]), step))


def _kinds(path: str, first: Any, second: Any, comparison: Comparison) -> Iterator[Any]:
    if first.dtype != second.dtype:
        yield comparison.difference(path, "dtype", str(first.dtype), str(second.dtype))
    old, new = (None if (unit := _unit(array)) is None else str(unit) for array in (first, second))
    if old != new:
        yield comparison.difference(path, "unit", old, new)


def _unit(array: Any) -> Any:
    return getattr(array, "unit", None)


def _are_comparable(first: Any, second: Any) -> bool:
    """Return whether elements can be compared: numbers with numbers, in units of one kind; others with their type."""
    import numpy as np

    unit, other = _unit(first), _unit(second)
    if unit is not None and other is not None and not unit.is_equivalent(other):
        return False
    kinds = {"number" if np.issubdtype(a.dtype, np.number) else a.dtype.names or a.dtype.kind for a in (first, second)}
    return len(kinds) == 1


def _differing(first: Any, second: Any, rtol: float, atol: float) -> NDArray[Any]:
    """Return where elements differ; NaN equals NaN, and a masked one a masked one."""
    import numpy as np

    masks = [np.ma.getmaskarray(array) if np.ma.isMaskedArray(array) else None for array in (first, second)]
    first, second = np.asarray(first), np.asarray(second)
    if not np.issubdtype(first.dtype, np.number):
        found = np.asarray(first != second)
    elif rtol or atol:
        found = ~np.isclose(first, second, rtol=rtol, atol=atol, equal_nan=True)
    else:
        found = (first != second) & ~((first != first) & (second != second))
    if masks[0] is not None or masks[1] is not None:
        one, two = (np.zeros(found.shape, bool) if mask is None else mask for mask in masks)
        found = (one != two) | (found & ~one & ~two)
    return found


def _largest(first: NDArray[Any], second: NDArray[Any], found: NDArray[Any]) -> tuple[float | None, tuple[int, ...]]:
    """Return the largest difference between finite numbers, and where it is; else where the first difference is."""
    import numpy as np

    where = np.nonzero(found)
    if np.issubdtype(first.dtype, np.number):
        wide = np.complex128 if np.iscomplexobj(first) or np.iscomplexobj(second) else np.float64
        with np.errstate(invalid="ignore", over="ignore"):  # infinities, and numbers as far apart as these
            distances = np.abs(first[where].astype(wide) - second[where].astype(wide))
        finite = np.isfinite(distances)
        if finite.any():
            at = int(np.argmax(np.where(finite, distances, -1.0)))
            return float(distances[at]), tuple(int(axis[at]) for axis in where)
    return None, tuple(int(axis[0]) for axis in where)
