"""The connection with a database: how it is set up, and what its errors mean."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ...errors import CatalogError, MissingPackageError

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["RefusedError", "engine_of", "have_for_itself", "one_line", "persistently", "plain_engine", "refusals"]

_Result = TypeVar("_Result")

# Seconds to wait until another process has written to the same SQLite file.
_PATIENCE = 60
# Seconds between the attempts to reach a server again; one that was started again is back within them.
_WAITS = (0.5, 1, 2, 4, 8, 16)
# Any number that all of us use, and nobody else does: "roman" as bytes.
_POSTGRESQL_LOCK = int.from_bytes(b"roman")
# Classes of PostgreSQL's codes, after which the same may succeed: connection exceptions, rollback of a transaction
# (deadlock), intervention of an operator (shutdown, or not yet started).
_PASSING = ("08", "40", "57P")
_LONGEST = 500
# What stands between a user and a host, in what is nearly a URL.
_PASSWORD = re.compile(r"(?<=:)[^:/@]+(?=@)")


class RefusedError(Exception):
    """The database does not take some value, or some row."""


class _LostError(Exception):
    """The database cannot be reached any more; it may be later."""


def plain_engine(url: str, **options: Any) -> Engine:
    """Return the engine of a database, as SQLAlchemy makes it.

    Parameters
    ----------
    url : str
        ``sqlite:///catalog.db``.
    **options
        Of `sqlalchemy.create_engine`.

    Raises
    ------
    CatalogError
        The URL cannot be understood.
    MissingPackageError
        SQLAlchemy is not installed, or what it speaks to this database with.
    """
    try:
        import sqlalchemy as sql
        from sqlalchemy.exc import ArgumentError
    except ImportError:
        raise MissingPackageError("databases need SQLAlchemy: pip install 'roman-cal-models[archive]'") from None
    try:
        return sql.create_engine(url, **options)
    except ArgumentError:
        shown = _PASSWORD.sub("***", repr(url))
        raise CatalogError(f"{shown} is not the URL of a database; a file of SQLite is sqlite:///catalog.db") from None
    except ModuleNotFoundError as error:
        raise MissingPackageError(f"the database asks for a package that is not installed: {error.name}") from None


def engine_of(url: str) -> Engine:
    """Return the engine of a database that is written to; it raises as `plain_engine` does."""
    from sqlalchemy import event

    engine = plain_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def have_for_itself(connection: Connection) -> None:
    """Let nobody else write to the catalogue until the end of the transaction; SQLite does it by itself."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")


def persistently(engine: Engine, work: Callable[[], _Result], *, waits: Sequence[float] = _WAITS) -> _Result:
    """Return the result of some work, which is begun again if the connection is lost on the way.

    Parameters
    ----------
    engine : sqlalchemy.Engine
        Whose connections it uses.
    work : callable
        Leaves nothing behind unless it comes to its end, and does no harm twice.
    waits : sequence of float
        Seconds before each further attempt.

    Raises
    ------
    CatalogError
        The database cannot do it, or cannot be reached again.
    RefusedError
        It does not take some value.
    """
    for wait in waits:
        try:
            with _own_errors(engine):
                return work()
        except _LostError:
            engine.dispose()
            time.sleep(wait)
    try:
        with _own_errors(engine):
            return work()
    except _LostError as error:
        tried = f"; it was tried {len(waits) + 1} times" if waits else ""
        raise CatalogError(f"{error}{tried}") from error.__cause__


@contextmanager
def _own_errors(engine: Engine) -> Generator[None]:
    """Have the errors of a database, and of its driver, be errors of ours, of one line."""
    from sqlalchemy.exc import DBAPIError

    driver: Any = engine.dialect.loaded_dbapi
    try:
        with refusals(engine):
            yield
    except (DBAPIError, driver.Error) as error:
        original = error.orig if isinstance(error, DBAPIError) else error
        text = f"{engine.url.render_as_string(hide_password=True)}: {one_line(original)}"
        if _passes(engine, original, driver):
            raise _LostError(text) from error
        raise CatalogError(text) from error


@contextmanager
def refusals(engine: Engine) -> Generator[None]:
    """Have what a database says of values that it does not take be an error of ours.

    Raises
    ------
    RefusedError
        It does not take some value.
    """
    from sqlalchemy.exc import DBAPIError

    driver: Any = engine.dialect.loaded_dbapi
    try:
        yield
    except (DBAPIError, driver.Error) as error:
        original = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(original, (driver.DataError, driver.IntegrityError)):
            raise RefusedError(one_line(original)) from error
        raise


def one_line(error: object) -> str:
    """Return what an error says as one line, which is not too long."""
    text = " ".join(str(error).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _passes(engine: Engine, error: Any, driver: Any) -> bool:
    """Return whether the same may succeed a little later."""
    if engine.dialect.name == "sqlite" or not isinstance(error, (driver.OperationalError, driver.InterfaceError)):
        return False
    # nobody answered who could give a code
    code = getattr(error, "sqlstate", None)
    return code is None or code.startswith(_PASSING)


def _set_up_sqlite(connection: Any, _: Any) -> None:
    # the driver begins transactions late, and not at all before CREATE TABLE: `_begin_sqlite` does it
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
