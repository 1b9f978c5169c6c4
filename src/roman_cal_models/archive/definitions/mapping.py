"""The archive columns of a family of files, as the ``archive_catalog`` of its schemas says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ...errors import SchemaNotFoundError
from ...foreign.kind import unit_text
from ...nodes.classes import class_name_of_family, model_name
from ...schema import installed, uris
from ...schema.properties import PropertySchema, walk
from ...schema.registry import SchemaRegistry
from ...schema.uris import URI
from ...spelling import meant
from .column_semantics import ucd_and_unit

__all__ = ["Column", "columns", "is_step", "schema_uri_of", "schemas_of_files"]


_STEPS = "meta.cal_step."


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
    unit : str or None
        Unit of the value; several, of which it has one, with ``or`` between them. Where RAD gives none but in a title,
        for people, the one that is certain.
    description : str or None
        Description of the property, on one line.
    """

    path: str
    datatype: str
    table: str
    column: str
    title: str | None
    schema_uri: str
    unit: str | None = None
    description: str | None = None


def columns(family: str, version: str | None = None) -> tuple[Column, ...]:
    """Return the archive columns of a family of files.

    Parameters
    ----------
    family : str
        ``"wfi_image"``, the name of its model (``"ImageModel"``), or the URI of a schema or tag, which names a version
        as well. Those of registered schemas are known, RAD's come first.
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


def is_step(column: Column) -> bool:
    """Return whether a column tells what became of a calibration step."""
    return column.path.startswith(_STEPS)


def schema_uri_of(family: str, version: str | None = None) -> str:
    """Return the URI of the schema of a family at a version, the newest by default."""
    if not isinstance(family, str):
        told = family.__name__ if isinstance(family, type) else type(family).__name__
        raise SchemaNotFoundError(f"a family is given by its name, such as 'wfi_image' or 'ImageModel', not by {told}")
    store = installed().store
    if "://" in family:
        uri = store.schema_of_node(family) or family
        if version is None and uri in store:
            return uri
        parsed = uris.parse(uri)
        base, family = parsed.base, parsed.family
    else:
        base, family = next(_meant(family), (uris.ROMAN, family))
    found = store.versions(family, base=base)
    chosen = [uri for uri in found if version in (None, uri.version)]
    if not chosen:
        if not found:
            raise SchemaNotFoundError(f"there is no family {family!r}. {_hint(family)}")
        known = ", ".join(uri.version for uri in found)
        raise SchemaNotFoundError(f"there is no {family}-{version}. There are: {known}")
    return str(chosen[-1])


def _meant(name: str) -> Iterator[tuple[str, str]]:
    """Yield the authority and the family that a name is that of, or that of the model of."""
    store = installed().store
    yield from ((base, name) for base in store.bases if store.versions(name, base=base))
    if name.isidentifier():
        yield from ((uri.base, uri.family) for uri in _files() if name == model_name(class_name_of_family(uri) or ""))


def _files() -> Iterator[URI]:
    """Yield the newest schema of every family of files, those of third parties behind RAD's."""
    yield from map(uris.parse, schemas_of_files(installed()))
    store = installed().store
    for base in store.bases[1:]:
        newest = (store.versions(family, base=base)[-1] for family in store.families(base))
        yield from (uri for uri in newest if "datamodel_name" in store.load(str(uri)))


def _hint(name: str) -> str:
    """Return which family was meant by what is the name of none: that of a class is understood as well."""
    from .products import FAMILIES  # which asks for the columns of those that it does not list

    families: dict[str, str] = {}
    for uri in _files():
        class_name = class_name_of_family(uri)
        families |= {each: uri.family for each in (uri.family, class_name, model_name(class_name or "")) if each}
    near = name if name in families else meant(name, families)
    return f"There are: {', '.join(FAMILIES)}" if near is None else f"Did you mean {families[near]!r}?"


@cache
def _columns(uri: str) -> tuple[Column, ...]:
    found = []
    is_of_rad = uris.parse(uri).base == uris.ROMAN
    for path, declared in walk(installed().document(uri)):
        if declared.archive is not None:
            source = next(piece.document for piece in declared.pieces if "archive_catalog" in piece.schema)
            unit = _unit(declared) or (ucd_and_unit(path)[1] if is_of_rad else None)
            told = declared.title, source, unit, declared.description
            for destination in declared.archive.destinations:
                table, _, column = destination.partition(".")
                found.append(Column(path, declared.archive.datatype, table, column, *told))
    return tuple(found)


def _unit(declared: PropertySchema) -> str | None:
    units = declared.unit if isinstance(declared.unit, tuple) else (declared.unit,)
    return " or ".join(text for unit in units if (text := unit_text(unit)) is not None) or None


def schemas_of_files(registry: SchemaRegistry) -> list[str]:
    """Return the URI of the newest schema of every family of files, those of old manifests included."""
    store = registry.store
    tagged = (uris.parse(uri).family for manifest in store.manifests for uri in manifest.schema_uris.values())
    newest = [store.versions(family)[-1] for family in dict.fromkeys(tagged) if store.versions(family)]
    return [str(uri) for uri in newest if "datamodel_name" in store.load(str(uri))]
