"""The views of a catalogue in a database, made anew where they are no longer what they should be.

A view holds the columns that it shows as they are: no database lets their types be changed. So those that are to be
made anew are dropped before the tables are brought to what they are in this release, and created after it. Each bears
a mark; a view or table of the same name that somebody else made is left alone.
"""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING, Any

from ...errors import CatalogWarning
from ..virtual_observatory.obscore import OBSCORE, view_statement
from .view_marks import MARK, drop_view, marks
from .views import creating, views

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData

__all__ = ["create_views", "drop_old_views"]


def drop_old_views(connection: Connection, metadata: MetaData) -> None:
    """Drop the views of ours that another release made, of these tables or of others.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    metadata : sqlalchemy.MetaData
        The tables as they are to be.
    """
    wanted = _wanted(connection, metadata)
    for name, mark in marks(connection).items():
        if name in wanted and mark != wanted[name][1]:
            drop_view(connection, name)


def create_views(connection: Connection, metadata: MetaData) -> None:
    """Create the views that are not there; one that the database refuses is told by a `CatalogWarning`.

    Parameters
    ----------
    connection, metadata
        As for `drop_old_views`.
    """
    import sqlalchemy as sql
    from sqlalchemy.exc import DBAPIError

    found: Any = sql.inspect(connection)
    taken = {*found.get_table_names(), *found.get_view_names()}
    for name, (statement, mark) in _wanted(connection, metadata).items():
        if name in taken:
            continue
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"{statement}\n/* {mark} */")
            continue
        try:
            with connection.begin_nested():
                # the driver of PostgreSQL takes a percent sign for a placeholder otherwise
                connection.exec_driver_sql(statement.replace("%", "%%"))
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"COMMENT ON VIEW {name} IS '{mark}'")
        except DBAPIError as error:  # a column is of another kind than RAD makes it, for instance
            reason = " ".join(str(error.orig).split())
            warnings.warn(f"there will be no view {name}: {reason}", CatalogWarning, stacklevel=2)


def _wanted(connection: Connection, metadata: MetaData) -> dict[str, tuple[str, str]]:
    """Return the statement of each view, and a mark of what it says and of the types of the tables."""
    dialect = connection.dialect
    statements = {name: creating(name, query, dialect) for name, query in views(metadata).items()}
    statements[OBSCORE] = view_statement(metadata, dialect)
    types = [
        (table.name, column.name, column.type.compile(dialect))
        for table in metadata.sorted_tables
        for column in table.columns
    ]
    of_types = hashlib.sha256(repr(types).encode())
    wanted = {}
    for name, statement in statements.items():
        found = of_types.copy()
        found.update(statement.encode())
        wanted[name] = statement, MARK + found.hexdigest()[:16]
    return wanted
