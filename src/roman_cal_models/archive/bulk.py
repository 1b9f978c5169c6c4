"""Many rows into a table at once, by the quickest way that its database has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
    from sqlalchemy import DateTime

    times = [at for at, name in enumerate(columns) if isinstance(table.columns[name].type, DateTime)]
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {_names(connection, table, columns)} VALUES ({marks})"
    cursor = connection.connection.cursor()
    try:
        cursor.executemany(statement, _with_text(rows, times) if times else rows)  # type: ignore[arg-type]
    finally:
        cursor.close()


def _with_text(rows: Iterable[tuple[Any, ...]], times: Sequence[int]) -> Iterator[list[Any]]:
    """Yield rows whose times are text, as SQLAlchemy reads them in SQLite."""
    for row in rows:
        values = list(row)
        for at in times:
            time = values[at]
            if time is not None:
                values[at] = time.isoformat(" ", "microseconds")
        yield values


def _copy(connection: Connection, table: Table, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    cursor: Any = connection.connection.cursor()
    with cursor, cursor.copy(f"COPY {_names(connection, table, columns)} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _names(connection: Connection, table: Table, columns: Sequence[str]) -> str:
    preparer: Any = connection.dialect.identifier_preparer
    return f"{preparer.format_table(table)} ({', '.join(map(preparer.quote, columns))})"
