"""What a run asks a catalogue of the files that it holds, whatever it is kept in, and has done with them."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from .reading.file_reader import HEADER_DIGITS, Known

__all__ = ["HeldFile", "Inventory", "slices"]

_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file of a catalogue.

    Parameters
    ----------
    id : int
        Its number.
    file : str
        Its name in the tables.
    content : str
        As of `FileRead`, as is the next.
    size : int or None
        Of the file, in bytes.
    """

    id: int
    file: str
    content: str
    size: int | None

    @property
    def header(self) -> str:
        """What its content tells of the header alone."""
        return self.content[:HEADER_DIGITS]


class Inventory(Protocol):
    """The files of a catalogue; a new one gets a larger number than those that are there."""

    def known(self, files: Sequence[str]) -> Mapping[str, Known]:
        """Return what there is of those files that it knows, by file."""
        ...

    def failing(self, files: Sequence[str]) -> Collection[str]:
        """Return those files that failed when they were read last."""
        ...

    def last_number(self) -> int:
        """Return the largest number of a file, 0 if there is none."""
        ...

    def pages(
        self, roots: Collection[str], last: int, before: datetime.datetime
    ) -> Iterator[Sequence[tuple[int, str]]]:
        """Yield numbers and names of files, some at a time, in the order of their numbers.

        Parameters
        ----------
        roots : collection of str
            What the names begin with; there may be others among them.
        last : int
            The largest number.
        before : datetime
            Files are left out that came in, or were replaced, since then.
        """
        ...

    def of_numbers(self, numbers: Sequence[int]) -> list[HeldFile]:
        """Return the files of some numbers."""
        ...

    def of_headers(self, headers: Sequence[str], after: int) -> list[HeldFile]:
        """Return the files of some headers whose numbers are larger than another, in the order of these."""
        ...

    def move(self, pairs: Sequence[tuple[HeldFile, HeldFile]]) -> list[tuple[HeldFile, HeldFile]]:
        """Leave one of two files of the same header: with the name of the second one, and its rows if they are newer.

        Where numbers are seen, it has that of the first one. What is returned are the pairs of which it could be done.
        """
        ...

    def remove(self, numbers: Sequence[int], before: datetime.datetime) -> int:
        """Remove the rows of files that did not come in, or were replaced, since a time; return of how many."""
        ...

    def failed(self, before: datetime.datetime) -> Iterator[Sequence[str]]:
        """Yield the files that failed before a time, some at a time; what was yielded may be forgotten meanwhile."""
        ...

    def forget_failures(self, files: Iterable[str], before: datetime.datetime) -> None:
        """Remove the failures of files, unless they failed since then."""
        ...


def slices(values: Sequence[_Value], size: int) -> Iterator[Sequence[_Value]]:
    """Yield values, so many at a time."""
    return (values[start : start + size] for start in range(0, len(values), size))
