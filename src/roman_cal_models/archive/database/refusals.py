"""Which values of a file a database refuses, although they are of the types of their columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..definitions.mapping import columns
from ..reading.file_reader import FittedRows
from ..reading.reconcile import now
from .bulk import insert, rows_of
from .connection import RefusedError, refusals
from .tables import FILE, FILES, ID

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData, Table

__all__ = ["without_refused"]

# Of no file: each has a path or URL.
_NOBODY = "?"


def without_refused(
    connection: Connection, metadata: MetaData, layout: Mapping[str, Sequence[str]], rows: FittedRows
) -> FittedRows:
    """Return the rows of a file with null for each value that the database refuses, and a problem for each.

    A row that is refused as a whole, whatever stands in it, is left as it is.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction, which is to be rolled back.
    metadata : sqlalchemy.MetaData
        The tables.
    layout : mapping
        The columns of each, in the order of the values.
    rows : FittedRows
        As they were refused.
    """
    files = metadata.tables[FILES]
    connection.execute(files.insert(), {FILE: _NOBODY, "content": "", "schema_uri": "", "ingested": now()})
    ((number,),) = rows_of(connection, [files.columns[ID]], files.columns[FILE], [_NOBODY])
    paths = {(one.table, one.column): one.path for one in columns(rows.schema_uri)}
    tables, problems = dict(rows.tables), list(rows.problems)
    for name, row in rows.tables.items():
        values = {column: value for column, value in zip(layout[name], row, strict=True) if value is not None}

        def reason(some: Sequence[str], name: str = name, values: Mapping[str, Any] = values) -> str | None:
            return _reason(connection, metadata.tables[name], {ID: number} | {each: values[each] for each in some})

        refused = _refused(list(values), reason)
        tables[name] = tuple(None if column in refused else values.get(column) for column in layout[name])
        problems += [(name, column, paths.get((name, column), ""), why) for column, why in refused.items()]
    return FittedRows(rows.schema_uri, tables, tuple(problems))


def _refused(columns: list[str], reason: Callable[[Sequence[str]], str | None]) -> dict[str, str]:
    """Return the columns whose values are refused, and why; none if a row without values is refused as well."""
    refused: dict[str, str] = {}
    why = reason(columns)
    if why is None or reason([]) is not None:
        return refused
    while why is not None:
        # the first `taken` columns are taken, the first `too_many` are not
        taken, too_many = 0, len(columns)
        while too_many - taken > 1:
            middle = (taken + too_many) // 2
            found = reason(columns[:middle])
            if found is None:
                taken = middle
            else:
                too_many, why = middle, found
        refused[columns.pop(taken)] = why
        why = reason(columns)
    return refused


def _reason(connection: Connection, table: Table, row: Mapping[str, Any]) -> str | None:
    """Return why a row is refused, or None if it is taken; it does not stay."""
    trial = connection.begin_nested()
    try:
        with refusals(connection.engine):
            insert(connection, table, tuple(row), [tuple(row.values())])
    except RefusedError as error:
        return f"the database refuses it: {error}"
    finally:
        trial.rollback()
    return None
