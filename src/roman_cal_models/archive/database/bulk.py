"""Many rows into a table at once, or asked for by many keys, by the quickest way that a database has.

SQLAlchemy takes longer to make a statement of hundreds of values than SQLite to execute it, so the drivers that we know
get theirs directly, in SQLAlchemy's transaction. Errors are those of the driver, or of SQLAlchemy, see
`roman_cal_models.archive.database.connection`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Table

__all__ = ["delete", "insert", "rows_of", "takes_times_as_text"]

# Drivers, as SQLAlchemy calls them.
_SQLITE, _PSYCOPG = "pysqlite", "psycopg"

# SQL Server takes 2,100 values in a statement.
_VALUES_A_STATEMENT = 1000


def takes_times_as_text(connection: Connection) -> bool:
    """Return whether `insert` has to be given times as text, ``2027-01-01 00:00:00.000000``."""
    return bool(connection.dialect.driver == _SQLITE)


def insert(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    table : sqlalchemy.Table
        That they are for.
    columns : sequence of str
        To which column each value of a row goes. The others are left to the database.
    rows : sequence of tuple
        Any number.
    """
    if not rows:
        return
    driver = connection.dialect.driver
    if driver not in (_SQLITE, _PSYCOPG):
        connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in rows])
        return
    preparer: Any = connection.dialect.identifier_preparer
    names = f"{preparer.format_table(table)} ({', '.join(map(preparer.quote, columns))})"
    cursor: Any = connection.connection.cursor()
    try:
        if driver == _SQLITE:
            cursor.executemany(f"INSERT INTO {names} VALUES ({_marks(columns)})", rows)
        else:
            with cursor.copy(f"COPY {names} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
    finally:
        cursor.close()


def rows_of(
    connection: Connection, columns: Sequence[Column[Any]], key: Column[Any], values: Sequence[Any]
) -> Iterator[tuple[Any, ...]]:
    """Yield some columns of the rows of a table whose key has one of some values.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    columns : sequence of sqlalchemy.Column
        Of one table, none of them a time.
    key : sqlalchemy.Column
        Of the same table.
    values : sequence
        Any number.
    """
    preparer: Any = connection.dialect.identifier_preparer
    names = ", ".join(preparer.quote(column.name) for column in columns)
    for some in _slices(values):
        if connection.dialect.driver in (_SQLITE, _PSYCOPG):
            yield from _executed(connection, f"SELECT {names}", key, some).fetchall()
        else:
            query = key.table.select().with_only_columns(*columns).where(key.in_(some))
            yield from map(tuple, connection.execute(query))


def delete(connection: Connection, key: Column[Any], values: Sequence[Any]) -> None:
    """Delete the rows whose key has one of some values.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    key : sqlalchemy.Column
        Of the table.
    values : sequence
        Any number.
    """
    for some in _slices(values):
        if connection.dialect.driver in (_SQLITE, _PSYCOPG):
            _executed(connection, "DELETE", key, some).close()
        else:
            connection.execute(key.table.delete().where(key.in_(some)))


def _executed(connection: Connection, what: str, key: Column[Any], values: Sequence[Any]) -> Any:
    preparer: Any = connection.dialect.identifier_preparer
    statement = f"{what} FROM {preparer.format_table(key.table)} WHERE {preparer.quote(key.name)}"
    cursor: Any = connection.connection.cursor()
    if connection.dialect.driver == _SQLITE:
        cursor.execute(f"{statement} IN ({_marks(values)})", tuple(values))
    else:
        cursor.execute(f"{statement} = ANY(%s)", (list(values),))
    return cursor


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _slices(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[start : start + _VALUES_A_STATEMENT] for start in range(0, len(values), _VALUES_A_STATEMENT))
