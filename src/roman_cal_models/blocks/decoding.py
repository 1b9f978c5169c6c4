"""The content of a compressed block, piece by piece from its bytes, in little memory whatever its size."""

from __future__ import annotations

from collections.abc import Iterator

from .codecs import LZ4, BrokenBlockError, lz4_pieces
from .index import Block
from .positions import PositionedBytes

__all__ = ["NO_COMPRESSION", "decoded", "is_known", "stored"]

NO_COMPRESSION = b"\0\0\0\0"

_PIECE = 1024 * 1024
_LARGEST_PIECE = 4 * 1024 * 1024


def is_known(compression: bytes) -> bool:
    """Tell whether blocks of a compression can be decoded here."""
    return compression in _DECODERS


def stored(file: PositionedBytes, block: Block) -> Iterator[bytes]:
    """Yield the bytes of a block as they are in the file, piece by piece.

    Raises
    ------
    EOFError
        The file ends before the block does.
    """
    for position in range(block.begin, block.end, _PIECE):
        yield _read(file, position, min(_PIECE, block.end - position))


def decoded(file: PositionedBytes, block: Block) -> Iterator[bytes]:
    """Yield the content of a block, piece by piece.

    Parameters
    ----------
    file : PositionedBytes
        The file.
    block : Block
        One of its blocks, of a compression that is known here.

    Raises
    ------
    EOFError
        The file ends before the block does.
    BrokenBlockError
        The block is none of this compression.
    """
    return _DECODERS[block.compression](file, block)


def _zlib(file: PositionedBytes, block: Block) -> Iterator[bytes]:
    import zlib

    machine = zlib.decompressobj()
    try:
        for piece in stored(file, block):
            left = piece
            while left and not machine.eof:
                yield machine.decompress(left, _LARGEST_PIECE)
                left = machine.unconsumed_tail
        while not machine.eof and (content := machine.decompress(b"", _LARGEST_PIECE)):
            yield content
    except zlib.error as error:
        raise BrokenBlockError(str(error)) from error
    if not machine.eof:
        raise BrokenBlockError("its compressed content does not end")


def _bzip2(file: PositionedBytes, block: Block) -> Iterator[bytes]:
    import bz2

    machine = bz2.BZ2Decompressor()
    for piece in stored(file, block):
        left = piece
        while not machine.eof and (left or not machine.needs_input):
            try:
                content = machine.decompress(left, _LARGEST_PIECE)
            except OSError as error:
                raise BrokenBlockError(str(error)) from error
            yield content
            left = b""
    if not machine.eof:
        raise BrokenBlockError("its compressed content does not end")


def _lz4(file: PositionedBytes, block: Block) -> Iterator[bytes]:
    import lz4.block

    def read_at(position: int, size: int) -> bytes:
        return _read(file, position, size)

    for begin, length, _ in lz4_pieces(read_at, block.begin, block.end, block.size):
        try:
            content: bytes = lz4.block.decompress(read_at(begin, length))
        except lz4.block.LZ4BlockError as error:
            raise BrokenBlockError(str(error)) from error
        yield content


def _read(file: PositionedBytes, position: int, size: int) -> bytes:
    piece = file.read_at(position, size)
    if len(piece) < size:
        raise EOFError(f"the file ends {size - len(piece)} bytes early")
    return piece


_DECODERS = {NO_COMPRESSION: stored, b"zlib": _zlib, b"bzp2": _bzip2, LZ4: _lz4}
