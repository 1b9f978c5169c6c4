"""What a foreign object may ask for: nothing from outside of its file, and nothing out of all proportion to it.

Asked of its YAML, before anything is opened, allocated or built.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from ..yaml import TaggedMapping, TaggedSequence
from .values import NDARRAY_TAG, numpy_dtype

__all__ = ["DisproportionError", "OutsideError", "check", "refusal"]

# Objects of asdf and its extensions whose content is in other files.
_OUTSIDE = ("tag:stsci.edu:asdf/core/externalarray-", "asdf://asdf-format.org/zarr/")

# Numbers of axes, or the like, in transforms and frames: so many names or parameters are made of nothing.
_OF_TRANSFORMS = ("/transform/", "tag:stsci.edu:gwcs/")
_COUNTS = ("n_dims", "n_inputs", "n_outputs", "naxes", "dimensions", "degree")
_MOST_AXES = 1000

# Each coefficient becomes an object of its own, and each word of a number a step that goes over all before it.
_LISTS = {"coefficients": ("/transform/", 10_000), "words": ("tag:stsci.edu:asdf/core/integer-", 10_000)}

# What the elements of an array in the YAML may take, whatever their number, and each of them: as of a compressed byte.
_SMALL = 16 * 1024 * 1024
_EXPANSION = 1032


class OutsideError(ValueError):
    """Something is asked for that is not in this file."""


class DisproportionError(ValueError):
    """A few bytes ask for many."""


def check(raw: Any) -> None:
    """Refuse the YAML of a foreign object that asks for too much.

    Raises
    ------
    OutsideError, DisproportionError, ValueError
        As it says; the last for what is no array.
    """
    for value in _tagged(raw):
        _check(value)


def refusal(value: Any) -> str | None:
    """Return why a tagged value of a file will never be built; None for one that may be, its members aside."""
    if not isinstance(value, (TaggedMapping, TaggedSequence)):
        return None
    try:
        if value.tag.startswith(NDARRAY_TAG):
            check(value)  # nobody looks into an array for its mask
        else:
            _check(value)
    except Exception as error:  # what is no array at all fails in any way
        return str(error) or type(error).__name__
    return None


def _check(value: TaggedMapping | TaggedSequence) -> None:
    if value.tag.startswith(NDARRAY_TAG):
        _check_array(value)
    elif value.tag.startswith(_OUTSIDE):
        raise OutsideError(f"{_short(value)} is in another file, and none is opened")
    elif isinstance(value, TaggedMapping):
        _check_counts(value)


def _tagged(raw: Any) -> Iterator[Any]:
    """Yield all tagged values in a tree, each once, however deep it is."""
    stack, met = [raw], set[int]()
    while stack:
        value = stack.pop()
        if not isinstance(value, (dict, list)) or id(value) in met:
            continue
        met.add(id(value))
        if isinstance(value, (TaggedMapping, TaggedSequence)):
            yield value
        stack.extend(value.values() if isinstance(value, dict) else value)


def _check_array(raw: Any) -> None:
    if isinstance(raw, TaggedSequence):
        _check_inline(raw, None)
        return
    if "source" in raw and "data" in raw:
        raise ValueError("it has both a source and data")
    if "source" in raw and type(raw["source"]) is not int:
        raise OutsideError(f"its source {_short(raw['source'])} is not a number of a block of this file")
    if "data" in raw:
        if not isinstance(raw["data"], list):  # asdf takes it for a source
            raise OutsideError(f"its data {_short(raw['data'])} is no list of elements")
        _check_inline(raw["data"], raw.get("datatype"))


def _check_inline(data: Any, datatype: Any) -> None:
    if not isinstance(datatype, list):
        return  # numbers
    count = _count(data)
    size = numpy_dtype(datatype).itemsize * count
    if size > max(_SMALL, _EXPANSION * count):
        raise DisproportionError(f"its {count} elements would take {size} bytes")


def _check_counts(raw: TaggedMapping) -> None:
    if any(part in raw.tag for part in _OF_TRANSFORMS):
        for key in _COUNTS:
            _check_count(key, raw.get(key))
        mapping = raw.get("mapping")
        for number in mapping if isinstance(mapping, list) else ():
            _check_count("mapping", number)
    for key, (part, most) in _LISTS.items():
        if part in raw.tag and key in raw and _elements(raw[key]) > most:
            raise DisproportionError(f"it has {_elements(raw[key])} {key}, and {most} are the most")


def _check_count(key: str, number: Any) -> None:
    if isinstance(number, int) and number > _MOST_AXES:
        raise DisproportionError(f"its {key} is {_short(number)}, and {_MOST_AXES} is the most")
    if isinstance(number, (dict, list, str)):
        raise DisproportionError(f"its {key} is {_short(number)}, and should be a number")


def _elements(array: Any) -> int:
    """Return how many elements an array in the YAML, or in a block, says that it has."""
    if isinstance(array, dict) and "data" not in array:
        shape = array.get("shape")
        whole = isinstance(shape, list) and all(isinstance(length, int) for length in shape)
        # an array of no certain shape is as long as its block, so it is taken for too long
        return math.prod(map(abs, shape)) if whole and isinstance(shape, list) else 2**63
    return _count(array["data"] if isinstance(array, dict) else array)


def _count(data: Any) -> int:
    """Return how many values there are in nested lists."""
    count, stack = 0, [data]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        else:
            count += 1
    return count


def _short(value: Any) -> str:
    """Return a value as an error shows it, of any length."""
    if isinstance(value, int) and value.bit_length() > 256:
        return "a number of very many digits"
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
