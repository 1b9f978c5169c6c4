"""What a foreign object may ask for: nothing from outside of its file, and nothing out of all proportion to it.

Asked of its YAML, before anything is opened, allocated or built.
"""

from __future__ import annotations

from typing import Any

from ..yaml import TaggedMapping, TaggedSequence, containers
from .kinds import kind_of_tag

__all__ = ["check", "refusal"]


def check(raw: Any) -> None:
    """Refuse the YAML of a foreign object that asks for too much.

    Raises
    ------
    OutsideError, DisproportionError, ValueError
        As it says; the last for what is not an array though its tag says so.
    """
    for value in containers(raw):
        if isinstance(value, (TaggedMapping, TaggedSequence)):
            kind_of_tag(value.tag).check(value)


def refusal(value: Any) -> str | None:
    """Return why a tagged value of a file will never be built; None for one that may be, its members aside."""
    if not isinstance(value, (TaggedMapping, TaggedSequence)):
        return None
    kind = kind_of_tag(value.tag)
    try:
        if kind.is_leaf:
            check(value)  # nobody else looks inside, as at the mask of an array
        else:
            kind.check(value)
    except Exception as error:  # what is not an array at all fails in any way
        return str(error) or type(error).__name__
    return None
