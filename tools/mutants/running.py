"""Mutants, each run by the tests that reach it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from .mutations import Mutant, mutated
from .reach import CACHE, Reach
from .rooms import PACKAGE, REPOSITORY
from .sessions import Outcome, collected, forked, outcome, run_first, run_tests
from .swapping import import_mutant, swap

__all__ = ["outcomes"]

_SECONDS = 20.0  # that the tests of a mutant take at most, all of them passing
_NOT_SWAPPED = 71  # a status that pytest and Python do not use


def outcomes(mutants: Sequence[Mutant], files: Sequence[Path], reach: Reach) -> Iterator[tuple[Mutant, Outcome]]:
    """Yield what became of each mutant.

    A mutant takes the place of a function in a process that has imported and collected everything; this takes a
    fraction of a second. One that is run at the import, or while tests are collected, is imported anew if that did not
    kill it.
    """
    log = CACHE / "log.txt"
    log.write_text("")
    again = []
    for result in forked(lambda send: collected(files, lambda items: _run_all(items, mutants, reach, send), log)):
        if isinstance(result, tuple):
            at, status = result
            mutant = mutants[at]
            if status == _NOT_SWAPPED or (status == 0 and _is_run_before(mutant, reach)):
                again.append(mutant)
            else:
                yield mutant, outcome(status)
        elif result:
            raise RuntimeError(f"the session ended with {result}: see {log}")
    for mutant in again:
        yield mutant, outcome(_imported_anew(mutant, reach, log))


def _run_all(
    items: Sequence[pytest.Item], mutants: Sequence[Mutant], reach: Reach, send: Callable[[Any], None]
) -> None:
    run_first(items)
    known = {item.nodeid: item for item in items}
    for at, mutant in enumerate(mutants):
        if mutant.function is None:
            send((at, _NOT_SWAPPED))
            continue
        names = _within_time(reach.reaching(str(mutant.path), range(mutant.first, mutant.last + 1)), reach)
        tests = [known[name] for name in names]
        *_, status = forked(lambda send, mutant=mutant, tests=tests: _run_swapped(mutant, tests, reach))  # type: ignore[misc]
        send((at, status))


def _run_swapped(mutant: Mutant, tests: Sequence[pytest.Item], reach: Reach) -> int:
    file = PACKAGE / mutant.path
    if not swap(file, mutated(file.read_bytes(), mutant.number)):
        return _NOT_SWAPPED
    return int(not run_tests(tests, lambda item: reach.seconds[item.nodeid]))


def _is_run_before(mutant: Mutant, reach: Reach) -> bool:
    """Whether a mutant's line is run before the tests are, so that what it gives may be remembered somewhere."""
    return any((str(mutant.path), line) in reach.imports for line in range(mutant.first, mutant.last + 1))


def _imported_anew(mutant: Mutant, reach: Reach, log: Path) -> int:
    names = _within_time(_tests_of_import(mutant, reach), reach)
    wanted = set(names)

    def work(items: Sequence[pytest.Item]) -> None:
        known = {item.nodeid: item for item in items if item.nodeid in wanted}
        if len(known) < len(wanted):
            os._exit(1)  # tests are made of what the package tells
        os._exit(int(not run_tests([known[name] for name in names], lambda item: reach.seconds[item.nodeid])))

    def run(send: Callable[[Any], None]) -> int:
        file = PACKAGE / mutant.path
        tree = mutated(file.read_bytes(), mutant.number)
        files = sorted({REPOSITORY / name.partition("::")[0] for name in names})
        return collected(files, work, log, before=lambda: import_mutant(file, tree)) or 1

    if not names:
        return 0
    *_, status = forked(run)
    return int(status)


def _tests_of_import(mutant: Mutant, reach: Reach) -> list[str]:
    """Return the tests that may notice a mutant that is run at the import: those that reach what uses its names."""
    name = str(mutant.path)
    lines = range(mutant.first, mutant.last + 1)
    if mutant.function is None and mutant.names:
        text = (PACKAGE / mutant.path).read_text().splitlines()
        lines = [at for at, line in enumerate(text, 1) if any(used in line for used in mutant.names)]  # type: ignore[assignment]
    near = reach.reaching(name, lines)
    others = {test for (file, _), tests in reach.tests.items() if file == name for test in tests} - set(near)
    return [*near, *reach.in_order(others)]


def _within_time(names: Sequence[str], reach: Reach) -> list[str]:
    chosen, seconds = [], 0.0
    for name in names:
        seconds += reach.seconds[name]
        if chosen and seconds > _SECONDS:
            break
        chosen.append(name)
    return chosen
