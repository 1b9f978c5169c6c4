"""The heads of a file's binary blocks: where each block is, and what it says of itself."""

from __future__ import annotations

import re
import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .far import SMALL, FarFile
from .positions import PositionedBytes

__all__ = [
    "HEAD_SIZE",
    "INDEX_MAGIC",
    "Block",
    "block_at",
    "blocks",
    "head_of",
    "index_of",
    "positions_of",
    "probable_block",
]

# ASDF standard, "low-level file layout": magic and length of the rest of the head; then flags, compression,
# allocated, used and data size, and a checksum.
_MAGIC = b"\xd3BLK"
_PREFIX = struct.Struct(">4sH")
_HEAD = struct.Struct(">I4sQQQ16s")
_STREAMED = 1

HEAD_SIZE = _PREFIX.size + _HEAD.size
"""Bytes of the head of a block that is written; one that is read may have a longer one."""

INDEX_MAGIC = b"#ASDF BLOCK INDEX"

_INDEX = re.compile(rb"#ASDF BLOCK INDEX\s+(?:%[^\n]*\n)*---([-\s\d,\[\]]*)\.\.\.\s*")

# Where the index of a far file is looked for, and how many of its blocks are asked for at once.
_TAIL = 64 * 1024
_MOST_AT_ONCE = 1000

# Between the tree and the first block there may be padding.
_PADDING_PIECE = 64 * 1024


class Block(NamedTuple):
    """Where a block stands, and what its head says. Many are made: a tuple costs less than an object.

    Parameters
    ----------
    begin, end : int
        Of its bytes as they are in the file, compressed or not.
    compression : bytes
        Four letters; zeros for none.
    size : int
        Bytes of its content, decompressed.
    checksum : bytes or None
        MD5 of the bytes as they are in the file, 16 bytes; None where the writer left it out.
    is_streamed : bool
        Whether it goes on to the end of the file, whatever its head says.
    is_whole : bool
        Whether the file is long enough for it.
    head : int
        Where its head begins.
    next : int
        Where the next block begins, if there is one.
    """

    begin: int
    end: int
    compression: bytes
    size: int
    checksum: bytes | None
    is_streamed: bool
    is_whole: bool
    head: int
    next: int


def blocks(file: PositionedBytes, start: int, most: int | None = None, after: Block | None = None) -> Iterator[Block]:
    """Yield the blocks of a file; nothing but their heads is read.

    Each begins where the one before it ends: the index at the end of the file decides nothing. Of a far file, it says
    which bytes are probably heads, so that all are asked for at the same time.

    Parameters
    ----------
    file : PositionedBytes
        The file.
    start : int
        Where the header ends.
    most : int, optional
        How many are wanted, where not all are.
    after : Block, optional
        One that is known: those behind it are wanted.
    """
    length = file.size()
    # behind a streamed block there is nothing
    position: int | None = _skip_padding(file, start) if after is None else after.next
    number = 0
    far = file if isinstance(file, FarFile) else None
    while position is not None and position < length:
        if far is not None and not far.holds(position, position + HEAD_SIZE):
            far.fetch(_probable_heads(far, position, None if most is None else most - number))
            far = None  # what was not told rightly is read as it comes
        number += 1
        block = block_at(file, position, length)
        if block is None:
            return
        yield block
        position = None if block.is_streamed else block.next


def block_at(file: PositionedBytes, position: int, length: int) -> Block | None:
    """Return the block whose head begins at a position of a file of some length; None where there is no head."""
    head = file.read_at(position, HEAD_SIZE)
    if not head or not head.startswith(_MAGIC[: len(head)]):
        return None
    if len(head) < HEAD_SIZE:
        return Block(length, length, b"", 0, None, is_streamed=False, is_whole=False, head=position, next=length)
    flags, compression, allocated, used, size, checksum = _HEAD.unpack_from(head, _PREFIX.size)
    begin = position + _PREFIX.size + _PREFIX.unpack_from(head)[1]
    is_streamed = bool(flags & _STREAMED)
    is_whole = begin <= length if is_streamed else begin + allocated <= length
    checksum = checksum if checksum.strip(b"\0") else None
    following = length if is_streamed else begin + allocated
    return Block(begin, begin + used, compression, size, checksum, is_streamed, is_whole, position, following)


def head_of(compression: bytes, allocated: int, used: int, size: int, checksum: bytes | None) -> bytes:
    """Return the head of a block.

    Parameters
    ----------
    compression : bytes
        Four letters; zeros for none.
    allocated, used : int
        Bytes that the block takes in the file, and those of them that are its content's.
    size : int
        Bytes of its content, decompressed.
    checksum : bytes or None
        MD5 of the used bytes.
    """
    head = _HEAD.pack(0, compression, allocated, used, size, bytes(16) if checksum is None else checksum)
    return _PREFIX.pack(_MAGIC, _HEAD.size) + head


def index_of(positions: Iterable[int]) -> bytes:
    """Return the index that stands behind the last block: where each begins (ASDF standard, "block index")."""
    lines = "".join(f"- {position}\n" for position in positions)
    return INDEX_MAGIC + f"\n%YAML 1.1\n---\n{lines}...\n".encode()


def positions_of(index: bytes) -> list[int] | None:
    """Return what the index of the blocks says, where each begins; None for what is no such index."""
    found = _INDEX.fullmatch(index)
    return None if found is None else list(map(int, re.findall(rb"\d{1,20}", found[1])))


def _probable_heads(file: FarFile, position: int, most: int | None) -> list[tuple[int, int]]:
    """Return where the heads of a block and those behind it are, if the index is right."""
    told, _ = _told(file, position)
    first = bisect_left(told, position)
    if told[first : first + 1] != [position]:
        return [(position, position + SMALL)]
    wanted = _MOST_AT_ONCE if most is None else min(max(most, 1), _MOST_AT_ONCE)
    return [(each, each + SMALL) for each in told[first : first + wanted] if position <= each < file.size()]


def probable_block(file: FarFile, start: int, number: int) -> Block | None:
    """Return a block as the index at the end of a far file tells where it is, which is to be proven.

    What stands at the end of the room of the block is asked for at the same time as its head.

    Parameters
    ----------
    file : FarFile
        The file.
    start : int
        Where the header ends.
    number : int
        Of the block, from 0.
    """
    told, end = _told(file, start)
    if not 0 <= number < len(told):
        return None
    position, following = [*told, end][number : number + 2]
    if not start <= position < following - HEAD_SIZE <= file.size():
        return None
    file.fetch([(position, position + SMALL), (max(following - SMALL, position), following)])
    block = block_at(file, position, file.size())
    return block if block is not None and block.is_whole and block.next == following else None


def _told(file: FarFile, start: int) -> tuple[list[int], int]:
    """Return where the index of a far file says that its blocks begin, and where it stands itself."""
    length = file.size()
    begin = max(length - _TAIL, start)
    tail = file.read_at(begin, length - begin)
    at = max(tail.rfind(INDEX_MAGIC), 0)
    return positions_of(tail[at:]) or [], begin + at


def _skip_padding(file: PositionedBytes, start: int) -> int:
    """Return where the zeros end that may stand behind a header."""
    piece = file.read_at(start, _PREFIX.size)
    while piece and not piece.strip(b"\0"):
        start += len(piece)
        piece = file.read_at(start, _PADDING_PIECE)
    return start + len(piece) - len(piece.lstrip(b"\0"))
