"""The rows of a file as compact tuples, made where the file is read, so that who writes them has little left to do."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from .file_reader import FileRead, FittedRows
from .reconcile import fit

__all__ = ["Fitting"]


# What SQLite has no type for, as SQLAlchemy reads it there
_AS_TEXT: dict[type, Callable[[Any], Any]] = {
    datetime.datetime: lambda time: time.isoformat(" ", "microseconds"),
    datetime.date: str,
    decimal.Decimal: float,
}
_NO_CONVERTERS: dict[type, Callable[[Any], Any]] = {}
# More are not kept: some are of one file only.
_MOST_TEXTS = 10_000


class Fitting:
    """Makes tuples of rows, as the tables of a catalogue take them; it can be sent to other processes.

    Parameters
    ----------
    layout : mapping
        The columns of each table, in the order of the values of a tuple. They are those of who writes: another process
        or machine may have other schemas.
    times_as_text : bool
        Whether times become text, and decimal numbers floats: SQLite has no types for them.
    """

    def __init__(self, layout: Mapping[str, tuple[str, ...]], times_as_text: bool) -> None:
        self._layout = {name: dict.fromkeys(columns) for name, columns in layout.items()}
        self._times_as_text = times_as_text
        # The texts of the files before: what is one object is sent once with many files, and understood once.
        self._texts: dict[str, str] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        # one text, which is sent with every few files, and is understood once
        layout = "\n".join("\t".join((name, *columns)) for name, columns in self._layout.items())
        return _fitting, (layout, self._times_as_text)

    def __call__(self, read: FileRead) -> FileRead:
        """Return a file that was read with its rows as tuples."""
        rows = read.rows
        if rows is None:
            return read
        if len(self._texts) > _MOST_TEXTS:
            self._texts.clear()
        same = self._texts.setdefault
        problems = tuple(
            (
                same(one.table, one.table),
                same(one.column, one.column),
                same(one.path, one.path),
                same(one.reason, one.reason),
            )
            for one in fit(read.file, rows, self._layout)
        )
        tables = {name: self._tuple(row, self._layout[name]) for name, row in rows.items()}
        return replace(read, rows=None, fitted=FittedRows(rows.schema_uri, tables, problems))

    def _tuple(self, row: Mapping[str, Any], columns: Iterable[str]) -> tuple[Any, ...]:
        same: Callable[[Any, Any], Any] = self._texts.setdefault
        converters = _AS_TEXT if self._times_as_text else _NO_CONVERTERS
        return tuple(
            [
                same(value, value)
                if value.__class__ is str
                else value
                if (convert := converters.get(value.__class__)) is None
                else convert(value)
                for value in map(row.get, columns)
            ]
        )


@lru_cache(maxsize=8)
def _fitting(layout: str, times_as_text: bool) -> Fitting:
    lines = (line.split("\t") for line in layout.split("\n"))
    return Fitting({name: tuple(columns) for name, *columns in lines}, times_as_text)
