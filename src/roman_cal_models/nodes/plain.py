"""Nodes in other forms: flat dictionaries, plain dicts and lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..foreign.kinds import kind_of
from .lazy_dict import present_items
from .reading_ahead import arrays_ahead
from .scalar_node import ScalarNode

__all__ = ["as_flat_dict", "flatten", "is_array", "leaves", "to_plain"]


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every value in a container that is not null under its dotted name, containers in it taken apart."""
    if isinstance(tree, dict):
        for key, value in present_items(tree):
            yield from leaves(value, (*path, key))
    elif isinstance(tree, (list, tuple)):
        for index, value in enumerate(tree):
            yield from leaves(value, (*path, index))
    elif tree is not None and path:
        yield ".".join(map(str, path)), tree


def flatten(tree: Any, *, include_arrays: bool, recursive: bool) -> dict[str, Any]:
    """Return the values under dotted names, times as text."""
    pairs = leaves(tree) if recursive else present_items(tree)
    with arrays_ahead(tree, recursive=recursive):
        return as_flat_dict(pairs, include_arrays=include_arrays, prefix="")


def as_flat_dict(pairs: Iterable[tuple[str, Any]], *, include_arrays: bool, prefix: str) -> dict[str, Any]:
    """Return pairs of name and value as a dict, times as text."""
    return {
        f"{prefix}{name}": kind_of(value).flat(value) for name, value in pairs if include_arrays or not is_array(value)
    }


def to_plain(value: Any) -> Any:
    """Return a value as Python's own types: dicts, lists and scalars; foreign objects as they are."""
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    return value.plain() if isinstance(value, ScalarNode) else value


def is_array(value: Any) -> bool:
    """Return whether a value is an array: numpy's or asdf's."""
    return hasattr(value, "dtype") and hasattr(value, "shape") and hasattr(value, "ndim") and not _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    import numpy as np

    return isinstance(value, np.generic)
