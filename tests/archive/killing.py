"""A program that ingests, is killed at random moments, and goes on: ``python killing.py HEADER ROUNDS``.

HEADER is a file, beside which it works. It forks, because a fresh process would spend most of its time on imports. It
goes on until so many runs were killed on their way, and ends with 1 at the first catalogue that differs from that of an
undisturbed run.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

from roman_cal_models import archive

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.archive.catalogs import content, url_of, write_files

BATCH = 2


def main(header: Path, rounds: int) -> int:
    folder, text = header.parent, header.read_bytes()
    files, before = folder / "files", folder / "before.db"
    # the runs meet files that are there, that have changed since, that failed before, and new ones
    write_files(files, text, 8, seed=1)[-1].write_bytes(text[:1000])
    archive.ingest(files, url_of(before))
    write_files(files, text, 16, seed=2)[-1].write_bytes(text[:1000])
    whole = shutil.copy(before, folder / "whole.db")
    report = archive.ingest(files, url_of(whole), batch=BATCH)
    assert min(report.ingested, report.unchanged, report.replaced, report.failed) > 0, report
    expected = content(url_of(whole))
    seconds = min(_run(files, shutil.copy(before, folder / f"timed-{number}.db"), None) for number in range(3))
    chance = random.Random(0)
    runs = killed = 0
    while killed < rounds:
        runs += 1
        catalog = shutil.copy(before, folder / f"{runs}.db")
        # one that had ended before is compared as well, but does not count
        killed += _run(files, catalog, chance.uniform(0, seconds)) < 0
        archive.ingest(files, url_of(catalog), batch=BATCH)
        found = content(url_of(catalog))
        if found != expected:
            print({name: (len(found[name]), len(rows)) for name, rows in expected.items() if found[name] != rows})
            return 1
        catalog.unlink()
    print(f"{killed} of {runs} runs were killed")
    return 0


def _run(files: Path, catalog: Path, kill_after: float | None) -> float:
    """Ingest in a process of its own; return the seconds that it took, or -1 if it was killed."""
    begin = time.perf_counter()
    process = os.fork()
    if process == 0:
        archive.ingest(files, url_of(catalog), batch=BATCH)
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(process, signal.SIGKILL)
    _, status = os.waitpid(process, 0)
    assert status in (0, signal.SIGKILL)
    return -1 if status else time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
