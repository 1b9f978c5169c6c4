"""The YAML of a file, for the foreign objects (times, WCS, tables, small arrays) that need no more than that."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from .. import asdf_bridge
from ..errors import ForeignValueError, NeedsBlocks, RomanCalModelsError, TruncatedFileError
from ..foreign import bounds
from ..foreign.arrays import is_in_block
from ..foreign.datatypes import NDARRAY_TAG
from ..locks import FIRST_USE
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence, containers

__all__ = ["TAGGED", "YamlSource", "arrays_in_blocks", "needs_blocks", "to_asdf_tree"]

TAGGED = (TaggedMapping, TaggedSequence, TaggedScalar)

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
    has_own_memory = False

    def __init__(self, name: str | None, standard: str) -> None:
        self.name = name
        self.standard = standard

    def newest_tag(self, stem: str) -> str:
        """Return the newest tag beginning with `stem` that asdf can build, by the file's version of the standard."""
        return asdf_bridge.newest_tag(stem, _without_blocks(self.standard)) or f"{stem}1.1.0"

    def check(self, raw: Any, where: Callable[[], str]) -> None:
        """Refuse a foreign object that asks for something from outside of the file, or is out of all proportion.

        Raises
        ------
        ForeignValueError
            It does. Nothing was opened or built.
        """
        try:
            bounds.check(raw)
        except Exception as error:  # what is not an array at all may fail in any way
            raise ForeignValueError(self.name, f"{where()} cannot be built: {_reason(error)}") from error

    def ahead(self, raws: Iterable[Any]) -> AbstractContextManager[None]:
        """Read the blocks of foreign objects that are built meanwhile: there are none."""
        return nullcontext()

    def needs_blocks(self, raw: Any) -> bool:
        """Return whether a foreign object has arrays in blocks of the file."""
        return needs_blocks(raw)

    def without_file(self) -> YamlSource:
        """Return one that builds the same where no block is needed, and keeps no file open."""
        return YamlSource(self.name, self.standard)

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
            if isinstance(raw, TAGGED) and raw.tag.startswith(NDARRAY_TAG) and not is_in_block(raw):
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
        with nullcontext() if tag in _converted_tags else FIRST_USE, asdf_bridge.settled_config():
            file = _without_blocks(self.standard)
            asdf_bridge.warn_of_unknown_tags(_tags_in(raw), file)
            tree = asdf_bridge.converted_tree({"value": to_asdf_tree(raw)}, file)
        _converted_tags.add(tag)
        return tree["value"]

    @contextmanager
    def _named_errors(self, raw: Any, where: Callable[[], str], *others: type[Exception]) -> Generator[None]:
        """Have errors name the file and the value, but ours, warnings that were made errors, and `others`."""
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


def needs_blocks(raw: Any) -> bool:
    """Return whether the foreign object of a raw tree has an array in a binary block."""
    return any(True for _ in arrays_in_blocks(raw))


def arrays_in_blocks(raw: Any) -> Iterator[TaggedMapping]:
    """Return the arrays in blocks of a raw tree, each once; a mask is part of its array."""
    return filter(is_in_block, containers(raw, enter=lambda value: not is_in_block(value)))


def to_asdf_tree(raw: Any) -> Any:
    """Return a raw tree in the classes by which asdf knows tagged values."""
    if isinstance(raw, TaggedMapping):
        return asdf_bridge.tagged(raw.tag, {key: to_asdf_tree(value) for key, value in raw.items()})
    if isinstance(raw, dict):
        return type(raw)((key, to_asdf_tree(value)) for key, value in raw.items())
    if isinstance(raw, TaggedSequence):
        return asdf_bridge.tagged(raw.tag, [to_asdf_tree(value) for value in raw])
    if isinstance(raw, list):
        return [to_asdf_tree(value) for value in raw]
    return asdf_bridge.tagged(raw.tag, str(raw)) if isinstance(raw, TaggedScalar) else raw


def _tags_in(raw: Any) -> Iterator[str]:
    stack, met = [raw], set[int]()
    while stack:
        value = stack.pop()
        if isinstance(value, TAGGED):
            yield value.tag
        if isinstance(value, (dict, list)) and id(value) not in met:
            met.add(id(value))
            stack.extend(value.values() if isinstance(value, dict) else value)


@asdf_bridge.cached_by_extensions
def _without_blocks(standard: str) -> Any:
    """Return a file of no blocks, of the version of the ASDF standard that says what the tags mean."""
    return asdf_bridge.file_for_conversions(standard)


def _reason(error: Exception) -> str:
    """Return what an error says, in a form that says something."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    return str(error) or type(error).__name__
