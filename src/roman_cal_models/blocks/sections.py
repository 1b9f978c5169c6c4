"""Part of an array of a file, by as few of its bytes as can be."""

from __future__ import annotations

import itertools
import math
import operator
from dataclasses import dataclass
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .reading import BlockReader, BrokenBlockError

__all__ = [
    "Layout",
    "check",
    "check_proportion",
    "contiguous_strides",
    "extent",
    "is_most_of",
    "part_of",
    "read",
    "view",
]

# What stands between two wanted parts is read with them where it is no longer than this, in bytes.
_GAP = 4096

# How often an array may repeat the bytes of its block: as often as the most a byte of a compressed one can stand for.
_REPEATED = 1032


@dataclass(frozen=True, slots=True)
class Layout:
    """How an array lies in its block.

    Parameters
    ----------
    dtype : numpy.dtype
        Of its elements, byte order included.
    shape, strides : tuple of int
        As NumPy has them; strides in bytes.
    offset : int
        Where its first element begins, in bytes.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int

    @property
    def nbytes(self) -> int:
        """Bytes of its elements side by side; one without a byte counts as well."""
        return math.prod(self.shape) * max(self.dtype.itemsize, 1)


def contiguous_strides(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Return the strides of an array without gaps, the last axis the nearest."""
    return tuple(itemsize * math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def check(layout: Layout, size: int) -> None:
    """Refuse an array that its block of `size` bytes does not hold.

    Raises
    ------
    BrokenBlockError
        It must not be read.
    """
    if min(layout.shape, default=0) < 0:
        raise BrokenBlockError(f"its shape is {list(layout.shape)}")
    first, end = extent(layout)
    if first < 0 or end > size:
        raise BrokenBlockError(f"bytes {first} to {end} are not all in its block of {size} bytes")


def check_proportion(layout: Layout, size: int, used: int) -> None:
    """Refuse an array that has far more bytes than its block: it has them again and again.

    Parameters
    ----------
    layout : Layout
        How it lies in its block.
    size, used : int
        Bytes of the block's content, and of the block as it is in the file.

    Raises
    ------
    BrokenBlockError
        It must not be read.
    """
    if layout.nbytes > max(size, _REPEATED * used):
        raise BrokenBlockError(f"its {layout.nbytes} bytes are the {size} of its block again and again")


def view(layout: Layout, content: Any) -> NDArray[Any]:
    """Return an array that lies in the content of its block; it was checked."""
    return np.ndarray(layout.shape, layout.dtype, content, layout.offset, layout.strides)


def is_most_of(layout: Layout, size: int) -> bool:
    """Return whether the elements of an array, side by side, are at least half of `size` bytes."""
    return 2 * layout.nbytes >= size and layout.strides == contiguous_strides(layout.shape, layout.dtype.itemsize)


def extent(layout: Layout) -> tuple[int, int]:
    """Return between which bytes of its block an array lies."""
    if 0 in layout.shape:
        return layout.offset, layout.offset
    steps = [(count - 1) * stride for count, stride in zip(layout.shape, layout.strides, strict=True)]
    first = layout.offset + sum(step for step in steps if step < 0)
    return first, layout.offset + sum(step for step in steps if step > 0) + layout.dtype.itemsize


@dataclass(frozen=True, slots=True)
class _Axis:
    """An axis of a section: how many elements, and how far each is from the one before, in bytes."""

    count: int
    stride: int


def read(layout: Layout, reader: BlockReader) -> NDArray[Any]:
    """Read an array that lies in a block with gaps, such as part of another one.

    Near parts are read at once. Which are near is the same all along an axis, so that what was read is a regular
    array again: of chunks that are far from each other, and of elements inside of a chunk.

    Raises
    ------
    EOFError, BrokenBlockError
        The file, or the block, does not hold it.
    """
    ndim = len(layout.shape)
    if 0 in layout.shape:
        return np.empty(layout.shape, layout.dtype)
    # from the farthest steps to the nearest, all of them forwards
    order = sorted(range(ndim), key=lambda axis: -abs(layout.strides[axis]))
    axes = [_Axis(layout.shape[axis], abs(layout.strides[axis])) for axis in order]
    backwards = tuple(axis for axis in range(ndim) if layout.strides[axis] < 0)
    first, end = extent(layout)
    if first < 0 or end > reader.size:
        raise BrokenBlockError(f"bytes {first} to {end} are not all in its block of {reader.size} bytes")

    outer, size = _chunks(axes, layout.dtype.itemsize)
    content = np.empty((*(axis.count for axis in axes[:outer]), size), np.uint8)
    *far, near = axes[:outer] or [_Axis(1, max(size, 1))]
    steps = itertools.product(*(range(0, axis.count * axis.stride, axis.stride) for axis in far))
    starts = [first + sum(step) for step in steps]
    rows = range(0, near.count * near.stride, near.stride)
    with reader.reading([(start + row, start + row + size) for start in starts for row in rows]):
        for start, chunks in zip(starts, content.reshape(-1, near.count, size), strict=True):
            reader.read_rows(start, near.stride, chunks)

    strides = (*content.strides[:outer], *(axis.stride for axis in axes[outer:]))
    part: NDArray[Any] = np.ndarray([axis.count for axis in axes], layout.dtype, content, 0, strides)
    part = part.transpose(np.argsort(order))
    if backwards:
        part = np.flip(part, backwards)
    return np.ascontiguousarray(part).reshape(layout.shape)


def _chunks(axes: list[_Axis], itemsize: int) -> tuple[int, int]:
    """Return how many of the axes lead from chunk to chunk, and how many bytes a chunk has."""
    chunk = itemsize
    for inner, axis in enumerate(reversed(axes)):
        if axis.count > 1 and axis.stride - chunk > _GAP:
            return len(axes) - inner, chunk
        chunk += (axis.count - 1) * axis.stride
    return 0, chunk


def part_of(layout: Layout, index: Any) -> Layout | None:
    """Return the layout of the part that an index means; None for an index of anything but numbers and slices.

    Raises
    ------
    IndexError
        The array has no such part.
    """
    parts = _expanded(index, len(layout.shape))
    if parts is None:
        return None
    offset = layout.offset
    shape, strides = [], []
    for axis, (part, length, stride) in enumerate(zip(parts, layout.shape, layout.strides, strict=True)):
        if isinstance(part, slice):
            wanted = range(length)[part]
            offset += wanted.start * stride if wanted else 0
            shape.append(len(wanted))
            strides.append(stride * wanted.step)
        else:
            if not -length <= part < length:
                raise IndexError(f"index {part} is out of bounds for axis {axis} with size {length}")
            offset += part % length * stride
    return Layout(layout.dtype, tuple(shape), tuple(strides), offset)


def _expanded(index: Any, ndim: int) -> list[int | slice] | None:
    """Return an index as one number or slice an axis."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if not all(_is_simple(part) for part in parts):
        return None
    ellipses = [position for position, part in enumerate(parts) if part is ...]
    if len(ellipses) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    missing = ndim - len(parts) + len(ellipses)
    if missing < 0:
        raise IndexError(f"too many indices for array: it has {ndim} dimensions, but {ndim - missing} were indexed")
    position = ellipses[0] if ellipses else len(parts)
    parts[position : position + len(ellipses)] = [slice(None)] * missing
    return [part if isinstance(part, slice) else operator.index(part) for part in parts]


def _is_simple(part: Any) -> bool:
    if isinstance(part, (slice, EllipsisType)):
        return True
    return isinstance(part, (int, np.integer)) and not isinstance(part, bool)
