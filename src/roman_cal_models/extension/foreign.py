"""Foreign objects (arrays, WCS, Time, tables) of a file: arrays by our own reading, all else by asdf's extensions."""

from __future__ import annotations

import warnings
import weakref
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any, BinaryIO

from ..asdf_bridge import cached_by_extensions
from ..blocks.index import blocks
from ..blocks.positions import positioned
from ..errors import (
    ChecksumError,
    ForeignValueError,
    ModelClosedError,
    NeedsBlocks,
    RomanCalModelsError,
    TruncatedFileError,
)
from ..foreign import bounds
from ..foreign.datatypes import NDARRAY_TAG
from ..locks import FIRST_USE, MOMENT
from ..printable import printable
from ..settings import current
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence
from .arrays import BlockArrays, is_in_block, prepare
from .file_blocks import FileBlocks, arrays_in

__all__ = ["FileSource", "YamlSource", "needs_blocks", "settled_config", "to_asdf_tree"]

_TAGGED = (TaggedMapping, TaggedSequence, TaggedScalar)

_converted_tags: set[str] = set()


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

    def check(self, raw: Any, where: Callable[[], str]) -> None:
        """Refuse a foreign object that asks for something from outside of the file, or is out of all proportion.

        Raises
        ------
        ForeignValueError
            It does. Nothing was opened or built.
        """
        try:
            bounds.check(raw)
        except Exception as error:  # what is no array at all fails in any way
            raise ForeignValueError(self.name, f"{where()} cannot be built: {_reason(error)}") from error

    def build(self, raw: Any, where: Callable[[], str]) -> Any:
        """Build a foreign object, with all arrays in it; of an array, its elements.

        Raises
        ------
        NeedsBlocks
            It needs a block, and there is nothing but the YAML.
        ModelClosedError
            It needs a block, and the file is closed.
        TruncatedFileError
            The file ends before its block does.
        ForeignValueError
            It cannot be built.
        """
        self.check(raw, where)
        with self._named_errors(raw, where):
            value = self._built(raw, where)
            if isinstance(raw, _TAGGED) and raw.tag.startswith(NDARRAY_TAG) and not is_in_block(raw):
                value = value[...]
                # asdf may give what cannot be changed
                value = value if value.flags.writeable else value.copy()
            return value

    def _built(self, raw: Any, where: Callable[[], str]) -> Any:
        """Build a foreign object that was checked."""
        if needs_blocks(raw):
            problem = f"{where()} has arrays in blocks of the file, and this is its header only: open the file for it"
            raise NeedsBlocks(self.name, problem)
        return self._converted(raw)

    def _converted(self, raw: Any) -> Any:
        """Have asdf convert a raw tree in which arrays are arrays already."""
        # what converts a tag imports libraries when it first does
        tag = getattr(raw, "tag", "")
        with nullcontext() if tag in _converted_tags else FIRST_USE, settled_config():
            from asdf.yamlutil import tagged_tree_to_custom_tree

            file = _without_blocks(self.standard)
            _warn_of_unknown(raw, file.extension_manager)
            tree: Any = tagged_tree_to_custom_tree({"value": to_asdf_tree(raw)}, file)
        _converted_tags.add(tag)
        return tree["value"]

    @contextmanager
    def _named_errors(self, raw: Any, where: Callable[[], str], *others: type[Exception]) -> Generator[None]:
        """Have errors name the file and the value, but ours, the warnings that somebody makes errors, and `others`."""
        passed: tuple[type[Exception], ...] = (RomanCalModelsError, Warning, *others)
        try:
            yield
        except passed:
            raise
        except Exception as error:  # converters are anybody's, and so are the libraries that they call
            if needs_blocks(raw) and self._ends_early():
                problem = f"{where()} cannot be read, the file ends before its block does"
                raise TruncatedFileError(self.name, problem) from error
            raise ForeignValueError(self.name, f"{where()} cannot be built: {_reason(error)}") from error

    def _ends_early(self) -> bool:
        """Return whether the file ends inside of a block, or where one should begin."""
        return False


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
        Whether the stream is closed by `close`, or as soon as nobody needs it.
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
        self._readers = 0
        self._handles = ExitStack()
        if owns_stream:
            self._handles.callback(stream.close)
        # a node may stand in a circle; whoever drops a model must not wait for its collection
        weakref.finalize(self, self._handles.close).atexit = False

    @property
    def is_closed(self) -> bool:
        """Whether the file was let go, or its owner has closed it."""
        return self._stream is None or getattr(self._stream, "closed", False)

    def close(self) -> None:
        """Let the file go; what was built stays, and who reads now is let finish."""
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
        with self._reading(where), self._named_errors(raw, where, IndexError):
            return self._arrays.part(raw, index)

    def _built(self, raw: Any, where: Callable[[], str]) -> Any:
        if not needs_blocks(raw):
            return self._converted(raw)
        with self._reading(where):
            if current().verify_checksums:
                self._verify(raw, where)
            tree = self._with_arrays(raw)
        value = tree if is_in_block(raw) else self._converted(tree)
        self.blocks.remember(value, raw)
        return value

    def _verify(self, raw: Any, where: Callable[[], str]) -> None:
        """See whether the blocks of a foreign object are what was written."""
        numbers = {array["source"] for _, array in arrays_in(raw) if type(array["source"]) is int}
        for number, verdict in self.blocks.check(numbers).items():
            if verdict.fault is not None:
                raise ChecksumError(self.name, f"{where()} cannot be read, its block {number} {verdict.fault.text}")

    def _with_arrays(self, raw: Any) -> Any:
        """Return a raw tree with the arrays themselves where they stand in blocks, each once."""
        together: dict[int, list[TaggedMapping]] = {}
        for array in _arrays_in_blocks(raw):
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
        if isinstance(raw, _TAGGED):
            value = self._with_arrays(raw)
            value = value if is_in_block(raw) else self._converted(value)
            return value[...] if raw.tag.startswith(NDARRAY_TAG) else value
        return raw

    @contextmanager
    def _reading(self, where: Callable[[], str]) -> Generator[None]:
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
        return self._bytes.size() == start or not all(block.is_whole for block in blocks(self._bytes, start))


def _reason(error: Exception) -> str:
    """Return what an error says, in a form that says something."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return str(error) or type(error).__name__


def needs_blocks(raw: Any) -> bool:
    """Return whether the foreign object of a raw tree has an array in a binary block."""
    return any(True for _ in _arrays_in_blocks(raw))


def _arrays_in_blocks(raw: Any) -> Iterator[TaggedMapping]:
    """Yield the arrays in blocks of a raw tree, each once; a mask is part of its array."""
    stack, met = [raw], set[int]()
    while stack:
        value = stack.pop()
        if not isinstance(value, (dict, list)) or id(value) in met:
            continue
        met.add(id(value))
        if is_in_block(value):
            yield value  # type: ignore[misc]
        else:
            stack.extend(value.values() if isinstance(value, dict) else value)


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


@cached_by_extensions
def _without_blocks(standard: str) -> Any:
    """Return a file of no blocks, of the version of the ASDF standard that says what the tags mean."""
    import asdf

    _let_tagged_be_pickled()
    try:
        # arrays in the tree are arrays at once, also inside of an object of an unknown tag
        return asdf.AsdfFile(version=standard, lazy_load=False, ignore_unrecognized_tag=True)
    except ValueError:  # a standard that this asdf does not know: its newest is the nearest
        return asdf.AsdfFile(lazy_load=False, ignore_unrecognized_tag=True)


def _warn_of_unknown(raw: Any, manager: Any) -> None:
    """Warn of what stays as it is in the YAML, as asdf does, but in no letters that a terminal obeys."""
    unknown = {tag for tag in _tags_in(raw) if not manager.handles_tag(tag)}
    if unknown:
        from asdf.exceptions import AsdfConversionWarning

        for tag in sorted(unknown):
            text = f"{tag} is not recognized, converting to raw Python data structure"
            warnings.warn(printable(text), AsdfConversionWarning, stacklevel=2)


def _tags_in(raw: Any) -> Iterator[str]:
    stack, met = [raw], set[int]()
    while stack:
        value = stack.pop()
        if isinstance(value, _TAGGED):
            yield value.tag
        if isinstance(value, (dict, list)) and id(value) not in met:
            met.add(id(value))
            stack.extend(value.values() if isinstance(value, dict) else value)


def _let_tagged_be_pickled() -> None:
    """Have an object of an unknown tag pickled, which asdf gives in classes that do not know how."""
    import copyreg

    from asdf.tagged import TaggedDict, TaggedList

    for cls in (TaggedDict, TaggedList):
        copyreg.pickle(cls, _reduced)


def _reduced(value: Any) -> tuple[Any, ...]:
    return type(value), (value.data, value._tag)
