"""Trees as dictionaries: flat ones of dotted names, and plain ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..foreign.kinds import kind_of
from .scalar_node import ScalarNode

__all__ = ["as_flat_dict", "flatten", "leaves", "plain", "present_items"]

_GONE = object()


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


def flatten(tree: Any, *, include_arrays: bool, recursive: bool, prefix: str = "") -> dict[str, Any]:
    """Return the values under dotted names, times as text."""
    return as_flat_dict(
        leaves(tree) if recursive else present_items(tree), include_arrays=include_arrays, prefix=prefix
    )


def present_items(tree: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the items of the keys that are there now; another thread may add others and take some out meanwhile."""
    for key in list(dict.keys(tree)):
        value = tree.get(key, _GONE)
        if value is not _GONE:
            yield key, value


def as_flat_dict(pairs: Iterable[tuple[str, Any]], *, include_arrays: bool, prefix: str) -> dict[str, Any]:
    """Return pairs of name and value as a dict, times as text."""
    return {
        f"{prefix}{name}": kind_of(value).flat(value) for name, value in pairs if include_arrays or not is_array(value)
    }


def plain(value: Any) -> Any:
    """Return a value as Python's own types: dicts, lists and scalars; foreign objects as they are."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.plain() if isinstance(value, ScalarNode) else value


def is_array(value: Any) -> bool:
    """Return whether a value is an array: numpy's or asdf's."""
    return hasattr(value, "dtype") and hasattr(value, "shape") and hasattr(value, "ndim") and not _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    import numpy as np

    return isinstance(value, np.generic)
