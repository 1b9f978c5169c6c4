"""Arrays of a file: all that are not loaded yet, or part of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import format_path
from ..extension.foreign import FileSource
from ..nodes.deferred import AsdfArray, FileValue
from ..nodes.lazy_dict import raw_get, raw_members
from ..nodes.list_node import ListNode
from ..nodes.object_node import ObjectNode

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["load", "name_arrays", "section", "section_at"]


def load(node: Any) -> None:
    """Build everything in a node or a list, and bring into memory what is mapped from a file."""
    import numpy as np

    keys = range(len(node)) if isinstance(node, ListNode) else list(node)
    for key in keys:
        value = node[key]
        if isinstance(value, (ObjectNode, ListNode)):
            load(value)
        elif isinstance(value, np.ndarray) and _is_mapped(value) and isinstance(node, ObjectNode):
            node._store(key, value.copy())


def name_arrays(node: Any, file: str | None) -> None:
    """Tell the arrays of an open `asdf.AsdfFile` which file they are of, for their errors."""
    for _, value in raw_members(node):
        if isinstance(value, AsdfArray):
            value.file = file
        elif isinstance(value, (ObjectNode, ListNode)):
            name_arrays(value, file)


def _is_mapped(array: Any) -> bool:
    import numpy as np

    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False


def section(node: ObjectNode, name: str, index: Any) -> NDArray[Any]:
    """Return part of the array of a dotted name below a node, without the rest where that can be.

    Raises
    ------
    TypeError
        What stands there is no array.
    """
    *parents, key = name.split(".")
    for parent in parents:
        node = node[parent]
    return section_at(node, key, index)


def section_at(node: ObjectNode, key: str, index: Any) -> NDArray[Any]:
    """Return part of the array under a key of a node, whatever the key is."""
    import numpy as np

    raw = raw_get(node, key)
    if isinstance(raw, FileValue) and not raw.is_built and isinstance(raw.source, FileSource):
        part: NDArray[Any] | None = raw.source.section(raw.raw, index, lambda: format_path((*node.path(), key)))
        if part is not None:
            return part
    value = node[key]
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{format_path((*node.path(), key))} is no array but a {type(value).__name__}")
    copied: NDArray[Any] = np.array(value[index], subok=True)
    return copied
