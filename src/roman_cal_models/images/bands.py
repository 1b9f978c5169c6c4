"""Pixels that several parts of one image share, read once.

The pieces of a compressed block hold whole rows. Windows whose rows are in the same pieces, or nearly so, are cut out
of one band of rows, which is read when the first of them is wanted; the one before is forgotten then.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..blocks.codecs import LZ4, lz4_pieces
from ..foreign.arrays import is_in_block
from ..foreign.datatypes import dtype_of
from ..models.cutout_arrays import sections
from ..nodes.deferred import FileValue
from ..nodes.lazy_dict import raw_get
from ..nodes.shapes import shape_of
from ..sources.file_source import FileSource
from ..threads import Threads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..models.cutout_windows import Window
    from ..nodes.object_node import ObjectNode

__all__ = ["Band", "bands_of", "rows_together"]

# Rows of a band: 8 MB of an image of 4096 columns of 4 bytes, so that a band of all its arrays stays small.
_MOST_ROWS = 512


class Band:
    """Some windows, and the rows and columns that hold all of them.

    Parameters
    ----------
    numbers : list of int
        Of the windows, as whoever asks counts them.
    windows : list of Window
        The windows.
    threads : Threads
        Read the arrays.
    """

    def __init__(self, numbers: list[int], windows: list[Window], threads: Threads) -> None:
        self.numbers = numbers
        self.windows = windows
        self._threads = threads
        self._rows = _hull([window.rows for window in windows])
        self._columns = _hull([window.columns for window in windows])
        self._read: dict[str, NDArray[Any]] | None = None

    @contextmanager
    def read(self, node: ObjectNode, names: Sequence[str], window: Window) -> Generator[Iterator[NDArray[Any]]]:
        """Lend the pixels of a window, of some arrays, as `Cutter.cut` asks for them."""
        if len(self.windows) == 1:
            yield sections(node, names, window.in_image, self._threads)
            return
        if self._read is None:
            index = ..., slice(*self._rows), slice(*self._columns)
            self._read = dict(zip(names, sections(node, names, index, self._threads), strict=True))
        top, left = self._rows[0], self._columns[0]
        rows, columns = (
            slice(start - first, stop - first) for (start, stop), first in ((window.rows, top), (window.columns, left))
        )
        whole = self._read
        yield (whole[name][..., rows, columns].copy() for name in names)


def bands_of(windows: Sequence[tuple[int, Window]], together: int, threads: Threads) -> Iterator[Band]:
    """Yield bands of numbered windows, from the top of the image to its bottom.

    Parameters
    ----------
    windows : sequence of (int, Window)
        The windows, and their numbers.
    together : int
        As `rows_together` gives it.
    threads : Threads
        Read the arrays.
    """
    some: list[tuple[int, Window]] = []
    top = bottom = 0
    for number, window in sorted(windows, key=lambda each: each[1].rows):
        start, stop = window.rows
        is_near = together > 0 and start < bottom + together and max(bottom, stop) - top <= _MOST_ROWS
        if some and not is_near:
            yield _band(some, threads)
            some = []
        if not some:
            top, bottom = start, stop
        some.append((number, window))
        bottom = max(bottom, stop)
    if some:
        yield _band(some, threads)


def _band(some: list[tuple[int, Window]], threads: Threads) -> Band:
    numbers, windows = zip(*some, strict=True)
    return Band(list(numbers), list(windows), threads)


def _hull(intervals: list[tuple[int, int]]) -> tuple[int, int]:
    return min(start for start, _ in intervals), max(stop for _, stop in intervals)


def rows_together(node: ObjectNode, name: str) -> int:
    """Return how many rows of an array are decompressed together; 0 where any part can be read on its own."""
    value = raw_get(node, name)
    if not isinstance(value, FileValue) or value.is_built or not isinstance(value.source, FileSource):
        return 0
    raw, source = value.raw, value.source
    shape, dtype = shape_of(value), dtype_of(raw)
    if not is_in_block(raw) or shape is None or dtype is None:
        return 0
    with source.reading(lambda: name):
        file, block = source.block(raw)
        if block.compression != LZ4:
            return 0

        def read_at(begin: int, size: int) -> bytearray:
            content = bytearray(size)
            file.read_into(begin, memoryview(content))
            return content

        _, _, piece = next(lz4_pieces(read_at, block.begin, block.end, block.size), (0, 0, 0))
    return max(1, piece // max(1, shape[-1] * dtype.itemsize))
