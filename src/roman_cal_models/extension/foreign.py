"""Foreign objects (arrays, WCS, Time, tables) built from the YAML of a file, by asdf and its other extensions."""

from __future__ import annotations

import io
import itertools
import weakref
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, BinaryIO

from ..blocks.index import blocks
from ..blocks.positions import PositionedBytes, positioned
from ..blocks.reading import reader
from ..errors import ChecksumError, ForeignValueError, ModelClosedError, RomanCalModelsError, TruncatedFileError
from ..nodes.deferred import BUILD_LOCK
from ..settings import current
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence
from .file_blocks import NDARRAY, FileBlocks, arrays_in

__all__ = ["NDARRAY", "FileSource", "YamlSource", "needs_blocks", "settled_config", "to_asdf_tree"]


class YamlSource:
    """The YAML of a file, for the foreign objects of its tree that need no more than that.

    Parameters
    ----------
    name : str or None
        Of the file, for errors.
    standard : str
        Version of the ASDF standard that the file names.
    """

    read_only = False

    def __init__(self, name: str | None, standard: str) -> None:
        self.name = name
        self.standard = standard

    def newest_tag(self, stem: str) -> str:
        """Return the newest tag beginning with `stem` that asdf can build, by the file's version of the standard."""
        manager = _without_blocks(self.standard).extension_manager
        known = {tag.tag_uri for extension in manager.extensions for tag in extension.tags}
        return max((tag for tag in known if tag.startswith(stem) and manager.handles_tag(tag)), default=f"{stem}1.1.0")

    def build(self, raw: Any, where: Callable[[], str]) -> Any:
        """Build a foreign object; of an array, its elements."""
        value = self.build_lazily(raw, where)
        if not raw.tag.startswith(NDARRAY):
            return value
        with self._named_errors(raw, where):
            array = value[...]
        # asdf may give what cannot be changed
        return array if array.flags.writeable else array.copy()

    def build_lazily(self, raw: Any, where: Callable[[], str]) -> Any:
        """Build a foreign object; an array is an asdf one that reads its block when it is used.

        Raises
        ------
        ModelClosedError
            It needs a block, and the file is closed.
        ForeignValueError
            asdf cannot build it.
        """
        file = self._asdf_file(raw, where)
        with self._named_errors(raw, where), settled_config():
            from asdf.yamlutil import tagged_tree_to_custom_tree

            tree: Any = tagged_tree_to_custom_tree({"value": to_asdf_tree(raw)}, file)
            return tree["value"]

    def _asdf_file(self, raw: Any, where: Callable[[], str]) -> Any:
        """Return an asdf file that has what a raw value needs."""
        return _without_blocks(self.standard)

    @contextmanager
    def _named_errors(self, raw: Any, where: Callable[[], str]) -> Generator[None]:
        try:
            yield
        except RomanCalModelsError:
            raise
        except _bad_content() as error:
            if needs_blocks(raw) and self._ends_early():
                problem = f"{where()} cannot be read, the file ends before its block does"
                raise TruncatedFileError(self.name, problem) from error
            raise ForeignValueError(self.name, f"{where()} cannot be built: {error}") from error

    def _ends_early(self) -> bool:
        """Return whether the file ends inside of a block, or where one should begin."""
        return False


class FileSource(YamlSource):
    """The YAML and the blocks of a file, for all foreign objects of its tree.

    Parameters
    ----------
    stream : binary file object
        The file, seekable. asdf is not asked to read its YAML a second time.
    header : bytes
        The file's bytes up to the end of the YAML.
    standard : str
        Version of the ASDF standard that the file names.
    name : str or None
        Of the file, for errors.
    owns_stream : bool
        Whether the stream is closed by `close`, or as soon as nobody needs it.
    memmap : bool
        Whether arrays are mapped into memory instead of read; `name` must then be a path.
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
        self._header = header
        self._memmap = memmap
        self._asdf: Any = None
        self._handles = ExitStack()
        if owns_stream:
            self._handles.callback(stream.close)
        # the objects of asdf hold each other, and the stream; whoever drops a model must not wait for their collection
        weakref.finalize(self, self._handles.close).atexit = False

    @property
    def is_closed(self) -> bool:
        """Whether the file was let go, or its owner has closed it."""
        return self._stream is None or getattr(self._stream, "closed", False)

    def close(self) -> None:
        """Let the file go; what was built stays."""
        self._handles.close()
        self._asdf = None
        self._stream = None

    def build(self, raw: Any, where: Callable[[], str]) -> Any:
        """Build a foreign object; an array is read, and so are those inside of the object."""
        if current().verify_checksums:
            self._verify(raw, where)
        value = self._built(raw, where)
        self.blocks.remember(value, raw)
        return value

    def _built(self, raw: Any, where: Callable[[], str]) -> Any:
        if not raw.tag.startswith(NDARRAY):
            return self.build_lazily(self._with_arrays(raw, where), where)
        array = None if self._memmap else self.section(raw, ..., where)
        if array is None:
            lazy = self.build_lazily(raw, where)
            with self._named_errors(raw, where):
                array = lazy[...]
        # of a stream, asdf gives what cannot be changed
        return array if self._memmap or array.flags.writeable else array.copy()

    def _verify(self, raw: Any, where: Callable[[], str]) -> None:
        """See whether the blocks of a foreign object are what was written."""
        numbers = {array["source"] for _, array in arrays_in(raw) if type(array["source"]) is int}
        for number, verdict in self.blocks.check(numbers).items():
            if verdict.fault is not None:
                raise ChecksumError(self.name, f"{where()} cannot be read, its block {number} {verdict.fault.text}")

    def _with_arrays(self, raw: Any, where: Callable[[], str]) -> Any:
        """Return a raw tree with the arrays themselves where they stand in blocks."""
        if not needs_blocks(raw):
            return raw
        if isinstance(raw, TaggedMapping):
            if raw.tag.startswith(NDARRAY):
                return self.build(raw, where)
            return TaggedMapping({key: self._with_arrays(value, where) for key, value in raw.items()}, raw.tag)
        if isinstance(raw, dict):
            return {key: self._with_arrays(value, where) for key, value in raw.items()}
        items = [self._with_arrays(value, where) for value in raw]
        return TaggedSequence(items, raw.tag) if isinstance(raw, TaggedSequence) else items

    def _asdf_file(self, raw: Any, where: Callable[[], str]) -> Any:
        if not needs_blocks(raw):
            return super()._asdf_file(raw, where)
        self._must_be_open(where)
        return self._opened(raw, where)

    def section(self, raw: Any, index: Any, where: Callable[[], str]) -> Any:
        """Return part of an array by as few bytes of its block as can be, or None if that needs the whole array.

        Raises
        ------
        IndexError
            The array has no such part.
        ModelClosedError, TruncatedFileError, ForeignValueError
            It cannot be read.
        """
        from ..blocks.sections import layout_of, part_of, read

        layout = layout_of(raw)
        part = None if layout is None else part_of(layout, index)
        if part is None or raw["source"] < 0:
            return None
        self._must_be_open(where)
        with BUILD_LOCK, self._named_errors(raw, where):
            block = next(itertools.islice(blocks(self._bytes, len(self._header)), raw["source"], None), None)
            found = None if block is None else reader(self._bytes, block)
            return None if found is None else read(part, found)

    def _must_be_open(self, where: Callable[[], str]) -> None:
        if self.is_closed:
            raise ModelClosedError(self.name, f"{where()} was not loaded before the file was closed")

    def _opened(self, raw: Any, where: Callable[[], str]) -> Any:
        if self._asdf is None:
            import asdf

            assert self._stream is not None
            with self._named_errors(raw, where), settled_config():
                if self._memmap:
                    name: Any = self.name
                    self._asdf = asdf.open(name, memmap=True, lazy_tree=True)
                else:
                    content: Any = io.BufferedReader(_Blocks(self._bytes, self._header))
                    self._asdf = asdf.open(content, uri=self.name, lazy_load=True)
            self._handles.callback(self._asdf.close)
        return self._asdf

    def _ends_early(self) -> bool:
        if self._stream is None:
            return False
        start = len(self._header)
        return self._bytes.size() == start or not all(block.is_whole for block in blocks(self._bytes, start))


def _bad_content() -> tuple[type[Exception], ...]:
    """Return what asdf, its converters and the libraries of compression raise for content that they cannot use."""
    import struct
    import zlib

    import asdf.exceptions
    import lz4.block

    builtins = (ArithmeticError, AttributeError, EOFError, ImportError, LookupError, OSError, RuntimeError, TypeError)
    others = (struct.error, zlib.error, lz4.block.LZ4BlockError, asdf.exceptions.ValidationError)
    return *builtins, ValueError, *others


class _Blocks(io.RawIOBase):
    """A file with an empty tree in place of its own, so that asdf finds the blocks where they are."""

    def __init__(self, file: PositionedBytes, header: bytes) -> None:
        self._file = file
        self._head = _empty_header(header)
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position}.get(whence)
        self._position = offset + (self._file.size() if start is None else start)
        return self._position

    def readinto(self, buffer: Any) -> int:
        size = len(buffer)
        if self._position < len(self._head):
            piece = self._head[self._position : self._position + size]
        else:
            piece = self._file.read_at(self._position, size)
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)


def _empty_header(header: bytes) -> bytes:
    """Return a header of the same length that holds an empty tree."""
    comments = header[: header.index(b"%YAML")] if b"%YAML" in header else b"#ASDF 1.0.0\n"
    start = comments + b"%YAML 1.1\n%TAG ! tag:stsci.edu:asdf/\n--- !core/asdf-1.1.0\n{}\n"
    end = b"\n...\n"
    return start + b"#" * (len(header) - len(start) - len(end)) + end


def needs_blocks(raw: Any) -> bool:
    """Return whether the foreign object of a raw tree has an array in a binary block."""
    if isinstance(raw, dict):
        if isinstance(raw, TaggedMapping) and raw.tag.startswith(NDARRAY) and "source" in raw:
            return True
        return any(map(needs_blocks, raw.values()))
    return isinstance(raw, list) and any(map(needs_blocks, raw))


def to_asdf_tree(raw: Any) -> Any:
    """Return a raw tree in the classes by which asdf knows tagged values."""
    from asdf import tagged

    if isinstance(raw, TaggedMapping):
        return tagged.TaggedDict({key: to_asdf_tree(value) for key, value in raw.items()}, raw.tag)
    if isinstance(raw, dict):
        return type(raw)((key, to_asdf_tree(value)) for key, value in raw.items())
    if isinstance(raw, TaggedSequence):
        return tagged.TaggedList([to_asdf_tree(value) for value in raw], raw.tag)
    if isinstance(raw, list):
        return [to_asdf_tree(value) for value in raw]
    return tagged.tag_object(raw.tag, str(raw)) if isinstance(raw, TaggedScalar) else raw


@contextmanager
def settled_config() -> Generator[Any]:
    """Have asdf behave the same whatever its release and its global settings are."""
    import asdf

    with asdf.config_context() as config:
        config.validate_on_read = False
        config.warn_on_failed_conversion = False
        config.default_array_save_base = False
        yield config


@cache
def _without_blocks(standard: str) -> Any:
    """Return a file of no blocks, of the version of the ASDF standard that says what the tags mean."""
    import asdf

    try:
        return asdf.AsdfFile(version=standard)
    except ValueError:  # a standard that this asdf does not know: its newest is the nearest
        return asdf.AsdfFile()
