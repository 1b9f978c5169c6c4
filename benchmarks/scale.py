"""What the catalogue costs at a mission's scale: ``python -m benchmarks.scale --help``.

Many small headers are ingested into SQLite, a tenth of them at a time, and the CPU time a file, the memory and the size
of the database are shown after each tenth: none of them may grow but the size. From these follow the figures for more
files than a machine like this can hold, by the formula that is printed. The same is done with a Parquet data set. A
tenth is read by a Dask cluster besides, whose scheduler may not grow with the files. Then a catalogue of many old files
is made up, row by row, and a night's new files are ingested into it, with the old ones listed and not opened.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .ingesting import headers_in
from .report import machine

# each run is a process of its own, whose CPU time and memory are of nothing else
_PROGRAM = """
import json, resource, sys, time
from roman_cal_models import archive

def used(who):
    found = resource.getrusage(who)
    return found.ru_utime + found.ru_stime

if __name__ == "__main__":
    folders, url, processes, options = sys.argv[1:]
    begin, cpu = time.perf_counter(), used(resource.RUSAGE_SELF)
    put = archive.to_parquet if url.endswith(".parquet") else archive.ingest
    report = put(json.loads(folders), url, processes=int(processes), **json.loads(options))
    assert not report.failed, report
    this = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps({
        "files": report.ingested,
        "unchanged": report.unchanged,
        "wall": time.perf_counter() - begin,
        "parent": used(resource.RUSAGE_SELF) - cpu,
        "workers": used(resource.RUSAGE_CHILDREN),
        "memory": this,
        "of worker": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }))
"""
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
_A_FOLDER = 10_000


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--files", type=int, default=100_000, help="that are ingested (default: %(default)s)")
    parser.add_argument("--parts", type=int, default=10, help="one after the other (default: %(default)s)")
    parser.add_argument("--old", type=int, default=10**7, help="that the night finds there (default: %(default)s)")
    parser.add_argument("--new", type=int, default=50_000, help="of the night (default: %(default)s)")
    parser.add_argument("--processes", type=int, default=2, help="that read (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="where to (default: a temporary one)")
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    with TemporaryDirectory(prefix="benchmarks-", dir=options.folder) as place:
        folder = Path(place)
        headers = headers_in(folder / "headers")
        (folder / "program.py").write_text(_PROGRAM)
        files = Files(folder / "files", headers)
        parts = _many(folder / "catalog.db", files, options)
        _tell_more(parts)
        _many(folder / "catalog.parquet", files, options)
        _cluster(folder, files, options.files // options.parts, options.processes)
        if options.old:
            _night(folder, files, options.old, options.new, options.processes)


class Files:
    """Folders of files, which are names of a few headers."""

    def __init__(self, folder: Path, headers: list[Path]) -> None:
        self.folder = folder
        self._headers = headers
        self._count = 0

    def more(self, number: int) -> list[Path]:
        """Return new folders of so many files together."""
        folders = []
        end = self._count + number
        for index in range(self._count, end):
            if not folders or index % _A_FOLDER == 0:
                folders.append(self.folder / f"{index:09}")
                folders[-1].mkdir(parents=True)
            os.link(self._headers[index % len(self._headers)], folders[-1] / f"r{index:09}.asdf")
        self._count = end
        return folders


def _many(catalog: Path, files: Files, options: argparse.Namespace) -> list[dict[str, Any]]:
    """Ingest files, a part at a time, and return what each part cost."""
    is_parquet = catalog.suffix == ".parquet"
    kind = "Parquet" if is_parquet else "SQLite"
    print(f"\n{options.files} files into {kind}, {options.processes} processes that read; CPU time in us a file")
    print(
        f"{'files':>9} {'parent':>7} {'readers':>8} {'files/s':>8} {'parent MB':>9} {'reader MB':>9} {'kB a file':>9}"
        + (f" {'parts of a table':>16}" if is_parquet else "")
    )
    parts = []
    for part in range(1, options.parts + 1):
        found = _run(catalog.parent, files.more(options.files // options.parts), catalog, options.processes)
        found["size"] = sum(path.stat().st_size for path in [catalog, *catalog.rglob("*")])
        new = found["files"]
        print(
            f"{new * part:9} {found['parent'] / new * 1e6:7.0f} {found['workers'] / new * 1e6:8.0f} "
            f"{new / found['wall']:8.0f} {found['memory']:9.0f} {found['of worker']:9.0f} "
            f"{found['size'] / (new * part) / 1e3:9.2f}"
            + (f" {sum(1 for _ in (catalog / 'WFIExposure').iterdir()):16}" if is_parquet else ""),
            flush=True,
        )
        parts.append(found)
    if is_parquet:
        shutil.rmtree(catalog)
    else:
        catalog.unlink()
    return parts


def _tell_more(parts: list[dict[str, Any]]) -> None:
    """Print what more files would take, by the costs of the last part and what each part added to the database."""
    last = parts[-1]
    parent, readers = (last[name] / last["files"] for name in ("parent", "workers"))
    size = (last["size"] - parts[0]["size"]) / (last["files"] * max(len(parts) - 1, 1))
    print(f"\nparent = files * {parent * 1e6:.0f} us; readers = files * {readers * 1e6:.0f} us / processes;")
    print(f"size = files * {size / 1e3:.2f} kB; a run takes the longer of the two times")
    for number in _EXTRAPOLATED:
        print(
            f"{number:.0e} files: parent {_hours(parent * number)}, readers {_hours(readers * number)} of CPU, "
            f"database {size * number / 1e9:.1f} GB; up to {readers / parent:.0f} processes read for one that writes"
        )


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.1f} min"


def _cluster(folder: Path, files: Files, number: int, processes: int) -> None:
    """Ingest files by a Dask cluster, and print how much memory its scheduler takes from beginning to end."""
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
    print(
        f"\nDask, {processes} workers: {number} files, {number / seconds:.0f} files a second; memory of the "
        f"scheduler in the first, second and last third of the run: {', '.join(f'{each:.0f}' for each in thirds)} MB",
        flush=True,
    )


def _memory(process: int) -> float:
    """Return the megabytes of a process."""
    text = Path(f"/proc/{process}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


def _night(folder: Path, files: Files, old: int, new: int, processes: int) -> None:
    """Ingest new files into a catalogue of old ones."""
    catalog = folder / "night.db"
    _run(folder, files.more(100), catalog, processes)
    _make_up(catalog, old)
    before = catalog.stat().st_size
    print(f"\na catalogue of {old} made-up files, {before / 1e9:.1f} GB; then {new} new files", flush=True)
    folders = files.more(new)
    total = _run(folder, folders, catalog, processes)
    parent, readers = (total[name] / total["files"] * 1e6 for name in ("parent", "workers"))
    print(
        f"new: {total['wall']:.0f} s, {total['files'] / total['wall']:.0f} files a second, parent {parent:.0f} us, "
        f"readers {readers:.0f} us a file"
    )
    again = _run(folder, folders, catalog, processes, trust="mtime")
    each = again["wall"] / again["unchanged"]
    print(
        f"unchanged, by size and time: {each * 1e6:.0f} us a file, so {_hours(each * old)} for the {old} old ones, and "
        f"{_hours(each * old + total['wall'])} for the night; by folder or prefix of the night alone, "
        f"{_hours(total['wall'])}"
    )


def _make_up(catalog: Path, number: int) -> None:
    """Fill the tables of a catalogue with copies of the row of its first file, under other names."""
    with sqlite3.connect(catalog) as connection:
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


def _run(folder: Path, files: list[Path], catalog: Path, processes: int, **options: Any) -> dict[str, Any]:
    program = folder / "program.py"
    where = str(catalog) if catalog.suffix == ".parquet" else f"sqlite:///{catalog}"
    given = [json.dumps(list(map(str, files))), where, str(processes), json.dumps(options)]
    command = [sys.executable, program, *given]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    main()
