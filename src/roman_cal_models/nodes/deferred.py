"""Values that are not built yet: foreign objects (arrays, WCS, Time, tables), each built at first use."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from ..blocks.origins import inherit
from ..errors import ForeignValueError, ModelClosedError
from ..foreign.datatypes import NDARRAY_TAG, datatype_of, is_datatype, sizes_of
from ..foreign.kinds import kind_of
from ..locks import MOMENT, LongLock
from ..printable import printable
from ..schema.values import lower
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence, UnparsedValue, read

__all__ = ["RAW_TYPES", "AsdfArray", "Deferred", "FakeValue", "FileValue", "Source", "deferred_array"]


class Source(Protocol):
    """Where the raw values of a tree came from, and who can build foreign objects from them."""

    name: str | None
    read_only: bool
    """Whether the nodes of the tree are."""
    has_own_memory: bool
    """Whether each array that is built has memory of its own, which it shares with no other and no file."""

    def newest_tag(self, stem: str) -> str:
        """Return the newest version of a foreign tag that can be built."""
        ...

    def ahead(self, raws: Iterable[Any]) -> AbstractContextManager[None]:
        """Read the blocks of foreign objects that are built meanwhile, several at a time."""
        ...

    def needs_blocks(self, raw: Any) -> bool:
        """Return whether a foreign object has arrays in blocks of the file."""
        ...

    def without_file(self) -> Source:
        """Return one that builds the same where no block is needed, and keeps no file open."""
        ...

    def build(self, raw: Any, where: Callable[[], str]) -> Any:
        """Build the foreign object that a raw tree stands for.

        Raises
        ------
        ModelClosedError
            It needs a block of a file that is closed.
        """


class Deferred:
    """A foreign object that is built at first use and then kept.

    It is shared by all nodes that hold it, so that a shallow copy of a node gives the same object as the node.
    """

    __slots__ = ("_building", "_value", "tag")

    _value: Any
    _building: _Building | None

    def __init__(self, tag: str) -> None:
        self.tag = tag

    @property
    def is_built(self) -> bool:
        """Whether it was used before."""
        return hasattr(self, "_value")

    def get(self, where: Callable[[], str]) -> Any:
        """Return the object; `where` gives its path for an error."""
        try:
            return self._value
        except AttributeError:
            return self._built(where)

    def _built(self, where: Callable[[], str]) -> Any:
        """Build the object, or wait for the thread that does; if it fails there, it is tried here."""
        while True:
            with MOMENT:
                if self.is_built:
                    return self._value
                other = getattr(self, "_building", None)
                if other is None or other.is_mine():
                    mine = self._building = _Building()
                    break
            other.done.wait()
        try:
            value = self._build(where)
            with MOMENT:
                # one that needs itself is built twice, and stays as it was first
                if not self.is_built:
                    self._value = value
                return self._value
        finally:
            with MOMENT:
                if self._building is mine:
                    self._building = None
            mine.done.set()

    def _build(self, where: Callable[[], str]) -> Any:
        raise NotImplementedError  # a subclass knows how

    def __roman_tag__(self) -> str:
        return self.tag

    def __repr__(self) -> str:
        return printable(f"<{self.tag.rpartition('/')[2]}>")


class _Building:
    """A thread that builds a value."""

    __slots__ = ("_process", "_thread", "done")

    def __init__(self) -> None:
        self.done = threading.Event()
        self._process = os.getpid()
        self._thread = threading.get_ident()

    def is_mine(self) -> bool:
        """Return True if there is nothing to wait for: it is this thread, or one that a fork has left behind."""
        return self._process != os.getpid() or self._thread == threading.get_ident()


class FileValue(Deferred):
    """A foreign object of a file.

    Parameters
    ----------
    source : Source
        Who can build it.
    raw : TaggedMapping, TaggedSequence, TaggedScalar or UnparsedValue
        Its YAML.
    """

    __slots__ = ("_raw", "source")

    __roman_raw__ = True

    def __init__(self, source: Source, raw: Any) -> None:
        self.tag = raw.tag  # as the base does it: headers make one of each array
        self.source = source
        self._raw = raw

    @property
    def raw(self) -> Any:
        """Its YAML: a `TaggedMapping`, `TaggedSequence` or `TaggedScalar`."""
        return read(self._raw)

    def _build(self, where: Callable[[], str]) -> Any:
        return self.source.build(self.raw, where)

    def copied(self, where: Callable[[], str], memo: dict[int, Any]) -> Any:
        """Return a deep copy of the object, which outlives the file.

        An array that was not built is read for the copy alone, so that there are never two of it in memory where one is
        wanted.
        """
        if id(self) in memo:
            return memo[id(self)]
        if not self.is_built and self.source.has_own_memory and self.source.needs_blocks(self.raw):
            value = memo[id(self)] = self.source.build(self.raw, where)
            return value
        value = self.get(where)
        return inherit(kind_of(value).deepcopied(value, memo), value)

    def twin(self, where: Callable[[], str], memo: dict[int, Any]) -> Any:
        """Return what stands for the object in a deep copy of its node, which outlives the file.

        A time, a WCS or a table that was not built and needs no block is built when the copy is asked for it; anything
        else is a copy of the object.
        """
        if self.is_built or self.tag.startswith(NDARRAY_TAG) or self.source.needs_blocks(self.raw):
            return self.copied(where, memo)
        return memo.setdefault(id(self), FileValue(self.source.without_file(), self.raw))

    def __roman_lower__(self) -> Any:
        return self.raw

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Shape of an array, without reading it; None where the YAML does not say, and for anything else."""
        if not self.tag.startswith(NDARRAY_TAG):
            return None
        sizes = sizes_of(self.raw)
        return None if sizes is None or None in sizes else sizes  # type: ignore[return-value]

    def __repr__(self) -> str:
        shape = self.shape
        if shape is None:
            return super().__repr__()
        datatype = datatype_of(self.raw)
        shown = datatype if is_datatype(datatype) else "of unknown type"
        return printable(f"<array {shown} {shape}>")


class FakeValue(Deferred):
    """A foreign object of a made-up model whose library takes long to import.

    Parameters
    ----------
    tag : str
        Its tag.
    make : callable
        Makes it.
    """

    __slots__ = ("_make",)

    def __init__(self, tag: str, make: Callable[[], Any]) -> None:
        super().__init__(tag)
        self._make = make

    def again(self) -> FakeValue:
        """Return another one, which is built on its own."""
        return FakeValue(self.tag, self._make)

    def _build(self, where: Callable[[], str]) -> Any:
        return self._make()

    def __roman_lower__(self) -> Any:
        return lower(self.get(lambda: ""))


class AsdfArray(Deferred):
    """An array of an `asdf.AsdfFile` that was opened elsewhere, read at first use.

    Parameters
    ----------
    array : asdf.tags.core.NDArrayType
        As asdf gives it.
    """

    __slots__ = ("array", "file", "owner")

    def __init__(self, array: Any) -> None:
        super().__init__("tag:stsci.edu:asdf/core/ndarray-1.1.0")
        self.array = array
        self.file: str | None = None
        """Name of the file, where it is known."""
        self.owner: Any = None
        """The `asdf.AsdfFile`, where it is known: its arrays do not keep it."""

    def _build(self, where: Callable[[], str]) -> Any:
        try:
            with _reading_by_asdf.held():
                array = self.array[...]
        except (OSError, ValueError) as error:  # asdf's own words, or Python's, for a file that is closed
            raise ModelClosedError(self.file, f"{where()} was not loaded: {error}") from error
        except Exception as error:  # of what decompresses
            raise ForeignValueError(self.file, f"{where()} cannot be read: {error}") from error
        self.owner = None
        return array

    def __roman_lower__(self) -> Any:
        # asdf would read it here, and not alone
        return lower(self.get(lambda: "an array"))

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the array, without reading it."""
        return tuple(self.array.shape)


# An `asdf.AsdfFile` has one position for all that read it: two threads would read each other's bytes.
_reading_by_asdf = LongLock()


def deferred_array(value: Any) -> Any:
    """Return an array of asdf's as a deferred one, anything else as it is."""
    return AsdfArray(value) if type(value).__name__ == "NDArrayType" else value


# The types that stand in a node for what is not built: no node ever holds a plain dict or list otherwise.
RAW_TYPES = frozenset(
    {dict, list, TaggedMapping, TaggedSequence, TaggedScalar, UnparsedValue, FileValue, FakeValue, AsdfArray}
)
