"""Files -> what a stack needs of each: where its arrays stand, their units, and the values of its coordinates."""

from __future__ import annotations

import os
import warnings
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ..errors import RomanCalModelsError, SkippedFileWarning, StackError, UnknownAttributeError, format_path, told
from ..foreign.kind import NOTHING
from ..foreign.kinds import kind_of_tag
from ..header.streams import open_stream
from ..models.data_model import DataModel
from ..models.file_nodes import node_of_file
from ..models.opening import model_of, open
from ..nodes.deferred import FileValue
from ..nodes.descriptions import describe, unit_of_several
from ..nodes.lazy_dict import raw_get
from ..nodes.object_node import ObjectNode
from ..sources.file_source import FileSource
from ..spelling import did_you_mean
from ..threads import Threads
from .placement import ArrayInMemory, Placed, named_errors, placed

if TYPE_CHECKING:
    import numpy as np

__all__ = [
    "Member",
    "OnError",
    "Variable",
    "are_far",
    "array_names",
    "at_once",
    "dimensions",
    "members_of",
    "misfit",
    "names_of",
]

OnError = Literal["raise", "skip"]

# How many files are read at a time where some are far away: each waits for its host most of the time.
_FAR = 16

# Where the values of the coordinates stand: in files of exposures, and in those that are made of several.
_PLACES = {
    "detector": ("meta.instrument.detector",),
    "optical_element": ("meta.instrument.optical_element",),
    "start_time": ("meta.exposure.start_time", "meta.coadd_info.time_first"),
}


@dataclass(frozen=True, slots=True)
class Variable:
    """An array of one file.

    Parameters
    ----------
    array : Placed
        Where it stands.
    unit : str or None
        Its unit, by its schema.
    title : str or None
        What its schema calls it.
    """

    array: Placed
    unit: str | None
    title: str | None


@dataclass(slots=True)
class Member:
    """What a stack needs of one file.

    Parameters
    ----------
    file : str
        Absolute path, or URL; empty for what is in memory.
    coordinates : dict
        Name -> value, of those that the file has.
    variables : dict
        Name of an array -> the array, or the error that keeps it out of a stack.
    """

    file: str
    coordinates: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Variable | RomanCalModelsError] = field(default_factory=dict)


def are_far(files: Iterable[Any]) -> bool:
    """Return whether one of some files may have to be waited for: a URL, a stream, or a model of either."""
    return any(_is_far(file) for file in files)


def _is_far(file: Any) -> bool:
    if isinstance(file, DataModel):
        return file._source is not None and file._source.is_far
    if isinstance(file, str):
        return "://" in file
    return not isinstance(file, (os.PathLike, bytes, bytearray, memoryview))


def at_once(files: Iterable[Any]) -> int:
    """Return how many files are to be read at a time: headers of near ones are work for Python, which does one."""
    return _FAR if are_far(files) else 1


def names_of(names: str | Sequence[str]) -> list[str]:
    """Return the names of arrays that a user gives: one or several.

    Raises
    ------
    TypeError
        One is not text.
    """
    wanted = [names] if isinstance(names, str) else list(names)
    for name in wanted:
        if not isinstance(name, str):
            raise TypeError(f"names={names!r}: {name!r} is not the name of an array")
    return [str(name) for name in wanted]  # of numpy's texts, too


def members_of(
    sources: Iterable[Any], names: Sequence[str] | None, storage_options: Mapping[str, Any], on_error: OnError
) -> list[Member]:
    """Read what a stack needs of many files; to be called by what users call.

    Parameters
    ----------
    sources : iterable
        Each as `roman_cal_models.open` takes it. A model stays open, and what is changed in it counts.
    names : sequence of str or None
        Dotted names of arrays, which must be like those of the first file. None for all arrays of the first file that
        stand right below its top node: nobody has asked for them, and they may be anything in the others.
    storage_options : mapping
        For URLs, what fsspec takes.
    on_error : {"raise", "skip"}
        Whether a file that cannot be read, or does not fit, is an error, or is left out with a `SkippedFileWarning`.

    Raises
    ------
    ValueError
        The argument `on_error` is another one.
    StackError
        There is no file, or one does not fit.
    RomanCalModelsError, OSError
        A file cannot be read.
    """
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error is 'raise' or 'skip', not {on_error!r}")
    found: list[Member] = []
    for source, outcome in _outcomes(sources, names, storage_options):
        error = outcome if isinstance(outcome, Exception) else None
        if isinstance(outcome, Member):
            errors = (misfit(outcome, found[0] if found else outcome, name) for name in names or ())
            error = next((error for error in errors if error is not None), None)
            if error is None:
                found.append(outcome)
        if error is not None and on_error == "raise":
            raise error
        if error is not None:
            file = source if isinstance(source, (str, os.PathLike)) else None
            warnings.warn(f"left out: {told(error, file)}", SkippedFileWarning, stacklevel=3)
    if not found:
        raise StackError(None, "there are no files to stack")
    return found


def _outcomes(
    sources: Iterable[Any], names: Sequence[str] | None, storage_options: Mapping[str, Any]
) -> Iterator[tuple[Any, Member | Exception]]:
    """Yield each source with what was read of it, or with the error that it is, in their order."""
    files = [sources] if isinstance(sources, (str, os.PathLike, DataModel)) else list(sources)
    waiting = iter(files)
    with Threads(at_once(files)) as threads:
        while names is None:
            # the first file that can be read has the names for all
            source = next(waiting, None)
            if source is None:
                return
            outcome = _outcome(source, None, storage_options)
            yield source, outcome
            names = list(outcome.variables) if isinstance(outcome, Member) else None
        wanted = names
        some = list(waiting)
        yield from zip(some, threads.map(lambda each: _outcome(each, wanted, storage_options), some), strict=True)


def misfit(member: Member, first: Member, name: str) -> RomanCalModelsError | None:
    """Return why an array of a file does not fit to that of the first one; None where it does."""
    one, other = member.variables[name], first.variables[name]
    if not isinstance(one, Variable):
        return one
    assert isinstance(other, Variable)
    facts = (
        ("is of", _type(one), _type(other)),
        ("has the shape", one.array.shape, other.array.shape),
        ("is in", one.unit or "no unit", other.unit or "no unit"),
    )
    for verb, found, expected in facts:
        if found != expected:
            return StackError(member.file or None, f"{name} {verb} {found}, not {expected} as in {_called(first)}")
    return None


def _called(member: Member) -> str:
    return member.file or "the first model"


def _type(variable: Variable) -> np.dtype[Any]:
    """Return the type of an array whatever the order of its bytes."""
    return variable.array.dtype.newbyteorder("=")


def dimensions(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the names of the dimensions of arrays: ``y`` and ``x``, and before them ``z``, ``w``.

    Arrays that have another length along a dimension than the first one have their own, such as ``y_amp33``.
    """
    lengths: dict[str, int] = {}
    found = {}
    for name, shape in shapes.items():
        axes = ["x", "y", "z", "w", *(f"axis{number}" for number in range(4, len(shape)))][: len(shape)]
        dims = []
        for axis, length in zip(reversed(axes), shape, strict=True):
            own = axis if lengths.setdefault(axis, length) == length else f"{axis}_{name}"
            lengths.setdefault(own, length)
            dims.append(own)
        found[name] = tuple(dims)
    return found


def array_names(node: ObjectNode) -> list[str]:
    """Return the names of the arrays right below a top node; the one that the others follow in shape is the first."""
    primary = model_of(node).get_primary_array_name()
    # what is not read yet has a shape as well
    names = [name for name in node if getattr(raw_get(node, name), "shape", None)]
    return sorted(names, key=lambda name: name != primary)


# -- one file ----------------------------------------------------------------------------------------------------------


def _outcome(source: Any, names: Sequence[str] | None, storage_options: Mapping[str, Any]) -> Member | Exception:
    try:
        with _node_of(source, storage_options) as (node, file):
            member = Member(file, dict(_coordinates(node)))
            for name in array_names(node) if names is None else names:
                member.variables[name] = _variable(node, file, name)
            return member
    except (RomanCalModelsError, OSError) as error:
        return error


@contextmanager
def _node_of(source: Any, storage_options: Mapping[str, Any]) -> Generator[tuple[ObjectNode, str]]:
    """Give the top node of a source, and the name by which others can open the file."""
    if isinstance(source, (str, os.PathLike)):
        stream, name, _ = open_stream(source, storage_options)
        with stream:
            node, _ = node_of_file(stream, name)
            yield node, _absolute(name)
    elif isinstance(source, DataModel):
        yield source.node, _absolute(None if source._source is None else source._source.name)
    else:
        with open(source) as model:
            yield model.node, ""


def _absolute(name: str | None) -> str:
    return name or "" if name is None or "://" in name else os.path.abspath(name)


def _variable(node: ObjectNode, file: str, name: str) -> Variable | RomanCalModelsError:
    try:
        parent, key = _parent(node, name)
    except KeyError:
        return _missing(node, file, name)
    raw = raw_get(parent, key)
    if raw is None:
        return _missing(node, file, name)
    try:
        return Variable(_placed(parent, key, raw, file, name), *_described(node, name))
    except RomanCalModelsError as error:
        return error


def _missing(node: ObjectNode, file: str, name: str) -> StackError:
    near = did_you_mean(name, array_names(node))
    return StackError(file or None, f"has no array {name!r}{near and '.'}{near}")


def _parent(node: Any, name: str) -> tuple[ObjectNode, str]:
    *parents, key = name.split(".")
    for parent in parents:
        node = node[parent]
        if not isinstance(node, ObjectNode):
            raise KeyError(name)
    return node, key


def _placed(parent: ObjectNode, key: str, raw: Any, file: str, name: str) -> Placed:
    import numpy as np

    if isinstance(raw, FileValue) and not raw.is_built and isinstance(raw.source, FileSource) and file:
        return placed(raw.raw, raw.source, file, name)
    value = parent[key]
    if not isinstance(value, np.ndarray) or isinstance(value, np.ma.MaskedArray):
        kind = "has a mask" if isinstance(value, np.ma.MaskedArray) else f"is a {type(value).__name__}"
        raise StackError(file or None, f"{format_path((*parent.path(), key))} {kind}: it is no array for a stack")
    with named_errors(file, name):
        return ArrayInMemory(np.asarray(value))


def _described(node: ObjectNode, name: str) -> tuple[str | None, str | None]:
    """Return the unit and the title of an array."""
    try:
        found = describe(node._schema, name)
    except UnknownAttributeError:
        return None, None
    units = (found.unit,) if isinstance(found.unit, str) else found.unit or ()
    return unit_of_several(units, node), found.title


def _coordinates(node: ObjectNode) -> Iterator[tuple[str, Any]]:
    for name, places in _PLACES.items():
        values = (_value_at(node, place) for place in places)
        value = next((value for value in values if value is not None), None)
        if value is not None:
            found = _moment(value) if name == "start_time" else str(value)
            if found is not None:
                yield name, found


def _value_at(node: Any, place: str) -> Any:
    """Return a value of a header, or None; a time without asdf, which takes long for one."""
    *parents, key = place.split(".")
    for parent in parents:
        node = node.get(parent) if isinstance(node, ObjectNode) else None
    if not isinstance(node, ObjectNode):
        return None
    raw = raw_get(node, key)
    if isinstance(raw, FileValue) and not raw.is_built:
        value = kind_of_tag(raw.tag).from_header(raw.raw)
        return node.get(key) if value is NOTHING else value
    return node.get(key)


def _moment(value: Any) -> np.datetime64 | None:
    """Return a time as xarray has it, in UTC; None for what is none."""
    import numpy as np

    try:
        return np.datetime64(value.utc.to_value("isot"), "ns")
    except (AttributeError, TypeError, ValueError):
        return None
