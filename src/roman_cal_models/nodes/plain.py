"""Nodes in other forms: flat dictionaries, plain dicts and lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from typing import Any

from ..foreign.datatypes import NDARRAY_TAG
from ..foreign.kinds import kind_of, kind_of_tag
from ..yaml import TaggedScalar
from .deferred import Deferred, FileValue
from .lazy_dict import present_items
from .reading_ahead import arrays_ahead
from .scalar_node import ScalarNode

__all__ = ["Skip", "as_flat_dict", "flatten", "is_array", "is_foreign", "is_unread_array", "leaves", "to_plain"]

Skip = Callable[[Any], bool]
"""Tells of what stands in a node, built or not, whether it is left out."""


def leaves(tree: Any, path: tuple[Any, ...] = (), *, skip: Skip | None = None) -> Iterator[tuple[str, Any]]:
    """Yield every value in a container that is not null under its dotted name, containers in it taken apart.

    Parameters
    ----------
    tree : object
        The container.
    path : tuple
        Where it stands.
    skip : callable, optional
        As for `present_items`.
    """
    if isinstance(tree, dict):
        for key, value in present_items(tree, skip):
            yield from leaves(value, (*path, key), skip=skip)
    elif isinstance(tree, (list, tuple)):
        for index, value in enumerate(tree):
            yield from leaves(value, (*path, index), skip=skip)
    elif tree is not None and path:
        yield ".".join(map(str, path)), tree


def flatten(tree: Any, *, include_arrays: bool, recursive: bool) -> dict[str, Any]:
    """Return the values under dotted names, times as text."""
    skip = None if include_arrays else is_unread_array
    pairs = leaves(tree, skip=skip) if recursive else present_items(tree, skip)
    with arrays_ahead(tree, recursive=recursive) if include_arrays else nullcontext():
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


def is_unread_array(raw: Any) -> bool:
    """Return whether what stands in a node is an array that nobody has asked for."""
    return isinstance(raw, Deferred) and not raw.is_built and raw.tag.startswith(NDARRAY_TAG)


def is_foreign(raw: Any) -> bool:
    """Return whether what stands in a node is a foreign object that was not built, and is more than a single value."""
    if not isinstance(raw, Deferred) or raw.is_built or kind_of_tag(raw.tag).is_scalar:
        return False
    return not (isinstance(raw, FileValue) and isinstance(raw.raw, TaggedScalar))


def is_array(value: Any) -> bool:
    """Return whether a value is an array: numpy's or asdf's."""
    return hasattr(value, "dtype") and hasattr(value, "shape") and hasattr(value, "ndim") and not _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    import numpy as np

    return isinstance(value, np.generic)
