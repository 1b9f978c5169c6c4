"""The YAML and the blocks of a file: arrays by our own reading, all other foreign objects by asdf's converters."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, BinaryIO

from ..blocks.far import FarFile
from ..blocks.index import Block, blocks
from ..blocks.positions import PositionedBytes, positioned, readers_of
from ..errors import ChecksumError, ModelClosedError
from ..foreign.arrays import is_in_block
from ..foreign.datatypes import NDARRAY_TAG
from ..locks import MOMENT
from ..settings import current
from ..yaml import TaggedMapping, TaggedSequence
from .arrays import BlockArrays, StoredArray, prepare
from .file_blocks import FileBlocks, arrays_in
from .yaml_source import TAGGED, YamlSource, arrays_in_blocks, needs_blocks

__all__ = ["FileSource", "with_stored_arrays"]


class FileSource(YamlSource):
    """The YAML and the blocks of a file, for all foreign objects of its tree.

    Threads and forked processes may use it as they like: there is no position that they share.

    Parameters
    ----------
    stream : binary file object
        The file, seekable. asdf is not asked to read it.
    header : bytes
        The file's bytes up to the end of the YAML.
    standard : str
        Version of the ASDF standard that the file names.
    name : str or None
        Of the file, for errors.
    owns_stream : bool
        Whether the stream is closed by `close`, or as soon as it is not needed any more.
    memmap : bool
        Whether arrays are mapped into memory instead of read, where they are not compressed.
    """

    def __init__(
        self,
        stream: BinaryIO,
        header: bytes,
        standard: str,
        name: str | None,
        *,
        owns_stream: bool = True,
        memmap: bool = False,
    ) -> None:
        super().__init__(name, standard)
        self._stream: BinaryIO | None = stream
        self._bytes = positioned(stream)
        self.blocks = FileBlocks(stream, self._bytes, len(header), name)
        self.history: tuple[TaggedMapping, ...] = ()
        self.beside: Mapping[str, Any] = {}
        self._end_of_header = len(header)
        self._arrays = BlockArrays(self._bytes, self._end_of_header, memmap=memmap)
        self.has_own_memory = not memmap
        self._readers = 0
        self._handles = ExitStack()
        if owns_stream:
            self._handles.callback(stream.close)
        # a node may stand in a circle, and the file must not stay open until that is collected
        weakref.finalize(self, self._handles.close).atexit = False

    @property
    def is_closed(self) -> bool:
        """Whether the file was let go, or its owner has closed it."""
        return self._stream is None or getattr(self._stream, "closed", False)

    @property
    def is_far(self) -> bool:
        """Whether the file is reached by requests."""
        return isinstance(self._bytes, FarFile)

    @property
    def threads(self) -> int:
        """How many threads are to read it at a time."""
        return readers_of(self._bytes)

    def close(self) -> None:
        """Let the file go; what was built stays, and reads that are under way finish."""
        with MOMENT:
            self._stream = None
            is_idle = not self._readers
        if is_idle:
            self._handles.close()

    def check(self, raw: Any, where: Callable[[], str]) -> None:
        """Refuse a foreign object as the base does."""
        if needs_blocks(raw):
            prepare()
        super().check(raw, where)

    @contextmanager
    def ahead(self, raws: Iterable[Any]) -> Generator[None]:
        """Read the blocks of foreign objects that are built meanwhile, several at a time.

        They are checked as well if that is asked for. Whatever is wrong is told when the object is built.

        Parameters
        ----------
        raws : iterable
            Their YAML.
        """
        arrays = [array for raw in raws for _, array in arrays_in(raw) if type(array["source"]) is int]
        with ExitStack() as stack:
            if len(arrays) > 1:  # a single one is read by several threads anyhow
                with suppress(Exception), self.reading(lambda: "an array"):  # a file may hold anything
                    prepare()
                    if current().verify_checksums:
                        self.blocks.check({array["source"] for array in arrays})
                    stack.enter_context(self._arrays.ahead(arrays))
            yield

    def section(self, raw: Any, index: Any, where: Callable[[], str]) -> Any:
        """Return part of an array by as few bytes of its block as can be, or None if that needs the whole array.

        Raises
        ------
        IndexError
            The array has no such part.
        ModelClosedError, TruncatedFileError, ForeignValueError
            It cannot be read.
        """
        self.check(raw, where)
        if not is_in_block(raw):
            return None
        with self.reading(where), self._named_errors(raw, where, IndexError):
            return self._arrays.part(raw, index)

    def block(self, raw: TaggedMapping) -> tuple[PositionedBytes, Block]:
        """Return the bytes of the file, and where the block of an array stands in them; while `reading`.

        Raises
        ------
        BrokenBlockError
            There is no such block.
        """
        return self._bytes, self._arrays.block(raw)

    def is_copyable(self, raw: Any, where: Callable[[], str]) -> bool:
        """Return whether the arrays of a foreign object stand in blocks that can be copied into another file.

        Raises
        ------
        ModelClosedError, TruncatedFileError, ForeignValueError
            They cannot be read.
        """
        prepare()
        with self.reading(where), self._named_errors(raw, where):
            return all(self._arrays.is_copyable(array) for array in arrays_in_blocks(raw))

    def _built(self, raw: Any, where: Callable[[], str]) -> Any:
        if not needs_blocks(raw):
            return self._converted(raw)
        with self.reading(where):
            if current().verify_checksums:
                self._verify(raw, where)
            tree = self._with_arrays(raw)
        value = tree if is_in_block(raw) else self._converted(tree)
        self.blocks.remember(value, raw)
        return value

    def _verify(self, raw: Any, where: Callable[[], str]) -> None:
        """Check that the blocks of a foreign object are what was written."""
        numbers = {array["source"] for _, array in arrays_in(raw) if type(array["source"]) is int}
        for number, verdict in self.blocks.check(numbers).items():
            if verdict.fault is not None:
                raise ChecksumError(self.name, f"{where()} cannot be read, its block {number} {verdict.fault.text}")

    def _with_arrays(self, raw: Any) -> Any:
        """Return a raw tree with the arrays themselves where they stand in blocks, each once."""
        together: dict[int, list[TaggedMapping]] = {}
        for array in arrays_in_blocks(raw):
            together.setdefault(array["source"], []).append(array)
        known: dict[int, Any] = {}
        for raws in together.values():
            arrays = (
                [self._arrays.array(raws[0], self._mask)] if len(raws) == 1 else self._arrays.views(raws, self._mask)
            )
            known.update(zip(map(id, raws), arrays, strict=True))
        return _replaced(raw, known)

    def _mask(self, raw: Any) -> Any:
        """Build what stands for the mask of an array."""
        if isinstance(raw, TAGGED):
            value = self._with_arrays(raw)
            value = value if is_in_block(raw) else self._converted(value)
            return value[...] if raw.tag.startswith(NDARRAY_TAG) else value
        return raw

    @contextmanager
    def reading(self, where: Callable[[], str]) -> Generator[None]:
        """Keep the file open meanwhile: its number would be the next one's, and so would the bytes."""
        with MOMENT:
            if self.is_closed:
                raise ModelClosedError(self.name, f"{where()} was not loaded before the file was closed")
            self._readers += 1
        try:
            yield
        finally:
            with MOMENT:
                self._readers -= 1
                is_last = self._stream is None and not self._readers
            if is_last:
                self._handles.close()

    def _ends_early(self) -> bool:
        if self.is_closed:
            return False
        start = self._end_of_header
        try:
            return self._bytes.size() == start or not all(block.is_whole for block in blocks(self._bytes, start))
        except OSError:  # nor can that be read
            return False


def with_stored_arrays(raw: Any, source: FileSource) -> Any:
    """Return a raw tree with its arrays in blocks as they go into another file unread."""
    return _replaced(raw, {id(array): StoredArray(array, source) for array in arrays_in_blocks(raw)})


def _replaced(raw: Any, known: dict[int, Any]) -> Any:
    """Return a raw tree with other values in the place of known ones; what holds none is kept as it is."""
    if id(raw) in known:
        return known[id(raw)]
    if isinstance(raw, dict):
        pairs = {key: _replaced(value, known) for key, value in raw.items()}
        if all(pairs[key] is value for key, value in raw.items()):
            return raw
        return TaggedMapping(pairs, raw.tag) if isinstance(raw, TaggedMapping) else pairs
    if isinstance(raw, list):
        items = [_replaced(value, known) for value in raw]
        if all(one is other for one, other in zip(items, raw, strict=True)):
            return raw
        return TaggedSequence(items, raw.tag) if isinstance(raw, TaggedSequence) else items
    return raw
