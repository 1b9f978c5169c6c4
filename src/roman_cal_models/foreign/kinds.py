"""The table of kinds: a new one is a module of this room, and a line here."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .arrays import Arrays
from .external import External
from .integers import Integers
from .kind import Kind
from .quantities import Quantities
from .records import RECORDS
from .tables import Tables
from .times import Times
from .units import Units
from .wcs import Frames, Transforms, WorldCoordinates

__all__ = ["ANY", "KINDS", "TABLE", "TIME", "WCS", "kind_of", "kind_of_tag", "kind_of_type"]

TIME = Times()
TABLE = Tables()
WCS = WorldCoordinates()
ANY = Kind()
"""The kind of what is of no other kind."""

# the first that recognises an object has it: a quantity is an array as well
KINDS: tuple[Kind, ...] = (
    TIME,
    TABLE,
    WCS,
    Quantities(),
    Arrays(),
    Units(),
    Transforms(),
    Frames(),
    Integers(),
    External(),
    *RECORDS,
)


@lru_cache(maxsize=1024)
def kind_of_tag(tag: str) -> Kind:
    """Return the kind of the objects under a tag, or under the tags of a pattern such as ``time-1.*``."""
    return next((kind for kind in KINDS if kind.has_tag(tag)), ANY)


@lru_cache(maxsize=1024)
def kind_of_type(cls: type) -> Kind:
    """Return the kind of the objects of a type."""
    return next((kind for kind in KINDS if kind.has_type(cls)), ANY)


def kind_of(value: Any) -> Kind:
    """Return the kind of an object."""
    cls: Any = type(value)
    return kind_of_type(cls)
