"""A program that writes a Parquet data set, is killed at random moments, and goes on.

``python killing_parquet.py HEADER ROUNDS``: HEADER is a file, beside which it works. It goes on until so many runs were
killed on their way, and ends with 1 at the first data set that cannot be read, has a row twice, or differs in the end
from that of an undisturbed run.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import pyarrow.dataset as ds

from roman_cal_models import archive

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.archive.catalogs import TIMES, write_files

BATCH = 3


def main(header: Path, rounds: int) -> int:
    folder, text = header.parent, header.read_bytes()
    files, before = folder / "files", folder / "before.parquet"
    # the runs meet files that are there, that have changed since, that failed before, that are gone or have moved, and
    # new ones
    write_files(files, text, 8, seed=1)[-1].write_bytes(text[:1000])
    archive.to_parquet(files, before, partition_by="detector")
    write_files(files, text, 16, seed=2)[-1].write_bytes(text[:1000])
    gone, moved = files / "r0001.asdf", files / "r0002.asdf"
    for path, detector in ((gone, b"WFI08"), (moved, b"WFI09")):
        path.write_bytes(text.replace(b"WFI01", detector, 1))
    archive.to_parquet([gone, moved], before)
    gone.unlink()
    moved.rename(files / "moved.asdf")
    whole = shutil.copytree(before, folder / "whole.parquet")
    report = archive.to_parquet(files, whole, batch=BATCH, prune=True)
    kinds = (report.ingested, report.unchanged, report.replaced, report.failed, report.pruned, report.renamed)
    assert min(kinds) > 0, report
    expected = _content(whole)
    seconds = min(_run(files, shutil.copytree(before, folder / f"timed-{number}.parquet"), None) for number in range(3))
    chance = random.Random(0)
    runs = killed = 0
    while killed < rounds:
        runs += 1
        catalog = shutil.copytree(before, folder / f"{runs}.parquet")
        # one that had ended before is compared as well, but does not count
        killed += _run(files, catalog, chance.uniform(0, seconds)) < 0
        for name, rows in _content(catalog).items():
            if name != "ingest_problems" and len(rows) != len({row.split("'archive_file', ")[1] for row in rows}):
                print(f"{name} has a row twice")
                return 1
        archive.to_parquet(files, catalog, batch=BATCH, prune=True)
        found = _content(catalog)
        if found != expected:
            print({name: (len(found[name]), len(rows)) for name, rows in expected.items() if found[name] != rows})
            return 1
        if left := [path for path in catalog.rglob("*") if path.is_file() and path.name.endswith((".new", ".part"))]:
            print(f"left behind: {left}")
            return 1
        shutil.rmtree(catalog)
    print(f"{killed} of {runs} runs were killed")
    return 0


def _run(files: Path, catalog: Path, kill_after: float | None) -> float:
    """Write in a process of its own; return the seconds that it took, or -1 if it was killed."""
    begin = time.perf_counter()
    process = os.fork()
    if process == 0:
        archive.to_parquet(files, catalog, batch=BATCH, prune=True)
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    assert status in (0, signal.SIGKILL)
    return -1 if status else time.perf_counter() - begin


def _content(catalog: Path) -> dict[str, list[str]]:
    """Return the rows of every table, but for the times of the run; the name of the file comes last."""
    found = {}
    for path in sorted(path for path in catalog.iterdir() if path.is_dir()):
        rows = ds.dataset(path, partitioning="hive").to_table().to_pylist()
        found[path.name] = sorted(
            str([*sorted((key, row[key]) for key in row if key not in TIMES and key != "archive_file"),
                 ("archive_file", row["archive_file"])])
            for row in rows
        )  # fmt: skip
    return found


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
