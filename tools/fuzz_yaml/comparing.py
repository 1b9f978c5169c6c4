"""Whether a text is read, or refused, as asdf's own loader does it."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml
from asdf.tagged import TaggedDict, TaggedList, TaggedString
from asdf.yamlutil import AsdfLoader

from roman_cal_models.yaml import TaggedMapping, TaggedScalar, TaggedSequence, YamlError, load

__all__ = ["REFUSED", "assert_read_as_asdf_reads", "assert_same", "load_with_asdf"]

TAGGED = {TaggedMapping: TaggedDict, TaggedSequence: TaggedList, TaggedScalar: TaggedString}

REFUSED: Any = object()
"""Stands for what asdf gives of a text that it refuses."""


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
    """Compare what both readers give."""
    expected = load_with_asdf(text)
    try:
        value = load(text)
    except YamlError as error:
        assert expected is REFUSED, f"ours refuses: {error}"
        return
    assert expected is not REFUSED, "asdf's refuses, ours gives a value"
    assert_same(value, expected)


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
