"""Many files as one lazy `xarray.Dataset`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any

from ..errors import MissingPackageError
from ..threads import Threads
from .members import Member, OnError, Variable, at_once, dimensions, members_of, names_of

if TYPE_CHECKING:
    import numpy as np
    import xarray
    from numpy.typing import NDArray

    from .placement import Placed

__all__ = ["coordinates", "stack"]


def stack(
    sources: Iterable[Any],
    names: str | Sequence[str],
    *,
    rows: int | None = None,
    storage_options: Mapping[str, Any] | None = None,
    on_error: OnError = "raise",
) -> xarray.Dataset:
    """Stack arrays of many files.

    Only headers and heads of blocks are read; the arrays are Dask's, and each chunk of one is a run of rows of all
    files. So a median over the files holds no more than some runs at a time. Part of the stack (``isel``) reads just
    that part. Runs begin where pieces of lz4 do, so that none is decompressed twice, where the pieces hold whole rows,
    as `DataModel.save` writes them.

    Parameters
    ----------
    sources : iterable of str, path-like, DataModel, bytes or binary file object
        Each as `open` takes it. Of a model, arrays that were used are taken as they are in memory; all others are
        read from the files when they are computed, by path or URL. A cluster must reach them by the same names.
    names : str or sequence of str
        Dotted names of arrays: ``["data", "dq"]``.
    rows : int, optional
        How many rows a run has. By default as many as make chunks of Dask's ``array.chunk-size``, and at least a piece
        of lz4; of files that are compressed in longer pieces, fewer take less memory and more time.
    storage_options : mapping, optional
        For URLs, what fsspec takes.
    on_error : {"raise", "skip"}
        Whether a file that cannot be read, or whose arrays are not like those of the first file, is an error, or is
        left out with a warning.

    Returns
    -------
    xarray.Dataset
        A variable an array, of the dimensions ``file``, ``y`` and ``x``, with ``z`` before ``y`` for cubes; where an
        array has another length than the first one, it has a dimension of its own, such as ``y_amp33``. Units (RAD's
        ``unit``) and titles are in their ``attrs``. Along ``file`` there are the coordinates ``file`` (absolute path or
        URL), ``detector``, ``optical_element`` and ``start_time`` (UTC), where the files have them.

    Raises
    ------
    ValueError, TypeError
        The argument `rows` or `on_error` is not one of those; a name is not text.
    StackError
        There is no file; or an array is missing, is not of numbers, or has another type, shape or unit than that of the
        first file. When it is computed: the file has changed.
    NotAsdfError, TruncatedFileError, NotRomanError, UnknownTagError, ForeignValueError
        A file, or an array of it, cannot be read.
    MissingPackageError
        xarray or Dask is not installed.
    SourceTypeError, FileNotFoundError, PermissionError
        As for `open`.

    Warns
    -----
    SkippedFileWarning
        A file was left out.
    """
    xr, da = _xarray(), _dask_array()
    if rows is not None and not (isinstance(rows, Integral) and rows > 0):
        raise ValueError(f"rows={rows!r}: a run has a number of rows above 0")
    names = names_of(names)
    options = dict(storage_options or {})
    members = members_of(sources, names, options, on_error)
    first = {name: _variable(members[0], name) for name in names}
    dims = dimensions({name: variable.array.shape for name, variable in first.items()})
    stacks = {name: _Stack([_variable(each, name).array for each in members], options) for name in names}
    runs = _runs(list(stacks.values()), dims=list(dims.values()), rows=rows)
    variables = {}
    for (name, stacked), chunks in zip(stacks.items(), runs, strict=True):
        # without a name Dask would look at all of it to make one
        token = f"stack-{name}-{uuid.uuid4().hex}"
        array = da.from_array(stacked, chunks, name=token, asarray=False, meta=stacked.empty())
        variables[name] = (("file", *dims[name]), array, attributes(first[name]))
    along = {name: ("file", values) for name, values in coordinates(members).items()}
    dataset: xarray.Dataset = xr.Dataset(variables, along)
    return dataset


def attributes(variable: Variable) -> dict[str, str]:
    """Return the attributes of a variable, by the names of the CF conventions."""
    found = {"units": variable.unit, "long_name": variable.title}
    return {name: value for name, value in found.items() if value is not None}


def coordinates(members: Sequence[Member]) -> dict[str, NDArray[Any]]:
    """Return the coordinates along the files: an empty text, or not-a-time, where a file lacks what others have."""
    import numpy as np

    found: dict[str, NDArray[Any]] = {"file": np.array([member.file for member in members], np.str_)}
    for name in dict.fromkeys(name for member in members for name in member.coordinates):
        missing = np.datetime64("NaT", "ns") if name == "start_time" else ""
        found[name] = np.array([member.coordinates.get(name, missing) for member in members])
    return found


def _variable(member: Member, name: str) -> Variable:
    variable = member.variables[name]
    assert isinstance(variable, Variable)
    return variable


class _Stack:
    """Arrays of files as one, which reads what is taken out of it. It pickles.

    Parameters
    ----------
    arrays : list of Placed
        Of one shape and type; the order of bytes may differ.
    storage_options : dict
        For URLs.
    """

    def __init__(self, arrays: list[Placed], storage_options: dict[str, Any]) -> None:
        self._arrays = arrays
        self._options = storage_options
        self.shape = (len(arrays), *arrays[0].shape)
        self.dtype: np.dtype[Any] = arrays[0].dtype.newbyteorder("=")
        self.ndim = len(self.shape)

    @property
    def piece(self) -> int:
        """Bytes that are decompressed together, of the file that has the longest such pieces."""
        return max(array.piece for array in self._arrays)

    def empty(self) -> NDArray[Any]:
        """Return an array without elements, of the same type and number of dimensions."""
        import numpy as np

        return np.empty((0,) * self.ndim, self.dtype)

    def __getitem__(self, index: tuple[Any, ...]) -> NDArray[Any]:
        """Return part of it; Dask has one index for each axis, and may have a list for one of them."""
        simple = [isinstance(each, (int, slice)) for each in index]
        found = self._read(*(each if is_simple else slice(None) for each, is_simple in zip(index, simple, strict=True)))
        if all(simple):
            return found
        # the axes of numbers are gone
        left = [(each, is_simple) for each, is_simple in zip(index, simple, strict=True) if not isinstance(each, int)]
        part: NDArray[Any] = found[tuple(slice(None) if is_simple else each for each, is_simple in left)]
        return part

    def _read(self, which: int | slice, *part: int | slice) -> NDArray[Any]:
        import numpy as np

        if not isinstance(which, slice):
            return self._arrays[which].read(part, self._options).astype(self.dtype, copy=False)
        arrays = self._arrays[which]
        axes = zip(part, self.shape[1:], strict=True)
        lengths = [len(range(length)[each]) for each, length in axes if isinstance(each, slice)]
        found = np.empty((len(arrays), *lengths), self.dtype)

        def fill(number: int) -> None:
            found[number] = arrays[number].read(part, self._options)

        if (number := at_once(array.file for array in arrays)) > 1:
            with Threads(number) as threads:
                list(threads.map(fill, range(len(arrays))))
        else:
            for number in range(len(arrays)):
                fill(number)
        return found


# -- runs of rows ------------------------------------------------------------------------------------------------------

Chunks = tuple[int, ...]


def _runs(stacks: Sequence[_Stack], *, dims: Sequence[tuple[str, ...]], rows: int | None) -> list[Chunks]:
    """Return the chunks of each stack.

    Those of one shape have the same, if the pieces of one hold whole pieces of the others: what is computed of several
    variables then needs no other chunks.
    """
    cuts = [_cut(stacked, rows) for stacked in stacks]
    found = []
    for stacked, (axis, step, most), own in zip(stacks, cuts, dims, strict=True):
        others = [cut for cut, other in zip(cuts, dims, strict=True) if other == own and cut[0] == axis]
        longest = max(cut[1] for cut in others)
        if all(longest % cut[1] == 0 for cut in others):
            step, most = longest, min(cut[2] for cut in others)
        run = min(max(most // step, 1) * step, max(stacked.shape[axis], 1))
        found.append((stacked.shape[0], *(1 for _ in stacked.shape[1:axis]), run, *stacked.shape[axis + 1 :]))
    return found


def _cut(stacked: _Stack, rows: int | None) -> tuple[int, int, int]:
    """Return along which axis a stack is cut, of how many elements each run is a multiple, and how many there may be.

    What a file gives to a chunk is one after the other in it: the axes behind are whole, those before have a single
    element.
    """
    shape = stacked.shape
    if rows is not None:
        return max(len(shape) - 2, 1), rows, rows
    most = max(_chunk_size() // shape[0], stacked.piece)
    size = stacked.dtype.itemsize
    for axis in range(len(shape) - 1, 1, -1):
        # rows stay whole, however long they are
        if size * shape[axis] > most and axis < len(shape) - 1:
            break
        size *= max(shape[axis], 1)
    else:
        axis = 1
    return axis, max(stacked.piece // size, 1), most // size


def _chunk_size() -> int:
    """Return how many bytes a chunk should have, as Dask is configured."""
    from dask import config
    from dask.utils import parse_bytes

    size: int = parse_bytes(config.get("array.chunk-size", "128MiB"))
    return size


def _xarray() -> Any:
    try:
        import xarray
    except ImportError:
        raise MissingPackageError("stacks need xarray: pip install 'roman-cal-models[images]'") from None
    return xarray


def _dask_array() -> Any:
    try:
        import dask.array
    except ImportError:
        raise MissingPackageError("stacks need Dask: pip install 'roman-cal-models[images]'") from None
    return dask.array
