"""Pytest in forked processes: what takes time, imports and collecting, is done before the fork."""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from .rooms import REPOSITORY

__all__ = ["Outcome", "collected", "forked", "outcome", "run_first", "run_tests", "warm_up"]

Outcome = str  # "killed", "survived" or "timeout"

_SLOW = ("numpy", "yaml", "asdf", "astropy.table", "astropy.time", "astropy.units", "gwcs", "lz4.block")
_MEMORY = 4 << 30
_LONG = 60.0  # seconds that no test takes
_OURS = "roman_cal_models"


def warm_up() -> None:
    """Import what every session needs and no mutant changes."""
    for name in _SLOW:
        importlib.import_module(name)
    assert _OURS not in sys.modules


def forked(work: Callable[[Callable[[Any], None]], int]) -> Iterator[Any]:
    """Do something in a process of its own; yield what it sends, and its status at the end.

    Parameters
    ----------
    work : callable
        Is given a function that sends a value; returns the status.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        status = 70
        try:
            os.close(reading)
            os.setpgid(0, 0)
            status = _work(work, writing)
        except BaseException:  # it must not go on as the process that it was forked from
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream, contextlib.suppress(EOFError):
        while True:
            yield pickle.load(stream)
    _, status = os.waitpid(process, 0)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)  # what it left running
    yield os.waitstatus_to_exitcode(status)


def _work(work: Callable[[Callable[[Any], None]], int], writing: int) -> int:
    with os.fdopen(writing, "wb") as stream:

        def send(value: Any) -> None:
            pickle.dump(value, stream)
            stream.flush()

        return work(send)


def collected(
    files: Iterable[Path],
    work: Callable[[Sequence[pytest.Item]], None],
    log: Path,
    *,
    before: Callable[[], None] = lambda: None,
) -> int:
    """Collect tests and, instead of running them, do something with them. Only in a process of its own.

    Parameters
    ----------
    files : iterable of Path
        The test files.
    work : callable
        Is given the tests.
    log : Path
        Takes what is printed.
    before : callable, optional
        Is called first.

    Returns
    -------
    int
        Pytest's status.
    """
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.chdir(REPOSITORY)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    before()
    # coverage's plug-in and xdist would do their own; what fails is not remembered
    plugins = [f"-p{name}" for name in ("no:xdist", "no:cacheprovider", "no:pytest_cov", "no:randomly")]
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        # each fork begins there anew, instead of a folder beside those of all others
        arguments = [*plugins, "-q", "-x", f"--basetemp={folder}/tests", *map(str, files)]
        return int(pytest.main(arguments, plugins=[_Instead(work)]))


class _Instead:
    """A plug-in that does something else with the tests than to run them."""

    def __init__(self, work: Callable[[Sequence[pytest.Item]], None]) -> None:
        self._work = work

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if session.testsfailed:
            raise session.Failed(f"{session.testsfailed} errors while tests were collected")
        self._work(session.items)
        return True


def run_first(items: Sequence[pytest.Item]) -> None:
    """Run the first test of each file, so that what all tests need, the schemas above all, is there before a fork."""
    for _, group in groupby(items, key=lambda item: item.path):
        run_tests([next(group)], lambda item: _LONG)


def run_tests(items: Sequence[pytest.Item], seconds: Callable[[pytest.Item], float]) -> bool:
    """Run tests up to the first that fails, in this process; return whether all pass.

    A test that takes far longer than it should ends the process: by SIGPROF if it calculates, by SIGALRM if it waits.

    Parameters
    ----------
    items : sequence of pytest.Item
        The tests.
    seconds : callable
        How long one takes.
    """
    if not items:
        return True
    watch = _Watch()
    items[0].config.pluginmanager.register(watch)
    for item, following in zip(items, [*items[1:], None], strict=True):
        usual = seconds(item)
        signal.setitimer(signal.ITIMER_PROF, 3 + 5 * usual)
        signal.setitimer(signal.ITIMER_REAL, 30 + 20 * usual)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if watch.failed:
            break
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    items[0].config.pluginmanager.unregister(watch)
    return not watch.failed


class _Watch:
    """A plug-in that notes whether a test failed."""

    failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed


def outcome(status: int) -> Outcome:
    """Return what the status of a process that ran tests on a mutant means."""
    if status in (-signal.SIGPROF, -signal.SIGALRM):
        return "timeout"
    return "survived" if status == 0 else "killed"
