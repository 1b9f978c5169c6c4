"""What a Parquet data set knows of itself: its files, and in which parts their rows stand.

It is a small SQLite file in the folder of the data set, which readers of Parquet pass over. While a run is writing,
it holds a lock on it, which ends with its process, however that ends.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import CatalogError
from ..models.atomic import sync_folder
from .file_reader import FileRead, Known, MadeBy

__all__ = ["NAME", "Manifest", "Part", "unfinished"]

NAME = "_catalog.sqlite"
"""Of the file; names that begin so are hidden from readers of Parquet."""

_FORMAT = "1"
# as many as the oldest SQLite takes
_VALUES_A_STATEMENT = 900

_TABLES = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (file TEXT PRIMARY KEY, batch INTEGER NOT NULL, content TEXT NOT NULL, rad_version TEXT,
    package_version TEXT, mapping TEXT, size INTEGER, modified INTEGER, etag TEXT) WITHOUT ROWID;
CREATE TABLE failures (file TEXT PRIMARY KEY, reason TEXT NOT NULL, failed TEXT NOT NULL) WITHOUT ROWID;
-- The rows of what was written together are in some of these parts.
CREATE TABLE pieces (batch INTEGER, path TEXT, PRIMARY KEY (batch, path)) WITHOUT ROWID;
CREATE INDEX pieces_path ON pieces (path);
CREATE TABLE parts (path TEXT PRIMARY KEY, folder TEXT NOT NULL, size INTEGER NOT NULL, kind TEXT NOT NULL)
    WITHOUT ROWID;
CREATE INDEX parts_folder ON parts (folder);
-- Parts that are being written, and what is left to do for what is written.
CREATE TABLE begun (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE removals (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE renames (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the data set.

    Parameters
    ----------
    path : str
        Where it is below the data set, with ``/``.
    size : int
        Number of its rows.
    kind : str
        Of which columns and release of RAD it is: what is equal can be put together.
    """

    path: str
    size: int
    kind: str

    @property
    def folder(self) -> str:
        """The folder that it is in: a table, or a partition of one."""
        return self.path.rpartition("/")[0]


def unfinished(path: str) -> str:
    """Return the path of a part until it belongs to the data set, which no reader of Parquet takes for one."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/_{name}.new"


class Manifest:
    """What a data set knows of itself, for one run that writes to it.

    Parameters
    ----------
    folder : Path
        The data set. What an earlier run had decided and not done is done first.
    partition_by : sequence of str or None
        How it is to be partitioned; None for as it is, and for not at all if it is new.

    Raises
    ------
    CatalogError
        Another run writes to it, it is partitioned otherwise, or the folder holds something else.
    OSError
        The folder cannot be written.
    """

    def __init__(self, folder: Path, partition_by: Sequence[str] | None) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / NAME
        if not path.exists() and any(folder.iterdir()):
            raise CatalogError(f"{folder}: is not empty, and holds no catalogue that could be added to")
        self._connection = sqlite3.connect(path, timeout=0, isolation_level=None)
        try:
            self.partition_by = self._open(tuple(partition_by) if partition_by is not None else None)
            self._finish()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let others write."""
        self._connection.close()

    def _open(self, wanted: tuple[str, ...] | None) -> tuple[str, ...]:
        try:
            # held until the connection is closed
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("BEGIN EXCLUSIVE")
            if not self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in _TABLES.split(";\n"):
                    self._connection.execute(statement)
                made = {"format": _FORMAT, "partition_by": json.dumps(wanted or ()), "batch": "0", "failures_told": "1"}
                self._connection.executemany("INSERT INTO settings VALUES (?, ?)", made.items())
            self._connection.execute("COMMIT")
            found = dict(self._connection.execute("SELECT name, value FROM settings"))
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise CatalogError(f"{self.folder}: another run is writing there") from None
            raise CatalogError(f"{self.folder / NAME}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise CatalogError(f"{self.folder / NAME}: {error}") from error
        if found["format"] != _FORMAT:
            raise CatalogError(f"{self.folder}: is a catalogue of a newer release of roman-cal-models")
        partition_by = tuple(json.loads(found["partition_by"]))
        if wanted is not None and wanted != partition_by:
            there = f"is partitioned by {', '.join(partition_by)}" if partition_by else "is not partitioned"
            raise CatalogError(f"{self.folder}: {there}, and cannot be by {', '.join(wanted) or 'nothing'}")
        return partition_by

    # -- files -------------------------------------------------------------------------------------------------------

    def known(self, files: Sequence[str]) -> dict[str, Known]:
        """Return what the data set has of those files that it knows, by file; their number is that of their batch."""
        found: dict[str, Known] = {}
        for some in _slices(files):
            query = f"SELECT * FROM files WHERE file IN ({_marks(some)})"
            for file, batch, content, *others in self._connection.execute(query, some):
                found[file] = Known(batch, content, MadeBy(*others[:3]), *others[3:])
        return found

    def failing(self, files: Sequence[str]) -> list[str]:
        """Return those files that failed when they were read last."""
        found: list[str] = []
        for some in _slices(files):
            query = f"SELECT file FROM failures WHERE file IN ({_marks(some)})"
            found += [file for (file,) in self._connection.execute(query, some)]
        return found

    def failures(self) -> Iterator[list[dict[str, Any]]]:
        """Yield the rows of the files that failed, some at a time."""
        found = self._connection.execute("SELECT file AS archive_file, reason, failed FROM failures ORDER BY file")
        names = [column[0] for column in found.description]
        while some := list(islice(found, 10_000)):
            yield [dict(zip(names, row, strict=True)) for row in some]

    @property
    def are_failures_told(self) -> bool:
        """Whether the table of failures is as these are."""
        return self._setting("failures_told") == "1"

    def tell_failures(self) -> None:
        """Note that the table of failures is as these are."""
        self._connection.execute("UPDATE settings SET value = '1' WHERE name = 'failures_told'")

    def _setting(self, name: str) -> str:
        (value,) = self._connection.execute("SELECT value FROM settings WHERE name = ?", [name]).fetchone()
        return str(value)

    # -- parts -------------------------------------------------------------------------------------------------------

    def parts_of_batches(self, batches: Collection[int]) -> list[Part]:
        """Return the parts in which the rows of some batches stand, among others."""
        found: dict[str, Part] = {}
        for some in _slices(sorted(batches)):
            query = f"SELECT path, size, kind FROM parts JOIN pieces USING (path) WHERE batch IN ({_marks(some)})"
            found |= {row[0]: Part(*row) for row in self._connection.execute(query, some)}
        return [found[path] for path in sorted(found)]

    def parts_of_folder(self, folder: str) -> list[Part]:
        """Return the parts of a table or partition, the smallest first."""
        query = "SELECT path, size, kind FROM parts WHERE folder = ? ORDER BY size, path"
        return [Part(*row) for row in self._connection.execute(query, [folder])]

    # -- changes -----------------------------------------------------------------------------------------------------

    def next_batch(self) -> int:
        """Return the number that the next batch has."""
        return int(self._setting("batch")) + 1

    def begin(self, paths: Iterable[str]) -> None:
        """Note which parts are going to be written, so that they are removed if this run ends on its way."""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO begun VALUES (?)", [(unfinished(path),) for path in paths]
            )

    def commit(
        self,
        batch: int,
        files: Iterable[FileRead],
        new: Mapping[Part, Sequence[Part]],
        emptied: Iterable[Part],
        seen: Sequence[str],
        failures: Sequence[Mapping[str, Any]],
    ) -> None:
        """Have what was written belong to the data set.

        Parameters
        ----------
        batch : int
            Its number.
        files : iterable of FileRead
            Those whose rows were written.
        new : mapping
            The parts that were written under their `unfinished` paths, and which others each is to take the place of.
            It may have the path of one of them.
        emptied : iterable of Part
            Parts of which nothing is left.
        seen : sequence of str
            Files that no longer fail.
        failures : sequence of mapping
            Rows of those that do.
        """
        execute, many = self._connection.execute, self._connection.executemany
        with self._transaction():
            for read in files:
                told = [*read.made_by, read.size, read.modified, read.etag]
                execute(
                    f"INSERT OR REPLACE INTO files VALUES (?, ?, ?, {_marks(told)})",
                    [read.file, batch, read.content, *told],
                )
            for part, olds in new.items():
                for old in olds:
                    # what was in one of them is in the new one
                    execute("UPDATE OR IGNORE pieces SET path = ? WHERE path = ?", [part.path, old.path])
                for old in olds:
                    if old.path != part.path:
                        self._forget(old)
                execute("INSERT OR REPLACE INTO pieces VALUES (?, ?)", [batch, part.path])
                execute(
                    "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?)", [part.path, part.folder, part.size, part.kind]
                )
                execute("INSERT INTO renames VALUES (?)", [part.path])
                execute("DELETE FROM begun WHERE path = ?", [unfinished(part.path)])
            for part in emptied:
                self._forget(part)
            execute("UPDATE settings SET value = ? WHERE name = 'batch'", [str(batch)])
            many("DELETE FROM failures WHERE file = ?", [(file,) for file in seen])
            many(
                "INSERT OR REPLACE INTO failures VALUES (?, ?, ?)",
                [(row["archive_file"], row["reason"], row["failed"].isoformat()) for row in failures],
            )
            if seen or failures:
                execute("UPDATE settings SET value = '0' WHERE name = 'failures_told'")
        self._finish()

    def _forget(self, part: Part) -> None:
        self._connection.execute("DELETE FROM pieces WHERE path = ?", [part.path])
        self._connection.execute("DELETE FROM parts WHERE path = ?", [part.path])
        self._connection.execute("INSERT INTO removals VALUES (?)", [part.path])

    def _finish(self) -> None:
        """Remove what was begun and is not wanted, and do what was decided."""
        begun, removals, renames = (
            [path for (path,) in self._connection.execute(f"SELECT path FROM {name}")]
            for name in ("begun", "removals", "renames")
        )
        if not (begun or removals or renames):
            return
        for path in [*begun, *removals]:
            # missing for a moment rather than there twice
            (self.folder / path).unlink(missing_ok=True)
        for path in renames:
            with suppress(FileNotFoundError):  # it was done before
                os.replace(self.folder / unfinished(path), self.folder / path)
        for folder in {(self.folder / path).parent for path in [*removals, *renames]}:
            sync_folder(folder)
        with self._transaction():
            for name in ("begun", "removals", "renames"):
                self._connection.execute(f"DELETE FROM {name}")
        for path in [*begun, *removals]:
            self._remove_empty((self.folder / path).parent)

    def _remove_empty(self, folder: Path) -> None:
        while folder != self.folder:
            try:
                folder.rmdir()
            except OSError:
                return
            folder = folder.parent

    @contextmanager
    def _transaction(self) -> Generator[None]:
        self._connection.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def _slices(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _VALUES_A_STATEMENT):
        yield values[start : start + _VALUES_A_STATEMENT]


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
