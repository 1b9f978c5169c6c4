"""Arrays of a file that are read several at a time, before one after the other is built."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from ..foreign.arrays import is_in_block
from ..yaml import opened
from .deferred import FileValue, Source
from .lazy_dict import raw_members

__all__ = ["arrays_ahead"]


@contextmanager
def arrays_ahead(tree: Any, *, recursive: bool = True) -> Generator[None]:
    """Read the arrays of a node or a list that is built whole meanwhile, several at a time.

    Parameters
    ----------
    tree : ObjectNode or ListNode
        What is built.
    recursive : bool
        Whether what is nested is built as well.
    """
    wanted: dict[int, tuple[Source, list[Any]]] = {}
    top = getattr(tree, "_source", None)
    # a header is read a thousand times a second, and has none
    unread = () if top is not None and top.read_only else _unread(tree, recursive=recursive)
    for source, raw in unread:
        wanted.setdefault(id(source), (source, []))[1].append(raw)
    with ExitStack() as stack:
        for source, raws in wanted.values():
            stack.enter_context(source.ahead(raws))
        yield


def _unread(tree: Any, *, recursive: bool) -> Iterator[tuple[Source, Any]]:
    """Yield the foreign objects that are not built, each with its source, in the order in which they stand there."""
    stack: list[tuple[Any, Source | None]] = [(tree, None)]
    met = set[int]()
    while stack:
        value, source = stack.pop()
        value = opened(value)
        if not isinstance(value, (FileValue, dict, list)) or id(value) in met:
            continue
        met.add(id(value))
        if isinstance(value, FileValue):
            if not value.is_built:
                yield value.source, value.raw
        elif is_in_block(value):
            if source is not None:
                yield source, value
        elif recursive or value is tree:
            below = getattr(value, "_source", source)
            stack += [(raw, below) for _, raw in reversed(list(raw_members(value)))]
