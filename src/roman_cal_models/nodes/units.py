"""Which of several units a value has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .core import raw_get

__all__ = ["unit_of_several"]

# What units of surface brightness are written with, and rates and counts are not.
_BRIGHTNESS = "MJy"


def unit_of_several(units: tuple[str, ...], top: Mapping[str, Any]) -> str | None:
    """Return which of its units an array of a file has; None where the file does not tell.

    Parameters
    ----------
    units : tuple of str
        As its schema lists them. Of two, ``meta.cal_step.flux`` tells which: the flux step turns rates into surface
        brightness.
    top : mapping
        The top node of the file.
    """
    if len(units) < 2:
        return units[0] if units else None
    bright = [each for each in units if _BRIGHTNESS in each]
    if len(bright) != 1 or len(units) != 2:
        return None
    flux: Any = top
    for name in ("meta", "cal_step", "flux"):
        flux = raw_get(flux, name) if isinstance(flux, dict) else None
    return next(each for each in units if (each in bright) == (flux == "COMPLETE"))
