"""The content of a compressed block, piece by piece from its bytes, in little memory whatever its size."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

from .reading import BrokenBlockError

__all__ = ["NO_COMPRESSION", "decoded", "is_known"]

NO_COMPRESSION = b"\0\0\0\0"

# asdf's framing of lz4: the length of a piece, then the piece, which begins with its length when it is decompressed.
_LZ4_HEAD = struct.Struct(">I")
_LZ4_SIZE = struct.Struct("<I")

# What lz4 makes of a byte at most.
_LZ4_EXPANSION = 255

_LARGEST_PIECE = 4 * 1024 * 1024


def is_known(compression: bytes) -> bool:
    """Tell whether blocks of a compression can be decoded here."""
    return compression in _DECODERS


def decoded(compression: bytes, pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the content of a block, piece by piece.

    Parameters
    ----------
    compression : bytes
        Its four letters.
    pieces : iterable of bytes
        Its bytes, in pieces of any length.
    size : int
        How many bytes it has, decompressed: nothing is made of a piece that holds more.

    Raises
    ------
    BrokenBlockError
        It is none of this compression.
    """
    return _DECODERS[compression](pieces, size)


def _plain(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    return iter(pieces)


def _zlib(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    import zlib

    decoder = zlib.decompressobj()
    try:
        for piece in pieces:
            rest = piece
            while rest and not decoder.eof:
                yield decoder.decompress(rest, _LARGEST_PIECE)
                rest = decoder.unconsumed_tail
        while not decoder.eof and (content := decoder.decompress(b"", _LARGEST_PIECE)):
            yield content
    except zlib.error as error:
        raise BrokenBlockError(str(error)) from error
    if not decoder.eof:
        raise BrokenBlockError("its compressed content does not end")


def _bzip2(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    import bz2

    decoder = bz2.BZ2Decompressor()
    try:
        for piece in pieces:
            rest = piece
            while not decoder.eof and (rest or not decoder.needs_input):
                yield decoder.decompress(rest, _LARGEST_PIECE)
                rest = b""
    except OSError as error:
        raise BrokenBlockError(str(error)) from error
    if not decoder.eof:
        raise BrokenBlockError("its compressed content does not end")


def _lz4(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    import lz4.block

    for frame in _lz4_frames(pieces):
        length = _LZ4_SIZE.unpack_from(frame)[0]
        if length > min(size, _LZ4_EXPANSION * len(frame)):
            raise BrokenBlockError(f"a piece of {len(frame)} bytes says that it holds {length}")
        try:
            content: bytes = lz4.block.decompress(frame)
        except lz4.block.LZ4BlockError as error:
            raise BrokenBlockError(str(error)) from error
        size -= len(content)
        yield content


def _lz4_frames(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces that lz4 made, from pieces of any length."""
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= _LZ4_HEAD.size:
            end = _LZ4_HEAD.size + _LZ4_HEAD.unpack_from(waiting)[0]
            if end < _LZ4_HEAD.size + _LZ4_SIZE.size:
                raise BrokenBlockError("a compressed piece has no length")
            if len(waiting) < end:
                break
            yield bytes(waiting[_LZ4_HEAD.size : end])
            del waiting[:end]
    if waiting:
        raise BrokenBlockError("its last compressed piece is cut")


_DECODERS = {NO_COMPRESSION: _plain, b"zlib": _zlib, b"bzp2": _bzip2, b"lz4\0": _lz4}
