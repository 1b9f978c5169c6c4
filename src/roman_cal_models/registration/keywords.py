"""Schemas as the metaschemas see them: their keywords, and the schemas inside of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ..errors import SchemaError, SchemaProblem
from ..schema import installed
from ..schema.uris import ROMAN
from ..spelling import did_you_mean
from .documents import Document

__all__ = ["METASCHEMA", "keyword_problems", "metaschema_problems", "newest_metaschema", "schemas_in"]

METASCHEMA = "rad_schema"
"""The family of RAD's metaschema."""

# asdf's, and that of JSON Schema
_OTHERS = ("http://stsci.edu/schemas/", "http://json-schema.org/")

# what RAD's schemas have and no metaschema describes
_BESIDE = frozenset({"$ref", "unit"})

_OF_ONE = ("additionalItems", "additionalProperties", "items", "not")
_OF_MANY = ("definitions", "dependencies", "patternProperties", "properties")
_OF_LISTS = ("allOf", "anyOf", "items", "oneOf")

Path = tuple[str | int, ...]


def schemas_in(schema: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Yield a schema and all schemas inside of it, each with its path; what is no schema there is left out."""
    yield path, schema
    inside: list[tuple[Path, Any]] = [((*path, key), schema.get(key)) for key in _OF_ONE]
    for key in _OF_MANY:
        found = schema.get(key)
        inside += [((*path, key, name), each) for name, each in (found.items() if isinstance(found, dict) else ())]
    for key in _OF_LISTS:
        found = schema.get(key)
        inside += [((*path, key, number), each) for number, each in enumerate(found if isinstance(found, list) else ())]
    for place, each in inside:
        if isinstance(each, dict):
            yield from schemas_in(each, place)


def newest_metaschema() -> str:
    """Return the URI of the newest metaschema of the installed RAD."""
    return str(installed().store.versions(METASCHEMA)[-1])


def metaschema_problems(document: Document) -> Iterator[SchemaProblem]:
    """Yield what a metaschema says of a schema: its own, and RAD's newest where that is not to be had."""
    given = document.content.get("$schema")
    uri = newest_metaschema()
    if given is None:
        is_rads = document.uri.base == ROMAN
        message = f"is missing: {uri} is the newest"
        level: Any = "error" if is_rads else "warning"
        yield document.problem(("$schema",), "$schema", message, allowed=uri, level=level)
    elif not _is_metaschema(given):
        message = f"{given!r} is no metaschema that is installed: {uri} is the newest"
        yield document.problem(("$schema",), "$schema", message, value=given, allowed=uri)
    else:
        uri = given.removesuffix("#")
    for problem in installed().compiler.compile(uri).problems(document.content):
        facts = {"value": problem.value, "allowed": problem.allowed}
        yield document.problem(problem.path, problem.kind, problem.message, **facts)


def _is_metaschema(uri: object) -> bool:
    if not isinstance(uri, str):
        return False
    if uri.startswith(_OTHERS):
        return bool(_keywords(uri.removesuffix("#")))
    return uri.startswith(f"{ROMAN}/schemas/{METASCHEMA}-") and uri in installed().store


def keyword_problems(document: Document) -> Iterator[SchemaProblem]:
    """Yield a warning for each keyword that no metaschema knows."""
    own = document.content.get("$schema")
    known = _keywords(newest_metaschema()) | _BESIDE
    if isinstance(own, str) and _is_metaschema(own):
        known |= _keywords(own.removesuffix("#"))
    for path, schema in schemas_in(document.content):
        for key in schema:
            if key not in known:
                message = f"{key!r} is no keyword of schemas, and says nothing.{did_you_mean(key, sorted(known))}"
                facts = {"value": schema[key], "allowed": sorted(known)}
                yield document.problem((*path, key), "keyword", message, **facts, level="warning")


@cache
def _keywords(metaschema: str) -> frozenset[str]:
    """Return the keywords that a metaschema describes, and those that it builds on; none for what is not installed."""
    try:
        document = installed().store.load(metaschema)
    except SchemaError:
        return frozenset()
    found: set[str] = set()
    for piece in (document, *document.get("allOf", ())):
        found.update(piece.get("properties", ()))
        reference = piece.get("$ref", "#").partition("#")[0]
        if reference:
            found |= _keywords(reference)
    return frozenset(found)
