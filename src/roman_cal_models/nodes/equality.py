"""Equality of trees that hold arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..asdf_bridge import Conversion, new_file_of_inline_arrays
from ..foreign.kinds import kind_of

__all__ = ["equal_mappings", "equal_sequences", "equal_values"]


def equal_mappings(one: Mapping[Any, Any], two: Mapping[Any, Any]) -> bool:
    """Return whether two mappings hold equal values under equal keys."""
    return len(one) == len(two) and all(key in two and equal_values(value, two[key]) for key, value in one.items())


def equal_sequences(one: Sequence[Any], two: Sequence[Any]) -> bool:
    """Return whether two sequences hold equal values."""
    return len(one) == len(two) and all(equal_values(a, b) for a, b in zip(one, two, strict=True))


def equal_values(one: Any, two: Any) -> bool:
    """Return whether two values are equal; arrays are when shape, unit and elements are, NaN being equal to NaN."""
    if one is two:
        return True
    if isinstance(one, dict) and isinstance(two, dict):
        return equal_mappings(one, two)
    if isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
        return equal_sequences(one, two)
    for value in (one, two):
        answer = kind_of(value).equal(one, two)
        if answer is not None:
            return answer
    if type(one) is type(two) and _knows_no_equality(type(one)):
        return _equal_as_written(one, two)
    try:
        return _truth(one == two)
    except ValueError:
        return False  # astropy refuses to compare what differs in shape


def _knows_no_equality(cls: Any) -> bool:
    return bool(cls.__eq__ is object.__eq__)


def _equal_as_written(one: Any, two: Any) -> bool:
    """Return whether a file would hold the same for two objects of a type that knows no equality, such as a WCS."""
    from ..schema.values import lower

    with new_file_of_inline_arrays() as file:
        conversion = Conversion(file)
        trees = [lower(value, conversion) for value in (one, two)]
    return trees[0] is not one and equal_values(*map(_untagged, trees))


def _untagged(tree: Any) -> Any:
    """Return a tagged tree as plain containers that hold the tags beside the values."""
    content = getattr(tree, "data", tree)
    if isinstance(content, dict):
        content = {key: _untagged(value) for key, value in content.items()}
    elif isinstance(content, list):
        content = [_untagged(value) for value in content]
    return (tree._tag, content) if hasattr(tree, "_tag") else content


def _truth(result: Any) -> bool:
    """Fold an element-wise comparison into one answer."""
    folded = result.all() if hasattr(result, "all") else result
    return bool(folded)
