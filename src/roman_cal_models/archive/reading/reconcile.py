"""What was read of files -> rows of the tables that there are."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from ..database.tables import FILE
from ..definitions.mapping import columns
from .file_reader import Failure
from .row_reader import RowProblem, Rows

__all__ = ["failure_row", "fit", "now"]


def fit(file: str, rows: Rows, known: Mapping[str, Collection[str]]) -> list[RowProblem]:
    """Leave out what no column is for, and return everything that does not fit.

    Parameters
    ----------
    file : str
        Its name in the tables.
    rows : Rows
        Those of the file, which are changed.
    known : mapping
        The columns that there are, by table. An old file's own mapping may name others.
    """
    found = [RowProblem(file, one.path, one.table, one.column, one.reason) for one in rows.problems]
    if any(row.keys() - known.get(name, ()) for name, row in rows.items()):
        homeless = {(name, column): value for name, row in rows.items() for column, value in row.items()}
        homeless = {place: value for place, value in homeless.items() if place[1] not in known.get(place[0], ())}
        paths = {(one.table, one.column): one.path for one in columns(rows.schema_uri)}
        reason = "the newest schemas have no such column"
        found += [
            RowProblem(file, paths[place], *place, reason) for place, value in homeless.items() if value is not None
        ]
        for name, column in homeless:
            del rows[name][column]
        for name in [name for name in rows if name not in known]:
            del rows[name]
    return found


def failure_row(failure: Failure) -> dict[str, Any]:
    """Return the row that tells of a file that it failed."""
    return {FILE: failure.file, "reason": failure.reason, "failed": now()}


def now() -> datetime.datetime:
    """Return the time in UTC, without its zone, as all times of the catalogue are."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
