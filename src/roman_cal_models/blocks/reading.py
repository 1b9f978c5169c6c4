"""What a binary block holds, and parts of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from .codecs import LZ4, BrokenBlockError, empty, fill_lz4, largest, lz4_pieces
from .far import Ahead, FarFile, Span
from .index import Block
from .pieces import Guess, Piece, is_there, pieces_told
from .positions import PositionedBytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BlockReader", "BrokenBlockError", "content_size", "is_compressed", "raw_bytes", "reader"]


class BlockReader(Protocol):
    """Gives parts of the content of a block."""

    size: int

    def prepare(self, spans: Sequence[Span]) -> None:
        """Be told what will be read of the content, in this order: a far file is asked for it by few requests."""
        ...

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


def content_size(file: PositionedBytes, block: Block) -> int:
    """Return how many bytes a block holds, decompressed; no more than its bytes in the file can.

    Raises
    ------
    EOFError
        The file ends before the block does.
    BrokenBlockError
        Its head says what cannot be.
    """
    used = _used(file, block)
    if not is_compressed(block):
        return used
    most = largest(block.compression, used)
    if most is not None and block.size > most:
        raise BrokenBlockError(f"its block of {used} bytes cannot hold the {block.size} that it says")
    return block.size


def raw_bytes(file: PositionedBytes, block: Block) -> NDArray[np.uint8]:
    """Return the bytes of a block as they are in the file.

    Raises
    ------
    EOFError
        The file ends before the block does.
    """
    raw = empty(_used(file, block))
    file.read_into(block.begin, raw.data)
    return raw


def reader(file: PositionedBytes, block: Block) -> BlockReader | None:
    """Return what reads parts of a block; None for a block that can be read only whole."""
    if not is_compressed(block):
        return _Plain(file, block)
    return _Lz4(file, block) if block.compression == LZ4 else None


def is_compressed(block: Block) -> bool:
    """Return whether the bytes of a block are not its content."""
    return bool(block.compression.strip(b"\0"))


def _used(file: PositionedBytes, block: Block) -> int:
    """Return how many bytes of the file belong to a block."""
    length = file.size()
    if block.is_streamed:
        if is_compressed(block):
            raise BrokenBlockError("its block is compressed, and goes on to the end of the file: it cannot be both")
        return max(length - block.begin, 0)
    if block.end > length:
        raise EOFError(f"its block ends at byte {block.end}, and the file has {length}")
    return block.end - block.begin


class _Plain:
    """A block without compression."""

    def __init__(self, file: PositionedBytes, block: Block) -> None:
        self._file = file
        self._begin = block.begin
        self.size = _used(file, block)
        self._ahead: Ahead | None = None

    def prepare(self, spans: Sequence[Span]) -> None:
        if isinstance(self._file, FarFile):
            self._ahead = Ahead(self._file, [(self._begin + start, self._begin + end) for start, end in spans])

    def read_into(self, start: int, buffer: memoryview) -> None:
        if self._ahead is not None:
            self._ahead.reach(self._begin + start)
        self._file.read_into(self._begin + start, buffer)


class _Lz4:
    """A block of pieces, each compressed by lz4 on its own."""

    def __init__(self, file: PositionedBytes, block: Block) -> None:
        self._file = file
        self._block = block
        self.size = content_size(file, block)
        # those that were met, one after the other; and all as a table has them, which is to be believed of none
        self._pieces: list[Piece] = []
        self._unmet = self._find(block)
        self._told: list[Piece] = []
        self._guess: Guess | None = None
        self._ahead: Ahead | None = None
        self._content = (0, memoryview(b""))

    def prepare(self, spans: Sequence[Span]) -> None:
        if not isinstance(self._file, FarFile) or not spans:
            return
        self._guess = Guess(self._file, self._block, spans)
        if spans[-1][1] > self._piece_at(0).end:
            self._told = pieces_told(self._file, self._block)
        if self._told:
            wanted = {at for begin, end in spans for at in range(self._number(begin), self._number(end - 1) + 1)}
            self._ahead = Ahead(self._file, [self._told[at].span for at in wanted])

    def read_into(self, start: int, buffer: memoryview) -> None:
        filled = 0
        while filled < len(buffer):
            first, content = self._content_at(start + filled)
            part = content[start + filled - first :][: len(buffer) - filled]
            buffer[filled : filled + len(part)] = part
            filled += len(part)

    def _content_at(self, position: int) -> tuple[int, memoryview]:
        """Return the piece that holds a position, and where it starts; the last one is remembered."""
        first, content = self._content
        if not first <= position < first + len(content):
            first, end, begin, length = self._piece_at(position)
            content = empty(end - first).data
            fill_lz4(self._read(begin, length), content)
            self._content = (first, content)
        return first, content

    def _piece_at(self, position: int) -> Piece:
        if self._told:
            piece = self._told[self._number(position)]
            if self._ahead is not None:
                self._ahead.reach(piece.span[0])
            if isinstance(self._file, FarFile) and is_there(self._file, piece):
                return piece
            self._told = []
        for piece in self._pieces:
            if piece.first <= position < piece.end:
                return piece
        for piece in self._unmet:
            self._pieces.append(piece)
            if position < piece.end:
                return piece
        raise BrokenBlockError(f"its compressed pieces end before byte {position}")

    def _number(self, position: int) -> int:
        return max(bisect_right(self._told, position, key=lambda piece: piece.first) - 1, 0)

    def _find(self, block: Block) -> Iterator[Piece]:
        first = 0
        for begin, length, size in lz4_pieces(self._read_head, block.begin, block.end, block.size):
            yield Piece(first, first + size, begin, length)
            first += size

    def _read_head(self, begin: int, size: int) -> memoryview:
        if self._guess is not None:
            self._guess.before(self._pieces)
        return self._read(begin, size)

    def _read(self, begin: int, size: int) -> memoryview:
        content = empty(size).data
        self._file.read_into(begin, content)
        return content
