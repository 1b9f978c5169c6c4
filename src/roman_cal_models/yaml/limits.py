"""How much a document may hold: looked at before it is read, so that a hostile one costs little, and after."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import Any

from .values import TaggedMapping, TaggedSequence, YamlError

__all__ = ["Limits", "YamlLimitError", "check_text", "check_tree", "is_surely_small"]

_COLLECTIONS = frozenset({dict, list, tuple, TaggedMapping, TaggedSequence, OrderedDict})


@dataclass(frozen=True, slots=True)
class Limits:
    """What a document may hold.

    Parameters
    ----------
    depth : int
        Collections within collections.
    nodes : int
        Values, each counted wherever an alias repeats it.
    items : int
        Values in one collection.
    """

    depth: int
    nodes: int
    items: int


class YamlLimitError(YamlError):
    """The document holds more than it may.

    Parameters
    ----------
    message : str
        What there is too much of.
    limit : {"depth", "nodes", "items"}
        Which limit.
    line : int, optional
        The line where it shows, counted from 1.
    """

    def __init__(self, message: str, limit: str, line: int | None = None) -> None:
        self.limit = limit
        super().__init__(message, line)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.limit, self.line)


def is_surely_small(data: bytes | str, limits: Limits) -> bool:
    """Return True if a text is too short to break the limit of nodes, but for its aliases."""
    # no character begins more than two values, as in "[" or ":", whose second one is null
    return 2 * len(data) < limits.nodes


def check_text(data: bytes | str, limits: Limits) -> None:
    """Refuse a text that holds too much, without making values of it.

    Raises
    ------
    YamlLimitError
        It does.
    YamlError
        It is not YAML.
    """
    import yaml

    from .pyyaml_reader import parsed

    nodes = 0
    items = [0]
    for event in parsed(data, limits.depth, partial(_too_deep, limits)):
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            items[-1] += 1
            line = event.start_mark.line + 1
            if nodes > 2 * limits.nodes:  # keys do not count as values, so there are at least half as many
                raise _too_many_nodes(limits, line)
            if items[-1] > 2 * limits.items:
                raise _too_many_items(limits, line)
        if isinstance(event, yaml.CollectionStartEvent):
            items.append(0)
        elif isinstance(event, yaml.CollectionEndEvent):
            items.pop()


def check_tree(tree: Any, limits: Limits, depth: int = 0, nodes: int = 1) -> int:
    """Refuse a tree that holds too much, aliases followed.

    Parameters
    ----------
    tree : object
        What was read.
    limits : Limits
        What it may hold at most.
    depth, nodes : int
        Of a part of a document: in how many collections it stands, and how many values were counted already, with
        this one.

    Returns
    -------
    int
        How many values are counted now.

    Raises
    ------
    YamlLimitError
        It does.
    """
    level: list[Any] = [tree] if tree.__class__ in _COLLECTIONS else []
    while level:
        depth += 1
        if depth > limits.depth:
            raise _too_deep(limits)
        next_level: list[Any] = []
        for collection in level:
            nodes += len(collection)
            if len(collection) > limits.items:
                raise _too_many_items(limits)
            if nodes > limits.nodes:
                raise _too_many_nodes(limits)
            for value in collection.values() if isinstance(collection, dict) else collection:
                if value.__class__ in _COLLECTIONS:
                    next_level.append(value)
        level = next_level
    return nodes


def _too_deep(limits: Limits, line: int | None = None) -> YamlLimitError:
    return YamlLimitError(f"nested more than {limits.depth} deep", "depth", line)


def _too_many_nodes(limits: Limits, line: int | None = None) -> YamlLimitError:
    return YamlLimitError(f"more than {limits.nodes} values, aliases followed", "nodes", line)


def _too_many_items(limits: Limits, line: int | None = None) -> YamlLimitError:
    return YamlLimitError(f"more than {limits.items} values in one list or mapping", "items", line)
