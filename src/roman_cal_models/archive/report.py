"""What became of many files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .file_reader import Failure

__all__ = ["Report"]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the files.

    Parameters
    ----------
    ingested : int
        How many were new.
    unchanged : int
        How many were in the catalogue already.
    replaced : int
        How many were in the catalogue with another content.
    failures : tuple of Failure
        Which were not ingested, and why. What the catalogue had of them before is still there.
    problems : int
        How many values of those that are new or were replaced do not fit into their columns.
    newer : int
        How many were left as they are because a newer release of RAD, or of this package, made their rows.
    """

    ingested: int
    unchanged: int
    replaced: int
    failures: tuple[Failure, ...]
    problems: int
    newer: int = 0

    @classmethod
    def of(cls, parts: Sequence[Report]) -> Report:
        """Return the report of several runs as one.

        Parameters
        ----------
        parts : sequence of Report
            One of each run.
        """
        return cls(
            sum(part.ingested for part in parts),
            sum(part.unchanged for part in parts),
            sum(part.replaced for part in parts),
            tuple(failure for part in parts for failure in part.failures),
            sum(part.problems for part in parts),
            newer=sum(part.newer for part in parts),
        )

    @property
    def failed(self) -> int:
        """How many files were not ingested."""
        return len(self.failures)

    def __str__(self) -> str:
        text = f"{self.ingested} ingested, {self.unchanged} unchanged, {self.replaced} replaced, {self.failed} failed"
        if self.newer:
            text += f", {self.newer} left that a newer release made"
        return f"{text}; {self.problems} values do not fit into their columns" if self.problems else text
