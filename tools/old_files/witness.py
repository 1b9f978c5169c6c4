"""What a tree holds, one JSON value a leaf. Runs beside every release of ``roman_datamodels``, and beside us."""

from __future__ import annotations

import datetime
import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import getitem
from typing import Any

import numpy as np
from astropy.modeling import Model
from astropy.table import Table
from astropy.time import Time
from astropy.units import Quantity, UnitBase

__all__ = ["leaves"]

FEW = 8
PIXEL = (3.0, 5.0)


def leaves(tree: Any, path: str = "roman", read: Callable[[Any, Any], Any] = getitem) -> dict[str, Any]:
    """Return every leaf of a tree under its path, as JSON can hold it.

    Parameters
    ----------
    tree : object
        Mappings, lists, and what stands in them.
    path : str
        Of the tree itself.
    read : callable
        Takes a container and a key or number, and returns what stands there.
    """
    return dict(_leaves(tree, path, read))


def _leaves(value: Any, path: str, read: Callable[[Any, Any], Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        if not value:
            yield path, {"empty": "mapping"}
        for key in value:
            yield from _leaves(read(value, key), f"{path}.{key}", read)
    elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        if not len(value):
            yield path, {"empty": "list"}
        for index in range(len(value)):
            yield from _leaves(read(value, index), f"{path}[{index}]", read)
    else:
        yield path, _leaf(value)


def _leaf(value: Any) -> Any:
    if value is None or isinstance(value, (bool, np.bool_)):
        return None if value is None else bool(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else {"float": str(float(value))}
    if isinstance(value, Time):
        return {"time": str(Time(value, format="isot", precision=9).value), "scale": value.scale}
    if isinstance(value, datetime.datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, Quantity):
        return {"unit": value.unit.to_string(), "quantity": _array(value.value)}
    if isinstance(value, UnitBase):
        return {"unit": value.to_string()}
    if isinstance(value, Table):
        return {"table": {name: _column(value[name]) for name in value.colnames}}
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return _array(value)
    return _object(value)


def _column(column: Any) -> dict[str, Any]:
    unit = {} if column.unit is None else {"unit": str(column.unit)}
    return {**unit, **_array(column.value if isinstance(column, Quantity) else column)}


def _array(value: Any) -> dict[str, Any]:
    if not hasattr(value, "__array__"):  # a header tells no more
        return _kind(value.dtype, value.shape)
    array = np.ascontiguousarray(value)
    # the same numbers, whatever the order of their bytes
    array = array.astype(array.dtype.newbyteorder("<")).reshape(np.shape(value))
    found = _kind(array.dtype, array.shape)
    if array.size <= FEW and array.dtype.kind in "biuf" and np.isfinite(array).all():
        return {**found, "values": array.tolist()}
    return {**found, "sha256": hashlib.sha256(array.tobytes()).hexdigest()[:16]}


def _kind(dtype: Any, shape: Any) -> dict[str, Any]:
    dtype = np.dtype(dtype).newbyteorder("<")
    return {"dtype": _fields(dtype.descr) if dtype.names else dtype.str, "shape": list(shape)}


def _fields(description: Any) -> Any:
    return [_fields(part) for part in description] if isinstance(description, (list, tuple)) else description


def _object(value: Any) -> dict[str, Any]:
    """Name a foreign object by its class, and tell a few numbers by which another is told from it."""
    kind = {"object": type(value).__name__}
    if hasattr(value, "pixel_to_world_values"):
        return {**kind, "at": [f"{float(number):.9e}" for number in value(*PIXEL, with_bounding_box=False)]}
    if isinstance(value, Model):
        return {**kind, "parameters": [f"{float(number):.9e}" for number in value.parameters]}
    return kind
