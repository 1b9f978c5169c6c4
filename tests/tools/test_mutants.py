"""Mutants change one thing each, take the place of what was imported, and are noticed by the tests that reach them."""

from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.mutants import __main__ as command
from tools.mutants.mutations import mutants_of, mutated
from tools.mutants.reach import Reach
from tools.mutants.rooms import ROOMS
from tools.mutants.sessions import outcome
from tools.mutants.swapping import swap

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("x = a < b", ["(removed)", "x = a <= b", "x = a >= b"]),
        ("x = a and b", ["(removed)", "x = a or b", "x = b", "x = a"]),
        ("return a is None", ["return None", "return a is not None"]),
        ("return True", ["return False"]),
        ("return", []),
        ("x += 1", ["(removed)", "x += 2"]),
        ("raise ValueError", ["(removed)"]),
        ("if a: pass", ["if True:", "if False:"]),
        ("while a: pass", ["while False:"]),
        ("return a * 2", ["return None", "return a // 2", "return a * 3"]),
        ("return b if a else c", ["return None", "return b", "return c"]),
        ("return [x for x in a if x]", ["return None", "return [x for x in a if True]"]),
        ("x: int | None = a", []),
        ("import a", []),
        ("'a docstring'", []),
    ],
)
def test_a_statement_is_changed_in_one_place_at_a_time(statement: str, changed: list[str], tmp_path: Path) -> None:
    file = tmp_path / "some.py"
    file.write_text(f"def f(a, b, c):\n    {statement}\n")
    assert [mutant.after for mutant in mutants_of(file)] == changed


def test_a_mutant_is_the_file_with_that_change(tmp_path: Path) -> None:
    file = tmp_path / "some.py"
    file.write_text("def f(a):\n    return a + 1 < 3\n")
    for mutant in mutants_of(file):
        assert mutant.after in ast.unparse(mutated(file.read_bytes(), mutant.number))


def test_what_tests_cannot_notice_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "some.py"
    file.write_text(
        "__all__ = ['a'] + ['b']\nif TYPE_CHECKING:\n    a = 1\n"
        "class A(Protocol):\n    def f(self) -> int:\n        return 1\nKind = int | str\n"
    )
    assert not mutants_of(file)


@pytest.fixture
def module(tmp_path: Path) -> Any:
    file = tmp_path / "swapped.py"
    file.write_text(
        "def plain(a):\n    return a + 1\n\n\n"
        "def outer(a):\n    def inner(b):\n        return a + b\n    return inner\n\n\n"
        "made = outer(10)\nNUMBER = 1\n"
    )
    spec = importlib.util.spec_from_file_location("swapped", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("change", "ask", "expected"),
    [
        ("return a - 1", lambda module: module.plain(5), 4),
        ("return a - b", lambda module: module.outer(10)(3), 7),
        ("return a - b", lambda module: module.made(3), 7),
    ],
    ids=["a function", "a function in another", "one that was made before"],
)
def test_a_mutant_takes_the_place_of_a_function(
    change: str, ask: Callable[[Any], int], expected: int, module: Any
) -> None:
    file = Path(module.__file__)
    (mutant,) = (each for each in mutants_of(file) if each.after == change)
    assert swap(file, mutated(file.read_bytes(), mutant.number))
    assert ask(module) == expected


def test_what_was_run_at_the_import_cannot_be_swapped(module: Any) -> None:
    file = Path(module.__file__)
    (mutant,) = (each for each in mutants_of(file) if each.after == "NUMBER = 2")
    assert not swap(file, mutated(file.read_bytes(), mutant.number))


def test_the_quickest_case_of_each_test_comes_first() -> None:
    reach = Reach()
    times = {"a[1]": 3.0, "a[2]": 0.5, "b[1]": 1.0, "c": 2.0, "b[2]": 1.5}
    reach.add({"imports": {}, "failed": [], "tests": {name: (time, {"f": [7]}) for name, time in times.items()}})
    assert reach.reaching("f", [7]) == ["a[2]", "b[1]", "c", "b[2]", "a[1]"]


@pytest.mark.parametrize(
    ("status", "expected"), [(0, "survived"), (1, "killed"), (-11, "killed"), (-27, "timeout"), (-14, "timeout")]
)
def test_the_end_of_a_process_tells_what_became_of_a_mutant(status: int, expected: str) -> None:
    assert outcome(status) == expected


def test_every_explanation_is_about_a_mutant() -> None:
    assert command.unused_explanations() == []


@pytest.mark.parametrize("name", ROOMS)
def test_every_room_has_files_and_tests(name: str) -> None:
    assert ROOMS[name].source_files()
    assert ROOMS[name].test_files()


def test_a_small_run_kills_some_and_tells_the_rest(repository: Path) -> None:
    arguments = ["--rooms", "datatypes", "--count", "12", "--seed", "5"]
    done = subprocess.run(
        [sys.executable, "-m", "tools.mutants", *arguments], cwd=repository, capture_output=True, text=True, timeout=300
    )
    assert done.returncode in (0, 1), done.stderr
    *_, header, row = done.stdout.splitlines()
    numbers = dict(zip(header.split(), row.split(), strict=True))
    assert numbers["mutants"] == "12"
    assert int(numbers["killed"]) > 6
    assert sum(int(numbers[name]) for name in ("killed", "timeout", "survived", "explained")) == 12
    assert done.stdout.count("survived archive/definitions/datatypes.py:") == int(numbers["survived"])


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    assert "python -m tools.mutants --rooms" in capsys.readouterr().out
