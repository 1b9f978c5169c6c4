"""What is wrong with the archive columns of RAD."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import SchemaError
from ...foreign.table import TIME
from ...schema import uris
from ...schema.properties import ITEMS, PropertySchema, walk
from ...schema.registry import SchemaRegistry
from .datatypes import EXACT_TYPES, INTEGER_RANGES, TEXT_TYPES, datatype
from .mapping import schemas_of_files
from .products import TABLES
from .releases import registry_of

__all__ = ["Finding", "lint"]

_NUMBERS = frozenset({"number", "integer"})

_JSON_TYPES: dict[str, frozenset[str]] = {
    **dict.fromkeys(INTEGER_RANGES, frozenset({"integer"})),
    "bit": frozenset({"boolean", "integer"}),
    **dict.fromkeys((*EXACT_TYPES, "real", "float"), _NUMBERS),
    **dict.fromkeys(TIME.datatypes, frozenset()),
    "uniqueidentifier": frozenset({"string"}),
    **dict.fromkeys(("nchar", "char"), frozenset({"boolean", "string"})),
    **dict.fromkeys(("nvarchar", "varchar"), frozenset({"string", "array", "object"})),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with an archive column.

    Parameters
    ----------
    kind : str
        ``"duplicate"``, ``"unknown table"``, ``"too short"``, ``"wrong type"`` or ``"unknown type"``.
    family : str
        The family of files, with its version.
    path : str
        Where the value stands in a file.
    column : str
        ``Table.column``; the type for ``"unknown type"``.
    message : str
        What is wrong.
    """

    kind: str
    family: str
    path: str
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.family} {self.path} -> {self.column}: {self.message}"


def lint(rad: str | os.PathLike[str] = "installed") -> list[Finding]:
    """Check the archive columns of the newest schemas of all families of files.

    Parameters
    ----------
    rad : str or path-like
        The folder of an installed ``rad`` package (which holds ``resources/``), or ``"installed"``.

    Returns
    -------
    list of Finding
        Two values for one column, unknown tables, text that can be longer than its column (by
        ``maxLength`` and ``enum``), and columns whose type cannot hold the values.
    """
    registry = registry_of(rad)
    return [finding for uri in schemas_of_files(registry) for finding in _lint_family(registry, uri)]


def _lint_family(registry: SchemaRegistry, uri: str) -> Iterator[Finding]:
    family = uris.parse(uri).short
    seen: dict[str, str] = {}
    for path, place in walk(registry.document(uri)):
        if place.archive is None:
            continue
        for destination in place.archive.destinations:
            table, _, column = destination.partition(".")
            if table not in TABLES or not column:
                message = f"there is no such table; there are {', '.join(TABLES)}"
                yield Finding("unknown table", family, path, destination, message)
            if ITEMS not in path:
                if destination in seen:
                    yield Finding("duplicate", family, path, destination, f"{seen[destination]} goes there as well")
                seen.setdefault(destination, path)
        yield from _lint_type(family, path, place)


def _lint_type(family: str, path: str, place: PropertySchema) -> Iterator[Finding]:
    assert place.archive is not None
    columns = ", ".join(place.archive.destinations)
    try:
        kind = datatype(place.archive.datatype)
    except SchemaError as error:
        yield Finding("unknown type", family, path, place.archive.datatype, str(error))
        return
    types = place.types - {"null"}
    if place.is_time != (kind.name in TIME.datatypes) or types - _JSON_TYPES[kind.name]:
        told = "time" if place.is_time else " or ".join(sorted(types)) or "anything"
        yield Finding("wrong type", family, path, columns, f"{kind} cannot hold every {told}")
    if kind.size is None or kind.name not in TEXT_TYPES or "boolean" in types:
        return
    longest = max((len(str(value)) for value in place.enum or () if value is not None), default=None)
    longest = place.keyword("maxLength") if longest is None else longest
    if longest is not None and longest > kind.size:
        yield Finding("too short", family, path, columns, f"{kind} cannot hold text of {longest} characters")
