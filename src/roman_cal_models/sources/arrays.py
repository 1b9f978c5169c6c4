"""Arrays of a file: from their YAML and the blocks, without asdf."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..asdf_bridge import compressor_of
from ..blocks.far import FarFile
from ..blocks.index import Block, blocks
from ..blocks.pieces import found_by_index
from ..blocks.positions import PositionedBytes, mapped
from ..blocks.reading import BrokenBlockError, content_size, is_compressed, reader
from ..foreign.arrays import is_in_block
from ..foreign.datatypes import numpy_dtype
from ..locks import imported
from ..settings import current
from ..yaml import TaggedMapping

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ..blocks.codecs import Decompressor
    from ..blocks.sections import Layout
    from .file_source import FileSource

__all__ = ["BlockArrays", "StoredArray", "layout_of", "prepare"]


def prepare() -> None:
    """Import what reads arrays: to be called before one is read."""
    from ..blocks.codecs import prepare

    imported("numpy", "roman_cal_models.blocks.contents", "roman_cal_models.blocks.sections")
    prepare()


class StoredArray:
    """An array of a file that nobody has loaded: it goes into another file as it stands there.

    Parameters
    ----------
    raw : TaggedMapping
        Its YAML.
    source : FileSource
        The file.
    """

    __slots__ = ("raw", "source")

    def __init__(self, raw: TaggedMapping, source: FileSource) -> None:
        self.raw = raw
        self.source = source


class BlockArrays:
    """The arrays in the blocks of a file.

    It keeps no position and holds no lock: threads read independently of each other.

    Parameters
    ----------
    file : PositionedBytes
        The file.
    start : int
        Where its header ends.
    memmap : bool
        Whether arrays are mapped into memory where they are not compressed.
    """

    def __init__(self, file: PositionedBytes, start: int, *, memmap: bool = False) -> None:
        self._file = file
        self._start = start
        self._memmap = memmap
        self._heads: tuple[Block, ...] = ()
        # the number of the block of which a part was read first, and that block if the index proved to know it
        self._alone: tuple[int, Block | None] | None = None
        self._mapped: Any = None
        # contents that were read ahead, each for whoever takes it first
        self._ready: dict[Block, NDArray[np.uint8]] = {}

    @contextmanager
    def ahead(self, raws: Iterable[TaggedMapping]) -> Generator[None]:
        """Read the blocks of arrays that are built meanwhile, several at a time.

        What cannot be read is left to those who build the array, and so to the error that they raise.

        Parameters
        ----------
        raws : iterable of TaggedMapping
            Their YAML.
        """
        from ..blocks.contents import contents

        wanted = {block: None for raw in raws if (block := self._wanted_whole(raw)) is not None}
        ready = contents(self._file, wanted, _decompressor)
        self._ready.update(ready)
        try:
            yield
        finally:
            for block in ready:
                self._ready.pop(block, None)

    def array(self, raw: TaggedMapping, build: Callable[[Any], Any]) -> NDArray[Any]:
        """Return an array.

        Parameters
        ----------
        raw : TaggedMapping
            Its YAML; `is_in_block`.
        build : callable
            Builds what stands for its mask.

        Raises
        ------
        ValueError, EOFError
            It cannot be read, for a reason that the text gives.
        """
        block = self.block(raw)
        layout = self._layout(raw, block)
        self._check(layout, block)
        array = self._mapped_array(block, layout)
        if array is None:
            array = self._read(block, layout)
        array = _without_impossible_letters(array)
        return array if raw.get("mask") is None else _masked(array, build(raw["mask"]))

    def views(self, raws: list[TaggedMapping], build: Callable[[Any], Any]) -> list[NDArray[Any]]:
        """Return arrays of one block, which is read once: views of its content."""
        from ..blocks.sections import view

        block = self.block(raws[0])
        layouts = [self._layout(raw, block) for raw in raws]
        for layout in layouts:
            self._check(layout, block)
        arrays = [array for layout in layouts if (array := self._mapped_array(block, layout)) is not None]
        if len(arrays) < len(layouts):
            whole = self._content(block)
            arrays = [view(layout, whole) for layout in layouts]
        for array in arrays:
            _without_impossible_letters(array)
        return [
            array if raw.get("mask") is None else _masked(array, build(raw["mask"]))
            for raw, array in zip(raws, arrays, strict=True)
        ]

    def part(self, raw: TaggedMapping, index: Any) -> NDArray[Any] | None:
        """Return part of an array by as few bytes of its block as can be, or None if that needs the whole array.

        Raises
        ------
        IndexError
            The array has no such part.
        ValueError, EOFError
            It cannot be read, for a reason that the text gives.
        """
        from ..blocks.sections import part_of, read

        if raw.get("mask") is not None:
            return None
        block = self._block_of_part(raw)
        found = reader(self._file, block)
        part = None if found is None else part_of(self._layout(raw, block), index)
        if found is None or part is None:
            return None
        self._check(part, block)
        return _without_impossible_letters(read(part, found))

    def is_copyable(self, raw: TaggedMapping) -> bool:
        """Return whether the block of an array, and of its mask, can be copied into another file.

        Raises
        ------
        ValueError, EOFError
            The array cannot be read, for a reason that the text gives. Its elements were not looked at.
        """
        block = self.block(raw)
        self._check(self._layout(raw, block), block)
        mask: Any = raw.get("mask")
        return not block.is_streamed and (not is_in_block(mask) or self.is_copyable(mask))

    def block(self, raw: TaggedMapping) -> Block:
        """Return the block of an array.

        Raises
        ------
        BrokenBlockError
            There is none.
        """
        number: int = raw["source"]
        heads = self._heads
        if not 0 <= number < len(heads):
            # on from the last one that is known, by a walk of this thread's own: nobody waits for another
            last = None if number < 0 else number + 1 - len(heads)
            # who asks for a second one probably wants them all
            most, after = (None, heads[-1]) if heads else (last, None)
            heads = (*heads, *itertools.islice(blocks(self._file, self._start, most, after), last))
            if len(heads) > len(self._heads):
                self._heads = heads
        if not -len(heads) <= number < len(heads):
            raise BrokenBlockError(f"its block is number {number}, and the file has {len(heads)}")
        return heads[number]

    def _block_of_part(self, raw: TaggedMapping) -> Block:
        """Return the block of an array of which a part is read: alone, if it is the first one of a far file."""
        number: int = raw["source"]
        if self._alone is None and number > len(self._heads) and isinstance(self._file, FarFile):
            found = found_by_index(self._file, self._start, number)
            self._alone = number, found
        if self._alone is not None and self._alone[0] == number and self._alone[1] is not None:
            return self._alone[1]
        return self.block(raw)

    def _layout(self, raw: TaggedMapping, block: Block) -> Layout:
        """Return how an array lies in its block, which holds all of it."""
        from ..blocks.sections import check

        size = content_size(self._file, block)
        layout = layout_of(raw, size)
        check(layout, size)
        return layout

    def _check(self, layout: Layout, block: Block) -> None:
        """Refuse an array that takes more memory than is allowed."""
        from ..blocks.sections import check_proportion

        _check_limit(layout.nbytes, "it")
        size = content_size(self._file, block)
        check_proportion(layout, size, size if block.is_streamed else block.end - block.begin)

    def _wanted_whole(self, raw: TaggedMapping) -> Block | None:
        """Return the block of an array that is going to be read whole; None for any other, and for what is broken."""
        from ..blocks.sections import is_most_of

        try:
            block = self.block(raw)
            layout = self._layout(raw, block)
            self._check(layout, block)
            size = content_size(self._file, block)
            _check_limit(size, "its block")
            if self._memmap and not is_compressed(block):
                return None
            return block if is_most_of(layout, size) else None
        except Exception:  # a file may hold anything: what is wrong is told where the array is built
            return None

    def _read(self, block: Block, layout: Layout) -> NDArray[Any]:
        import numpy as np

        from ..blocks.sections import is_most_of, read, view

        size = content_size(self._file, block)
        parts = None if is_most_of(layout, size) else reader(self._file, block)
        if parts is not None:
            return read(layout, parts)
        array = view(layout, self._content(block))
        return array if is_most_of(layout, size) else np.array(array, order="C")

    def _content(self, block: Block) -> NDArray[np.uint8]:
        from ..blocks.contents import content

        _check_limit(content_size(self._file, block), "its block")
        ready = self._ready.pop(block, None)
        return content(self._file, block, _decompressor) if ready is None else ready

    def _mapped_array(self, block: Block, layout: Layout) -> NDArray[Any] | None:
        """Return an array as it is mapped into memory; None where it has to be read."""
        import numpy as np

        if not self._memmap or is_compressed(block):
            return None
        if self._mapped is None or len(self._mapped) < self._file.size():
            self._mapped = mapped(self._file)
        if self._mapped is None:
            return None
        offset = block.begin + layout.offset
        return np.ndarray(layout.shape, layout.dtype, self._mapped, offset, layout.strides)


def _check_limit(size: int, what: str) -> None:
    limit = current().array_max_bytes
    if size > limit:
        raise BrokenBlockError(f"{what} has {size} bytes, more than the setting array_max_bytes={limit} allows")


def layout_of(raw: TaggedMapping, size: int) -> Layout:
    """Return how the YAML of an array says that it lies in its block, of `size` bytes.

    Raises
    ------
    ValueError
        It does not say it, or wrongly.
    """
    from ..blocks.sections import Layout, contiguous_strides

    order = raw.get("byteorder")
    if order not in ("little", "big"):
        raise ValueError(f"its byteorder is {order!r}, not 'little' or 'big'")
    dtype = numpy_dtype(raw.get("datatype"), order)
    shape, strides, offset = raw.get("shape"), raw.get("strides"), raw.get("offset", 0)
    if not isinstance(shape, list) or not all(type(length) is int or length == "*" for length in shape):
        raise ValueError(f"its shape is {shape!r}, not a list of integers")
    if type(offset) is not int or offset < 0:
        raise ValueError(f"its offset is {offset!r}, not a number of bytes")
    if strides is not None and not (
        isinstance(strides, list) and len(strides) == len(shape) and all(type(stride) is int for stride in strides)
    ):
        raise ValueError(f"its strides are {strides!r}, not an integer for each of {len(shape)} dimensions")
    if "*" in shape[1:]:
        raise ValueError(f"its shape is {shape!r}: only the first length can be '*'")
    if shape[:1] == ["*"]:
        step = strides[0] if strides is not None else contiguous_strides((1, *shape[1:]), dtype.itemsize)[0]
        shape = [size // step if step > 0 else 0, *shape[1:]]
    if strides is None:
        strides = contiguous_strides(tuple(shape), dtype.itemsize)
    return Layout(dtype, tuple(shape), tuple(strides), offset)


def _without_impossible_letters(array: NDArray[Any]) -> NDArray[Any]:
    """Refuse an array of text with numbers that are not letters, on which Python itself fails."""
    import numpy as np

    dtype = array.dtype
    if dtype.names is not None:
        for name in dtype.names:
            _without_impossible_letters(array[name])
    elif dtype.kind == "U" and dtype.itemsize and array.size:
        codes = np.ascontiguousarray(array).view(np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        if codes.max() > 0x10FFFF:
            raise BrokenBlockError("it is of text, and holds what is not a letter")
    return array


def _masked(array: NDArray[Any], mask: Any) -> NDArray[Any]:
    """Return an array with a mask, as asdf reads it."""
    import numpy as np

    if isinstance(mask, np.ndarray):
        # asdf and NumPy share what can be shared; a change of the one array must not change the other
        masked: NDArray[Any] = np.ma.array(array, mask=mask)
        return masked
    if np.isscalar(mask):
        number: Any = mask
        is_nan = np.isnan(number)
        return np.ma.array(array, mask=np.isnan(array)) if is_nan else np.ma.masked_values(array, number)
    return array


def _decompressor(compression: bytes) -> Decompressor | None:
    """Return what an extension of asdf offers for a compression, of bytes that were read here."""
    found = compressor_of(compression)
    return None if found is None else lambda raw, out: found.decompress(iter([raw]), out)
