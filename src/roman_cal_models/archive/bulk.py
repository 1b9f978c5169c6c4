"""Many rows into a table at once, by the quickest way that its database has."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

__all__ = ["insert"]


def insert(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows in the transaction of a connection.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    table : sqlalchemy.Table
        That they are for.
    columns : sequence of str
        To which column each value of a row goes. The others are left to the database.
    rows : iterable of tuple
        One at least.

    Raises
    ------
    Exception
        Of the driver, or of SQLAlchemy: see `roman_cal_models.archive.database_connection`.
    """
    dialect = connection.dialect
    if dialect.driver == "pysqlite":
        _execute(connection, table, columns, rows)
    elif dialect.driver == "psycopg":
        _copy(connection, table, columns, rows)
    else:
        connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in rows])


def _execute(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    from sqlalchemy import Date, DateTime, Float, Numeric

    conversions: list[tuple[int, Callable[[Any], Any]]] = []
    for at, name in enumerate(columns):
        kind: Any = table.columns[name].type
        if isinstance(kind, DateTime):
            conversions.append((at, _moment))
        elif isinstance(kind, Date):
            conversions.append((at, str))
        elif isinstance(kind, Numeric) and not isinstance(kind, Float):
            conversions.append((at, float))
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {_names(connection, table, columns)} VALUES ({marks})"
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(statement, _converted(rows, conversions) if conversions else rows)  # type: ignore[arg-type]
    finally:
        cursor.close()


def _converted(
    rows: Iterable[tuple[Any, ...]], conversions: Sequence[tuple[int, Callable[[Any], Any]]]
) -> Iterator[list[Any]]:
    """Yield rows whose times and decimal numbers are as SQLAlchemy reads them in SQLite, which has neither."""
    for row in rows:
        values = list(row)
        for at, convert in conversions:
            value = values[at]
            if value is not None:
                values[at] = convert(value)
        yield values


def _moment(time: Any) -> str:
    """Return a time as text; a date is its first moment."""
    text: str = (
        time.isoformat(" ", "microseconds") if isinstance(time, datetime.datetime) else f"{time} 00:00:00.000000"
    )
    return text


def _copy(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {_names(connection, table, columns)} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _names(connection: Connection, table: Table, columns: Sequence[str]) -> str:
    preparer: Any = connection.dialect.identifier_preparer
    return f"{preparer.format_table(table)} ({', '.join(map(preparer.quote, columns))})"
