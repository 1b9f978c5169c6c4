"""The views of a catalogue in a database, made anew where they are no longer what they should be.

A view holds the columns that it shows as they are: no database lets their types be changed. So those that are to be
made anew are dropped before the tables are brought to what they are in this release, and created after it. Each bears
a mark; a view or table of the same name that somebody else made is left alone.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from .obscore import VIEW, view_statement

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData

__all__ = ["create_views", "drop_old_views"]

_MARK = "roman_cal_models "


def drop_old_views(connection: Connection, metadata: MetaData) -> None:
    """Drop the views of ours that another release made, of these tables or of others.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    metadata : sqlalchemy.MetaData
        The tables as they are to be.
    """
    for name, statement in _statements(connection, metadata).items():
        mark = _mark_of(connection, name)
        if mark.startswith(_MARK) and mark != _mark(statement, connection, metadata):
            connection.exec_driver_sql(f"DROP VIEW {name}")


def create_views(connection: Connection, metadata: MetaData) -> None:
    """Create the views that are not there.

    Parameters
    ----------
    connection, metadata
        As for `drop_old_views`.
    """
    import sqlalchemy as sql

    found: Any = sql.inspect(connection)
    taken = {*found.get_table_names(), *found.get_view_names()}
    for name, statement in _statements(connection, metadata).items():
        if name in taken:
            continue
        mark = _mark(statement, connection, metadata)
        if connection.dialect.name == "sqlite":
            # it keeps the statement as it is
            connection.exec_driver_sql(f"{statement}\n/* {mark} */")
            continue
        # the driver of PostgreSQL takes a percent sign for a placeholder otherwise
        connection.exec_driver_sql(statement.replace("%", "%%"))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"COMMENT ON VIEW {name} IS '{mark}'")


def _statements(connection: Connection, metadata: MetaData) -> dict[str, str]:
    return {VIEW: view_statement(metadata, connection.dialect)}


def _mark(statement: str, connection: Connection, metadata: MetaData) -> str:
    """Return what tells the view as it is to be from others: by what it says, and the types of its tables."""
    types = [
        (table.name, column.name, column.type.compile(connection.dialect))
        for table in metadata.sorted_tables
        for column in table.columns
    ]
    return _MARK + hashlib.sha256(repr((statement, types)).encode()).hexdigest()[:16]


def _mark_of(connection: Connection, name: str) -> str:
    """Return the mark of a view; empty if there is none, or the view is somebody else's."""
    if connection.dialect.name == "sqlite":
        query = f"SELECT sql FROM sqlite_master WHERE type = 'view' AND name = '{name}'"
        text = connection.exec_driver_sql(query).scalar() or ""
        return text.rpartition("/* ")[2].removesuffix(" */")
    if connection.dialect.name == "postgresql":
        query = f"SELECT obj_description(to_regclass('{name}'), 'pg_class')"
        return connection.exec_driver_sql(query).scalar() or ""
    return ""
