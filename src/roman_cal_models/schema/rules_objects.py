"""The keywords of JSON Schema draft 4 that speak of an object's members."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import Problem
from .keywords import Maker
from .rules_core import SCALARS, Build, Keyword, Node, Run, Where, show

__all__ = ["OBJECT_KEYWORDS"]

_get = dict.get
_ABSENT = object()


def _properties(argument: Any, schema: Mapping[str, Any], build: Build) -> Keyword:
    if not isinstance(argument, Mapping):
        raise build.error("properties", "a mapping of names to schemas", argument)
    nodes = [(name, build.node("properties", name)) for name in argument]
    uri = build.uri
    # with the words that each may be: found at the first check, because what a $ref leads to is compiled only then
    worded: list[tuple[str, Node, frozenset[str] | None]] = []

    def ok(value: Any, run: Run) -> bool:
        if isinstance(value, dict):
            if not worded:
                worded.extend([(name, node, node.words()) for name, node in nodes])
            for name, node, words in worded:
                item = _get(value, name, _ABSENT)
                if words is not None and item.__class__ is str:
                    if item in words:
                        continue
                    return False
                if item.__class__ not in SCALARS:
                    # absent, or not to be taken past what a subclass of dict makes of it
                    if name not in value:
                        continue
                    item = value[name]
                if not node.ok(item, run):
                    return False
        return True

    def explain(value: Any, where: Where) -> Iterator[Problem]:
        for name, node in nodes:
            if name in value and not node.ok(value[name], where.run):
                yield from node.explain(where.step(name, value[name], uri))

    return Keyword("properties", ok, explain)


def _required(argument: Any, schema: Mapping[str, Any], build: Build) -> Keyword:
    if not _is_names(argument):
        raise build.error("required", "a list of names", argument)
    uri, names = build.uri, frozenset(argument)

    def ok(value: Any, run: Run) -> bool:
        return run.assigning or not isinstance(value, dict) or value.keys() >= names

    def explain(value: Any, where: Where) -> Iterator[Problem]:
        for name in argument:
            if name not in value:
                yield where.member(name, "required", "is required and missing", argument, uri)

    return Keyword("required", ok, explain)


def _pattern_properties(argument: Any, schema: Mapping[str, Any], build: Build) -> Keyword:
    if not isinstance(argument, Mapping):
        raise build.error("patternProperties", "a mapping of regular expressions to schemas", argument)
    rules = [(_search(pattern, build), build.node("patternProperties", pattern)) for pattern in argument]
    uri = build.uri

    def ok(value: Any, run: Run) -> bool:
        if not isinstance(value, dict):
            return True
        return all(
            node.ok(item, run)
            for name, item in value.items()
            if isinstance(name, str)
            for search, node in rules
            if search(name)
        )

    def explain(value: Any, where: Where) -> Iterator[Problem]:
        for name, item in value.items():
            for search, node in rules:
                if isinstance(name, str) and search(name) and not node.ok(item, where.run):
                    yield from node.explain(where.step(name, item, uri))

    return Keyword("patternProperties", ok, explain)


def _additional_properties(argument: Any, schema: Mapping[str, Any], build: Build) -> Keyword | None:
    if not isinstance(argument, bool | Mapping):
        raise build.error("additionalProperties", "a boolean or a schema", argument)
    if argument is True:
        return None
    is_extra = _extra_names(schema, build)
    uri = build.uri

    if isinstance(argument, Mapping):
        node = build.node("additionalProperties")

        def ok(value: Any, run: Run) -> bool:
            if not isinstance(value, dict):
                return True
            return all(node.ok(value[name], run) for name in list(value) if is_extra(name))

        def explain(value: Any, where: Where) -> Iterator[Problem]:
            for name in list(value):
                if is_extra(name) and not node.ok(value[name], where.run):
                    yield from node.explain(where.step(name, value[name], uri))

    else:

        def ok(value: Any, run: Run) -> bool:
            return not isinstance(value, dict) or not any(is_extra(name) for name in list(value))

        def explain(value: Any, where: Where) -> Iterator[Problem]:
            for name in list(value):
                if is_extra(name):
                    yield where.member(name, "additionalProperties", "is not allowed here", argument, uri)

    return Keyword("additionalProperties", ok, explain)


def _extra_names(schema: Mapping[str, Any], build: Build) -> Callable[[Any], bool]:
    """Return the test for names that neither `properties` nor `patternProperties` beside it speaks of."""
    known = frozenset(schema.get("properties", ()))
    # joined as asdf joins them: a single empty pattern covers nothing
    joined = "|".join(schema.get("patternProperties", ()))
    search = _search(joined, build) if joined else None

    def is_extra(name: Any) -> bool:
        return name not in known and not (search and isinstance(name, str) and search(name))

    return is_extra


def _dependencies(argument: Any, schema: Mapping[str, Any], build: Build) -> Keyword:
    if not isinstance(argument, Mapping):
        raise build.error("dependencies", "a mapping of names to schemas or lists of names", argument)
    names: dict[str, list[str]] = {}
    nodes = {}
    for name, each in argument.items():
        if isinstance(each, Mapping):
            nodes[name] = build.node("dependencies", name)
        elif _is_names(each):
            names[name] = each
        else:
            raise build.error("dependencies", "a mapping of names to schemas or lists of names", argument)
    uri = build.uri

    def ok(value: Any, run: Run) -> bool:
        if run.assigning or not isinstance(value, dict):
            return True
        return all(other in value for name, others in names.items() if name in value for other in others) and all(
            node.ok(value, run) for name, node in nodes.items() if name in value
        )

    def explain(value: Any, where: Where) -> Iterator[Problem]:
        for name, others in names.items():
            for other in others:
                if name in value and other not in value:
                    message = f"is required beside {show(name)} and missing"
                    yield where.member(other, "dependencies", message, argument, uri)
        for name, node in nodes.items():
            if name in value:
                yield from node.explain(where)

    return Keyword("dependencies", ok, explain)


def _definitions(argument: Any, schema: Mapping[str, Any], build: Build) -> None:
    """Ask for nothing: what `definitions` hold is compiled when a ``$ref`` leads there."""
    if not isinstance(argument, Mapping):
        raise build.error("definitions", "a mapping of names to schemas", argument)


def _search(pattern: Any, build: Build) -> Callable[[str], Any]:
    try:
        return re.compile(pattern).search
    except (TypeError, re.error):
        raise build.error("patternProperties", "a mapping of regular expressions to schemas", pattern) from None


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


OBJECT_KEYWORDS: dict[str, Maker] = {
    "properties": _properties,
    "required": _required,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "dependencies": _dependencies,
    "definitions": _definitions,
}
