"""Blocks as they are written: what asdf reads is what was given, and copies are the same byte by byte."""

from __future__ import annotations

import bz2
import hashlib
import io
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roman_cal_models.blocks.compressing import Content
from roman_cal_models.blocks.contents import content
from roman_cal_models.blocks.index import blocks
from roman_cal_models.blocks.integrity import check_all, survey
from roman_cal_models.blocks.positions import positioned
from roman_cal_models.blocks.writing import Copy, padding_of, write_blocks
from roman_cal_models.processors import processors

from .files import BZIP2, LZ4, NONE, ZLIB

HEADER = b"#ASDF 1.0.0\n%YAML 1.1\n--- {}\n...\n"
NOISE = np.random.default_rng(5).integers(0, 256, 3_000_000, np.uint8).tobytes()
EVERY = [NONE, LZ4, ZLIB, BZIP2]


def written(sources: list[Content | Copy], **options: Any) -> io.BytesIO:
    stream = io.BytesIO()
    stream.write(HEADER)
    write_blocks(stream, sources, **options)
    return stream


def contents(stream: io.BytesIO) -> list[bytes]:
    file = positioned(stream)
    return [content(file, block).tobytes() for block in blocks(file, len(HEADER))]


def verdicts(stream: io.BytesIO) -> set[str]:
    """All that is known of the blocks; there is no fault in the heads, the index and what stands behind."""
    file = positioned(stream)
    found = survey(file, len(HEADER))
    assert found.faults == ()
    return {verdict.checksum for verdict in check_all(file, dict(enumerate(found.blocks)), whole=True).values()}


@pytest.mark.parametrize("compression", EVERY, ids=["none", "lz4", "zlib", "bzp2"])
@pytest.mark.parametrize("size", [0, 1, 1000, len(NOISE)])
def test_what_is_read_is_what_was_given(compression: bytes, size: int) -> None:
    stream = written([Content(memoryview(NOISE[:size]), compression)])
    assert contents(stream) == [NOISE[:size]]
    assert verdicts(stream) == {"right"}


@settings(deadline=None, max_examples=30)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([NONE, LZ4, ZLIB]), st.sampled_from([0, 1, 1000, 300_000]), st.sampled_from([1, 999, 2**20])
        ),
        max_size=6,
    )
)
def test_blocks_stand_in_their_order(wanted: list[tuple[bytes, int, int]]) -> None:
    # the shortest pieces only of short blocks, which would take for ever
    sources = [Content(memoryview(NOISE[:size]), name, max(piece, size // 500)) for name, size, piece in wanted]
    stream = written(list(sources))
    assert contents(stream) == [NOISE[:size] for _, size, _ in wanted]
    assert verdicts(stream) <= {"right"}


def test_long_and_short_pieces_are_hashed_in_their_order() -> None:
    # zeros become a few kilobytes, noise stays a megabyte; whoever hashes which
    parts = [bytes(2_000_000), *(8 * [2 * NOISE, bytes(2_000_000)]), b"end"]
    stream = written([Content(memoryview(b"".join(parts)), LZ4), Content(memoryview(bytes(2_000_000)), LZ4)])
    assert contents(stream) == [b"".join(parts), bytes(2_000_000)]
    assert verdicts(stream) == {"right"}


def test_few_pieces_are_held_at_a_time(tmp_path: Path) -> None:
    # hashing takes longest, and must not be left behind by more than some pieces
    noise = np.random.default_rng(6).bytes(96_000_000)
    with (tmp_path / "some").open("wb+") as stream:
        tracemalloc.start()
        write_blocks(stream, [Content(memoryview(noise), LZ4)])
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 20_000_000 + 9_000_000 * min(processors(), 8)


def test_pieces_have_the_length_that_was_asked_for() -> None:
    stream = written([Content(memoryview(NOISE[:1000]), LZ4, 300)])
    payload = stream.getvalue()[len(HEADER) + 54 :]
    sizes = []
    while payload.startswith(b"\0"):
        length = int.from_bytes(payload[:4], "big")
        sizes.append(int.from_bytes(payload[4:8], "little"))
        payload = payload[4 + length :]
    assert sizes == [300, 300, 300, 100]


def test_the_compressor_is_told_its_options() -> None:
    fast = written([Content(memoryview(bytes(100_000)), ZLIB, options={"level": 1})]).getvalue()
    best = written([Content(memoryview(bytes(100_000)), ZLIB, options={"level": 9})]).getvalue()
    assert len(best) < len(fast)


def test_another_compressor_is_used() -> None:
    def reverse(data: memoryview) -> list[bytes]:
        return [bytes(data[::-1])]

    stream = written([Content(memoryview(b"abc"), b"rotx", compressor=reverse)], index=False)
    assert stream.getvalue().endswith(b"cba")


@pytest.mark.parametrize("size", [10, len(NOISE)])
def test_checksums_may_be_left_out(size: int) -> None:
    stream = written([Content(memoryview(NOISE[:size]))], checksums=False)
    assert verdicts(stream) == {"missing"}


def test_the_index_may_be_left_out() -> None:
    assert b"BLOCK INDEX" in written([Content(memoryview(b"abc"))]).getvalue()
    assert b"BLOCK INDEX" not in written([Content(memoryview(b"abc"))], index=False).getvalue()
    assert written([]).getvalue() == HEADER


@pytest.mark.parametrize("pad", [True, 1.5])
def test_blocks_are_padded(pad: float | bool) -> None:
    first = written([Content(memoryview(NOISE[:5000]), LZ4), Content(memoryview(b"abc"))], pad=pad)
    assert contents(first) == [NOISE[:5000], b"abc"]
    assert verdicts(first) == {"right"}
    file = positioned(first)
    one, two = blocks(file, len(HEADER))
    assert (one.next - one.begin) % 4096 == (two.next - two.begin) % 4096 == 0
    assert one.next - one.end == padding_of(one.end - one.begin, pad) > 0
    second = written([Copy(file, one), Copy(file, two)], pad=pad)
    assert second.getvalue() == first.getvalue()


def test_there_is_no_padding_unless_it_is_asked_for() -> None:
    assert padding_of(1000, False) == padding_of(1000, 0) == 0
    assert padding_of(1000, True) == 2 * 4096 - 1000
    assert padding_of(10_000, 2.0) == 6 * 4096 - 10_000


# -- copies ----------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["memory", "disk"])
def original(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    stream = written([Content(memoryview(NOISE[:2_500_000]), name) for name in EVERY])
    if request.param == "memory":
        return positioned(stream)
    (tmp_path / "original").write_bytes(stream.getvalue())
    file = open(tmp_path / "original", "rb")  # noqa: SIM115
    request.addfinalizer(file.close)
    return positioned(file)


@pytest.mark.parametrize("on_disk", [False, True], ids=["to memory", "to disk"])
def test_a_copy_is_the_same_byte_by_byte(original: Any, on_disk: bool, tmp_path: Path) -> None:
    sources: list[Content | Copy] = [Copy(original, block) for block in blocks(original, len(HEADER))]
    whole = original.read_at(0, original.size())
    if not on_disk:
        assert written(sources).getvalue() == whole
        return
    with open(tmp_path / "copy", "wb+") as stream:
        stream.write(HEADER)
        write_blocks(stream, sources)
    assert (tmp_path / "copy").read_bytes() == whole


@pytest.mark.parametrize("start", [0, 1, 500, 4095])
def test_long_copies_stand_at_the_same_place_of_a_page(start: int, tmp_path: Path) -> None:
    path = tmp_path / "file"
    with open(path, "wb") as stream:
        stream.write(HEADER + bytes(start))
        long = [Content(memoryview(NOISE * 2)), Content(memoryview(NOISE[:-7] * 2))]
        write_blocks(stream, [long[0], Content(memoryview(b"short")), long[1]])
    with open(path, "rb") as stream, open(tmp_path / "copy", "wb+") as target:
        file = positioned(stream)
        first, short, second = blocks(file, len(HEADER))
        target.write(HEADER)
        write_blocks(target, [Copy(file, second), Copy(file, short), Content(memoryview(b"new")), Copy(file, first)])
        made = positioned(target)
        again = list(blocks(made, len(HEADER)))
        assert again[0].begin % 4096 == second.begin % 4096
        assert again[3].begin % 4096 == first.begin % 4096
        read = [content(made, block).tobytes() for block in again]
    assert read == [NOISE[:-7] * 2, b"short", b"new", NOISE * 2]


def test_copies_and_contents_may_be_mixed(original: Any) -> None:
    one, *_, four = blocks(original, len(HEADER))
    sources = [Content(memoryview(b"abc")), Copy(original, four), Content(memoryview(NOISE), LZ4), Copy(original, one)]
    stream = written(sources)
    assert contents(stream) == [b"abc", NOISE[:2_500_000], NOISE, NOISE[:2_500_000]]
    assert verdicts(stream) == {"right"}


def test_a_wrong_checksum_stays_wrong(original: Any) -> None:
    one = next(blocks(original, len(HEADER)))._replace(checksum=hashlib.md5(b"another").digest())
    assert verdicts(written([Copy(original, one)])) == {"wrong"}
    assert verdicts(written([Copy(original, one)], checksums=False)) == {"missing"}


@pytest.mark.parametrize("on_disk", [False, True], ids=["to memory", "to disk"])
def test_a_file_that_ends_early_is_told(on_disk: bool, tmp_path: Path) -> None:
    whole = written([Content(memoryview(NOISE))])
    block = next(blocks(positioned(whole), len(HEADER)))
    (tmp_path / "cut").write_bytes(whole.getvalue()[:-1000])
    with open(tmp_path / "cut", "rb") as cut, open(tmp_path / "copy", "wb+") as target:
        stream: Any = target if on_disk else io.BytesIO()
        with pytest.raises(EOFError, match="bytes early"):
            write_blocks(stream, [Copy(positioned(cut), block)])


def test_bzip2_and_zlib_are_what_their_libraries_write() -> None:
    stream = written([Content(memoryview(NOISE[:1000]), ZLIB), Content(memoryview(NOISE[:1000]), BZIP2)], index=False)
    file = positioned(stream)
    one, two = blocks(file, len(HEADER))
    assert zlib.decompress(file.read_at(one.begin, one.end - one.begin)) == NOISE[:1000]
    assert bz2.decompress(file.read_at(two.begin, two.end - two.begin)) == NOISE[:1000]
