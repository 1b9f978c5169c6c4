"""Two world coordinate systems, compared by what they give."""

from __future__ import annotations

from typing import Any

from ..nodes.equality import equal_values
from .records import Difference

__all__ = ["difference_of_wcs", "is_wcs"]

_SIDE = 4088  # pixels of a detector, where a system does not say for which pixels it holds
_POINTS = 9  # along each axis
_ARCSEC_PER_RADIAN = 206_264.80624709636


def is_wcs(value: Any) -> bool:
    """Return whether a value is a world coordinate system, by astropy's interface for them (APE 14)."""
    return hasattr(type(value), "pixel_to_world_values")


def difference_of_wcs(path: str, one: Any, two: Any) -> Difference | None:
    """Return how two world coordinate systems differ; None if a file would hold the same for both."""
    if equal_values(one, two):
        return None
    return Difference(path, "wcs", separation=_separation(one, two))


def _separation(one: Any, two: Any) -> float | None:
    """Return how far apart on the sky, in arcseconds, both see the same pixel of a grid at most."""
    import numpy as np
    from astropy.coordinates import angular_separation

    if not all((wcs.pixel_n_dim, wcs.world_n_dim) == (2, 2) for wcs in (one, two)):
        return None
    bounds = one.pixel_bounds or [(-0.5, _SIDE - 0.5)] * 2
    x, y = np.meshgrid(*(np.linspace(low, high, _POINTS) for low, high in bounds))
    if any(list(wcs.world_axis_units) != ["deg", "deg"] for wcs in (one, two)):
        return None
    first, second = (np.deg2rad(wcs.pixel_to_world_values(x, y)) for wcs in (one, two))
    apart = angular_separation(*first, *second)
    known = apart[np.isfinite(apart)]
    return float(known.max() * _ARCSEC_PER_RADIAN) if known.size else None
