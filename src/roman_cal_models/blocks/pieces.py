"""Where the pieces of a block of lz4 are: each begins where the one before it ends.

The pieces have to be walked, from head to head. A block that this package wrote has a table behind its bytes, in the
space that is allocated and not used (ASDF standard, "low-level file layout": ``allocated_size``), where no other reader
looks. It tells the lengths of the pieces, and which block of its file this is: so that a late one can be found by the
index of the file alone. Of other blocks, the heads are looked for where they are likely to be.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from struct import Struct, error
from typing import NamedTuple

from .far import FarFile, Span
from .index import Block, probable_block
from .positions import PositionedBytes

__all__ = [
    "HEAD_SIZE",
    "Guess",
    "Piece",
    "Table",
    "found_by_index",
    "is_there",
    "pieces_told",
    "table_in",
    "table_of",
    "table_size",
]

_HEAD = Struct(">I")
_CONTENT = Struct("<I")

HEAD_SIZE = _HEAD.size + _CONTENT.size
"""Bytes that tell how long a piece is and how much it holds."""

# How long a content and its pieces have to be for a table to be worth it.
_LEAST = 256 * 1024
_SHORTEST = 64 * 1024

# ours; the number of the block, what a piece holds, how many there are, the bytes of the block; then their lengths, the
# checksum of the block, and that of all before
_TABLE = Struct(">8sIIII")
_MAGIC = b"#PIECES\n"
_LENGTH = Struct(">I")
_CHECKSUM = 16

# How many heads are looked for at the same time, and how far from where each is likely to be.
_MOST_GUESSED = 16
_FARTHEST = 32 * 1024
_NEAREST = 512

# A request takes about as long as so many bytes of an answer: as few are read along where that saves one.
_AS_LONG = 4_500_000

# After so many heads, one request is saved that way even where it is not quicker.
_MANY = 12

# Pieces up to this length are read along many at a time.
_SHORT = 512 * 1024

# The most that is asked for before it is known to be wanted.
_MOST_READ = 16 * 1024 * 1024


class Piece(NamedTuple):
    """A piece of a block: where its content starts and ends, where it stands in the file, and its length."""

    first: int
    end: int
    begin: int
    length: int

    @property
    def span(self) -> Span:
        """Its bytes with the length before them."""
        return self.begin - _HEAD.size, self.begin + self.length


class Table(NamedTuple):
    """What stands behind the bytes of a block.

    Parameters
    ----------
    number : int
        Of the block in its file, from 0.
    piece : int
        Bytes of the content of each piece but the last; 0 for a block without pieces.
    lengths : sequence of int
        Of the pieces, each with the four bytes before it.
    """

    number: int
    piece: int
    lengths: Sequence[int]

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return _TABLE.size + _LENGTH.size * len(self.lengths) + _CHECKSUM + _LENGTH.size


def table_size(size: int, piece: int) -> int:
    """Return how long the table of a block is; 0 where it has none.

    Parameters
    ----------
    size, piece : int
        Bytes of the block's content, and of the content of each piece but the last; 0 for no pieces.
    """
    if size < _LEAST or 0 < piece < _SHORTEST:
        return 0
    return Table(0, piece, range(-(-size // piece) if piece else 0)).size


def table_of(table: Table, used: int, checksum: bytes | None) -> bytes:
    """Return a table as it is written.

    Parameters
    ----------
    table : Table
        The table.
    used : int
        Bytes of the block.
    checksum : bytes or None
        As its head has it.
    """
    number, piece, lengths = table
    written = _TABLE.pack(_MAGIC, number, piece, len(lengths), used & 0xFFFFFFFF)
    written += b"".join(map(_LENGTH.pack, lengths)) + (bytes(_CHECKSUM) if checksum is None else checksum)
    return written + _LENGTH.pack(zlib.crc32(written))


def table_in(file: PositionedBytes, block: Block) -> Table | None:
    """Return the table behind the bytes of a block; None where there is none, or of another content than its head's."""
    room = block.next - block.end
    if block.is_streamed or room < _TABLE.size:
        return None
    head = file.read_at(block.end, _TABLE.size)
    try:
        magic, number, piece, count, used = _TABLE.unpack(head)
    except error:  # the file ends here
        return None
    length = table_size(block.size, piece)
    if magic != _MAGIC or used != (block.end - block.begin) & 0xFFFFFFFF or not 0 < length <= room:
        return None
    written = file.read_at(block.end, length)
    checksum = bytes(_CHECKSUM) if block.checksum is None else block.checksum
    lengths = [each for (each,) in _LENGTH.iter_unpack(written[_TABLE.size : -_CHECKSUM - _LENGTH.size])]
    is_of_block = (
        len(written) == length
        and len(lengths) == count
        and written[-_LENGTH.size :] == _LENGTH.pack(zlib.crc32(written[: -_LENGTH.size]))
        and written[-_LENGTH.size - _CHECKSUM : -_LENGTH.size] == checksum
        and sum(lengths) == (block.end - block.begin if piece else 0)
    )
    return Table(number, piece, lengths) if is_of_block else None


def found_by_index(file: FarFile, start: int, number: int) -> Block | None:
    """Return a block of a far file without a look at those before it; None where it cannot be proven to be that one.

    The index at the end of the file tells where it is, and the table behind it which one it was when it was written.
    An index that was not renewed when blocks were moved, added or taken away names other places, or other numbers.

    Parameters
    ----------
    file : FarFile
        The file.
    start : int
        Where the header ends.
    number : int
        Of the block, from 0.
    """
    block = probable_block(file, start, number)
    table = None if block is None else table_in(file, block)
    return block if table is not None and table.number == number else None


def pieces_told(file: PositionedBytes, block: Block) -> list[Piece]:
    """Return the pieces of a block as its table has them; none where there is no table."""
    table = table_in(file, block)
    if table is None or not table.piece:
        return []
    begins = accumulate(table.lengths[:-1], initial=block.begin)
    return [
        Piece(first, min(first + table.piece, block.size), begin + _HEAD.size, length - _HEAD.size)
        for first, begin, length in zip(range(0, block.size, table.piece), begins, table.lengths, strict=True)
    ]


def is_there(file: PositionedBytes, piece: Piece) -> bool:
    """Return whether a piece of a table begins as the table says."""
    head = file.read_at(piece.begin - _HEAD.size, HEAD_SIZE)
    return head == _HEAD.pack(piece.length) + _CONTENT.pack(piece.end - piece.first)


class Guess:
    """Where the next pieces are likely to be, after some of them: so that several heads are asked for at once.

    Parameters
    ----------
    file : FarFile
        The file.
    block : Block
        One of its blocks.
    spans : sequence of Span
        What is wanted of its content, in order.
    """

    def __init__(self, file: FarFile, block: Block, spans: Sequence[Span]) -> None:
        self._file = file
        self._block = block
        self._spans = spans
        self._begins = [begin for begin, _ in spans]
        self._count = 1
        self._told_until = 0

    def before(self, met: Sequence[Piece]) -> None:
        """Have the head of the piece that follows those that were met, and of some behind it, in memory."""
        next_head = met[-1].span[1] if met else self._block.begin
        if not met or next_head >= self._block.end or self._file.holds(next_head, next_head + HEAD_SIZE):
            return
        self._count = min(2 * self._count, _MOST_GUESSED) if self._told_until == len(met) else 1
        recent = met[-8:]
        lengths = [piece.span[1] - piece.span[0] for piece in recent]
        length = sum(lengths) // len(lengths)
        spread = max(lengths) - min(lengths) if len(recent) > 1 else length // 64
        content = max(met[-1].end - met[-1].first, 1)
        ahead, wanted = self._distance(met[-1].end, content)
        if not ahead or (ahead * length <= _AS_LONG and (ahead + wanted) * length <= 2 * _AS_LONG):
            # with those that are wanted, as far as they are known
            room = min((ahead + wanted) * (length + spread) + HEAD_SIZE, _MOST_READ)
            self._fetch([(next_head, next_head + room)])
            return
        if length <= _SHORT:
            self._fetch([(next_head, next_head + min(ahead * length, _AS_LONG))])
            return
        count = min(self._count, ahead)
        if len(met) + count >= _MANY and count > 1 and (1 + wanted) * length <= 2 * _AS_LONG:
            count = min(count, ahead - 1)  # the last one is read along
        self._told_until = len(met) + count
        least = max(length // 256, _NEAREST)
        windows = [(next_head, next_head + _NEAREST)]
        for number in range(1, count):
            place = next_head + number * length
            width = min(number * spread + least, _FARTHEST)
            windows.append((place - width, place + width))
        self._fetch(windows)

    def _distance(self, position: int, content: int) -> tuple[int, int]:
        """Return how many pieces are before the next one that is wanted, and how many are wanted from there on."""
        at = max(bisect_right(self._begins, position) - 1, 0)
        while at < len(self._spans) and self._spans[at][1] <= position:
            at += 1
        if at == len(self._spans):
            return 0, 1
        begin, end = self._spans[at]
        ahead = max(begin - position, 0) // content
        while at + 1 < len(self._spans) and self._spans[at + 1][0] - end < content:
            at += 1
            end = max(end, self._spans[at][1])
        return ahead, max(-(-(end - position) // content) - ahead, 1)

    def _fetch(self, spans: Sequence[Span]) -> None:
        self._file.fetch((begin, min(end, self._block.end)) for begin, end in spans if begin < self._block.end)
