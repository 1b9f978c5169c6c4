"""Positions and sizes of cutouts, as many as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import CutoutError
from ..models.cutout_sky import is_sky
from ..models.cutout_windows import pixel_of, size_of

if TYPE_CHECKING:
    from ..models.cutout import Cutter
    from ..models.cutout_windows import Window

__all__ = ["Targets", "targets_of"]


@dataclass(frozen=True, slots=True)
class Targets:
    """Some positions, each with a size.

    Parameters
    ----------
    first : int
        Number of the first one.
    positions : SkyCoord or tuple of (float, float)
        On the sky, or rows and columns of pixels.
    sizes : tuple
        What `DataModel.cutout` takes: one for each position, or one for all.
    """

    first: int
    positions: Any
    sizes: tuple[Any, ...]

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def indices(self) -> range:
        """The numbers of the positions."""
        return range(self.first, self.first + len(self))

    def pieces(self, length: int) -> Iterator[Targets]:
        """Yield the targets, so many at a time."""
        for start in range(0, len(self), length):
            some = slice(start, start + length)
            sizes = self.sizes[some] if len(self.sizes) > 1 else self.sizes
            yield Targets(self.first + start, self.positions[some], sizes)

    def windows(self, cutter: Cutter) -> Iterator[Window | CutoutError]:
        """Yield which pixels of an image each target means, or why it means none."""
        try:
            pixels = cutter.needed_sky("positions are on the sky").pixels_of(self.positions) if self._is_sky else None
        except CutoutError as error:
            yield from [error] * len(self)
            return
        for number in range(len(self)):
            position = self.positions[number]
            size = self.sizes[number if len(self.sizes) > 1 else 0]
            try:
                yield cutter.window_at(position if pixels is None else pixels[number], size, position)
            except CutoutError as error:
                yield error

    @property
    def _is_sky(self) -> bool:
        return is_sky(self.positions)


def targets_of(positions: Any, size: Any) -> Targets:
    """Return the targets of what a user says.

    Parameters
    ----------
    positions : SkyCoord, (float, float), or sequence of them
        One position or many.
    size : object
        What `DataModel.cutout` takes; a list has one of them for each position.

    Raises
    ------
    CutoutError
        It is no position or no size.
    """
    found = _positions(positions)
    sizes = tuple(size) if isinstance(size, list) else (size,)
    if isinstance(size, list) and len(sizes) != len(found):
        raise CutoutError(None, f"a list of sizes has one for each position: it has {len(sizes)}, not {len(found)}")
    for each in sizes:
        # angles need a file, but what is no size is told at once
        size_of(each, lambda: (1.0, 1.0), None)
    return Targets(0, found, sizes)


def _positions(positions: Any) -> Any:
    if is_sky(positions):
        return _sky_coords(positions)
    each = list(positions) if hasattr(positions, "__iter__") and not isinstance(positions, str) else [positions]
    if each and all(map(is_sky, each)):
        return _sky_coords([_sky_coords(position)[0] for position in each])
    if len(each) == 2 and not any(hasattr(value, "__len__") for value in each):
        each = [each]
    return tuple(pixel_of(position, None) for position in each)


def _sky_coords(positions: Any) -> Any:
    """Return positions on the sky in a row."""
    from astropy.coordinates import SkyCoord

    found: Any = SkyCoord(positions)
    return found.reshape(found.size)
