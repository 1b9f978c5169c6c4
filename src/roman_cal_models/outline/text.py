"""An outline as lines of text, for terminals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from ..printable import printable
from .choice import Branch, choose
from .entry import Entry

__all__ = ["BOLD", "DIM", "headed_lines", "lines", "painted"]

_MOST = 100
_VALUE_WIDTH = 32
_NARROW_VALUE_WIDTH = 12
_TITLE_WIDTH = 24
_GAP = "  "
BOLD, DIM, _VALUE, _UNIT, _END = "\033[1m", "\033[2m", "\033[36m", "\033[33m", "\033[0m"


@dataclass(frozen=True, slots=True)
class _Row:
    """A line before it is laid out: what stands before the name, the name, the value, its unit, and the title."""

    branch: str
    name: str
    value: str
    unit: str
    title: str
    is_container: bool


def lines(
    entry: Entry, *, width: int | None = None, colours: bool = False, most: int = _MOST, rows: int | None = None
) -> Iterator[str]:
    """Yield an outline as text: a line a value, with its unit and its title.

    Parameters
    ----------
    entry : Entry
        What is shown; its own line is the first.
    width : int, optional
        The longest line; by default nothing is cut.
    colours : bool
        Whether parts are coloured, as terminals understand it.
    most : int
        How many members of one list or object are shown.
    rows : int, optional
        How many lines there may be, those of the upper levels first; by default any number.
    """
    return _laid_out(_rows(_chosen(entry, most, rows), "", ""), width, colours)


def headed_lines(
    entry: Entry, notes: Sequence[str] = (), *, width: int | None = None, most: int = _MOST, rows: int | None = None
) -> Iterator[str]:
    """Yield an outline as `lines` does, but with a heading in the place of its own line.

    Parameters
    ----------
    entry : Entry
        What is shown; its name is the first word.
    notes : sequence of str
        What else stands in the heading.
    width, most, rows
        As for `lines`.
    """
    yield painted([("  ".join(map(printable, (entry.name, *notes))), "")], width, False)
    top = _chosen(entry, most, rows)
    yield from _laid_out(islice(_rows(top, "", ""), 1, None), width, False)


def _chosen(entry: Entry, most: int, rows: int | None) -> Branch:
    top = Branch(entry)
    # the last line of too many tells how many more there are
    choose(top, None if rows is None else rows - 1, most + 1)
    return top


def _laid_out(rows: Iterable[_Row], width: int | None, colours: bool) -> Iterator[str]:
    rows = list(rows)
    names = max((len(row.branch) + len(row.name) for row in rows), default=0)
    values = min(max((len(row.value) + len(row.unit) for row in rows), default=0) + 1, _VALUE_WIDTH)
    if width is not None and width - names - values - 2 * len(_GAP) < _TITLE_WIDTH:
        # what something is called tells more than its class, but for the first, and for whether it is shown whole
        rows = [*rows[:1], *map(_without_class, rows[1:])]
        # the few longest names push the rest of their lines to the right
        names = min(names, max(width - _NARROW_VALUE_WIDTH - 2 * len(_GAP) - _TITLE_WIDTH, width * 2 // 5))
        values = max(min(values, width - names - 2 * len(_GAP) - _TITLE_WIDTH), _NARROW_VALUE_WIDTH)
    for row in rows:
        yield _line(row, names, values, width, colours)


def _rows(branch: Branch, before: str, below: str) -> Iterator[_Row]:
    entry = branch.entry
    is_container = entry.size is not None
    value = f"{entry.kind} …" if branch.size and not branch.members else entry.kind if is_container else entry.text
    name, value, unit, title = map(printable, (entry.name, value, entry.shown_unit, entry.title or ""))
    yield _Row(before, name, value, unit, title, is_container)
    for number, member in enumerate(branch.members, start=1):
        is_last = number == branch.size
        yield from _rows(member, below + ("└─ " if is_last else "├─ "), below + ("   " if is_last else "│  "))
    if branch.members and branch.hidden:
        yield _Row(f"{below}└─ ", f"… {branch.hidden} more", "", "", "", False)


def _without_class(row: _Row) -> _Row:
    return replace(row, value="…" if row.value.endswith("…") else "") if row.is_container and row.title else row


def _line(row: _Row, names: int, values: int, width: int | None, colours: bool) -> str:
    left = f"{row.branch}{row.name}"
    space = len(row.value) + (len(row.unit) + 1 if row.unit else 0)
    parts = [
        (row.branch, DIM),
        (row.name, BOLD if row.is_container else ""),
        (" " * (names - len(left)) + _GAP, ""),
        (row.value, DIM if row.is_container else _VALUE),
        (f" {row.unit}" if row.unit else "", _UNIT),
        (" " * (values - space) + _GAP if row.title else "", ""),
        (row.title, DIM),
    ]
    while parts and not parts[-1][0].strip():
        parts.pop()
    return painted(parts, width, colours)


def painted(parts: list[tuple[str, str]], width: int | None, colours: bool) -> str:
    """Return a line of texts, each with its colour, that is no longer than a width."""
    return "".join(f"{code}{text}{_END}" if colours and code and text else text for text, code in _cut(parts, width))


def _cut(parts: list[tuple[str, str]], width: int | None) -> Iterator[tuple[str, str]]:
    """Yield the parts that fit into a width; the last one ends with dots if there was more."""
    room = sum(len(text) for text, _ in parts) if width is None else width
    is_cut = sum(len(text) for text, _ in parts) > room
    for text, code in parts:
        if is_cut and len(text) >= room:
            yield text[: max(0, room - 1)].rstrip() + "…", code
            return
        yield text, code
        room -= len(text)
