"""The keywords that asdf adds: tag, datatype, exact_datatype, ndim, max_ndim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...errors import Problem
from ...foreign import datatypes
from ...foreign.kinds import kind_of_tag
from .. import uris, values
from .core import Compilation, Keyword, Location, Maker, ValidationContext, show

__all__ = ["ASDF_KEYWORDS"]


def _tag(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    if not isinstance(argument, str):
        raise compilation.error("tag", "a tag or a pattern of tags", argument)
    matches = uris.tag_matcher(argument)
    short = argument.rsplit("/", 1)[-1].removeprefix(values.YAML_TAG)
    tag_of = values.tag_of
    kind = kind_of_tag(argument)
    is_for_arrays = argument.startswith(datatypes.NDARRAY_TAG)

    def check(value: Any, context: ValidationContext) -> bool:
        tag = tag_of(value)
        return tag is not None and matches(tag)

    def check_array(value: Any, context: ValidationContext) -> bool:
        # between steps an array may be none yet, or of a kind that no file holds
        if check(value, context):
            return True
        return context.assigning and not context.check_arrays and (value is None or values.is_array_like(value))

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        if is_for_arrays:
            message = f"is not an ndarray: give {_instead(value, schema)}"
        elif kind.given is not None:
            message = f"is not {kind.name}: give {kind.instead(value)}"
        else:
            message = f"is not of the tag {short} ({argument})"
        yield location.problem("tag", f"{_name(value)} {message}", argument)

    return Keyword("tag", check_array if is_for_arrays else check, iter_problems, inside=False)


def _name(value: Any) -> str:
    """Name what was found, without the elements of an array."""
    if not values.is_array_like(value):
        return show(value)
    unit = getattr(value, "unit", None)
    return f"a {type(value).__name__}" if unit is None else f"a {type(value).__name__} in {unit}"


def _instead(value: Any, schema: Mapping[str, Any]) -> str:
    """Say what is to be given at the place of an array for what stands there."""
    wanted = _described(schema)
    if not values.is_array_like(value):
        return wanted
    if not hasattr(value, "to_value"):
        return f"numpy.asarray() of it, {wanted}"
    unit = schema.get("unit", value.unit)
    units = unit if isinstance(unit, list) else [unit]
    return f"its .value, {wanted}" if value.unit in units else f"its .to_value({units[0]!r}), {wanted}"


def _described(schema: Mapping[str, Any]) -> str:
    datatype, ndim = _without_titles(schema.get("datatype")), schema.get("ndim")
    text = "a numpy array"
    if isinstance(datatype, str):
        text += f" of {datatype}"
    elif datatype is not None:
        text += f" of dtype {datatypes.numpy_dtype(datatype)}"
    return text if ndim is None else f"{text} in {ndim} dimension{'' if ndim == 1 else 's'}"


def _datatype(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    exact = bool(schema.get("exact_datatype", False))
    wanted = _without_titles(argument)
    if not datatypes.is_datatype(wanted):
        raise compilation.error("datatype", "a datatype of ASDF", argument)

    def check(value: Any, context: ValidationContext) -> bool:
        if not context.check_arrays or not values.is_array(value):
            return True
        found = datatypes.datatype_of(value)
        return bool(found == wanted) or (not exact and _casts(found, wanted))

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        found = datatypes.datatype_of(value)
        name = "unknown" if found is datatypes.MISSING else show(found)
        message = f"the datatype is {name}, not {show(wanted)}"
        yield location.problem("datatype", message if exact else f"{message}, and does not cast to it safely", argument)

    return Keyword("datatype", check, iter_problems, inside=False)


def _without_titles(datatype: Any) -> Any:
    """Drop from the fields of a structured datatype what only describes them."""
    if not isinstance(datatype, list) or not datatype or not isinstance(datatype[0], dict):
        return datatype
    used = ("name", "datatype", "byteorder", "shape")
    return [{key: field[key] for key in field if key in used} for field in datatype]


def _casts(found: Any, wanted: Any) -> bool:
    """Return True if an array of datatype `found` can be cast to `wanted` without loss, field by field."""
    import numpy as np

    dtype = datatypes.numpy_dtype(wanted)
    try:
        have = datatypes.numpy_dtype(found)
    except (TypeError, ValueError):
        return False
    if not dtype.fields or not have.fields:
        return not dtype.fields and not have.fields and bool(np.can_cast(have, dtype, "safe"))
    if len(have.fields) != len(dtype.fields):
        return False
    return all(np.can_cast(have[n], dtype[n], "safe") for n in range(len(dtype.fields)))


def _dimensions(name: str, words: str, fits: Callable[[int, int], bool]) -> Maker:
    def make(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
        if not isinstance(argument, int) or isinstance(argument, bool) or argument < 0:
            raise compilation.error(name, "an integer, 0 or more", argument)

        def check(value: Any, context: ValidationContext) -> bool:
            if not context.check_arrays or not values.is_array(value):
                return True
            found = datatypes.ndim_of(value)
            return found is not None and fits(found, argument)

        def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
            found = datatypes.ndim_of(value)
            number = "unknown" if found is None else found
            yield location.problem(name, f"the number of dimensions is {number}, {words} {argument}", argument)

        return Keyword(name, check, iter_problems, inside=False)

    return make


ASDF_KEYWORDS: dict[str, Maker] = {
    "tag": _tag,
    "datatype": _datatype,
    "ndim": _dimensions("ndim", "not", lambda found, wanted: found == wanted),
    "max_ndim": _dimensions("max_ndim", "more than", lambda found, wanted: found <= wanted),
}
