"""Integers of any size, which asdf writes as words of 32 bits."""

from __future__ import annotations

from typing import Any

from ..yaml import TaggedMapping
from .demands import DisproportionError, elements_of
from .kind import Kind

__all__ = ["Integers"]

# each word is a step that goes over all before it
_MOST_WORDS = 10_000


class Integers(Kind):
    """Integers of any size."""

    name = "an integer"
    tags = ("tag:stsci.edu:asdf/core/integer-",)

    def check(self, raw: Any) -> None:
        """Refuse one of too many words."""
        if isinstance(raw, TaggedMapping) and "words" in raw and elements_of(raw["words"]) > _MOST_WORDS:
            raise DisproportionError(f"it has {elements_of(raw['words'])} words, and {_MOST_WORDS} are the most")
