"""Names: which are known, which are near misses, and what to say when one is not there."""

from __future__ import annotations

import keyword
from typing import TYPE_CHECKING, Any

from ..errors import MissingKeyError, ReservedNameError, format_path
from ..foreign.kinds import kind_of_tag
from ..spelling import did_you_mean
from .classes import class_name_of

if TYPE_CHECKING:
    from .core import ObjectCore

__all__ = [
    "attribute_name",
    "key_name",
    "missing",
    "reserved",
    "unknown",
]


def attribute_name(key: str) -> str:
    """Return the attribute under which a key is reached: ``pass_`` for ``pass``."""
    return f"{key}_" if keyword.iskeyword(key) else key


def key_name(attribute: str) -> str:
    """Return the key that an attribute reaches: ``pass`` for ``pass_``."""
    bare = attribute.removesuffix("_")
    return bare if keyword.iskeyword(bare) else attribute


def unknown(node: ObjectCore, path: tuple[str | int, ...], near: str | None) -> str:
    """Return what to say of a name that no schema knows, the last of a path, and that may be meant to be another."""
    hint = "" if near is None else f"; did you mean {near!r}?"
    return f"{format_path(path)}: {_owner(node)} has no property {path[-1]!r}{hint}"


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
    # of a name that was misspelt when it was set, the one that the schema knows was meant
    hint = did_you_mean(key, node.schema_properties()) or did_you_mean(key, node) if isinstance(key, str) else ""
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
