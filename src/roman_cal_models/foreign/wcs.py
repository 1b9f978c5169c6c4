"""World coordinate systems, and the transforms and frames that they are made of."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..yaml import TaggedMapping
from .demands import DisproportionError, elements_of, shown
from .kind import Kind

if TYPE_CHECKING:
    from .protocols import Comparison, Wanted

__all__ = ["Frames", "Transforms", "WorldCoordinates"]

_SIDE = 4088  # pixels of a detector, where a system does not say for which pixels it holds
_POINTS = 9  # along each axis
_ARCSEC_PER_RADIAN = 206_264.80624709636

# Numbers of axes, or the like, in transforms and frames: so many names or parameters are made of nothing.
_COUNTS = ("n_dims", "n_inputs", "n_outputs", "naxes", "dimensions", "degree")
_MOST_AXES = 1000

# Each coefficient becomes an object of its own.
_MOST_COEFFICIENTS = 10_000


class WorldCoordinates(Kind):
    """World coordinate systems of gwcs."""

    name = "a WCS"
    given = "a gwcs WCS"
    tags = ("tag:stsci.edu:gwcs/wcs-",)
    example = "gwcs.WCS(...)"
    fake_tag = "tag:stsci.edu:gwcs/wcs-1.4.0"

    def has_type(self, cls: type) -> bool:
        """Return whether a type is a world coordinate system, by astropy's interface for them (APE 14)."""
        return hasattr(cls, "pixel_to_world_values")

    def check(self, raw: Any) -> None:
        """Refuse one of too many axes."""
        _check_counts(raw)

    def fake(self, wanted: Wanted, shape: Sequence[int]) -> Any:
        """Return a tangent projection of 0.1 arcsec a pixel around right ascension 30 and declination 45 degrees."""
        from astropy import coordinates
        from astropy import units as u
        from astropy.modeling import models as typed_models
        from gwcs import coordinate_frames as frames
        from gwcs.wcs import WCS

        models: Any = typed_models  # their operators are made at run time
        shift = models.Shift(-500) & models.Shift(-500)
        scale = models.Scale(0.1 / 3600) & models.Scale(0.1 / 3600)
        to_sky = shift | scale | models.Pix2Sky_TAN() | models.RotateNative2Celestial(30.0, 45.0, 180.0)
        detector = frames.Frame2D(name="detector", axes_names=("x", "y"), unit=(u.pix, u.pix))
        sky = frames.CelestialFrame(reference_frame=coordinates.ICRS(), name="icrs", unit=(u.deg, u.deg))
        return WCS([(detector, to_sky), (sky, None)])

    def deepcopied(self, value: Any, memo: dict[int, Any]) -> Any:
        """Return a deep copy: of one of gwcs by pickle, which copies the same states in half the time."""
        if type(value).__module__.partition(".")[0] != "gwcs":
            return super().deepcopied(value, memo)
        if id(value) not in memo:
            try:
                memo[id(value)] = pickle.loads(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
            except (pickle.PicklingError, AttributeError, TypeError):  # a transform may be made of a local function
                return super().deepcopied(value, memo)
        return memo[id(value)]

    def differences(self, path: str, one: Any, two: Any, comparison: Comparison) -> Iterator[Any] | None:
        """Return the difference of two systems: how far apart on the sky they see the same pixels."""
        return _differences(path, one, two, comparison) if self.has_type(type(two)) else None


class Frames(Kind):
    """What else gwcs writes: frames and steps."""

    name = "a frame"
    tags = ("tag:stsci.edu:gwcs/",)

    def check(self, raw: Any) -> None:
        """Refuse one of too many axes."""
        _check_counts(raw)


class Transforms(Kind):
    """Transforms of astropy and gwcs."""

    name = "a transform"

    def has_tag(self, tag: str) -> bool:
        """Return whether a tag is that of a transform, whoever defines it."""
        return "/transform/" in tag

    def check(self, raw: Any) -> None:
        """Refuse one of too many axes or coefficients."""
        _check_counts(raw)
        if isinstance(raw, TaggedMapping) and "coefficients" in raw:
            count = elements_of(raw["coefficients"])
            if count > _MOST_COEFFICIENTS:
                raise DisproportionError(f"it has {count} coefficients, and {_MOST_COEFFICIENTS} are the most")


def _check_counts(raw: Any) -> None:
    if not isinstance(raw, TaggedMapping):
        return
    for key in _COUNTS:
        _check_count(key, raw.get(key))
    mapping = raw.get("mapping")
    for number in mapping if isinstance(mapping, list) else ():
        _check_count("mapping", number)


def _check_count(key: str, number: Any) -> None:
    if isinstance(number, int) and number > _MOST_AXES:
        raise DisproportionError(f"its {key} is {shown(number)}, and {_MOST_AXES} is the most")
    if isinstance(number, (dict, list, str)):
        raise DisproportionError(f"its {key} is {shown(number)}, and should be a number")


def _differences(path: str, one: Any, two: Any, comparison: Comparison) -> Iterator[Any]:
    if not comparison.are_equal(one, two):
        yield comparison.difference(path, "wcs", separation=_separation(one, two))


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
