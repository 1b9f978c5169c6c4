"""What schemas name that others define: units, tags, and schemas that a ``$ref`` leads to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from .. import asdf_bridge
from ..errors import SchemaError, SchemaProblem
from ..foreign.kinds import kind_of_tag
from ..schema import uris
from ..schema.resolver import Resolver, Subschema
from ..schema.store import Store
from ..spelling import did_you_mean
from .documents import Document
from .keywords import schemas_in

__all__ = ["is_unit", "reference_problems", "tag_problems", "unit_problems"]

# how RAD writes that the values of a column have no unit
_NO_UNIT = "none"

_YAML = "tag:yaml.org,2002:"


def unit_problems(document: Document) -> Iterator[SchemaProblem]:
    """Yield the units that astropy does not know."""
    for path, schema in schemas_in(document.content):
        given = schema.get("unit")
        for unit in given if isinstance(given, list) else [given]:
            if unit is None:
                continue
            if not isinstance(unit, str) or not is_unit(unit):
                message = f"{unit!r} is no unit: wanted is one of astropy as text, such as 'MJy/sr', or a list of them"
                yield document.problem((*path, "unit"), "unit", message, value=unit)


@cache
def is_unit(unit: str) -> bool:
    """Return whether a text is a unit of astropy, or RAD's word for none."""
    from astropy.units import Unit

    if unit == _NO_UNIT:
        return True
    try:
        Unit(unit)
    except (ValueError, TypeError):
        return False
    return True


def tag_problems(document: Document, store: Store) -> Iterator[SchemaProblem]:
    """Yield the tags that nobody defines: no manifest, and no extension of asdf."""
    for path, schema in schemas_in(document.content):
        tag = schema.get("tag")
        if isinstance(tag, str) and not _is_tag(tag, store):
            known = sorted({_pattern(each) for each in _known(store)})
            message = f"{tag!r} is the tag of nothing that is installed.{did_you_mean(tag, known)}"
            yield document.problem((*path, "tag"), "tag", message, value=tag, allowed=known)


def _is_tag(tag: str, store: Store) -> bool:
    if tag.startswith(_YAML):
        return True
    return any(map(uris.tag_matcher(tag), _known(store))) or _is_of_fragment(tag, store) or _is_of_kind(tag)


def _is_of_fragment(tag: str, store: Store) -> bool:
    """Return whether a tag is that of a schema, by convention, which no manifest binds."""
    try:
        return str(uris.parse(tag).as_schema()) in store
    except SchemaError:
        return False


def _is_of_kind(tag: str) -> bool:
    """Return whether a tag is that of objects which are known here, by the whole of its name."""
    return any(tag.startswith(name) for name in kind_of_tag(tag).tags if name.endswith("-"))


def _known(store: Store) -> frozenset[str]:
    own = (tag for manifest in store.manifests for tag in manifest.schema_uris)
    return asdf_bridge.known_tags().union(own)


def _pattern(tag: str) -> str:
    """Return a tag with any minor version, as RAD writes it: ``tag:stsci.edu:asdf/core/ndarray-1.*``."""
    return re.sub(r"-([0-9]+)\.[0-9.]+$", r"-\1.*", tag)


def reference_problems(document: Document, resolver: Resolver, store: Store) -> Iterator[SchemaProblem]:
    """Yield what refers to a schema that is not there: checks look only when they first need it."""
    uri = str(document.uri)
    for path, schema in schemas_in(document.content):
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            continue
        try:
            resolver.target(Subschema(uri, "", schema))
        except SchemaError:
            message = f"$ref {reference} leads nowhere.{_others(reference, store)}"
            yield document.problem((*path, "$ref"), "$ref", message, value=reference)


def _others(reference: str, store: Store) -> str:
    """Say which versions there are of a schema that is not there, or which schema may be meant."""
    try:
        uri = uris.parse(reference.partition("#")[0])
    except SchemaError:
        return ""
    versions = store.versions(uri.family, base=uri.base)
    if versions:
        return f" There are: {', '.join(each.version for each in versions)}"
    return did_you_mean(uri.family, store.families(uri.base))
