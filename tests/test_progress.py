"""The bar of long work, at a terminal of its own."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from types import SimpleNamespace

import pytest

from roman_cal_models.progress import Bar

PROGRAM = """
import time
from roman_cal_models import progress as bars
bars._PATIENCE = 0.0
progress = bars.Progress([str(n) for n in range(4)])
for file in progress:
    time.sleep(0.01)
    if file == "2":
        progress.clear()
        print("a line")
print("the end")
"""


def run(program: str = PROGRAM, *, watched: bool) -> tuple[str, str]:
    """Return what was written to standard output and to standard error, a terminal if somebody watches."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=theirs if watched else subprocess.PIPE,
        text=True,
    ) as process:
        os.close(theirs)
        try:
            # a terminal gives what was written to it in any number of pieces
            told = b"".join(iter(lambda: _read(ours), b"")).decode()
        finally:
            os.close(ours)
        out, error = process.communicate(timeout=120)
    return out, told if watched else error


def _read(terminal: int) -> bytes:
    """Return what was written to a terminal; nothing at its end, which Linux tells by an error."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:
        return b""


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of its own")
def test_the_bar_moves_inside_of_a_file() -> None:
    program = """
from roman_cal_models import progress as bars
bars._PATIENCE = 0.0
progress = bars.Progress(["file"])
for _ in progress:
    progress.advance(0.5)
"""
    _, told = run(program, watched=True)
    assert "[" + "#" * 15 + "." * 15 + "] 0 of 1 files" in told


@pytest.mark.skipif(os.name != "posix", reason="needs a terminal of its own")
def test_a_bar_is_shown_and_taken_away() -> None:
    out, told = run(watched=True)
    assert out == "a line\nthe end\n"
    states = told.split("\r\033[K")
    assert states[0] == ""
    assert states[1] == "[" + "." * 30 + "] 0 of 4 files"
    assert states[2] == "[" + "#" * 7 + "." * 23 + "] 1 of 4 files"
    # before the line, and at the end
    assert states.count("") == 3
    assert told.endswith("\r\033[K")


def test_nobody_watches() -> None:
    assert run(watched=False) == ("a line\nthe end\n", "")


def drawn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], bar: Bar, done: int, note: str = ""
) -> str:
    """Return what a bar writes at an update, without waiting."""
    monkeypatch.setattr("roman_cal_models.progress._PATIENCE", -1.0)
    bar.update(done, note)
    return capsys.readouterr().err


def test_a_bar_without_a_total_counts(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(monkeypatch, capsys, Bar(None, is_drawn=True), 3) == "\r\033[K3 files"


def test_a_bar_shows_a_note(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    told = drawn(monkeypatch, capsys, Bar(4, is_drawn=True), 2, "1 failed")
    assert told == "\r\033[K[" + "#" * 15 + "." * 15 + "] 2 of 4 files, 1 failed"


def test_a_bar_of_no_files_is_drawn(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert drawn(monkeypatch, capsys, Bar(0, is_drawn=True), 0) == "\r\033[K[" + "." * 30 + "] 0 of 0 files"


def test_long_work_shows_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    times = iter([0.0, *[100.0] * 9])
    # of the module alone: other threads of this process have the time of day
    monkeypatch.setattr("roman_cal_models.progress.time", SimpleNamespace(monotonic=lambda: next(times)))
    assert drawn(monkeypatch, capsys, Bar(4, is_drawn=True), 1).endswith("] 1 of 4 files, 0:05:00 left")


def test_a_bar_leaves_its_last_state(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(4, is_drawn=True)
    bar.update(4)
    bar.close()
    assert capsys.readouterr().err == "\r\033[K[" + "#" * 30 + "] 4 of 4 files\n"


def test_a_bar_that_was_not_shown_leaves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar(4)
    bar.update(4)
    bar.close()
    assert capsys.readouterr().err == ""


def test_a_bar_that_is_not_wanted_is_not_drawn(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drawn(monkeypatch, capsys, Bar(4, is_drawn=False), 2) == ""
