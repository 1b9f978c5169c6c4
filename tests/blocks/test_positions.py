"""Bytes by position: the right ones, whatever else reads the same file."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from roman_cal_models.blocks import positions
from roman_cal_models.blocks.positions import positioned, readers_of
from roman_cal_models.header.streams import open_stream
from tests.remote import serve

CONTENT = bytes(range(256)) * 8


class Dripping:
    """A stream without ``readinto`` that gives three bytes at a time."""

    def __init__(self, content: bytes) -> None:
        self._stream = io.BytesIO(content)
        self.seek = self._stream.seek
        self.close = self._stream.close

    def read(self, size: int) -> bytes:
        return self._stream.read(min(size, 3))


def opened(kind: str, folder: Path) -> Any:
    path = folder / "some"
    path.write_bytes(CONTENT)
    if kind == "gzip":
        path.write_bytes(gzip.compress(CONTENT))
        return gzip.open(path)
    if kind == "dripping":
        return Dripping(CONTENT)
    if kind == "memory":
        return io.BytesIO(CONTENT)
    return path.open({"buffered": "rb", "unbuffered": "rb", "changing": "rb+"}[kind], 0 if kind == "unbuffered" else -1)


@pytest.fixture(params=["buffered", "unbuffered", "changing", "memory", "gzip", "dripping"])
def stream(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    stream = opened(request.param, tmp_path)
    yield stream
    stream.close()


def test_the_size_is_that_of_the_content(stream: Any) -> None:
    assert positioned(stream).size() == len(CONTENT)


@pytest.mark.parametrize(
    ("position", "size"), [(0, 10), (1000, 200), (len(CONTENT) - 5, 100), (len(CONTENT), 1), (7, 0)]
)
def test_bytes_are_those_at_the_position(stream: Any, position: int, size: int) -> None:
    assert positioned(stream).read_at(position, size) == CONTENT[position : position + size]


def test_a_buffer_is_filled(stream: Any) -> None:
    buffer = bytearray(500)
    positioned(stream).read_into(300, memoryview(buffer))
    assert buffer == CONTENT[300:800]


def test_a_buffer_that_reaches_over_the_end_is_told(stream: Any) -> None:
    with pytest.raises(EOFError, match="the file ends 10 bytes early"):
        positioned(stream).read_into(len(CONTENT) - 90, memoryview(bytearray(100)))


@pytest.mark.parametrize("kind", ["buffered", "unbuffered"])
def test_a_plain_file_is_left_where_it_stands(kind: str, tmp_path: Path) -> None:
    with opened(kind, tmp_path) as stream:
        stream.seek(5)
        positioned(stream).read_at(100, 50)
        assert stream.read(2) == CONTENT[5:7]


def test_what_was_written_to_a_stream_is_read(tmp_path: Path) -> None:
    with opened("changing", tmp_path) as stream:
        stream.write(b"new")
        assert positioned(stream).read_at(0, 3) == b"new"


@pytest.mark.parametrize("processors", [1, 2, 64])
def test_near_files_are_read_by_no_more_threads_than_processors(
    processors: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "processors", lambda: processors)
    serve(some=CONTENT)
    for kind in ("buffered", "memory"):
        with opened(kind, tmp_path) as stream:
            assert readers_of(positioned(stream)) == min(processors, 8)
    with open_stream("far://some.asdf", {})[0] as stream:
        assert readers_of(positioned(stream)) == 8
