"""What the heads of blocks tell of a file, and what their content does."""

from __future__ import annotations

import bz2
import hashlib
import io
import struct
import threading
import zlib
from typing import Any

import asdf
import lz4.block
import numpy as np
import pytest

from roman_cal_models.blocks import codecs
from roman_cal_models.blocks.codecs import BrokenBlockError
from roman_cal_models.blocks.integrity import Fault, Verdict, check, check_all, survey
from roman_cal_models.blocks.positions import positioned

HEAD = struct.Struct(">4sHI4sQQQ16s")
COMPRESSIONS = [None, "zlib", "bzp2", "lz4"]


def content(compression: str | None = "lz4", **options: Any) -> bytes:
    """An ASDF file of two arrays, each in a block of its own."""
    numbers = np.arange(3000, dtype="i4")
    tree = {"first": numbers, "second": numbers[::-1].copy()}
    stream = io.BytesIO()
    asdf.AsdfFile(tree).write_to(stream, all_array_compression=compression, **options)
    return stream.getvalue()


def start_of(file: bytes) -> int:
    return file.index(b"\n...\n") + 5


def kinds(file: bytes) -> set[tuple[str, int | None]]:
    """What the heads tell."""
    found = survey(positioned(io.BytesIO(file)), start_of(file))
    return {(fault.kind, fault.block) for fault in found.faults}


def verdicts(file: bytes, *, whole: bool = True) -> dict[int, Verdict]:
    bytes_ = positioned(io.BytesIO(file))
    found = survey(bytes_, start_of(file))
    sound = {n: block for n, block in enumerate(found.blocks) if not found.faults_of(n)}
    return check_all(bytes_, sound, whole=whole)


def told(file: bytes) -> list[str]:
    """All that is told of a file, by its heads and by its blocks."""
    heads = [fault.text for fault in survey(positioned(io.BytesIO(file)), start_of(file)).faults]
    return heads + [verdict.fault.text for verdict in verdicts(file).values() if verdict.fault is not None]


def block(payload: bytes, *, compression: bytes = b"\0\0\0\0", size: int | None = None, checksum: bytes = b"") -> bytes:
    used = len(payload)
    size = used if size is None else size
    return HEAD.pack(b"\xd3BLK", 48, 0, compression, used, used, size, checksum.ljust(16, b"\0")) + payload


def file_of(*parts: bytes) -> bytes:
    return b"#ASDF 1.0.0\n%YAML 1.1\n--- {}\n...\n" + b"".join(parts)


# -- heads -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("options", [{}, {"pad_blocks": True}, {"include_block_index": False}])
def test_a_whole_file_has_no_faults(compression: str | None, options: dict[str, Any]) -> None:
    assert kinds(content(compression, **options)) == set()


def test_a_file_without_blocks_has_no_faults() -> None:
    assert kinds(file_of()) == kinds(file_of(b"\0" * 100)) == set()


def test_each_byte_that_is_missing_is_told() -> None:
    file = content()
    first = file.index(b"\xd3BLK")
    second = file.index(b"\xd3BLK", first + 1)
    index = file.index(b"#ASDF BLOCK INDEX")
    for size in [*range(first + 1, first + 60), *range(second + 1, second + 60), *range(index + 1, len(file))]:
        assert "truncated" in {kind for kind, _ in kinds(file[:size])}, size


def test_what_is_missing_is_of_its_block() -> None:
    file = content()
    second = file.index(b"\xd3BLK", file.index(b"\xd3BLK") + 1)
    assert kinds(file[: second + 100]) == {("truncated", 1)}
    assert kinds(file[: second + 10]) == {("truncated", 1)}
    assert kinds(file[: second - 1]) == {("truncated", 0)}


def test_a_cut_between_two_blocks_is_told_to_who_needs_the_second() -> None:
    file = content()
    second = file.index(b"\xd3BLK", file.index(b"\xd3BLK") + 1)
    found = survey(positioned(io.BytesIO(file[:second])), start_of(file))
    assert found.faults == found.faults_of(0) == ()
    assert [fault.kind for fault in found.faults_of(1)] == ["truncated"]


def test_a_block_that_is_too_small_is_told_to_who_needs_more() -> None:
    found = survey(positioned(io.BytesIO(file_of(block(b"1234")))), start_of(file_of()))
    assert found.faults_of(0, 4) == found.faults_of(-1, 4) == ()
    assert [fault.kind for fault in found.faults_of(0, 5)] == ["block"]


@pytest.mark.parametrize(
    ("needed", "told"),
    [(5, "5 are needed"), (2**64 - 1, f"{2**64 - 1} are needed"), (2**64, "far more"), (10**5000, "far more")],
    ids=["some", "most", "more", "no end"],
)
def test_how_much_is_needed_is_told(needed: int, told: str) -> None:
    found = survey(positioned(io.BytesIO(file_of(block(b"1234")))), start_of(file_of()))
    (fault,) = found.faults_of(0, needed)
    assert fault.text.startswith("holds 4 bytes, where ")
    assert told in fault.text


def test_a_block_that_goes_on_to_the_end_may_have_what_is_needed() -> None:
    streamed = HEAD.pack(b"\xd3BLK", 48, 1, bytes(4), 0, 0, 0, bytes(16))
    found = survey(positioned(io.BytesIO(file_of(streamed))), start_of(file_of()))
    assert found.faults_of(0, 5) == ()


def test_a_missing_block_is_cut_off_unless_the_file_is_broken_where_it_should_be() -> None:
    whole, broken = file_of(block(b"1234")), file_of(block(b"1234", size=5), b"something else")
    kinds = [
        survey(positioned(io.BytesIO(file)), start_of(file_of())).faults_of(1)[0].kind
        for file in (whole, file_of(block(b"1234", size=5)), broken)
    ]
    assert kinds == ["truncated", "truncated", "block"]


@pytest.mark.parametrize(
    "head",
    [
        (b"lz4\0", 0, 0, bytes(16)),
        (bytes(4), 4, 0, bytes(16)),
        (bytes(4), 0, 4, bytes(16)),
        (bytes(4), 0, 0, b"some checksum..."),
    ],
    ids=["compression", "used", "size", "checksum"],
)
def test_a_block_that_goes_on_to_the_end_says_nothing_more_of_itself(head: tuple[bytes, int, int, bytes]) -> None:
    compression, used, size, checksum = head
    streamed = HEAD.pack(b"\xd3BLK", 48, 1, compression, used, used, size, checksum) + b"1234"
    assert kinds(file_of(streamed)) == {("block", 0)}
    plain = HEAD.pack(b"\xd3BLK", 48, 1, bytes(4), 0, 0, 0, bytes(16)) + b"1234"
    assert kinds(file_of(plain)) == set()


def test_a_fault_is_told_with_its_block() -> None:
    of_block, of_file = Fault("block", 3, "is broken"), Fault("index", None, "the index is broken")
    assert of_block.message(of_array=True) == "its block 3 is broken"
    assert of_block.message(of_array=False) == "block 3, which no array uses, is broken"
    assert of_file.message(of_array=True) == of_file.message(of_array=False) == "the index is broken"
    assert Fault("block", 2**64 - 1, "is not there").message(of_array=True) == f"its block {2**64 - 1} is not there"
    assert Fault("block", 10**5000, "is not there").message(of_array=True).startswith("its block 0x")
    assert Fault("block", 2**64, "is not there").message(of_array=True).startswith("its block 0x1")


def test_no_block_is_read_for_it() -> None:
    class Counting(io.BytesIO):
        count = 0

        def read(self, size: int | None = -1) -> bytes:
            found = super().read(size)
            self.count += len(found)
            return found

    file = file_of(block(bytes(1_000_000)), block(bytes(1_000_000)))
    stream = Counting(file)
    survey(positioned(stream), start_of(file))
    assert stream.count < 300


@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        (b"#ASDF BLOCK INDEX\n%YAML 1.1\n---\n- 34\n- 35\n...\n", "index"),
        (b"#ASDF BLOCK INDEX\n%YAML 1.1\n---\n- 35\n...\n", "index"),
        (b"#ASDF BLOCK INDEX\n%YAML 1.1\n---\nfour\n...\n", "index"),
        (b"something else", "block"),
    ],
)
def test_what_stands_behind_the_blocks_is_looked_at(wrong: bytes, kind: str) -> None:
    assert kinds(file_of(block(b"1234"), wrong)) == {(kind, None)}


@pytest.mark.parametrize("style", ["\n- {}\n", " [{}]\n"])
def test_an_index_may_be_written_in_each_style(style: str) -> None:
    offsets = style.format(len(file_of())).encode()
    assert kinds(file_of(block(b"1234"), b"#ASDF BLOCK INDEX\n%YAML 1.1\n---" + offsets + b"...\n")) == set()


# -- contents --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("whole", [False, True])
def test_what_asdf_writes_is_right(compression: str | None, whole: bool) -> None:
    found = verdicts(content(compression), whole=whole)
    assert found == {0: Verdict("right"), 1: Verdict("right")}


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_a_missing_checksum_is_neither_right_nor_wrong(compression: str | None) -> None:
    found = verdicts(content(compression, write_checksums=False))
    assert found == {0: Verdict("missing"), 1: Verdict("missing")}


@pytest.mark.parametrize("compression", [b"zlib", b"bzp2", b"lz4\0"])
def test_the_checksum_of_the_content_is_right_too(compression: bytes) -> None:
    """Releases of asdf before 5.4 wrote it."""
    plain = bytes(range(256)) * 100
    frame = lz4.block.compress(plain)
    packed = {
        b"zlib": zlib.compress(plain),
        b"bzp2": bz2.compress(plain),
        b"lz4\0": struct.pack(">I", len(frame)) + frame,
    }[compression]
    one = block(packed, compression=compression, size=len(plain), checksum=hashlib.md5(plain).digest())
    assert verdicts(file_of(one)) == {0: Verdict("right")}
    other = block(packed, compression=compression, size=len(plain), checksum=hashlib.md5(b"").digest())
    assert verdicts(file_of(other))[0].checksum == "wrong"


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_each_flipped_bit_of_the_blocks_is_told(compression: str | None) -> None:
    file = content(compression)
    first = file.index(b"\xd3BLK")
    second = file.index(b"\xd3BLK", first + 1)
    index = file.index(b"#ASDF BLOCK INDEX")
    payload = [first + 54, first + 60, (first + second) // 2, second - 1, second + 54, index - 1]
    for position in [*range(first, first + 54), *payload, *range(second, second + 54)]:
        for bit in {0, position % 8}:
            flipped = bytearray(file)
            flipped[position] ^= 1 << bit
            assert told(bytes(flipped)) or _is_harmless(file, position, bit), (position, bit)


def _is_harmless(file: bytes, position: int, bit: int) -> bool:
    """Tell whether a bit means nothing: all flags but the last, that of a streamed block."""
    heads = [file.index(b"\xd3BLK"), file.index(b"\xd3BLK", file.index(b"\xd3BLK") + 1)]
    return any(position - head in range(6, 10) and (position - head, bit) != (9, 0) for head in heads)


def test_padding_means_nothing() -> None:
    file = content(None, pad_blocks=True)
    first = file.index(b"\xd3BLK")
    used = struct.unpack_from(">Q", file, first + 22)[0]
    flipped = bytearray(file)
    flipped[first + 54 + used] ^= 1
    assert told(file) == told(bytes(flipped)) == []


@pytest.mark.parametrize("compression", ["zlib", "bzp2", "lz4"])
def test_without_a_checksum_what_cannot_be_decompressed_is_told(compression: str) -> None:
    file = bytearray(content(compression, write_checksums=False))
    first = bytes(file).index(b"\xd3BLK")
    file[first + 54 : first + 58] = b"\xff\xff\xff\xff"
    assert verdicts(bytes(file))[0].checksum == "wrong"


@pytest.mark.parametrize("compression", [b"zlib", b"bzp2"])
def test_what_holds_more_than_it_says_is_not_decompressed_whole(compression: bytes) -> None:
    pack = zlib.compress if compression == b"zlib" else bz2.compress
    one = block(pack(bytes(10**8)), compression=compression, size=10**6)
    (verdict,) = verdicts(file_of(one)).values()
    assert verdict.fault is not None
    assert verdict.fault.text == "holds more than the 1000000 bytes that its head says"


@pytest.mark.parametrize("compression", [b"zlib", b"bzp2"])
def test_compressed_content_that_does_not_end_is_told(compression: bytes) -> None:
    pack = zlib.compress if compression == b"zlib" else bz2.compress
    one = block(pack(bytes(1000))[:-2], compression=compression, size=1000)
    (verdict,) = verdicts(file_of(one)).values()
    assert verdict.fault is not None
    assert verdict.fault.text.startswith("cannot be decompressed: ")


def test_a_compression_that_nobody_knows_is_told() -> None:
    file = file_of(block(b"1234", compression=b"new\0", size=9, checksum=hashlib.md5(b"1234").digest()))
    assert [verdict.checksum for verdict in verdicts(file).values()] == ["wrong"]


def test_of_a_compression_that_somebody_knows_the_checksum_is_compared() -> None:
    file = file_of(block(b"1234", compression=b"new\0", size=9, checksum=hashlib.md5(b"1234").digest()))
    stream = positioned(io.BytesIO(file))
    one = survey(stream, start_of(file)).blocks[0]
    assert check(stream, 0, one, foreign={b"new\0"}) == Verdict("right")


def test_a_file_that_becomes_shorter_meanwhile_is_cut() -> None:
    stream = io.BytesIO(file_of(block(b"1234", checksum=b"some")))
    bytes_ = positioned(stream)
    one = survey(bytes_, start_of(file_of())).blocks[0]
    stream.truncate(len(stream.getvalue()) - 2)
    fault = check(bytes_, 0, one).fault
    assert fault is not None
    assert fault.kind == "truncated"


def test_blocks_are_told_in_their_order() -> None:
    file = file_of(*(block(bytes([n]) * 10) for n in range(20)))
    bytes_ = positioned(io.BytesIO(file))
    numbers: list[int] = []
    threads = set()

    def each(number: int, verdict: Verdict) -> None:
        numbers.append(number)
        threads.add(threading.current_thread())

    check_all(bytes_, dict(enumerate(survey(bytes_, start_of(file)).blocks)), each=each)
    assert numbers == list(range(20))
    assert threads == {threading.current_thread()}


# -- codecs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", ["zlib", "bzp2", "lz4"])
@pytest.mark.parametrize("piece", [1, 3, 1000, 10**6])
def test_bytes_are_decoded_in_pieces_of_any_length(
    compression: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codecs, "_PIECE", piece)
    file = positioned(io.BytesIO(content(compression)))
    one = survey(file, start_of(content(compression))).blocks[0]
    assert b"".join(codecs.decoded(file, one)) == np.arange(3000, dtype="i4").tobytes()


@pytest.mark.parametrize(
    ("compression", "packed"), [(b"zlib", zlib.compress(bytes(10**8), 9)), (b"bzp2", bz2.compress(bytes(10**8)))]
)
def test_no_piece_is_larger_than_a_few_megabytes(compression: bytes, packed: bytes) -> None:
    file = file_of(block(packed, compression=compression, size=10**8))
    bytes_ = positioned(io.BytesIO(file))
    sizes = [len(piece) for piece in codecs.decoded(bytes_, survey(bytes_, start_of(file)).blocks[0])]
    assert sum(sizes) == 10**8
    assert max(sizes) <= 4 * 1024 * 1024


def test_lz4_that_says_that_it_is_huge_is_refused() -> None:
    frame = struct.pack("<I", 2**31) + b"\0" * 20
    file = file_of(block(struct.pack(">I", len(frame)) + frame, compression=b"lz4\0", size=2**40))
    bytes_ = positioned(io.BytesIO(file))
    with pytest.raises(BrokenBlockError):
        list(codecs.decoded(bytes_, survey(bytes_, start_of(file)).blocks[0]))
