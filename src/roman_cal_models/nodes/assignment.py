"""Checks of what is given, before it is kept: a value that breaks its schema is refused, or told."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .. import errors
from ..errors import ValidationWarning
from ..settings import current
from .names import caller_level

if TYPE_CHECKING:
    from ..errors import Problem
    from ..schema.places import Place

__all__ = ["check", "refuse"]


def check(value: Any, place: Place, parent: Any, key: str | int) -> None:
    """Check a value that is to stand under `key` in `parent`, as the settings ask for it.

    The place of an array takes an array of any kind, and None, unless the settings ask for the right one: steps of
    a pipeline hold there what no file may hold.

    Raises
    ------
    ValidationError
        It breaks its schema.
    """
    settings = current()
    if settings.validate_assignment == "off":
        return
    found = _problems(value, place, parent, key, check_arrays=settings.check_arrays is True)
    if found:
        refuse(found)
    elif settings.check_arrays in ("warn", "error"):
        _meet(_problems(value, place, parent, key, check_arrays=True), settings.check_arrays)


def refuse(problems: list[Problem]) -> None:
    """Raise the problems of a given value, or warn of them, or neither, as the settings say."""
    mode = current().validate_assignment
    if mode != "off":
        _meet(problems, "error" if mode == "on" else "warn")


def _problems(value: Any, place: Place, parent: Any, key: str | int, *, check_arrays: bool) -> list[Problem]:
    if all(rules.accepts(value, assigning=True, check_arrays=check_arrays) for rules in place.rules):
        return []
    path = (*parent.path(), key)
    return [
        problem
        for rules in place.rules
        for problem in rules.problems(value, path=path, assigning=True, check_arrays=check_arrays)
    ]


def _meet(problems: list[Problem], mode: str) -> None:
    if not problems:
        return
    error = errors.ValidationError(problems)
    if mode == "error":
        raise error
    warnings.warn(str(error), ValidationWarning, stacklevel=caller_level())
