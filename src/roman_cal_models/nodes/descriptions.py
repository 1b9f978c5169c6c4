"""What the schemas say of a property, as one record; and which of its units a value has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import UnknownAttributeError
from ..printable import printable, printable_lines
from ..spelling import did_you_mean
from . import names
from .lazy_dict import raw_get

if TYPE_CHECKING:
    from ..schema.properties import ArchiveColumns, ObjectSchema

__all__ = ["Description", "describe", "unit_of_several"]

# What units of surface brightness are written with, and rates and counts are not.
_BRIGHTNESS = "MJy"

_INDEXES = re.compile(r"(?:\[-?\d+\])+$")


@dataclass(frozen=True, slots=True)
class Description:
    """What the schemas say of a property.

    Parameters
    ----------
    path : str
        Its dotted name, as it was asked for.
    title, description : str or None
        What it is, in a few words and in more.
    types : tuple of str
        JSON types that it may have, and tags of objects such as arrays and times.
    allowed : tuple or None
        The values that it may have, if they are listed.
    unit : str, tuple of str or None
        Its unit, or those of which it has one.
    columns : ArchiveColumns or None
        Where the archive keeps it.
    is_required : bool
        Whether a valid file has it.
    schema_uri : str
        The schema that describes it: that of the object that it belongs to, or one that is taken in there whole.
    """

    path: str
    title: str | None
    description: str | None
    types: tuple[str, ...]
    allowed: tuple[Any, ...] | None
    unit: str | tuple[str, ...] | None
    columns: ArchiveColumns | None
    is_required: bool
    schema_uri: str

    def __str__(self) -> str:
        text = None if self.description == self.title else self.description
        lines = [f"{printable(self.path)}: {self.title or 'no title'}", *([f"  {text}"] if text else [])]
        facts = {
            "type": ", ".join(self.types),
            "allowed": ", ".join(map(repr, self.allowed or ())),
            "unit": self.unit if isinstance(self.unit, str) else " or ".join(self.unit or ()),
            "archive": ""
            if self.columns is None
            else f"{', '.join(self.columns.destinations)} ({self.columns.datatype})",
            "required": "yes" if self.is_required else "no",
            "schema": self.schema_uri,
        }
        return printable_lines("\n".join([*lines, *(f"  {name}: {value}" for name, value in facts.items() if value)]))


def describe(schema: ObjectSchema | None, path: str) -> Description:
    """Return what the schemas say of a property below an object.

    Parameters
    ----------
    schema : ObjectSchema or None
        Of the object.
    path : str
        Dotted name of the property; of the items of a list, with the name of the list. ``read_pattern[0]`` is an item
        itself.

    Raises
    ------
    UnknownAttributeError
        The schemas know no such property.
    """
    place, owner = None, schema
    for part in path.split("."):
        name = _INDEXES.sub("", part)
        key = names.key_name(name)
        inside = place
        while inside is not None and inside.object is None:
            inside = inside.items
        owner = owner if place is None else None if inside is None else inside.object
        place = None if owner is None else owner.property_named(key)
        for _ in range(part.count("[") if name != part else 0):
            place = None if place is None else place.items
        if place is None:
            known = () if owner is None else tuple(owner.properties)
            hint = did_you_mean(key, known) or (f" There are: {', '.join(known)}" if known else "")
            raise UnknownAttributeError(f"no schema describes {part!r} of {path!r}.{hint}")
    assert place is not None
    assert owner is not None
    return Description(
        path=path,
        title=place.title,
        description=place.description,
        types=(*sorted(place.types), *place.tags),
        allowed=place.enum,
        unit=place.unit,
        columns=place.archive,
        is_required=names.key_name(path.rpartition(".")[2]) in owner.required,
        schema_uri=place.subschemas[0].document,
    )


def unit_of_several(units: tuple[str, ...], top: Mapping[str, Any]) -> str | None:
    """Return which of its units an array of a file has; None where the file does not tell.

    Parameters
    ----------
    units : tuple of str
        As its schema lists them. Of two, ``meta.cal_step.flux`` tells which: the flux step turns rates into surface
        brightness.
    top : mapping
        The top node of the file.
    """
    if len(units) < 2:
        return units[0] if units else None
    bright = [each for each in units if _BRIGHTNESS in each]
    if len(bright) != 1 or len(units) != 2:
        return None
    flux: Any = top
    for name in ("meta", "cal_step", "flux"):
        flux = raw_get(flux, name) if isinstance(flux, dict) else None
    return next(each for each in units if (each in bright) == (flux == "COMPLETE"))
