"""The walk through a whole tree, in which each tagged value is held against its tag's own schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from ...errors import Problem
from ...foreign import datatypes
from ...foreign.bounds import refusal
from .. import values
from .core import SCALARS, Location, Unwritable, ValidationContext, Validator

__all__ = ["Tree", "in_tree_order"]


_get, _values = dict.get, dict.values


class TagSchema(Protocol):
    """What a tag implies."""

    uri: str
    validator: Validator


class Tree:
    """Visits every value of a tree, as asdf's validation does.

    Parameters
    ----------
    tagged : callable
        ``tagged(tag)`` gives the compiled schemas of a tag.
    """

    __slots__ = ("_tagged",)

    def __init__(self, tagged: Callable[[str], Sequence[TagSchema]]) -> None:
        self._tagged = tagged

    def check(self, value: Any, context: ValidationContext, satisfied: Validator | None = None) -> bool:
        """Return True if each tagged value in the tree satisfies its schemas.

        Parameters
        ----------
        value : object
            The tree.
        context : ValidationContext
            What holds during this check.
        satisfied : Validator, optional
            One that `value` is known to satisfy; it is not asked again.
        """
        return self._check(value, context, {}, satisfied)

    def iter_problems(self, location: Location) -> Iterator[Problem]:
        """Report what is wrong with the tagged values of the tree."""
        yield from self._iter_problems(location, {})

    def _check(
        self, value: Any, context: ValidationContext, visited: dict[int, Any], satisfied: Validator | None = None
    ) -> bool:
        if self._passes(value, context, visited):
            return True
        tree = context.view(value)
        if datatypes.is_common_array(tree):
            return True
        if isinstance(tree, Unwritable) or refusal(tree) is not None:
            return False
        for schema in self._schemas(value):
            if schema.validator is not satisfied and not schema.validator.check(tree, context):
                return False
        for member in _containers(tree):
            if member.__class__ not in SCALARS and not self._check(member, context, visited):
                return False
        return True

    def _iter_problems(self, location: Location, visited: dict[int, Any]) -> Iterator[Problem]:
        value, context = location.value, location.context
        if value.__class__ in SCALARS or self._passes(value, context, visited):
            return
        tree = context.view(value)
        if isinstance(tree, Unwritable):
            yield location.problem("tag", f"asdf cannot write it: {tree.reason}", values.tag_of(value))
            return
        refused = refusal(tree)
        if refused is not None:
            yield location.problem("tag", f"cannot be built: {refused}", values.tag_of(value))
            return
        uri = location.uri
        for schema in self._schemas(value):
            uri = schema.uri
            if not schema.validator.check(tree, context):
                yield from schema.validator.iter_problems(Location(tree, location.path, uri, context))
        for part, member in _members(tree):
            yield from self._iter_problems(location.step(part, member, uri), visited)

    def _passes(self, value: Any, context: ValidationContext, visited: dict[int, Any]) -> bool:
        """Return True if there is nothing to ask of a value: it was visited, or it is not for us to look into."""
        if id(value) in visited or values.is_reference(value):
            return True
        visited[id(value)] = value  # kept, so that its id is not given to another
        if values.is_plain(value) or _is_node(value):
            return False
        # what asdf writes for an array in memory always satisfies its schema, and may need a copy of the array
        return context.assigning or (values.is_array(value) and not _is_of_file(value))

    def _schemas(self, value: Any) -> Sequence[TagSchema]:
        if value.__class__ is dict or value.__class__ is list:
            return ()
        tag = values.tag_of(value)
        return () if tag is None or tag.startswith(values.YAML_TAG) else self._tagged(tag)


def _is_of_file(array: Any) -> bool:
    """Return whether an array is as it stands in a file."""
    return isinstance(array, dict | list) or getattr(type(array), "__roman_raw__", False)


def _is_node(value: Any) -> bool:
    return isinstance(value, dict | list | str) and hasattr(type(value), "__roman_tag__")


def _containers(tree: Any) -> Iterable[Any]:
    """Return the members, but for scalars in a dict: they need not be taken out."""
    if isinstance(tree, dict):
        # all at once, which no other thread interrupts; a `TaggedDict` of asdf's holds nothing as a dict
        held = _values(tree)
        return () if held and SCALARS.issuperset(map(type, held)) else _containers_in(tree)
    return tree if isinstance(tree, list | tuple) else ()


def _containers_in(tree: dict[Any, Any]) -> Iterator[Any]:
    for key in list(tree):  # another thread may add some
        if _get(tree, key, tree).__class__ not in SCALARS:
            yield tree[key]


def _members(tree: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(tree, dict):
        return ((key, tree[key]) for key in list(tree) if key in tree)
    return iter(enumerate(tree)) if isinstance(tree, list | tuple) else iter(())


def in_tree_order(problems: list[Problem], instance: Any, depth: int) -> list[Problem]:
    """Return the problems in the order of the instance, each once; `depth` is the length of the instance's path."""
    once = {(problem.path, problem.kind, problem.message): problem for problem in reversed(problems)}
    distinct = [once.pop(key) for key in [(p.path, p.kind, p.message) for p in problems] if key in once]
    if len(distinct) < 2:
        return distinct
    context = ValidationContext(assigning=False, check_arrays=False)
    return sorted(distinct, key=lambda problem: _position(problem.path[depth:], instance, context))


def _position(path: tuple[str | int, ...], instance: Any, context: ValidationContext) -> tuple[int, ...]:
    """Return where a path stands among its neighbours; what is missing stands last."""
    position: list[int] = []
    here = instance
    for part in path:
        here = context.view(here)
        if isinstance(here, dict) and part in here:
            position.append(list(here).index(part))
            here = here[part]
        elif isinstance(here, list | tuple) and isinstance(part, int) and part < len(here):
            position.append(part)
            here = here[part]
        elif isinstance(here, dict):
            position.append(len(here))
            here = None
        else:
            position.append(0)
            here = None
    return tuple(position)
