"""A file that is reached by requests: few of them, several at a time, and none for bytes that are here already."""

from __future__ import annotations

import io
import itertools
import os
import threading
from bisect import bisect_right
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol

from ..locks import MOMENT

__all__ = ["SMALL", "Ahead", "FarFile", "FarStream", "Ranges", "Span"]

Span = tuple[int, int]
"""Bytes of a file, from the first to the one behind the last."""

SMALL = 16 * 1024
"""A request for fewer bytes asks for so many: it takes as long, and what is near is often wanted next."""

# What is asked for first: real headers have 2 to 60 kB.
_BEGINNING = 64 * 1024

# What stands between two wanted spans is asked for with them where it is no longer than this.
_GAP = 64 * 1024

# So many bytes are asked for again before others, to see that it is still the same file.
_OVERLAP = 32

# The longest request; how many of them wait for their place in memory at the same time.
_LARGEST = 32 * 1024 * 1024
_AT_ONCE = 4

# Reads that go on where one of so many bytes ended ask for ever more, up to this.
_SEQUENTIAL = 256 * 1024
_MOST_AHEAD = 8 * 1024 * 1024
_MOST_ENDS = 64

# Stands for the size of a file among the spans that are asked for.
_SIZE = (-1, 0)

# How much is kept of what was read: of heads and other small things, and of the rest.
_KEPT_SMALL = 16 * 1024 * 1024
_KEPT_LARGE = 32 * 1024 * 1024


class Ranges(Protocol):
    """What answers the requests."""

    def size(self) -> int:
        """Return how many bytes the file has."""
        ...

    def get(self, spans: Sequence[Span]) -> list[bytes]:
        """Return the bytes of spans, which are asked for at the same time if that can be.

        One that reaches over the end of the file gives fewer. What knows no ranges gives the whole file for each.
        """
        ...

    def close(self) -> None:
        """Let the file go."""
        ...


class _Held(NamedTuple):
    """Bytes of the file that are in memory."""

    begin: int
    content: bytes

    @property
    def end(self) -> int:
        return self.begin + len(self.content)


class _Flight:
    """Requests that a thread waits for, so that no other one makes them too."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = spans
        self.is_over = threading.Event()


class FarFile:
    """Gives bytes of a file by their position; see `PositionedBytes`.

    It has no position, and holds no lock while it waits for an answer. A forked process keeps what was read before,
    and waits for no thread that it does not have.

    Parameters
    ----------
    ranges : Ranges
        What answers the requests.
    """

    def __init__(self, ranges: Ranges) -> None:
        self._ranges = ranges
        self._size: int | None = None
        self._whole: bytes | None = None
        # of either, the oldest first
        self._small: tuple[_Held, ...] = ()
        self._large: tuple[_Held, ...] = ()
        self._flights: list[_Flight] = []
        self._process = os.getpid()
        # where long reads ended, and how much was asked for then
        self._ends: dict[int, int] = {}

    def size(self) -> int:
        """Return how many bytes the file has."""
        while self._size is None:
            with self._turn([_SIZE]) as is_mine:
                if is_mine and self._size is None:
                    self._size = self._ranges.size()
        return self._size

    def holds(self, begin: int, end: int) -> bool:
        """Return whether some bytes are in memory; those behind the end of the file are not missing."""
        if self._size is not None:
            end = min(end, self._size)
        return not _missing([(begin, end)], self._held())

    def read_at(self, position: int, size: int) -> bytes:
        """Return the bytes from a position on: fewer than `size` only where the file ends."""
        end = position + size
        for each in reversed(self._small):
            if each.begin <= position and end <= each.end:
                return each.content[position - each.begin : end - each.begin]
        held = self._with([(position, end)], lambda: self._wanted(position, size))
        end = end if self._size is None else max(min(end, self._size), position)
        buffer = bytearray(end - position)
        _fill(memoryview(buffer), position, held)
        return bytes(buffer)

    def read_into(self, position: int, buffer: memoryview) -> None:
        """Fill a buffer with the bytes from a position on.

        Raises
        ------
        EOFError
            The file ends before.
        """
        end = position + len(buffer)
        if buffer and end > self.size():
            raise EOFError(f"the file ends {end - max(self.size(), position)} bytes early")
        if len(buffer) <= _LARGEST // 8:
            held = self._with([(position, end)], lambda: self._wanted(position, len(buffer)))
            _fill(buffer, position, held)
            return
        # what nobody reads twice is put in its place, and not kept
        held = self._held()
        _fill(buffer, position, held)
        spans = _split(_missing([(position, end)], held))
        for first in range(0, len(spans), _AT_ONCE):
            for got in self._got(spans[first : first + _AT_ONCE], held):
                _fill(buffer, position, [got])

    def fetch(self, spans: Iterable[Span]) -> None:
        """Have spans in memory, so that what reads them next waits for nothing: all are asked for at the same time."""
        size = self.size()
        wanted = [(max(begin, 0), min(end, size)) for begin, end in spans]
        wanted = [span for span in wanted if span[0] < span[1]]
        if wanted:
            self._with(wanted, lambda: wanted)

    def close(self) -> None:
        """Let the file go, and what is kept of it."""
        self._small = self._large = ()
        self._whole = None
        self._ranges.close()

    def _wanted(self, position: int, size: int) -> list[Span]:
        """Return what is asked for where some bytes are not here: somewhat more, if they are few or read in order."""
        least = SMALL if position else _BEGINNING
        if size >= _SEQUENTIAL:
            with MOMENT:
                least = min(2 * self._ends.pop(position, 0), _MOST_AHEAD)
                if len(self._ends) >= _MOST_ENDS:
                    self._ends.clear()
                self._ends[position + max(size, least)] = max(size, least)
        end = position + max(size, least)
        if position or self._size is not None:
            # a range that begins at the end of a file is an error
            end = min(end, self.size())
        return [(position, end)] if position < end else []

    def _held(self) -> tuple[_Held, ...]:
        if self._whole is not None:
            return (_Held(0, self._whole),)
        return (*self._small, *self._large)

    def _with(self, needed: Sequence[Span], wanted: Callable[[], Sequence[Span]]) -> tuple[_Held, ...]:
        """Return what holds some bytes, after asking for what is `wanted` then, or waiting for whom asked."""
        ask: Sequence[Span] | None = None
        while True:
            held = self._held()
            if not _missing(self._within(needed), held):
                return held
            if ask is None:
                ask = wanted()
                continue
            with self._turn(_missing(ask, held)) as is_mine:
                if is_mine:
                    held = self._held()  # another turn may have ended meanwhile
                    got = self._got(_split(_missing(ask, held)), held)
                    self._keep(got)
                    return (*held, *got)

    @contextmanager
    def _turn(self, spans: Sequence[Span]) -> Generator[bool]:
        """Give True to the one thread that may ask for spans, after which others that wanted to are given False."""
        mine = _Flight(spans)
        with MOMENT:
            if self._process != os.getpid():
                self._flights, self._process = [], os.getpid()
            other = next((flight for flight in self._flights if _meet(flight.spans, spans)), None)
            if other is None:
                self._flights.append(mine)
        if other is not None:
            other.is_over.wait()
            yield False
            return
        try:
            yield True
        finally:
            with MOMENT:
                if mine in self._flights:
                    self._flights.remove(mine)
            mine.is_over.set()

    def _within(self, spans: Sequence[Span]) -> list[Span]:
        size = self._size
        return list(spans) if size is None else [(begin, min(end, size)) for begin, end in spans]

    def _got(self, spans: Sequence[Span], held: Sequence[_Held]) -> list[_Held]:
        """Ask for spans, each with the last bytes before it that are held: of another file they would be others."""
        if not spans:
            return []
        spans = [(begin - _held_before(begin, held), end) for begin, end in spans]
        got = []
        for (begin, end), content in zip(spans, self._ranges.get(spans), strict=True):
            if len(content) == end - begin:
                got.append(_Held(begin, content))
            elif (begin == 0 and self._size is None) or len(content) == self._size:
                # it is shorter than what was asked for, or what sends it knows no ranges
                self._size, self._whole = len(content), content
                return [_Held(0, content)]
            else:
                raise EOFError(f"bytes {begin} to {end} were asked for, and {len(content)} bytes came")
        if not all(_agree(one, other) for one in got for other in held):
            raise OSError("the file was changed while it was read")
        return got

    def _keep(self, got: Iterable[_Held]) -> None:
        with MOMENT:
            for held in got:
                if len(held.content) <= _GAP:
                    self._small = _youngest((*self._small, held), _KEPT_SMALL)
                else:
                    self._large = _youngest((*self._large, held), _KEPT_LARGE)


class FarStream(io.RawIOBase):
    """A stream of a far file, for what reads it from the beginning on.

    Parameters
    ----------
    file : FarFile
        The file, which is let go when the stream is closed.
    name : str
        Its URL.
    """

    def __init__(self, file: FarFile, name: str) -> None:
        self.file = file
        self.name = name
        self._position = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return where the stream stands."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a position."""
        start = 0 if whence == io.SEEK_SET else self._position if whence == io.SEEK_CUR else self.file.size()
        if start + offset < 0:
            raise ValueError(f"{start + offset} is before the beginning")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer as far as the file goes, and return how many bytes that is."""
        target = memoryview(buffer).cast("B")
        piece = self.file.read_at(self._position, len(target))
        target[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def close(self) -> None:
        """Let the file go."""
        if not self.closed:
            self.file.close()
        super().close()


class Ahead:
    """What will be read of a far file, in this order: it is asked for in groups that are no burden to the memory.

    Parameters
    ----------
    file : FarFile
        The file.
    spans : iterable of Span
        What will be read.
    """

    def __init__(self, file: FarFile, spans: Iterable[Span]) -> None:
        self._file = file
        self._spans = sorted(set(spans))
        self._begins = [begin for begin, _ in self._spans]

    def reach(self, position: int) -> None:
        """Have the span in memory that begins at a position, and those that come next."""
        first = bisect_right(self._begins, position) - 1
        if first < 0 or self._file.holds(*self._spans[first]):
            return
        group: list[Span] = []
        total = 0
        for span in self._spans[first:]:
            total += span[1] - span[0]
            if group and total > _KEPT_LARGE // 2:
                break
            group.append(span)
        self._file.fetch(group)


def _youngest(held: tuple[_Held, ...], most: int) -> tuple[_Held, ...]:
    total = sum(len(each.content) for each in held)
    first = 0
    while total > most and first < len(held) - 1:
        total -= len(held[first].content)
        first += 1
    return held[first:]


def _missing(spans: Iterable[Span], held: Iterable[_Held]) -> list[Span]:
    """Return what is not held of spans, in order; near ones are one, which may hold some bytes again."""
    known = sorted((each.begin, each.end) for each in held)
    missing: list[Span] = []
    for begin, end in sorted(spans):
        for first, last in known:
            if last <= begin:
                continue
            if first >= end or begin >= end:
                break
            if first > begin:
                _append(missing, begin, first)
            begin = max(begin, last)
        if begin < end:
            _append(missing, begin, end)
    return missing


def _held_before(begin: int, held: Iterable[_Held]) -> int:
    return next((min(_OVERLAP, len(each.content)) for each in held if each.end == begin), 0)


def _agree(one: _Held, other: _Held) -> bool:
    first, last = max(one.begin, other.begin), min(one.end, other.end)
    return first >= last or (
        memoryview(one.content)[first - one.begin : last - one.begin]
        == memoryview(other.content)[first - other.begin : last - other.begin]
    )


def _append(spans: list[Span], begin: int, end: int) -> None:
    if spans and begin - spans[-1][1] <= _GAP:
        spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
    else:
        spans.append((begin, end))


def _split(spans: Iterable[Span]) -> list[Span]:
    """Return spans as parts that are not too long for one request, about as long as each other."""
    parts: list[Span] = []
    for begin, end in spans:
        count = max(-(-(end - begin) // _LARGEST), 1)
        edges = [begin + (end - begin) * part // count for part in range(count + 1)]
        parts += itertools.pairwise(edges)
    return parts


def _meet(some: Iterable[Span], others: Sequence[Span]) -> bool:
    return any(begin < last and first < end for begin, end in some for first, last in others)


def _fill(buffer: memoryview, position: int, held: Iterable[_Held]) -> None:
    """Put what is held of a buffer's bytes in its place."""
    end = position + len(buffer)
    for each in held:
        first, last = max(each.begin, position), min(each.end, end)
        if first < last:
            buffer[first - position : last - position] = memoryview(each.content)[
                first - each.begin : last - each.begin
            ]
