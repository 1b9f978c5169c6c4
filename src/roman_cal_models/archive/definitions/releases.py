"""What changed between two releases of RAD."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...errors import SchemaError
from ...schema import installed, uris
from ...schema.properties import PropertySchema, walk
from ...schema.registry import SchemaRegistry
from ...schema.store import Store, rad_folder
from .mapping import schemas_of_files

__all__ = ["Change", "compare", "compare_versions", "registry_of"]


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
    old, new = _properties(registry_of(old_rad)), _properties(registry_of(new_rad))
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
            registry = (after or before or {}).get("archive columns")
            if registry is not None:
                gone = (None, registry) if before is None else (registry, None)
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


def registry_of(rad: str | os.PathLike[str]) -> SchemaRegistry:
    """Return what the schemas of a release say.

    Raises
    ------
    SchemaError
        There is none, or it is older than 1.1.
    """
    if rad == "installed":
        return installed()
    folder = Path(rad)
    if not (folder / "resources").is_dir():
        raise SchemaError(f"{folder} is not the folder of a rad package, which holds resources/, nor 'installed'")
    return SchemaRegistry(Store([(uris.ROMAN, rad_folder(folder))]))


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
