"""Blocks made by hand, as the ASDF standard's "low-level file layout" has them."""

from __future__ import annotations

import bz2
import io
import struct
import zlib
from collections.abc import Callable

import lz4.block
import numpy as np

from roman_cal_models.blocks.index import Block, blocks
from roman_cal_models.blocks.positions import PositionedBytes, positioned
from roman_cal_models.blocks.reading import BlockReader

HEAD = struct.Struct(">4sHI4sQQQ16s")
NONE, LZ4, ZLIB, BZIP2 = bytes(4), b"lz4\0", b"zlib", b"bzp2"
PIECE = 100_000  # bytes of a piece of lz4


def lz4_piece(content: bytes, *, says: int | None = None) -> bytes:
    """Return a piece as asdf writes it, which says that it holds so many bytes."""
    compressed = lz4.block.compress(content)
    if says is not None:
        compressed = struct.pack("<I", says) + compressed[4:]
    return struct.pack(">I", len(compressed)) + compressed


def lz4_pieces(content: bytes) -> bytes:
    """Return a content in pieces."""
    return b"".join(lz4_piece(content[at : at + PIECE]) for at in range(0, len(content), PIECE))


COMPRESSORS: dict[bytes, Callable[[bytes], bytes]] = {
    NONE: bytes,
    LZ4: lz4_pieces,
    ZLIB: zlib.compress,
    BZIP2: bz2.compress,
}


def only_block(
    payload: bytes, size: int, compression: bytes = NONE, *, flags: int = 0, used: int | None = None
) -> tuple[PositionedBytes, Block]:
    """Return a file of one block, and that block; `used` is what its head says where that is not true."""
    used = len(payload) if used is None else used
    file = positioned(io.BytesIO(HEAD.pack(b"\xd3BLK", 48, flags, compression, used, used, size, bytes(16)) + payload))
    return file, next(blocks(file, 0))


def part_of_content(reader: BlockReader, begin: int, size: int) -> bytes:
    """Return part of what a block holds."""
    rows = np.zeros((1, size), np.uint8)
    reader.read_rows(begin, max(size, 1), rows)
    return rows.tobytes()
