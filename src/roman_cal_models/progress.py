"""A bar on standard error that tells how far long work on files is."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

__all__ = ["Bar", "Progress"]

_File = TypeVar("_File")

_WIDTH = 30
_PATIENCE = 0.5  # seconds without a bar, and between two of its states
_LONG = 10.0  # seconds after which the time that is left can be guessed
_CLEAR = "\r\033[K"


class Bar:
    """How many files of how many are done.

    Parameters
    ----------
    total : int or None
        How many there are; None if it is not known.
    is_drawn : bool, optional
        Whether to draw it; by default if standard error is a terminal.
    """

    def __init__(self, total: int | None, *, is_drawn: bool | None = None) -> None:
        self.total = total
        self.is_shown = False
        self._is_drawn = is_drawn
        self._start = self._last = time.monotonic()
        self._state: tuple[float, str] = (0.0, "")

    def update(self, done: float, note: str = "") -> None:
        """Tell how many files are done; what is shown changes only now and then.

        Parameters
        ----------
        done : float
            How many, counting a part of a file as well.
        note : str
            What else there is to tell.
        """
        self._state = done, note
        if time.monotonic() - self._last > _PATIENCE and self._is_wanted():
            self._last = time.monotonic()
            self._show()

    def clear(self) -> None:
        """Take the bar away, before something else is printed."""
        if self.is_shown:
            _write(_CLEAR)
            self.is_shown = False

    def close(self) -> None:
        """Leave the last state on a line of its own."""
        if self.is_shown or self._is_drawn:
            self._show()
            _write("\n")
            self.is_shown = False

    def _is_wanted(self) -> bool:
        return sys.stderr.isatty() if self._is_drawn is None else self._is_drawn

    def _show(self) -> None:
        done, note = self._state
        _write(_CLEAR + ", ".join(filter(None, [self._count(done), note, self._left(done)])))
        self.is_shown = True

    def _count(self, done: float) -> str:
        if self.total is None:
            return f"{int(done)} files"
        full = int(_WIDTH * done) // max(self.total, 1)
        return f"[{'#' * full}{'.' * (_WIDTH - full)}] {int(done)} of {self.total} files"

    def _left(self, done: float) -> str:
        """Return how long the work still takes, if that can be guessed."""
        passed = time.monotonic() - self._start
        if self.total is None or not 0 < done < self.total or passed < _LONG:
            return ""
        from datetime import timedelta

        return f"{timedelta(seconds=round(passed * (self.total - done) / done))} left"


class Progress(Generic[_File]):
    """Files one by one, and on long work a bar, if a person watches.

    Parameters
    ----------
    files : sequence
        What is gone through.
    """

    def __init__(self, files: Sequence[_File]) -> None:
        self.files = files
        self._bar = Bar(len(files))
        self._number = 0

    def __iter__(self) -> Iterator[_File]:
        try:
            for number, file in enumerate(self.files):
                self._number = number
                self.advance(0)
                yield file
        finally:
            self.clear()

    def advance(self, part: float) -> None:
        """Tell how much of the present file is done, of 1."""
        self._bar.update(self._number + part)

    def clear(self) -> None:
        """Take the bar away, before something is printed."""
        self._bar.clear()


def _write(text: str) -> None:
    stream: Any = sys.stderr
    # a stream that escapes what commands a terminal has another way in for codes of ours
    getattr(stream, "write_styled", stream.write)(text)
    stream.flush()
