"""What asdf answers by its extensions, kept only while they are the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

__all__ = ["cached_by_extensions"]

_T = TypeVar("_T")


def cached_by_extensions(function: Callable[..., _T]) -> Callable[..., _T]:
    """Keep what a function returns, as `functools.cache` does, until asdf's extensions or resources are others.

    Parameters
    ----------
    function : callable
        Its answer depends on its positional arguments and on what `asdf.get_config` knows.
    """
    # asdf makes new lists at each change, and `asdf.config_context` shares them until then
    known: tuple[Any, Any, dict[tuple[Any, ...], _T]] = (None, None, {})

    @wraps(function)
    def ask(*args: Any) -> _T:
        nonlocal known
        import asdf

        config = asdf.get_config()
        extensions, mappings, answers = known
        if extensions is not config.extensions or mappings is not config.resource_mappings:
            answers = {}
            known = (config.extensions, config.resource_mappings, answers)
        if args not in answers:
            answers[args] = function(*args)
        return answers[args]

    return ask
