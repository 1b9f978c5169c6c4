"""What the catalogue costs at a mission's scale: ``python -m benchmarks.scale --help``.

Many small files are ingested into SQLite, a tenth of them at a time, and the CPU time a file, the memory and the size
of the database are shown after each tenth: none of them may grow but the size. From these follow the figures for more
files than a machine like this can hold, by the formula that is printed. As many go into a Parquet data set, and are
read by a Dask cluster, whose scheduler may not grow with the files. Then a catalogue of many old files is made up, row
by row, and a night's new files are ingested into it, with the old ones listed and not opened.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .archive.files import Files, written
from .archive.running import PARQUET, Run, Task, run, shown
from .report import Section, disk, machine, rst_of

PAGE = "docs/explanation/scale_results.inc"

_ON_CLUSTER = """
import sys, time
from distributed import Client
from roman_cal_models import archive
place, url, *folders = sys.argv[1:]
with Client(scheduler_file=place) as client:
    begin = time.perf_counter()
    report = archive.ingest(folders, url, client=client)
    assert not report.failed, report
    print(time.perf_counter() - begin)
"""
_EXTRAPOLATED = (10**6, 10**8)
_DISTRIBUTIONS = ("SQLAlchemy", "distributed")


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--files", type=int, default=100_000, help="that are ingested (default: %(default)s)")
    parser.add_argument("--parts", type=int, default=10, help="one after the other (default: %(default)s)")
    parser.add_argument("--old", type=int, default=10**7, help="that the night finds there (default: %(default)s)")
    parser.add_argument("--new", type=int, default=50_000, help="of the night (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="that read (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="where to (default: a temporary one)")
    parser.add_argument("--rst", metavar="FILE", type=Path, help=f"write the tables for the documentation too: {PAGE}")
    options = parser.parse_args(arguments)
    on = machine(*_DISTRIBUTIONS)  # before the measurement, which is a load itself
    sections = []
    with TemporaryDirectory(prefix="benchmarks-", dir=options.folder) as place:
        folder = Path(place)
        on += f"\nSQLite {sqlite3.sqlite_version}; files and catalogues on {disk(folder)}"
        print(on, flush=True)
        files = Files(folder / "files", written(folder / "originals"))
        for section in _sections(folder, files, options):
            print(f"\n{section}", flush=True)
            sections.append(section)
    if options.rst is not None:
        is_whole = all(getattr(options, name) == parser.get_default(name) for name in ("files", "old", "new"))
        options.rst.write_text(rst_of(sections, on=on, quick=not is_whole))


def _sections(folder: Path, files: Files, options: argparse.Namespace) -> Iterator[Section]:
    parts, grown = _many(folder / "catalog.db", files, options)
    yield grown
    yield _more(parts, options.files // options.parts)
    _, grown = _many(folder / f"catalog{PARQUET}", files, options)
    yield grown
    yield _cluster(folder, files, options.files, options.processes)
    if options.old:
        yield _night(folder, files, options.old, options.new, options.processes)


# what files of a part cost, and the bytes of the database after it
_Part = tuple[Run, int]


def _many(catalog: Path, files: Files, options: argparse.Namespace) -> tuple[list[_Part], Section]:
    """Ingest files, a part at a time; return what each part cost, and the table of it."""
    is_parquet = catalog.suffix == PARQUET
    parts: list[_Part] = []
    for part in range(1, options.parts + 1):
        print(f"measuring part {part} of {options.parts}", file=sys.stderr, flush=True)
        number = options.files // options.parts
        few = number // 10
        _, smaller, larger = _run([files.more(each) for each in (1, few, number - few - 1)], catalog, options.processes)
        parts.append((larger.beyond(smaller), sum(path.stat().st_size for path in [catalog, *catalog.rglob("*")])))
    if is_parquet:
        shutil.rmtree(catalog)
    else:
        catalog.unlink()
    rows = []
    for place, (cost, size) in enumerate(parts, 1):
        files_until_now = place * (options.files // options.parts)
        rows.append(
            (
                str(files_until_now),
                *(shown(seconds / cost.files * 1e6) for seconds in (cost.parent, cost.readers)),
                shown(cost.rate),
                *(f"{memory:.0f}" for memory in (cost.memory, cost.reader_memory)),
                f"{size / files_until_now / 1e3:.2f}",
            )
        )
    return parts, Section(
        f"{options.files} files into {'a Parquet data set' if is_parquet else 'a catalogue of SQLite'}",
        f"{options.parts} parts one after the other, each by a process of its own that writes and "
        f"{options.processes} that read for it. A line is of one part, less what a tenth of it takes, so that the "
        "start does not count: CPU time, us a file, of the one that writes and of all that read; files a second by "
        "the clock. The most memory, MB, is that of the one that writes and of the largest that reads; the size of "
        f"the {'data set' if is_parquet else 'database'} that of all until then, kB a file.",
        ("files", "CPU, writes", "CPU, reads", "files/s", "MB, writes", "MB, reads", "kB a file"),
        rows,
    )


def _more(parts: list[_Part], number: int) -> Section:
    """Return what more files would take, by the costs of the last part and what each part added to the database."""
    (_, first_size), *_ = parts
    last, last_size = parts[-1]
    parent, readers = last.parent / last.files, last.readers / last.files
    size = (last_size - first_size) / (number * max(len(parts) - 1, 1))
    return Section(
        "What more files would take",
        f"Extrapolated by the costs of the last part, not run. N files take N × {parent * 1e6:.0f} us to write, N × "
        f"{readers * 1e6:.0f} us / processes to read, and {size / 1e3:.2f} kB × N of the disk. A run takes the longer "
        f"of the two times: one process that writes keeps up with {readers / parent:.0f} that read.",
        ("files", "writing, CPU", "reading, CPU", "database"),
        [
            (f"{number:,}", _hours(parent * number), _hours(readers * number), f"{size * number / 1e9:.1f} GB")
            for number in _EXTRAPOLATED
        ],
    )


def _hours(seconds: float) -> str:
    for size, name in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {name}"
    return f"{seconds:.0f} s"


def _cluster(folder: Path, files: Files, number: int, processes: int) -> Section:
    """Ingest files by a Dask cluster, and return how much memory its scheduler takes from beginning to end."""
    place = folder / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    commands = [
        ["scheduler", "--port", "0", "--no-dashboard"],
        *[["worker", "--nthreads", "1", "--no-dashboard"]] * processes,
    ]
    running: list[subprocess.Popen[bytes]] = []
    try:
        for kind, *rest in commands:
            command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", "--scheduler-file", str(place), *rest]
            running.append(subprocess.Popen(command, **quiet))  # type: ignore[call-overload]
        while not place.exists():
            time.sleep(0.1)
        folders = files.more(number)
        catalog = folder / "cluster.db"
        command = [sys.executable, "-c", _ON_CLUSTER, str(place), f"sqlite:///{catalog}", *map(str, folders)]
        program = subprocess.Popen(command, stdout=subprocess.PIPE)
        running.append(program)
        memory = []
        while program.poll() is None:
            memory.append(_memory(running[0].pid))
            time.sleep(0.2)
        assert program.stdout is not None and program.returncode == 0
        seconds = float(program.stdout.read())
    finally:
        for one in reversed(running):
            one.terminate()
            one.wait()
    thirds = [max(memory[at * len(memory) // 3 : (at + 1) * len(memory) // 3], default=0) for at in range(3)]
    return Section(
        "The same, read by a Dask cluster",
        "Workers of one thread each, on this machine. Files a second by the clock, the start of a run included; the "
        "most memory of the scheduler, MB, in each third of the run: it may not grow with the files.",
        ("workers", "files", "files/s", "MB, first third", "second", "last"),
        [(str(processes), str(number), f"{number / seconds:.0f}", *(f"{each:.0f}" for each in thirds))],
    )


def _memory(process: int) -> float:
    """Return the megabytes of a process."""
    text = Path(f"/proc/{process}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def _night(folder: Path, files: Files, old: int, new: int, processes: int) -> Section:
    """Ingest new files into a catalogue of old ones."""
    catalog = folder / "night.db"
    _run([files.more(100)], catalog, processes)
    print(f"making up {old} old files", file=sys.stderr, flush=True)
    _make_up(catalog, old)
    before = catalog.stat().st_size
    folders = files.more(new)
    # the first for what is imported once
    _, total = _run([files.more(1), folders], catalog, processes)
    _, again = _run([files.more(1), folders], catalog, processes, trust="mtime")
    each = again.seconds / again.files
    rows = [
        (
            what,
            f"{cost.seconds:.0f} s",
            f"{cost.rate:.0f}",
            *(f"{seconds / cost.files * 1e6:.0f}" if seconds else "" for seconds in (cost.parent, cost.readers)),
        )
        for what, cost in {f"{new} new": total, f"{new} unchanged, by size and time": again}.items()
    ]
    return Section(
        f"A night: {new} new files, where {old} are",
        f"The rows of the old files are made up, {before / 1e9:.1f} GB in SQLite; {processes} processes read. By the "
        "clock, and CPU time in us a file. Of unchanged files, only the folders are listed.",
        ("files", "time", "files/s", "CPU, writes", "CPU, reads"),
        rows,
        (
            f"A night that lists all {old} old files besides: {_hours(each * old)} for these, extrapolated, and "
            f"{_hours(each * old + total.seconds)} together.",
            f"A night that is given its own folder or prefix alone: {_hours(total.seconds)}.",
        ),
    )


def _make_up(catalog: Path, number: int) -> None:
    """Fill the tables of a catalogue with copies of the row of its first file, under other names."""
    with closing(sqlite3.connect(catalog)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = OFF")
        (first,) = connection.execute("SELECT min(archive_id) FROM ingested_files").fetchone()
        (last,) = connection.execute("SELECT max(archive_id) FROM ingested_files").fetchone()
        for begin, end in pairwise([*range(last + 1, last + 1 + number, 100_000), last + 1 + number]):
            ids = f"WITH RECURSIVE n(i) AS (SELECT {begin} UNION ALL SELECT i + 1 FROM n WHERE i < {end - 1})"
            for table in ("ingested_files", "WFIExposure", "ScienceRefData"):
                # numbers and short words, as of real rows; long texts would only fill the disk
                columns = {name: _value(name, kind) for name, kind in _columns(connection, table)}
                names = ", ".join(f'"{name}"' for name in columns)
                values = ", ".join(columns.values())
                connection.execute(
                    f'INSERT INTO "{table}" ({names}) {ids} SELECT {values} FROM n, "{table}" AS old '
                    f"WHERE old.archive_id = {first}"
                )
            connection.commit()


def _columns(connection: sqlite3.Connection, table: str) -> Iterator[tuple[str, str]]:
    for row in connection.execute(f'PRAGMA table_info("{table}")'):
        yield row[1], row[2]


def _value(name: str, kind: str) -> str:
    if name == "archive_id":
        return "n.i"
    if name in ("archive_file", "filename"):
        return "'/archive/' || (n.i / 1000) || '/r' || n.i || '.asdf'"
    return "NULL" if kind == "TEXT" else f'old."{name}"'


def _run(folders: list[list[Path]], catalog: Path, processes: int, **options: Any) -> list[Run]:
    """Ingest folders, some after the others, by a new process."""
    words = {"processes": processes, **options}
    where = str(catalog) if catalog.suffix == PARQUET else f"sqlite:///{catalog}"
    return run([Task(list(map(str, some)), where, words) for some in folders])


if __name__ == "__main__":
    main()
