"""What asdf's validation sees of a Python value: its tag, its tree of plain values, its array type.

Nodes and deferred values of the rooms above answer for themselves, through two methods:
``__roman_tag__()`` gives the tag (None: no tag of its own), ``__roman_lower__()`` the tagged tree of an object
that is not a plain value. ``__roman_raw__`` is true of a type whose tree is what stands in a file, written by anybody.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, cast

from .. import asdf_bridge
from ..asdf_bridge import cached_by_extensions
from ..foreign.datatypes import NDARRAY_TAG

if TYPE_CHECKING:
    from ..asdf_bridge import Conversion

__all__ = [
    "is_array",
    "is_array_like",
    "is_plain",
    "is_reference",
    "lower",
    "schema_uris_of_tag",
    "tag_of",
]

YAML_TAG = "tag:yaml.org,2002:"

PLAIN: set[type] = {str, int, float, bool, type(None), dict, list, tuple}
"""Types whose values are validated as they are, whatever asdf's extensions say. Grows as types are met, so that one
look answers the common case."""


def tag_of(value: Any) -> str | None:
    """Return the tag that asdf's ``tag`` keyword compares.

    Parameters
    ----------
    value : object
        A plain value, a tagged value, an array, a node or any object that asdf can write.

    Returns
    -------
    str or None
        The tag; for plain values that of YAML (``tag:yaml.org,2002:str``). None where asdf knows none: None itself,
        tuples, objects without a converter.
    """
    cls = type(value)
    reader = _readers.get(cls)
    if reader is None:
        reader = _own_reader(cls)
        if reader is None:
            return _converter_reader(cls)(value)
        _readers[cls] = reader
    return reader(value)


def is_plain(value: Any) -> bool:
    """Return whether `value` is validated as it is, without being lowered first."""
    cls = type(value)
    if cls in PLAIN:
        return True
    if hasattr(cls, "__roman_lower__"):
        return False
    if _answers(cls):
        PLAIN.add(cls)
        return True
    return not _has_converter(cls)


def lower(value: Any, conversion: Conversion | None = None) -> Any:
    """Return the tagged tree that asdf would validate and write in place of `value`.

    Parameters
    ----------
    value : object
        A foreign object: a time, a table, an array, a WCS, ...
    conversion : Conversion, optional
        Making one takes longer than most conversions, so a caller that lowers more than one value shares it, and drops
        it soon, because it holds on to the values. None of them may change meanwhile.
    """
    if hasattr(type(value), "__roman_lower__"):
        return value.__roman_lower__()
    return asdf_bridge.tagged_tree(value, conversion)


@cached_by_extensions
def schema_uris_of_tag(tag: str) -> tuple[str, ...]:
    """Return the URIs of the schemas that asdf's extensions bind to a tag."""
    return asdf_bridge.schema_uris_of_tag(tag)


def is_reference(value: Any) -> bool:
    """Return whether `value` stands for another file's content; asdf does not validate such values."""
    if isinstance(value, dict):
        return "$ref" in value
    cls = type(value)
    return cls.__name__ == "Reference" and cls.__module__ == "asdf.reference"


def is_array(value: Any) -> bool:
    """Return whether `value` is an array by its tag, in memory or as it stands in a file."""
    tag = tag_of(value)
    return tag is not None and tag.startswith(NDARRAY_TAG) and "/" not in tag[len(NDARRAY_TAG) :]


def is_array_like(value: Any) -> bool:
    """Return whether `value` is an array of any kind: a quantity, a masked array, one of another library."""
    # a scalar of NumPy has a type and a shape as well, and no length
    return hasattr(value, "dtype") and hasattr(value, "shape") and hasattr(type(value), "__len__")


# ---- which tag, by type

_CORE_TAGS: dict[type, str] = {
    bool: YAML_TAG + "bool",
    int: YAML_TAG + "int",
    float: YAML_TAG + "float",
    str: YAML_TAG + "str",
    bytes: YAML_TAG + "str",
    list: YAML_TAG + "seq",
    OrderedDict: YAML_TAG + "omap",
    dict: YAML_TAG + "map",
    set: YAML_TAG + "set",
}


def _own_reader(cls: type) -> Callable[[Any], str | None] | None:
    """Return the function that reads the tag of values of this type; None where asdf's extensions are to be asked."""
    core = _core_tag(cls)
    if hasattr(cls, "__roman_tag__"):
        return lambda value: value.__roman_tag__() or core
    if _has_tag_slot(cls):
        return lambda value: value.tag or core
    if _is_tagged_by_asdf(cls):
        return lambda value: cast("str | None", value._tag)
    if cls in _BUILTIN:
        return lambda value: core
    if cls.__module__ == "numpy" and cls.__name__ == "ndarray":
        return lambda value: NDARRAY_TAG + "1.1.0"
    return None


def _core_tag(cls: type) -> str | None:
    return next((_CORE_TAGS[base] for base in cls.__mro__ if base in _CORE_TAGS), None)


@cached_by_extensions
def _converter_reader(cls: type) -> Callable[[Any], str | None]:
    converter = asdf_bridge.converter_of_type(cls)
    if converter is None:
        core = _core_tag(cls)
        return lambda value: getattr(value, "_tag", core)
    if len(converter.tags) == 1 and not hasattr(converter.delegate, "select_tag"):
        tag = str(converter.tags[0])
        return lambda value: tag
    # the choice is the converter's, value by value; asking for it costs little less than converting
    return lambda value: getattr(lower(value), "_tag", None)


@cached_by_extensions
def _has_converter(cls: type) -> bool:
    return asdf_bridge.converter_of_type(cls) is not None


def _answers(cls: type) -> bool:
    return hasattr(cls, "__roman_tag__") or _has_tag_slot(cls) or _is_tagged_by_asdf(cls) or cls in _BUILTIN


def _has_tag_slot(cls: type) -> bool:
    """Tell the tagged mappings, sequences and scalars of our YAML reader."""
    return issubclass(cls, dict | list | str) and isinstance(getattr(cls, "tag", None), MemberDescriptorType)


def _is_tagged_by_asdf(cls: type) -> bool:
    """Tell asdf's own tagged mappings, sequences and scalars, of which its converters' trees are made."""
    return cls.__module__ == "asdf.tagged"


_BUILTIN: frozenset[type] = frozenset({type(None), tuple, *_CORE_TAGS})
_readers: dict[type, Callable[[Any], str | None]] = {}
"""Of the types whose tag no extension of asdf decides."""
