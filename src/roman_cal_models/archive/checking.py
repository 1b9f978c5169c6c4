"""What is wrong with the archive columns of RAD, and what changed between two releases of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SchemaError
from ..schema import installed, uris
from ..schema.properties import ITEMS, PropertySchema, walk
from ..schema.registry import SchemaRegistry
from ..schema.store import Store, rad_folder
from .datatypes import INTEGER_RANGES, datatype
from .mapping import schemas_of_files
from .products import TABLES

__all__ = ["Change", "Finding", "compare", "lint"]

_JSON_TYPES = {
    **{name: {"integer"} for name in INTEGER_RANGES},
    "float": {"number", "integer"},
    "datetime2": set(),
    "nchar": {"boolean", "string"},
    "nvarchar": {"string", "array", "object"},
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
        Two values for one column, tables that nobody knows, text that can be longer than its column (by
        ``maxLength`` and ``enum``), and types that do not go together.
    """
    registry = _registry(rad)
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
    # RAD 1.x refers to asdf's schema of a time instead of asking for its tag
    references = [part.get("$ref", "") for piece in place.pieces for part in piece.schema.get("allOf", ())]
    is_time = any("/time/time-" in name for name in (*place.tags, *references))
    if is_time != (kind.name == "datetime2") or types - _JSON_TYPES[kind.name]:
        told = "time" if is_time else " or ".join(sorted(types)) or "anything"
        yield Finding("wrong type", family, path, columns, f"{kind} cannot hold every {told}")
    if kind.size is None or "boolean" in types:
        return
    longest = max((len(str(value)) for value in place.enum or () if value is not None), default=None)
    longest = place.keyword("maxLength") if longest is None else longest
    if longest is not None and longest > kind.size:
        yield Finding("too short", family, path, columns, f"{kind} cannot hold text of {longest} characters")


# -- two releases ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two releases of RAD.

    Parameters
    ----------
    kind : {"added", "removed", "changed"}
        What happened.
    family : str
        The family of files.
    path : str
        The property; empty for the family itself.
    what : str
        ``"family"``, ``"property"``, ``"type"``, ``"allowed values"``, ``"unit"`` or ``"archive columns"``.
    old, new : object
        What was and what is; None where there is nothing.
    """

    kind: str
    family: str
    path: str
    what: str
    old: Any = None
    new: Any = None

    def __str__(self) -> str:
        where = f"{self.family} {self.path}".rstrip()
        if self.kind == "changed":
            return f"{where}: {self.what} changed from {self.old} to {self.new}"
        value = "" if self.what in ("family", "property") else f" {self.new if self.kind == 'added' else self.old}"
        return f"{where}: {self.what}{value} {self.kind}"


def compare(old_rad: str | os.PathLike[str], new_rad: str | os.PathLike[str] = "installed") -> list[Change]:
    """Return what changed between two releases of RAD, by the newest schema of each family of files.

    Parameters
    ----------
    old_rad, new_rad : str or path-like
        The folder of an installed ``rad`` package (which holds ``resources/``), or ``"installed"``.

    Returns
    -------
    list of Change
        By family and property.

    Raises
    ------
    SchemaError
        A folder holds no RAD, or one that is older than 1.1.
    """
    old, new = _properties(_registry(old_rad)), _properties(_registry(new_rad))
    changes = []
    for family in sorted(old.keys() | new.keys()):
        if family not in new or family not in old:
            changes.append(Change("added" if family in new else "removed", family, "", "family"))
            continue
        changes += _changes(family, old[family], new[family])
    return changes


def compare_versions(old_uri: str, new_uri: str) -> list[Change]:
    """Return what changed from one version of a schema to another, property by property.

    Parameters
    ----------
    old_uri, new_uri : str
        URIs of installed schemas.
    """
    old, new = (_properties_of(installed(), uri) for uri in (old_uri, new_uri))
    return list(_changes(uris.parse(new_uri).family, old, new))


_Properties = dict[str, dict[str, Any]]


def _changes(family: str, old: _Properties, new: _Properties) -> Iterator[Change]:
    for path in dict.fromkeys([*old, *new]):
        before, after = old.get(path), new.get(path)
        if before is None or after is None:
            kind = "added" if before is None else "removed"
            yield Change(kind, family, path, "property")
            facts = (after or before or {}).get("archive columns")
            if facts is not None:
                gone = (None, facts) if before is None else (facts, None)
                yield Change(kind, family, path, "archive columns", *gone)
            continue
        for what in before:
            if not _are_same(what, before[what], after[what]):
                yield Change(_kind(before[what], after[what]), family, path, what, before[what], after[what])


def _are_same(what: str, old: Any, new: Any) -> bool:
    # the order of allowed values means nothing
    return old == new or (what == "allowed values" and None not in (old, new) and set(old) == set(new))


def _kind(old: Any, new: Any) -> str:
    return "added" if old is None else "removed" if new is None else "changed"


def _registry(rad: str | os.PathLike[str]) -> SchemaRegistry:
    if rad == "installed":
        return installed()
    return SchemaRegistry(Store([(uris.ROMAN, rad_folder(Path(rad)))]))


def _properties(registry: SchemaRegistry) -> dict[str, _Properties]:
    return {uris.parse(uri).family: _properties_of(registry, uri) for uri in schemas_of_files(registry)}


def _properties_of(registry: SchemaRegistry, uri: str) -> _Properties:
    return {path: _told(place) for path, place in walk(registry.document(uri))}


def _told(place: PropertySchema) -> dict[str, Any]:
    archive = place.archive
    return {
        "type": ", ".join(sorted([*place.types, *place.tags])) or None,
        "allowed values": place.enum,
        "unit": place.unit,
        "archive columns": None if archive is None else (archive.datatype, *archive.destinations),
    }
