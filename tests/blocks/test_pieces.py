"""Where the pieces of a block are: told by a table that nothing has to be believed of, or walked in few steps."""

from __future__ import annotations

import io
import itertools
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
import roman_datamodels.datamodels as rdm
from hypothesis import given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models.blocks.codecs import BrokenBlockError
from roman_cal_models.blocks.compressing import Content
from roman_cal_models.blocks.contents import content as content_of
from roman_cal_models.blocks.far import FarFile, Span
from roman_cal_models.blocks.index import Block, blocks, index_of
from roman_cal_models.blocks.pieces import Table, found_by_index, pieces_told, table_in, table_of, table_size
from roman_cal_models.blocks.positions import positioned
from roman_cal_models.blocks.reading import reader
from roman_cal_models.blocks.writing import Copy, write_blocks

from .files import HEAD, LZ4, lz4_piece, part_of_content

PIECE = 64 * 1024
generator = np.random.default_rng(0)
# more and less that lz4 can do with it
CONTENT = b"".join(bytes(generator.integers(0, 2 ** (1 + at % 8), PIECE, np.uint8)) for at in range(40)) + bytes(1234)


class Asked:
    """Answers requests, and counts them."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.spans: list[Span] = []

    def size(self) -> int:
        return len(self.content)

    def get(self, spans: Sequence[Span]) -> list[bytes]:
        self.spans += spans
        return [self.content[begin:end] for begin, end in spans]

    def close(self) -> None:
        pass


def written(*sources: Content | Copy, **options: Any) -> bytes:
    stream = io.BytesIO()
    write_blocks(stream, sources, **options)
    return stream.getvalue()


def of(whole: bytes) -> tuple[FarFile, Asked, Block]:
    ranges = Asked(whole)
    file = FarFile(ranges)
    return file, ranges, next(blocks(file, 0))


OURS = written(Content(memoryview(CONTENT), LZ4, PIECE), Content(memoryview(b"other")))
WITHOUT = HEAD.pack(
    b"\xd3BLK",
    48,
    0,
    LZ4,
    *[sum(len(lz4_piece(CONTENT[at : at + PIECE])) for at in range(0, len(CONTENT), PIECE))] * 2,
    len(CONTENT),
    bytes(16),
) + b"".join(lz4_piece(CONTENT[at : at + PIECE]) for at in range(0, len(CONTENT), PIECE))


def read(file: FarFile, block: Block, spans: list[Span]) -> list[bytes]:
    found = reader(file, block)
    assert found is not None
    with found.reading(spans):
        return [part_of_content(found, begin, end - begin) for begin, end in spans]


@st.composite
def spans_of(draw: st.DrawFn) -> list[Span]:
    edges = draw(st.lists(st.integers(0, len(CONTENT)), min_size=2, max_size=12, unique=True).map(sorted))
    return list(zip(edges[::2], edges[1::2], strict=False))


@pytest.mark.parametrize("whole", [OURS, WITHOUT], ids=["told", "walked"])
@settings(max_examples=40, deadline=None)
@given(spans=spans_of())
def test_parts_are_the_right_ones(whole: bytes, spans: list[Span]) -> None:
    file, _, block = of(whole)
    assert read(file, block, spans) == [CONTENT[begin:end] for begin, end in spans]


def test_a_table_tells_where_the_pieces_are() -> None:
    file, ranges, block = of(OURS)
    begin = 30 * PIECE + 5
    assert read(file, block, [(begin, begin + PIECE)]) == [CONTENT[begin : begin + PIECE]]
    assert len(ranges.spans) == 3  # the beginning, the table, the two pieces
    assert sum(end - begin for begin, end in ranges.spans) < 65_536 + 16_384 + 3 * PIECE


def test_a_file_of_the_system_has_its_pieces_from_the_table() -> None:
    class Counted:
        """The file, which counts what it is asked for."""

        def __init__(self, content: bytes) -> None:
            self._file = positioned(io.BytesIO(content))
            self.size = self._file.size
            self.read_into = self._file.read_into
            self.asked = 0

        def read_at(self, position: int, size: int) -> bytes:
            self.asked += 1
            return self._file.read_at(position, size)

    file = Counted(OURS)
    block = next(blocks(file, 0))
    found = reader(file, block)
    assert found is not None
    before = file.asked
    begin = 30 * PIECE + 5
    with found.reading([(begin, begin + PIECE)]):
        assert part_of_content(found, begin, PIECE) == CONTENT[begin : begin + PIECE]
    assert file.asked - before <= 6  # the first head, the table, the heads of two pieces: not those of thirty


def test_the_first_piece_is_read_without_the_table() -> None:
    class Plain:
        def __init__(self, content: bytes) -> None:
            self._file = positioned(io.BytesIO(content))
            self.size = self._file.size
            self.read_at = self._file.read_at
            self.asked: list[int] = []

        def read_into(self, position: int, buffer: memoryview) -> None:
            self.asked.append(position)
            self._file.read_into(position, buffer)

    file = Plain(OURS)
    block = next(blocks(file, 0))
    found = reader(file, block)
    assert found is not None
    with found.reading([(0, 10)]):
        assert part_of_content(found, 0, 10) == CONTENT[:10]
    assert max(file.asked) < block.end


def test_short_contents_or_pieces_have_no_table() -> None:
    assert table_size(200_000, PIECE) == table_size(200_000, 0) == table_size(100 * PIECE, PIECE // 2) == 0
    assert table_size(300_000, 0) < table_size(300_000, PIECE)
    for source in (
        Content(memoryview(CONTENT), LZ4, PIECE // 2),
        Content(memoryview(CONTENT[:200_000])),
        Content(memoryview(b""), LZ4),
    ):
        file, _, block = of(written(source))
        assert block.next == block.end
        assert pieces_told(file, block) == []


@pytest.mark.parametrize("pad", [False, True])
@pytest.mark.parametrize("checksums", [False, True])
def test_a_table_is_copied_with_its_block(checksums: bool, pad: bool) -> None:
    file, _, block = of(written(Content(memoryview(CONTENT), LZ4, PIECE), checksums=checksums, pad=pad))
    copy, _, copied = of(written(Copy(file, block), checksums=checksums, pad=pad))
    assert table_in(copy, copied) == table_in(file, block) is not None
    assert len(pieces_told(copy, copied)) == 41
    bare, _, without = of(written(Copy(file, block), checksums=False))
    assert (table_in(bare, without) is None) == checksums


def with_table(table: bytes) -> bytes:
    """Return the file with another table."""
    block = next(blocks(positioned(io.BytesIO(OURS)), 0))
    whole = OURS[: block.end] + table.ljust(block.next - block.end, b"\0") + OURS[block.next :]
    assert len(whole) == len(OURS)
    return whole


def lengths() -> tuple[list[int], Block]:
    file, _, block = of(OURS)
    return [piece.length + 4 for piece in pieces_told(file, block)], block


def test_a_table_of_another_content_is_none() -> None:
    true, block = lengths()
    used = block.end - block.begin
    other = bytes(range(16))
    for table in (
        table_of(Table(0, PIECE, true), used, other),
        table_of(Table(0, PIECE, true), used + 1, block.checksum),
        table_of(Table(0, PIECE, true[:-1]), used, block.checksum),
        table_of(Table(0, PIECE // 2, true), used, block.checksum),
        table_of(Table(0, 0, true), used, block.checksum),
        table_of(Table(0, PIECE, [true[0] + 1, *true[1:]]), used, block.checksum),
        table_of(Table(0, PIECE, true), used, block.checksum)[:-1] + b"\0",
        bytes(100),
    ):
        file, _, found = of(with_table(table))
        assert pieces_told(file, found) == []
        assert read(file, found, [(30 * PIECE, 31 * PIECE)]) == [CONTENT[30 * PIECE : 31 * PIECE]]


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(range(41)), spans=spans_of())
def test_a_table_that_lies_of_a_piece_that_is_read_is_not_believed(order: list[int], spans: list[Span]) -> None:
    true, block = lengths()
    shuffled = [true[at] for at in order]
    file, _, found = of(with_table(table_of(Table(0, PIECE, shuffled), block.end - block.begin, block.checksum)))
    assert len(pieces_told(file, found)) == 41
    assert read(file, found, spans) == [CONTENT[begin:end] for begin, end in spans]


# -- late blocks -----------------------------------------------------------------------------------------------------


def of_many(count: int = 5, **options: Any) -> tuple[bytes, list[Block]]:
    """Return a file of blocks of all kinds, and where they are."""
    stream = io.BytesIO()
    stream.write(HEADER)
    kinds = [(LZ4, PIECE), (b"\0\0\0\0", 0), (LZ4, len(CONTENT))]
    wanted = [Content(memoryview(CONTENT), kinds[n % 3][0], kinds[n % 3][1] or PIECE) for n in range(count)]
    write_blocks(stream, wanted, **options)
    return stream.getvalue(), list(blocks(positioned(stream), len(HEADER)))


HEADER = b"#ASDF 1.0.0\n%YAML 1.1\n--- {}\n...\n"


@pytest.mark.parametrize("pad", [False, True])
@pytest.mark.parametrize("checksums", [False, True])
def test_a_late_block_is_found_by_the_index(checksums: bool, pad: bool) -> None:
    whole, found = of_many(checksums=checksums, pad=pad)
    for number, block in enumerate(found):
        ranges = Asked(whole)
        assert found_by_index(FarFile(ranges), len(HEADER), number) == block
        assert len(ranges.spans) <= 4
    for number in (-1, 5, 6):
        assert found_by_index(FarFile(Asked(whole)), len(HEADER), number) is None


def test_a_block_is_found_where_it_was_copied_to() -> None:
    whole, found = of_many()
    file = positioned(io.BytesIO(whole))
    stream = io.BytesIO()
    stream.write(HEADER)
    write_blocks(stream, [Copy(file, found[number]) for number in (3, 0, 4, 4)])
    copied = stream.getvalue()
    for number, block in enumerate(blocks(positioned(stream), len(HEADER))):
        assert found_by_index(FarFile(Asked(copied)), len(HEADER), number) == block


def test_a_block_that_moved_is_not_taken_for_another() -> None:
    whole, found = of_many()
    edges = [block.head for block in found] + [found[-1].next]
    pieces = [whole[begin:end] for begin, end in itertools.pairwise(edges)]
    index = whole[edges[-1] :]
    stranger = written(Content(memoryview(CONTENT[:1000])))
    stranger = stranger[: stranger.index(b"#ASDF BLOCK INDEX")]
    for order in ([1, 2, 3, 4], [0, 2, 1, 3, 4], [0, 3, 4], [0, None, 1, 2, 3, 4]):
        parts = [stranger if number is None else pieces[number] for number in order]
        heads = list(itertools.accumulate(map(len, parts), initial=len(HEADER)))
        for told in (index, index_of(heads[:-1])):
            changed = HEADER + b"".join(parts) + told
            true = list(blocks(positioned(io.BytesIO(changed)), len(HEADER)))
            for number in range(len(order) + 1):
                block = found_by_index(FarFile(Asked(changed)), len(HEADER), number)
                assert block is None or block == true[number]


@settings(max_examples=100, deadline=None)
@given(position=st.integers(0), value=st.integers(0, 255))
def test_a_late_block_of_a_spoiled_file_is_that_one_or_none(position: int, value: int) -> None:
    whole, found = of_many(3)
    # where heads, tables and the index are
    places = [at for block in found for at in (*range(block.head, block.begin), *range(block.end, block.next))]
    places += range(found[-1].next, len(whole))
    spoiled = bytearray(whole)
    spoiled[places[position % len(places)]] = value
    true = list(blocks(positioned(io.BytesIO(spoiled)), len(HEADER)))
    for number in range(3):
        block = found_by_index(FarFile(Asked(bytes(spoiled))), len(HEADER), number)
        assert block in (None, found[number], *true[number : number + 1])


def test_broken_pieces_are_told_of_a_far_file() -> None:
    whole = bytearray(WITHOUT)
    second = 54 + len(lz4_piece(CONTENT[:PIECE]))
    whole[second : second + 4] = b"\xff\xff\xff\xff"
    file, _, block = of(bytes(whole))
    with pytest.raises(BrokenBlockError, match="a compressed piece of its block says that it has"):
        read(file, block, [(30 * PIECE, 31 * PIECE)])


def test_others_read_a_file_with_tables(tmp_path: Path) -> None:
    model: Any = rcm.ImageModel.create_fake_data(shape=(8, 8))
    model.data = generator.integers(0, 100, (2048, 2048)).astype(np.float32)
    path = model.save(tmp_path / "image.asdf", all_array_compression="lz4")
    with rcm.open(path) as opened:
        assert {problem.kind for problem in opened.problems()} == {"shape"}  # `data` alone is large
        assert np.array_equal(opened.data, model.data)
        again = opened.save(tmp_path / "again.asdf")
    for each in (path, again):
        found = positioned(io.BytesIO(each.read_bytes()))
        first = next(blocks(found, each.read_bytes().index(b"\xd3BLK")))
        assert table_in(found, first) is not None
        assert content_of(found, first).tobytes() == model.data.tobytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with asdf.open(each, validate_checksums=True) as plain:
                assert np.array_equal(plain["roman"]["data"], model.data)
            with rdm.open(each) as peer:
                assert np.array_equal(peer.data, model.data)
                peer.validate()
