"""Part of an array of a file, by as few of its bytes as can be."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from types import EllipsisType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .reading import BlockReader, BrokenBlockError

__all__ = ["Layout", "layout_of", "part_of", "read"]

# What stands between two wanted parts is read with them where it is no longer than this, in bytes.
_GAP = 4096

# ASDF's names of numbers that are not NumPy's own
_RENAMED = {"bool8": "bool"}
_NUMBERS = frozenset(
    {
        *("bool8", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    }
)


@dataclass(frozen=True, slots=True)
class Layout:
    """How an array of numbers lies in its block.

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


def layout_of(raw: Mapping[str, Any]) -> Layout | None:
    """Return the layout that the YAML of an array tells; None where it is no plain array of numbers in a block."""
    name = raw.get("datatype")
    shape: Any = raw.get("shape")
    strides: Any = raw.get("strides")
    if not isinstance(name, str) or name not in _NUMBERS or not isinstance(raw.get("source"), int) or "mask" in raw:
        return None
    if not _are_integers(shape) or (
        strides is not None and not (_are_integers(strides) and len(strides) == len(shape))
    ):
        return None
    dtype = np.dtype(_RENAMED.get(name, name)).newbyteorder("<" if raw.get("byteorder") == "little" else ">")
    if strides is None:
        strides = [dtype.itemsize * math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    return Layout(dtype, tuple(shape), tuple(strides), raw.get("offset", 0))


def _are_integers(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int for value in values)


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
    first = layout.offset + sum((layout.shape[axis] - 1) * layout.strides[axis] for axis in backwards)
    end = first + sum((axis.count - 1) * axis.stride for axis in axes) + layout.dtype.itemsize
    if first < 0 or end > reader.size:
        raise BrokenBlockError(f"bytes {first} to {end} are not all in its block of {reader.size} bytes")

    outer, size = _chunks(axes, layout.dtype.itemsize)
    content = np.empty((*(axis.count for axis in axes[:outer]), size), np.uint8)
    steps = itertools.product(*(range(0, axis.count * axis.stride, axis.stride) for axis in axes[:outer]))
    for step, chunk in zip(steps, content.reshape(-1, size), strict=True):
        reader.read_into(first + sum(step), chunk.data)

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
