"""What is in memory -> the bytes of its block, piece by piece, by jobs that any thread does.

Pieces of lz4 stand on their own, so that they are made side by side; other compressions make one of the whole.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .codecs import BZIP2, LZ4, NO_COMPRESSION, ZLIB

__all__ = ["KNOWN", "Compressor", "Content", "Made", "check_options", "even_piece", "jobs_of", "shrinks"]

Compressor = Callable[[memoryview], Iterable[bytes]]
"""Gives the compressed bytes of a content, in pieces of any length."""

Made = list[bytes | memoryview]
"""A piece as it is written, in some parts."""

# About the length of a piece, in bytes: short enough that a part of an image costs little, and long enough that
# nothing is lost of what lz4 gains.
_PIECE = 1024 * 1024

# What a sample of three pieces must lose in order to be worth the time.
_WORTH = 0.9
_SAMPLE = 128 * 1024


@dataclass(frozen=True, slots=True)
class Content:
    """A block that is made of bytes in memory.

    Parameters
    ----------
    data : memoryview
        The bytes, one after the other.
    compression : bytes
        Four letters; zeros for none.
    piece : int
        Bytes of a piece, each of which can be decompressed on its own, for compressions that have pieces.
    compressor : callable or None
        What compresses it, in place of what is known here.
    options : mapping
        What lz4, zlib or bz2 are told.
    """

    data: memoryview
    compression: bytes = NO_COMPRESSION
    piece: int = _PIECE
    compressor: Compressor | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


def even_piece(shape: tuple[int, ...], itemsize: int) -> int:
    """Return the length of a piece that holds whole rows, and into which the array is divided evenly if it can be.

    Parameters
    ----------
    shape : tuple of int
        Of the array, the axis of the longest steps first.
    itemsize : int
        Bytes of an element.
    """
    length = max(itemsize, 1)
    for count in reversed(shape):
        if length * count > _PIECE:
            return length * _divisor(count, max(_PIECE // length, 1))
        length *= max(count, 1)
    return length


def check_options(compression: bytes, options: Mapping[str, Any]) -> None:
    """Refuse what lz4, zlib or bz2 cannot be told.

    Raises
    ------
    ValueError
        One of the options does not exist, or not with this value.
    """
    import zlib

    if not options or compression == NO_COMPRESSION:
        return
    try:
        if compression == LZ4:
            _lz4_job(memoryview(b"0"), options)()
        else:
            _STREAMS[compression](memoryview(b"0"), **options)
    except (TypeError, ValueError, OverflowError, zlib.error) as error:
        name = compression.rstrip(b"\0").decode()
        raise ValueError(f"compression_kwargs={dict(options)!r}: {name} does not take them: {error}") from None


def shrinks(data: memoryview) -> bool:
    """Return whether lz4 makes a content shorter by a tenth; parts of it are tried.

    Noise of floats is not worth it: it takes the time, and what is left cannot be read in place.
    """
    import lz4.block

    starts = {0, max(len(data) // 2 - _SAMPLE // 2, 0), max(len(data) - _SAMPLE, 0)}
    samples = [data[start : start + _SAMPLE] for start in starts]
    return sum(len(lz4.block.compress(sample)) for sample in samples) <= _WORTH * sum(map(len, samples))


def _divisor(count: int, most: int) -> int:
    """Return the largest divisor of a number up to a limit; the limit where all of them are far smaller."""
    best = next(divisor for divisor in range(min(most, count), 0, -1) if count % divisor == 0)
    return best if 4 * best >= most else most


def jobs_of(content: Content) -> Iterator[Callable[[], Made]]:
    """Yield what makes the pieces of a content: one job where they depend on each other, and at least one."""
    data = content.data
    if content.compressor is not None:
        yield lambda compressor=content.compressor: list(compressor(data))  # type: ignore[misc]
    elif content.compression == LZ4:
        starts = range(0, len(data), content.piece) or [0]
        yield from (_lz4_job(data[start : start + content.piece], content.options) for start in starts)
    elif content.compression == NO_COMPRESSION:
        starts = range(0, len(data), _PIECE) or [0]
        yield from (_plain_job(data[start : start + _PIECE]) for start in starts)
    else:
        compress = _STREAMS[content.compression]
        yield lambda: [compress(data, **content.options)]


def _plain_job(data: memoryview) -> Callable[[], Made]:
    return lambda: [data]


def _lz4_job(data: memoryview, options: Mapping[str, Any]) -> Callable[[], Made]:
    import lz4.block

    def job() -> Made:
        if not data:
            return []
        compressed = lz4.block.compress(data, **options)
        return [struct.pack(">I", len(compressed)), compressed]

    return job


def _zlib(data: memoryview, **options: Any) -> bytes:
    import zlib

    return zlib.compress(data, **options)


def _bzip2(data: memoryview, **options: Any) -> bytes:
    import bz2

    return bz2.compress(data, **options)


_STREAMS: dict[bytes, Callable[..., bytes]] = {ZLIB: _zlib, BZIP2: _bzip2}

KNOWN = frozenset({NO_COMPRESSION, LZ4, *_STREAMS})
"""The compressions that need no compressor of somebody else's."""
