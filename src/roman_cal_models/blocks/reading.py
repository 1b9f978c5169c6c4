"""What a binary block holds, and parts of it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
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

# Memory for pieces that nobody reads at the moment: the system gives new memory page by page, which takes longer than
# to decompress into it. So much of it stays for the next part of an array: of pieces as `roman_datamodels` has them.
_MOST_SPARE = 4
_LARGEST_SPARE = 9 * 1024 * 1024
_spare: list[_Spaces] = []


class BlockReader(Protocol):
    """Gives parts of the content of a block."""

    size: int

    def reading(self, spans: Sequence[Span]) -> AbstractContextManager[None]:
        """Be told what is read of the content meanwhile, in this order: a far file is asked for it by few requests."""
        ...

    def read_rows(self, start: int, step: int, rows: NDArray[np.uint8]) -> None:
        """Fill rows of bytes with the content from `start` on, each from `step` bytes after the one before.

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

    @contextmanager
    def reading(self, spans: Sequence[Span]) -> Generator[None]:
        if isinstance(self._file, FarFile):
            self._ahead = Ahead(self._file, [(self._begin + start, self._begin + end) for start, end in spans])
        yield

    def read_rows(self, start: int, step: int, rows: NDArray[np.uint8]) -> None:
        for begin, row in zip(range(self._begin + start, self._begin + self.size, step), rows, strict=False):
            if self._ahead is not None:
                self._ahead.reach(begin)
            self._file.read_into(begin, row.data)


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
        self._spaces = _Spaces()
        self._content = (0, memoryview(b""))

    @contextmanager
    def reading(self, spans: Sequence[Span]) -> Generator[None]:
        with _lent_spaces() as self._spaces:
            try:
                self._prepare(spans)
                yield
            finally:
                self._spaces = _Spaces()
                self._content = (0, memoryview(b""))

    def _prepare(self, spans: Sequence[Span]) -> None:
        if not spans:
            return
        if isinstance(self._file, FarFile):
            self._guess = Guess(self._file, self._block, spans)
        if spans[-1][1] > self._piece_at(0).end:
            self._told = pieces_told(self._file, self._block)
        if self._told and isinstance(self._file, FarFile):
            wanted = {at for begin, end in spans for at in range(self._number(begin), self._number(end - 1) + 1)}
            self._ahead = Ahead(self._file, [self._told[at].span for at in wanted])

    def read_rows(self, start: int, step: int, rows: NDArray[np.uint8]) -> None:
        import numpy as np

        number, (count, size) = 0, rows.shape
        while number < count and size:
            position = start + number * step
            first, content = self._content_at(position)
            # those that this piece holds whole
            room = first + len(content) - position - size
            here = min(room // step + 1, count - number) if room >= 0 else 0
            strided: NDArray[np.uint8] = np.ndarray((here, size), np.uint8, content, position - first, (step, 1))
            rows[number : number + here] = strided
            if not here:
                self._read_across(position, rows[number].data)
            number += max(here, 1)

    def _read_across(self, start: int, buffer: memoryview) -> None:
        """Fill a buffer from several pieces."""
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
            self._content = (0, memoryview(b""))  # it goes, whatever comes
            raw, content = self._spaces.of(length, end - first)
            self._file.read_into(begin, raw)
            fill_lz4(raw, content)
            self._content = (first, content)
        return first, content

    def _piece_at(self, position: int) -> Piece:
        if self._told:
            piece = self._told[self._number(position)]
            if self._ahead is not None:
                self._ahead.reach(piece.span[0])
            if is_there(self._file, piece):
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

    def _read_head(self, begin: int, size: int) -> bytes:
        if self._guess is not None:
            self._guess.before(self._pieces)
        return self._read(begin, size)

    def _read(self, begin: int, size: int) -> bytes:
        head = self._file.read_at(begin, size)
        if len(head) < size:
            raise EOFError(f"the file ends {size - len(head)} bytes early")
        return head


class _Spaces:
    """Memory that pieces are read and decompressed in, one after the other."""

    def __init__(self) -> None:
        self._raw = self._content = memoryview(b"")

    def of(self, length: int, size: int) -> tuple[memoryview, memoryview]:
        """Return memory for a piece of a length, and for the bytes that it holds, until the next one is asked for."""
        if len(self._raw) < length:
            self._raw = empty(length).data
        if len(self._content) < size:
            self._content = empty(size).data
        return self._raw[:length], self._content[:size]

    @property
    def nbytes(self) -> int:
        """How much it is."""
        return len(self._raw) + len(self._content)


@contextmanager
def _lent_spaces() -> Generator[_Spaces]:
    try:
        spaces = _spare.pop()
    except IndexError:
        spaces = _Spaces()
    try:
        yield spaces
    finally:
        if len(_spare) < _MOST_SPARE and spaces.nbytes <= _LARGEST_SPARE:
            _spare.append(spaces)
