"""The parts that compiled schemas are made of: a keyword, a node of keywords, one run of a check."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ..asdf_bridge import new_file
from ..errors import Problem, SchemaError
from . import values

__all__ = [
    "ASSIGNING_RUN",
    "FULL_RUN",
    "HOLDING_RUN",
    "SCALARS",
    "SHARED_RUNS",
    "Build",
    "Check",
    "Explain",
    "Keyword",
    "Node",
    "Run",
    "Unwritable",
    "Where",
    "show",
]

SCALARS = frozenset({str, int, float, bool, type(None)})
WIDTH = 80


class Run:
    """What holds during one check of one instance.

    Parameters
    ----------
    assigning : bool
        Ask only for what is given, not for what is missing.
    check_arrays : bool
        Ask for the kind, the data type and the number of dimensions of arrays. Otherwise, while assigning, None and
        an array of any library may stand where the tag of an array is asked for.
    """

    __slots__ = ("_context", "_lowered", "assigning", "check_arrays", "explaining", "inside")

    def __init__(self, assigning: bool, check_arrays: bool) -> None:
        self.assigning = assigning
        self.check_arrays = check_arrays
        # (value, schema) that are being checked or explained: values and schemas may hold themselves
        self.inside: set[tuple[int, int]] = set()
        self.explaining: set[tuple[int, int]] = set()
        self._lowered: dict[int, tuple[Any, Any]] | None = None
        self._context: Any = None

    def view(self, value: Any) -> Any:
        """Return `value` as asdf's validation sees it; a foreign object is lowered once a run."""
        if values.is_plain(value):
            return value
        if self._lowered is None:
            self._lowered = {}
        known = self._lowered.get(id(value))
        if known is None:
            # the value is kept beside its tree, so that its id is not given to another while the run lasts
            known = self._lowered[id(value)] = (value, self._lower(value))
        return known[1]

    def strict(self) -> Run:
        """Return a run that shares what this one has seen and asks for everything."""
        if not self.assigning and self.check_arrays:
            return self
        run = Run(assigning=False, check_arrays=True)
        run._lowered, run._context, run.inside = self._lowered, self._context, self.inside
        return run

    def _lower(self, value: Any) -> Any:
        if hasattr(type(value), "__roman_lower__"):
            return values.lower(value)
        if self._context is None:
            self._context = new_file()
        try:
            return values.lower(value, self._context)
        except Exception as error:  # a converter may fail in any way; what it cannot write is not valid
            return Unwritable(f"{type(error).__name__}: {error}")


@dataclass(frozen=True, slots=True)
class Unwritable:
    """Stands for the tree of a foreign object that asdf cannot write."""

    reason: str


FULL_RUN = Run(assigning=False, check_arrays=True)
ASSIGNING_RUN = Run(assigning=True, check_arrays=True)
HOLDING_RUN = Run(assigning=True, check_arrays=False)
SHARED_RUNS = (FULL_RUN, ASSIGNING_RUN, HOLDING_RUN)
"""Runs for scalars, which leave nothing behind in a run; shared by all threads."""


@dataclass(frozen=True, slots=True)
class Where:
    """A value under scrutiny: where it stands and which document speaks of it."""

    value: Any
    path: tuple[str | int, ...]
    uri: str
    run: Run

    def step(self, part: Any, value: Any, uri: str) -> Where:
        """Return the place of a member of this value, of which the document `uri` speaks."""
        return Where(value, (*self.path, part if isinstance(part, str | int) else str(part)), uri, self.run)

    def problem(self, kind: str, message: str, allowed: Any) -> Problem:
        """Return the problem that this value breaks the keyword `kind`."""
        return Problem(self.path, kind, message, self.value, allowed, self.uri)

    def member(self, part: Any, kind: str, message: str, allowed: Any, uri: str) -> Problem:
        """Return the problem of a member that is missing from this value, or that should be."""
        return Problem((*self.path, part), kind, message, self.value, allowed, uri)


Check = Callable[[Any, Run], bool]
Explain = Callable[[Any, Where], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Keyword:
    """One keyword of one schema, compiled.

    Parameters
    ----------
    name : str
        The keyword.
    ok : callable
        ``ok(value, run)``: the fast answer.
    explain : callable
        ``explain(value, where)``: the problems; asked only where ``ok`` said no.
    inside : bool
        Whether it looks inside a value. It is then given the tree of a foreign object, else the object itself.
    """

    name: str
    ok: Check
    explain: Explain
    inside: bool = True


class Node:
    """A compiled schema: all its keywords as one check.

    Parameters
    ----------
    keywords : list of Keyword
        The keywords.
    leaf : bool
        Whether there is no schema in it.
    """

    __slots__ = ("_keywords", "_words", "explain", "leaf", "ok")

    def __init__(self, keywords: list[Keyword], leaf: bool) -> None:
        self._keywords = keywords
        self.leaf = leaf
        self._words: frozenset[str] | None = None
        self.ok: Check = _check_all(keywords)
        self.explain: Callable[[Where], Iterator[Problem]] = self._explain

    def remember(self, words: list[Any]) -> None:
        """Answer for plain strings by one look: only those among `words` that pass all keywords are valid."""
        check, good = self.ok, frozenset(word for word in words if type(word) is str and self.ok(word, FULL_RUN))

        def ok(value: Any, run: Run) -> bool:
            return value in good if value.__class__ is str else check(value, run)

        self.ok, self._words = ok, good

    def words(self) -> frozenset[str] | None:
        """Return the strings that are valid, where there is an enum of them; else None."""
        return self._words

    def _explain(self, where: Where) -> Iterator[Problem]:
        value, run = where.value, where.run
        if values.is_reference(value):
            return
        for keyword in self._keywords:
            seen = run.view(value) if keyword.inside else value
            if not keyword.ok(seen, run):
                yield from keyword.explain(seen, where)


class Build(Protocol):
    """What the compiler offers to a keyword that is being compiled."""

    uri: str
    """The document that the keyword stands in."""

    def node(self, schema: Any, *steps: str | int) -> Node:
        """Compile a subschema; `steps` lead to it from the schema at hand."""
        ...

    def error(self, keyword: str, wanted: str, found: Any) -> SchemaError:
        """Return the error that the value of `keyword` is not what draft 4 wants."""
        ...


def show(value: Any) -> str:
    """Write a value in at most about 80 characters, without reading the elements of an array."""
    if not values.is_plain(value) and values.is_array(value) and hasattr(value, "dtype"):
        return f"<array of {value.dtype}, shape {tuple(value.shape)}>"
    try:
        text = _brief.repr(value) if type(value) in _BRIEF else repr(value)
    except Exception:  # the repr of a foreign object may fail in any way; the message must not
        text = f"<{type(value).__name__}>"
    text = " ".join(text.split())
    return text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."


_BRIEF = frozenset({list, tuple, dict, set})
_brief = reprlib.Repr()
_brief.maxstring = _brief.maxother = WIDTH


def _check_all(keywords: list[Keyword]) -> Check:
    """Join the checks of a node; what fails may still be a reference, which nothing is asked of."""
    outside = _join([keyword.ok for keyword in keywords if not keyword.inside])
    inside = _join([keyword.ok for keyword in keywords if keyword.inside])
    plain, is_reference = values.PLAIN, values.is_reference

    def ok_outside(value: Any, run: Run) -> bool:
        return outside(value, run) or is_reference(value)

    def ok_inside(value: Any, run: Run) -> bool:
        seen = value if value.__class__ in plain else run.view(value)
        return inside(seen, run) or is_reference(value)

    def ok_both(value: Any, run: Run) -> bool:
        if outside(value, run) and inside(value if value.__class__ in plain else run.view(value), run):
            return True
        return is_reference(value)

    if outside is _anything:
        return _anything if inside is _anything else ok_inside
    return ok_outside if inside is _anything else ok_both


def _join(checks: list[Check]) -> Check:
    if not checks:
        return _anything
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        first, second = checks
        return lambda value, run: first(value, run) and second(value, run)

    def ok(value: Any, run: Run) -> bool:
        for check in checks:  # noqa: SIM110 (a loop is faster than all() over a generator)
            if not check(value, run):
                return False
        return True

    return ok


def _anything(value: Any, run: Run) -> bool:
    return True
