"""Torture tells what does harm, whatever it does to the process; and our files bear a little of every kind of it."""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tools.torture import __main__ as command
from tools.torture import flips, headers, limits
from tools.torture.probing import tried
from tools.torture.trials import Tally, Trial, table
from tools.torture.workers import run

pytestmark = pytest.mark.once


def only(attempt: object, *, count: int = 1) -> list[Trial]:
    """Return the trials of an attempt that takes its folder."""
    return list(run(count, lambda number, folder: attempt(folder) or [], name=str, processes=1))  # type: ignore[operator]


# -- what is told ----------------------------------------------------------------------------------------------------


def hang(folder: Path) -> None:
    while True:
        pass


def die(folder: Path) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def eat(folder: Path) -> None:
    bytearray(3 << 30)


def call(folder: Path) -> None:
    with socket.socket() as client:
        client.connect(("127.0.0.1", 9))


def look_up(folder: Path) -> None:
    socket.getaddrinfo("example.org", 80)


def open_another(folder: Path) -> list[str]:
    return tried("a file", lambda: Path("/etc/passwd").read_text())[1]


def start_another(folder: Path) -> None:
    os.system("true")


@pytest.mark.parametrize(
    ("attempt", "fault"),
    [
        (hang, "takes more than"),
        (die, "ends the process: SIGSEGV"),
        (eat, "the trial itself fails: MemoryError"),
        (call, "reaches out: socket.connect"),
        (look_up, "reaches out: socket.getaddrinfo"),
        (open_another, "reaches out: opens /etc/passwd"),
        (start_another, "reaches out: os.system"),
    ],
)
def test_what_does_harm_is_told(attempt: object, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if attempt is hang:
        monkeypatch.setattr("tools.torture.workers.SECONDS", 0.5)
    bad, *others = only(attempt, count=2)
    assert any(text.startswith(fault) for text in bad.faults)
    assert len(others) == 1


def test_what_does_none_is_not(tmp_path: Path) -> None:
    def attempt(folder: Path) -> None:
        (folder / "some").write_text("text")
        assert (folder / "some").read_text() == "text"

    assert [trial.faults for trial in only(attempt, count=3)] == [(), (), ()]


MEASURED = """
import gc
from tools.torture.workers import run

def attempt(number, folder):
    gc.collect()
    bytearray(b"x") * (300 << 20)
    return []

left = [bytearray(b"x") * (400 << 20)] if {garbage} else []
left.append(left)
gc.disable()
del left
(trial,) = run(1, attempt, name=str, processes=1)
print(trial.megabytes)
"""


# in a process as small as the tool's own is: what a large one gives back meanwhile is not to be told apart
@pytest.mark.parametrize("garbage", [False, True], ids=["", "beside garbage that is collected meanwhile"])
def test_memory_is_measured(garbage: bool, repository: Path) -> None:
    command = [sys.executable, "-c", MEASURED.format(garbage=garbage)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=repository)
    assert 250 < float(done.stdout) < 400


def test_time_is_measured() -> None:
    (trial,) = only(lambda folder: time.sleep(0.2))
    assert 0.2 <= trial.seconds < limits.SECONDS


def test_an_error_of_nobody_is_told_with_its_place() -> None:
    answer, faults = tried("a question", lambda: int("x"))
    assert answer is None
    assert faults[0].startswith("a question: ValueError at ")


def test_control_characters_of_an_error_are_told() -> None:
    def fail() -> None:
        raise OSError("a\x1b]0;b")

    assert tried("a question", fail)[1] == ["a question: its error: has the control character U+001B"]


# -- what is tried ---------------------------------------------------------------------------------------------------


def test_a_trial_can_be_made_again() -> None:
    assert headers.broken(17, 3) == headers.broken(17, 3) != headers.broken(18, 3)
    assert flips.flipped(17, 3) == flips.flipped(17, 3) != flips.flipped(18, 3)


def test_failures_of_one_kind_are_told_together() -> None:
    tally = Tally("some")
    for number in range(5):
        tally.add(Trial(f"some {number}", (f"value {number} is wrong",)))
    assert list(tally.failures()) == ["some: 5 times: value * is wrong   (some 0, some 1, some 2, ...)"]
    assert table([tally]).splitlines()[1].split()[:3] == ["some", "5", "5"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("kills", "--kills", "8"),
        ("catalogues", "--catalogues", "6"),
        ("forks", "--forks", "20"),
        ("threads", "--threads", "4"),
        ("flips", "--flips", "60"),
        ("truncations", "--truncations", "30"),
        ("headers", "--headers", "100"),
        ("hostile", "--hostile", "80"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_little_of_everything_is_borne(arguments: tuple[str, ...], capfd: pytest.CaptureFixture[str]) -> None:
    status = command.main(["--only", *arguments, "--processes", "2"])
    out, err = capfd.readouterr()
    assert status == 0, out + err
    # a connection that is left open would be told of the test during which it happens to be collected
    psycopg: Any = sys.modules.get("psycopg")
    connections = [each for each in gc.get_objects() if psycopg and isinstance(each, psycopg.Connection)]
    assert [each for each in connections if not each.closed] == []


def test_help_has_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--help"])
    assert "python -m tools.torture --only" in capsys.readouterr().out
