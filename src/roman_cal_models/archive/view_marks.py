"""The mark by which a view is known as one of ours, and of which release: others that bear its name are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["MARK", "OBSCORE", "mark_of"]

MARK = "roman_cal_models "
"""How the mark begins. It ends with what tells a release's view from those of others."""

OBSCORE = "obscore"
"""Name of the view that bears one."""


def mark_of(connection: Connection, name: str) -> str:
    """Return the mark of a view; empty if there is no view, or it is somebody else's.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Where it is.
    name : str
        Its name.
    """
    found = ""
    if connection.dialect.name == "sqlite":
        query = f"SELECT sql FROM sqlite_master WHERE type = 'view' AND name = '{name}'"
        text = connection.exec_driver_sql(query).scalar() or ""
        found = text.rpartition("/* ")[2].removesuffix(" */")
    elif connection.dialect.name == "postgresql":
        query = f"SELECT obj_description(to_regclass('{name}'), 'pg_class')"
        found = connection.exec_driver_sql(query).scalar() or ""
    return found if found.startswith(MARK) else ""
