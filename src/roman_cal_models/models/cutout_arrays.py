"""The arrays of a cutout: which lie on the grid of the image, and their parts."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from numbers import Real
from typing import TYPE_CHECKING, Any

from ..errors import CutoutError
from ..foreign.datatypes import dtype_of
from ..nodes.deferred import FileValue
from ..nodes.lazy_dict import raw_get, raw_items
from ..nodes.object_node import ObjectNode
from ..nodes.shapes import is_off_grid, shape_of
from ..settings import current
from ..threads import Threads
from .cutout_windows import shown
from .loading import section_at
from .quality import FLAGS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .cutout_windows import Window

__all__ = ["Read", "arrays_beside", "arrays_on_grid", "check_fill", "check_size", "padded", "read_together", "sections"]

Read = Callable[[ObjectNode, Sequence[str], "Window"], AbstractContextManager[Iterator["NDArray[Any]"]]]
"""Lends, of some arrays of a node, the pixels that a window has in common with their image, one array at a time."""

_DO_NOT_USE = 1  # of `dqflags.pixel` and `dqflags.group` alike


def arrays_on_grid(node: ObjectNode, grid: tuple[int, int]) -> Iterator[str]:
    """Yield the names of the arrays of a node whose last two axes are those of the image; none is read for it."""
    for name, value in raw_items(node):
        shape = shape_of(value)
        if shape is not None and shape[-2:] == grid and isinstance(name, str) and not is_off_grid(name):
            yield name


def arrays_beside(node: ObjectNode, grid: tuple[int, int]) -> dict[str, NDArray[Any] | None]:
    """Return the other arrays of a node: without elements those that the schema requires, None for the rest."""
    import numpy as np

    schema = node._schema
    required = frozenset[str]() if schema is None else schema.required
    on_grid = set(arrays_on_grid(node, grid))
    beside: dict[str, NDArray[Any] | None] = {}
    for name, value in raw_items(node):
        shape = shape_of(value)
        if not shape or name in on_grid:
            continue
        dtype = dtype_of(value.raw) if isinstance(value, FileValue) else None
        if name not in required:
            beside[name] = None
        elif dtype is not None:
            beside[name] = np.empty((0,) * len(shape), dtype)
        else:
            # one in memory, or with a unit, which only the whole knows
            whole = node[name]
            beside[name] = whole[(slice(0, 0),) * len(shape)].copy() if hasattr(whole, "dtype") else None
    return beside


@contextmanager
def read_together(node: ObjectNode, names: Sequence[str], window: Window) -> Generator[Iterator[NDArray[Any]]]:
    """Lend the pixels that a window has in common with the image, of some arrays, which are read side by side."""
    with Threads(_threads_of(node, names)) as threads:
        yield sections(node, names, window.in_image, threads)


def _threads_of(node: ObjectNode, names: Sequence[str]) -> int:
    """Return how many threads are to read some arrays of a node: one where no file has them."""
    from ..sources.file_source import FileSource

    values = (raw_get(node, name) for name in names)
    sources = {value.source for value in values if isinstance(value, FileValue)}
    return max((source.threads for source in sources if isinstance(source, FileSource)), default=1)


def sections(node: ObjectNode, names: Sequence[str], index: Any, threads: Threads) -> Iterator[NDArray[Any]]:
    """Yield one part of some arrays, in their order; all are under way at once.

    Parameters
    ----------
    node : ObjectNode
        What the arrays stand in.
    names : sequence of str
        Of the arrays.
    index : tuple
        Which part.
    threads : Threads
        Do it.
    """
    return threads.map(lambda name: section_at(node, name, index), names)


def padded(name: str, part: NDArray[Any], window: Window, fill: float | None) -> NDArray[Any]:
    """Return an array of the size of the window with a part in its place.

    Parameters
    ----------
    name : str
        Of the array: flags are filled with ``DO_NOT_USE``.
    part : numpy.ndarray
        The pixels that the window has in common with the image.
    window : Window
        The window.
    fill : float or None
        What stands outside of the image, as for `cutout`.
    """
    import numpy as np

    if window.is_inside:
        return part
    whole = np.full((*part.shape[:-2], window.ny, window.nx), _filling(name, part.dtype, fill), part.dtype)
    whole[window.in_cutout] = part
    if isinstance(part, np.ma.MaskedArray):
        mask = np.ones(whole.shape, bool)
        mask[window.in_cutout] = np.ma.getmaskarray(part)
        return np.ma.array(whole, mask=mask)
    unit: Any = getattr(part, "unit", None)
    if unit is None:
        return whole
    from astropy.units import Quantity

    make: Any = Quantity
    with_unit: NDArray[Any] = make(whole, unit, dtype=whole.dtype, copy=False)  # else integers become floats
    return with_unit


def _filling(name: str, dtype: np.dtype[Any], fill: float | None) -> Any:
    import numpy as np

    if dtype.kind in "fc":
        is_too_large = fill is not None and float(np.finfo(dtype).max) < abs(fill) < math.inf
        return np.nan if fill is None or is_too_large else fill
    if dtype.kind not in "iu":
        return np.zeros((), dtype)[()]
    if name in FLAGS:
        return _DO_NOT_USE
    limits = np.iinfo(dtype)
    is_fit = fill is not None and limits.min <= fill <= limits.max and float(fill).is_integer()
    return int(fill) if is_fit and fill is not None else 0


def check_fill(fill: Any, file: str | None) -> None:
    """Refuse what arrays cannot be filled with.

    Raises
    ------
    CutoutError
        It is neither a real number nor None.
    """
    if fill is not None and not isinstance(fill, Real):
        raise CutoutError(file, f"fill is a number, not {shown(fill)}")


def check_size(node: ObjectNode, names: Sequence[str], window: Window, file: str | None) -> None:
    """Refuse a cutout with an array that takes more memory than one of a file may.

    Raises
    ------
    CutoutError
        It does. Nothing was read.
    """
    limit = current().array_max_bytes
    for name in names:
        value = raw_get(node, name)
        dtype = dtype_of(value.raw) if isinstance(value, FileValue) else getattr(value, "dtype", None)
        size = window.ny * window.nx * (1 if dtype is None else dtype.itemsize)
        for length in (shape_of(value) or ())[:-2]:
            size *= length
        if size > limit:
            raise CutoutError(
                file, f"{name} would have {size} bytes, more than the setting array_max_bytes={limit} allows"
            )
