"""The keywords of JSON Schema draft 4 that combine schemas: allOf, anyOf, oneOf, not and $ref."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ...errors import Problem
from .core import (
    FULL_CONTEXT,
    SCALARS,
    SHARED_CONTEXTS,
    Check,
    Compilation,
    Keyword,
    Location,
    Maker,
    ValidationContext,
    Validator,
    show,
)

__all__ = ["COMBINING_KEYWORDS", "Reference"]


class Reference(Validator):
    """A ``$ref``; its target is found and compiled at first use, and draft 4 has it stand alone.

    Parameters
    ----------
    link : callable
        Finds the target.
    in_place : callable
        Returns True if the target leads back to itself without a step into the value.
    """

    __slots__ = ("_in_place", "_link")

    def __init__(self, link: Callable[[], Validator], in_place: Callable[[], bool]) -> None:
        self._link = link
        self._in_place = in_place
        self.leaf = False
        self.check = self._first
        self.iter_problems = self._iter_problems

    def words(self) -> frozenset[str] | None:
        """Return what the target returns; None where it leads back here."""
        return None if self._in_place() else self._link().words()

    def _first(self, value: Any, context: ValidationContext) -> bool:
        self.check = _guarded(self._link(), self._in_place())
        return self.check(value, context)

    def _iter_problems(self, location: Location) -> Iterator[Problem]:
        validator, open_marks = self._link(), location.context.reporting
        mark = (id(location.value), id(validator))
        if mark not in open_marks:
            open_marks.add(mark)
            yield from validator.iter_problems(location)
            open_marks.discard(mark)


def _guarded(validator: Validator, in_place: bool) -> Check:
    """Return the check of a validator that ends where a value holds itself, or a schema refers to itself in place."""
    if validator.leaf:
        return validator.check
    key = id(validator)

    def check(value: Any, context: ValidationContext) -> bool:
        if value.__class__ in SCALARS:
            if not in_place:
                return validator.check(value, context)
            if context in SHARED_CONTEXTS:
                context = ValidationContext(context.assigning, context.check_arrays)
        mark = (id(value), key)
        if mark in context.inside:
            return True  # as asdf: it is being checked already
        context.inside.add(mark)
        try:
            return validator.check(value, context)
        finally:
            context.inside.discard(mark)

    return check


def _all_of(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    validators = _branches("allOf", argument, compilation)

    def check(value: Any, context: ValidationContext) -> bool:
        for validator in validators:  # noqa: SIM110 (a loop is faster than all() over a generator)
            if not validator.check(value, context):
                return False
        return True

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        for validator in validators:
            if not validator.check(value, location.context):
                yield from validator.iter_problems(location)

    return Keyword("allOf", check if len(validators) > 1 else _only(validators[0]), iter_problems, inside=False)


def _only(validator: Validator) -> Check:
    return lambda value, context: validator.check(value, context)


def _any_of(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    validators = _branches("anyOf", argument, compilation)
    null = [_is_null(each) for each in argument]

    def check(value: Any, context: ValidationContext) -> bool:
        for validator in validators:  # noqa: SIM110 (a loop is faster than any() over a generator)
            if validator.check(value, context):
                return True
        return False

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        return _none_fits("anyOf", argument, validators, null, location)

    return Keyword("anyOf", check, iter_problems, inside=False)


def _one_of(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    validators = _branches("oneOf", argument, compilation)
    null = [_is_null(each) for each in argument]

    def check(value: Any, context: ValidationContext) -> bool:
        if context.assigning:
            return any(validator.check(value, context) for validator in validators)
        return sum(validator.check(value, context) for validator in validators) == 1

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        fitting = [str(n) for n, validator in enumerate(validators, 1) if validator.check(value, location.context)]
        if not fitting:
            yield from _none_fits("oneOf", argument, validators, null, location)
        else:
            which = ", ".join(fitting[:-1]) + " and " + fitting[-1]
            message = f"{show(value)} fits alternatives {which} of {len(validators)}; it must fit just one"
            yield location.problem("oneOf", message, argument)

    return Keyword("oneOf", check, iter_problems, inside=False)


def _none_fits(
    kind: str, argument: list[Any], validators: list[Validator], null: list[bool], location: Location
) -> Iterator[Problem]:
    """Report the alternative that was meant, where one can be told, else that none fits.

    It is the only one beside ``null``, or the only one that takes values of this type.
    """
    failures = [list(validator.iter_problems(location)) for validator in validators]
    candidates = [found for found, is_null in zip(failures, null, strict=True) if not is_null]
    if len(candidates) > 1:
        candidates = [found for found in candidates if not any(_is_mismatch(each, location) for each in found)]
    if len(candidates) == 1:
        yield from candidates[0]
        return
    reasons = dict.fromkeys(problem.message for found in failures for problem in found[:1])
    message = f"{show(location.value)} fits none of {len(validators)} alternatives: {'; '.join(reasons)}"
    yield location.problem(kind, message, argument)


def _is_mismatch(problem: Problem, location: Location) -> bool:
    return problem.kind in ("type", "tag") and problem.path == location.path


def _is_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"


def _not(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    validator = compilation.subschema("not")
    sought = _sought_item(argument)

    def check(value: Any, context: ValidationContext) -> bool:
        if value.__class__ in SCALARS:
            return not validator.check(value, FULL_CONTEXT)
        return context.assigning or not validator.check(value, context.strict())

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        message = f"has no item {sought}" if sought else "is what the schema rules out"
        yield location.problem("not", f"{show(value)} {message}", argument)

    return Keyword("not", check, iter_problems, inside=False)


def _sought_item(schema: Mapping[str, Any]) -> str:
    """Describe what an array must hold, if the negated schema is the idiom for that: ``items: {not: ...}``."""
    items = schema.get("items")
    if not isinstance(items, Mapping) or set(items) != {"not"}:
        return ""
    wanted = items["not"]
    parts = wanted.get("allOf", [wanted])
    members = {name: each for part in parts for name, each in part.get("properties", {}).items()}
    marks = [f"{name} {_wanted(each)}" for name, each in members.items() if _wanted(each)]
    return f"that fits the schema: {', '.join(marks)}" if marks else "that fits the schema"


def _wanted(schema: Mapping[str, Any]) -> str:
    if "pattern" in schema:
        return f"like {schema['pattern']!r}"
    return f"in {show(schema['enum'])}" if "enum" in schema else ""


def _branches(keyword: str, argument: Any, compilation: Compilation) -> list[Validator]:
    if not isinstance(argument, list) or not argument:
        raise compilation.error(keyword, "a list of one or more schemas", argument)
    return [compilation.subschema(keyword, n) for n in range(len(argument))]


COMBINING_KEYWORDS: dict[str, Maker] = {"allOf": _all_of, "anyOf": _any_of, "oneOf": _one_of, "not": _not}
