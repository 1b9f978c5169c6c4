"""A connection with a database that is only read."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ...errors import CatalogError
from .connection import plain_engine

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = ["is_database", "read_only_engine"]

# Of SQLAlchemy's dialects; what stands behind another scheme is a file.
_DIALECTS = frozenset({"sqlite", "postgresql", "mssql", "mysql", "mariadb", "oracle"})

# Seconds to wait for another process that has a SQLite file for itself.
_PATIENCE = 60


def is_database(name: object) -> bool:
    """Return True for the URL of a database, and False for that of a file: its scheme tells."""
    if not isinstance(name, str):
        return False
    scheme, is_url, _ = name.partition("://")
    return bool(is_url) and scheme.partition("+")[0].lower() in _DIALECTS


def read_only_engine(url: str) -> Engine:
    """Return an engine whose connections cannot write, and create no file of SQLite.

    Parameters
    ----------
    url : str
        As SQLAlchemy takes it.

    Raises
    ------
    CatalogError
        The URL cannot be understood, or there is no such file of SQLite.
    MissingPackageError
        SQLAlchemy is not installed, or what it speaks to this database with.
    """
    engine = plain_engine(url)
    name = engine.dialect.name
    if name == "postgresql":
        return engine.execution_options(postgresql_readonly=True)  # type: ignore[no-any-return, unused-ignore]
    if name != "sqlite":
        return engine
    path = engine.url.database
    engine.dispose()
    if path and path != ":memory:" and not path.startswith("file:"):
        if not os.path.isfile(path):
            raise CatalogError(f"there is no catalogue {path}")
        engine = plain_engine(url, creator=lambda: _connection(path))
    from sqlalchemy import event

    event.listen(engine, "connect", _let_read)
    return engine


def _connection(path: str) -> Any:
    import sqlite3

    path = os.path.abspath(path)
    place = f"file:{quote(path)}?mode=ro"
    connection = sqlite3.connect(place, uri=True, timeout=_PATIENCE, check_same_thread=False)
    try:
        with closing(connection.execute("SELECT 1 FROM sqlite_master LIMIT 1")):
            return connection
    except sqlite3.OperationalError:
        connection.close()
        if os.path.exists(f"{path}-wal"):
            raise
        # in a folder that nobody can write to, SQLite has nowhere to note who reads; and nobody changes the file
        return sqlite3.connect(f"{place}&immutable=1", uri=True, check_same_thread=False)


def _let_read(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA query_only = ON")
