"""The table of kinds: a new one is a module of this room, and a line here."""

from __future__ import annotations

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

__all__ = ["ANY", "KINDS", "TABLE", "TIME", "WCS"]

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
