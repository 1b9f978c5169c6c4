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

    def __reduce__(self) -> tuple[Any, ...]:
        # one text, which is sent with every few files, and is understood once
        layout = "\n".join("\t".join((name, *columns)) for name, columns in self._layout.items())
        return _fitting, (layout, self._times_as_text)

    def __call__(self, read: FileRead) -> FileRead:
        """Return a file that was read with its rows as tuples."""
        rows = read.rows
        if rows is None:
            return read
        problems = tuple((one.table, one.column, one.path, one.reason) for one in fit(read.file, rows, self._layout))
        tables = {name: self._tuple(row, self._layout[name]) for name, row in rows.items()}
        return replace(read, rows=None, fitted=FittedRows(rows.schema_uri, tables, problems))

    def _tuple(self, row: Mapping[str, Any], columns: Iterable[str]) -> tuple[Any, ...]:
        values: Iterable[Any] = map(row.get, columns)
        if self._times_as_text:
            values = [
                convert(value) if (convert := _AS_TEXT.get(value.__class__)) is not None else value for value in values
            ]
        return tuple(values)


@lru_cache(maxsize=8)
def _fitting(layout: str, times_as_text: bool) -> Fitting:
    lines = (line.split("\t") for line in layout.split("\n"))
    return Fitting({name: tuple(columns) for name, *columns in lines}, times_as_text)
