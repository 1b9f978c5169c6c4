"""Made-up values of what is not a container: text, numbers, arrays and other foreign objects.

They are those that users know from ``roman_datamodels``, so that tests written against it go on passing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..schema.values import numpy_dtype
from .deferred import FakeValue

if TYPE_CHECKING:
    from ..schema.properties import PropertySchema

__all__ = [
    "FAKE_TIME",
    "NOTHING",
    "NO_NUMBER",
    "NO_TEXT",
    "TABLE_TAG",
    "TIME_TAG",
    "WCS_TAG",
    "fake_foreign",
    "fake_scalar",
    "fake_table",
    "fake_time",
    "fake_wcs",
    "json_type",
]

NOTHING: Any = object()
"""Answer to "which value stands here?" when there is none."""

NO_TEXT = "?"
NO_NUMBER = -999999
FAKE_TIME = "2020-01-01T00:00:00.0"

# The tags that asdf gives the foreign objects that are made up here.
TIME_TAG = "tag:stsci.edu:asdf/time/time-1.4.0"
TABLE_TAG = "tag:astropy.org:astropy/table/table-1.1.0"
WCS_TAG = "tag:stsci.edu:gwcs/wcs-1.4.0"

_OBJECT = frozenset({"properties", "patternProperties", "required", "additionalProperties"})
_ARRAY = frozenset({"items", "additionalItems", "minItems", "maxItems", "uniqueItems"})
_STRING = frozenset({"pattern", "minLength", "maxLength"})
_NUMBER = frozenset({"multipleOf", "minimum", "maximum"})


def fake_scalar(place: PropertySchema, shape: tuple[int, ...] = ()) -> Any:
    """Return a made-up value for a place that no tag describes; `NOTHING` for that of a container.

    Parameters
    ----------
    place : PropertySchema
        Where it is to stand.
    shape : tuple of int
        Shape of an array; one of fewer dimensions takes the first ones.
    """
    if place.enum is not None:
        return place.enum[0]
    kind = json_type(place)
    if kind == "string":
        # the one pattern of RAD that "?" does not match: p_exptype, exposure types each followed by a bar
        return "WFI_IMAGE|" if "WFI_IMAGE|" in (place.keyword("pattern") or "") else NO_TEXT
    if place.keyword("ndim") is not None:
        return _fake_array(place, shape)
    least = max(NO_NUMBER, place.keyword("minimum") or NO_NUMBER)
    return {"integer": math.ceil(least), "number": float(least), "boolean": False}.get(kind, NOTHING)


def json_type(place: PropertySchema) -> str:
    """Return the JSON type of what stands at a place, told by its keywords where no type is named."""
    named = place.keyword("type")
    if named is not None:
        return named if isinstance(named, str) else str(named[0])
    keywords = {name for piece in place.pieces for name in piece.schema}
    for kind, telling in (("object", _OBJECT), ("array", _ARRAY), ("string", _STRING), ("number", _NUMBER)):
        if not telling.isdisjoint(keywords):
            return kind
    return "unknown"


def fake_foreign(place: PropertySchema, shape: tuple[int, ...]) -> Any:
    """Return a made-up foreign object of the tag that a place asks for; `NOTHING` for one of no known kind."""
    makers: dict[str, Callable[[], Any]] = {
        "time": lambda: FakeValue(TIME_TAG, fake_time),
        "ndarray": lambda: _fake_array(place, shape),
        "wcs": lambda: FakeValue(WCS_TAG, fake_wcs),
        "table": lambda: FakeValue(TABLE_TAG, fake_table),
        "quantity": lambda: _fake_quantity(place, shape),
    }
    name = place.tags[0].rpartition("/")[2].partition("-")[0]
    return makers[name]() if name in makers else NOTHING


def fake_time() -> Any:
    """Return the time of made-up observations."""
    from astropy.time import Time

    return Time(FAKE_TIME, format="isot", scale="utc")


def fake_table() -> Any:
    """Return an empty table."""
    from astropy.table import Table

    return Table()


def fake_wcs() -> Any:
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


def _fake_array(place: PropertySchema, shape: tuple[int, ...]) -> Any:
    import numpy as np

    dimensions = place.keyword("ndim") or 1
    sizes = (*shape[:dimensions], *([1] * (dimensions - len(shape))))
    return np.zeros(sizes, dtype=numpy_dtype(place.keyword("datatype") or "float32"))


def _fake_quantity(place: PropertySchema, shape: tuple[int, ...]) -> Any:
    from astropy.units import Quantity

    value, unit = (place.inside(name) for name in ("value", "unit"))
    array = _fake_array(place if value is None else value, shape)
    if array.size < 2:
        # astropy makes a scalar of a quantity of one element, which the schemas refuse
        array = array.repeat(2).reshape((2,) + (1,) * (array.ndim - 1))
    return Quantity(array, unit=unit.enum[0] if unit is not None and unit.enum else "DN", dtype=array.dtype)
