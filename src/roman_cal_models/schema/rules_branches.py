"""The keywords of JSON Schema draft 4 that combine schemas: allOf, anyOf, oneOf, not and $ref."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..errors import Problem
from .keywords import Maker
from .rules_core import FULL_RUN, SCALARS, SHARED_RUNS, Build, Check, Keyword, Node, Run, Where, show

__all__ = ["BRANCH_KEYWORDS", "Reference"]


class Reference(Node):
    """A ``$ref``; its target is found and compiled at first use, and draft 4 has it stand alone.

    Parameters
    ----------
    link : callable
        Finds the target.
    in_place : callable
        Tells whether the target leads back to itself without a step into the value.
    """

    __slots__ = ("_in_place", "_link")

    def __init__(self, link: Callable[[], Node], in_place: Callable[[], bool]) -> None:
        self._link = link
        self._in_place = in_place
        self.leaf = False
        self.ok = self._first
        self.explain = self._explain

    def words(self) -> frozenset[str] | None:
        """Return what the target returns; None where it leads back here."""
        return None if self._in_place() else self._link().words()

    def _first(self, value: Any, run: Run) -> bool:
        self.ok = _guarded(self._link(), self._in_place())
        return self.ok(value, run)

    def _explain(self, where: Where) -> Iterator[Problem]:
        node, open_marks = self._link(), where.run.explaining
        mark = (id(where.value), id(node))
        if mark not in open_marks:
            open_marks.add(mark)
            yield from node.explain(where)
            open_marks.discard(mark)


def _guarded(node: Node, in_place: bool) -> Check:
    """Return the check of a node that ends where a value holds itself, or a schema refers to itself in place."""
    if node.leaf:
        return node.ok
    key = id(node)

    def ok(value: Any, run: Run) -> bool:
        if value.__class__ in SCALARS:
            if not in_place:
                return node.ok(value, run)
            if run in SHARED_RUNS:
                run = Run(run.assigning, run.check_arrays)
        mark = (id(value), key)
        if mark in run.inside:
            return True  # as asdf: it is being checked already
        run.inside.add(mark)
        try:
            return node.ok(value, run)
        finally:
            run.inside.discard(mark)

    return ok


def _all_of(argument: Any, schema: Mapping[str, Any], build: Build) -> Keyword:
    nodes = _branches("allOf", argument, build)

    def ok(value: Any, run: Run) -> bool:
        for node in nodes:  # noqa: SIM110 (a loop is faster than all() over a generator)
            if not node.ok(value, run):
                return False
        return True

    def explain(value: Any, where: Where) -> Iterator[Problem]:
        for node in nodes:
            if not node.ok(value, where.run):
                yield from node.explain(where)

    return Keyword("allOf", ok if len(nodes) > 1 else _only(nodes[0]), explain, inside=False)


def _only(node: Node) -> Check:
    return lambda value, run: node.ok(value, run)


def _any_of(argument: Any, schema: Mapping[str, Any], build: Build) -> Keyword:
    nodes = _branches("anyOf", argument, build)
    null = [_is_null(each) for each in argument]

    def ok(value: Any, run: Run) -> bool:
        for node in nodes:  # noqa: SIM110 (a loop is faster than any() over a generator)
            if node.ok(value, run):
                return True
        return False

    def explain(value: Any, where: Where) -> Iterator[Problem]:
        return _none_fits("anyOf", argument, nodes, null, where)

    return Keyword("anyOf", ok, explain, inside=False)


def _one_of(argument: Any, schema: Mapping[str, Any], build: Build) -> Keyword:
    nodes = _branches("oneOf", argument, build)
    null = [_is_null(each) for each in argument]

    def ok(value: Any, run: Run) -> bool:
        if run.assigning:
            return any(node.ok(value, run) for node in nodes)
        return sum(node.ok(value, run) for node in nodes) == 1

    def explain(value: Any, where: Where) -> Iterator[Problem]:
        fitting = [str(n) for n, node in enumerate(nodes, 1) if node.ok(value, where.run)]
        if not fitting:
            yield from _none_fits("oneOf", argument, nodes, null, where)
        elif not where.run.assigning:
            which = ", ".join(fitting[:-1]) + " and " + fitting[-1]
            message = f"{show(value)} fits alternatives {which} of {len(nodes)}; it must fit just one"
            yield where.problem("oneOf", message, argument)

    return Keyword("oneOf", ok, explain, inside=False)


def _none_fits(kind: str, argument: list[Any], nodes: list[Node], null: list[bool], where: Where) -> Iterator[Problem]:
    """Report the alternative that was meant, where one can be told, else that none fits.

    It is the only one beside ``null``, or the only one that takes values of this type.
    """
    failures = [list(node.explain(where)) for node in nodes]
    candidates = [found for found, is_null in zip(failures, null, strict=True) if not is_null]
    if len(candidates) > 1:
        candidates = [found for found in candidates if not any(_is_mismatch(each, where) for each in found)]
    if len(candidates) == 1:
        yield from candidates[0]
        return
    reasons = dict.fromkeys(problem.message for found in failures for problem in found[:1])
    message = f"{show(where.value)} fits none of {len(nodes)} alternatives: {'; '.join(reasons)}"
    yield where.problem(kind, message, argument)


def _is_mismatch(problem: Problem, where: Where) -> bool:
    return problem.kind in ("type", "tag") and problem.path == where.path


def _is_null(schema: Any) -> bool:
    return isinstance(schema, Mapping) and schema.get("type") == "null"


def _not(argument: Any, schema: Mapping[str, Any], build: Build) -> Keyword:
    node = build.node("not")
    sought = _sought_item(argument)

    def ok(value: Any, run: Run) -> bool:
        if value.__class__ in SCALARS:
            return not node.ok(value, FULL_RUN)
        return run.assigning or not node.ok(value, run.strict())

    def explain(value: Any, where: Where) -> Iterator[Problem]:
        message = f"has no item {sought}" if sought else "is what the schema rules out"
        yield where.problem("not", f"{show(value)} {message}", argument)

    return Keyword("not", ok, explain, inside=False)


def _sought_item(schema: Any) -> str:
    """Describe what an array must hold, if the negated schema is the idiom for that: ``items: {not: ...}``."""
    items = schema.get("items") if isinstance(schema, Mapping) else None
    if not isinstance(items, Mapping) or set(items) != {"not"}:
        return ""
    wanted = items["not"]
    parts = wanted.get("allOf", [wanted]) if isinstance(wanted, Mapping) else []
    members = {name: each for part in parts for name, each in part.get("properties", {}).items()}
    marks = [f"{name} {_wanted(each)}" for name, each in members.items() if _wanted(each)]
    return f"that fits the schema: {', '.join(marks)}" if marks else "that fits the schema"


def _wanted(schema: Mapping[str, Any]) -> str:
    if "pattern" in schema:
        return f"like {schema['pattern']!r}"
    return f"in {show(schema['enum'])}" if "enum" in schema else ""


def _branches(keyword: str, argument: Any, build: Build) -> list[Node]:
    if not isinstance(argument, list) or not argument:
        raise build.error(keyword, "a list of one or more schemas", argument)
    return [build.node(keyword, n) for n in range(len(argument))]


BRANCH_KEYWORDS: dict[str, Maker] = {"allOf": _all_of, "anyOf": _any_of, "oneOf": _one_of, "not": _not}
