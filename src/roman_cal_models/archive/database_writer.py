"""The catalogue in a database: what it knows of files, and what was read of them put into it, whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import CatalogError
from .database import FAILURES, FILE, FILES, ID, PROBLEMS, tables
from .database_engine import engine_of
from .database_layout import lay_out
from .file_reader import Failure, FileRead, Known, MadeBy, Outcome
from .files import storable
from .reconcile import failure_row, file_row, fit, problem_row
from .report import Report
from .row_reader import RowProblem, Rows

if TYPE_CHECKING:
    from sqlalchemy import Column, Connection, Engine

__all__ = ["Catalog"]

_Value = TypeVar("_Value")

# Columns of the table of files: what made the rows, and what the file was like when it was read.
_MADE_BY = ("rad_version", "package_version", "mapping")
_STATE = ("size", "modified", "etag")

# Seconds to wait until another process has written to the same SQLite file.
_PATIENCE = 60
# SQL Server takes 2,100 values in a statement.
_VALUES_A_STATEMENT = 1000
# Any number that all of us use, and nobody else does: "roman" as bytes.
_POSTGRESQL_LOCK = int.from_bytes(b"roman")


class Catalog:
    """The catalogue in a database, whose tables are created, or brought to what they are now.

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
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def known(self, files: Sequence[str]) -> dict[str, Known]:
        """Return what the catalogue has of those files that it knows, by file."""
        with self._engine.connect() as connection:
            return self._known(connection, files)

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
            known = self._known(connection, [read.file for read in reads])
            changed = [
                (read, read.rows)
                for read in reads
                if read.rows is not None and (read.file not in known or known[read.file].content != read.content)
            ]
            replaced = [known[read.file].id for read, _ in changed if read.file in known]
            for table in self._metadata.tables.values():
                if table.name != FILES and ID in table.columns:
                    _delete(connection, table.columns[ID], replaced)
            failed_before = self._metadata.tables[FAILURES].columns[FILE]
            _delete(connection, failed_before, [outcome.file for outcome in outcomes])
            found = {name: table.columns.keys() for name, table in self._metadata.tables.items()}
            problems = {read.file: fit(read.file, rows, found) for read, rows in changed}
            self._insert(connection, changed, problems, known)
            self._fill(connection, FAILURES, [failure_row(failure) for failure in failures])
        unchanged = len(reads) - len(changed)
        number = sum(map(len, problems.values()))
        return Report(len(changed) - len(replaced), unchanged, len(replaced), tuple(failures), number)

    # -- rows --------------------------------------------------------------------------------------------------------

    def _insert(
        self,
        connection: Connection,
        changed: list[tuple[FileRead, Rows]],
        problems: Mapping[str, list[RowProblem]],
        known: Mapping[str, Known],
    ) -> None:
        """Insert the rows of files, of which those that are known have none any more."""
        files = self._metadata.tables[FILES]
        rows_of_files = [file_row(read, rows) for read, rows in changed]
        self._fill(connection, FILES, [row for row in rows_of_files if row[FILE] not in known])
        again = [{f"new_{key}": value for key, value in row.items()} for row in rows_of_files if row[FILE] in known]
        if again:
            import sqlalchemy as sql

            names = [column.name for column in files.columns if column.name not in (ID, FILE)]
            values: dict[str, Any] = {name: sql.bindparam(f"new_{name}") for name in names}
            statement = files.update().where(files.columns[FILE] == sql.bindparam(f"new_{FILE}")).values(values)
            connection.execute(statement, again)
        ids = {file: one.id for file, one in known.items()}
        new = [read.file for read, _ in changed if read.file not in known]
        ids.update((file, one.id) for file, one in self._known(connection, new).items())
        # one statement for all rows that have the same columns
        members = defaultdict(list)
        for read, rows in changed:
            for name, row in rows.items():
                members[name, tuple(row)].append({ID: ids[read.file], **row})
        for (name, _), values_of_rows in members.items():
            self._fill(connection, name, values_of_rows)
        told = [problem_row(problem) | {ID: ids[file]} for file, some in problems.items() for problem in some]
        for row in told:
            del row[FILE]
        self._fill(connection, PROBLEMS, told)

    def _fill(self, connection: Connection, name: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            connection.execute(self._metadata.tables[name].insert(), rows)

    def _known(self, connection: Connection, files: Sequence[str]) -> dict[str, Known]:
        columns = self._metadata.tables[FILES].columns
        chosen = [columns[name] for name in (FILE, ID, "content", *_MADE_BY, *_STATE)]
        found: dict[str, Known] = {}
        for some in _slices(files):
            query = self._metadata.tables[FILES].select().with_only_columns(*chosen).where(columns[FILE].in_(some))
            for row in connection.execute(query):
                file, number, content, *others = tuple(row)
                found[file] = Known(number, content, MadeBy(*others[:3]), *others[3:])
        return found

    # -- tables ------------------------------------------------------------------------------------------------------

    def _create(self) -> None:
        from sqlalchemy.exc import DatabaseError

        try:
            with self._engine.begin() as connection:
                self._lock(connection)
                lay_out(connection, self._metadata)
        except DatabaseError as error:
            url = self._engine.url.render_as_string(hide_password=True)
            raise CatalogError(f"{url}: {error.orig}") from error

    def _lock(self, connection: Connection) -> None:
        """Let nobody else write to the tables until the end of the transaction; SQLite does it by itself."""
        if self._is_postgresql:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")


def _engine(url: str) -> Engine:
    from sqlalchemy import event

    engine = engine_of(url)
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


def _delete(connection: Connection, column: Column[Any], values: Sequence[Any]) -> None:
    """Delete the rows that have one of some values."""
    for some in _slices(values):
        connection.execute(column.table.delete().where(column.in_(some)))


def _slices(values: Sequence[_Value]) -> list[Sequence[_Value]]:
    return [values[start : start + _VALUES_A_STATEMENT] for start in range(0, len(values), _VALUES_A_STATEMENT)]
