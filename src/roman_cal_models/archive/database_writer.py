"""The catalogue in a database: what it knows of files, and what was read of them put into it, whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..errors import CatalogError, MissingPackageError
from .database import FAILURES, FILE, FILES, PROBLEMS, tables
from .file_reader import Failure, FileRead, Outcome
from .files import storable
from .reconcile import failure_row, file_row, fit, problem_row
from .report import Report
from .row_reader import Rows

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Table

__all__ = ["Catalog"]

# Seconds to wait until another process has written to the same SQLite file.
_PATIENCE = 60
# SQL Server takes 2,100 values in a statement.
_VALUES_A_STATEMENT = 1000
# Any number that all of us use, and nobody else does: "roman" as bytes.
_POSTGRESQL_LOCK = int.from_bytes(b"roman")


class Catalog:
    """The catalogue in a database, whose tables are created if they are not there.

    Parameters
    ----------
    url : str
        As SQLAlchemy takes it: ``sqlite:///catalog.db``.

    Raises
    ------
    CatalogError
        The URL cannot be understood, or the database cannot be reached.
    MissingPackageError
        SQLAlchemy is not installed, or what it speaks to this database with.
    """

    def __init__(self, url: str) -> None:
        self._metadata = tables()
        self._engine = _engine(url)
        self._is_postgresql = self._engine.dialect.name == "postgresql"
        try:
            self._create()
        except BaseException:
            self._engine.dispose()
            raise

    def __enter__(self) -> Catalog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._engine.dispose()

    def known(self, files: Sequence[str]) -> dict[str, str]:
        """Return the content of those files that are known, by file."""
        with self._engine.connect() as connection:
            return self._contents(connection, files)

    def store(self, outcomes: Sequence[Outcome]) -> Report:
        """Put what was read of files into the tables, in one transaction.

        What the database refuses of one file is a failure of that file.

        Parameters
        ----------
        outcomes : sequence of FileRead or Failure
            Each of another file. What a file had in the tables before is replaced; a failure leaves it there.
        """
        from sqlalchemy.exc import DataError, IntegrityError

        try:
            return self._store(outcomes)
        except (DataError, IntegrityError) as error:
            if len(outcomes) > 1:
                return Report.of([self.store([outcome]) for outcome in outcomes])
            return self._store([Failure(outcomes[0].file, storable(f"the database refuses it: {error.orig}"))])

    def _store(self, outcomes: Sequence[Outcome]) -> Report:
        reads = [outcome for outcome in outcomes if isinstance(outcome, FileRead)]
        failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        with self._engine.begin() as connection:
            self._lock(connection)
            # looked up again: another process may have been quicker
            known = self._contents(connection, [read.file for read in reads])
            changed = [
                (read, read.rows) for read in reads if read.rows is not None and known.get(read.file) != read.content
            ]
            replaced = [read.file for read, _ in changed if read.file in known]
            for name, table in self._metadata.tables.items():
                if name != FAILURES:
                    _delete(connection, table, replaced)
            _delete(connection, self._metadata.tables[FAILURES], [outcome.file for outcome in outcomes])
            found = {name: table.columns.keys() for name, table in self._metadata.tables.items()}
            problems = [problem for read, rows in changed for problem in fit(read.file, rows, found)]
            self._insert(connection, changed)
            self._fill(connection, PROBLEMS, [problem_row(problem) for problem in problems])
            self._fill(connection, FAILURES, [failure_row(failure) for failure in failures])
        unchanged = len(reads) - len(changed)
        return Report(len(changed) - len(replaced), unchanged, len(replaced), tuple(failures), len(problems))

    # -- rows --------------------------------------------------------------------------------------------------------

    def _insert(self, connection: Connection, changed: list[tuple[FileRead, Rows]]) -> None:
        self._fill(connection, FILES, [file_row(read, rows) for read, rows in changed])
        # one statement for all rows that have the same columns
        members = defaultdict(list)
        for read, rows in changed:
            for name, row in rows.items():
                members[name, tuple(row)].append({FILE: read.file, **row})
        for (name, _), values in members.items():
            self._fill(connection, name, values)

    def _fill(self, connection: Connection, name: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            connection.execute(self._metadata.tables[name].insert(), rows)

    def _contents(self, connection: Connection, files: Sequence[str]) -> dict[str, str]:
        table = self._metadata.tables[FILES]
        found: dict[str, str] = {}
        for some in _slices(files):
            query = table.select().with_only_columns(table.c[FILE], table.c.content).where(table.c[FILE].in_(some))
            found.update((file, content) for file, content in connection.execute(query))
        return found

    # -- tables ------------------------------------------------------------------------------------------------------

    def _create(self) -> None:
        import sqlalchemy as sql
        from sqlalchemy.exc import DatabaseError

        try:
            with self._engine.begin() as connection:
                self._lock(connection)
                self._metadata.create_all(connection)
                found = sql.inspect(connection)
                for name, table in self._metadata.tables.items():
                    known = {column["name"] for column in found.get_columns(name)}
                    for column in table.columns:
                        # tables that were created by an older release of RAD
                        if column.name not in known:
                            _add(connection, table, column)
        except DatabaseError as error:
            url = self._engine.url.render_as_string(hide_password=True)
            raise CatalogError(f"{url}: {error.orig}") from error

    def _lock(self, connection: Connection) -> None:
        """Let nobody else write to the tables until the end of the transaction; SQLite does it by itself."""
        if self._is_postgresql:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")


def _engine(url: str) -> Engine:
    import sqlalchemy as sql
    from sqlalchemy import event
    from sqlalchemy.exc import ArgumentError

    try:
        engine = sql.create_engine(url)
    except ArgumentError:
        raise CatalogError(f"{url!r} is not the URL of a database; a file of SQLite is sqlite:///catalog.db") from None
    except ModuleNotFoundError as error:
        raise MissingPackageError(f"the database asks for a package that is not installed: {error.name}") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _: Any) -> None:
    # the driver begins transactions late, and not at all before CREATE TABLE: `_begin_sqlite` does it
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")
    connection.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _add(connection: Connection, table: Table, column: Any) -> None:
    """Add a column to a table."""
    from sqlalchemy import schema

    statements: Any = schema
    preparer: Any = connection.dialect.identifier_preparer
    added = statements.CreateColumn(column).compile(dialect=connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE {preparer.format_table(table)} ADD {added}")


def _delete(connection: Connection, table: Table, files: Sequence[str]) -> None:
    for some in _slices(files):
        connection.execute(table.delete().where(table.c[FILE].in_(some)))


def _slices(files: Sequence[str]) -> list[Sequence[str]]:
    return [files[start : start + _VALUES_A_STATEMENT] for start in range(0, len(files), _VALUES_A_STATEMENT)]
