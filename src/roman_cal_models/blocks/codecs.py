"""Compressed blocks: what they can hold at most, and their content."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from .index import Block

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LZ4", "BrokenBlockError", "Decompressor", "Others", "decompressed", "largest", "lz4_pieces"]

Decompressor = Callable[[memoryview, memoryview], int]
"""Fills the second with the content of the first, and returns how many bytes that is."""

Others = Callable[[bytes], Decompressor | None]
"""Finds what reads a compression that is none of this module's."""

LZ4 = b"lz4\0"

# asdf's framing of lz4: the length of a piece, then the piece, which begins with its length when it is decompressed.
_LZ4_HEAD = struct.Struct(">I")
_LZ4_SIZE = struct.Struct("<I")

# How many bytes one byte can stand for at most, as the formats are made: a block of bzip2 has at least some 30 bytes
# and holds at most 900,000 runs of 255 bytes in 5. What others can do is not known.
_RATIOS = {LZ4: 255, b"zlib": 1032, b"bzp2": 1_600_000}
_SLACK = 64

# How much is decompressed at once, of what is not made of pieces.
_PIECE = 1024 * 1024


class BrokenBlockError(ValueError):
    """A block is not what the standard says; callers know the file and say so in their own error."""


def largest(compression: bytes, used: int) -> int | None:
    """Return how many bytes can come of `used` compressed ones; None where that is not known."""
    ratio = _RATIOS.get(compression)
    return None if ratio is None else ratio * used + _SLACK


def decompressed(block: Block, raw: NDArray[np.uint8], others: Others | None = None) -> NDArray[np.uint8]:
    """Return the content of a block.

    Parameters
    ----------
    block : Block
        What its head says; its size is one that can be.
    raw : numpy.ndarray
        Its bytes as they are in the file.
    others : callable, optional
        Where other compressions are found.

    Raises
    ------
    BrokenBlockError
        It is compressed in an unknown way, or holds something else than its head says.
    """
    fill = _KNOWN.get(block.compression) or (others(block.compression) if others is not None else None)
    if fill is None:
        raise BrokenBlockError(f"its block is compressed as {block.compression.rstrip(bytes(1))!r}, which is unknown")
    import numpy as np

    content = np.empty(block.size, np.uint8)
    size = fill(raw.data, content.data)
    if size != block.size:
        raise BrokenBlockError(f"its block holds {size} bytes, and says that it has {block.size}")
    return content


def lz4_pieces(read_at: Callable[[int, int], Any], begin: int, end: int, size: int) -> Iterator[tuple[int, int, int]]:
    """Yield the pieces of a block: where each begins, its length, and that of its content.

    Parameters
    ----------
    read_at : callable
        Gives bytes of the block, of a position and a length.
    begin, end : int
        Where the block begins and ends.
    size : int
        Of its whole content.
    """
    left = size
    while begin < end:
        if end - begin < _LZ4_HEAD.size + _LZ4_SIZE.size:
            raise BrokenBlockError("its block ends inside of a compressed piece")
        head = read_at(begin, _LZ4_HEAD.size + _LZ4_SIZE.size)
        length, content = _LZ4_HEAD.unpack_from(head)[0], _LZ4_SIZE.unpack_from(head, _LZ4_HEAD.size)[0]
        begin += _LZ4_HEAD.size
        if not _LZ4_SIZE.size <= length <= end - begin:
            raise BrokenBlockError(f"a compressed piece of its block says that it has {length} bytes")
        if content > left:
            raise BrokenBlockError(f"its compressed pieces hold more than its {size} bytes")
        if content > _RATIOS[LZ4] * length + _SLACK:
            raise BrokenBlockError(f"a compressed piece of {length} bytes cannot hold the {content} that it says")
        yield begin, length, content
        begin, left = begin + length, left - content


def _lz4(raw: memoryview, content: memoryview) -> int:
    import lz4.block

    def read_at(begin: int, size: int) -> memoryview:
        return raw[begin : begin + size]

    filled = 0
    for begin, length, size in lz4_pieces(read_at, 0, len(raw), len(content)):
        piece = lz4.block.decompress(raw[begin : begin + length])
        if len(piece) != size:
            raise BrokenBlockError(f"a piece of {len(piece)} bytes says that it has {size}")
        content[filled : filled + size] = piece
        filled += size
    return filled


def _zlib(raw: memoryview, content: memoryview) -> int:
    import zlib

    machine = zlib.decompressobj()
    filled = 0
    for begin in range(0, len(raw), _PIECE):
        left: Any = raw[begin : begin + _PIECE]
        while left and not machine.eof:
            piece = machine.decompress(left, _room(content, filled))
            left = machine.unconsumed_tail
            filled = _put(piece, content, filled)
    return _put(machine.flush(), content, filled)


def _bzip2(raw: memoryview, content: memoryview) -> int:
    import bz2

    machine = bz2.BZ2Decompressor()
    filled = 0
    for begin in range(0, len(raw), _PIECE):
        left: Any = raw[begin : begin + _PIECE]
        while not machine.eof and (left or not machine.needs_input):
            piece = machine.decompress(left, _room(content, filled))
            left = b""
            filled = _put(piece, content, filled)
    return filled


def _room(content: memoryview, filled: int) -> int:
    # one byte more than there should be tells what holds too much, and 0 would mean any number
    return min(_PIECE, len(content) - filled + 1)


def _put(piece: bytes, content: memoryview, filled: int) -> int:
    if len(piece) > len(content) - filled:
        raise BrokenBlockError(f"its block holds more than the {len(content)} bytes that it says")
    content[filled : filled + len(piece)] = piece
    return filled + len(piece)


_KNOWN: dict[bytes, Decompressor] = {LZ4: _lz4, b"zlib": _zlib, b"bzp2": _bzip2}
