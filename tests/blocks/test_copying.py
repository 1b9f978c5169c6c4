"""Bytes that are copied from file to file: the same, whatever way the system takes, and whatever stands around them."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from roman_cal_models.blocks import copying
from roman_cal_models.blocks.copying import copy_to, shift
from roman_cal_models.blocks.positions import positioned

PAGE = 4096
NOISE = np.random.default_rng(9).integers(0, 256, 9_000_000, np.uint8).tobytes()
BEFORE = b"before" * 1000


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(NOISE)
    return path


def copied(source: Path, begin: int, end: int, position: int) -> bytes:
    """Return the copy, after seeing that nothing else was touched."""
    target = source.with_name("target")
    with open(source, "rb") as stream, open(target, "wb+") as out:
        out.write(BEFORE[:position])
        copy_to(out, positioned(stream), begin, end)
        assert out.tell() == position + end - begin
        out.write(b"behind")
    content = target.read_bytes()
    assert content[:position] == BEFORE[:position]
    assert content[position + end - begin :] == b"behind"
    return content[position : position + end - begin]


@pytest.mark.parametrize(
    ("begin", "end", "position"),
    [
        (0, 8_000_000, 0),
        (0, len(NOISE), PAGE),
        (77, 8_999_123, 77),
        (77, 8_999_123, PAGE + 77),
        (77, 8_999_123, 78),
        (PAGE, PAGE + 4 * 2**20, 0),
        (PAGE - 1, PAGE + 4 * 2**20, PAGE - 1),
        (5, 5000, 5),
        (5, 5, 5),
    ],
)
def test_a_copy_is_the_same_whatever_its_place(source: Path, begin: int, end: int, position: int) -> None:
    assert copied(source, begin, end, position) == NOISE[begin:end]


@pytest.mark.skipif(sys.platform != "linux", reason="only there bytes are written straight to the disk")
@pytest.mark.parametrize("number", [errno.EINVAL, errno.EFAULT, errno.EOPNOTSUPP])
def test_what_a_system_refuses_is_copied_another_way(
    source: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, "refused")

    monkeypatch.setattr(os, "pwrite", refuse)
    assert copied(source, 0, len(NOISE), PAGE) == NOISE
    monkeypatch.setattr(os, "posix_fallocate", refuse)
    assert copied(source, 0, len(NOISE), PAGE) == NOISE


@pytest.mark.skipif(sys.platform != "linux", reason="only there bytes are written straight to the disk")
def test_a_full_disk_is_told(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(copying, "_is_on_a_disk", lambda _: True)
    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with pytest.raises(OSError, match="full"):
        copied(source, 0, len(NOISE), PAGE)


@pytest.mark.parametrize("end", [len(NOISE) + 1, len(NOISE) + 10 * PAGE])
def test_a_source_that_ends_early_is_told(source: Path, end: int) -> None:
    with pytest.raises(EOFError, match="early"):
        copied(source, 0, end, 0)


def test_what_is_in_memory_is_copied(source: Path) -> None:
    out = io.BytesIO()
    with open(source, "rb") as stream:
        copy_to(out, positioned(stream), 3, 5_000_000)
    assert out.getvalue() == NOISE[3:5_000_000]
    target = source.with_name("target")
    with open(target, "wb+") as file:
        copy_to(file, positioned(io.BytesIO(NOISE)), 3, 5_000_000)
    assert target.read_bytes() == NOISE[3:5_000_000]


def test_long_copies_are_moved_to_the_same_place_of_a_page(source: Path) -> None:
    with open(source, "rb") as stream:
        file = positioned(stream)
        assert shift(file, 100, 8_000_100, 90) == 10
        assert shift(file, 100, 8_000_100, PAGE + 110) == PAGE - 10
        assert shift(file, 100, 8_000_100, 2 * PAGE + 100) == 0
        assert shift(file, 100, 5000, 90) == 0
    assert shift(positioned(io.BytesIO(NOISE)), 100, 8_000_100, 90) == 0
