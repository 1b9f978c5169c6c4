"""Which views of a database are ours: each bears a mark, which tells what it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["MARK", "drop_view", "drop_views", "marks"]

MARK = "roman_cal_models "
"""What every mark begins with."""

_QUERIES = {
    # which keeps statements as they are
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'view'",
    "postgresql": "SELECT relname, '/* ' || obj_description(oid, 'pg_class') || ' */' FROM pg_class "
    "WHERE relkind = 'v' AND relnamespace = current_schema()::regnamespace",
}


def marks(connection: Connection) -> dict[str, str]:
    """Return the marks of the views that have one, by their names."""
    if connection.dialect.name not in _QUERIES:
        return {}
    found = connection.exec_driver_sql(_QUERIES[connection.dialect.name]).all()
    told = {name: (text or "").rpartition("/* ")[2].removesuffix(" */") for name, text in found}
    return {name: mark for name, mark in told.items() if mark.startswith(MARK)}


def drop_views(connection: Connection) -> None:
    """Drop all views of ours: before tables of theirs go.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction.
    """
    for name in marks(connection):
        drop_view(connection, name)


def drop_view(connection: Connection, name: str) -> None:
    """Drop a view of ours, whose name needs no quotes."""
    connection.exec_driver_sql(f"DROP VIEW {name}")
