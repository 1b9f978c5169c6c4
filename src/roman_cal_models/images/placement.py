"""Where an array stands in a file: enough to read part of it later, in any process, by the path or URL alone."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ..blocks.codecs import LZ4, lz4_pieces
from ..blocks.index import HEAD_SIZE, Block
from ..blocks.positions import PositionedBytes, positioned
from ..blocks.reading import content_size, reader
from ..blocks.sections import Layout, check, check_proportion, contiguous_strides, part_of, read
from ..errors import ForeignValueError, RomanCalModelsError, StackError, TruncatedFileError
from ..foreign.arrays import is_in_block
from ..foreign.datatypes import dtype_of, sizes_of
from ..header.streams import open_stream
from ..models.file_nodes import node_of_file
from ..models.opening import model_of
from ..sources.arrays import layout_of
from ..yaml import TaggedMapping

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..sources.file_source import FileSource

__all__ = ["ArrayInBlock", "ArrayInMemory", "Placed", "WholeArray", "named_errors", "placed"]


class Placed(Protocol):
    """An array that can be read in parts; it pickles.

    ``file`` is its path or URL, empty for one in memory; ``dtype`` and ``shape`` are as NumPy has them; ``piece`` is
    the number of bytes that are decompressed together, 0 where any part can be read alone.
    """

    @property
    def file(self) -> str: ...  # noqa: D102

    @property
    def dtype(self) -> np.dtype[Any]: ...  # noqa: D102

    @property
    def shape(self) -> tuple[int, ...]: ...  # noqa: D102

    @property
    def piece(self) -> int: ...  # noqa: D102

    def read(self, index: tuple[int | slice, ...], storage_options: Mapping[str, Any]) -> NDArray[Any]:
        """Return part of the array.

        Raises
        ------
        StackError
            The file has changed since.
        TruncatedFileError, ForeignValueError, OSError
            It cannot be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class ArrayInBlock:
    """An array of which parts can be read by their positions.

    Parameters
    ----------
    file : str
        Absolute path, or URL.
    name : str
        Dotted name of the array.
    layout : Layout
        How it lies in its block.
    block : Block
        Where that is.
    head : bytes
        How the head of the block begins: by its checksum, a file that has changed is told from what it was.
    piece : int
        Bytes of the first piece of lz4, decompressed; 0 without compression.
    """

    file: str
    name: str
    layout: Layout
    block: Block
    head: bytes
    piece: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of its elements, byte order included."""
        return self.layout.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self.layout.shape

    @property
    def is_contiguous(self) -> bool:
        """Whether its elements stand side by side."""
        return self.layout.strides == contiguous_strides(self.shape, self.dtype.itemsize)

    def read(self, index: tuple[int | slice, ...], storage_options: Mapping[str, Any]) -> NDArray[Any]:
        """Return part of the array, by the bytes or the pieces that hold it."""
        with self.opened(storage_options) as file:
            part = part_of(self.layout, index)
            found = reader(file, self.block)
            assert part is not None
            assert found is not None
            return read(part, found)

    @contextmanager
    def opened(self, storage_options: Mapping[str, Any]) -> Generator[PositionedBytes]:
        """Give the bytes of the file, whose errors name it."""
        stream, _, _ = open_stream(self.file, storage_options)
        with stream, named_errors(self.file, self.name):
            file = positioned(stream)
            if file.read_at(self.block.head, HEAD_SIZE) != self.head:
                raise StackError(self.file, f"{self.name} is no longer what it was: the file has changed")
            yield file


@dataclass(frozen=True, slots=True)
class WholeArray:
    """An array of a file that can only be read whole: it stands in the header, or is compressed in one piece.

    Parameters
    ----------
    file : str
        Absolute path, or URL.
    name : str
        Dotted name of the array.
    dtype : numpy.dtype
        Type of its elements.
    shape : tuple of int
        Its shape.
    block : Block or None
        Where it stands; None in the header.
    is_bare : bool
        Whether it is all that its block holds, one element after the other.
    """

    file: str
    name: str
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    block: Block | None
    is_bare: bool

    @property
    def piece(self) -> int:
        """Memory is what limits: the parts of it are read one by one, whatever that costs."""
        return 0

    def read(self, index: tuple[int | slice, ...], storage_options: Mapping[str, Any]) -> NDArray[Any]:
        """Return part of the array, of which all is read for it."""
        stream, name, _ = open_stream(self.file, storage_options)
        with stream:
            model = model_of(*node_of_file(stream, name))
            array = model.section(self.name, index)
        return array


@dataclass(frozen=True, slots=True)
class ArrayInMemory:
    """An array that is in no file, or not as it is there.

    Parameters
    ----------
    array : numpy.ndarray
        The array.
    """

    array: NDArray[Any]

    @property
    def file(self) -> str:
        """It is in none."""
        return ""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of its elements."""
        return self.array.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self.array.shape

    @property
    def piece(self) -> int:
        """Nothing is decompressed."""
        return 0

    def read(self, index: tuple[int | slice, ...], storage_options: Mapping[str, Any]) -> NDArray[Any]:
        """Return part of the array."""
        part: NDArray[Any] = self.array[index]
        return part


def placed(raw: Any, source: FileSource, file: str, name: str) -> ArrayInBlock | WholeArray:
    """Return where an array of an open file stands; no more is read than the heads of blocks and of a piece.

    Parameters
    ----------
    raw : TaggedMapping or TaggedSequence
        Its YAML.
    source : FileSource
        The file.
    file : str
        The path or URL by which any process opens it.
    name : str
        Dotted name of the array.

    Raises
    ------
    StackError
        It has a mask, or elements that no stack takes.
    TruncatedFileError, ForeignValueError
        It cannot be read.
    """

    def where() -> str:
        return name

    source.check(raw, where)
    if isinstance(raw, TaggedMapping) and raw.get("mask") is not None:
        raise StackError(file, f"{name} has a mask, which a stack cannot have")
    with named_errors(file, name):
        if isinstance(raw, TaggedMapping) and is_in_block(raw):
            with source.reading(where):
                found = _in_block(raw, source, file, name)
        else:
            found = _in_header(raw, file, name)
    if found.dtype.kind not in "biufc" or not found.shape:
        what = f"of {found.dtype}" if found.shape else "a single value"
        raise StackError(file, f"{name} is {what}, not an array of numbers")
    return found


def _in_block(raw: TaggedMapping, source: FileSource, file: str, name: str) -> ArrayInBlock | WholeArray:
    stored, block = source.block(raw)
    size = content_size(stored, block)
    layout = layout_of(raw, size)
    check(layout, size)
    check_proportion(layout, size, size if block.is_streamed else block.end - block.begin)
    if reader(stored, block) is None:
        is_contiguous = layout.strides == contiguous_strides(layout.shape, layout.dtype.itemsize)
        return WholeArray(file, name, layout.dtype, layout.shape, block, is_contiguous and layout.nbytes == size)
    piece = 0
    if block.compression == LZ4:
        pieces = lz4_pieces(stored.read_at, block.begin, block.end, block.size)
        piece = next((content for _, _, content in pieces), 0)
    return ArrayInBlock(file, name, layout, block, stored.read_at(block.head, HEAD_SIZE), piece)


def _in_header(raw: Any, file: str, name: str) -> WholeArray:
    dtype, shape = dtype_of(raw), sizes_of(raw)
    if dtype is None or shape is None or None in shape:
        raise StackError(file, f"{name} stands in the header, which does not tell its type and shape")
    return WholeArray(file, name, dtype, tuple(map(int, shape)), None, is_bare=False)  # type: ignore[arg-type]


@contextmanager
def named_errors(file: str, name: str) -> Generator[None]:
    """Have errors of what cannot be read name file and array."""
    passed: tuple[type[Exception], ...] = (RomanCalModelsError, OSError)
    try:
        yield
    except passed:
        raise
    except EOFError as error:
        raise TruncatedFileError(file, f"{name} cannot be read: {error}") from error
    except Exception as error:  # libraries decompress and build, and raise what they like
        raise ForeignValueError(file, f"{name} cannot be read: {error}") from error
