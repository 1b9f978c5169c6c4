"""Numbered trials in limited processes; where one dies, its trial has failed, and another process goes on."""

from __future__ import annotations

import os
import pickle
import selectors
import signal
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .limits import MEGABYTES, SECONDS, Guard, Memory, alarm
from .trials import Trial

__all__ = ["run"]

Try = Callable[[int, Path], list[str]]


def run(
    count: int, attempt: Try, *, name: Callable[[int], str], processes: int, room: int = MEGABYTES
) -> Iterator[Trial]:
    """Yield the trials from 0 to `count`.

    Parameters
    ----------
    count : int
        How many.
    attempt : callable
        Is given the number of a trial and an empty folder; returns what is wrong.
    name : callable
        Returns the name of a trial.
    processes : int
        How many at the same time. Each has what was in memory before, so that what all attempts need is best made then.
    room : int, optional
        Megabytes of addresses that a process may take, of which threads take many that they do not use.
    """
    with tempfile.TemporaryDirectory(prefix="torture-") as top, selectors.DefaultSelector() as selector:
        crew = _Crew(selector, attempt, name, Path(top), room)
        for first in range(min(processes, count)):
            crew.start(range(first, count, processes))
        while selector.get_map():
            for key, _ in selector.select():
                yield from crew.received(key.data)


@dataclass
class _Worker:
    """A process and the numbers that it still has to try."""

    process: int
    stream: BinaryIO
    numbers: range
    since: float


@dataclass
class _Crew:
    """The processes that try."""

    selector: selectors.BaseSelector
    attempt: Try
    name: Callable[[int], str]
    folder: Path
    room: int

    def start(self, numbers: range) -> None:
        """Have a process try the trials of some numbers."""
        if not numbers:
            return
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            status = 1
            try:
                os.close(reading)
                os.setpgid(0, 0)
                self._work(numbers, writing)
                status = 0
            except BaseException:  # it must not go on as the process that it was forked from
                traceback.print_exc()
            finally:
                os._exit(status)
        os.close(writing)
        stream = os.fdopen(reading, "rb", 0)
        self.selector.register(stream, selectors.EVENT_READ, _Worker(process, stream, numbers, time.monotonic()))

    def received(self, worker: _Worker) -> Iterator[Trial]:
        """Yield the trial that a process tells of, or that it died of."""
        try:
            trial = pickle.load(worker.stream)
        except (EOFError, pickle.UnpicklingError):
            self.selector.unregister(worker.stream)
            worker.stream.close()
            _, status = os.waitpid(worker.process, 0)
            if worker.numbers:
                seconds = time.monotonic() - worker.since
                yield Trial(self.name(worker.numbers[0]), (_end(os.waitstatus_to_exitcode(status)),), seconds)
                self.start(worker.numbers[1:])
            return
        worker.numbers = worker.numbers[1:]
        worker.since = time.monotonic()
        yield trial

    def _work(self, numbers: range, writing: int) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        warnings.simplefilter("ignore")
        with os.fdopen(writing, "wb") as stream:
            guard, memory = Guard([self.folder]), Memory(self.room)
            for number in numbers:
                folder = self.folder / str(number)
                folder.mkdir()
                memory.begin()
                start = time.perf_counter()
                alarm(SECONDS)
                faults = _attempt(self.attempt, number, folder)
                alarm(0)
                seconds, megabytes = time.perf_counter() - start, memory.taken()
                faults += guard.faults()
                if megabytes > MEGABYTES:
                    faults.append(f"takes more than {MEGABYTES} MB")
                pickle.dump(Trial(self.name(number), tuple(faults), seconds, megabytes), stream)
                stream.flush()
                _empty(folder)


def _end(status: int) -> str:
    if status == -signal.SIGPROF:
        return f"takes more than {SECONDS:.0f} s"
    if status == -signal.SIGALRM:
        return "waits for ever"
    if status == -signal.SIGKILL:
        return "is killed by the system"
    return f"ends the process: {signal.Signals(-status).name if status < 0 else f'status {status}'}"


def _attempt(attempt: Try, number: int, folder: Path) -> list[str]:
    try:
        return list(attempt(number, folder))
    except Exception as error:  # whatever it is, it was not foreseen
        return [f"the trial itself fails: {type(error).__name__}: {error}"]


def _empty(folder: Path) -> None:
    for root, folders, files in os.walk(folder, topdown=False):
        for each in files:
            os.unlink(os.path.join(root, each))
        for each in folders:
            path: Any = os.path.join(root, each)
            os.unlink(path) if os.path.islink(path) else os.rmdir(path)
    folder.rmdir()
