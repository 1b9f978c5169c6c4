"""Bytes of a far file: the right ones, by few requests, and none for what is here already."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roman_cal_models.blocks import far
from roman_cal_models.blocks.far import Ahead, FarFile, FarStream, Span

CONTENT = np.random.default_rng(0).integers(0, 256, 300_000, np.uint8).tobytes()


class Asked:
    """Answers requests, and notes them; the first may wait for `going`."""

    def __init__(self, content: bytes = CONTENT, *, knows_ranges: bool = True) -> None:
        self.content = content
        self.batches: list[list[Span]] = []
        self.going = threading.Event()
        self.going.set()
        self.is_closed = False
        self._knows_ranges = knows_ranges

    @property
    def spans(self) -> list[Span]:
        return [span for batch in self.batches for span in batch]

    def size(self) -> int:
        return len(self.content)

    def get(self, spans: Sequence[Span]) -> list[bytes]:
        self.batches.append(list(spans))
        assert all(begin < end for begin, end in spans)
        assert self.going.wait(300)
        return [self.content[begin:end] if self._knows_ranges else self.content for begin, end in spans]

    def close(self) -> None:
        self.is_closed = True


places = st.integers(0, len(CONTENT) + 10)
reads = st.tuples(st.sampled_from(["read_at", "read_into", "fetch"]), places, st.integers(0, 200_000))


@pytest.fixture
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SMALL": 500, "_BEGINNING": 1000, "_GAP": 300, "_LARGEST": 40_000}.items():
        monkeypatch.setattr(far, name, value)
    for name, value in {
        "_SEQUENTIAL": 2_000,
        "_MOST_AHEAD": 9_000,
        "_KEPT_SMALL": 3_000,
        "_KEPT_LARGE": 50_000,
    }.items():
        monkeypatch.setattr(far, name, value)


def read(file: FarFile, way: str, position: int, size: int) -> None:
    wanted = CONTENT[position : position + size]
    if way == "read_at":
        assert file.read_at(position, size) == wanted
    elif way == "fetch":
        file.fetch([(position, position + size // 3), (position + size // 2, position + size)])
    elif len(wanted) < size:
        with pytest.raises(EOFError, match=r"the file ends \d+ bytes early"):
            file.read_into(position, memoryview(bytearray(size)))
    else:
        buffer = bytearray(size)
        file.read_into(position, memoryview(buffer))
        assert buffer == wanted


@settings(deadline=None)
@given(st.lists(reads, max_size=12))
def test_bytes_are_the_right_ones_whatever_was_read_before(asked: list[tuple[str, int, int]]) -> None:
    file = FarFile(Asked())
    for way, position, size in asked:
        read(file, way, position, size)


@pytest.mark.usefixtures("short_limits")
@pytest.mark.parametrize("knows_ranges", [True, False])
def test_bytes_are_the_right_ones_when_little_is_kept(knows_ranges: bool) -> None:
    generator = np.random.default_rng(1)
    ranges = Asked(knows_ranges=knows_ranges)
    file = FarFile(ranges)
    for _ in range(500):
        way = ["read_at", "read_into", "fetch"][generator.integers(3)]
        read(file, way, int(generator.integers(len(CONTENT) + 10)), int(generator.choice([0, 3, 700, 4_000, 90_000])))
    assert all(end - begin <= 40_000 + 32 for begin, end in ranges.spans)


@settings(deadline=None)
@given(st.lists(st.tuples(places, st.integers(1, 9_000)), min_size=1, max_size=9))
def test_nothing_is_asked_for_twice(asked: list[tuple[int, int]]) -> None:
    ranges = Asked()
    file = FarFile(ranges)
    for position, size in asked:
        file.read_at(position, size)
    number = len(ranges.batches)
    for position, size in asked:
        file.read_at(position, size)
        file.fetch([(position, position + size)])
    assert len(ranges.batches) == number


def test_spans_are_asked_for_at_once_and_near_ones_together() -> None:
    ranges = Asked(bytes(5_000_000))
    FarFile(ranges).fetch([(4_000_000, 4_000_100), (10_000, 20_000), (30_000, 40_000), (4_900_000, 9_000_000)])
    assert ranges.batches == [[(10_000, 40_000), (4_000_000, 4_000_100), (4_900_000, 5_000_000)]]


def test_a_long_read_leaves_out_what_is_here() -> None:
    ranges = Asked(bytes(9_000_000))
    file = FarFile(ranges)
    file.read_at(1_000_000, 54)
    file.read_into(1_000_054, memoryview(bytearray(7_000_000)))
    assert ranges.spans == [(1_000_000, 1_016_384), (1_016_384 - 32, 8_000_054)]


def test_a_very_long_read_is_several_requests_at_once() -> None:
    ranges = Asked(bytes(70_000_000))
    FarFile(ranges).read_into(0, memoryview(bytearray(70_000_000)))
    assert [len(batch) for batch in ranges.batches] == [3]


def test_reads_in_order_ask_for_ever_more() -> None:
    ranges = Asked(bytes(20_000_000))
    file = FarFile(ranges)
    for position in range(0, 20_000_000, 1_000_000):
        file.read_at(position, 1_000_000)
    assert len(ranges.spans) <= 6
    assert sum(end - begin for begin, end in ranges.spans) <= 20_000_000 + 6 * 32


def test_two_threads_ask_once_for_the_same_bytes() -> None:
    ranges = Asked()
    ranges.going.clear()
    file = FarFile(ranges)
    file.size()
    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(file.read_at, 1000 * number, 900) for number in range(4)]
        threading.Timer(0.2, ranges.going.set).start()
        assert [answer.result() for answer in answers] == [CONTENT[1000 * n : 1000 * n + 900] for n in range(4)]
    assert sum(end - begin for begin, end in ranges.spans) <= 65_536


def test_threads_that_want_other_bytes_do_not_wait_for_each_other() -> None:
    ranges = Asked()
    file = FarFile(ranges)
    file.size()
    ranges.going.clear()
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(file.read_at, 200_000, 10)
        while not ranges.batches:
            pass
        other = threads.submit(file.read_at, 100_000, 10)
        while len(ranges.batches) < 2:
            pass
        ranges.going.set()
        assert slow.result() + other.result() == CONTENT[200_000:200_010] + CONTENT[100_000:100_010]


def test_a_request_that_fails_is_made_again_by_whom_waited_for_it() -> None:
    class Failing(Asked):
        def get(self, spans: Sequence[Span]) -> list[bytes]:
            found = super().get(spans)
            if len(self.batches) == 1:
                raise OSError("the server is busy")
            return found

    ranges = Failing()
    ranges.going.clear()
    file = FarFile(ranges)
    with ThreadPoolExecutor(2) as threads:
        answers = [threads.submit(file.read_at, 0, 10) for _ in range(2)]
        threading.Timer(0.2, ranges.going.set).start()
        outcomes = sorted(str(answer.exception()) for answer in answers)
    assert outcomes == ["None", "the server is busy"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_waits_for_no_thread_of_its_parent() -> None:
    ranges = Asked()
    file = FarFile(ranges)
    file.size()
    ranges.going.clear()
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(file.read_at, 200_000, 10)
        while not ranges.batches:
            pass
        child = os.fork()
        if not child:
            ranges.going = threading.Event()
            ranges.going.set()
            os._exit(0 if file.read_at(200_000, 10) == CONTENT[200_000:200_010] else 1)
        assert os.waitpid(child, 0)[1] == 0
        ranges.going.set()
        assert slow.result() == CONTENT[200_000:200_010]


@pytest.mark.parametrize("length", [10, 65_535, 65_536, 65_537, 200_000])
def test_what_knows_no_ranges_is_asked_once(length: int) -> None:
    ranges = Asked(CONTENT[:length], knows_ranges=False)
    file = FarFile(ranges)
    assert file.read_at(0, 4) == CONTENT[:4]
    assert file.read_at(length // 2, length) == CONTENT[length // 2 : length]
    assert file.size() == length
    assert len(ranges.spans) == 1


@pytest.mark.parametrize("way", ["read_at", "read_into", "fetch"])
def test_a_file_that_was_changed_is_told(way: str) -> None:
    ranges = Asked(bytes(9_000_000))
    file = FarFile(ranges)
    file.read_at(1_000_000, 54)
    ranges.content = bytes([1]) * 9_000_000
    position, size = 1_000_054, 6_000_000
    with pytest.raises(OSError, match=r"^the file was changed while it was read$"):
        if way == "read_at":
            file.read_at(position, size)
        elif way == "read_into":
            file.read_into(position, memoryview(bytearray(size)))
        else:
            file.fetch([(position, position + size)])


def test_an_answer_of_another_length_is_an_error() -> None:
    class Short(Asked):
        def get(self, spans: Sequence[Span]) -> list[bytes]:
            return [piece[:-1] for piece in super().get(spans)]

    file = FarFile(Short())
    file.size()
    with pytest.raises(EOFError, match="bytes 100000 to 116384 were asked for, and 16383 bytes came"):
        file.read_at(100_000, 10)


def test_what_will_be_read_is_asked_for_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(far, "_KEPT_LARGE", 400_000)
    ranges = Asked(bytes(3_000_000))
    file = FarFile(ranges)
    spans = [(begin, begin + 70_000) for begin in range(0, 3_000_000, 500_000)]
    ahead = Ahead(file, spans)
    for begin, _ in spans:
        ahead.reach(begin)
        assert file.holds(begin, begin + 70_000)
    assert [len(batch) for batch in ranges.batches] == [2, 2, 2]


def test_a_stream_of_it_is_one_like_others() -> None:
    ranges = Asked()
    with FarStream(FarFile(ranges), "far://x") as stream:
        opened: Any = stream
        assert opened.read(4) == CONTENT[:4]
        assert opened.seek(-2, os.SEEK_CUR) == opened.tell() == 2
        assert opened.read(70_000) == CONTENT[2:70_002]
        assert opened.seek(-5, os.SEEK_END) == len(CONTENT) - 5
        assert opened.read() == CONTENT[-5:]
        assert opened.read(10) == b""
        assert opened.seekable()
        assert opened.readable()
        with pytest.raises(ValueError, match="before the beginning"):
            opened.seek(-1)
        assert not ranges.is_closed
    assert ranges.is_closed
