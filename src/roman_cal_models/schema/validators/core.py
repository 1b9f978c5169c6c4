"""The parts that compiled schemas are made of: a keyword, a validator of keywords, the context of a check."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ...asdf_bridge import Conversion, new_file
from ...errors import Problem, SchemaError
from ...outline.displayed import quoted
from .. import values

__all__ = [
    "ASSIGNING_CONTEXT",
    "FULL_CONTEXT",
    "HOLDING_CONTEXT",
    "SCALARS",
    "SHARED_CONTEXTS",
    "Check",
    "Compilation",
    "IterProblems",
    "Keyword",
    "Location",
    "Maker",
    "Unwritable",
    "ValidationContext",
    "Validator",
    "searcher",
    "show",
]

SCALARS = frozenset({str, int, float, bool, type(None)})
WIDTH = 80


class ValidationContext:
    """What holds during one check of one instance.

    Parameters
    ----------
    assigning : bool
        Ask only for what is given, not for what is missing.
    check_arrays : bool
        Ask for the kind, the data type and the number of dimensions of arrays. Otherwise, while assigning, None and
        an array of any library may stand where the tag of an array is asked for.
    """

    __slots__ = ("_conversion", "_lowered", "assigning", "check_arrays", "inside", "reporting")

    def __init__(self, assigning: bool, check_arrays: bool) -> None:
        self.assigning = assigning
        self.check_arrays = check_arrays
        # (value, schema) that are being checked or explained: values and schemas may hold themselves
        self.inside: set[tuple[int, int]] = set()
        self.reporting: set[tuple[int, int]] = set()
        self._lowered: dict[int, tuple[Any, Any]] | None = None
        self._conversion: Conversion | None = None

    def view(self, value: Any) -> Any:
        """Return `value` as asdf's validation sees it; a foreign object is lowered once a check."""
        if values.is_plain(value):
            return value
        if self._lowered is None:
            self._lowered = {}
        known = self._lowered.get(id(value))
        if known is None:
            # the value is kept beside its tree, so that its id is not given to another while the check lasts
            known = self._lowered[id(value)] = (value, self._lower(value))
        return known[1]

    def strict(self) -> ValidationContext:
        """Return a context that shares what this one has seen and asks for everything."""
        if not self.assigning and self.check_arrays:
            return self
        context = ValidationContext(assigning=False, check_arrays=True)
        context._lowered, context._conversion, context.inside = self._lowered, self._conversion, self.inside
        return context

    def _lower(self, value: Any) -> Any:
        if hasattr(type(value), "__roman_lower__"):
            return values.lower(value)
        if self._conversion is None:
            self._conversion = Conversion(new_file())
        try:
            return values.lower(value, self._conversion)
        except Exception as error:  # a converter may fail in any way; what it cannot write is not valid
            return Unwritable(f"{type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True)
class Unwritable:
    """Stands for the tree of a foreign object that asdf cannot write."""

    reason: str


FULL_CONTEXT = ValidationContext(assigning=False, check_arrays=True)
ASSIGNING_CONTEXT = ValidationContext(assigning=True, check_arrays=True)
HOLDING_CONTEXT = ValidationContext(assigning=True, check_arrays=False)
SHARED_CONTEXTS = (FULL_CONTEXT, ASSIGNING_CONTEXT, HOLDING_CONTEXT)
"""Contexts for scalars, which leave nothing behind in them; shared by all threads."""


@dataclass(frozen=True, slots=True)
class Location:
    """A value that is being checked: where it stands and which document speaks of it."""

    value: Any
    path: tuple[str | int, ...]
    uri: str
    context: ValidationContext

    def step(self, part: Any, value: Any, uri: str) -> Location:
        """Return the place of a member of this value, of which the document `uri` speaks."""
        return Location(value, (*self.path, part if isinstance(part, str | int) else str(part)), uri, self.context)

    def problem(self, kind: str, message: str, allowed: Any) -> Problem:
        """Return the problem that this value breaks the keyword `kind`."""
        return Problem(self.path, kind, message, self.value, allowed, self.uri)

    def member(self, part: Any, kind: str, message: str, allowed: Any, uri: str) -> Problem:
        """Return the problem of a member that is missing from this value, or that should be."""
        return Problem(self.step(part, None, uri).path, kind, message, self.value, allowed, uri)


Check = Callable[[Any, ValidationContext], bool]
IterProblems = Callable[[Any, Location], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword of one schema, compiled.

    Parameters
    ----------
    name : str
        The keyword.
    check : callable
        ``check(value, context)``: the fast answer.
    iter_problems : callable
        ``iter_problems(value, location)``: the problems; asked only where ``check`` said no.
    inside : bool
        Whether it looks inside a value. It is then given the tree of a foreign object, else the object itself.
    """

    name: str
    check: Check
    iter_problems: IterProblems
    inside: bool = True


class Validator:
    """A compiled schema: all its keywords as one check.

    Parameters
    ----------
    keywords : list of Keyword
        The keywords.
    leaf : bool
        Whether there is no schema in it.
    """

    __slots__ = ("_keywords", "_words", "check", "iter_problems", "leaf")

    def __init__(self, keywords: list[Keyword], leaf: bool) -> None:
        self._keywords = keywords
        self.leaf = leaf
        self._words: frozenset[str] | None = None
        self.check: Check = _check_all(keywords)
        self.iter_problems: Callable[[Location], Iterator[Problem]] = self._iter_problems

    def remember(self, words: list[Any]) -> None:
        """Answer for plain strings by one look: only those among `words` that pass all keywords are valid."""
        otherwise, good = (
            self.check,
            frozenset(word for word in words if type(word) is str and self.check(word, FULL_CONTEXT)),
        )

        def check(value: Any, context: ValidationContext) -> bool:
            return value in good if value.__class__ is str else otherwise(value, context)

        self.check, self._words = check, good

    def words(self) -> frozenset[str] | None:
        """Return the strings that are valid, where there is an enum of them; else None."""
        return self._words

    def _iter_problems(self, location: Location) -> Iterator[Problem]:
        value, context = location.value, location.context
        if values.is_reference(value):
            return
        for keyword in self._keywords:
            seen = context.view(value) if keyword.inside else value
            if not keyword.check(seen, context):
                yield from keyword.iter_problems(seen, location)


class Compilation(Protocol):
    """What the compiler offers to a keyword that is being compiled."""

    uri: str
    """The document that the keyword stands in."""

    def subschema(self, *keys: str | int) -> Validator:
        """Compile the subschema that `keys` lead to from the schema at hand."""
        ...

    def error(self, keyword: str, wanted: str, found: Any) -> SchemaError:
        """Return the error that the value of `keyword` is not what draft 4 wants."""
        ...


Maker = Callable[[Any, Mapping[str, Any], Compilation], Keyword | None]
"""Compiles a keyword: ``(argument, schema, compilation)``; ``schema`` holds the keyword. None: it asks for nothing."""


def searcher(pattern: Any, keyword: str, wanted: str, compilation: Compilation) -> Callable[[str], Any]:
    """Return the search for a regular expression that a keyword gives."""
    try:
        return re.compile(pattern).search
    except (TypeError, re.error):
        raise compilation.error(keyword, wanted, pattern) from None


def show(value: Any) -> str:
    """Write a value in at most about 80 characters, without reading the elements of an array."""
    if not values.is_plain(value) and values.is_array(value) and hasattr(value, "dtype"):
        return f"<array of {value.dtype}, shape {tuple(value.shape)}>"
    try:
        text = _brief.repr(value) if type(value) in _BRIEF else quoted(value)
    except Exception:  # the repr of a foreign object may fail in any way; the message must not
        text = f"<{type(value).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


_BRIEF = frozenset({list, tuple, dict, set})
_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = WIDTH


def _check_all(keywords: list[Keyword]) -> Check:
    """Join the checks of a validator; what fails may still be a reference, which nothing is asked of."""
    outside = _join([keyword.check for keyword in keywords if not keyword.inside])
    inside = _join([keyword.check for keyword in keywords if keyword.inside])
    plain, is_reference = values.PLAIN, values.is_reference

    def check_outside(value: Any, context: ValidationContext) -> bool:
        return outside(value, context) or is_reference(value)

    def check_inside(value: Any, context: ValidationContext) -> bool:
        seen = value if value.__class__ in plain else context.view(value)
        return inside(seen, context) or is_reference(value)

    def check_both(value: Any, context: ValidationContext) -> bool:
        if outside(value, context) and inside(value if value.__class__ in plain else context.view(value), context):
            return True
        return is_reference(value)

    if outside is _anything:
        return _anything if inside is _anything else check_inside
    return check_outside if inside is _anything else check_both


def _join(checks: list[Check]) -> Check:
    if not checks:
        return _anything
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks
        return lambda value, context: first(value, context) and second(value, context)

    def check(value: Any, context: ValidationContext) -> bool:
        for each in checks:  # noqa: SIM110 (a loop is faster than all() over a generator)
            if not each(value, context):
                return False
        return True

    return check


def _anything(value: Any, context: ValidationContext) -> bool:
    return True
