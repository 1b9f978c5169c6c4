"""The content of a block: whole and in parts, as its bytes and never as anything else."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roman_cal_models.blocks.codecs import BrokenBlockError, largest
from roman_cal_models.blocks.contents import content
from roman_cal_models.blocks.reading import content_size, raw_bytes, reader

from .files import BZIP2, COMPRESSORS, LZ4, NONE, PIECE, ZLIB, lz4_piece, lz4_pieces, only_block, part_of_content

# longer than what is decompressed at once, and half of it hard to compress
NOISE = np.random.default_rng(7).integers(0, 256, 1_500_000, np.uint8).tobytes()
CONTENT = NOISE + bytes(1_500_000)

by_compression = pytest.mark.parametrize("compression", COMPRESSORS, ids=["none", "lz4", "zlib", "bzp2"])
compressed_only = pytest.mark.parametrize("compression", [LZ4, ZLIB, BZIP2], ids=["lz4", "zlib", "bzp2"])
in_parts = pytest.mark.parametrize("compression", [NONE, LZ4], ids=["none", "lz4"])


# -- whole -----------------------------------------------------------------------------------------------------------


@by_compression
def test_the_whole_content_is_what_was_written(compression: bytes) -> None:
    file, block = only_block(COMPRESSORS[compression](CONTENT), len(CONTENT), compression)
    assert content_size(file, block) == len(CONTENT)
    assert content(file, block).tobytes() == CONTENT


@by_compression
def test_a_block_of_nothing_has_no_content(compression: bytes) -> None:
    file, block = only_block(COMPRESSORS[compression](b""), 0, compression)
    assert content(file, block).tobytes() == b""


@by_compression
def test_the_raw_bytes_are_those_of_the_file(compression: bytes) -> None:
    payload = COMPRESSORS[compression](NOISE[:1000])
    file, block = only_block(payload, 1000, compression)
    assert raw_bytes(file, block).tobytes() == payload


@by_compression
def test_the_content_may_be_changed(compression: bytes) -> None:
    file, block = only_block(COMPRESSORS[compression](NOISE[:1000]), 1000, compression)
    assert content(file, block).flags.writeable


def test_a_block_that_goes_on_to_the_end_holds_what_is_there() -> None:
    file, block = only_block(NOISE[:1000], 0, flags=1, used=0)
    assert content_size(file, block) == 1000
    assert content(file, block).tobytes() == NOISE[:1000]
    opened = reader(file, block)
    assert opened is not None
    assert part_of_content(opened, 500, 10) == NOISE[500:510]


def test_a_compressed_block_that_goes_on_to_the_end_is_refused() -> None:
    file, block = only_block(lz4_pieces(NOISE[:1000]), 1000, LZ4, flags=1)
    with pytest.raises(BrokenBlockError, match="cannot be both"):
        content(file, block)


@by_compression
def test_a_block_that_ends_behind_its_file_is_refused(compression: bytes) -> None:
    payload = COMPRESSORS[compression](NOISE[:1000])
    file, block = only_block(payload[:-1], 1000, compression, used=len(payload))
    with pytest.raises(EOFError, match="ends at byte"):
        content(file, block)


@compressed_only
@pytest.mark.parametrize("wrong", [-1, 1, 1000])
def test_a_block_that_holds_more_or_less_than_it_says_is_refused(compression: bytes, wrong: int) -> None:
    file, block = only_block(COMPRESSORS[compression](CONTENT), len(CONTENT) + wrong, compression)
    with pytest.raises(BrokenBlockError):
        content(file, block)


@compressed_only
def test_a_block_cannot_hold_more_than_its_bytes_can_stand_for(compression: bytes) -> None:
    payload = COMPRESSORS[compression](NOISE[:1000])
    most = largest(compression, len(payload))
    assert most is not None
    file, block = only_block(payload, most + 1, compression)
    with pytest.raises(BrokenBlockError, match="cannot hold"):
        content_size(file, block)
    file, block = only_block(payload, most, compression)
    assert content_size(file, block) == most


def test_the_most_that_others_hold_is_not_known() -> None:
    assert largest(b"blsc", 100) is None


def test_a_compression_that_is_not_known_is_refused() -> None:
    file, block = only_block(b"abc", 3, b"rotx")
    with pytest.raises(BrokenBlockError, match="'rotx'"):
        content(file, block)


def test_other_compressions_are_asked_for() -> None:
    def fill(raw: memoryview, space: memoryview) -> int:
        space[:] = bytes(raw)[::-1]
        return len(space)

    file, block = only_block(b"abc", 3, b"rotx")
    assert content(file, block, {b"rotx": fill}.get).tobytes() == b"cba"
    with pytest.raises(BrokenBlockError, match="'rotx'"):
        content(file, block, {b"else": fill}.get)


# -- lz4's pieces ----------------------------------------------------------------------------------------------------

BROKEN_PIECES = {
    "cut inside of a head": (lz4_piece(NOISE[:500]) + lz4_piece(NOISE[500:1000])[:6], "ends inside"),
    "a piece longer than the block": (lz4_piece(NOISE[:1000])[:-1], "says that it has"),
    "a piece shorter than its own length": (struct.pack(">II", 3, 0) + bytes(100), "says that it has 3"),
    "a piece of less than it says": (lz4_piece(NOISE[:900], says=1000), "900 bytes says that it has 1000|decompress"),
    "a piece of more than it can hold": (struct.pack(">I", 4) + struct.pack("<I", 10_000), "more than|cannot hold"),
    "pieces of more than the block": (lz4_pieces(NOISE[:1001]), "more than its 1000"),
}


@pytest.mark.parametrize("payload", [pair[0] for pair in BROKEN_PIECES.values()], ids=list(BROKEN_PIECES))
def test_broken_pieces_are_refused_whole_and_in_parts(payload: bytes) -> None:
    import lz4.block

    # who calls makes one error of these
    errors = (BrokenBlockError, lz4.block.LZ4BlockError)
    file, block = only_block(payload, 1000, LZ4)
    with pytest.raises(errors):
        content(file, block)
    with pytest.raises(errors):
        opened = reader(file, block)
        assert opened is not None
        part_of_content(opened, 0, 1000)


def test_what_a_piece_says_is_held_against_its_bytes() -> None:
    payload = struct.pack(">I", 4) + struct.pack("<I", 2000) + lz4_pieces(NOISE[:10_000])
    file, block = only_block(payload, 12_000, LZ4)
    with pytest.raises(BrokenBlockError, match="of 4 bytes cannot hold the 2000"):
        content(file, block)


def test_pieces_that_end_early_are_told_where() -> None:
    file, block = only_block(lz4_pieces(NOISE[:1000]), 1500, LZ4)
    opened = reader(file, block)
    assert opened is not None
    part_of_content(opened, 0, 1000)
    with pytest.raises(BrokenBlockError, match="end before byte 1000"):
        part_of_content(opened, 990, 20)


# -- parts -----------------------------------------------------------------------------------------------------------


@in_parts
@given(
    parts=st.lists(
        st.tuples(st.integers(0, len(CONTENT)), st.sampled_from([0, 1, 100, PIECE - 1, PIECE, 3 * PIECE])), max_size=6
    )
)
def test_parts_are_those_of_the_whole(compression: bytes, parts: list[tuple[int, int]]) -> None:
    file, block = FILES[compression]
    opened = reader(file, block)
    assert opened is not None
    assert opened.size == len(CONTENT)
    for start, size in parts:
        assert part_of_content(opened, start, min(size, len(CONTENT) - start)) == CONTENT[start : start + size]


@in_parts
def test_parts_at_the_edges_of_pieces(compression: bytes) -> None:
    opened = reader(*FILES[compression])
    assert opened is not None
    for start in (PIECE, 0, PIECE - 1, 2 * PIECE, PIECE, 5 * PIECE - 1, len(CONTENT) - 2):
        assert part_of_content(opened, start, 2) == CONTENT[start : start + 2]


@in_parts
@given(
    start=st.integers(0, PIECE),
    step=st.integers(1000, 2 * PIECE),
    size=st.integers(1, 2 * PIECE),
    most=st.integers(0, 20),
)
def test_rows_are_those_of_the_whole(compression: bytes, start: int, step: int, size: int, most: int) -> None:
    count = max(min((len(CONTENT) - start - size) // step + 1, most), 0)
    opened = reader(*FILES[compression])
    assert opened is not None
    rows = np.zeros((count, size), np.uint8)
    begins = range(start, start + count * step, step)
    with opened.reading([(begin, begin + size) for begin in begins]):
        opened.read_rows(start, step, rows)
    assert [row.tobytes() for row in rows] == [CONTENT[begin : begin + size] for begin in begins]


def test_readers_share_no_memory_while_they_read() -> None:
    files = [only_block(lz4_pieces(bytes([number]) * 4 * PIECE), 4 * PIECE, LZ4) for number in range(20)]

    def read(number: int) -> set[int]:
        opened = reader(*files[number])
        assert opened is not None
        found = set()
        with opened.reading([(0, 4 * PIECE)]):
            for start in range(0, 4 * PIECE, PIECE // 4):
                found |= set(part_of_content(opened, start, PIECE // 4))
                # another one is read in the midst of it
                other = reader(*files[number - 1])
                assert other is not None
                with other.reading([(0, 10)]):
                    assert part_of_content(other, 0, 10) == bytes([(number - 1) % 20]) * 10
        return found

    with ThreadPoolExecutor(8) as threads:
        for _ in range(5):
            assert list(threads.map(read, range(20))) == [{number} for number in range(20)]


@pytest.mark.parametrize("compression", [ZLIB, BZIP2], ids=["zlib", "bzp2"])
def test_what_is_one_stream_has_no_parts(compression: bytes) -> None:
    assert reader(*only_block(COMPRESSORS[compression](NOISE[:1000]), 1000, compression)) is None


FILES = {name: only_block(COMPRESSORS[name](CONTENT), len(CONTENT), name) for name in (NONE, LZ4)}
