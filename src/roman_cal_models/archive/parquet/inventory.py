"""The files that a Parquet data set holds, for a run that looks for what is gone."""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ..holdings import Numbers
from ..inventory import HeldFile
from ..reading.file_reader import Known
from .writer import DataSet

__all__ = ["ParquetInventory"]


class ParquetInventory:
    """What `Inventory` says, in a data set: no other run changes it meanwhile.

    Parameters
    ----------
    data_set : DataSet
        Of the run.
    """

    def __init__(self, data_set: DataSet) -> None:
        self._data_set = data_set
        self._manifest = data_set.manifest
        self._gone = array("q")
        self._taken = Numbers()

    def known(self, files: Sequence[str]) -> Mapping[str, Known]:
        """Return what there is of those files that it knows, by file."""
        return self._manifest.known(files)

    def failing(self, files: Sequence[str]) -> set[str]:
        """Return those files that failed when they were read last."""
        return set(self._manifest.failing(files))

    def last_number(self) -> int:
        """Return the largest number of a file, 0 if there is none."""
        return self._manifest.last_number()

    def pages(
        self, roots: Collection[str], last: int, before: datetime.datetime
    ) -> Iterator[Sequence[tuple[int, str]]]:
        """Yield numbers and names of files, some at a time: what this run has replaced is among those it has met."""
        return self._manifest.pages(roots, last)

    def of_numbers(self, numbers: Sequence[int]) -> list[HeldFile]:
        """Return the files of some numbers."""
        return self._manifest.of_numbers(numbers)

    def of_headers(self, headers: Sequence[str], after: int) -> list[HeldFile]:
        """Return the files of some headers whose numbers are larger than another, but for those that others are."""
        return [held for held in self._manifest.of_headers(headers, after) if held.id not in self._taken]

    def move(self, pairs: Sequence[tuple[HeldFile, HeldFile]]) -> list[tuple[HeldFile, HeldFile]]:
        """Have the first of two files of the same header removed by `finish`, unless a newer release made its rows."""
        known = self.known([held.file for pair in pairs for held in pair])
        moved = [(old, new) for old, new in pairs if not known[old.file].made_by.is_newer_than(known[new.file].made_by)]
        for old, new in moved:
            self._gone.append(old.id)
            self._taken.add(new.id)
        return moved

    def remove(self, numbers: Sequence[int], before: datetime.datetime) -> int:
        """Have the rows of files removed by `finish`; return of how many."""
        self._gone.extend(numbers)
        return len(numbers)

    def failed(self, before: datetime.datetime) -> Iterator[Sequence[str]]:
        """Yield the files that failed before a time, some at a time."""
        return self._manifest.failed(before.isoformat())

    def forget_failures(self, files: Iterable[str], before: datetime.datetime) -> None:
        """Remove the failures of files, unless they failed since then."""
        self._manifest.forget_failures(files, before.isoformat())

    def finish(self) -> None:
        """Remove the rows of all that are gone: together, because it means to write parts again."""
        self._data_set.remove(self._gone)
        self._gone = array("q")
