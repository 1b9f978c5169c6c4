"""Which entries of an outline are shown where there is not room for all: those of the upper levels first."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from .entry import Entry

__all__ = ["Branch", "choose", "choose_by_level"]


@dataclass(slots=True)
class Branch:
    """An entry, and those of its members that are shown.

    Parameters
    ----------
    entry : Entry
        The entry.
    members : list of Branch
        None before it is chosen which.
    """

    entry: Entry
    members: list[Branch] = field(default_factory=list["Branch"])

    @property
    def size(self) -> int:
        """How many members there are."""
        return self.entry.size or 0

    @property
    def hidden(self) -> int:
        """How many of them are not shown."""
        return self.size - len(self.members)

    def show(self, most: int) -> None:
        """Show so many members; the last line of too many is for how many there are more."""
        shown = self.size if self.size <= most else max(0, most - 1)
        self.members = [Branch(member) for member in islice(self.entry.members(), shown)]


def choose(top: Branch, rows: int | None, most: int | None = None) -> bool:
    """Choose as much as fits, level by level.

    Parameters
    ----------
    top : Branch
        The whole.
    rows : int or None
        How many lines there are for what is below it; None for any number.
    most : int, optional
        How many lines there are for the members of one entry.

    Returns
    -------
    bool
        Whether that is all.
    """
    is_whole = True
    left = rows
    level = [top]
    while level:
        for branch in level:
            branch.show(min([branch.size, *(room for room in (left, most) if room is not None)]))
            if branch.members and left is not None:
                # a line for what is hidden; nothing more is shown then if the room is at its end
                left -= len(branch.members) + bool(branch.hidden)
            is_whole = is_whole and not branch.hidden
        level = [member for branch in level for member in branch.members]
    return is_whole


def choose_by_level(top: Branch, rows: tuple[int | None, ...]) -> bool:
    """Choose as many members of each entry as are given for its level, see `choose`."""
    is_whole = True
    level = [top]
    for most in (*rows, 0):
        for branch in level:
            branch.show(branch.size if most is None else most)
            is_whole = is_whole and not branch.hidden
        level = [member for branch in level for member in branch.members]
    return is_whole
