"""What is said of a foreign object that asks for too much, and how much an array in the YAML asks for."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["DisproportionError", "OutsideError", "count_of", "elements_of", "shown"]


class OutsideError(ValueError):
    """Something is asked for that is not in this file."""


class DisproportionError(ValueError):
    """A few bytes ask for many."""


def elements_of(array: Any) -> int:
    """Return how many elements an array in the YAML, or in a block, says that it has."""
    if isinstance(array, dict) and "data" not in array:
        shape = array.get("shape")
        whole = isinstance(shape, list) and all(isinstance(length, int) for length in shape)
        # an array of no certain shape is as long as its block, so it is taken for too long
        return math.prod(map(abs, shape)) if whole and isinstance(shape, list) else 2**63
    return count_of(array["data"] if isinstance(array, dict) else array)


def count_of(data: Any) -> int:
    """Return how many values there are in nested lists."""
    count, stack = 0, [data]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        else:
            count += 1
    return count


def shown(value: Any) -> str:
    """Return a value as an error shows it, of any length."""
    if isinstance(value, int) and value.bit_length() > 256:
        return "a number of very many digits"
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:97]}..."
