"""Made-up values of what is not a container: text, numbers, arrays and other foreign objects.

They are those that users know from ``roman_datamodels``, so that tests written against it go on passing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ..foreign.kind import NOTHING
from ..foreign.kinds import kind_of_tag
from .deferred import FakeValue

if TYPE_CHECKING:
    from ..schema.properties import PropertySchema

__all__ = ["fake_foreign", "fake_scalar", "json_type"]

_NO_TEXT = "?"
_NO_NUMBER = -999999

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
        return "WFI_IMAGE|" if "WFI_IMAGE|" in (place.keyword("pattern") or "") else _NO_TEXT
    if place.keyword("ndim") is not None:
        from ..foreign.arrays import fake_array

        return fake_array(place, shape)
    least = max(_NO_NUMBER, place.keyword("minimum") or _NO_NUMBER)
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
    kind = kind_of_tag(place.tags[0])
    if kind.fake_tag is None:
        return kind.fake(place, shape)
    return FakeValue(kind.fake_tag, lambda: kind.fake(place, shape))
