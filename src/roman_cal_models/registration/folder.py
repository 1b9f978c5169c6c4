"""A folder of schemas in RAD's dialect, looked at whole before anything is done with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .. import yaml
from ..errors import SchemaError
from ..schema import uris
from ..schema.registry import SchemaRegistry
from ..schema.resolver import Resolver, Subschema, mappings
from ..schema.store import Manifest, Store, store
from ..schema.uris import ROMAN, URI
from ..yaml import YamlError

__all__ = ["check_folder"]


def check_folder(folder: Path) -> str:
    """Return the authority of the schemas of a folder.

    Parameters
    ----------
    folder : Path
        Holds ``manifests/NAME-VERSION.yaml`` and ``schemas/FAMILY-VERSION.yaml``, as the ``resources`` of ``rad`` do.

    Raises
    ------
    SchemaError
        Something is wrong with a manifest or with a schema. The message names the file.
    """
    manifests = [Manifest(_manifest(file)) for file in _files(folder, "manifests")]
    bases = {manifest.uri.base for manifest in manifests}
    if len(bases) > 1:
        raise SchemaError(f"{folder}: its manifests are of several authorities: {', '.join(sorted(bases))}")
    (base,) = bases
    if base == ROMAN:
        raise SchemaError(f"{folder}: the authority {ROMAN} is that of RAD; choose one of your own")
    if base in store().bases:
        raise SchemaError(f"{folder}: schemas of {base} are registered already, from {store().folder_of(base)}")
    candidate = store().with_folder(base, folder)
    schemas = {str(_schema(file, base)): file for file in _files(folder, "schemas")}
    for manifest in manifests:
        _check_tags(manifest, candidate, folder)
    registry = SchemaRegistry(candidate)
    for uri, file in schemas.items():
        try:
            registry.compiler.compile(uri)
            _check_references(uri, registry.resolver)
        except SchemaError as error:
            raise SchemaError(f"{file}: {error}") from None
    return base


def _files(folder: Path, kind: str) -> list[Path]:
    files = sorted((folder / kind).rglob("*.yaml"))
    if not files:
        raise SchemaError(f"{folder}: there is no YAML file in {kind}/. Wanted are manifests/ and schemas/, as in rad")
    return files


def _document(file: Path) -> dict[str, Any]:
    try:
        document = yaml.load(file.read_bytes())
    except YamlError as error:
        raise SchemaError(f"{file}: {error}") from None
    if not isinstance(document, dict):
        raise SchemaError(f"{file}: is a {type(document).__name__}, not a mapping")
    return document


def _manifest(file: Path) -> dict[str, Any]:
    document = _document(file)
    _uri(file, document, "manifests")
    if not isinstance(document.get("extension_uri"), str):
        raise SchemaError(f"{file}: has no extension_uri")
    tags = document.get("tags")
    if not isinstance(tags, list) or not tags:
        raise SchemaError(f"{file}: has no tags")
    for tag in tags:
        if not isinstance(tag, dict) or not all(isinstance(tag.get(key), str) for key in ("tag_uri", "schema_uri")):
            raise SchemaError(f"{file}: a tag has a tag_uri and a schema_uri; this is none: {tag!r}")
    return document


def _uri(file: Path, document: dict[str, Any], kind: str) -> URI:
    """Return the ``id`` of a document, which says where its file stands."""
    try:
        uri = uris.parse(str(document.get("id")))
    except SchemaError as error:
        raise SchemaError(f"{file}: its id: {error}") from None
    place = Path(uri.kind, f"{uri.short}.yaml")
    if uri.kind != kind or file.parts[-len(place.parts) :] != place.parts:
        raise SchemaError(f"{file}: its id is {uri}, and the file of that is {place.as_posix()}")
    return uri


def _schema(file: Path, base: str) -> URI:
    uri = _uri(file, _document(file), "schemas")
    if uri.base != base:
        raise SchemaError(f"{file}: its id is {uri}, but the manifests are of {base}")
    return uri


def _check_tags(manifest: Manifest, candidate: Store, folder: Path) -> None:
    for tag, schema in manifest.schema_uris.items():
        where = f"{folder}: the manifest {manifest.uri.short}"
        if schema not in candidate:
            raise SchemaError(f"{where} binds {tag} to {schema}, which is neither there nor in the installed rad")
        known = store().schema_of(tag)
        if known is not None:
            raise SchemaError(f"{where} binds {tag}, which is bound to {known} already")


def _check_references(uri: str, resolver: Resolver) -> None:
    """See that every ``$ref`` leads somewhere: checks look only when they first need it."""
    for schema in mappings(resolver.at(uri).schema):
        if isinstance(schema.get("$ref"), str):
            try:
                resolver.target(Subschema(uri, "", schema))
            except SchemaError:
                raise SchemaError(f"$ref {schema['$ref']} leads nowhere") from None
