"""Whole contents by several threads: the same bytes and errors by each decoder, from files near and far."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from roman_cal_models.blocks import codecs
from roman_cal_models.blocks import contents as module
from roman_cal_models.blocks.codecs import BrokenBlockError, fill_lz4
from roman_cal_models.blocks.contents import content, contents
from roman_cal_models.blocks.index import Block, blocks
from roman_cal_models.blocks.positions import PositionedBytes, is_near, positioned
from roman_cal_models.blocks.reading import reader

from .files import BZIP2, COMPRESSORS, HEAD, LZ4, NONE, PIECE, ZLIB, lz4_piece, lz4_pieces, part_of_content

# longer than what is read without threads, and half of it hard to compress
NOISE = np.random.default_rng(7).integers(0, 256, 1_500_000, np.uint8).tobytes()
CONTENT = NOISE + bytes(1_500_000)

by_compression = pytest.mark.parametrize("compression", COMPRESSORS, ids=["none", "lz4", "zlib", "bzp2"])


@pytest.fixture(params=["cramjam", "python-lz4"])
def decoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What decompresses lz4: by the extra ``fast``, or without it, as if it were not installed."""
    if request.param == "python-lz4":
        monkeypatch.setattr("roman_cal_models.locks._imported", set())
        monkeypatch.setitem(sys.modules, "cramjam", None)
    codecs._fast_lz4.cache_clear()
    yield request.param
    codecs._fast_lz4.cache_clear()


@contextmanager
def written(folder: Path, *payloads: tuple[bytes, int, bytes]) -> Iterator[tuple[PositionedBytes, list[Block]]]:
    """Write a file of blocks, each of its bytes, the size of its content and its compression."""
    path = folder / "blocks"
    path.write_bytes(
        b"".join(
            HEAD.pack(b"\xd3BLK", 48, 0, compression, len(payload), len(payload), size, bytes(16)) + payload
            for payload, size, compression in payloads
        )
    )
    with path.open("rb") as stream:
        file = positioned(stream)
        assert is_near(file)
        yield file, list(blocks(file, 0))


class Far:
    """A file that is not one of this machine."""

    def __init__(self, file: PositionedBytes, read: Callable[[], None] = lambda: None) -> None:
        self.size = file.size
        self.read_at = file.read_at
        self._file = file
        self._read = read

    def read_into(self, position: int, buffer: memoryview) -> None:
        self._read()
        self._file.read_into(position, buffer)


# -- the same by each way --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("decoder")
@by_compression
@pytest.mark.parametrize("count", [1, 100_000, len(CONTENT)])
def test_the_content_is_what_was_written(compression: bytes, count: int, tmp_path: Path) -> None:
    with written(tmp_path, (COMPRESSORS[compression](CONTENT[-count:]), count, compression)) as (file, (block,)):
        assert content(file, block).tobytes() == CONTENT[-count:]
        assert content(Far(file), block).tobytes() == CONTENT[-count:]


def test_both_decoders_are_tried(decoder: str) -> None:
    assert (codecs._fast_lz4() is None) is (decoder == "python-lz4")


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("length", [3, 1000, 700_000])
def test_pieces_of_any_length(length: int, tmp_path: Path) -> None:
    wanted = CONTENT[-20 * length :]
    payload = b"".join(lz4_piece(wanted[at : at + length]) for at in range(0, len(wanted), length))
    with written(tmp_path, (payload + lz4_piece(b""), len(wanted), LZ4)) as (file, (block,)):
        assert content(file, block).tobytes() == wanted


@pytest.mark.usefixtures("decoder")
def test_one_piece_that_is_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    wanted = 6 * NOISE
    with written(tmp_path, (lz4_piece(wanted), len(wanted), LZ4)) as (file, (block,)):
        assert content(file, block).tobytes() == wanted


@pytest.mark.usefixtures("decoder")
def test_parts_of_a_block(tmp_path: Path) -> None:
    with written(tmp_path, (lz4_pieces(CONTENT), len(CONTENT), LZ4)) as (file, (block,)):
        opened = reader(file, block)
        assert opened is not None
        assert part_of_content(opened, PIECE // 2, 3 * PIECE) == CONTENT[PIECE // 2 :][: 3 * PIECE]


def test_what_is_read_lies_where_the_system_has_large_pages() -> None:
    for size in (4 * 1024 * 1024, 5_000_001):
        space = codecs.empty(size)
        assert len(space) == size
        assert space.ctypes.data % (2 * 1024 * 1024) == 0


# -- what is broken --------------------------------------------------------------------------------------------------

GOOD, GARBAGE = lz4_piece(NOISE[:1000]), struct.pack(">I", 1004) + struct.pack("<I", 1000) + b"\xff" * 1000
SHORT, LONG = lz4_piece(NOISE[:900], says=1000), lz4_piece(NOISE[:1100], says=1000)


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("piece", [GARBAGE, SHORT, LONG], ids=["garbage", "short", "long"])
def test_a_broken_piece_is_refused(piece: bytes) -> None:
    with pytest.raises(BrokenBlockError, match="a piece"):
        fill_lz4(memoryview(piece)[4:], memoryview(bytearray(1000)))


@pytest.mark.usefixtures("decoder")
@pytest.mark.parametrize("count", [1, 2000], ids=["alone", "threads"])
def test_the_error_is_that_of_the_first_part_that_is_broken(count: int, tmp_path: Path) -> None:
    payload = count * GOOD + GARBAGE + count * GOOD + struct.pack(">II", 3, 0) + bytes(100)
    with written(tmp_path, (payload, 10_000 * count, LZ4)) as (file, (block,)):
        for each in (file, Far(file)):
            with pytest.raises(BrokenBlockError, match="cannot be decompressed"):
                content(each, block)


@pytest.mark.usefixtures("decoder")
@by_compression
def test_a_block_that_holds_less_than_it_says_is_refused(compression: bytes, tmp_path: Path) -> None:
    payload = COMPRESSORS[compression](CONTENT)
    with written(tmp_path, (payload, len(CONTENT) + 1, compression)) as (file, (block,)):
        if compression == NONE:
            assert len(content(file, block)) == len(CONTENT)  # which is what says it
        else:
            with pytest.raises(BrokenBlockError, match=f"holds {len(CONTENT)} bytes"):
                content(file, block)


@pytest.mark.usefixtures("decoder")
def test_several_contents_are_those_that_can_be_read(tmp_path: Path) -> None:
    good = [(COMPRESSORS[each](CONTENT), len(CONTENT), each) for each in (LZ4, NONE, ZLIB, BZIP2)]
    bad = [
        (lz4_pieces(CONTENT) + GARBAGE, len(CONTENT) + 1000, LZ4),
        (b"\xff" * 1000, 1000, ZLIB),
        (b"abc", 3, b"rotx"),
        (lz4_pieces(NOISE), 2**60, LZ4),
    ]
    with written(tmp_path, *good, *bad) as (file, found):
        for each in (file, Far(file)):
            read = contents(each, found)
            assert list(read) == found[: len(good)]
            assert all(array.tobytes() == CONTENT for array in read.values())


def test_no_contents(tmp_path: Path) -> None:
    with written(tmp_path) as (file, _):
        assert contents(file, []) == {}


# -- threads ---------------------------------------------------------------------------------------------------------


def test_several_blocks_of_a_far_file_are_waited_for_at_the_same_time(tmp_path: Path) -> None:
    both = threading.Barrier(2, timeout=120)  # which one read alone would break

    def read() -> None:
        both.wait()

    payload = (lz4_pieces(CONTENT), len(CONTENT), LZ4)
    with written(tmp_path, payload, payload) as (file, found):
        assert len(contents(Far(file, read), found)) == 2


def test_no_more_of_a_far_file_is_held_than_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    payload = (lz4_pieces(CONTENT), len(CONTENT), LZ4)
    monkeypatch.setattr(module, "_MOST_HELD", len(payload[0]))
    reading = 0
    met: list[int] = []

    def read() -> None:
        nonlocal reading
        reading += 1
        met.append(reading)
        threading.Event().wait(0.01)
        reading -= 1

    with written(tmp_path, *[payload] * 4) as (file, found):
        assert len(contents(Far(file, read), found)) == 4
    assert met == [1, 1, 1, 1]


AT_EXIT = """
import atexit, sys
from roman_cal_models.blocks.contents import content, contents
from roman_cal_models.blocks.index import blocks
from roman_cal_models.blocks.positions import positioned
stream = open(sys.argv[1], "rb")
file = positioned(stream)
found = list(blocks(file, 0))
# what is registered first is done last
atexit.register(lambda: print(content(file, found[0]).sum(), len(contents(file, found))))
"""


def test_where_no_thread_can_be_started_the_content_is_read_without(tmp_path: Path) -> None:
    payload = (lz4_pieces(CONTENT), len(CONTENT), LZ4)
    with written(tmp_path, payload, payload):
        command = [sys.executable, "-c", AT_EXIT, str(tmp_path / "blocks")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == [str(int(np.frombuffer(CONTENT, np.uint8).sum())), "2"]
    assert done.stderr == ""
