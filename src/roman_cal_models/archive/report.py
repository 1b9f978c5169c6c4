"""What became of many files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice

from .reading.file_reader import Failure

__all__ = ["KEPT", "Report"]

KEPT = 1000
"""How many names of each kind a report keeps: there may be millions."""


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
        Which were not ingested, and why: the first 1,000; all are in the table ``ingest_failures``. What the catalogue
        had of them before is still there.
    problems : int
        How many values of those that are new or were replaced do not fit into their columns.
    newer : int
        How many were left as they are because a newer release of RAD, or of this package, made their rows.
    failed : int
        How many were not ingested.
    missing : tuple of str
        Which files the catalogue has, or had, of the folders, prefixes and patterns that are not there any more: the
        first 1,000.
    gone : int
        How many these are.
    pruned : int
        Of how many of these the rows were removed.
    moved : tuple of (str, str)
        Which files are not there any more, but are new under another name: the first 1,000, with the old name and the
        new one. They are counted as ingested.
    renamed : int
        How many these are.
    """

    ingested: int
    unchanged: int
    replaced: int
    failures: tuple[Failure, ...]
    problems: int
    newer: int = 0
    failed: int = 0
    missing: tuple[str, ...] = ()
    gone: int = 0
    pruned: int = 0
    moved: tuple[tuple[str, str], ...] = ()
    renamed: int = 0

    def __post_init__(self) -> None:
        # who keeps all failures need not count them
        object.__setattr__(self, "failed", max(self.failed, len(self.failures)))
        object.__setattr__(self, "failures", self.failures[:KEPT])

    @classmethod
    def none(cls) -> Report:
        """Return the report of nothing."""
        return cls(0, 0, 0, (), 0)

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
            tuple(islice(chain.from_iterable(part.failures for part in parts), KEPT)),
            sum(part.problems for part in parts),
            newer=sum(part.newer for part in parts),
            failed=sum(part.failed for part in parts),
            missing=tuple(islice(chain.from_iterable(part.missing for part in parts), KEPT)),
            gone=sum(part.gone for part in parts),
            pruned=sum(part.pruned for part in parts),
            moved=tuple(islice(chain.from_iterable(part.moved for part in parts), KEPT)),
            renamed=sum(part.renamed for part in parts),
        )

    def __str__(self) -> str:
        text = f"{self.ingested} ingested, {self.unchanged} unchanged, {self.replaced} replaced, {self.failed} failed"
        if self.newer:
            text += f", {self.newer} left that a newer release made"
        if self.renamed:
            text += f", {self.renamed} moved"
        if self.gone:
            text += f", {self.gone} missing ({self.pruned} pruned)" if self.pruned else f", {self.gone} missing"
        return f"{text}; {self.problems} values do not fit into their columns" if self.problems else text
