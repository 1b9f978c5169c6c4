"""Methods of models: arrays of a file loaded, all that are not yet, or part of one."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import format_path
from ..nodes.deferred import AsdfArray, FileValue
from ..nodes.lazy_dict import raw_get, raw_members
from ..nodes.list_node import ListNode
from ..nodes.object_node import ObjectNode
from ..nodes.reading_ahead import arrays_ahead

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .data_model import DataModel

__all__ = ["deepcopied", "detach", "keep_file", "load", "section", "section_at", "section_below"]

Model = TypeVar("Model", bound="DataModel")


def section(self: DataModel, name: str, index: Any) -> NDArray[Any]:
    """Return part of an array, and read no more of the file for it than is needed.

    Of an array in a block that is not compressed, only the wanted bytes are read; of one compressed by lz4, only
    the pieces that hold them. Anything else is read whole, and stays loaded.

    Parameters
    ----------
    name : str
        Of the array; below another node, under its dotted name.
    index : int, slice, Ellipsis or tuple of them
        Which part: ``np.s_[y0:y1, x0:x1]``.

    Returns
    -------
    numpy.ndarray
        As ``model[name][index]``, but an array of its own.

    Raises
    ------
    IndexError
        The array has no such part.
    MissingKeyError
        There is nothing of this name.
    ModelClosedError
        The array was not loaded before the file was closed.
    TypeError
        What stands there is not an array.
    """
    return section_below(self.node, name, index)


def detach(self: Model) -> Model:
    """Load what is not loaded yet, and let the file go: the model is one in memory from now on.

    Returns
    -------
    DataModel
        The model itself.

    Raises
    ------
    ModelClosedError
        The file was closed before all was loaded.
    """
    with arrays_ahead(self.node):
        load(self.node)
    self.close()
    self._source = None
    return self


def deepcopied(node: ObjectNode, memo: dict[int, Any] | None) -> Any:
    """Return a deep copy of a node, whose arrays are read for it several at a time where they are not loaded."""
    with arrays_ahead(node):
        return copy.deepcopy(node, memo)


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


def keep_file(node: Any, file: Any) -> None:
    """Have the arrays of an open `asdf.AsdfFile` keep it until they are read, and know its name for their errors."""
    for _, value in raw_members(node):
        if isinstance(value, AsdfArray):
            value.file, value.owner = file.uri, file
        elif isinstance(value, (ObjectNode, ListNode)):
            keep_file(value, file)


def _is_mapped(array: Any) -> bool:
    import numpy as np

    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False


def section_below(node: ObjectNode, name: str, index: Any) -> NDArray[Any]:
    """Return part of the array of a dotted name below a node, without the rest where that can be.

    Raises
    ------
    TypeError
        What stands there is not an array.
    """
    *parents, key = name.split(".")
    for parent in parents:
        node = node[parent]
    return section_at(node, key, index)


def section_at(node: ObjectNode, key: str, index: Any) -> NDArray[Any]:
    """Return part of the array under a key of a node, whatever the key is."""
    import numpy as np

    from ..sources.file_source import FileSource

    raw = raw_get(node, key)
    if isinstance(raw, FileValue) and not raw.is_built and isinstance(raw.source, FileSource):
        part: NDArray[Any] | None = raw.source.section(raw.raw, index, lambda: format_path((*node.path(), key)))
        if part is not None:
            return part
    value = node[key]
    if not isinstance(value, np.ndarray):
        raise TypeError(f"{format_path((*node.path(), key))} is not an array but a {type(value).__name__}")
    copied: NDArray[Any] = np.array(value[index], subok=True)
    return copied
