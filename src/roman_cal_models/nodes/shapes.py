"""Arrays of one node that lie on the same pixels, and so have the same shape, though no schema says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ..errors import Problem
from ..foreign.datatypes import sizes_of
from .core import ObjectCore
from .deferred import FileValue
from .lazy_dict import raw_get

__all__ = ["shape_problems"]

# The arrays that others follow which have as many dimensions by their schema.
LEADERS = ("data", "dark_slope")

# What has as many dimensions, but pixels of its own.
APART = (
    r"(dq_)?border_ref_pix_(left|right|top|bottom)",  # pixels at the edge that are cut off of the others
    r"amp33(_.*)?",  # read beside the detector
    r"(.*_)?reset_(reads?|amp33)|reference_(read|amp33)",  # reads before the exposure
    "guidewindow",
    "psf",
)
_is_apart = re.compile("|".join(APART)).fullmatch


def shape_problems(node: ObjectCore) -> Iterator[Problem]:
    """Yield a problem for each array whose shape is not that of the array that it belongs to; none is read for it.

    An array without elements has not been filled yet.

    Parameters
    ----------
    node : ObjectCore
        The node.
    """
    schema = node._schema
    if schema is None:
        return
    for leader in LEADERS:
        wanted = _shape(raw_get(node, leader))
        dimensions = _dimensions(schema, leader)
        if not _is_filled(wanted, dimensions):
            continue
        for name in list(node):
            if (
                not isinstance(name, str)
                or name == leader
                or _is_apart(name)
                or _dimensions(schema, name) != dimensions
            ):
                continue
            found = _shape(raw_get(node, name))
            if _is_filled(found, dimensions) and found != wanted:
                message = f"the shape is {found}, and that of {leader} is {wanted}"
                yield Problem((name,), "shape", message, found, wanted, "", level="warning")


def _is_filled(shape: tuple[int, ...] | None, dimensions: int | None) -> bool:
    """Return whether an array has elements, and as many dimensions as it should; others are reported by its schema."""
    return shape is not None and len(shape) == dimensions and 0 not in shape


def _dimensions(schema: Any, name: str) -> int | None:
    """Return how many dimensions the schema gives an array, or the array of a quantity."""
    place = schema.property_named(name)
    if place is None:
        return None
    value = place.inside("value")
    dimensions: int | None = place.keyword("ndim") if value is None else value.keyword("ndim")
    return dimensions


def _shape(value: Any) -> tuple[int, ...] | None:
    if not isinstance(value, FileValue):
        shape = getattr(value, "shape", None)
        return shape if isinstance(shape, tuple) else None
    raw = value.raw
    while isinstance(raw, dict) and "value" in raw and "shape" not in raw:
        raw = raw["value"]  # of a quantity
    sizes = sizes_of(raw)
    return None if sizes is None or None in sizes else sizes  # type: ignore[return-value]
