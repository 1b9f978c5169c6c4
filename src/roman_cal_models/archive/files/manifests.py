"""A list of files that stands in a file."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from ...errors import CatalogError, MissingPackageError
from ...printable import printable
from .server_errors import kind_of

__all__ = ["Manifest", "manifest"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A list of files, read as it is gone through.

    Parameters
    ----------
    source : str
        Path or URL of the list.
    storage_options : mapping or None
        For a URL, what fsspec takes.
    """

    source: str
    storage_options: Mapping[str, Any] | None = None

    def __iter__(self) -> Iterator[str]:
        """Yield the names that it lists.

        Raises
        ------
        CatalogError
            It cannot be read.
        MissingPackageError
            ``pyarrow`` is not installed, or fsspec.
        """
        try:
            yield from _rows(self) if self.source.endswith(".parquet") else _lines(self)
        except (OSError, UnicodeError) as error:
            raise self._unreadable(getattr(error, "strerror", None) or error) from error
        except Exception as error:  # file systems are anybody's, and so are their errors
            if kind_of(error) == "file":
                raise
            raise self._unreadable(error) from error

    def _unreadable(self, reason: object) -> CatalogError:
        said = printable(" ".join(str(reason).split()))
        return CatalogError(f"{self.source}: the list of files cannot be read: {said}")


def manifest(source: str | os.PathLike[str], storage_options: Mapping[str, Any] | None = None) -> Manifest:
    """Return the files that a list names, for whatever takes many.

    Parameters
    ----------
    source : str or path-like
        Path or URL of a text file with a name, path or URL, on each line (those that are empty or begin with ``#`` are
        passed over), or of a Parquet file, ``.parquet``, with one column of text, or one that is called
        ``archive_file``. Names are taken as they stand, and not for folders or patterns; paths are relative to the
        working folder.
    storage_options : mapping, optional
        For a URL, what fsspec takes.

    Raises
    ------
    CatalogError
        The name is empty.
    """
    name = os.fspath(source)
    if not name:
        raise CatalogError("no list of files has an empty name")
    return Manifest(name, storage_options)


def _lines(listed: Manifest) -> Iterator[str]:
    # names of files are bytes, which need not be UTF-8
    with _opened(listed) as stream, io.TextIOWrapper(stream, "utf-8", "surrogateescape") as text:
        for line in text:
            name = line.strip()
            if name and not name.startswith("#"):
                yield name


def _rows(listed: Manifest) -> Iterator[str]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingPackageError("Parquet files need pyarrow: pip install 'roman-cal-models[parquet]'") from None
    try:
        with _opened(listed) as stream, pyarrow.parquet.ParquetFile(stream) as file:
            column = _column(listed, file.schema_arrow)
            for batch in file.iter_batches(columns=[column]):
                yield from (name for name in batch.column(0).to_pylist() if name)
    except pyarrow.ArrowInvalid as error:
        raise CatalogError(f"{listed.source}: the list of files cannot be read: {error}") from error


def _column(listed: Manifest, schema: Any) -> str:
    """Return the name of the column that has the names of the files."""
    texts: list[str] = [field.name for field in schema if str(field.type) in ("string", "large_string", "string_view")]
    if "archive_file" in texts:
        return "archive_file"
    if len(texts) != 1:
        found = ", ".join(texts) if texts else "none"
        raise CatalogError(f"{listed.source}: a list of files has one column of text, or archive_file; here: {found}")
    return texts[0]


def _opened(listed: Manifest) -> AbstractContextManager[Any]:
    if "://" not in listed.source:
        return open(listed.source, "rb")
    try:
        import fsspec
    except ImportError:
        raise MissingPackageError("URLs need fsspec: pip install 'roman-cal-models[remote]'") from None
    opened: AbstractContextManager[Any] = fsspec.open(listed.source, "rb", **(listed.storage_options or {}))
    return opened
