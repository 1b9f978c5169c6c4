"""Files that are gone: which of those that the catalogue holds, where the others went, and how their rows go."""

from __future__ import annotations

import os
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..errors import CatalogError
from .files.listing import Place
from .holdings import Holdings
from .inventory import HeldFile, Inventory
from .reading.file_reader import Failure
from .report import KEPT, Report

__all__ = ["Prune", "check_prune", "settle"]

Prune = bool | Literal["force"]

# Of so many files, half cannot be gone by themselves.
_MANY = 1000


def check_prune(prune: Prune) -> None:
    """Refuse another word.

    Raises
    ------
    CatalogError
        It is another.
    """
    if prune not in (True, False, "force"):
        raise CatalogError(f"prune is True, False or 'force', not {prune!r}")


def settle(inventory: Inventory, holdings: Holdings, places: Sequence[Place], *, prune: Prune) -> Report:
    """Return what is gone and what has moved of places that were listed to their end, and remove what is gone.

    Files that came into the catalogue since the run began are left alone.

    Parameters
    ----------
    inventory : Inventory
        Of the catalogue, with everything that the run has put into it.
    holdings : Holdings
        What it held, and what of that was met.
    places : sequence of Place
        All of the run.
    prune : bool or {"force"}
        As for `ingest`.
    """
    survey = _Survey([_Gone(place) for place in places if place.is_complete])
    if not survey.all:
        return Report.none()
    moved: list[tuple[str, str]] = []
    renamed = 0
    names: list[str] = []
    for rows in _missed(inventory, holdings, survey):
        pairs = _move(inventory, holdings, rows)
        renamed += len(pairs)
        moved += pairs[: KEPT - len(moved)]
        old = {pair[0] for pair in pairs}
        for row in rows:
            if row.file not in old:
                survey.where(row.file)[0].ids.append(row.id)
                names += [row.file] * (len(names) < KEPT)
    _forget_failures(inventory, holdings, survey, prune=bool(prune))
    doubtful = [gone for gone in survey.all if gone.is_doubtful and prune is True]
    return Report(
        0,
        0,
        0,
        tuple(gone.refusal() for gone in doubtful),
        0,
        missing=tuple(names),
        gone=sum(len(gone.ids) for gone in survey.all),
        pruned=sum(inventory.remove(gone.ids, holdings.began) for gone in survey.all if prune and gone not in doubtful),
        moved=tuple(moved),
        renamed=renamed,
    )


@dataclass(slots=True, eq=False)
class _Gone:
    """What is gone of a place."""

    place: Place
    held: int = 0
    ids: array[int] = field(default_factory=lambda: array("q"))

    @property
    def is_doubtful(self) -> bool:
        """Whether it looks as if the place was not there: nothing is left, or not half of many."""
        number = len(self.ids)
        return number > 0 and (not self.place.found or (self.held >= _MANY and 2 * number > self.held))

    def refusal(self) -> Failure:
        """Return why nothing is removed."""
        told = f"{len(self.ids)} of the {self.held} files that the catalogue has of it are not there"
        return Failure(self.place.name, f"{told}: they are kept, unless prune is 'force'")


class _Survey:
    """What is gone of places, found by the names of files."""

    def __init__(self, found: list[_Gone]) -> None:
        self.all = found
        self.roots: dict[str, list[_Gone]] = defaultdict(list)
        for gone in found:
            self.roots[gone.place.root].append(gone)

    def where(self, file: str) -> list[_Gone]:
        """Return the places that a file is listed in, if it is there."""
        ends = (end + 1 for end, letter in enumerate(file) if letter == "/")
        return [gone for end in ends for gone in self.roots.get(file[:end], ()) if gone.place.holds(file)]


def _missed(inventory: Inventory, holdings: Holdings, survey: _Survey) -> Iterator[list[HeldFile]]:
    """Yield files that were in a place before the run and were not met there, some at a time."""
    for page in inventory.pages(survey.roots, holdings.last, holdings.began):
        gone = []
        for number, file in page:
            found = survey.where(file)
            if found:
                found[0].held += 1
                gone += [] if holdings.has_met(number) else [number]
        # whatever the listing said: a file of this machine can be looked for
        yield [row for row in inventory.of_numbers(gone) if "://" in row.file or not os.path.lexists(row.file)]


def _move(inventory: Inventory, holdings: Holdings, gone: Sequence[HeldFile]) -> list[tuple[str, str]]:
    """Give the rows of files that are gone to new ones of the same header; return the old and the new names."""
    homes: dict[str, list[HeldFile]] = defaultdict(list)
    for row in inventory.of_headers(sorted({row.header for row in gone}), holdings.last):
        homes[row.header].append(row)
    pairs: list[tuple[HeldFile, HeldFile]] = []
    for row in gone:
        fitting = [home for home in homes.get(row.header, []) if _are_as_long(home, row)]
        if fitting:
            name = os.path.basename(row.file)
            home = next((each for each in fitting if os.path.basename(each.file) == name), fitting[0])
            homes[row.header].remove(home)
            pairs.append((row, home))
    return [(old.file, new.file) for old, new in inventory.move(pairs)]


def _forget_failures(inventory: Inventory, holdings: Holdings, survey: _Survey, *, prune: bool) -> None:
    """Remove failures of places that were listed now and, with `prune`, of files that are not there any more."""
    inventory.forget_failures([gone.place.name for gone in survey.all if gone.place.found], holdings.began)
    if prune:
        for page in inventory.failed(holdings.began):
            inventory.forget_failures([file for file in page if survey.where(file)], holdings.began)


def _are_as_long(one: HeldFile, other: HeldFile) -> bool:
    return one.size is None or other.size is None or one.size == other.size
