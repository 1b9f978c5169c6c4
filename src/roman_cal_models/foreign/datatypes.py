"""What the YAML of an array tells: the type of its elements by ASDF's names, and its shape."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from ..yaml import TaggedMapping

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "MISSING",
    "NDARRAY_TAG",
    "datatype_of",
    "dtype_of",
    "is_common_array",
    "is_datatype",
    "ndim_of",
    "numpy_dtype",
    "sizes_of",
]

Fact = TypeVar("Fact")

NDARRAY_TAG = "tag:stsci.edu:asdf/core/ndarray-"
"""What the tags of arrays begin with."""

MISSING: Any = object()
"""Stands for a datatype that cannot be told."""

_COMMON_TAG = f"{NDARRAY_TAG}1.1.0"
_COMMON_KEYS = {"source", "datatype", "byteorder", "shape"}
_INLINE_KEYS = {"data", "datatype", "shape"}
_NUMBERS = frozenset({int, float})
_LONGEST = 2**63 - 1  # axis of an array


def datatype_of(array: Any) -> Any:
    """Return ASDF's name for the type of an array's elements, `MISSING` where there is none.

    Where the YAML does not say, it follows from the elements that stand there, as asdf infers it.
    """
    if isinstance(array, dict):
        if "datatype" in array:
            return array["datatype"]
        return _inline(array["data"], _datatype, MISSING) if "data" in array else MISSING
    if isinstance(array, list):
        return _inline(array, _datatype, MISSING)
    if hasattr(array, "dtype"):
        return _datatype(array)
    return datatype_of(array.__roman_lower__()) if hasattr(type(array), "__roman_lower__") else MISSING


def ndim_of(array: Any) -> int | None:
    """Return the number of dimensions of an array, None where it cannot be told."""
    if isinstance(array, dict):
        if "shape" in array:
            shape = array["shape"]
            return len(shape) if isinstance(shape, list | tuple) else None
        return _inline(array["data"], _ndim, None) if "data" in array else None
    if isinstance(array, list):
        return _inline(array, _ndim, None)
    shape = getattr(array, "shape", None)
    if shape is not None:
        return len(shape)
    return ndim_of(array.__roman_lower__()) if hasattr(type(array), "__roman_lower__") else None


def sizes_of(raw: Any) -> tuple[int | None, ...] | None:
    """Return the shape that the YAML of an array tells, or that of the elements that stand in it.

    Parameters
    ----------
    raw : object
        The YAML.

    Returns
    -------
    tuple of int or None
        The shape, None in it for a length that follows from the block. None where the YAML tells no shape, or one
        that an array cannot have.
    """
    if isinstance(raw, list):
        return _inline(raw, _shape, None)
    if not isinstance(raw, dict):
        return None
    if "shape" not in raw:
        data, datatype = raw.get("data"), raw.get("datatype")
        # the innermost lists may be records: which are, follows from their fields
        is_told = isinstance(data, list) and (datatype is None or isinstance(datatype, str))
        return _inline(data, _shape, None) if is_told else None
    shape = raw["shape"]
    if not isinstance(shape, list):
        return None
    sizes = tuple(None if index == 0 and size == "*" else size for index, size in enumerate(shape))
    return sizes if all(size is None or (type(size) is int and 0 <= size <= _LONGEST) for size in sizes) else None


def is_common_array(raw: Any) -> bool:
    """Return whether an array is written as nearly all are, which satisfies the schema of arrays for sure.

    Such are arrays of numbers in a block, and those whose elements stand in the YAML in lists of the told shape.
    """
    if raw.__class__ is not TaggedMapping or raw.tag != _COMMON_TAG:
        return False
    is_inline = raw.keys() == _INLINE_KEYS
    if not is_inline and raw.keys() != _COMMON_KEYS:
        return False
    datatype, shape = raw["datatype"], raw["shape"]
    if type(datatype) is not str or datatype not in _SCALAR_TYPES:
        return False
    if type(shape) is not list or not all([type(size) is int and size >= 0 for size in shape]):
        return False
    if is_inline:
        return datatype in _INLINE_TYPES and _is_of_shape(raw["data"], shape)
    return type(raw["source"]) is int and type(raw["byteorder"]) is str and raw["byteorder"] in ("little", "big")


def _is_of_shape(elements: Any, shape: list[int]) -> bool:
    """Return whether elements are plain numbers in lists within lists, as long as a shape says."""
    if type(elements) is not list or not shape or len(elements) != shape[0]:
        return False
    if len(shape) == 1:
        return _NUMBERS.issuperset(map(type, elements))
    return all([_is_of_shape(row, shape[1:]) for row in elements])


def dtype_of(raw: Any) -> np.dtype[Any] | None:
    """Return the numpy type of the elements of an array, by its YAML; None where that tells none that there is."""
    order = raw.get("byteorder") if isinstance(raw, dict) else None
    try:
        return numpy_dtype(datatype_of(raw), sys.byteorder if order is None else order)
    except (OverflowError, TypeError, ValueError):
        return None


def numpy_dtype(datatype: Any, byteorder: str = sys.byteorder) -> np.dtype[Any]:
    """Return the numpy type for ASDF's name of it.

    Parameters
    ----------
    datatype : str or list
        As it stands in a file.
    byteorder : {"little", "big"}
        Of the elements, but for fields that have their own.

    Raises
    ------
    ValueError
        It is not a datatype of ASDF.
    """
    try:
        return _numpy_dtype(datatype, byteorder)
    except (TypeError, OverflowError) as error:  # a length that NumPy does not take, or none
        raise ValueError(f"{datatype!r} is not a datatype of ASDF: {error}") from None


def _numpy_dtype(datatype: Any, byteorder: str) -> np.dtype[Any]:
    import numpy as np

    # that of the machine by its own name, as numpy shows it: float32, and not <f4
    order: Any = "=" if byteorder == sys.byteorder else "<" if byteorder == "little" else ">"
    if isinstance(datatype, str) and datatype in _SCALAR_TYPES:
        return np.dtype(_SCALAR_TYPES[datatype]).newbyteorder(order)
    if isinstance(datatype, list | tuple):
        if len(datatype) == 2 and isinstance(datatype[0], str) and datatype[0] in _STRING_TYPES:
            return np.dtype(f"{_STRING_TYPES[datatype[0]]}{int(datatype[1])}").newbyteorder(order)
        return np.dtype([_field(part, byteorder) for part in datatype])
    raise ValueError(f"{datatype!r} is not a datatype of ASDF")


def is_datatype(datatype: Any) -> bool:
    """Return whether `datatype` is written as ASDF writes types of array elements; needs no numpy."""
    if isinstance(datatype, list):
        if len(datatype) == 2 and datatype[0] in ("ascii", "ucs4"):
            return isinstance(datatype[1], int) and abs(datatype[1]) <= _LONGEST
        return all(is_datatype(part.get("datatype") if isinstance(part, dict) else part) for part in datatype)
    return isinstance(datatype, str) and datatype in _SCALAR_TYPES


_SCALAR_TYPES = {
    **{name: name for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")},
    **{name: name for name in ("float16", "float32", "float64", "complex64", "complex128")},
    "bool8": "bool",
}
_INLINE_TYPES = frozenset(name for name in _SCALAR_TYPES if name.startswith(("int", "uint", "float")))
_STRING_TYPES = {"ascii": "S", "ucs4": "U"}


def _field(part: Any, byteorder: str) -> tuple[Any, ...]:
    if not isinstance(part, dict):
        return "", _numpy_dtype(part, byteorder)
    if "datatype" not in part:
        raise ValueError(f"{part!r} has no datatype")
    field = (str(part.get("name", "")), _numpy_dtype(part["datatype"], part.get("byteorder", byteorder)))
    return (*field, tuple(part["shape"])) if part.get("shape") is not None else field


def _inline(data: Any, fact: Callable[[Any], Fact], otherwise: Fact) -> Fact:
    """Return a fact of an array whose elements stand in the tree."""
    import numpy as np

    try:
        return fact(np.asarray(data))
    except (TypeError, ValueError):  # ragged
        return otherwise


def _ndim(array: Any) -> int | None:
    return len(array.shape)


def _shape(array: Any) -> tuple[int | None, ...]:
    return tuple(array.shape)


def _datatype(array: Any) -> Any:
    return _datatype_of_dtype(array.dtype)


@lru_cache(maxsize=256)
def _datatype_of_dtype(dtype: np.dtype[Any]) -> Any:
    if dtype.names is not None:
        return [_described(name, dtype[name]) for name in dtype.names]
    if dtype.kind == "b":
        return "bool8"
    if dtype.name in _SCALAR_TYPES:
        return dtype.name
    if dtype.kind == "S":
        return ["ascii", dtype.itemsize]
    if dtype.kind == "U":
        return ["ucs4", dtype.itemsize // 4]
    return MISSING


def _described(name: str, dtype: np.dtype[Any]) -> dict[str, Any]:
    order = {"=": sys.byteorder, "<": "little"}.get(dtype.base.byteorder, "big")
    field: dict[str, Any] = {"name": name, "datatype": _datatype_of_dtype(dtype.base), "byteorder": order}
    return {**field, "shape": list(dtype.shape)} if dtype.shape else field
