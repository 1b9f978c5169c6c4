"""Whole runs: files are ingested by a process of its own, whose time and memory are of nothing else.

``python -m benchmarks.archive.running`` is that process; what it is to do stands in its argument, as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["PARQUET", "Run", "Task", "run", "shown"]

PARQUET = ".parquet"
"""How the name of a Parquet data set ends."""

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Task:
    """What is ingested.

    Parameters
    ----------
    paths : list of str
        As for ``ingest``.
    url : str
        The database, or a folder that ends in `PARQUET`.
    options : dict, optional
        What else ``ingest`` or ``to_parquet`` takes, of what JSON can say.
    """

    paths: list[str]
    url: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What became of a task.

    Parameters
    ----------
    files : int
        How many there were.
    seconds : float
        On the clock.
    parent, readers : float
        CPU seconds of the process that writes, and of those that read for it. If it reads itself, all is its own.
    memory, reader_memory : float
        The most that it, and the largest that read for it, had until then, in MB.
    """

    files: int
    seconds: float
    parent: float
    readers: float
    memory: float
    reader_memory: float

    @property
    def rate(self) -> float:
        """Files a second."""
        return self.files / self.seconds

    def beyond(self, smaller: Run) -> Run:
        """Return what the files cost that it had more than a smaller one: to begin with anything costs as well."""
        costs = (self.seconds - smaller.seconds, self.parent - smaller.parent, self.readers - smaller.readers)
        return Run(self.files - smaller.files, *costs, self.memory, self.reader_memory)


def run(tasks: Sequence[Task]) -> list[Run]:
    """Return what becomes of tasks, one after the other in one new process."""
    command = [sys.executable, "-m", "benchmarks.archive.running", json.dumps([asdict(task) for task in tasks])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=_ROOT)
    return [Run(**found) for found in json.loads(done.stdout)]


def shown(value: float) -> str:
    """Return a cost or rate as it stands in a table: so few files may have taken no longer than fewer did."""
    return f"{value:.0f}" if value > 0 else "?"


def _done(task: Task) -> Run:
    import resource

    from roman_cal_models import archive

    def used(who: int) -> float:
        found = resource.getrusage(who)
        return found.ru_utime + found.ru_stime

    readers, parent, begin = used(resource.RUSAGE_CHILDREN), used(resource.RUSAGE_SELF), time.perf_counter()
    put = archive.to_parquet if task.url.endswith(PARQUET) else archive.ingest
    report = put(task.paths, task.url, **task.options)
    seconds = time.perf_counter() - begin
    assert not report.failed, report
    return Run(
        report.ingested + report.unchanged,
        seconds,
        used(resource.RUSAGE_SELF) - parent,
        used(resource.RUSAGE_CHILDREN) - readers,
        # not ru_maxrss, which begins with that of the process that started this one
        int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024,
        resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    )


if __name__ == "__main__":
    print(json.dumps([asdict(_done(Task(**task))) for task in json.loads(sys.argv[1])]))
