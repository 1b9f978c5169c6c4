"""Where a header ends, and what is said of bytes that hold none."""

from __future__ import annotations

import io

import pytest

import roman_cal_models as rcm
from roman_cal_models.header.content import HeaderBytes, parse_tree, read_header_bytes
from roman_cal_models.yaml import read

START = b"#ASDF 1.0.0\n#ASDF_STANDARD 1.5.0\n%YAML 1.1\n---\n"
BLOCK = b"\xd3BLK" + b"\0" * 50


class Counting(io.BytesIO):
    """A stream that notes how much was read."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.count += len(piece)
        return piece


@pytest.mark.parametrize("end", [b"\n...\n", b"\r\n...\r\n", b"\n...\r\n"])
@pytest.mark.parametrize("behind", [b"", BLOCK, b"\0\0\0"])
def test_a_header_ends_with_the_end_of_the_yaml(end: bytes, behind: bytes) -> None:
    content = START + b"a: 1" + end
    assert read_header_bytes(io.BytesIO(content + behind), None).content == content


def test_the_last_line_need_not_end() -> None:
    content = START + b"a: 1\n..."
    assert read_header_bytes(io.BytesIO(content), None).content == content


def test_three_dots_inside_of_a_line_are_no_end() -> None:
    content = START + b"a: wait ... for it\nb: '...'\n...x: 1\n...\n"
    assert read_header_bytes(io.BytesIO(content + BLOCK), None).content == content


@pytest.mark.parametrize("shift", range(-8, 9))
def test_an_end_that_lies_across_two_pieces_is_found(shift: int) -> None:
    filling = 64 * 1024 - len(START) - len(b"#\n...\n") + shift
    content = START + b"#" + b"x" * filling + b"\n...\n"
    assert read_header_bytes(io.BytesIO(content + BLOCK), None).content == content


def test_blocks_are_not_read() -> None:
    stream = Counting(START + b"a: 1\n...\n" + BLOCK + b"\0" * 10_000_000)
    read_header_bytes(stream, None)
    assert stream.count <= 64 * 1024


def test_no_more_is_read_than_a_header_may_have() -> None:
    stream = Counting(START + b"a: 1\n" * 1000)
    with rcm.config(header_max_bytes=200), pytest.raises(rcm.HeaderLimitError, match="longer than 200 bytes"):
        read_header_bytes(stream, None)
    assert stream.count == 201


def test_no_more_is_read_than_a_header_may_have_in_many_pieces() -> None:
    limit = 100 * 1024
    stream = Counting(START + b"a: 1\n" * 100_000)
    with rcm.config(header_max_bytes=limit), pytest.raises(rcm.HeaderLimitError):
        read_header_bytes(stream, None)
    assert stream.count == limit + 1


def test_a_header_may_have_as_many_bytes_as_the_setting_says() -> None:
    content = START + b"a: 1\n..."
    with rcm.config(header_max_bytes=len(content)):
        assert read_header_bytes(io.BytesIO(content), None).content == content


def test_a_file_that_names_no_standard_is_of_the_newest() -> None:
    content = START.replace(b"#ASDF_STANDARD 1.5.0\n", b"") + b"a: 1\n...\n"
    assert read_header_bytes(io.BytesIO(content), None).standard == "1.6.0"


def test_the_first_bytes_of_what_is_no_asdf_file_are_shown() -> None:
    with pytest.raises(rcm.NotAsdfError) as caught:
        read_header_bytes(io.BytesIO(b"abcdefghijklmnop"), None)
    assert str(caught.value) == "not an ASDF file: it begins with b'abcdefghijkl', not with b'#ASDF '"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"SIMPLE  =                    T", "a FITS file"),
        (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
        (b"PAR1\x15", "a Parquet file"),
        (b"PK\3\4\x14", "a zip archive"),
        (b"\x1f\x8b\x08", "compressed by gzip"),
        (b"BZh91AY", "compressed by bzip2"),
        (b"\xfd7zXZ\0", "compressed by xz"),
        (b"\x28\xb5\x2f\xfd\x04", "compressed by zstd"),
        (b"SQLite format 3\0", "an SQLite database"),
        (b'{"a": 1}', "JSON"),
        (b"\n<!DOCTYPE html>", "HTML or XML, maybe an error of the server that it came from"),
    ],
)
def test_another_kind_of_file_is_called_by_its_name(content: bytes, what: str) -> None:
    with pytest.raises(rcm.NotAsdfError) as caught:
        read_header_bytes(io.BytesIO(content), "a.asdf")
    assert str(caught.value) == f"a.asdf: {what}, not an ASDF file"


def test_the_version_of_the_standard_is_that_of_the_file() -> None:
    assert read_header_bytes(io.BytesIO(START + b"a: 1\n...\n"), None).standard == "1.5.0"


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        (b"", rcm.NotAsdfError, "not an ASDF file: it is empty"),
        (b"\x89PNG\r\n", rcm.NotAsdfError, "a PNG picture"),
        (b"#AS", rcm.TruncatedFileError, "ends before its header"),
        (b"#ASDF 1.0.0\n", rcm.TruncatedFileError, "ends before its header"),
        (START + b"a: 1\n", rcm.TruncatedFileError, "ends inside of its header"),
        (b"#ASDF 1.0.0\n" + BLOCK, rcm.NotAsdfError, "without a tree"),
    ],
)
def test_bytes_without_a_header(content: bytes, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        read_header_bytes(io.BytesIO(content), "a.asdf")
    assert type(caught.value) is kind
    assert str(caught.value).startswith("a.asdf: ")
    assert text in str(caught.value)


@pytest.mark.parametrize("yaml", [b"- 1\n", b"word\n", b"a: [1\n", b"a: 1\na: *nobody\n", b""])
def test_a_tree_that_is_no_mapping_or_broken_is_refused(yaml: bytes) -> None:
    with pytest.raises(rcm.NotAsdfError, match=r"^a\.asdf: (the tree is a|broken YAML in the header)"):
        read(parse_tree(HeaderBytes(START + yaml + b"...\n", "1.6.0"), "a.asdf")["a"])


def test_a_list_that_is_too_long_is_told_before_somebody_asks_for_it() -> None:
    content = START + b"roman:\n  meta:\n    a:\n" + b"    - 1\n" * 60 + b"...\n"
    with rcm.config(header_max_items=50), pytest.raises(rcm.HeaderLimitError, match="header_max_items"):
        parse_tree(HeaderBytes(content, "1.6.0"), None)


def test_a_tree_is_read_with_its_tags() -> None:
    tree = parse_tree(HeaderBytes(START + b"a: !<asdf://e.org/tags/b-1.0.0> {c: 1}\n...\n", "1.6.0"), None)
    assert tree["a"].tag == "asdf://e.org/tags/b-1.0.0"
    assert (read(tree["a"]).tag, read(tree["a"])["c"]) == ("asdf://e.org/tags/b-1.0.0", 1)
