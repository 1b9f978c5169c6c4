"""The keywords of JSON Schema draft 4 that speak of an object's members."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...errors import Problem
from .core import SCALARS, Compilation, Keyword, Location, Maker, ValidationContext, Validator, searcher, show

__all__ = ["OBJECT_KEYWORDS"]

_get = dict.get
_ABSENT = object()
_PATTERNS = "a mapping of regular expressions to schemas"


def _properties(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    if not isinstance(argument, Mapping):
        raise compilation.error("properties", "a mapping of names to schemas", argument)
    validators = [(name, compilation.subschema("properties", name)) for name in argument]
    uri = compilation.uri
    # with the words that each may be: found at the first check, because what a $ref leads to is compiled only then
    worded: list[tuple[str, Validator, frozenset[str] | None]] = []

    def check(value: Any, context: ValidationContext) -> bool:
        if isinstance(value, dict):
            if not worded:
                worded.extend([(name, validator, validator.words()) for name, validator in validators])
            for name, validator, words in worded:
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
                if not validator.check(item, context):
                    return False
        return True

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        for name, validator in validators:
            if name in value and not validator.check(value[name], location.context):
                yield from validator.iter_problems(location.step(name, value[name], uri))

    return Keyword("properties", check, iter_problems)


def _required(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    if not _is_names(argument):
        raise compilation.error("required", "a list of names", argument)
    uri, names = compilation.uri, frozenset(argument)

    def check(value: Any, context: ValidationContext) -> bool:
        return context.assigning or not isinstance(value, dict) or value.keys() >= names

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        for name in argument:
            if name not in value:
                yield location.member(name, "required", "is required and missing", argument, uri)

    return Keyword("required", check, iter_problems)


def _pattern_properties(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    if not isinstance(argument, Mapping):
        raise compilation.error("patternProperties", _PATTERNS, argument)
    rules = [
        (
            searcher(pattern, "patternProperties", _PATTERNS, compilation),
            compilation.subschema("patternProperties", pattern),
        )
        for pattern in argument
    ]
    uri = compilation.uri

    def check(value: Any, context: ValidationContext) -> bool:
        if not isinstance(value, dict):
            return True
        return all(
            validator.check(item, context)
            for name, item in value.items()
            if isinstance(name, str)
            for search, validator in rules
            if search(name)
        )

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        for name, item in value.items():
            for search, validator in rules:
                if isinstance(name, str) and search(name) and not validator.check(item, location.context):
                    yield from validator.iter_problems(location.step(name, item, uri))

    return Keyword("patternProperties", check, iter_problems)


def _additional_properties(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword | None:
    if not isinstance(argument, bool | Mapping):
        raise compilation.error("additionalProperties", "a boolean or a schema", argument)
    if argument is True:
        return None
    is_extra = _extra_names(schema, compilation)
    uri = compilation.uri

    if isinstance(argument, Mapping):
        validator = compilation.subschema("additionalProperties")

        def check(value: Any, context: ValidationContext) -> bool:
            if not isinstance(value, dict):
                return True
            return all(validator.check(value[name], context) for name in list(value) if is_extra(name))

        def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
            for name in list(value):
                if is_extra(name) and not validator.check(value[name], location.context):
                    yield from validator.iter_problems(location.step(name, value[name], uri))

    else:

        def check(value: Any, context: ValidationContext) -> bool:
            return not isinstance(value, dict) or not any(is_extra(name) for name in list(value))

        def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
            for name in list(value):
                if is_extra(name):
                    yield location.member(name, "additionalProperties", "is not allowed here", argument, uri)

    return Keyword("additionalProperties", check, iter_problems)


def _extra_names(schema: Mapping[str, Any], compilation: Compilation) -> Callable[[Any], bool]:
    """Return the test for names that neither `properties` nor `patternProperties` beside it speaks of."""
    known = frozenset(schema.get("properties", ()))
    # joined as asdf joins them: a single empty pattern covers nothing
    joined = "|".join(schema.get("patternProperties", ()))
    search = searcher(joined, "patternProperties", _PATTERNS, compilation) if joined else None

    def is_extra(name: Any) -> bool:
        return name not in known and not (search and isinstance(name, str) and search(name))

    return is_extra


def _dependencies(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    if not isinstance(argument, Mapping):
        raise compilation.error("dependencies", "a mapping of names to schemas or lists of names", argument)
    names: dict[str, list[str]] = {}
    validators = {}
    for name, each in argument.items():
        if isinstance(each, Mapping):
            validators[name] = compilation.subschema("dependencies", name)
        elif _is_names(each):
            names[name] = each
        else:
            raise compilation.error("dependencies", "a mapping of names to schemas or lists of names", argument)
    uri = compilation.uri

    def check(value: Any, context: ValidationContext) -> bool:
        if context.assigning or not isinstance(value, dict):
            return True
        return all(other in value for name, others in names.items() if name in value for other in others) and all(
            validator.check(value, context) for name, validator in validators.items() if name in value
        )

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        for name, others in names.items():
            for other in others:
                if name in value and other not in value:
                    message = f"is required beside {show(name)} and missing"
                    yield location.member(other, "dependencies", message, argument, uri)
        for name, validator in validators.items():
            if name in value:
                yield from validator.iter_problems(location)

    return Keyword("dependencies", check, iter_problems)


def _definitions(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> None:
    """Ask for nothing: what `definitions` hold is compiled when a ``$ref`` leads there."""
    if not isinstance(argument, Mapping):
        raise compilation.error("definitions", "a mapping of names to schemas", argument)


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
