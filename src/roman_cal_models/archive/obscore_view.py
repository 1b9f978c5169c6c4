"""The view ObsCore in a database, made anew where it is no longer what it should be.

A view holds the columns that it shows as they are: no database lets their types be changed. So one that is to be made
anew is dropped before the tables are brought to what they are in this release, and created after it.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from .obscore import view_statement
from .view_marks import MARK, OBSCORE, mark_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData

__all__ = ["create_obscore", "drop_old_obscore"]


def drop_old_obscore(connection: Connection, metadata: MetaData) -> None:
    """Drop the view if another release made it, of these tables or of others.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    metadata : sqlalchemy.MetaData
        The tables as they are to be.
    """
    mark = mark_of(connection, OBSCORE)
    if mark and mark != _mark(connection, metadata):
        connection.exec_driver_sql(f"DROP VIEW {OBSCORE}")


def create_obscore(connection: Connection, metadata: MetaData) -> None:
    """Create the view, if there is none and nothing else of its name.

    Parameters
    ----------
    connection, metadata
        As for `drop_old_obscore`.
    """
    import sqlalchemy as sql

    found: Any = sql.inspect(connection)
    if OBSCORE in (*found.get_table_names(), *found.get_view_names()):
        return
    mark = _mark(connection, metadata)
    statement = view_statement(metadata, connection.dialect)
    if connection.dialect.name == "sqlite":
        # it keeps the statement as it is
        connection.exec_driver_sql(f"{statement}\n/* {mark} */")
        return
    # the driver of PostgreSQL takes a percent sign for a placeholder otherwise
    connection.exec_driver_sql(statement.replace("%", "%%"))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"COMMENT ON VIEW {OBSCORE} IS '{mark}'")


def _mark(connection: Connection, metadata: MetaData) -> str:
    """Return the mark of the view as it is to be: by what it says, and the types of its tables."""
    types = [
        (table.name, column.name, column.type.compile(connection.dialect))
        for table in metadata.sorted_tables
        for column in table.columns
    ]
    said = view_statement(metadata, connection.dialect)
    return MARK + hashlib.sha256(repr((said, types)).encode()).hexdigest()[:16]
