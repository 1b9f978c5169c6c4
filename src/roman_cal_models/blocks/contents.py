"""The whole contents of blocks: several blocks, and several parts of a block, by threads at the same time.

The threads live as long as a call, so that none is missing in a forked process. A part of a file of this machine is
read and decompressed by one thread, straight into its place: beside the content itself, a thread needs the memory of a
compressed piece. A block of another file, where each request takes its time, is read whole and then decompressed.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..threads import Job, Threads
from .codecs import BrokenBlockError, Others, empty, fillings
from .index import Block
from .positions import PositionedBytes, is_near, readers_of
from .reading import content_size, is_compressed, raw_bytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["content", "contents"]

# How much of a block without compression is read by a thread at once.
_PART = 8 * 1024 * 1024

# What is shorter altogether is read without threads, which take longer to start.
_SHORT = 1024 * 1024

# What threads wait for of a far file is held until it is decompressed.
_MOST_HELD = 64 * 1024 * 1024


def content(file: PositionedBytes, block: Block, others: Others | None = None) -> NDArray[np.uint8]:
    """Return the whole content of a block, in memory of its own.

    Parameters
    ----------
    file : PositionedBytes
        The file.
    block : Block
        One of its blocks.
    others : callable, optional
        Where compressions are found that are unknown here.

    Raises
    ------
    EOFError
        The file ends before the block does.
    BrokenBlockError
        The block holds something else than its head says.
    """
    size = content_size(file, block)
    with _Workers(file, size) as workers:
        return _Content(workers, file, block, size, others).result()


def contents(
    file: PositionedBytes, blocks: Iterable[Block], others: Others | None = None
) -> dict[Block, NDArray[np.uint8]]:
    """Return the whole contents of blocks, as `content` does of one; without those that cannot be read.

    Parameters
    ----------
    file : PositionedBytes
        The file.
    blocks : iterable of Block
        Some of its blocks.
    others : callable, optional
        Where compressions are found that are unknown here.
    """
    wanted = list(blocks)
    found: dict[Block, NDArray[np.uint8]] = {}
    with _Workers(file, sum(block.end - block.begin + block.size for block in wanted)) as workers:
        begun: dict[Block, _Content] = {}
        for block in wanted:
            try:
                begun[block] = _Content(workers, file, block, content_size(file, block), others)
            except Exception:  # whoever needs the block is told by `content`
                continue
        for block, each in begun.items():
            try:
                found[block] = each.result()
            except Exception:
                continue
    return found


class _Content:
    """The content of a block, while workers fill it.

    Parameters
    ----------
    workers : _Workers
        Who fill it.
    file, block, others
        As for `content`.
    size : int
        Of the content.
    """

    def __init__(
        self, workers: _Workers, file: PositionedBytes, block: Block, size: int, others: Others | None
    ) -> None:
        self._content = empty(size)
        self._parts: list[Job[int]] = []
        self._error: Exception | None = None
        jobs = _jobs(workers, file, block, self._content, others)
        try:
            self._parts.extend(map(workers.submit, jobs, itertools.repeat(block.end - block.begin)))
        except Exception as error:  # of what comes behind the parts that are there
            self._error = error

    def result(self) -> NDArray[np.uint8]:
        """Return the content when it is there; the error is that of the first part that has one."""
        filled = sum(part.result() for part in self._parts)
        if self._error is not None:
            raise self._error
        if filled != len(self._content):
            raise BrokenBlockError(f"its block holds {filled} bytes, and says that it has {len(self._content)}")
        return self._content


def _jobs(
    workers: _Workers, file: PositionedBytes, block: Block, content: NDArray[np.uint8], others: Others | None
) -> Iterator[Callable[[], int]]:
    """Yield what fills the content of a block, part by part."""
    space = content.data
    if is_compressed(block):
        if is_near(file):
            take = workers.take
            for fill in fillings(block, take, space, others):
                yield lambda fill=fill: fill(take)  # type: ignore[misc]
        else:
            yield lambda: _fill_from_memory(file, block, space, others)
        return
    part = _PART if is_near(file) else max(len(space), 1)
    for start in range(0, len(space), part):
        yield lambda start=start: _read(file, block.begin + start, space[start : start + part])  # type: ignore[misc]


def _read(file: PositionedBytes, position: int, part: memoryview) -> int:
    file.read_into(position, part)
    return len(part)


def _fill_from_memory(file: PositionedBytes, block: Block, space: memoryview, others: Others | None) -> int:
    raw = raw_bytes(file, block).data

    def take(position: int, size: int) -> memoryview:
        return raw[position - block.begin :][:size]

    return sum(fill(take) for fill in fillings(block, take, space, others))


class _Workers:
    """Threads that do jobs; none where they would not be quicker, or cannot be.

    Parameters
    ----------
    file : PositionedBytes
        What they read.
    size : int
        About how many bytes go through their hands.
    """

    def __init__(self, file: PositionedBytes, size: int) -> None:
        self._file = file
        self._is_near = is_near(file)
        threads = readers_of(file)
        self._pool = Threads(threads) if size >= _SHORT and threads > 1 else None
        self._can_submit = self._pool is not None
        self._held: deque[tuple[Job[int], int]] = deque()
        self._local = threading.local()

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, *error: object) -> None:
        if self._pool is not None:
            self._pool.close()

    def submit(self, fill: Callable[[], int], size: int) -> Job[int]:
        """Have a job done; that of a far file holds `size` bytes meanwhile, and waits until there is room for them."""
        if self._pool is None or not self._can_submit:
            return _done(fill)
        if not self._is_near:
            while self._held and sum(held for _, held in self._held) + size > _MOST_HELD:
                self._held.popleft()[0].wait()
        try:
            job = self._pool.submit(fill)
        except RuntimeError:  # no thread can be started: there are too many, or Python is ending
            self._can_submit = False
            return _done(fill)
        if not self._is_near:
            self._held.append((job, size))
        return job

    def take(self, position: int, size: int) -> memoryview:
        """Return bytes of the file, which stay until the thread asks for others."""
        space: Any = getattr(self._local, "space", None)
        if space is None or len(space) < size:
            self._local.space = space = empty(size).data
        part: memoryview = space[:size]
        self._file.read_into(position, part)
        return part


def _done(fill: Callable[[], int]) -> Job[int]:
    job = Job(fill)
    job.do()
    return job
