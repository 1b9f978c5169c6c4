"""Everything that is wrong with a node, asked of its compiled schema."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .. import errors
from ..foreign.datatypes import NDARRAY_TAG
from ..schema import compile_schema, installed
from ..yaml import TaggedMapping
from .classes import is_editable
from .deferred import FileValue
from .lazy_dict import raw_get

if TYPE_CHECKING:
    from ..errors import Problem
    from ..schema.validators.compiler import CompiledSchema

__all__ = ["problems", "validate"]


def problems(node: Any) -> list[Problem]:
    """Return the problems of a node or a list, what its tags ask for included."""
    found = _found(node)
    if not found:
        return []
    if any([_build_at(node, problem.path) for problem in found]):
        found = _found(node)
    return list({(problem.path, problem.kind, problem.message): problem for problem in found}.values())


def validate(node: Any) -> None:
    """Raise `ValidationError` with every problem of a node or a list, if there is one."""
    __tracebackhide__ = True
    found = node.problems()
    if found:
        raise errors.ValidationError(found, note=installed().store.newer_note(node.tag))


def _found(node: Any) -> list[Problem]:
    return [problem for rules in _rules(node) for problem in rules.problems(node)]


def _build_at(node: Any, path: tuple[str | int, ...]) -> bool:
    """Build a foreign object that is wrong as an old file has it, and return whether there was one.

    It is the object that will be written: older libraries wrote some in a form that their schemas do not allow.
    """
    for part in path:
        raw = raw_get(node, part) if isinstance(node, dict) and is_editable(node) else None
        # an array is written as it was read
        is_foreign = isinstance(raw, FileValue) and not raw.tag.startswith(NDARRAY_TAG)
        if is_foreign or raw.__class__ in (dict, TaggedMapping):
            try:
                raw = node[part]
            except errors.RomanCalModelsError:
                return False  # the file is closed, or broken there
        if is_foreign:
            return True
        node = raw
    return False


def _rules(node: Any) -> tuple[CompiledSchema, ...]:
    if isinstance(node, dict):
        schema = node._schema  # type: ignore[attr-defined]
        return schema.compiled if schema is not None else (_anything(),)
    return installed().root(node._uri).compiled if node._uri is not None else (_anything(),)


@cache
def _anything() -> CompiledSchema:
    """Return the checks of an object that no schema describes: only what its tagged values must satisfy."""
    return compile_schema({})
