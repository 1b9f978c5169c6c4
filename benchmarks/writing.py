"""What one file costs the process that writes the catalogue, in CPU: ``python -m benchmarks.writing --help``.

Ours is everything after the reading: what a worker sends is unpickled and stored. The floor is the driver's bare
``executemany``, and ``COPY`` where there is one, of the same rows as ready tuples, into the same tables in transactions
of the same size. They take turns; the least of each is printed. So is the CPU of the whole process that writes, which
also lists the files, asks what is known of them and gives the work out.
"""

from __future__ import annotations

import argparse
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .ingesting import files_of, headers_in
from .report import machine

_BATCH = 200
_PIECE = 16
_TIME = "2027-01-01 00:00:00.000000"

_FEW = 100
_WHOLE = """
import sys, time
from roman_cal_models import archive

def cpu(folder, url):
    begin = time.process_time()
    report = archive.ingest(folder, url, processes=2)
    assert report.ingested and not (report.failures or report.replaced or report.unchanged)
    return time.process_time() - begin

if __name__ == "__main__":
    first, *folders, url = sys.argv[1:]
    cpu(first, url)
    print(*(cpu(folder, url) for folder in folders))
"""


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.writing", description=__doc__)
    parser.add_argument("--files", type=int, default=2000, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--postgresql", metavar="URL", help="an empty database, which is emptied again")
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    with TemporaryDirectory(prefix="benchmarks-") as place:
        folder = Path(place)
        headers = headers_in(folder / "headers")
        numbers = (_FEW + 1, _FEW, options.files)
        *_, files = [files_of(folder, headers, number) for number in numbers]
        program = folder / "program.py"
        program.write_text(_WHOLE)
        urls = [f"sqlite:///{folder / 'catalog.db'}", *([options.postgresql] if options.postgresql else [])]
        for url in urls:
            sides = _Sides(files, url)
            least = {name: min(costs) for name, costs in sides.measured(options.rounds).items()}
            floor = least["executemany"]
            for name, cost in least.items():
                print(f"{sides.database}, {name}: {cost / options.files * 1e6:.0f} us a file, {cost / floor:.2f} times")
            folders = [folder / f"files-{number}" for number in numbers]
            costs = [sides.whole(program, folders) for _ in range(options.rounds)]
            # what it takes to begin does not count; the difference of two times of one run may be too small
            begun, done = (min(side) for side in zip(*costs, strict=True))
            whole = (done - begun) / (options.files - _FEW)
            floor /= options.files
            print(
                f"{sides.database}, whole process: {whole * 1e6:.0f} us a file, {whole / floor:.2f} times", flush=True
            )
            sides.empty()


class _Sides:
    """Ways to put the same rows into a database.

    Parameters
    ----------
    files : Path
        A folder of them.
    url : str
        The database.
    """

    def __init__(self, files: Path, url: str) -> None:
        import sqlalchemy as sql

        from roman_cal_models.archive.batching import reader_for
        from roman_cal_models.archive.database_writer import Catalog
        from roman_cal_models.archive.files import Listed

        self._files, self._url = files, url
        self._engine = sql.create_engine(url)
        self.database = self._engine.dialect.name
        self.empty()
        with Catalog(url) as catalog:
            reader = replace(reader_for("newest", None, None), finish=catalog.fitting)
        names = sorted(map(str, files.iterdir()))
        # so they come from the processes that read
        self._pieces = [
            pickle.dumps(reader([(Listed(name), None) for name in names[at : at + _PIECE]]))
            for at in range(0, len(names), _PIECE)
        ]
        reads: list[Any] = [read for piece in self._pieces for read in pickle.loads(piece)]
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
                rows.setdefault("ingest_problems", []).extend((number, *one) for one in read.fitted.problems)
            self._rows.append(rows)

    def measured(self, rounds: int) -> dict[str, list[float]]:
        """Return the CPU seconds of each side in each round, after one that does not count."""
        sides: dict[str, Callable[[], float]] = {"ours": self._ours, "executemany": self._executemany}
        if self.database == "postgresql":
            sides["COPY"] = self._copy
        found: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(rounds + 1):
            for name, side in sides.items():
                self.empty()
                self._create()
                cost = side()
                if number:
                    found[name].append(cost)
        return found

    def whole(self, program: Path, folders: list[Path]) -> list[float]:
        """Return the CPU seconds of a process that ingests with two that read: for each folder but the first."""
        self.empty()
        command = [sys.executable, program, *folders, self._url]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        return list(map(float, done.stdout.split()))

    def empty(self) -> None:
        """Remove all tables."""
        from roman_cal_models import archive

        archive.tables().drop_all(self._engine)
        self._engine.dispose()

    def _create(self) -> None:
        from roman_cal_models.archive.database_writer import Catalog

        Catalog(self._url).close()

    def _ours(self) -> float:
        from roman_cal_models.archive.database_writer import Catalog

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
        begin = time.process_time()
        mark = "?" if self.database == "sqlite" else "%s"
        connection = self._engine.raw_connection()
        cursor = connection.cursor()
        for rows in self._rows:
            for name, some in rows.items():
                marks = ", ".join([mark] * len(some[0]))
                cursor.executemany(f'INSERT INTO "{name}" VALUES ({marks})', some)
            connection.commit()
        connection.close()
        return time.process_time() - begin

    def _copy(self) -> float:
        begin = time.process_time()
        connection = self._engine.raw_connection()
        cursor: Any = connection.cursor()
        for rows in self._rows:
            for name, some in rows.items():
                with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                    for row in some:
                        copy.write_row(row)
            connection.commit()
        connection.close()
        return time.process_time() - begin


if __name__ == "__main__":
    main()
