"""The archive columns of a family of files, as the ``archive_catalog`` of its schemas says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ..errors import SchemaNotFoundError
from ..schema import installed, uris
from ..schema.facts import Facts
from ..schema.places import ObjectSchema, Place

__all__ = ["ITEMS", "Column", "columns", "schema_uri_of", "schemas_of_files", "walk"]

ITEMS = "[]"
"""What stands behind the name of a list where its items are meant: ``meta.image_metas[].filename``."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column that holds a value of a file.

    Parameters
    ----------
    path : str
        Where the value stands in the file: ``meta.cal_step.flat_field``.
    datatype : str
        Database type as RAD names it: ``nvarchar(15)``.
    table : str
        ``ScienceRefData``.
    column : str
        ``s_flat_field``.
    title : str or None
        Title of the property.
    schema_uri : str
        The schema that says so.
    """

    path: str
    datatype: str
    table: str
    column: str
    title: str | None
    schema_uri: str


def columns(family: str, version: str | None = None) -> tuple[Column, ...]:
    """Return the archive columns of a family of files.

    Parameters
    ----------
    family : str
        ``"wfi_image"``, or the URI of a schema or tag, which names a version as well.
    version : str, optional
        Version of its schema; the newest by default.

    Returns
    -------
    tuple of Column
        One a destination, in the order of the schema: a value may go into a column of several tables.

    Raises
    ------
    SchemaNotFoundError
        The family or the version does not exist.
    """
    return _columns(schema_uri_of(family, version))


def schema_uri_of(family: str, version: str | None = None) -> str:
    """Return the URI of the schema of a family at a version, the newest by default."""
    store = installed().store
    if "://" in family:
        uri = store.schema_of_node(family) or family
        if version is None and uri in store:
            return uri
        parsed = uris.parse(uri)
        base, family = parsed.base, parsed.family
    else:
        base = uris.ROMAN
    found = store.versions(family, base=base)
    chosen = [uri for uri in found if version in (None, uri.version)]
    if not chosen:
        known = f"There are: {', '.join(uri.version for uri in found)}" if found else "No version is installed"
        raise SchemaNotFoundError(f"there is no {family}{'' if version is None else f'-{version}'}. {known}")
    return str(chosen[-1])


@cache
def _columns(uri: str) -> tuple[Column, ...]:
    found = []
    for path, place in walk(installed(), uri):
        if place.archive is not None:
            source = next(piece.document for piece in place.pieces if "archive_catalog" in piece.schema)
            for destination in place.archive.destinations:
                table, _, column = destination.partition(".")
                found.append(Column(path, place.archive.datatype, table, column, place.title, source))
    return tuple(found)


def schemas_of_files(facts: Facts) -> list[str]:
    """Return the URI of the newest schema of every family of files, those of old manifests included."""
    store = facts.store
    tagged = (uris.parse(uri).family for manifest in store.manifests for uri in manifest.schema_uris.values())
    newest = [store.versions(family)[-1] for family in dict.fromkeys(tagged) if store.versions(family)]
    return [str(uri) for uri in newest if "datamodel_name" in store.load(str(uri))]


def walk(facts: Facts, uri: str) -> Iterator[tuple[str, Place]]:
    """Yield every property that a schema describes, at any depth: its dotted path, and its place."""
    schema = facts.document(uri)
    yield from _walk(schema, "")


def _walk(schema: ObjectSchema, before: str) -> Iterator[tuple[str, Place]]:
    for name, place in schema.places.items():
        path = f"{before}{name}"
        yield path, place
        inside: Place | None = place
        while inside is not None and inside.object is None:
            inside = inside.items
            path += ITEMS
        if inside is not None and inside.object is not None:
            yield from _walk(inside.object, f"{path}.")
