"""Nodes as one line of text. Looks only at what stands in the node: nothing is built, no file is touched."""

from __future__ import annotations

from typing import Any

from .core import raw_items
from .deferred import Deferred
from .plain import is_array

__all__ = ["one_line"]

_DEPTH = 2
_LONGEST = 60


def one_line(node: Any, depth: int = 0) -> str:
    """Return a node as ``L2CalStep({'flat_field': 'COMPLETE', ...})``; what is nested deeper is only counted."""
    name = type(node).__name__
    if depth >= _DEPTH:
        return f"<{name} of {len(node)}>"
    parts = [f"{key!r}: {_value(value, depth + 1)}" for key, value in raw_items(node)]
    return f"{name}({{{', '.join(parts)}}})"


def _value(value: Any, depth: int) -> str:
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
