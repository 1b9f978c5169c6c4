"""Whether a text is read, or refused, as asdf's own loader does it."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml
from asdf.tagged import TaggedDict, TaggedList, TaggedString
from asdf.yamlutil import AsdfLoader

from roman_cal_models.yaml import (
    Limits,
    TaggedMapping,
    TaggedScalar,
    TaggedSequence,
    YamlError,
    YamlLimitError,
    load,
    load_along,
    opened,
    read,
)

__all__ = ["REFUSED", "assert_read_as_asdf_reads", "assert_same", "load_with_asdf"]

TAGGED = {TaggedMapping: TaggedDict, TaggedSequence: TaggedList, TaggedScalar: TaggedString}

REFUSED: Any = object()
"""Stands for what asdf gives of a text that it refuses."""

_LIMITS = Limits(depth=1000, nodes=10**7, items=10**6)


def load_with_asdf(text: bytes | str) -> Any:
    """Return what asdf's loader gives."""
    try:
        return yaml.load(text, Loader=AsdfLoader)
    except MemoryError:
        raise
    except Exception:
        # PyYAML refuses with whatever its constructors happen to raise
        return REFUSED


def assert_read_as_asdf_reads(text: bytes | str) -> None:
    """Compare what both readers give, and what ours gives if it leaves parts unread at first."""
    expected = load_with_asdf(text)
    try:
        value = load(text)
    except YamlError as error:
        assert expected is REFUSED, f"ours refuses: {error}"
    else:
        assert expected is not REFUSED, "asdf's refuses, ours gives a value"
        assert_same(value, expected)
    try:
        parts = _parts_of(text, _path(expected))
    except YamlLimitError:
        pass  # a tree that holds itself
    except YamlError as error:
        assert expected is REFUSED, f"ours refuses a part: {error}"
    else:
        # what is broken need not show before it is asked for, nor what a later value of the same key hides
        if expected is not REFUSED:
            assert_same(parts, expected)


def _path(tree: Any) -> tuple[str, ...]:
    """Return the keys of the first mapping in a mapping, and of the first one in that."""
    path: tuple[str, ...] = ()
    while isinstance(tree, dict) and len(path) < 2:
        key = next((key for key, value in tree.items() if isinstance(key, str) and isinstance(value, dict)), None)
        if key is None:
            break
        tree = tree[key]
        path = (*path, key)
    return path


def _parts_of(text: bytes | str, path: tuple[str, ...]) -> Any:
    """Return what a text says, its parts read one by one."""
    tree = load_along(text, path, _LIMITS, lambda error: error)
    mappings = [tree]
    for key in path:
        mappings.insert(0, opened(mappings[0].get(key)) if isinstance(mappings[0], dict) else None)
    for mapping in mappings:
        if isinstance(mapping, dict):
            # the last one first: no part may depend on one that was read before it
            for key in reversed(list(mapping)):
                mapping[key] = read(mapping[key])
    return tree


def assert_same(ours: Any, theirs: Any, seen: dict[Any, Any] | None = None) -> None:
    """Compare types, values and their order, and what is shared."""
    seen = {} if seen is None else seen
    assert TAGGED.get(type(ours), type(ours)) is type(theirs), (ours, theirs)
    if type(ours) in TAGGED:
        assert ours.tag == theirs._tag
    if isinstance(ours, dict | list | set | TaggedScalar):
        # one entry for each side: two of ours must not stand for one of theirs, nor the other way round
        known = seen.setdefault(("ours", id(ours)), theirs) is theirs, seen.setdefault(id(theirs), ours) is ours
        assert all(known), "shared differently"
        if ("done", id(ours)) in seen:
            return
        seen["done", id(ours)] = ours
    if isinstance(ours, dict):
        theirs = getattr(theirs, "data", theirs)
        assert len(ours) == len(theirs)
        for pair, expected in zip(ours.items(), theirs.items(), strict=True):
            assert_same(pair[0], expected[0], seen)
            assert_same(pair[1], expected[1], seen)
    elif isinstance(ours, list | tuple):
        theirs = getattr(theirs, "data", theirs)
        assert len(ours) == len(theirs)
        for item, expected in zip(ours, theirs, strict=True):
            assert_same(item, expected, seen)
    elif isinstance(ours, set):
        assert sorted(map(repr, ours)) == sorted(map(repr, theirs))
    elif isinstance(ours, float):
        assert repr(ours) == repr(theirs)
    elif isinstance(ours, date):
        assert ours.isoformat() == theirs.isoformat()
    else:
        assert str(ours) == str(theirs)
