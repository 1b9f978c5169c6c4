"""The catalogue in a database: what it knows of files, and what was read of them put into it, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from ...errors import CatalogError
from ..files.names import storable
from ..reading.file_reader import Failure, FileRead, FittedRows, Known, MadeBy, Outcome
from ..reading.fitting import Fitting
from ..reading.reconcile import failure_row, now
from ..report import Report
from .bulk import delete, insert, rows_of, takes_times_as_text
from .connection import RefusedError, engine_of, have_for_itself, persistently
from .layout import lay_out
from .refusals import without_refused
from .tables import FAILURES, FILE, FILES, ID, PROBLEMS, tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

__all__ = ["Catalog"]

_Value = TypeVar("_Value")

_Changed = tuple[FileRead, FittedRows]

# Columns of the table of files: what made the rows, and what the file was like when it was read.
_MADE_BY = ("rad_version", "package_version", "mapping")
_STATE = ("size", "modified", "etag")
_OF_FILES = (FILE, "content", "schema_uri", *_MADE_BY, *_STATE, "ingested")
_OF_PROBLEMS = (ID, "table_name", "column_name", "path", "reason")


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
        self._layout = {
            name: tuple(column.name for column in table.columns if column.name != ID)
            for name, table in self._metadata.tables.items()
            if name not in (FILES, PROBLEMS, FAILURES)
        }
        self._engine = engine_of(url)
        try:
            persistently(self._engine, self._lay_out, waits=())
        except RefusedError as error:
            self.close()
            raise CatalogError(f"{self._engine.url.render_as_string(hide_password=True)}: {error}") from error
        except BaseException:
            self.close()
            raise

        self.fitting = Fitting(self._layout, self._times_as_text)
        """Makes the rows of a file what `store` takes."""

    def _lay_out(self) -> None:
        with self._engine.begin() as connection:
            have_for_itself(connection)
            lay_out(connection, self._metadata)
            self._times_as_text = takes_times_as_text(connection)

    def __enter__(self) -> Catalog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables, by name."""
        return self._metadata.tables

    @property
    def dialect(self) -> str:
        """The kind of database, as SQLAlchemy calls it."""
        return self._engine.dialect.name

    def ask(self, question: Callable[[Connection], _Value]) -> _Value:
        """Return what is asked of the tables by a connection; again if it is lost on the way.

        Raises
        ------
        CatalogError
            The database cannot be asked.
        """

        def work() -> _Value:
            with self._engine.connect() as connection:
                return question(connection)

        return persistently(self._engine, work)

    def change(self, work: Callable[[Connection], _Value]) -> _Value:
        """Change the tables by a connection that has them for itself: all of it, or nothing.

        Raises
        ------
        CatalogError
            The database cannot do it.
        """

        def transaction() -> _Value:
            with self._engine.begin() as connection:
                have_for_itself(connection)
                return work(connection)

        return persistently(self._engine, transaction)

    def known(self, files: Sequence[str]) -> dict[str, Known]:
        """Return what the catalogue has of those files that it knows, by file.

        Raises
        ------
        CatalogError
            The database cannot be asked.
        """
        return self.ask(lambda connection: self._known(connection, files))

    def store(self, outcomes: Sequence[Outcome], *, force: bool = False) -> Report:
        """Put what was read of files into the tables, in one transaction.

        Values that the database refuses are null, and told as problems; a row that it refuses whatever stands in it is
        a failure of its file.

        Parameters
        ----------
        outcomes : sequence of FileRead or Failure
            Each of another file, those that were read as `fitting` makes them. What a file had in the tables before is
            replaced; a failure leaves it there, and so does a file whose rows were made by something newer.
        force : bool
            Whether to replace rows that have not changed, or were made by something newer, as well.

        Raises
        ------
        CatalogError
            The database cannot keep them.
        """
        try:
            return persistently(self._engine, lambda: self._store(outcomes, force))
        except RefusedError as error:
            if len(outcomes) > 1:
                middle = len(outcomes) // 2
                return Report.of([self.store(some, force=force) for some in (outcomes[:middle], outcomes[middle:])])
            return self._store_what_is_taken(outcomes[0], force, error)

    def _store_what_is_taken(self, outcome: Outcome, force: bool, refused: RefusedError) -> Report:
        try:
            if isinstance(outcome, FileRead) and outcome.fitted is not None:
                fitted = outcome.fitted
                taken = replace(outcome, fitted=persistently(self._engine, lambda: self._without_refused(fitted)))
                return persistently(self._engine, lambda: self._store([taken], force))
        except RefusedError as error:
            refused = error
        failure = Failure(outcome.file, storable(f"the database refuses it: {refused}"))
        try:
            return persistently(self._engine, lambda: self._store([failure], force))
        except RefusedError as error:
            raise CatalogError(f"{self._engine.url.render_as_string(hide_password=True)}: {error}") from error

    def _without_refused(self, rows: FittedRows) -> FittedRows:
        with self._engine.connect() as connection, connection.begin() as transaction:
            have_for_itself(connection)
            try:
                return without_refused(connection, self._metadata, self._layout, rows)
            finally:
                transaction.rollback()

    def _store(self, outcomes: Sequence[Outcome], force: bool) -> Report:
        reads = [outcome for outcome in outcomes if isinstance(outcome, FileRead)]
        failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        with self._engine.begin() as connection:
            have_for_itself(connection)
            # looked up again: another process may have been quicker
            known = self._known(connection, [read.file for read in reads])
            new: list[_Changed] = []
            replaced: list[_Changed] = []
            unchanged: list[tuple[FileRead, Known]] = []
            newer = 0
            for read in reads:
                before = known.get(read.file)
                if before is not None and not force and before.made_by.is_newer_than(read.made_by):
                    newer += 1
                elif read.fitted is not None and before is None:
                    new.append((read, read.fitted))
                elif read.fitted is not None and before is not None and (force or before.content != read.content):
                    replaced.append((read, read.fitted))
                elif before is not None:
                    unchanged.append((read, before))
            failed = self._metadata.tables[FAILURES]
            delete(connection, failed.columns[FILE], [outcome.file for outcome in outcomes])
            self._insert_files(connection, new)
            self._renew_files(connection, replaced, known)
            self._renew_state(connection, unchanged)
            ids = {read.file: known[read.file].id for read, _ in replaced} | self._ids(connection, new)
            problems = self._insert_rows(connection, [*new, *replaced], ids)
            if failures:
                connection.execute(failed.insert(), [failure_row(failure) for failure in failures])
        unread = len(reads) - len(new) - len(replaced) - newer
        return Report(len(new), unread, len(replaced), tuple(failures), problems, newer)

    # -- rows --------------------------------------------------------------------------------------------------------

    def _insert_files(self, connection: Connection, new: Sequence[_Changed]) -> None:
        time: Any = now()
        if self._times_as_text:
            time = time.isoformat(" ", "microseconds")
        rows = [_row_of_file(read, fitted, time) for read, fitted in new]
        insert(connection, self._metadata.tables[FILES], _OF_FILES, rows)

    def _renew_files(self, connection: Connection, replaced: Sequence[_Changed], known: Mapping[str, Known]) -> None:
        """Remove the rows that files have, and renew what is told of the files; they keep their ids."""
        if not replaced:
            return
        ids = [known[read.file].id for read, _ in replaced]
        for name, table in self._metadata.tables.items():
            if name != FILES and ID in table.columns:
                delete(connection, table.columns[ID], ids)
        rows = [_row_of_file(read, fitted, now()) for read, fitted in replaced]
        self._update_files(connection, ids, _OF_FILES, rows)

    def _renew_state(self, connection: Connection, unchanged: Sequence[tuple[FileRead, Known]]) -> None:
        """Keep what the files are like now whose rows stay: size and time of change may be others for all that."""
        states: dict[int, tuple[Any, ...]] = {}
        for read, before in unchanged:
            held = tuple(getattr(before, name) for name in _STATE)
            found = (getattr(read, name) for name in _STATE)
            # what is not known now was right before, or will show that the file has changed
            state = tuple(old if new is None else new for old, new in zip(held, found, strict=True))
            if state != held and read.content == before.content:
                states[before.id] = state
        if states:
            self._update_files(connection, list(states), _STATE, list(states.values()))

    def _update_files(
        self, connection: Connection, ids: Sequence[int], names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        import sqlalchemy as sql

        files = self._metadata.tables[FILES]
        # by names that no column has
        values: dict[str, Any] = {name: sql.bindparam(f"new_{name}") for name in names}
        statement = files.update().where(files.columns[ID] == sql.bindparam("number")).values(values)
        marks = [f"new_{name}" for name in names]
        given = [
            {"number": number, **dict(zip(marks, row, strict=True))} for number, row in zip(ids, rows, strict=True)
        ]
        connection.execute(statement, given)

    def _insert_rows(self, connection: Connection, changed: Sequence[_Changed], ids: Mapping[str, int]) -> int:
        """Insert the rows of files that have none; return how many values do not fit."""
        members: dict[str, list[tuple[Any, ...]]] = {}
        problems: list[tuple[Any, ...]] = []
        for read, fitted in changed:
            number = ids[read.file]
            for name, row in fitted.tables.items():
                members.setdefault(name, []).append((number, *row))
            problems += [(number, *problem) for problem in fitted.problems]
        for name, rows in members.items():
            insert(connection, self._metadata.tables[name], (ID, *self._layout[name]), rows)
        insert(connection, self._metadata.tables[PROBLEMS], _OF_PROBLEMS, problems)
        return len(problems)

    def _known(self, connection: Connection, files: Sequence[str]) -> dict[str, Known]:
        columns = self._metadata.tables[FILES].columns
        chosen = [columns[name] for name in (FILE, ID, "content", *_MADE_BY, *_STATE)]
        return {
            file: Known(number, content, _made_by(*made_by), size, modified, etag)
            for file, number, content, *made_by, size, modified, etag in rows_of(
                connection, chosen, columns[FILE], files
            )
        }

    def _ids(self, connection: Connection, new: Sequence[_Changed]) -> dict[str, int]:
        columns = self._metadata.tables[FILES].columns
        return dict(rows_of(connection, [columns[FILE], columns[ID]], columns[FILE], [read.file for read, _ in new]))


# one object for all that were made by the same: it is sent to others once
_made_by = lru_cache(maxsize=64)(MadeBy)


def _row_of_file(read: FileRead, fitted: FittedRows, time: Any) -> tuple[Any, ...]:
    """Return the values of `_OF_FILES`."""
    state = (read.size, read.modified, read.etag)
    return read.file, read.content, fitted.schema_uri, *read.made_by, *state, time
