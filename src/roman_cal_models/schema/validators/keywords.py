"""The keywords of JSON Schema draft 4 that speak of one value, its members and its length.

Each is compiled by a `Maker`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from numbers import Integral, Number
from typing import Any

from ...errors import Problem
from .. import values
from .core import Compilation, Keyword, Location, Maker, ValidationContext, Validator, searcher, show

__all__ = ["KEYWORDS"]


# ---- any value


def is_number(value: Any) -> bool:
    """Return True if `value` is a number; booleans are not."""
    cls = value.__class__
    return cls is float or cls is int or (cls is not str and isinstance(value, Number) and not isinstance(value, bool))


_TYPES: dict[str, Callable[[Any], bool]] = {
    "array": lambda value: isinstance(value, list | tuple),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, Integral) and not isinstance(value, bool),
    "null": lambda value: value is None,
    "number": is_number,
    "object": lambda value: isinstance(value, dict),
    "string": lambda value: isinstance(value, str),
}
# the exact types that are known at a glance
_GLANCE: dict[str, tuple[type, ...]] = {
    "array": (list,),
    "boolean": (bool,),
    "integer": (int,),
    "null": (type(None),),
    "number": (int, float),
    "object": (dict,),
    "string": (str,),
}


def type_names(argument: Any) -> list[str]:
    """Return the names that a ``type`` keyword allows."""
    return [argument] if isinstance(argument, str) else list(argument)


def _type(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    if not isinstance(argument, str | list) or not argument or not all(_is_type(name) for name in type_names(argument)):
        raise compilation.error("type", f"one or more of {', '.join(_TYPES)}", argument)
    names = type_names(argument)
    glance = frozenset(cls for name in names for cls in _GLANCE[name])
    tests = [_TYPES[name] for name in names]
    is_object = "object" in names
    # YAML readers make a datetime of what JSON Schema calls a string; asdf lets it pass where it is declared
    dates = "string" in names and schema.get("format") == "date-time"

    def check(value: Any, context: ValidationContext) -> bool:
        if value.__class__ in glance:
            return True
        if isinstance(value, dict):
            return is_object
        if value.__class__ not in values.PLAIN and not values.is_plain(value):
            if values.is_array(value) and hasattr(value, "dtype"):
                return is_object  # what asdf writes for an array in memory
            value = context.view(value)
        return any(test(value) for test in tests) or (dates and isinstance(value, datetime.datetime))

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        wanted = " or ".join(repr(name) for name in names)
        is_number = not {"number", "integer"}.isdisjoint(names)
        hint = ": give a plain number, its .value" if is_number and _is_quantity(value) else ""
        yield location.problem("type", f"{show(value)} is not of type {wanted}{hint}", argument)

    return Keyword("type", check, iter_problems, inside=False)


def _is_quantity(value: Any) -> bool:
    return hasattr(value, "unit") and hasattr(value, "to_value")


def _is_type(name: Any) -> bool:
    return isinstance(name, str) and name in _TYPES


def _enum(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    if not isinstance(argument, list) or not argument:
        raise compilation.error("enum", "a list of one or more values", argument)
    strings = frozenset(each for each in argument if type(each) is str)
    marked = [_mark(each) for each in argument]

    def check(value: Any, context: ValidationContext) -> bool:
        if value.__class__ is str:
            return value in strings
        value = _mark(_untagged(value))
        return any(_same(each, value) for each in marked)

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        allowed = ", ".join(show(each) for each in argument)
        wanted = f"one of {allowed}" if len(argument) > 1 else allowed
        yield location.problem("enum", f"{show(value)} is not {wanted}", argument)

    return Keyword("enum", check, iter_problems)


_TRUE, _FALSE = object(), object()


def _mark(value: Any) -> Any:
    """Make True and False differ from 1 and 0."""
    return _TRUE if value is True else _FALSE if value is False else value


def _same(one: Any, other: Any) -> bool:
    try:
        equal = one is other or one == other
        # a number of numpy's, compared with a list, gives an array
        return equal if equal.__class__ is bool else getattr(equal, "size", 1) == 1 and bool(equal)
    except ValueError:  # lists that hold arrays
        return False


def _untagged(value: Any) -> Any:
    """Take a tag off, because tagged values compare equal only to tagged ones."""
    if isinstance(value, str):
        return str.__str__(value)
    if hasattr(value, "_tag") and hasattr(value, "data"):
        return value.data
    return value


# ---- numbers


def _limit(name: str, passes: Callable[[Any, Any, bool], bool], words: tuple[str, str]) -> Maker:
    """Make the maker of `minimum` or `maximum`; in draft 4 the exclusive form is a boolean beside it."""
    exclusive_name = f"exclusive{name.capitalize()}"

    def make(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
        exclusive = schema.get(exclusive_name, False)
        if not is_number(argument):
            raise compilation.error(name, "a number", argument)
        if not isinstance(exclusive, bool):
            raise compilation.error(exclusive_name, "a boolean", exclusive)
        breaks = f"is {words[exclusive]} the {'exclusive ' * exclusive}{name} {show(argument)}"

        def check(value: Any, context: ValidationContext) -> bool:
            return not is_number(value) or passes(value, argument, exclusive)

        def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
            yield location.problem(name, f"{show(value)} {breaks}", argument)

        return Keyword(name, check, iter_problems)

    return make


def _reaches(value: Any, limit: Any, exclusive: bool) -> bool:
    # said in the negative so that NaN passes, as it does in asdf
    return not (value <= limit if exclusive else value < limit)


def _stays_below(value: Any, limit: Any, exclusive: bool) -> bool:
    return not (value >= limit if exclusive else value > limit)


def _multiple_of(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    if not is_number(argument) or not argument > 0:
        raise compilation.error("multipleOf", "a number above 0", argument)

    def check(value: Any, context: ValidationContext) -> bool:
        return not is_number(value) or _divides(argument, value)

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        yield location.problem("multipleOf", f"{show(value)} is not a multiple of {show(argument)}", argument)

    return Keyword("multipleOf", check, iter_problems)


def _divides(divisor: Any, value: Any) -> bool:
    if not isinstance(divisor, float):
        return not value % divisor
    try:
        quotient = value / divisor
        return bool(int(quotient) == quotient)
    except ValueError:  # NaN
        return False
    except OverflowError:
        return _divides_exactly(divisor, value)


def _divides_exactly(divisor: float, value: Any) -> bool:
    """Answer where the quotient is too large for a float."""
    try:
        return (Fraction(value if isinstance(value, int) else float(value)) / Fraction(divisor)).denominator == 1
    except OverflowError:  # infinity
        return False


# ---- lengths


def _at_least(name: str, test: Callable[[Any], bool], one: str, many: str) -> Maker:
    """Make the maker of a keyword that sets the least length of strings, arrays or objects."""
    lenient = name != "minLength"  # while assigning, members may still be missing

    def make(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
        _check_length(name, argument, compilation)

        def check(value: Any, context: ValidationContext) -> bool:
            return not test(value) or len(value) >= argument or (lenient and context.assigning)

        def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
            counted = _count(len(value), one, many)
            yield location.problem(name, f"{show(value)} is too short: {counted}, at least {argument}", argument)

        return Keyword(name, check, iter_problems)

    return make


def _at_most(name: str, test: Callable[[Any], bool], one: str, many: str) -> Maker:
    """Make the maker of a keyword that sets the greatest length of strings, arrays or objects."""

    def make(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
        _check_length(name, argument, compilation)

        def check(value: Any, context: ValidationContext) -> bool:
            return not test(value) or len(value) <= argument

        def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
            counted = _count(len(value), one, many)
            yield location.problem(name, f"{show(value)} is too long: {counted}, at most {argument}", argument)

        return Keyword(name, check, iter_problems)

    return make


def _check_length(name: str, argument: Any, compilation: Compilation) -> None:
    if not isinstance(argument, int) or isinstance(argument, bool) or argument < 0:
        raise compilation.error(name, "an integer, 0 or more", argument)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _pattern(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    search = searcher(argument, "pattern", "a regular expression", compilation)

    def check(value: Any, context: ValidationContext) -> bool:
        return not isinstance(value, str) or search(value) is not None

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        yield location.problem("pattern", f"{show(value)} does not match the pattern {argument!r}", argument)

    return Keyword("pattern", check, iter_problems)


# ---- arrays


def _unique_items(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword | None:
    if not isinstance(argument, bool):
        raise compilation.error("uniqueItems", "a boolean", argument)
    if not argument:
        return None

    def check(value: Any, context: ValidationContext) -> bool:
        return not isinstance(value, list | tuple) or _all_differ(value)

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        yield location.problem("uniqueItems", f"{show(value)} holds the same item twice", argument)

    return Keyword("uniqueItems", check, iter_problems)


def _all_differ(items: Any) -> bool:
    """Return True if no item occurs twice; as in asdf, neighbours after sorting where the items can be sorted."""
    marked = [_mark(item) for item in items]
    try:
        ordered = sorted(marked)
    # the last two: NumPy, new or old, of a number against an empty list
    except (NotImplementedError, TypeError, ValueError, DeprecationWarning):
        return not any(_equal(one, other) for n, one in enumerate(marked) for other in marked[:n])
    return not any(_equal(one, other) for one, other in pairwise(ordered))


def _equal(one: Any, other: Any) -> bool:
    """Compare as JSON does: True is not 1, at any depth."""
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(_equal(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return len(one) == len(other) and all(key in other and _equal(one[key], other[key]) for key in one)
    return _same(_mark(one), _mark(other))


def _items(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword:
    if isinstance(argument, list):
        return _items_by_place([compilation.subschema("items", n) for n in range(len(argument))], compilation.uri)
    if not isinstance(argument, Mapping):
        raise compilation.error("items", "a schema or a list of schemas", argument)
    return _items_alike(compilation.subschema("items"), compilation.uri, "items", 0)


def _items_alike(validator: Validator, uri: str, name: str, start: int) -> Keyword:
    def check(value: Any, context: ValidationContext) -> bool:
        if isinstance(value, list | tuple):
            passes = validator.check
            for item in value[start:] if start else value:
                if not passes(item, context):
                    return False
        return True

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        for n, item in enumerate(value):
            if n >= start and not validator.check(item, location.context):
                yield from validator.iter_problems(location.step(n, item, uri))

    return Keyword(name, check, iter_problems)


def _items_by_place(validators: list[Validator], uri: str) -> Keyword:
    def check(value: Any, context: ValidationContext) -> bool:
        if not isinstance(value, list | tuple):
            return True
        return all(validator.check(item, context) for validator, item in zip(validators, value, strict=False))

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        for n, (validator, item) in enumerate(zip(validators, value, strict=False)):
            if not validator.check(item, location.context):
                yield from validator.iter_problems(location.step(n, item, uri))

    return Keyword("items", check, iter_problems)


def _additional_items(argument: Any, schema: Mapping[str, Any], compilation: Compilation) -> Keyword | None:
    if not isinstance(argument, bool | Mapping):
        raise compilation.error("additionalItems", "a boolean or a schema", argument)
    places = schema.get("items", {})
    if argument is True or isinstance(places, Mapping):
        return None
    count = len(places)
    if isinstance(argument, Mapping):
        return _items_alike(compilation.subschema("additionalItems"), compilation.uri, "additionalItems", count)

    def check(value: Any, context: ValidationContext) -> bool:
        return not isinstance(value, list | tuple) or len(value) <= count

    def iter_problems(value: Any, location: Location) -> Iterator[Problem]:
        counted = _count(len(value), "item", "items")
        yield location.problem("additionalItems", f"{show(value)} is too long: {counted}, at most {count}", argument)

    return Keyword("additionalItems", check, iter_problems)


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


KEYWORDS: dict[str, Maker] = {
    "type": _type,
    "enum": _enum,
    "minimum": _limit("minimum", _reaches, ("below", "not above")),
    "maximum": _limit("maximum", _stays_below, ("above", "not below")),
    "multipleOf": _multiple_of,
    "minLength": _at_least("minLength", _is_string, "character", "characters"),
    "maxLength": _at_most("maxLength", _is_string, "character", "characters"),
    "pattern": _pattern,
    "minItems": _at_least("minItems", _TYPES["array"], "item", "items"),
    "maxItems": _at_most("maxItems", _TYPES["array"], "item", "items"),
    "uniqueItems": _unique_items,
    "items": _items,
    "additionalItems": _additional_items,
    "minProperties": _at_least("minProperties", _TYPES["object"], "entry", "entries"),
    "maxProperties": _at_most("maxProperties", _TYPES["object"], "entry", "entries"),
}
