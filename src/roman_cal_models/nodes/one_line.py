"""A node on one line: what a log, an error message and another's `repr` quote of it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from ..printable import printable
from ..schema import installed
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence, opened
from .deferred import Deferred
from .lazy_dict import raw_items
from .outline_builder import outline_of_value

__all__ = ["one_line"]

# The whole line, one text of it, and the items of one list; a node may hold itself, at any depth.
_LONGEST = 10_000
_LONGEST_TEXT = 60
_MOST_ITEMS = 8
_DEEPEST = 20


def one_line(node: Any) -> str:
    """Return a node as ``Exposure({'type': 'WFI_IMAGE', 'start_time': <Time 2027-01-31T12:00:00.000>, ...})``.

    Only what stands in the node is looked at: nothing is built, no file is touched. So whatever is nested stands in it
    as a plain dict or list, whether it is a node yet or not.
    """
    pieces, left = [], _LONGEST
    for piece in _pieces(node, 0):
        left -= len(piece)
        if left < 0:
            pieces.append("...")
            break
        pieces.append(piece)
    return printable(f"{type(node).__name__}({''.join(pieces)})")


def _pieces(value: Any, depth: int) -> Iterator[str]:
    value = opened(value)
    if isinstance(value, Deferred) and value.is_built:
        value = value.get(lambda: "")
    if _is_foreign(value):
        yield _leaf(value)
    elif isinstance(value, dict):
        yield from _enclosed("{}", _members(value, depth) if depth < _DEEPEST else iter(["..."]))
    elif isinstance(value, (list, tuple)):
        yield from _enclosed("[]", _items(value, depth) if depth < _DEEPEST else iter(["..."]))
    else:
        yield _leaf(value)


def _is_foreign(value: Any) -> bool:
    """Return whether it is the YAML of a foreign object; nodes that wait to be built bear tags as well."""
    is_tagged = isinstance(value, (TaggedMapping, TaggedSequence, TaggedScalar))
    return isinstance(value, Deferred) or (is_tagged and not installed().store.is_node(value.tag))


def _enclosed(brackets: str, pieces: Iterator[str]) -> Iterator[str]:
    yield brackets[0]
    yield from pieces
    yield brackets[1]


def _members(value: dict[Any, Any], depth: int) -> Iterator[str]:
    for number, (key, member) in enumerate(raw_items(value)):
        yield f"{', ' if number else ''}{key!r}: "
        yield from _pieces(member, depth + 1)


def _items(value: Any, depth: int) -> Iterator[str]:
    for number, item in enumerate(islice(value, _MOST_ITEMS)):
        yield ", " if number else ""
        yield from _pieces(item, depth + 1)
    if len(value) > _MOST_ITEMS:
        yield f", ... ({len(value)} items)"


def _leaf(value: Any) -> str:
    if value is None or (isinstance(value, (str, bool, int, float)) and not _is_foreign(value)):
        text = _text(value)
        return text if len(text) <= _LONGEST_TEXT else f"{text[: _LONGEST_TEXT - 3]}..."
    entry = outline_of_value("", value)
    if entry.shape is not None and entry.kind == "array":
        shape = tuple("?" if size is None else size for size in entry.shape)
        return f"<array {entry.dtype} {shape}>"
    text = "" if entry.size is not None else entry.text
    return text if text.startswith("<") else f"<{entry.kind} {text}>" if text else f"<{entry.kind}>"


def _text(value: Any) -> str:
    try:
        return repr(value)
    except ValueError:  # an int of more digits than Python writes
        return f"<{type(value).__name__}>"
