"""A part of an array whose block is not what it says: told, and never wrong values."""

from __future__ import annotations

import struct
from typing import Any

import lz4.block
import numpy as np
import pytest

import roman_cal_models as rcm

# the files of these tests bear tags of the newest RAD
pytestmark = pytest.mark.newest_rad

HEADER = """#ASDF 1.0.0
#ASDF_STANDARD 1.6.0
%YAML 1.1
%TAG ! tag:stsci.edu:asdf/
--- !core/asdf-1.1.0
roman: !<asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0>
  data: !core/ndarray-1.1.0 {{source: 0, datatype: float32, byteorder: little, shape: {shape}{more}}}
  meta: {{}}
...
"""
VALUES = np.arange(1000, dtype="<f4")


def file(payload: bytes, size: int, *, shape: str = "[1000]", more: str = "", compression: bytes = b"lz4\0") -> bytes:
    head = struct.pack(">I4sQQQ16s", 0, compression, len(payload), len(payload), size, bytes(16))
    header = HEADER.format(shape=shape, more=more).encode()
    return header + b"\xd3BLK" + struct.pack(">H", len(head)) + head + payload


def piece(values: Any, says: int | None = None) -> bytes:
    """Return a piece as asdf writes it, which says that it has so many bytes."""
    content = lz4.block.compress(values.tobytes())
    content = content if says is None else struct.pack("<I", says) + content[4:]
    return struct.pack(">I", len(content)) + content


def section(content: bytes, part: slice) -> Any:
    with rcm.open(content) as model:
        return model.section("data", part)


def test_pieces_that_are_right_give_their_values() -> None:
    content = file(piece(VALUES[:400]) + piece(VALUES[400:]), VALUES.nbytes)
    for part in (slice(0, 10), slice(390, 410), slice(990, 1000), slice(5, 995, 7)):
        assert np.array_equal(section(content, part), VALUES[part])


def test_a_piece_that_holds_less_than_it_says_is_told() -> None:
    content = file(piece(VALUES[:400], says=1700) + piece(VALUES[425:]), VALUES.nbytes)
    with pytest.raises(rcm.ForeignValueError, match="data cannot be"):
        section(content, slice(0, 10))


def test_pieces_that_hold_more_than_their_block_are_told() -> None:
    content = file(piece(VALUES), 100, shape="[25]")
    with pytest.raises(rcm.ForeignValueError, match="data cannot be"):
        section(content, slice(0, 5))


def test_pieces_that_end_early_are_told() -> None:
    content = file(piece(VALUES[:400]), VALUES.nbytes)
    with pytest.raises(rcm.ForeignValueError, match="data cannot be"):
        section(content, slice(500, 510))


@pytest.mark.parametrize("compression", [b"lz4\0", bytes(4)], ids=["lz4", "none"])
@pytest.mark.parametrize(
    ("shape", "more"),
    [
        ("[4]", ", strides: [-4]"),
        ("[4]", ", strides: [-4], offset: 8"),
        ("[1000]", ", offset: 4"),
        ("[4]", ", offset: -4"),
    ],
)
def test_a_part_that_is_not_in_its_block_is_told(shape: str, more: str, compression: bytes) -> None:
    payload = piece(VALUES) if compression.strip(b"\0") else VALUES.tobytes()
    content = file(payload, VALUES.nbytes, shape=shape, more=more, compression=compression)
    with pytest.raises(rcm.ForeignValueError, match="data cannot be"):
        section(content, slice(None))
