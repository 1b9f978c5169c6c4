"""What a terminal is given that a file is not: colours, and a bar that tells how far it is."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

__all__ = ["Progress", "has_colours"]

_File = TypeVar("_File")

_WIDTH = 30
_PATIENCE = 0.5  # seconds without a bar, and between two of its states
_CLEAR = "\r\033[K"


def has_colours() -> bool:
    """Tell whether the output is coloured: at a terminal, unless its user does not want it (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


class Progress(Generic[_File]):
    """Files one by one, and on long work a bar on standard error, if a person watches.

    Parameters
    ----------
    files : sequence
        What is gone through.
    """

    def __init__(self, files: Sequence[_File]) -> None:
        self.files = files
        self.is_shown = False
        self._number = 0
        self._last = 0.0

    def __iter__(self) -> Iterator[_File]:
        self._last = time.monotonic()
        for number, file in enumerate(self.files):
            self._number = number
            self.advance(0)
            yield file
        self.clear()

    def advance(self, part: float) -> None:
        """Tell how much of the present file is done, of 1; what is shown changes only now and then."""
        if sys.stderr.isatty() and time.monotonic() - self._last > _PATIENCE:
            self._last = time.monotonic()
            self._show(part)

    def clear(self) -> None:
        """Take the bar away, before something is printed."""
        if self.is_shown:
            print(_CLEAR, end="", file=sys.stderr, flush=True)
            self.is_shown = False

    def _show(self, part: float) -> None:
        done = int(_WIDTH * (self._number + part)) // len(self.files)
        bar = "#" * done + "." * (_WIDTH - done)
        print(f"{_CLEAR}[{bar}] {self._number} of {len(self.files)} files", end="", file=sys.stderr, flush=True)
        self.is_shown = True
