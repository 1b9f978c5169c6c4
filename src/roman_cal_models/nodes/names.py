"""Names: which are known, which are near misses, and what to say when one is not there."""

from __future__ import annotations

import keyword
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..errors import MissingKeyError, ReservedNameError, format_path
from ..foreign.kinds import kind_of_tag
from .classes import class_name_of

if TYPE_CHECKING:
    from .core import ObjectCore

__all__ = [
    "attribute_name",
    "closest",
    "key_name",
    "meant",
    "missing",
    "properties_first",
    "reserved",
    "unknown",
]

# difflib's ratio from which a name is held to be a misspelling: 'drak' is one of 'dark' (0.75),
# 'tweakreg_catalog' none of 'source_catalog' (0.6)
_NEAR = 0.75
_SHORTEST = 4
_SHORTEST_BEGINNING = 3


class _First(str):
    """A name that sorts before all other names: `dir` sorts what it is given."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return super().__lt__(other) if isinstance(other, _First) else True

    def __gt__(self, other: str) -> bool:
        return super().__gt__(other) if isinstance(other, _First) else False


def properties_first(properties: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return names for `dir`, which it sorts so that those of properties stand before all others."""
    first = [*map(_First, properties)]
    return [*first, *set(others).difference(first)]


def attribute_name(key: str) -> str:
    """Return the attribute under which a key is reached: ``pass_`` for ``pass``."""
    return f"{key}_" if keyword.iskeyword(key) else key


def key_name(attribute: str) -> str:
    """Return the key that an attribute reaches: ``pass`` for ``pass_``."""
    bare = attribute.removesuffix("_")
    return bare if keyword.iskeyword(bare) else attribute


def closest(name: str, known: Iterable[Any]) -> str | None:
    """Return the known name that `name` is most likely a misspelling of, or None; other keys than text are left out."""
    return _closest(name, tuple(key for key in known if isinstance(key, str)))


@lru_cache(maxsize=1024)
def _closest(name: str, known: tuple[str, ...]) -> str | None:
    if len(name) < _SHORTEST:
        return None
    import difflib

    # dq and dq2, var_rnoise and var_rnoise2 are siblings, not misspellings
    stem = name.rstrip("0123456789_")
    others = [other for other in known if other.rstrip("0123456789_") != stem]
    return next(iter(difflib.get_close_matches(name, others, n=1, cutoff=_NEAR)), None)


def meant(name: str, known: Iterable[Any]) -> str | None:
    """Return the known name that was most likely meant by one that is surely wrong, or None.

    Beside what `closest` finds, that is the shortest name that begins so, in letters that may be misspelt:
    ``exposure_time`` for ``exposure_tme``, ``type`` for ``typ``, ``flat_field`` for ``falt``.
    """
    names = [key for key in known if isinstance(key, str)]
    near = closest(name, names)
    if near is not None or len(name) < _SHORTEST_BEGINNING or name in names:
        return near
    import difflib

    names.sort(key=len)
    begun = [key for key in names if key.startswith(name)]
    # as long as the name, and a letter longer: one may have been left out
    beginnings = {key[: len(name) + more]: key for key in reversed(names) for more in (0, 1)}
    like = [beginnings[each] for each in difflib.get_close_matches(name, beginnings, n=1, cutoff=_NEAR)]
    return next(iter(begun + like), None)


def unknown(node: ObjectCore, key: str, near: str | None) -> str:
    """Return what to say of a name that no schema knows, and that may be meant to be another."""
    hint = "" if near is None else f"; did you mean {near!r}?"
    return f"{_place_of(node, key)}: {_owner(node)} has no property {key!r}{hint}"


def reserved(node: ObjectCore, name: str) -> ReservedNameError:
    """Return the error for a name that cannot be set as an attribute."""
    reason = "begins with an underscore" if name.startswith("_") else "is what the node itself has under this name"
    return ReservedNameError(f"{_owner(node)}: {name!r} {reason}; as a key it can be set: node[{name!r}] = ...")


def missing(node: ObjectCore, key: Any) -> MissingKeyError:
    """Return the error for a name that a node holds nothing under."""
    return MissingKeyError(key, lambda: _describe_missing(node, key))


def _describe_missing(node: ObjectCore, key: Any) -> str:
    where = _place_of(node, key)
    place = None if node._schema is None else node._schema.property_named(key)
    if place is not None:
        optional = "optional" if key not in node._schema.required else "required, but nobody has set it yet"  # type: ignore[union-attr]
        target = format_path((*node.path(), attribute_name(key)))
        return f"{where} is not here: {_owner(node)} has it as {optional}. To add it: {target} = {_example(place)}"
    near = meant(key, (*node.schema_properties(), *node)) if isinstance(key, str) else None
    hint = f" Did you mean {near!r}?" if near is not None else ""
    present = ", ".join(map(str, node)) or "no values"
    return f"{where} is not here, and {_owner(node)} knows no such property.{hint} Here are: {present}"


def _example(place: Any) -> str:
    if place.object is not None:
        return f"{class_name_of(place.object)}.create_minimal()"
    if place.enum:
        return repr(place.enum[0])
    if place.is_list:
        return "[...]"
    example = next((example for tag in place.tags if (example := kind_of_tag(tag).example) is not None), None)
    if example is not None:
        return example
    types = {"string": "'...'", "number": "0.0", "integer": "0", "boolean": "False"}
    return next((text for kind, text in types.items() if kind in place.types), "...")


def _place_of(node: ObjectCore, key: Any) -> str:
    return format_path((*node.path(), key if isinstance(key, (str, int)) else repr(key)))


def _owner(node: ObjectCore) -> str:
    name = type(node).__name__
    return name if node._schema is None else f"{name} ({node._schema.parsed.short})"
