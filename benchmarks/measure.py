"""How to measure: both sides in turns, so that noise of the machine meets both."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

__all__ = ["Result", "in_fresh_processes", "in_turns"]

# One round of a fast call lasts about this long, in seconds: short, so that some rounds meet no other work at all.
_ROUND = 0.002
_FEWEST = 3


@dataclass(frozen=True)
class Result:
    """What was measured of one thing.

    Parameters
    ----------
    name : str
        Of the benchmark.
    what : str
        What was done, in words.
    ours, peer : float
        Seconds, or megabytes.
    wanted : float or None
        How many times less ours should be.
    unit : {"s", "MB"}
        Of `ours` and `peer`.
    """

    name: str
    what: str
    ours: float
    peer: float
    wanted: float | None = None
    unit: Literal["s", "MB"] = "s"

    @property
    def ratio(self) -> float:
        """How many times less ours is than the peer's."""
        return self.peer / self.ours

    @property
    def is_missed(self) -> bool:
        """Whether less than the wanted ratio was reached."""
        return self.wanted is not None and self.ratio < self.wanted


def in_turns(ours: Callable[[], object], peer: Callable[[], object], *, seconds: float) -> tuple[float, float]:
    """Return the seconds that one call takes at best, of each, after a first one that does not count.

    Parameters
    ----------
    ours, peer : callable
        Called in turns.
    seconds : float
        How long to go on, but for three rounds at least.
    """
    _sync()
    calls = (ours, peer)
    numbers = [_number(call) for call in calls]
    best = [float("inf"), float("inf")]
    end = time.perf_counter() + seconds
    rounds = 0
    while rounds < _FEWEST or time.perf_counter() < end:
        rounds += 1
        for side, call in enumerate(calls):
            if numbers[side] == 1:
                _sync()
            best[side] = min(best[side], _seconds(call, numbers[side]) / numbers[side])
    return best[0], best[1]


def _sync() -> None:
    """Have what was written on the disk: what one side leaves to the system is not written in the time of the other."""
    if hasattr(os, "sync"):
        os.sync()


def _number(call: Callable[[], object]) -> int:
    """Return how many calls make a round, warming the call up."""
    call()
    return max(1, round(_ROUND / max(_seconds(call, 1), 1e-7)))


def _seconds(call: Callable[[], object], number: int) -> float:
    begin = time.perf_counter()
    for _ in range(number):
        call()
    return time.perf_counter() - begin


def in_fresh_processes(ours: str, peer: str, *arguments: Path, repeats: int) -> tuple[float, float]:
    """Return the median of what two programs print, each run in fresh processes, in turns.

    Parameters
    ----------
    ours, peer : str
        Programs; the last line that they print is a number. ``sys.argv[1:]`` are the `arguments`.
    *arguments : Path
        For both.
    repeats : int
        How often each is run.
    """
    programs = (ours, peer)
    printed: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for side, program in enumerate(programs):
            command = [sys.executable, "-c", program, *map(str, arguments)]
            # what a program complains of goes to the terminal
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            printed[side].append(float(done.stdout.split()[-1]))
    return median(printed[0]), median(printed[1])
