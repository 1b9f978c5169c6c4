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

__all__ = ["is_off_grid", "shape_of", "shape_problems"]

# The arrays that others follow which have as many dimensions by their schema.
LEADERS = ("data", "dark_slope")

# What has as many dimensions, but pixels of its own, whatever its shape is.
OFF_GRID = (
    r"(dq_)?border_ref_pix_(left|right|top|bottom)",  # pixels at the edge that are cut off of the others
    r"((.*_)?reset_|reference_)?amp33(_.*)?",  # read beside the detector
    "guidewindow",
    "psf",
)
# What need not have the shape of the others.
APART = (*OFF_GRID, r"(.*_)?reset_reads?|reference_read")  # reads before the exposure
_is_off_grid = re.compile("|".join(OFF_GRID)).fullmatch
_is_apart = re.compile("|".join(APART)).fullmatch


def is_off_grid(name: str) -> bool:
    """Return whether an array of this name has pixels of its own, which are not those of the image."""
    return _is_off_grid(name) is not None


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
        wanted = shape_of(raw_get(node, leader))
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
            found = shape_of(raw_get(node, name))
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


def shape_of(value: Any) -> tuple[int, ...] | None:
    """Return the shape of an array or a quantity as it stands in a node, unread; None for anything else."""
    if not isinstance(value, FileValue):
        shape = getattr(value, "shape", None)
        return shape if isinstance(shape, tuple) else None
    raw = value.raw
    while isinstance(raw, dict) and "value" in raw and "shape" not in raw:
        raw = raw["value"]  # of a quantity
    sizes = sizes_of(raw)
    return None if sizes is None or None in sizes else sizes  # type: ignore[return-value]
