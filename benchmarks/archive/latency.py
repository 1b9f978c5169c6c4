"""Files a second of whole runs, near and far: what it costs to wait for the answers of a bucket."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..report import Section
from .bucket import BUCKET, count, options, serve
from .files import Files
from .running import Task, run, shown

__all__ = ["section"]

_PROCESSES = (1, 2)
# so many times as many files are read of the disk
_NEAR = 4
# new files a second
_WANTED = {("bucket 100 ms", 1): 50}
# how often a list alone is asked for, which takes hardly longer than to begin with it
_ROUNDS = 5
# files that asdf opens
_FEW = 10
_HEADINGS = (
    "where, processes",
    "new",
    "unchanged",
    "by time",
    "asdf",
    "CPU, writes",
    "CPU, reads",
    "requests",
    "asdf's",
)


_Folders = Sequence[Sequence[Path]]


@dataclass(frozen=True)
class _Place:
    """Where files are.

    Parameters
    ----------
    name : str
        What it is called.
    folders : list of list of str
        The files of each task.
    words : dict or None
        What fsspec needs for them.
    requests : callable
        Returns how many requests for files there were since the last time.
    """

    name: str
    folders: list[list[str]]
    words: dict[str, Any] | None
    requests: Callable[[], int]


def section(files: Files, catalogs: Path, *, number: int, milliseconds: Sequence[int]) -> Section:
    """Measure, and return the table.

    Parameters
    ----------
    files : Files
        Of which some are read.
    catalogs : Path
        A new folder.
    number : int
        Of files that are far.
    milliseconds : sequence of int
        That the answers of a bucket take, one after the other.
    """
    catalogs.mkdir()
    # in this order a run has them: the first for what is imported once
    near, far = ([files.more(each) for each in (1, max(most // 10, 1), most)] for most in (_NEAR * number, number))
    rows: list[tuple[str, ...]] = []
    goals: list[str] = []
    for place in _places(files.folder, near, far, milliseconds):
        peers = _asdf(place)
        for processes in _PROCESSES:
            rate, row = _row(place, processes, f"sqlite:///{catalogs / f'{len(rows)}.db'}", peers)
            rows.append(row)
            peers = ("", "")
            wanted = _WANTED.get((place.name, processes))
            if wanted is not None:
                reached = "reached" if rate >= wanted else "MISSED"
                goals.append(f"The goal of {wanted} new files a second ({place.name}, {processes}) is {reached}.")
    return Section(
        "Files a second of whole runs",
        f"By the clock, into SQLite: {_NEAR * number} files of the disk, {number} of a bucket, less what a tenth of "
        "them takes in the same process, so that the start does not count. New files, unchanged ones that are read "
        "again, and unchanged ones that are told by size and time, of which only the list is asked for, the quickest "
        f"of {_ROUNDS} times; ? where all of them took no longer than the tenth. A bucket is a server on this machine "
        "that waits so long before each answer, asked by s3fs; it has its share of the processors, so that more "
        "processes gain less here, and nothing where all are busy. CPU time is that of new files, us a file, in the "
        "process that writes and in those that read for it; one alone does both, the work of s3fs included. Requests "
        "are those a file that is read, without those for the list. The peer is asdf over fsspec, which opens "
        f"{_FEW} files one after the other and writes nothing; files as small as these are in the first 5 MB that it "
        "asks for.",
        _HEADINGS,
        rows,
        tuple(goals),
    )


def _row(place: _Place, processes: int, catalog: str, peers: tuple[str, str]) -> tuple[float, tuple[str, ...]]:
    """Return how many new files a second there are, and the row of the table."""
    first, *others = place.folders
    given = {"processes": processes, "storage_options": place.words}
    reading = [Task(some, catalog, given) for some in others]
    trusting = [Task(some, catalog, {**given, "trust": "mtime"}) for some in others]
    place.requests()
    one, *runs = run([Task(first, catalog, given), *reading, *reading, *trusting * _ROUNDS])
    requests = place.requests() / (one.files + sum(each.files for each in runs[:4]))
    new, unchanged = (runs[at + 1].beyond(runs[at]) for at in (0, 2))
    fewer, more = (min(runs[at::2], key=lambda each: each.seconds) for at in (4, 5))
    by_time = more.beyond(fewer)
    return new.rate, (
        f"{place.name}, {processes}",
        *(shown(each.rate) for each in (new, unchanged, by_time)),
        peers[0],
        *(shown(seconds / new.files * 1e6) if seconds else "" for seconds in (new.parent, new.readers)),
        f"{requests:.2f}" if requests else "",
        peers[1],
    )


def _places(root: Path, near: _Folders, far: _Folders, milliseconds: Sequence[int]) -> Iterator[_Place]:
    yield _Place("disk", [list(map(str, some)) for some in near], None, lambda: 0)
    urls = [[f"s3://{BUCKET}/{folder.relative_to(root)}/" for folder in some] for some in far]
    for wait in milliseconds:
        with serve(root, wait) as url:
            yield _Place(f"bucket {wait} ms", urls, options(url), partial(count, url))


def _asdf(place: _Place) -> tuple[str, str]:
    """Return how many files a second asdf opens, and by how many requests each."""
    import asdf
    import fsspec

    system, folder = fsspec.core.url_to_fs(place.folders[-1][0], **(place.words or {}))
    first, *names = sorted(system.find(folder))[: _FEW + 1]

    def read(name: str) -> None:
        with system.open(name) as stream, asdf.open(stream) as file:
            assert file["roman"]["meta"]["filename"]

    read(first)
    place.requests()
    begin = time.perf_counter()
    for name in names:
        read(name)
    seconds = time.perf_counter() - begin
    requests = place.requests() / len(names)
    return f"{len(names) / seconds:.3g}", f"{requests:.2f}" if requests else ""
