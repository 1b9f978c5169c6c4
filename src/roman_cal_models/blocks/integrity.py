"""Whether the blocks of a file are whole, and whether they are what was written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from ..processors import processors
from ..threads import Threads
from .codecs import NO_COMPRESSION, BrokenBlockError, decoded, is_known, stored
from .index import INDEX_MAGIC, Block, blocks, positions_of
from .positions import PositionedBytes

__all__ = ["Fault", "Survey", "Verdict", "check", "check_all", "named", "survey"]

_HEAD_SIZE = 48
_PREFIX_SIZE = 6
_PIECE = 1024 * 1024
_MOST_BLOCKS = 100_000
_MOST_THREADS = 4

_INDEX_END = re.compile(rb"^\.\.\.\r?\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a block, or with all.

    Parameters
    ----------
    kind : {"truncated", "block", "index", "checksum"}
        The file is cut there; a head, or what a block holds, is broken; the block index is wrong; a checksum is.
    block : int or None
        The number of the block, of which `text` tells something; None for the whole file.
    text : str
        What is wrong: ``"does not match its checksum"``.
    """

    kind: Literal["truncated", "block", "index", "checksum"]
    block: int | None
    text: str

    def message(self, *, of_array: bool) -> str:
        """Return a text for people, to whom the name of the array means more than the number of its block."""
        if self.block is None:
            return self.text
        return f"{named(self.block, of_array=of_array)} {self.text}"


def named(block: int, *, of_array: bool) -> str:
    """Return how a block is spoken of."""
    number = block if block < 2**64 else hex(block)  # Python writes no number of very many digits in tens
    return f"its block {number}" if of_array else f"block {number}, which no array uses,"


@dataclass(frozen=True, slots=True)
class Survey:
    """What the heads of the blocks of a file tell.

    Parameters
    ----------
    blocks : tuple of Block
        All that there are.
    faults : tuple of Fault
        What is wrong with them.
    """

    blocks: tuple[Block, ...]
    faults: tuple[Fault, ...]

    def number_of(self, source: int) -> int:
        """Return the number of the block that a source means: the negative ones count from the last."""
        return source if source >= 0 else source + len(self.blocks)

    def faults_of(self, number: int, needed: int | None = None) -> tuple[Fault, ...]:
        """Return what is wrong with one block, for callers that need some of its bytes.

        Parameters
        ----------
        number : int
            Of the block; -1 is the last.
        needed : int, optional
            How many bytes of its content there must be.
        """
        count, number = len(self.blocks), self.number_of(number)
        if not 0 <= number < count:
            is_broken = any(fault.kind == "block" and fault.block is None for fault in self.faults)
            return (Fault("block" if is_broken else "truncated", number, f"is not there, the file has {count}"),)
        found = tuple(fault for fault in self.faults if fault.block == number)
        block = self.blocks[number]
        if not found and not block.is_streamed and needed is not None and needed > block.size:
            # Python writes no number of very many digits
            count_needed = str(needed) if needed < 2**64 else "far more"
            return (Fault("block", number, f"holds {block.size} bytes, where {count_needed} are needed"),)
        return found


def survey(file: PositionedBytes, start: int) -> Survey:
    """Look at the heads of the blocks of a file, and at what stands behind the last; no block is read.

    Parameters
    ----------
    file : PositionedBytes
        The file.
    start : int
        Where its header ends.
    """
    found = tuple(itertools.islice(blocks(file, start), _MOST_BLOCKS))
    length = file.size()
    faults = [fault for number, block in enumerate(found) for fault in _of_head(number, block, length)]
    if len(found) == _MOST_BLOCKS:
        faults.append(Fault("block", None, f"it has {_MOST_BLOCKS} blocks, or more"))
    elif not found or (found[-1].is_whole and not found[-1].is_streamed):
        faults += _behind(file, found, found[-1].next if found else start)
    return Survey(found, tuple(faults))


def _of_head(number: int, block: Block, length: int) -> Iterator[Fault]:
    if not block.is_whole:
        missing = f"{block.next - length} bytes early" if block.compression else "inside of its head"
        yield Fault("truncated", number, f"is not whole, the file ends {missing}")
    elif block.begin - block.head < _PREFIX_SIZE + _HEAD_SIZE:
        yield Fault("block", number, f"has a head of {block.begin - block.head - _PREFIX_SIZE} bytes, too few")
    elif block.is_streamed:
        if block.checksum is not None or block.size or block.end > block.begin or block.compression != NO_COMPRESSION:
            yield Fault("block", number, "goes on to the end of the file, but has a size or a checksum")
    elif block.end > block.next:
        yield Fault("block", number, f"has {block.next - block.begin} bytes, and says that it uses more")
    elif block.compression == NO_COMPRESSION and block.size != block.end - block.begin:
        yield Fault("block", number, f"has {block.end - block.begin} bytes, and says that it holds {block.size}")


def _behind(file: PositionedBytes, found: Sequence[Block], end: int) -> Iterator[Fault]:
    """Tell what is wrong behind the last block, where nothing stands but an index of the blocks."""
    rest = file.read_at(end, _PIECE + 32 * len(found)).lstrip(b"\0")
    if not rest.strip():
        return
    if not rest.startswith(INDEX_MAGIC[: len(rest)]):
        yield Fault("block", None, f"what begins at byte {end} is neither a block nor the index of the blocks")
    elif not _INDEX_END.search(rest):
        yield Fault("truncated", None, "the file ends inside of the index of its blocks")
    elif positions_of(rest) != [block.head for block in found]:
        yield Fault("index", None, "the index of its blocks does not tell where they are")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the check of a block.

    Parameters
    ----------
    checksum : {"right", "wrong", "missing"}
        The checksum; ``"wrong"`` too for a block that cannot be read.
    fault : Fault or None
        What is wrong.
    """

    checksum: Literal["right", "wrong", "missing"]
    fault: Fault | None = None


def check(
    file: PositionedBytes, number: int, block: Block, *, whole: bool = True, foreign: Collection[bytes] = ()
) -> Verdict:
    """Read a block and compare it with what its head says, piece by piece.

    ASDF's checksum is of the bytes as they are in the file. Before its release 5.4, asdf wrote that of the content of
    a compressed block; either is right.

    Parameters
    ----------
    file : PositionedBytes
        The file.
    number : int
        Of the block.
    block : Block
        The block, whose head is all right.
    whole : bool
        Whether it is decompressed even where the checksum alone has told that it is as it was written.
    foreign : collection of bytes
        Compressions that somebody else can decode: of such a block, only the checksum is compared.
    """
    try:
        return _checked(file, number, block, whole=whole, foreign=foreign)
    except EOFError:
        return Verdict("wrong", Fault("truncated", number, "is not whole, the file has become shorter"))


def _checked(file: PositionedBytes, number: int, block: Block, *, whole: bool, foreign: Collection[bytes]) -> Verdict:
    is_right = block.checksum is not None and _md5(stored(file, block)) == block.checksum
    is_compressed = block.compression != NO_COMPRESSION
    if is_compressed and not is_known(block.compression) and block.compression not in foreign:
        return Verdict("wrong", Fault("block", number, f"is compressed by {block.compression!r}, which is not known"))
    if not is_compressed or block.compression in foreign or (is_right and not whole):
        return _verdict(number, block, is_right=is_right)
    wants_content = block.checksum is not None and not is_right
    content = _new_md5()
    size = 0
    try:
        for piece in decoded(file, block):
            size += len(piece)
            if size > block.size:
                break
            if wants_content:
                content.update(piece)
    except BrokenBlockError as error:
        if wants_content:
            return _verdict(number, block, is_right=False)
        return Verdict("wrong", Fault("block", number, f"cannot be decompressed: {error}"))
    if size != block.size:
        more = "more than" if size > block.size else f"{size} bytes, not"
        return Verdict("wrong", Fault("block", number, f"holds {more} the {block.size} bytes that its head says"))
    return _verdict(number, block, is_right=is_right or content.digest() == block.checksum)


def _verdict(number: int, block: Block, *, is_right: bool) -> Verdict:
    if block.checksum is None:
        return Verdict("missing")
    return Verdict("right") if is_right else Verdict("wrong", Fault("checksum", number, "does not match its checksum"))


def check_all(
    file: PositionedBytes,
    wanted: Mapping[int, Block],
    *,
    whole: bool = True,
    foreign: Collection[bytes] = (),
    each: Callable[[int, Verdict], None] | None = None,
) -> dict[int, Verdict]:
    """Check blocks, several at a time.

    Parameters
    ----------
    file : PositionedBytes
        The file.
    wanted : mapping of int to Block
        The blocks, by their numbers.
    whole, foreign
        As for `check`.
    each : callable, optional
        Is told the number of each block, and what became of it, in their order.
    """
    verdicts: dict[int, Verdict] = {}
    with Threads(max(min(len(wanted), processors(), _MOST_THREADS), 1)) as threads:
        found = threads.map(partial(check, file, whole=whole, foreign=foreign), wanted, wanted.values())
        for number, verdict in zip(wanted, found, strict=True):
            verdicts[number] = verdict
            if each is not None:
                each(number, verdict)
    return verdicts


def _md5(pieces: Iterator[bytes]) -> bytes:
    found = _new_md5()
    for piece in pieces:
        found.update(piece)
    digest: bytes = found.digest()
    return digest


def _new_md5() -> Any:
    import hashlib

    return hashlib.md5(usedforsecurity=False)
