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

from ...errors import CatalogError
from ...models.atomic import sync_folder
from ..inventory import HeldFile, slices
from ..reading.file_reader import HEADER_DIGITS, FileRead, Known, MadeBy

__all__ = ["NAME", "Manifest", "Part", "unfinished"]

NAME = "_catalog.sqlite"
"""Of the file; names that begin so are hidden from readers of Parquet."""

_FORMAT = "2"
# as many as the oldest SQLite takes
_VALUES_A_STATEMENT = 900
# Rows that are looked at together.
_PAGE = 5000
# More roots are not named, and all files are told of.
_MOST_ROOTS = 50

_FILES = """
CREATE TABLE files (number INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, batch INTEGER NOT NULL,
    content TEXT NOT NULL, rad_version TEXT, package_version TEXT, mapping TEXT, size INTEGER, modified INTEGER,
    etag TEXT);
"""
_TABLES = f"""
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
{_FILES.strip()}
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
CREATE TABLE losses (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE renames (path TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_TO_DO = ("begun", "removals", "losses", "renames")
# What is new of a file whose rows are replaced; it keeps its number.
_RENEWED = ("batch", "content", "rad_version", "package_version", "mapping", "size", "modified", "etag")
# In the first format, files had no numbers, and all parts were renamed together.
_FROM_FIRST = f"""
CREATE TABLE losses (path TEXT PRIMARY KEY) WITHOUT ROWID;
ALTER TABLE files RENAME TO first_files;
{_FILES.strip()}
INSERT INTO files SELECT NULL, * FROM first_files;
DROP TABLE first_files;
UPDATE settings SET value = '2' WHERE name = 'format';
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
        if folder.exists() and not folder.is_dir():
            raise CatalogError(f"{folder}: is no folder")
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
            if self._setting("format") == "1":
                for statement in _FROM_FIRST.split(";\n"):
                    self._connection.execute(statement)
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
        """Return what the data set has of those files that it knows, by file."""
        columns = "file, number, content, rad_version, package_version, mapping, size, modified, etag"
        return {
            file: Known(number, content, MadeBy(*others[:3]), *others[3:])
            for file, number, content, *others in self._select(f"SELECT {columns} FROM files WHERE file", files)
        }

    def failing(self, files: Sequence[str]) -> list[str]:
        """Return those files that failed when they were read last."""
        return [file for (file,) in self._select("SELECT file FROM failures WHERE file", files)]

    def last_number(self) -> int:
        """Return the largest number of a file, 0 if there is none."""
        (found,) = self._connection.execute("SELECT coalesce(max(number), 0) FROM files").fetchone()
        return int(found)

    def pages(self, roots: Collection[str], last: int) -> Iterator[list[tuple[int, str]]]:
        """Yield numbers and names of files up to a number, some at a time, whose names begin so, and perhaps others."""
        few = [*roots] if len(roots) <= _MOST_ROOTS else [""]
        begins = " OR ".join(["substr(file, 1, length(?)) = ?"] * len(few))
        query = (
            f"SELECT number, file FROM files WHERE number > ? AND number <= ? AND ({begins}) ORDER BY number LIMIT ?"
        )
        values = [root for root in few for _ in range(2)]
        reached = 0
        while page := self._connection.execute(query, [reached, last, *values, _PAGE]).fetchall():
            reached = page[-1][0]
            yield page

    def of_numbers(self, numbers: Sequence[int]) -> list[HeldFile]:
        """Return the files of some numbers."""
        query = "SELECT number, file, content, size FROM files WHERE number"
        return [HeldFile(*row) for row in self._select(query, numbers)]

    def of_headers(self, headers: Sequence[str], after: int) -> list[HeldFile]:
        """Return the files of some headers whose numbers are larger than another, in the order of these."""
        query = (
            f"SELECT number, file, content, size FROM files WHERE number > {after:d} "
            f"AND substr(content, 1, {HEADER_DIGITS})"
        )
        return sorted((HeldFile(*row) for row in self._select(query, headers)), key=lambda file: file.id)

    def failed(self, before: str) -> Iterator[list[str]]:
        """Yield the files that failed before a time, some at a time; what was yielded may be forgotten meanwhile."""
        query = "SELECT file FROM failures WHERE failed < ? AND file > ? ORDER BY file LIMIT ?"
        reached = ""
        while page := [file for (file,) in self._connection.execute(query, [before, reached, _PAGE])]:
            reached = page[-1]
            yield page

    def forget_failures(self, files: Iterable[str], before: str) -> None:
        """Remove the failures of files, unless they failed since a time."""
        with self._transaction():
            query = "DELETE FROM failures WHERE file = ? AND failed < ?"
            found = self._connection.executemany(query, [(file, before) for file in files])
            if found.rowcount > 0:
                self._connection.execute("UPDATE settings SET value = '0' WHERE name = 'failures_told'")

    def renew_state(self, states: Iterable[tuple[int | None, int | None, str | None, int]]) -> None:
        """Note what files are like now whose rows stay: size, time of the change, tag, and their numbers."""
        with self._transaction():
            self._connection.executemany("UPDATE files SET size = ?, modified = ?, etag = ? WHERE number = ?", states)

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

    def _select(self, query: str, values: Sequence[Any]) -> Iterator[Any]:
        for some in slices(values, _VALUES_A_STATEMENT):
            yield from self._connection.execute(f"{query} IN ({_marks(some)})", some)

    def _setting(self, name: str) -> str:
        (value,) = self._connection.execute("SELECT value FROM settings WHERE name = ?", [name]).fetchone()
        return str(value)

    # -- parts -------------------------------------------------------------------------------------------------------

    def parts_of_files(self, files: Sequence[str]) -> list[Part]:
        """Return the parts in which the rows of some files may stand, among others."""
        batches = sorted({batch for (batch,) in self._select("SELECT batch FROM files WHERE file", files)})
        query = "SELECT path, size, kind FROM parts JOIN pieces USING (path) WHERE batch"
        found = {row[0]: Part(*row) for row in self._select(query, batches)}
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
        *,
        removed: Iterable[int] = (),
        seen: Sequence[str] = (),
        failures: Sequence[Mapping[str, Any]] = (),
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
            It may have the path of one of them: if it has lost some of the rows of that, it takes its place before
            those that have got any.
        emptied : iterable of Part
            Parts of which nothing is left.
        removed : iterable of int
            Numbers of files whose rows were left out.
        seen : sequence of str
            Files that no longer fail.
        failures : sequence of mapping
            Rows of those that do.
        """
        execute, many = self._connection.execute, self._connection.executemany
        with self._transaction():
            many(
                "INSERT INTO files VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (file) DO UPDATE SET "
                + ", ".join(f"{name} = excluded.{name}" for name in _RENEWED),
                [
                    (read.file, batch, read.content, *read.made_by, read.size, read.modified, read.etag)
                    for read in files
                ],
            )
            many("DELETE FROM files WHERE number = ?", [(number,) for number in removed])
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
                is_loss = any(old.path == part.path and old.size > part.size for old in olds)
                execute(f"INSERT INTO {'losses' if is_loss else 'renames'} VALUES (?)", [part.path])
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
        begun, removals, losses, renames = (
            [path for (path,) in self._connection.execute(f"SELECT path FROM {name}")] for name in _TO_DO
        )
        if not (begun or removals or losses or renames):
            return
        for path in [*begun, *removals]:
            (self.folder / path).unlink(missing_ok=True)
        # rows that go from one part to another are missing for a moment, rather than there twice
        for path in [*losses, *renames]:
            with suppress(FileNotFoundError):  # it was done before
                os.replace(self.folder / unfinished(path), self.folder / path)
        for folder in {(self.folder / path).parent for path in [*removals, *losses, *renames]}:
            sync_folder(folder)
        with self._transaction():
            for name in _TO_DO:
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


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
