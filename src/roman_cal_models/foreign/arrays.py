"""Arrays: numpy's and all that have type and shape as they have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..yaml import TaggedMapping, TaggedSequence
from .datatypes import MISSING, NDARRAY_TAG, datatype_of, is_datatype, numpy_dtype, sizes_of
from .demands import DisproportionError, OutsideError, count_of, shown
from .kind import NOTHING, Head, Kind, unit_text

if TYPE_CHECKING:
    from ..outline.entry import Entry
    from .array_differences import Array
    from .protocols import Comparison, Wanted

__all__ = ["Arrays", "as_array", "equal_arrays", "fake_array", "has_elements", "is_in_block", "raw_array_entry"]

# What the elements of an array in the YAML may take, whatever their number, and each of them: as of a compressed byte.
_SMALL = 16 * 1024 * 1024
_EXPANSION = 1032


class Arrays(Kind):
    """Arrays."""

    name = "an array"
    tags = (NDARRAY_TAG,)
    example: str | None = "numpy.array(...)"
    is_leaf = True

    def has_type(self, cls: type) -> bool:
        """Return whether a type has what numpy's arrays have."""
        return hasattr(cls, "dtype") and hasattr(cls, "shape")

    def check(self, raw: Any) -> None:
        """Refuse one that is in another file, or whose elements would take far more room than their YAML."""
        if isinstance(raw, TaggedSequence):
            _check_inline(raw, None)
            return
        if "source" in raw and "data" in raw:
            raise ValueError("it has both a source and data")
        if "source" in raw and type(raw["source"]) is not int:
            raise OutsideError(f"its source {shown(raw['source'])} is not a number of a block of this file")
        if "data" in raw:
            if not isinstance(raw["data"], list):  # asdf takes it for a source
                raise OutsideError(f"its data {shown(raw['data'])} is not a list of elements")
            _check_inline(raw["data"], raw.get("datatype"))

    def from_header(self, raw: Any) -> Any:
        """Return type and shape of an array in a block."""
        from .array_info import ArrayInfo

        return ArrayInfo.of(raw) if is_in_block(raw) else NOTHING

    def fake(self, wanted: Wanted, shape: Sequence[int]) -> Any:
        """Return zeros."""
        return fake_array(wanted, shape)

    def outline_raw(self, head: Head, raw: Any) -> Entry:
        """Return the entry of an array: its type and shape."""
        return raw_array_entry(head, raw)

    def outline(self, head: Head, value: Any) -> Entry:
        """Return the entry of an array: its type and shape; of a scalar its text."""
        unit = unit_text(getattr(value, "unit", None)) or head.unit
        if has_elements(value):
            return head.entry("array", dtype=value.dtype.name, shape=tuple(value.shape), unit=unit)
        return head.entry(type(value).__name__, str(getattr(value, "value", value)), unit=unit)

    def as_json(self, raw: Any) -> Any:
        """Return its type and shape."""
        if not isinstance(raw, (TaggedMapping, TaggedSequence)):
            return super().as_json(raw)
        datatype, sizes = datatype_of(raw), sizes_of(raw)
        shape = None if sizes is None else ["*" if size is None else size for size in sizes]
        return {"dtype": None if datatype is MISSING else datatype, "shape": shape}

    def short(self, value: Any) -> str:
        """Return its type and shape."""
        return f"<array {value.dtype} {tuple(value.shape)}>" if value.shape else super().short(value)

    def equal(self, one: Any, two: Any) -> bool | None:
        """Return whether two arrays are equal in shape, unit and elements."""
        first, second = as_array(one), as_array(two)
        if first is None and second is None:
            return None
        return first is not None and second is not None and equal_arrays(one, two)

    def differences(self, path: str, one: Any, two: Any, comparison: Comparison) -> Iterator[Any] | None:
        """Return the differences of two arrays."""
        from .array_differences import differences_of_arrays

        first, second = as_array(one), as_array(two)
        return None if first is None or second is None else differences_of_arrays(path, first, second, comparison)


def is_in_block(raw: Any) -> bool:
    """Return whether a raw value is an array whose elements are in a block."""
    return isinstance(raw, TaggedMapping) and raw.tag.startswith(NDARRAY_TAG) and "source" in raw


def has_elements(value: Any) -> bool:
    """Return whether a value is an array, rather than a scalar of the same library."""
    return hasattr(value, "dtype") and getattr(value, "shape", ()) != ()


def as_array(value: Any) -> Array | None:
    """Return an array as one that is compared in parts; None for what has no parts."""
    from .array_differences import Array

    # what a header tells of an array has no items
    has_parts = has_elements(value) and hasattr(value, "__getitem__")
    return Array(tuple(value.shape), value.__getitem__) if has_parts else None


def equal_arrays(one: Any, two: Any) -> bool:
    """Return whether two arrays are equal in shape, unit and elements, NaN being equal to NaN."""
    import numpy as np

    if one.shape != two.shape:
        return False
    if getattr(one, "unit", None) != getattr(two, "unit", None):
        return False
    equal = one == two
    if bool(equal.all() if hasattr(equal, "all") else equal):
        return True
    if not all(np.issubdtype(array.dtype, np.inexact) for array in (one, two)):
        return False
    return bool(np.all(np.asarray(equal) | (np.isnan(one) & np.isnan(two))))


def fake_array(wanted: Wanted, shape: Sequence[int]) -> Any:
    """Return an array of zeros of the type and number of dimensions that a schema asks for."""
    import numpy as np

    dimensions = wanted.keyword("ndim") or 1
    sizes = (*shape[:dimensions], *([1] * (dimensions - len(shape))))
    return np.zeros(sizes, dtype=numpy_dtype(wanted.keyword("datatype") or "float32"))


def raw_array_entry(head: Head, raw: Any) -> Entry:
    """Return the entry of an array by its YAML."""
    datatype = datatype_of(raw) if isinstance(raw, (dict, list)) else MISSING
    if isinstance(datatype, list):  # text of a length, or the fields of a record
        is_text = len(datatype) == 2 and datatype[0] in ("ascii", "ucs4") and is_datatype(datatype)
        datatype = "".join(map(str, datatype)) if is_text else f"{len(datatype)} fields"
    dtype = datatype if isinstance(datatype, str) else None
    return head.entry("array", dtype=dtype, shape=sizes_of(raw), unit=head.unit)


def _check_inline(data: Any, datatype: Any) -> None:
    if not isinstance(datatype, list):
        return  # numbers
    count = count_of(data)
    size = numpy_dtype(datatype).itemsize * count
    if size > max(_SMALL, _EXPANSION * count):
        raise DisproportionError(f"its {count} elements would take {size} bytes")
