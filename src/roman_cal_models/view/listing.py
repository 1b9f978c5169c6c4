"""The values of a header as lines of text, and as JSON has them. Nothing is built or read for it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from ..foreign.kind import NOTHING
from ..foreign.kinds import kind_of_tag
from ..nodes.deferred import FileValue
from ..nodes.lazy_dict import raw_get, raw_items
from ..outline.entry import MOST_BITS
from ..printable import printable, printable_json
from ..schema import installed
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence, opened

__all__ = ["as_json", "lines", "value_at"]


def value_at(value: Any, keys: Iterable[str | int]) -> Any:
    """Return what stands below a value, as it stands there; `NOTHING` where there is nothing.

    Parameters
    ----------
    value : object
        A node, or what is in one.
    keys : iterable of str or int
        The keys of mappings and the indexes of lists that lead there.
    """
    for key in keys:
        if isinstance(value, dict) and key in value:
            value = opened(raw_get(value, key))
        elif isinstance(value, list) and isinstance(key, int) and -len(value) <= key < len(value):
            value = opened(list.__getitem__(value, key))
        else:
            return NOTHING
    return value


def lines(value: Any, path: str) -> Iterator[str]:
    """Yield a line a value; lists are one."""
    if isinstance(value, dict) and value and not _is_foreign(value):
        for key, item in raw_items(value):
            yield from lines(item, f"{path}.{key}" if path else str(key))
    else:
        yield f"{printable(path)} = {_text(value)}"


def _text(value: Any) -> str:
    value = as_json(value)
    if isinstance(value, dict) and value.keys() == {"dtype", "shape"}:
        shape = "" if value["shape"] is None else f" ({', '.join(map(str, value['shape']))})"
        return printable(f"<array {value['dtype'] or 'of unknown type'}{shape}>")
    if isinstance(value, dict) and value.keys() == {"tag"}:
        return printable(f"<{value['tag'].rpartition('/')[2]}>")
    return printable_json(json.dumps(value, ensure_ascii=False))


def as_json(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, FileValue):
        value = value.raw
    if _is_foreign(value):
        return as_json(kind_of_tag(value.tag).as_json(value))
    if isinstance(value, dict):
        return {str(key): as_json(item) for key, item in raw_items(value)}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return hex(value)
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def _is_foreign(value: Any) -> bool:
    """Return True for a foreign object that was not built; nodes that wait to be built bear tags as well."""
    if isinstance(value, FileValue):
        return True
    is_tagged = isinstance(value, (TaggedMapping, TaggedSequence, TaggedScalar))
    return is_tagged and not installed().store.is_node(value.tag)
