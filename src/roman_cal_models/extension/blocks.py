"""The binary blocks of a file: where each one is, and some of its bytes without the others."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

__all__ = ["Block", "BlockReader", "BrokenBlockError", "blocks", "reader"]

# ASDF standard, "low-level file layout": magic and length of the rest of the head; then flags, compression,
# allocated, used and data size. A checksum follows.
_MAGIC = b"\xd3BLK"
_PREFIX = struct.Struct(">4sH")
_HEAD = struct.Struct(">I4sQQQ")
_STREAMED = 1

# Between the tree and the first block there may be padding.
_PADDING_PIECE = 64 * 1024

# asdf's framing of lz4: the length of a piece, then the piece, which begins with its length when it is decompressed.
_LZ4_HEAD = struct.Struct(">I")
_LZ4_SIZE = struct.Struct("<I")


class BrokenBlockError(ValueError):
    """A block is not what the standard says; callers know the file and say so in their own error."""


@dataclass(frozen=True, slots=True)
class Block:
    """Where a block stands.

    Parameters
    ----------
    begin, end : int
        Of its bytes as they are in the file, compressed or not.
    compression : bytes
        Four letters; zeros for none.
    size : int
        Bytes of its content, decompressed.
    is_streamed : bool
        Whether it goes on to the end of the file, whatever its head says.
    is_whole : bool
        Whether the file is long enough for it.
    """

    begin: int
    end: int
    compression: bytes
    size: int
    is_streamed: bool
    is_whole: bool


def blocks(stream: BinaryIO, start: int) -> Iterator[Block]:
    """Yield the blocks of a file; nothing but their heads is read.

    Parameters
    ----------
    stream : binary file object
        The file, seekable.
    start : int
        Where the header ends.
    """
    length = stream.seek(0, io.SEEK_END)
    position: int | None = _skip_padding(stream, start)
    while position is not None and position < length:
        stream.seek(position)
        prefix = stream.read(_PREFIX.size)
        if not prefix.startswith(_MAGIC[: len(prefix)]):
            return
        head = stream.read(_HEAD.size)
        if len(prefix) < _PREFIX.size or len(head) < _HEAD.size:
            yield Block(length, length, b"", 0, is_streamed=False, is_whole=False)
            return
        flags, compression, allocated, used, size = _HEAD.unpack(head)
        begin = position + _PREFIX.size + _PREFIX.unpack(prefix)[1]
        is_streamed = bool(flags & _STREAMED)
        is_whole = begin <= length if is_streamed else begin + allocated <= length
        yield Block(begin, begin + used, compression, size, is_streamed, is_whole)
        position = None if is_streamed else begin + allocated


def _skip_padding(stream: BinaryIO, start: int) -> int:
    """Return where the zeros end that may stand behind a header."""
    stream.seek(start)
    piece = stream.read(_PREFIX.size)
    while piece and not piece.strip(b"\0"):
        start += len(piece)
        piece = stream.read(_PADDING_PIECE)
    return start + len(piece) - len(piece.lstrip(b"\0"))


# -- part of a block -------------------------------------------------------------------------------------------------


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


def reader(stream: BinaryIO, block: Block) -> BlockReader | None:
    """Return what reads parts of a block; None for a block that can be read only whole."""
    if block.is_streamed:
        return None
    if not block.compression.strip(b"\0"):
        return _Plain(stream, block)
    return _Lz4(stream, block) if block.compression == b"lz4\0" else None


class _Plain:
    """A block without compression."""

    def __init__(self, stream: BinaryIO, block: Block) -> None:
        self._stream = stream
        self._begin = block.begin
        self.size = block.end - block.begin

    def read_into(self, start: int, buffer: memoryview) -> None:
        self._stream.seek(self._begin + start)
        _read_into(self._stream, buffer)


class _Lz4:
    """A block of pieces, each compressed by lz4 on its own."""

    def __init__(self, stream: BinaryIO, block: Block) -> None:
        self._stream = stream
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
            self._stream.seek(begin)
            head = _read(self._stream, _LZ4_HEAD.size + _LZ4_SIZE.size)
            length, size = _LZ4_HEAD.unpack_from(head)[0], _LZ4_SIZE.unpack_from(head, _LZ4_HEAD.size)[0]
            if first + size > block.size:
                raise BrokenBlockError(f"its compressed pieces hold more than its {block.size} bytes")
            yield first, first + size, begin + _LZ4_HEAD.size, length
            begin, first = begin + _LZ4_HEAD.size + length, first + size

    def _decompressed(self, begin: int, length: int) -> bytes:
        import lz4.block

        self._stream.seek(begin)
        content: bytes = lz4.block.decompress(_read(self._stream, length))
        return content


def _read(stream: BinaryIO, size: int) -> bytearray:
    content = bytearray(size)
    _read_into(stream, memoryview(content))
    return content


def _read_into(stream: Any, buffer: memoryview) -> None:
    """Fill a buffer from a stream, also from one that gives fewer bytes at a time."""
    filled = 0
    while filled < len(buffer):
        if hasattr(stream, "readinto"):
            count = stream.readinto(buffer[filled:])
        else:
            piece = stream.read(len(buffer) - filled)
            count = len(piece)
            buffer[filled : filled + count] = piece
        if not count:
            raise EOFError(f"the file ends {len(buffer) - filled} bytes early")
        filled += count
