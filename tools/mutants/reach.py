"""Which tests reach which line of the package, and how long they take."""

from __future__ import annotations

import hashlib
import json
import os
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from .rooms import PACKAGE, REPOSITORY
from .sessions import collected, forked, run_first, run_tests

__all__ = ["CACHE", "Reach", "reach_of"]

CACHE = REPOSITORY / ".mutants"

# Lines of each file, which is named from the package's folder on.
Lines = dict[str, list[int]]


@dataclass
class Reach:
    """What is reached by tests.

    Parameters
    ----------
    tests : dict
        Of each test, by its name: seconds, and the lines that it reaches.
    imports : set of tuple
        File and line of what is run when the tests are collected, and of the first test of each file.
    failed : list of str
        Tests that fail without any mutant, of which nothing can be learnt.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    tests: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    imports: set[tuple[str, int]] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)

    def add(self, found: dict[str, Any]) -> None:
        """Add what was found about the tests of a file."""
        self.imports.update((name, line) for name, lines in found["imports"].items() for line in lines)
        self.failed += found["failed"]
        for test, (seconds, reached) in found["tests"].items():
            self.seconds[test] = seconds
            for name, lines in reached.items():
                for line in lines:
                    self.tests.setdefault((name, line), []).append(test)

    def reaching(self, name: str, lines: Iterable[int]) -> list[str]:
        """Return the tests that reach one of some lines, those first that are likely to tell much in a short time.

        The quickest case of each test function comes first, then all others.
        """
        tests = {test for line in lines for test in self.tests.get((name, line), ())}
        return self.in_order(tests)

    def in_order(self, tests: Iterable[str]) -> list[str]:
        """Return tests, the quickest case of each function first."""
        first: dict[str, str] = {}
        rest = []
        for test in sorted(tests, key=lambda test: (self.seconds[test], test)):
            if first.setdefault(_function(test), test) != test:
                rest.append(test)
        return [*first.values(), *rest]


def reach_of(files: Sequence[Path], tell: Callable[[str], None]) -> Reach:
    """Return what the tests of some files reach; what was found before is remembered as long as nothing changes.

    Parameters
    ----------
    files : sequence of Path
        The test files.
    tell : callable
        Is told what is done.
    """
    CACHE.mkdir(exist_ok=True)
    sources = _digest(sorted(path for path in PACKAGE.rglob("*.py")))
    reach = Reach()
    for file in files:
        around = [*file.parent.glob("*.py"), *file.parents[1].glob("*.py")]
        shared = _digest(sorted(path for path in around if not path.name.startswith("test_")))
        name = f"{file.parent.name}-{file.stem}-{_digest([file])}-{shared}-{sources}.json"
        if not (CACHE / name).exists():
            tell(f"which lines {file.relative_to(REPOSITORY)} reaches")
            for old in CACHE.glob(f"{file.parent.name}-{file.stem}-*.json"):
                old.unlink()
            (CACHE / name).write_text(json.dumps(_found(file)))
        reach.add(json.loads((CACHE / name).read_text()))
    return reach


def _digest(files: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _found(file: Path) -> dict[str, Any]:
    *found, status = forked(lambda send: _find(file, send))
    if status or not found:
        raise RuntimeError(f"the tests of {file} cannot be collected: see {_log()}")
    result: dict[str, Any] = {"imports": found[0], "tests": {}, "failed": []}
    for part in found[1:]:
        for test, (passed, seconds, lines) in part.items():
            if passed:
                result["tests"][test] = seconds, lines
            else:
                result["failed"].append(test)
    return result


def _log() -> Path:
    return CACHE / "log.txt"


def _find(file: Path, send: Callable[[Any], None]) -> int:
    recorder: list[_Recorder] = []

    def work(items: Sequence[pytest.Item]) -> None:
        run_first(items)
        send(recorder[0].stop().get("", {}))
        for _, cases in groupby(items, key=lambda item: _function(item.nodeid)):
            group = list(cases)
            # of a process of its own: what another test left in a cache would not be reached again
            *sent, _ = forked(lambda send, group=group: _record(group, send))  # type: ignore[misc]
            for value in sent:
                send(value)

    return collected([file], work, _log(), before=lambda: recorder.append(_Recorder()))


def _record(items: Sequence[pytest.Item], send: Callable[[Any], None]) -> int:
    recorder = _Recorder()
    results = {}
    for item in items:
        recorder.name(item.nodeid)
        start = time.perf_counter()
        passed = run_tests([item], lambda item: 600.0)
        results[item.nodeid] = passed, time.perf_counter() - start
    lines = recorder.stop()
    send({test: (*result, lines.get(test, {})) for test, result in results.items()})
    return 0


class _Recorder:
    """Notes the lines of the package that are run."""

    def __init__(self) -> None:
        # the one that knows contexts on every Python
        os.environ["COVERAGE_CORE"] = "ctrace"
        import coverage

        self._coverage = coverage.Coverage(data_file=None, config_file=False, include=[f"{PACKAGE}/*"])
        self._coverage.start()

    def name(self, test: str) -> None:
        self._coverage.switch_context(test)

    def stop(self) -> dict[str, Lines]:
        """Return the lines of each test, and those of none."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of tests that reach nothing
            self._coverage.stop()
            data = self._coverage.get_data()
        found: dict[str, Lines] = {}
        for file in data.measured_files():
            name = str(Path(file).relative_to(PACKAGE))
            for line, tests in data.contexts_by_lineno(file).items():
                for test in tests:
                    found.setdefault(test, {}).setdefault(name, []).append(line)
        return found


def _function(test: str) -> str:
    return test.partition("[")[0]
