"""Compressed blocks by the four letters of their compression: how much they can hold, and their content.

The content comes whole, into memory that waits for it (`fillings`), or piece by piece, where nobody needs it whole
(`decoded`), in little memory whatever its size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from ..locks import imported
from .index import Block
from .positions import PositionedBytes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "BZIP2",
    "LZ4",
    "NO_COMPRESSION",
    "ZLIB",
    "BrokenBlockError",
    "Decompressor",
    "Filling",
    "Others",
    "Take",
    "decoded",
    "empty",
    "fill_lz4",
    "fillings",
    "is_known",
    "largest",
    "lz4_pieces",
    "prepare",
    "stored",
]

Decompressor = Callable[[memoryview, memoryview], int]
"""Fills the second with the content of the first, and returns how many bytes that is."""

Others = Callable[[bytes], Decompressor | None]
"""Finds what reads a compression that is none of this module's."""

Take = Callable[[int, int], memoryview]
"""Gives bytes of a file, of a position and a length, until the same thread asks for others."""

Filling = Callable[[Take], int]
"""Fills part of the content of a block, and returns how many bytes that is; each by any thread, in any order."""

NO_COMPRESSION = b"\0\0\0\0"
LZ4 = b"lz4\0"
ZLIB = b"zlib"
BZIP2 = b"bzp2"

# How much more than its ratio allows a block may hold: what a format stores beside its content.
_SLACK = 64

# How much is decompressed at once, of what is not made of pieces.
_PIECE = 1024 * 1024

# Where arrays cover whole pages of this size, the system gives memory by these, at a fraction of the time.
_LARGE_PAGE = 2 * 1024 * 1024

# How much content is given at once.
_LARGEST_PIECE = 4 * 1024 * 1024


class BrokenBlockError(ValueError):
    """A block is not what the standard says; callers know the file and say so in their own error."""


def is_known(compression: bytes) -> bool:
    """Return True if blocks of a compression, or without one, can be read here."""
    return compression == NO_COMPRESSION or compression in _CODECS


def largest(compression: bytes, used: int) -> int | None:
    """Return how many bytes can come of `used` compressed ones; None where that is not known."""
    codec = _CODECS.get(compression)
    return None if codec is None else codec.ratio * used + _SLACK


def prepare() -> None:
    """Import what decompresses: to be called before a block is read."""
    imported("lz4.block", "zlib", "bz2")
    _fast_lz4()


def fillings(block: Block, take: Take, content: memoryview, others: Others | None = None) -> Iterator[Filling]:
    """Yield what fills memory with the content of a compressed block, part by part.

    Parameters
    ----------
    block : Block
        What its head says; its size is one that can be.
    take : callable
        Gives bytes of its file, for what has to be known before a part is read.
    content : memoryview
        As many bytes as its head says.
    others : callable, optional
        Where other compressions are found.

    Raises
    ------
    BrokenBlockError
        It is compressed in an unknown way, or is not made of pieces as it should be.
    """
    codec = _CODECS.get(block.compression)
    if codec is not None:
        yield from codec.fillings(block, take, content)
        return
    fill = None if others is None else others(block.compression)
    if fill is None:
        raise BrokenBlockError(f"its block is compressed as {block.compression.rstrip(bytes(1))!r}, which is unknown")
    yield lambda take: fill(take(block.begin, block.end - block.begin), content)


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
        The block does not hold what its compression makes.
    """
    pieces = stored if block.compression == NO_COMPRESSION else _CODECS[block.compression].pieces
    return pieces(file, block)


def stored(file: PositionedBytes, block: Block) -> Iterator[bytes]:
    """Yield the bytes of a block as they are in the file, piece by piece.

    Raises
    ------
    EOFError
        The file ends before the block does.
    """
    for position in range(block.begin, block.end, _PIECE):
        yield _read(file, position, min(_PIECE, block.end - position))


def _read(file: PositionedBytes, position: int, size: int) -> bytes:
    piece = file.read_at(position, size)
    if len(piece) < size:
        raise EOFError(f"the file ends {size - len(piece)} bytes early")
    return piece


class _Codec(NamedTuple):
    """How a compression is read.

    Parameters
    ----------
    ratio : int
        How many bytes one byte can stand for at most, as the format is made.
    fillings : callable
        Makes the whole content, in parts.
    pieces : callable
        Makes the content piece by piece.
    """

    ratio: int
    fillings: Callable[[Block, Take, memoryview], Iterator[Filling]]
    pieces: Callable[[PositionedBytes, Block], Iterator[bytes]]


# ---- lz4, in asdf's framing: the length of a piece, then the piece, which begins with its length when decompressed

_LZ4_HEAD = Struct(">I")
_LZ4_SIZE = Struct("<I")
_LZ4_RATIO = 255


def lz4_pieces(read_at: Callable[[int, int], Any], begin: int, end: int, size: int) -> Iterator[tuple[int, int, int]]:
    """Yield the pieces of a block: where each begins, its length, and that of its content.

    Parameters
    ----------
    read_at : callable
        Gives bytes of the block, of a position and a length.
    begin, end : int
        Where the block begins and ends.
    size : int
        Of its whole content.
    """
    left = size
    while begin < end:
        if end - begin < _LZ4_HEAD.size + _LZ4_SIZE.size:
            raise BrokenBlockError("its block ends inside of a compressed piece")
        head = read_at(begin, _LZ4_HEAD.size + _LZ4_SIZE.size)
        length, content = _LZ4_HEAD.unpack_from(head)[0], _LZ4_SIZE.unpack_from(head, _LZ4_HEAD.size)[0]
        begin += _LZ4_HEAD.size
        if not _LZ4_SIZE.size <= length <= end - begin:
            raise BrokenBlockError(f"a compressed piece of its block says that it has {length} bytes")
        if content > left:
            raise BrokenBlockError(f"its compressed pieces hold more than its {size} bytes")
        if content > _LZ4_RATIO * length + _SLACK:
            raise BrokenBlockError(f"a compressed piece of {length} bytes cannot hold the {content} that it says")
        yield begin, length, content
        begin, left = begin + length, left - content


def fill_lz4(piece: memoryview, content: memoryview) -> None:
    """Fill memory with the content of a piece, straight into its place where the extra ``fast`` is installed.

    Parameters
    ----------
    piece : memoryview
        The compressed bytes, which begin with the length of their content.
    content : memoryview
        As many bytes as that.

    Raises
    ------
    BrokenBlockError
        The piece holds something else.
    """
    module = _fast_lz4()
    size = _by_copying(piece, content) if module is None else _in_place(module, piece, content)
    if size != len(content):
        raise BrokenBlockError(f"a piece of {size} bytes says that it has {len(content)}")


@cache
def _fast_lz4() -> Any:
    """Return the module that decompresses into memory that is given; None where it is not installed."""
    try:
        imported("cramjam")
    except ImportError:
        return None
    import cramjam

    return cramjam


def _in_place(module: Any, piece: memoryview, content: memoryview) -> int:
    try:
        size: int = module.lz4.decompress_block_into(piece, content)
    except module.DecompressionError as error:
        raise BrokenBlockError(f"a piece cannot be decompressed: {error}") from error
    return size


def _by_copying(piece: memoryview, content: memoryview) -> int:
    found = _lz4_content(piece)
    if len(found) == len(content):
        content[:] = found
    return len(found)


def _lz4_content(piece: bytes | memoryview) -> bytes:
    import lz4.block

    try:
        content: bytes = lz4.block.decompress(piece)
    except lz4.block.LZ4BlockError as error:
        raise BrokenBlockError(f"a piece cannot be decompressed: {error}") from error
    return content


def _fillings_of_lz4(block: Block, take: Take, content: memoryview) -> Iterator[Filling]:
    """Yield what fills the content; each fills several pieces, where they are short."""
    pieces: list[_Piece] = []
    start = filled = 0
    try:
        for begin, length, size in lz4_pieces(take, block.begin, block.end, block.size):
            pieces.append(_Piece(begin, length, content[filled : filled + size]))
            filled += size
            if max(filled - start, begin + length - pieces[0].begin) >= _PIECE:
                yield partial(_fill_pieces, pieces)
                pieces, start = [], filled
    except BrokenBlockError:
        # the pieces before it come first, with an error of their own if they have one
        yield partial(_fill_pieces, pieces)
        raise
    yield partial(_fill_pieces, pieces)


class _Piece(NamedTuple):
    """Where a piece is in a file, and in the content of its block."""

    begin: int
    length: int
    content: memoryview


def _fill_pieces(pieces: list[_Piece], take: Take) -> int:
    for piece in pieces:
        fill_lz4(take(piece.begin, piece.length), piece.content)
    return sum(len(piece.content) for piece in pieces)


def _pieces_of_lz4(file: PositionedBytes, block: Block) -> Iterator[bytes]:
    def read_at(position: int, size: int) -> bytes:
        return _read(file, position, size)

    for begin, length, _ in lz4_pieces(read_at, block.begin, block.end, block.size):
        yield _lz4_content(read_at(begin, length))


# ---- zlib

_ZLIB_RATIO = 1032


def _fill_zlib(block: Block, content: memoryview, take: Take) -> int:
    import zlib

    machine = zlib.decompressobj()
    filled = 0
    for begin in range(block.begin, block.end, _PIECE):
        left: Any = take(begin, min(_PIECE, block.end - begin))
        while left and not machine.eof:
            piece = machine.decompress(left, _room(content, filled))
            left = machine.unconsumed_tail
            filled = _put(piece, content, filled)
    return _put(machine.flush(), content, filled)


def _fillings_of_zlib(block: Block, take: Take, content: memoryview) -> Iterator[Filling]:
    yield partial(_fill_zlib, block, content)


def _pieces_of_zlib(file: PositionedBytes, block: Block) -> Iterator[bytes]:
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


# ---- bzip2: a block of it has at least some 30 bytes and holds at most 900,000 runs of 255 bytes in 5

_BZIP2_RATIO = 1_600_000


def _fill_bzip2(block: Block, content: memoryview, take: Take) -> int:
    import bz2

    machine = bz2.BZ2Decompressor()
    filled = 0
    for begin in range(block.begin, block.end, _PIECE):
        left: Any = take(begin, min(_PIECE, block.end - begin))
        while not machine.eof and (left or not machine.needs_input):
            piece = machine.decompress(left, _room(content, filled))
            left = b""
            filled = _put(piece, content, filled)
    return filled


def _fillings_of_bzip2(block: Block, take: Take, content: memoryview) -> Iterator[Filling]:
    yield partial(_fill_bzip2, block, content)


def _pieces_of_bzip2(file: PositionedBytes, block: Block) -> Iterator[bytes]:
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


# ---- memory that is filled


def empty(size: int) -> NDArray[np.uint8]:
    """Return memory to be filled, which begins with a large page if it has the length of some."""
    import numpy as np

    if size < 2 * _LARGE_PAGE:
        return np.empty(size, np.uint8)
    space = np.empty(size + _LARGE_PAGE, np.uint8)
    start = -space.ctypes.data % _LARGE_PAGE
    return space[start : start + size]


def _room(content: memoryview, filled: int) -> int:
    # one byte more than there should be tells what holds too much, and 0 would mean any number
    return min(_PIECE, len(content) - filled + 1)


def _put(piece: bytes, content: memoryview, filled: int) -> int:
    if len(piece) > len(content) - filled:
        raise BrokenBlockError(f"its block holds more than the {len(content)} bytes that it says")
    content[filled : filled + len(piece)] = piece
    return filled + len(piece)


_CODECS = {
    LZ4: _Codec(_LZ4_RATIO, _fillings_of_lz4, _pieces_of_lz4),
    ZLIB: _Codec(_ZLIB_RATIO, _fillings_of_zlib, _pieces_of_zlib),
    BZIP2: _Codec(_BZIP2_RATIO, _fillings_of_bzip2, _pieces_of_bzip2),
}
