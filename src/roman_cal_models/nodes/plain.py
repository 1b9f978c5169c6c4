"""Nodes in other forms: flat dictionaries, plain dicts and lists, one line of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ..foreign.kinds import kind_of
from .deferred import Deferred
from .lazy_dict import present_items, raw_items
from .reading_ahead import arrays_ahead
from .scalar_node import ScalarNode

__all__ = ["as_flat_dict", "flatten", "is_array", "leaves", "one_line", "to_plain"]

# Of one line of text.
_DEPTH = 2
_LONGEST = 60


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


def one_line(node: Any, depth: int = 0) -> str:
    """Return a node as ``L2CalStep({'flat_field': 'COMPLETE', ...})``; what is nested deeper is only counted.

    Only what stands in the node is looked at: nothing is built, no file is touched.
    """
    name = type(node).__name__
    if depth >= _DEPTH:
        return f"<{name} of {len(node)}>"
    parts = [f"{key!r}: {_one_value(value, depth + 1)}" for key, value in raw_items(node)]
    return f"{name}({{{', '.join(parts)}}})"


def _one_value(value: Any, depth: int) -> str:
    if isinstance(value, Deferred):
        return repr(value)
    if isinstance(value, dict):
        return one_line(value, depth) if hasattr(value, "schema_uri") else f"<{len(value)} values>"
    if isinstance(value, list):
        return f"[{len(value)} items]" if len(value) > 3 or depth >= _DEPTH else _repr(value)
    if is_array(value):
        return f"<array {value.dtype} {value.shape}>"
    text = _repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except ValueError:  # an int of more digits than Python writes
        return f"<{type(value).__name__}>"


def is_array(value: Any) -> bool:
    """Return whether a value is an array: numpy's or asdf's."""
    return hasattr(value, "dtype") and hasattr(value, "shape") and hasattr(value, "ndim") and not _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    import numpy as np

    return isinstance(value, np.generic)
