"""Which kind an object is of, by its type or its tag.

Who opens a file and reads a word needs no kind, so the table is imported at the first question.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .kind import Kind

__all__ = ["kind_of", "kind_of_tag", "kind_of_type"]


@lru_cache(maxsize=1024)
def kind_of_tag(tag: str) -> Kind:
    """Return the kind of the objects under a tag, or under the tags of a pattern such as ``time-1.*``."""
    from . import table

    return next((kind for kind in table.KINDS if kind.has_tag(tag)), table.ANY)


@lru_cache(maxsize=1024)
def kind_of_type(cls: type) -> Kind:
    """Return the kind of the objects of a type."""
    from . import table

    return next((kind for kind in table.KINDS if kind.has_type(cls)), table.ANY)


def kind_of(value: Any) -> Kind:
    """Return the kind of an object."""
    cls: Any = type(value)
    return kind_of_type(cls)
