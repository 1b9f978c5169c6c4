"""Positions and sizes of cutouts, as many as one likes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import CutoutError
from ..models.cutout_sky import degrees_of, is_sky
from ..models.cutout_windows import pixel_of, size_of
from ..models.cutter import told_of_sky

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..models.cutout_windows import Window
    from ..models.cutter import Cutter

__all__ = ["Targets", "targets_of"]


@dataclass(frozen=True, slots=True)
class Targets:
    """Some positions, each with a size.

    Parameters
    ----------
    first : int
        Number of the first one.
    positions : numpy.ndarray
        Rows and columns of pixels, or right ascensions and declinations in degrees: two rows of numbers. They are no
        objects of astropy's, which threads must not share.
    is_sky : bool
        Whether they are on the sky.
    sizes : tuple
        What `DataModel.cutout` takes: one for each position, or one for all.
    """

    first: int
    positions: NDArray[np.float64]
    is_sky: bool
    sizes: tuple[Any, ...]

    def __len__(self) -> int:
        return int(self.positions.shape[1])

    @property
    def indices(self) -> range:
        """The numbers of the positions."""
        return range(self.first, self.first + len(self))

    def pieces(self, length: int) -> Iterator[Targets]:
        """Yield the targets, so many at a time."""
        for start in range(0, len(self), length):
            some = slice(start, start + length)
            sizes = self.sizes[some] if len(self.sizes) > 1 else self.sizes
            yield Targets(self.first + start, self.positions[:, some], self.is_sky, sizes)

    def windows(self, cutter: Cutter) -> Iterator[Window | CutoutError]:
        """Yield which pixels of an image each target means, or why it means none."""
        try:
            pixels = self._pixels(cutter)
        except CutoutError as error:
            yield from [error] * len(self)
            return
        for number, (pixel, (one, two)) in enumerate(zip(pixels, self.positions.T, strict=True)):
            size = self.sizes[number if len(self.sizes) > 1 else 0]
            try:
                yield cutter.window_at(pixel, size, told_of_sky(one, two) if self.is_sky else f"({one:g}, {two:g})")
            except CutoutError as error:
                yield error

    def _pixels(self, cutter: Cutter) -> list[tuple[float, float]]:
        if self.is_sky:
            return cutter.needed_sky("the positions are on the sky").pixels_of(self.positions)
        return [(float(y), float(x)) for y, x in self.positions.T]


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
    found, on_sky = _positions(positions)
    sizes = tuple(size) if isinstance(size, list) else (size,)
    number = found.shape[1]
    if isinstance(size, list) and len(sizes) != number:
        raise CutoutError(None, f"a list of sizes has one for each position: it has {len(sizes)}, not {number}")
    for each in sizes:
        # angles need a file, but what is no size is told at once
        size_of(each, lambda: (1.0, 1.0), None)
    return Targets(0, found, on_sky, sizes)


def _positions(positions: Any) -> tuple[NDArray[np.float64], bool]:
    """Return positions as two rows of numbers, and whether they are on the sky."""
    import numpy as np

    if is_sky(positions):
        return degrees_of(positions, None), True
    each = list(positions) if hasattr(positions, "__iter__") and not isinstance(positions, str) else [positions]
    are_sky = [is_sky(position) for position in each]
    if any(are_sky):
        if not all(are_sky):
            raise CutoutError(None, "positions are all on the sky or all pixels (y, x), not some of both")
        return np.concatenate([degrees_of(position, None) for position in each], axis=1), True
    if len(each) == 2 and not any(map(np.ndim, each)):
        each = [each]
    return np.array([pixel_of(position, None) for position in each], dtype=float).reshape(-1, 2).T, False
