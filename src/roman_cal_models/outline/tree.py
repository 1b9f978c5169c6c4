"""An outline as asdf prints trees: a line a value, no more lines than wanted, those of the upper levels first."""

from __future__ import annotations

from collections.abc import Iterator

from ..printable import printable
from .choice import Branch, choose, choose_by_level
from .entry import Entry
from .text import BOLD, DIM, painted

__all__ = ["tree"]

# as Python calls what the outline calls otherwise
_KINDS = {"array": "ndarray", "null": "NoneType", "object": "dict", "wcs": "WCS"}


def tree(
    entry: Entry,
    *,
    max_rows: int | tuple[int | None, ...] | None,
    max_cols: int | None,
    show_values: bool,
    colours: bool = False,
) -> Iterator[str]:
    """Yield an outline as lines: ``file_date (Time): 2027-01-31T12:00:00.000 # File Creation Date``.

    Parameters
    ----------
    entry : Entry
        What is shown; its own line is the first.
    max_rows : int, tuple or None
        How many lines; in a tuple, how many for the members of each entry, level by level; None for all.
    max_cols : int or None
        The longest line; None cuts nothing.
    show_values : bool
        Whether values are shown, or only their types; those of arrays, and their shapes, always are.
    colours : bool
        Whether names stand out, as terminals understand it.
    """
    top = Branch(entry)
    if isinstance(max_rows, tuple):
        is_whole = choose_by_level(top, max_rows)
    else:
        # one for the top, and one to tell that something is missing
        is_whole = choose(top, None if max_rows is None else max_rows - 2)
    for parts in _lines(top, "", "", show_values):
        yield painted(parts, max_cols, colours)
    if not is_whole:
        yield painted([("Some nodes not shown.", DIM)], max_cols, colours)


def _lines(branch: Branch, before: str, below: str, show_values: bool) -> Iterator[list[tuple[str, str]]]:
    yield [(before, DIM), *_parts(branch, show_values)]
    for number, member in enumerate(branch.members, start=1):
        is_last = number == branch.size
        yield from _lines(member, below + ("└─" if is_last else "├─"), below + ("  " if is_last else "│ "), show_values)
    if branch.members and branch.hidden:
        yield [(below + "└─", DIM), (f"{branch.hidden} not shown", DIM)]


def _parts(branch: Branch, show_values: bool) -> Iterator[tuple[str, str]]:
    entry = branch.entry
    yield printable(entry.name), BOLD
    yield f" ({printable(_KINDS.get(entry.kind, entry.kind))})", ""
    value = _value(entry, show_values)
    if value:
        yield f": {printable(value)}", ""
    if entry.title:
        yield f" # {printable(' '.join(entry.title.split()))}", DIM
    if branch.size and not branch.members:
        yield " ...", DIM


def _value(entry: Entry, show_values: bool) -> str:
    """Return a value as Python writes it, with its unit; of an array its type and shape."""
    if entry.size is not None:
        return ""
    if entry.dtype is not None or entry.shape is not None:
        return f"{entry.text} {entry.shown_unit}".rstrip()
    if not show_values or (entry.value is None and entry.kind != "null"):
        return ""
    return f"{entry.text if isinstance(entry.value, str) else _python(entry)} {entry.shown_unit}".rstrip()


def _python(entry: Entry) -> str:
    try:
        return str(entry.value)
    except ValueError:  # a number of more digits than Python writes
        return entry.text
