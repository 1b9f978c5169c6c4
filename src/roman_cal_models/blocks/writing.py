"""The blocks of a file that is written: copied as they are, or compressed and hashed by several threads at once.

Source: ASDF standard, "low-level file layout".
"""

from __future__ import annotations

import itertools
import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from ..processors import processors
from ..threads import Job, Threads
from .codecs import LZ4, NO_COMPRESSION
from .compressing import Content, Made, jobs_of
from .copying import copy_to, shift
from .index import HEAD_SIZE, Block, head_of, index_of
from .pieces import Table, table_in, table_of, table_size
from .positions import PositionedBytes

__all__ = ["Copy", "padding_of", "write_blocks"]

# What is shorter altogether is written without threads, which take longer to start.
_SHORT = 256 * 1024

# How many pieces are made ahead of the one that is written, for each thread; and how many threads, so that what is
# ahead stays some tens of megabytes whatever the machine has.
_AHEAD = 4
_MOST_THREADS = 8

# What is shorter is hashed where it was made: another thread takes longer to be told of it.
_SOON_HASHED = 32 * 1024

_ALIGNMENT = 4096  # bytes; where a padded block ends


@dataclass(frozen=True, slots=True)
class Copy:
    """A block that is the one of another file, byte by byte, with its compression and its checksum.

    Parameters
    ----------
    file : PositionedBytes
        The file.
    block : Block
        One of its blocks, which is whole and of a known length.
    """

    file: PositionedBytes
    block: Block


def write_blocks(
    stream: BinaryIO,
    sources: Sequence[Content | Copy],
    *,
    checksums: bool = True,
    index: bool = True,
    pad: float | bool = False,
) -> None:
    """Write the blocks of a file to where a stream stands.

    Parameters
    ----------
    stream : binary file object
        It can seek: what the head of a block tells is known when its bytes are written.
    sources : sequence of Content or Copy
        The blocks, in their order.
    checksums : bool
        Whether their heads have checksums.
    index : bool
        Whether an index follows, if there is a block.
    pad : float or bool
        How much longer a block is than its content, as `padding_of` has it.

    Raises
    ------
    EOFError
        The file of a block that is copied ends before it does.
    """
    positions = []
    with _Blocks(stream, checksums=checksums, pad=pad, is_short=_is_short(sources)) as blocks:
        made = _made_ahead(sources, blocks.makers)
        stream.write(bytes(_shift(sources[0] if sources else None, stream.tell())))
        for source, following in itertools.zip_longest(sources, sources[1:]):
            positions.append(stream.tell())
            if isinstance(source, Copy):
                blocks.copy(source, following)
            else:
                blocks.write(source, next(made), following)
    if index and positions:
        stream.write(index_of(positions))


def padding_of(size: int, pad: float | bool) -> int:
    """Return how many bytes follow `size` ones, so that they may grow in their place, as asdf counts them.

    Parameters
    ----------
    size : int
        Of what is padded.
    pad : float or bool
        How many times as long it becomes; True for 1.1 times, False for no padding.
    """
    if not pad:
        return 0
    wanted = size * (1.1 if pad is True else pad)
    return max((math.ceil(wanted / _ALIGNMENT) + 1) * _ALIGNMENT - size, 0)


def _table_size(content: Content) -> int:
    """Return how long the table behind a block is; 0 where it has none."""
    if content.compressor is not None or content.compression not in (LZ4, NO_COMPRESSION):
        return 0
    return table_size(len(content.data), content.piece if content.compression == LZ4 else 0)


def _shift(source: Content | Copy | None, head: int) -> int:
    """Return how many bytes behind a position the head of a block should stand, so that it can be copied quickly."""
    if not isinstance(source, Copy):
        return 0
    return shift(source.file, source.block.begin, source.block.end, head + HEAD_SIZE)


def _is_short(sources: Iterable[Content | Copy]) -> bool:
    return sum(len(source.data) for source in sources if isinstance(source, Content)) < _SHORT


# -- pieces ----------------------------------------------------------------------------------------------------------


def _made_ahead(sources: Sequence[Content | Copy], makers: _Makers) -> Iterator[Iterator[Made]]:
    """Yield the pieces of each content, made by threads that are a few ahead."""
    contents = [source for source in sources if isinstance(source, Content)]
    jobs = ((number, job) for number, content in enumerate(contents) for job in jobs_of(content))
    made = _ahead(jobs, makers)
    for _, group in itertools.groupby(made, key=lambda pair: pair[0]):
        yield (job.result() for _, job in group)


def _ahead(jobs: Iterator[tuple[int, Callable[[], Made]]], makers: _Makers) -> Iterator[tuple[int, Job[Made]]]:
    waiting: deque[tuple[int, Job[Made]]] = deque()
    for number, job in jobs:
        waiting.append((number, makers.submit(job)))
        if len(waiting) > makers.ahead:
            yield waiting.popleft()
    yield from waiting


# -- threads ---------------------------------------------------------------------------------------------------------


class _Makers:
    """Runs jobs in threads, or at once where that is quicker."""

    def __init__(self, threads: Threads | None, ahead: int) -> None:
        self._threads = threads
        self.ahead = ahead

    def submit(self, make: Callable[[], Made]) -> Job[Made]:
        if self._threads is not None:
            return self._threads.submit(make)
        job = Job(make)
        job.do()
        return job


class _Checksum:
    """The MD5 of the bytes of a block, by another thread where there is one.

    No thread waits for what is to come, so that an interruption at any moment leaves none behind.
    """

    def __init__(self, lane: Threads | None) -> None:
        import hashlib

        self._md5 = hashlib.md5(usedforsecurity=False)
        self._lane = lane
        self._pending: deque[Job[None]] = deque()

    def update(self, made: Made) -> None:
        if self._lane is None or (not self._pending and sum(map(len, made)) < _SOON_HASHED):
            self._take(made)
            return
        self._pending.append(self._lane.submit(partial(self._take, made)))
        if len(self._pending) > _AHEAD:
            self._pending.popleft().result()

    def _take(self, made: Made) -> None:
        for part in made:
            self._md5.update(part)

    def digest(self) -> bytes:
        while self._pending:
            self._pending.popleft().result()
        return self._md5.digest()


@dataclass(frozen=True, slots=True)
class _Unfinished:
    """A block whose bytes are written, and whose head is not."""

    head: int
    allocated: int
    used: int
    content: Content
    checksum: _Checksum | None
    table: Table | None


class _Blocks:
    """The blocks that are written, one after the other; their checksums are a few behind."""

    def __init__(self, stream: BinaryIO, *, checksums: bool, pad: float | bool, is_short: bool) -> None:
        self._stream = stream
        self._checksums = checksums
        self._pad = pad
        self._threads = 0 if is_short else min(processors(), _MOST_THREADS)
        self._unfinished: deque[_Unfinished] = deque()
        self._count = 0
        self._pools = ExitStack()
        # the bytes of a block are hashed in their order, so by one thread
        self._lanes = itertools.cycle([self._pool(1) for _ in range(self._threads)] or [None])
        self.makers = _Makers(self._pool(self._threads) if self._threads else None, _AHEAD * self._threads)

    def _pool(self, number: int) -> Threads:
        threads = Threads(number)
        self._pools.callback(threads.close)
        return threads

    def __enter__(self) -> _Blocks:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            while self._unfinished and error[0] is None:
                self._finish()
        finally:
            self._pools.close()

    def write(self, content: Content, pieces: Iterable[Made], following: Content | Copy | None) -> None:
        # each thread that hashes has a block
        if len(self._unfinished) >= max(self._threads, 1):
            self._finish()
        head = self._stream.tell()
        checksum = _Checksum(next(self._lanes)) if self._checksums else None
        self._stream.write(bytes(HEAD_SIZE))
        used = 0
        lengths = []
        for made in pieces:
            if checksum is not None:
                checksum.update(made)
            for part in made:
                self._stream.write(part)
            lengths.append(sum(map(len, made)))
            used += lengths[-1]
        table = _table_size(content)
        told = Table(self._count, content.piece, lengths) if content.compression == LZ4 else Table(self._count, 0, [])
        padding = self._padding(head, used, table, following)
        self._stream.write(bytes(padding))
        allocated = used + padding
        self._unfinished.append(_Unfinished(head, allocated, used, content, checksum, told if table else None))
        self._count += 1

    def copy(self, copy: Copy, following: Content | Copy | None) -> None:
        block = copy.block
        used = block.end - block.begin
        checksum = block.checksum if self._checksums else None
        told = table_in(copy.file, block) if checksum == block.checksum else None
        table = b"" if told is None else table_of(told._replace(number=self._count), used, checksum)
        padding = self._padding(self._stream.tell(), used, len(table), following)
        self._stream.write(head_of(block.compression, used + padding, used, block.size, checksum))
        copy_to(self._stream, copy.file, block.begin, block.end)
        self._stream.write(table.ljust(padding, b"\0"))
        self._count += 1

    def _padding(self, head: int, used: int, table: int, following: Content | Copy | None) -> int:
        """Return how many bytes follow those of a block: its table, what was asked for, and as the next one wants."""
        padding = table + padding_of(used + table, self._pad)
        return padding + _shift(following, head + HEAD_SIZE + used + padding)

    def _finish(self) -> None:
        """Write the head of the first block that has none."""
        block = self._unfinished.popleft()
        checksum = None if block.checksum is None else block.checksum.digest()
        head = head_of(block.content.compression, block.allocated, block.used, len(block.content.data), checksum)
        end = self._stream.tell()
        self._stream.seek(block.head)
        self._stream.write(head)
        if block.table is not None:
            self._stream.seek(block.head + HEAD_SIZE + block.used)
            self._stream.write(table_of(block.table, block.used, checksum))
        self._stream.seek(end)
