"""What a file costs the process that writes it into a database, beside what its driver takes for ready rows."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..report import Section
from .files import Files
from .running import Task, run

__all__ = ["section"]

_BATCH = 200
_PIECE = 64
# whole runs take a while
_RUNS = 3
_TIME = "2027-01-01 00:00:00.000000"


def section(files: Files, urls: Sequence[str], *, number: int, rounds: int) -> Section:
    """Measure, and return the table.

    Parameters
    ----------
    files : Files
        Of which some are written.
    urls : sequence of str
        The databases, which are emptied.
    number : int
        Of files.
    rounds : int
        How often; the least counts.
    """
    folders = files.more(number)
    # in this order a run has them: the first for what is imported once
    of_runs = [files.more(each) for each in (1, max(number // 10, 1), 3 * number)]
    rows: list[tuple[str, ...]] = []
    for url in urls:
        sides = _Sides(sorted(str(path) for folder in folders for path in folder.iterdir()), url)
        least = sides.measured(rounds)
        least["ours: all of a run, with 2 processes that read"] = sides.whole(of_runs, min(rounds, _RUNS))
        floor = least["floor: executemany of ready tuples"]
        rows += [(sides.database, what, f"{cost * 1e6:.0f}", f"{cost / floor:.2g}") for what, cost in least.items()]
        sides.empty()
    return Section(
        "What a file costs the process that writes",
        f"CPU time of that one process, us a file, the least of {rounds} rounds in which all take turns: {number} new "
        f"files, {_BATCH} in a transaction, into the same tables. The time of a server is not in it. The floors have "
        "their rows ready. What is stored comes pickled, as a process that reads sends it, and is looked up in the "
        "catalogue. A whole run lists the files besides, asks which of them are known, and gives out the work; its "
        "start does not count.",
        ("database", "what", "us a file", "times executemany"),
        rows,
    )


class _Sides:
    """Ways to put the same rows into a database.

    Parameters
    ----------
    names : list of str
        The files that they are of.
    url : str
        The database.
    """

    def __init__(self, names: list[str], url: str) -> None:
        import sqlalchemy as sql

        from roman_cal_models.archive.database.writer import Catalog
        from roman_cal_models.archive.files.names import Listed
        from roman_cal_models.archive.reading.batching import reader_for

        self._url, self._number = url, len(names)
        self._engine = sql.create_engine(url)
        self.database = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[self._engine.dialect.name]
        self.empty()
        with Catalog(url) as catalog:
            reader = replace(reader_for("newest", None, None), finish=catalog.fitting)
        self._pieces = [
            pickle.dumps(reader([(Listed(name), None) for name in names[at : at + _PIECE]]))
            for at in range(0, len(names), _PIECE)
        ]
        reads: list[Any] = [read for piece in self._pieces for read in pickle.loads(piece)]
        # of each transaction: table -> rows
        self._rows: list[dict[str, list[tuple[Any, ...]]]] = []
        for at in range(0, len(reads), _BATCH):
            rows: dict[str, list[tuple[Any, ...]]] = {"ingested_files": []}
            for number, read in enumerate(reads[at : at + _BATCH], at + 1):
                made = (read.made_by.rad_version, read.made_by.package_version, read.made_by.mapping)
                state = (read.size, read.modified, read.etag)
                values = (number, read.file, read.content, read.fitted.schema_uri, *made, *state, _TIME)
                rows["ingested_files"].append(values)
                for name, row in read.fitted.tables.items():
                    rows.setdefault(name, []).append((number, *row))
                for problem in read.fitted.problems:
                    rows.setdefault("ingest_problems", []).append((number, *problem))
            self._rows.append(rows)

    def measured(self, rounds: int) -> dict[str, float]:
        """Return the least CPU seconds a file of each side, after a round that does not count."""
        sides: dict[str, Callable[[], float]] = {"floor: executemany of ready tuples": self._executemany}
        if self.database == "PostgreSQL":
            sides["floor: COPY of ready tuples"] = self._copy
            texts = self._copied()
            sides["floor: COPY of ready text"] = lambda: self._copy_text(texts)
        sides["ours: store"] = self._ours
        found = dict.fromkeys(sides, float("inf"))
        for number in range(rounds + 1):
            for name, side in sides.items():
                self.empty()
                self._create()
                cost = side() / self._number
                if number:
                    found[name] = min(found[name], cost)
        return found

    def whole(self, folders: Sequence[Sequence[Path]], rounds: int) -> float:
        """Return the CPU seconds that a file more costs a process that ingests with two that read."""
        tasks = [Task(list(map(str, some)), self._url, {"processes": 2}) for some in folders]
        least = float("inf")
        for _ in range(rounds):
            self.empty()
            _, few, many = run(tasks)
            more = many.beyond(few)
            least = min(least, more.parent / more.files)
        return least

    def empty(self) -> None:
        """Remove all tables."""
        from roman_cal_models import archive

        archive.tables().drop_all(self._engine)
        self._engine.dispose()

    def _create(self) -> None:
        from roman_cal_models.archive.database.writer import Catalog

        Catalog(self._url).close()

    def _ours(self) -> float:
        from roman_cal_models.archive.database.writer import Catalog

        with Catalog(self._url) as catalog:
            begin = time.process_time()
            some: list[Any] = []
            for piece in self._pieces:
                some += pickle.loads(piece)
                if len(some) >= _BATCH:
                    catalog.store(some[:_BATCH])
                    some = some[_BATCH:]
            if some:
                catalog.store(some)
            return time.process_time() - begin

    def _executemany(self) -> float:
        mark = "?" if self.database == "SQLite" else "%s"

        def put(cursor: Any, name: str, rows: list[tuple[Any, ...]]) -> None:
            cursor.executemany(f'INSERT INTO "{name}" VALUES ({", ".join([mark] * len(rows[0]))})', rows)

        return self._put(self._rows, put)

    def _copy(self) -> float:
        def put(cursor: Any, name: str, rows: list[tuple[Any, ...]]) -> None:
            with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)

        return self._put(self._rows, put)

    def _copy_text(self, texts: list[dict[str, bytes]]) -> float:
        def put(cursor: Any, name: str, text: bytes) -> None:
            with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                copy.write(text)

        return self._put(texts, put)

    def _put(self, transactions: Sequence[dict[str, Any]], put: Callable[[Any, str, Any], None]) -> float:
        begin = time.process_time()
        connection = self._engine.raw_connection()
        cursor = connection.cursor()
        for tables in transactions:
            for name, rows in tables.items():
                put(cursor, name, rows)
            connection.commit()
        connection.close()
        return time.process_time() - begin

    def _copied(self) -> list[dict[str, bytes]]:
        """Return the rows as PostgreSQL itself writes them."""
        self.empty()
        self._create()
        self._copy()
        connection = self._engine.raw_connection()
        cursor: Any = connection.cursor()
        texts: list[dict[str, bytes]] = [{} for _ in self._rows]
        for name in self._rows[0]:
            with cursor.copy(f'COPY (SELECT * FROM "{name}" ORDER BY archive_id) TO STDOUT') as copy:
                lines = b"".join(map(bytes, copy)).splitlines(keepends=True)
            for text, rows in zip(texts, self._rows, strict=True):
                number = len(rows.get(name, ()))
                text[name], lines = b"".join(lines[:number]), lines[number:]
        connection.close()
        return texts
