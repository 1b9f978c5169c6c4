"""Everything that is wrong with a node, asked of its compiled schema."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..errors import Problem
    from ..schema.rules import CompiledSchema

__all__ = ["problems"]


def problems(node: Any) -> list[Problem]:
    """Return the problems of a node or a list, what its tags ask for included."""
    found = [problem for rules in _rules(node) for problem in rules.problems(node)]
    if len(found) < 2:
        return found
    return list({(problem.path, problem.kind, problem.message): problem for problem in found}.values())


def _rules(node: Any) -> tuple[CompiledSchema, ...]:
    if isinstance(node, dict):
        schema = node._schema  # type: ignore[attr-defined]
        return schema.rules if schema is not None else (_anything(),)
    from ..schema import installed

    return installed().root(node.schema_uri).rules if node.schema_uri is not None else (_anything(),)


@cache
def _anything() -> CompiledSchema:
    """Return the checks of an object that no schema describes: only what its tagged values must satisfy."""
    from ..schema import compile_schema

    return compile_schema({})
