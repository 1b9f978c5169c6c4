"""Some files -> what the catalogue needs of each, failures included. It runs in this process or in any other."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Literal, NamedTuple

from ...errors import FileError, RomanCalModelsError
from ...header.content import read_header_bytes
from ...header.streams import beginning
from ...header.wholeness import require_whole
from ...installation import VERSION, rad_version
from ...printable import printable
from ...registration.surroundings import Surroundings
from ...threads import Threads
from ..files.names import Listed, storable
from ..files.server_errors import ServerError, patiently
from .row_reader import Rows, rows

__all__ = [
    "AT_ONCE",
    "HEADER_DIGITS",
    "Failure",
    "FileRead",
    "FittedRows",
    "Known",
    "MadeBy",
    "Mapped",
    "Outcome",
    "Reader",
    "Task",
]

Mapped = Literal["newest", "file"]

AT_ONCE = 32
"""How many files behind URLs a process reads at the same time."""

HEADER_DIGITS = 40
"""How many digits of a `FileRead.content` are of the header alone, whatever release of RAD has mapped it."""

_DIGITS = 64
_LONGEST_REASON = 1000
# Nanoseconds: times of a change may be as coarse as this, on old file systems and in buckets.
_TICK = 2_000_000_000


class MadeBy(NamedTuple):
    """What makes rows of files.

    Parameters
    ----------
    rad_version, package_version : str or None
        The release of RAD whose schemas say what goes where, and that of this package. None for what an early
        catalogue does not tell.
    mapping : {"newest", "file"} or None
        As for `rows`.
    """

    rad_version: str | None
    package_version: str | None
    mapping: str | None

    def is_newer_than(self, other: MadeBy) -> bool:
        """Return whether its release of RAD or of this package is newer than that of another."""
        pairs = ((self.rad_version, other.rad_version), (self.package_version, other.package_version))
        return any(_is_newer(mine, others) for mine, others in pairs)


@lru_cache(maxsize=64)
def _is_newer(one: str | None, other: str | None) -> bool:
    if one is None or other is None or one == other:
        return False
    from packaging.version import InvalidVersion, Version

    try:
        # what stands behind a plus tells builds apart, and says nothing of their order
        return Version(Version(one).public) > Version(Version(other).public)
    except InvalidVersion:
        return False


class Known(NamedTuple):
    """What the catalogue has of a file.

    Parameters
    ----------
    id : int
        Its number, by which all tables name it.
    content : str
        As of `FileRead`.
    made_by : MadeBy
        What made its rows.
    size, modified, etag
        As of `FileRead`.
    """

    id: int
    content: str
    made_by: MadeBy
    size: int | None = None
    modified: int | None = None
    etag: str | None = None


Task = tuple[Listed, Known | None]
"""A file, and what the catalogue has of it."""


class FittedRows(NamedTuple):
    """The rows of a file as tuples, whose order is that of the columns of a catalogue.

    Parameters
    ----------
    schema_uri : str
        The schema by which they were mapped.
    tables : mapping
        The row of each table.
    problems : tuple of (str, str, str, str)
        Table, column, path and reason of what does not fit, as of `RowProblem`.
    """

    schema_uri: str
    tables: Mapping[str, tuple[Any, ...]]
    problems: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file that was read.

    Parameters
    ----------
    file : str
        Its URL or absolute path.
    content : str
        A hash of its header, which is the first `HEADER_DIGITS`, and one of how its values were mapped: it shows
        whether the file has changed, or its rows would be others now.
    rows : Rows or None
        None if the content is what was known of it, if its rows were made by something newer, or if they are `fitted`.
    made_by : MadeBy
        What made the rows.
    size : int or None
        Of the file, in bytes. This and the next two as they were when it was read; None where they are not known.
    modified : int or None
        When it was changed, in nanoseconds since 1970-01-01 UTC.
    etag : str or None
        By which a bucket or server tells one content of it from another.
    fitted : FittedRows or None
        What has become of the rows, if they were fitted where the file was read.
    """

    file: str
    content: str
    rows: Rows | None
    made_by: MadeBy
    size: int | None = None
    modified: int | None = None
    etag: str | None = None
    fitted: FittedRows | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        # quicker than what dataclasses do
        return FileRead, tuple(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, or not be kept.

    Parameters
    ----------
    file : str
        Its URL or absolute path.
    reason : str
        Why.
    """

    file: str
    reason: str

    def __str__(self) -> str:
        return printable(f"{self.file}: {self.reason}")

    @classmethod
    def of(cls, file: str, error: Exception) -> Failure:
        """Return the failure that an error of a file is.

        Parameters
        ----------
        file : str
            Path or URL of the file.
        error : Exception
            What became of it.
        """
        if isinstance(error, FileError):
            text = error.message
        elif isinstance(error, OSError) and error.strerror:
            text = error.strerror
        elif isinstance(error, RomanCalModelsError):
            text = str(error).removeprefix(f"{file}: ")
        else:
            text = f"{type(error).__name__}: {str(error).removeprefix(f'{file}: ')}"
        if len(text) > _LONGEST_REASON:
            text = f"{text[:_LONGEST_REASON]}..."
        return cls(file, storable(text))


Outcome = FileRead | Failure


@dataclass(frozen=True, slots=True)
class _Header:
    """The bytes of a header, and how its file was: its size, and when it was changed, if that is some time ago."""

    content: bytes
    size: int | None
    modified: int | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads files as it was told to, wherever it is sent.

    Parameters
    ----------
    mapping, tables, storage_options
        As for `rows`.
    surroundings : Surroundings
        What holds where it comes from.
    finish : callable, optional
        What is done yet with each file that was read, where it was read.
    force : bool
        Whether files are mapped whose rows are known, or were made by something newer.
    """

    mapping: Mapped
    tables: Literal["all"] | tuple[str, ...] | None
    storage_options: Mapping[str, Any] | None
    surroundings: Surroundings
    finish: Callable[[FileRead], FileRead] | None = None
    force: bool = False

    @classmethod
    def here(
        cls,
        mapping: Mapped,
        tables: Literal["all"] | Iterable[str] | None,
        storage_options: Mapping[str, Any] | None,
    ) -> Reader:
        """Return the reader that works elsewhere as if it were here: by the same settings and schemas."""
        chosen: Literal["all"] | tuple[str, ...] | None
        chosen = "all" if tables == "all" else None if tables is None else tuple(tables)
        return cls(mapping, chosen, storage_options, Surroundings.here())

    def __call__(self, tasks: Sequence[Task]) -> list[Outcome]:
        """Read files, whatever becomes of some of them.

        Raises
        ------
        CatalogError
            A server refuses everything, or does not answer.
        """
        with self.surroundings.hold():
            far = sum(self._is_read_ahead(*task) for task in tasks)
            if far < 2:
                return [self._outcome(file, known, partial(self._header, file)) for file, known in tasks]
            with Threads(min(far, AT_ONCE)) as threads:
                headers = [
                    threads.submit(partial(self._header, file)).result
                    if self._is_read_ahead(file, known)
                    else partial(self._header, file)
                    for file, known in tasks
                ]
                return [self._outcome(*task, header) for task, header in zip(tasks, headers, strict=True)]

    def _is_read_ahead(self, file: Listed, known: Known | None) -> bool:
        return "://" in file.name and not (known is not None and self._is_left(known))

    @property
    def made_by(self) -> MadeBy:
        """What makes the rows: the releases are those of the process that reads."""
        return MadeBy(rad_version(), VERSION, self.mapping)

    def _outcome(self, file: Listed, known: Known | None, header: Callable[[], _Header]) -> Outcome:
        try:
            read = self._read(header, file, known)
            return read if self.finish is None else self.finish(read)
        except ServerError:
            raise
        except Exception as error:  # a file may fail in any way: it is reported, and the others are read
            return Failure.of(file.key, error)

    def _read(self, header: Callable[[], _Header], file: Listed, known: Known | None) -> FileRead:
        if known is not None and self._is_left(known):
            return FileRead(file.key, known.content, None, self.made_by)
        found = header()
        content = self._hash(found.content)
        made = None
        if self.force or known is None or content != known.content:
            made = rows(found.content, mapping=self.mapping, tables=self.tables)
        # of rows that are not all which a file has, nothing is kept by which one could pass it over
        modified, etag = (found.modified, file.etag) if self.tables is None else (None, None)
        return FileRead(file.key, content, made, self.made_by, found.size, modified, etag)

    def _is_left(self, known: Known) -> bool:
        """Return whether the rows of a file stay whatever it is like: something newer has made them."""
        return not self.force and known.made_by.is_newer_than(self.made_by)

    def _header(self, file: Listed) -> _Header:
        """Return the header of a file, and how the file is as the header is read."""
        if "://" in file.name:
            return patiently(lambda: self._opened(file), file.name)
        return self._opened(file)

    def _opened(self, file: Listed) -> _Header:
        size, modified = file.size, file.modified
        with beginning(file.name, self._options(file.name)) as (stream, name):
            if isinstance(stream, io.FileIO):
                found = os.fstat(stream.fileno())
                size, modified = found.st_size, found.st_mtime_ns
            header = read_header_bytes(stream, name)
            require_whole(stream, header, name)
        # who changes it within the same tick of a clock leaves no trace
        is_settled = modified is not None and time.time_ns() - modified > _TICK
        return _Header(header.content, size, modified if is_settled else None)

    def _options(self, url: str) -> Mapping[str, Any] | None:
        """Return the options for a URL; S3 gets as many connections as there are threads, where botocore makes ten."""
        given = self.storage_options or {}
        if not url.startswith(("s3://", "s3a://")):
            return given
        return {**given, "config_kwargs": {"max_pool_connections": AT_ONCE, **given.get("config_kwargs", {})}}

    def _hash(self, header: bytes) -> str:
        # another release of the schemas or of what reads them, or another mapping, makes other rows of the same header
        mapped = repr((self.mapping, self.tables, rad_version(), VERSION)).encode()
        digits = hashlib.sha256(header).hexdigest()[:HEADER_DIGITS] + hashlib.sha256(mapped).hexdigest()
        return digits[:_DIGITS]
