"""Where and how large a cutout is: what a user says -> rows and columns of the image."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real
from typing import Any

from ..errors import CutoutError

__all__ = ["Scale", "Window", "pixel_of", "shown", "size_of", "window_around"]

Scale = Callable[[], tuple[float, float]]
"""Gives how many arcseconds a pixel measures along y and x, or raises why that is not known."""

_LONGEST = 2**31  # pixels along an axis: no image is longer, and sums of such numbers stay exact


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of pixels, which may reach over the edges of its image.

    Parameters
    ----------
    y, x : int
        Its first row and column in the image; negative before the image begins.
    ny, nx : int
        How many rows and columns it has.
    grid : tuple of int
        How many rows and columns the image has.
    """

    y: int
    x: int
    ny: int
    nx: int
    grid: tuple[int, int]

    def __str__(self) -> str:
        return f"rows {self.y} to {self.y + self.ny - 1}, columns {self.x} to {self.x + self.nx - 1}"

    @property
    def is_outside(self) -> bool:
        """Whether no pixel of it is one of the image."""
        return not all(stop > start for start, stop in (self.rows, self.columns))

    @property
    def is_inside(self) -> bool:
        """Whether all its pixels are pixels of the image."""
        (top, bottom), (left, right) = self.rows, self.columns
        return (bottom - top, right - left) == (self.ny, self.nx)

    @property
    def rows(self) -> tuple[int, int]:
        """The rows of the image that it has: the first, and the one behind the last."""
        return max(self.y, 0), min(self.y + self.ny, self.grid[0])

    @property
    def columns(self) -> tuple[int, int]:
        """The columns of the image that it has."""
        return max(self.x, 0), min(self.x + self.nx, self.grid[1])

    @property
    def in_image(self) -> tuple[Any, ...]:
        """The index, into an array of the image, of the pixels that both have."""
        return ..., slice(*self.rows), slice(*self.columns)

    @property
    def in_cutout(self) -> tuple[Any, ...]:
        """The index, into an array of the cutout, of the pixels that both have."""
        (top, bottom), (left, right) = self.rows, self.columns
        return ..., slice(top - self.y, bottom - self.y), slice(left - self.x, right - self.x)


def window_around(centre: tuple[float, float], size: tuple[int, int], grid: tuple[int, int]) -> Window:
    """Return the window of a size whose middle is nearest to a position.

    Of an even number of pixels, as many are before the position as behind it, as `astropy.nddata.Cutout2D` has it.
    """
    y, x = (math.ceil(at - count / 2) for at, count in zip(centre, size, strict=True))
    return Window(y, x, *size, grid)


def pixel_of(position: Any, file: str | None) -> tuple[float, float]:
    """Return a position that is given in pixels, as row and column.

    Raises
    ------
    CutoutError
        It is no such position.
    """
    try:
        y, x = (_number_of_pixels(value) for value in position)
    except (TypeError, ValueError):
        y = x = math.nan
    if not (abs(y) < _LONGEST and abs(x) < _LONGEST):
        raise CutoutError(file, f"position is a SkyCoord of one place, or a pixel (y, x), not {shown(position)}")
    return y, x


def _number_of_pixels(value: Any) -> float:
    """Return a number, or what a quantity in pixels has."""
    if not hasattr(value, "unit"):
        return float(value)
    from astropy import units as u

    return float(value.to_value(u.pix))


def size_of(size: Any, scale: Scale, file: str | None) -> tuple[int, int]:
    """Return how many rows and columns a size means: at least one of each.

    Parameters
    ----------
    size : number, Quantity, or two of them
        Of the cutout, for both axes or as (ny, nx), in pixels or as an angle.
    scale : callable
        Asked for angles.
    file : str or None
        For errors.

    Raises
    ------
    CutoutError
        It is no size.
    """
    parts = list(size) if getattr(size, "shape", None) != () and hasattr(size, "__iter__") else [size, size]
    if isinstance(size, str) or len(parts) != 2:
        raise CutoutError(file, f"size is one number or (ny, nx), in pixels or as an angle, not {shown(size)}")
    counts = (_count(part, axis, scale, file, size) for axis, part in enumerate(parts))
    ny, nx = (max(1, round(count)) for count in counts)
    return ny, nx


def _count(part: Any, axis: int, scale: Scale, file: str | None, size: Any) -> float:
    """Return how many pixels a size along one axis means."""
    part = part[()] if getattr(part, "shape", None) == () else part  # an array without dimensions is a number
    if hasattr(part, "unit"):
        count = _count_of_quantity(part, axis, scale, file)
    elif isinstance(part, Real) and not isinstance(part, bool):
        count = float(part)
    else:
        raise CutoutError(file, f"size is in numbers of pixels, or an angle, not {shown(size)}")
    if not 0 < count < _LONGEST:
        raise CutoutError(file, f"size is {shown(size)}: a cutout has a number of pixels above 0 along each axis")
    return count


def _count_of_quantity(part: Any, axis: int, scale: Scale, file: str | None) -> float:
    from astropy import units as u

    if part.unit.is_equivalent(u.pix):
        return float(part.to_value(u.pix))
    if part.unit.is_equivalent(u.arcsec):
        return float(part.to_value(u.arcsec)) / scale()[axis]
    raise CutoutError(file, f"size is in numbers of pixels, or an angle, not {shown(part)}")


def shown(value: Any) -> str:
    """Return how errors show what is no position, size or filling."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."
