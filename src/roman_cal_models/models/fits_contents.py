"""What of a model goes to a FITS file: its arrays and tables, which are not read for it yet, and its plain values."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..errors import UnknownAttributeError, format_path
from ..foreign.arrays import Arrays
from ..foreign.integers import Integers
from ..foreign.kinds import kind_of, kind_of_tag
from ..foreign.quantities import Quantities
from ..foreign.tables import Tables
from ..nodes.deferred import FileValue
from ..nodes.lazy_dict import raw_get
from ..nodes.plain import is_array, to_plain
from ..nodes.shapes import shape_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..nodes.object_node import ObjectNode

__all__ = ["Contents", "Value", "contents_of", "description_of"]

_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A plain value of a model.

    Parameters
    ----------
    path : tuple of str and int
        Where it stands.
    plain : object
        Text, a number or a boolean: a time as its text, a list as JSON.
    unit : object
        That of a quantity; None for anything else.
    scale : str or None
        Of a time: ``"utc"``.
    """

    path: _Path
    plain: Any
    unit: Any = None
    scale: str | None = None


@dataclass(slots=True)
class Contents:
    """What was found in a model, in its order.

    Parameters
    ----------
    arrays, tables : dict
        Path -> what gives the array or table, which is read then, and kept for this model only if it was before.
    values : list of Value
        Everything plain.
    """

    arrays: dict[_Path, Callable[[], Any]] = field(default_factory=dict)
    tables: dict[_Path, Callable[[], Any]] = field(default_factory=dict)
    values: list[Value] = field(default_factory=list)


def contents_of(node: ObjectNode) -> Contents:
    """Return what there is in a top node for a FITS file; nothing is read from a block for it."""
    found = Contents()
    _look_into(node, (), found)
    return found


def description_of(node: ObjectNode, path: _Path) -> Any:
    """Return what the schemas say of a value; None where they know nothing of it."""
    try:
        return node.describe(format_path(path))
    except UnknownAttributeError:
        return None


def _look_into(tree: Any, path: _Path, found: Contents) -> None:
    keys: Sequence[Any] = list(tree) if isinstance(tree, dict) else range(len(tree))
    for key in keys:
        at = (*path, key)
        raw = raw_get(tree, key) if isinstance(tree, dict) else tree[key]
        if isinstance(raw, FileValue) and not raw.is_built:
            kind = kind_of_tag(raw.tag)
            if isinstance(kind, Tables):
                found.tables[at] = _reader(raw, at)
            elif isinstance(kind, (Arrays, Quantities)) and shape_of(raw):
                found.arrays[at] = _reader(raw, at)
            elif kind.is_scalar or isinstance(kind, (Quantities, Integers)):
                _note(tree[key], at, found)
            # the others, a WCS or a transform, have no place among arrays and values
        else:
            _note(tree[key], at, found)


def _note(value: Any, path: _Path, found: Contents) -> None:
    if isinstance(value, (dict, list, tuple)):
        if _is_list_of_plain(value):
            found.values.append(Value(path, json.dumps(to_plain(value))))
        else:
            _look_into(value, path, found)
    elif is_array(value) and value.ndim:
        is_table = value.dtype.names is not None
        (found.tables if is_table else found.arrays)[path] = lambda: value
    elif hasattr(value, "colnames"):
        found.tables[path] = lambda: value
    else:
        plain = value.isot if hasattr(value, "isot") else kind_of(value).flat(_of_python(value))
        if isinstance(plain, (str, bool, int, float)):
            found.values.append(Value(path, plain, getattr(value, "unit", None), getattr(value, "scale", None)))


def _reader(raw: FileValue, path: _Path) -> Callable[[], Any]:
    return lambda: raw.copied(lambda: format_path(path), {})


def _is_list_of_plain(value: Any) -> bool:
    """Return whether a value is a list that has no objects in it, so that it can be told in a line."""
    return isinstance(value, (list, tuple)) and all(
        item is None or isinstance(item, (str, bool, int, float)) or _is_list_of_plain(item) for item in value
    )


def _of_python(value: Any) -> Any:
    """Return a value as a plain one, where it is: a quantity or a scalar of NumPy as a number."""
    import numpy as np

    value = to_plain(value)
    number = getattr(value, "value", value) if hasattr(value, "unit") else value
    if isinstance(number, (np.generic, np.ndarray)) and np.ndim(number) == 0:
        return number.item()
    return number
