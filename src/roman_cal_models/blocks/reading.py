"""Parts of the content of a binary block, without the rest."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Protocol

from .index import Block
from .positions import PositionedBytes

__all__ = ["BlockReader", "BrokenBlockError", "reader"]

# asdf's framing of lz4: the length of a piece, then the piece, which begins with its length when it is decompressed.
_LZ4_HEAD = struct.Struct(">I")
_LZ4_SIZE = struct.Struct("<I")


class BrokenBlockError(ValueError):
    """A block is not what the standard says; callers know the file and say so in their own error."""


class BlockReader(Protocol):
    """Gives parts of the content of a block."""

    size: int

    def read_into(self, start: int, buffer: memoryview) -> None:
        """Fill a buffer with the content from `start` on.

        Raises
        ------
        EOFError
            The file ends before.
        BrokenBlockError
            The block holds something else than it should.
        """
        ...


def reader(file: PositionedBytes, block: Block) -> BlockReader | None:
    """Return what reads parts of a block; None for a block that can be read only whole."""
    if block.is_streamed:
        return None
    if not block.compression.strip(b"\0"):
        return _Plain(file, block)
    return _Lz4(file, block) if block.compression == b"lz4\0" else None


class _Plain:
    """A block without compression."""

    def __init__(self, file: PositionedBytes, block: Block) -> None:
        self._file = file
        self._begin = block.begin
        self.size = block.end - block.begin

    def read_into(self, start: int, buffer: memoryview) -> None:
        self._file.read_into(self._begin + start, buffer)


class _Lz4:
    """A block of pieces, each compressed by lz4 on its own."""

    def __init__(self, file: PositionedBytes, block: Block) -> None:
        self._file = file
        self.size = block.size
        # of each piece that was met: where its content starts and ends, where it stands in the file, and its length
        self._pieces: list[tuple[int, int, int, int]] = []
        self._unmet = self._find(block)
        self._content = (0, b"")

    def read_into(self, start: int, buffer: memoryview) -> None:
        filled = 0
        while filled < len(buffer):
            first, content = self._content_at(start + filled)
            part = memoryview(content)[start + filled - first :][: len(buffer) - filled]
            buffer[filled : filled + len(part)] = part
            filled += len(part)

    def _content_at(self, position: int) -> tuple[int, bytes]:
        """Return the piece that holds a position, and where it starts; the last one is remembered."""
        first, content = self._content
        if not first <= position < first + len(content):
            first, end, begin, length = self._piece_at(position)
            content = self._decompressed(begin, length)
            if len(content) != end - first:
                raise BrokenBlockError(f"a piece of {len(content)} bytes says that it has {end - first}")
            self._content = (first, content)
        return first, content

    def _piece_at(self, position: int) -> tuple[int, int, int, int]:
        for piece in self._pieces:
            if piece[0] <= position < piece[1]:
                return piece
        for piece in self._unmet:
            self._pieces.append(piece)
            if position < piece[1]:
                return piece
        raise BrokenBlockError(f"its compressed pieces end before byte {position}")

    def _find(self, block: Block) -> Iterator[tuple[int, int, int, int]]:
        begin, first = block.begin, 0
        while begin < block.end:
            head = self._read(begin, _LZ4_HEAD.size + _LZ4_SIZE.size)
            length, size = _LZ4_HEAD.unpack_from(head)[0], _LZ4_SIZE.unpack_from(head, _LZ4_HEAD.size)[0]
            if first + size > block.size:
                raise BrokenBlockError(f"its compressed pieces hold more than its {block.size} bytes")
            yield first, first + size, begin + _LZ4_HEAD.size, length
            begin, first = begin + _LZ4_HEAD.size + length, first + size

    def _decompressed(self, begin: int, length: int) -> bytes:
        import lz4.block

        content: bytes = lz4.block.decompress(self._read(begin, length))
        return content

    def _read(self, begin: int, size: int) -> bytearray:
        content = bytearray(size)
        self._file.read_into(begin, memoryview(content))
        return content
