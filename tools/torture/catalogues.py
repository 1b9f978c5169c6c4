"""What ingests into PostgreSQL is killed at a random moment: whole batches are in it, and the next run does the rest.

The one that writes is killed, alone, with others that read for it, or beside another that ingests the same files; or
one that reads is. A server is started for it; where PostgreSQL is not installed, nothing is tried.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sql

import roman_cal_models as rcm
from roman_cal_models import archive

from .trials import Options, Trial

__all__ = ["trials"]

_BATCH = 4
_FILES = 40
_PATIENCE = 300.0

Content = dict[str, dict[str, list[tuple[Any, ...]]]]
"""The rows of each file, by their table."""


def trials(options: Options) -> Iterator[Trial]:
    """Kill one process a trial, and see what the catalogue holds."""
    from benchmarks.archive.postgresql import PROGRAMS, server

    if not PROGRAMS:
        return
    warnings.simplefilter("ignore")
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="catalogues-") as folder, server() as url:
        work = _Work(Path(folder), url)
        ways = (_alone, _beside_another, _alone, _with_readers, _beside_another, _reader)
        usual = {way: min(way(work, None) or 0.0 for _ in range(2)) for way in dict.fromkeys(ways)}
        killed = 0
        while killed < options.count:
            way = ways[killed % len(ways)]
            begin = time.monotonic()
            work.prepare()
            seconds = way(work, chance.uniform(0, usual[way] * 1.05))
            if seconds is not None:  # it had ended before
                usual[way] = min(usual[way], seconds)
                continue
            killed += 1
            name = f"{way.__name__.strip('_').replace('_', ' ')} {killed}"
            # who reads has nothing of his own in the catalogue, and whoever was beside another has left it all
            is_whole = way in (_reader, _beside_another)
            yield Trial(name, tuple(work.faults(is_whole=is_whole)), time.monotonic() - begin)


class _Work:
    """Files, and a catalogue that knows some of them: as they are, as they were, under another name, and gone since.

    Parameters
    ----------
    folder : Path
        For the files.
    url : str
        Of a database, beside which others are made.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self._files = folder / "files"
        self._files.mkdir()
        # without a pool: processes are forked from this one, and no connection may outlive it
        self._engine = sql.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sql.NullPool)
        self._url = url
        self._metadata = archive.tables()
        self._make("before", "template0")
        self._write(range(0, _FILES, 2), "WFI01")
        (self._files / f"r{2:04}.asdf").write_bytes(b"#ASDF 1.0.0\n")
        self.ingest(database="before")
        self._write(range(2, _FILES, 3), "WFI02")
        gone, moved, cut = (self._files / f"r{number:04}.asdf" for number in (6, 12, 17))
        gone.unlink()
        moved.rename(self._files / "moved.asdf")
        cut.write_bytes(b"#ASDF 1.0.0\n")
        self._named = sorted(self._files.iterdir())[:_BATCH]
        self._before = self._content("before")
        self._make("run", "before")
        report = self.ingest()
        counts = (report.ingested, report.unchanged, report.replaced, report.failed, report.pruned, report.renamed)
        assert min(counts) > 0, report
        self._after = self._content("run")

    def _make(self, database: str, template: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
            connection.exec_driver_sql(f"CREATE DATABASE {database} TEMPLATE {template}")

    def _write(self, numbers: range, detector: str) -> None:
        model: Any = rcm.ImageModel.create_fake_data(shape=(8, 8))
        model.meta.instrument.detector = detector
        for number in numbers:
            # so that each has another content
            model.meta.filename = f"r{number:04}.asdf"
            model.save(self._files / model.meta.filename)

    def _address(self, database: str) -> str:
        return self._url.replace("/postgres?", f"/{database}?")

    def prepare(self) -> None:
        """Have everything as it is before."""
        self._make("run", "before")

    def ingest(self, *, processes: int = 1, telling: int | None = None, database: str = "run") -> archive.Report:
        """Ingest the files; write to a descriptor when those that read are there."""

        def paths() -> Iterator[Path]:
            # asked for one more than these, it has processes
            yield from self._named if telling is not None else ()
            if telling is not None:
                os.write(telling, b".")
            yield self._files

        url = self._address(database)
        return archive.ingest(paths(), url, processes=processes, batch=_BATCH, prune=True, progress=False)

    def faults(self, *, is_whole: bool) -> list[str]:
        """Return what is wrong after a kill."""
        try:
            found = self._content("run")
            faults = ["the runs that were not killed have not done it all"] if is_whole and found != self._after else []
            half = [file for file, rows in found.items() if rows not in (self._before.get(file), self._after.get(file))]
            faults += [f"{len(half)} files are in the catalogue by half"] if half else []
            faults += self._cut_batches(found)
            report = self.ingest()
            completed = self._content("run")
        except Exception as error:
            return [f"the catalogue cannot be read or completed: {type(error).__name__}: {error}"]
        faults += ["the next run does not complete it"] if completed != self._after else []
        return faults + ([f"the next run fails: {report}"] if report.failed != 1 else [])

    def _cut_batches(self, found: Content) -> list[str]:
        """Tell of batches of which some files are as they will be, and others as they were."""
        files = [str(path) for path in sorted(self._files.iterdir())]
        # those that are named come in a batch of their own first
        cut = 0
        for start in range(0, len(files), _BATCH):
            batch = files[start : start + _BATCH]
            states = {
                found.get(file) == self._after.get(file)
                for file in batch
                if self._before.get(file) != self._after.get(file)
            }
            cut += len(states) == 2
        return [f"{cut} batches are in the catalogue by half"] if cut else []

    def _content(self, database: str) -> Content:
        """Return what a catalogue holds, but for times and for the numbers that files got."""
        # as it is at one moment: the server may still be at what it was told by somebody who is dead
        engine = sql.create_engine(self._address(database), isolation_level="REPEATABLE READ")
        content: Content = {}
        with engine.connect() as connection:
            files = self._metadata.tables["ingested_files"].c
            names = dict(connection.execute(sql.select(files.archive_id, files.archive_file)).tuples().all())
            for name, table in self._metadata.tables.items():
                key = "archive_id" if "archive_id" in table.c else "archive_file"
                others = [
                    column
                    for column in table.c
                    if column.name not in ("archive_id", "ingested", "failed", "modified") and column.name != key
                ]
                for file, *row in connection.execute(sql.select(table.c[key], *others)):
                    rows = content.setdefault(names[file] if key == "archive_id" else file, {})
                    rows.setdefault(name, []).append(tuple(row))
        engine.dispose()
        for rows in content.values():
            for some in rows.values():
                some.sort(key=str)
        return content


# -- who is killed ---------------------------------------------------------------------------------------------------
# Each returns the seconds that it took from where all that reads is there; None if somebody was killed.


def _alone(work: _Work, kill_after: float | None) -> float | None:
    run = _Run.of(work, processes=1)
    if kill_after is not None:
        time.sleep(kill_after)
        run.kill()
    return run.ended()


def _with_readers(work: _Work, kill_after: float | None) -> float | None:
    run = _Run.of(work, processes=2)
    if kill_after is not None:
        readers = _readers(run.process)
        time.sleep(kill_after)
        run.kill()
        _wait_for_the_end_of(readers)
    return run.ended()


def _beside_another(work: _Work, kill_after: float | None) -> float | None:
    other, run = _Run.of(work, processes=1), _Run.of(work, processes=1)
    if kill_after is not None:
        # the one that came last: the other may be at its end already
        time.sleep(kill_after)
        run.kill()
    seconds = run.ended()
    assert other.ended() is not None
    return seconds


def _reader(work: _Work, kill_after: float | None) -> float | None:
    run = _Run.of(work, processes=2)
    is_killed = False
    if kill_after is not None:
        readers = _readers(run.process)
        time.sleep(kill_after)
        for reader in readers[:1]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(reader, signal.SIGKILL)
                is_killed = True
    seconds = run.ended()
    return None if is_killed else seconds


@dataclass
class _Run:
    """A process that ingests.

    Parameters
    ----------
    process : int
        Its number.
    begin : float
        When all that reads was there.
    """

    process: int
    begin: float

    @classmethod
    def of(cls, work: _Work, *, processes: int) -> _Run:
        """Start one, and wait until all that reads is there."""
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            status = 1
            try:
                os.close(reading)
                work.ingest(processes=processes, telling=writing)
                status = 0
            except BaseException:  # it must not go on as the process that it was forked from
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(writing)
        with open(reading, "rb", buffering=0) as stream:
            assert select.select([stream], [], [], _PATIENCE)[0] and stream.read(1) == b"."
        return cls(process, time.monotonic())

    def kill(self) -> None:
        """Kill it; it may have ended before."""
        os.kill(self.process, signal.SIGKILL)

    def ended(self) -> float | None:
        """Wait for its end; return the seconds that it took, or None if it was killed."""
        _, status = os.waitpid(self.process, 0)
        if status not in (0, signal.SIGKILL):
            raise RuntimeError(f"a run fails without being killed: status {status}")
        return None if status else time.monotonic() - self.begin


def _readers(process: int) -> list[int]:
    """Return the processes that read for one; it may be at its end, and have none any more."""
    numbers = []
    for path in Path(f"/proc/{process}/task").glob("*/children"):
        # its threads end as well
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            numbers += path.read_text().split()
    found = []
    for number in numbers:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes():
                found.append(int(number))
    return found


def _wait_for_the_end_of(processes: list[int]) -> None:
    """Wait until processes have ended, which nobody ends but they themselves."""
    until = time.monotonic() + _PATIENCE
    while any(_is_there(process) for process in processes):
        if time.monotonic() > until:
            raise RuntimeError("those that read go on without the one that writes")
        time.sleep(0.01)


def _is_there(process: int) -> bool:
    try:
        # a zombie has ended, and waits for somebody to be told
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
