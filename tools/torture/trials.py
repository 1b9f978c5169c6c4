"""What was tried, and what failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Options", "Tally", "Trial", "table"]


@dataclass(frozen=True, slots=True)
class Options:
    """Of a run.

    Parameters
    ----------
    count : int
        How many trials.
    seed : int
        They follow from it and their numbers.
    processes : int
        How many at the same time.
    listener : str
        Address on this machine, ``host:port``, at which nobody may call.
    """

    count: int
    seed: int
    processes: int
    listener: str


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial.

    Parameters
    ----------
    name : str
        By which it can be made again.
    faults : tuple of str
        What was wrong.
    seconds : float
        That it took.
    megabytes : float
        Memory that it took beyond what there was.
    """

    name: str
    faults: tuple[str, ...] = ()
    seconds: float = 0.0
    megabytes: float = 0.0


@dataclass
class Tally:
    """The trials of one kind, summed up."""

    what: str
    tried: int = 0
    failed: int = 0
    slowest: float = 0.0
    largest: float = 0.0
    kinds: dict[str, list[Trial]] = field(default_factory=dict)

    def add(self, trial: Trial) -> None:
        """Count a trial."""
        self.tried += 1
        self.failed += bool(trial.faults)
        self.slowest = max(self.slowest, trial.seconds)
        self.largest = max(self.largest, trial.megabytes)
        for fault in trial.faults:
            self.kinds.setdefault(_kind(fault), []).append(trial)

    def failures(self, shown: int = 3) -> Iterator[str]:
        """Yield each kind of failure, the most frequent first, with the names of some trials."""
        for kind, trials in sorted(self.kinds.items(), key=lambda item: -len(item[1])):
            names = ", ".join(trial.name for trial in trials[:shown]) + (", ..." if len(trials) > shown else "")
            yield f"{self.what}: {len(trials)} times: {kind}   ({names})"


def _kind(fault: str) -> str:
    """Return a fault without what differs from trial to trial."""
    return re.sub(r"0x[0-9a-f]+|\d+", "N", fault)[:300]


def table(tallies: list[Tally]) -> str:
    """Return the table of a run."""
    lines = [f"{'what':14}{'tried':>9}{'failed':>9}{'slowest':>11}{'memory':>10}"]
    lines += [
        f"{each.what:14}{each.tried:>9}{each.failed:>9}{each.slowest:>9.2f} s{each.largest:>7.0f} MB"
        for each in tallies
    ]
    return "\n".join(lines)
