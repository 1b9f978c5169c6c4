"""What RAD's own tests ask of schemas under its authority, and of those of the community (CCSP) beside.

The source are RAD's documentation ("Creating a New CCSP Schema") and its tests of schemas and manifests. What RAD
itself excepts for some schemas is a warning here, and so is what becomes wrong by nothing but a newer RAD.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import SchemaError, SchemaProblem
from ..foreign.datatypes import NDARRAY_TAG
from ..schema import installed, uris
from ..schema.store import CCSP, Store
from ..schema.uris import ROMAN
from .documents import Document
from .keywords import METASCHEMA, Path, newest_metaschema, schemas_in

__all__ = ["CUSTOM", "MINIMAL", "model_name_of", "rad_problems"]

MINIMAL, CUSTOM = f"{CCSP}ccsp_minimal", f"{CCSP}ccsp_custom_product"
"""The families of what all products of the community say of themselves."""

_HEAD = b"%YAML 1.1\n---\n"

_TAGS = (
    "tag:stsci.edu:asdf/time/time-1.*",
    "tag:stsci.edu:asdf/core/ndarray-1.*",
    "tag:stsci.edu:asdf/unit/quantity-1.*",
    "tag:stsci.edu:asdf/unit/unit-1.*",
    "tag:astropy.org:astropy/units/unit-1.*",
    "tag:astropy.org:astropy/table/table-1.*",
    "tag:stsci.edu:gwcs/wcs-*",
)
"""The tags of foreign objects that RAD allows."""

_ARCHIVE = ("archive_catalog", "archive_meta", "sdf")
_OF_ARRAYS = ("ndim", "datatype", "exact_datatype")


def rad_problems(document: Document, store: Store) -> Iterator[SchemaProblem]:
    """Yield what RAD's tests would say of a schema under its authority.

    Parameters
    ----------
    document : Document
        The schema, which its metaschema accepts.
    store : Store
        All schemas and manifests, the one's own included.
    """
    tag = store.tag_of(str(document.uri))
    yield from _style(document)
    yield from _top(document, tag)
    for path, schema in schemas_in(document.content):
        yield from _of_keywords(document, path, schema)
        yield from _of_tag(document, path, schema, store)
        yield from _of_arrays(document, path, schema)
        yield from _of_reference(document, path, schema, store)
        yield from _of_required(document, path, schema)
        yield from _of_order(document, path, schema, is_tagged=tag is not None)
    if document.uri.family.startswith(CCSP):
        yield from _of_community(document, is_tagged=tag is not None)


def model_name_of(family: str) -> str:
    """Return the ``datamodel_name`` that RAD asks of a family of the community: ``ExampleMapModel``."""
    return "".join(word.capitalize() for word in family.rpartition("/")[2].split("_")) + "Model"


def _style(document: Document) -> Iterator[SchemaProblem]:
    if not document.text.startswith(_HEAD):
        first = document.text[: len(_HEAD)].decode("utf-8", "replace")
        message = "does not begin with the lines '%YAML 1.1' and '---'"
        yield document.problem((), "style", message, value=first, allowed=_HEAD.decode())
    for number, line in enumerate(document.text.split(b"\n"), start=1):
        if b"\t" in line or line != line.rstrip():
            message = f"line {number} has a tab, or blanks at its end"
            yield document.problem((), "style", message, value=line.decode("utf-8", "replace"))


def _top(document: Document, tag: str | None) -> Iterator[SchemaProblem]:
    content, uri = document.content, document.uri
    newest = newest_metaschema()
    given = content.get("$schema")
    if isinstance(given, str) and given != newest:
        is_rads = given.startswith(f"{ROMAN}/schemas/{METASCHEMA}-")
        level: Any = "warning" if is_rads else "error"
        message = f"{given!r} is not RAD's newest metaschema, {newest}"
        yield document.problem(("$schema",), "newest", message, value=given, allowed=newest, level=level)
    if "title" not in content:
        yield document.problem(("title",), "title", "is missing: say in a line what it is")
    if tag is None:
        return
    if tag != str(uri.as_tag()):
        message = f"its tag is {tag}, and RAD's convention asks for {uri.as_tag()}"
        yield document.problem((), "tag", message, value=tag, allowed=str(uri.as_tag()))
    name = content.get("datamodel_name")
    if name is None:
        yield document.problem(("datamodel_name",), "name", "is missing: what has a tag is a file, and has a model")
    elif uri.family.startswith(CCSP) and name != model_name_of(uri.family):
        message = f"{name!r} does not follow from the name of the file, which asks for {model_name_of(uri.family)!r}"
        yield document.problem(("datamodel_name",), "name", message, value=name, allowed=model_name_of(uri.family))
    if not any(schema.get("flowStyle") == "block" for _, schema in schemas_in(content)):
        yield document.problem((), "style", "has no 'flowStyle: block', as every schema with a tag", allowed="block")


def _of_keywords(document: Document, path: Path, schema: Mapping[str, Any]) -> Iterator[SchemaProblem]:
    if "default" in schema:
        message = "RAD's schemas have no defaults"
        yield document.problem((*path, "default"), "keyword", message, value=schema["default"])
    if "maxLength" in schema and schema.get("type") != "string":
        message = "maxLength is of texts alone: beside it stands 'type: string'"
        yield document.problem((*path, "maxLength"), "type", message, value=schema.get("type"), allowed="string")


def _of_tag(document: Document, path: Path, schema: Mapping[str, Any], store: Store) -> Iterator[SchemaProblem]:
    tag = schema.get("tag")
    if not isinstance(tag, str) or tag in _TAGS:
        return
    manifest = store.manifest_of(tag)
    if manifest is None:
        message = f"RAD asks for none but {', '.join(_TAGS)}, and the tags of manifests; not for {tag!r}"
        yield document.problem((*path, "tag"), "tag", message, value=tag, allowed=_TAGS)
    elif manifest.is_static:
        message = f"{tag!r} is kept for old files alone: refer to its schema instead"
        yield document.problem((*path, "tag"), "tag", message, value=tag)


def _of_arrays(document: Document, path: Path, schema: Mapping[str, Any]) -> Iterator[SchemaProblem]:
    tag = schema.get("tag")
    if isinstance(tag, str) and tag.startswith(NDARRAY_TAG):
        if "datatype" not in schema:
            yield document.problem((*path, "datatype"), "datatype", "is missing, and every array has one")
        if schema.get("exact_datatype") is not True:
            message = "an array has 'exact_datatype: true'"
            facts = {"value": schema.get("exact_datatype"), "allowed": True}
            yield document.problem((*path, "exact_datatype"), "datatype", message, **facts)
    elif any(key in schema for key in _OF_ARRAYS) and not isinstance(schema.get("datatype"), (dict, list)):
        # what stands inside of a column of a table has its own tag
        message = f"{' and '.join(key for key in _OF_ARRAYS if key in schema)} of what has no tag of an array"
        yield document.problem(path, "tag", message, value=tag, allowed=_TAGS[1])


def _of_reference(document: Document, path: Path, schema: Mapping[str, Any], store: Store) -> Iterator[SchemaProblem]:
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return
    if len(schema) > 1:
        beside = ", ".join(key for key in schema if key != "$ref")
        message = f"$ref stands alone, and {beside} in an allOf beside it"
        yield document.problem((*path, "$ref"), "$ref", message, value=reference)
    try:
        uri = uris.parse(reference.partition("#")[0])
    except SchemaError:
        message = f"$ref {reference!r} is not the whole URI of a schema"
        yield document.problem((*path, "$ref"), "$ref", message, value=reference)
        return
    versions = store.versions(uri.family, base=uri.base)
    if versions and uri.numbers < versions[-1].numbers:
        message = f"$ref {reference} is not to the newest version, {versions[-1].version}"
        facts = {"value": reference, "allowed": str(versions[-1])}
        yield document.problem((*path, "$ref"), "newest", message, **facts, level="warning")


def _of_required(document: Document, path: Path, schema: Mapping[str, Any]) -> Iterator[SchemaProblem]:
    required, properties = schema.get("required"), schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    for name in required if isinstance(required, list) else ():
        if name not in known:
            message = f"{name!r} is required, and not described beside it"
            # a schema that only asks for what another describes is excepted by RAD, one by one
            level: Any = "error" if known else "warning"
            facts = {"value": name, "allowed": tuple(known), "level": level}
            yield document.problem((*path, "required"), "required", message, **facts)
    for name, inner in known.items():
        if isinstance(inner, dict) and "required" in inner and name not in (required or ()):
            message = f"{name!r} is not required, and something in it is"
            facts = {"value": name, "level": "warning"}
            yield document.problem((*path, "required"), "required", message, **facts)


def _of_order(document: Document, path: Path, schema: Mapping[str, Any], *, is_tagged: bool) -> Iterator[SchemaProblem]:
    for key in ("propertyOrder", "flowStyle"):
        if key in schema and not is_tagged:
            message = f"{key} stands in schemas that a manifest gives a tag, and in no others"
            yield document.problem((*path, key), "style", message, value=schema[key])
    order, properties = schema.get("propertyOrder"), schema.get("properties")
    if isinstance(order, list) and {*map(str, order)} != {*(properties if isinstance(properties, dict) else ())}:
        message = "propertyOrder does not name the same properties as properties"
        facts = {"value": order, "allowed": tuple(properties or ())}
        yield document.problem((*path, "propertyOrder"), "style", message, **facts)


# -- of the community ------------------------------------------------------------------------------------------------


def _of_community(document: Document, *, is_tagged: bool) -> Iterator[SchemaProblem]:
    yield from _place(document, is_tagged=is_tagged)
    for path, schema in schemas_in(document.content):
        for key in _ARCHIVE:
            if key in schema:
                message = f"{key} is of the mission's products; the archive takes those of the community by meta.ccsp"
                yield document.problem((*path, key), "archive", message, value=schema[key])
    if is_tagged:
        yield from _references(document)


def _place(document: Document, *, is_tagged: bool) -> Iterator[SchemaProblem]:
    _, *folders, leaf = document.uri.family.split("/")
    if len(folders) != 1 or re.fullmatch("[A-Z0-9]+", folders[0]) is None:
        message = f"{document.uri.family!r} does not stand in the folder of a team, as CCSP/TEAM/team_map"
        yield document.problem(("id",), "ccsp", message, value=document.uri.family, allowed="CCSP/TEAM/team_...")
    elif is_tagged and leaf.partition("_")[0].upper() != folders[0]:
        message = f"{leaf!r} does not begin with the name of its team, {folders[0].lower()}_"
        yield document.problem(("id",), "ccsp", message, value=leaf, allowed=f"{folders[0].lower()}_...")


def _references(document: Document) -> Iterator[SchemaProblem]:
    """Yield what is wrong with how a product refers to what all of them say of themselves."""
    found = [(path, schema["$ref"]) for path, schema in schemas_in(document.content) if "$ref" in schema]
    families = [(path, _family(reference)) for path, reference in found]
    common = [(path, family) for path, family in families if family in (MINIMAL, CUSTOM)]
    missions = [family for _, family in families if family is not None and not family.startswith(CCSP)]
    newest = {family: installed().store.versions(family)[-1] for family in (MINIMAL, CUSTOM)}
    wanted = f"a $ref to {newest[CUSTOM]}, or to {newest[MINIMAL].short} beside a schema of the mission, under meta"
    if len(common) != 1:
        message = f"has {len(common) or 'no'} references to {MINIMAL} or {CUSTOM}: wanted is one, {wanted}"
        yield document.problem((), "ccsp", message, value=[family for _, family in common], allowed=wanted)
    for path, family in common:
        names = iter(path)
        if not all(part in names for part in ("properties", "meta")):
            message = f"the $ref to {family} is not under meta"
            yield document.problem((*path, "$ref"), "ccsp", message, value=family, allowed="properties.meta")
        if missions and family != MINIMAL:
            message = f"beside a schema of the mission ({missions[0]}) stands {MINIMAL}, not {family}"
            yield document.problem((*path, "$ref"), "ccsp", message, value=family, allowed=str(newest[MINIMAL]))


def _family(reference: Any) -> str | None:
    """Return the family that a ``$ref`` leads to, of RAD's; None for another."""
    try:
        uri = uris.parse(str(reference).partition("#")[0])
    except SchemaError:
        return None
    return uri.family if uri.base == ROMAN else None
