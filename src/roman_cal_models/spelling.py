"""Which name was meant by one that nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

__all__ = ["closest", "did_you_mean", "meant", "no_argument", "no_attribute"]

# difflib's ratio from which a name is held to be a misspelling: 'drak' is one of 'dark' (0.75),
# 'tweakreg_catalog' none of 'source_catalog' (0.6)
_NEAR = 0.75
_SHORTEST = 3


def closest(name: str, known: Iterable[Any]) -> str | None:
    """Return the known name that `name` is most likely a misspelling of, or None; other keys than text are left out."""
    return _closest(name, tuple(key for key in known if isinstance(key, str)))


def meant(name: str, known: Iterable[Any]) -> str | None:
    """Return the known name that was most likely meant by one that is surely wrong, or None.

    Beside what `closest` finds, that is the shortest name that begins so, in letters that may be misspelt:
    ``exposure_time`` for ``exposure_tme``, ``type`` for ``typ``, ``flat_field`` for ``falt``.
    """
    names = [key for key in known if isinstance(key, str)]
    near = closest(name, names)
    if near is not None or len(name) < _SHORTEST or name in names:
        return near
    import difflib

    names.sort(key=len)
    begun = [key for key in names if key.startswith(name)]
    # as long as the name, and a letter longer: one may have been left out
    beginnings = {key[: len(name) + more]: key for key in reversed(names) for more in (0, 1)}
    like = [beginnings[each] for each in difflib.get_close_matches(name, beginnings, n=1, cutoff=_NEAR)]
    return next(iter(begun + like), None)


def did_you_mean(name: str, known: Iterable[Any]) -> str:
    """Return the question that follows an error about a name, with a space before it; nothing where none was meant."""
    near = meant(name, known)
    return "" if near is None else f" Did you mean {near!r}?"


def no_attribute(module: str, name: str, known: Callable[[], Iterable[str]]) -> AttributeError:
    """Return the error about a name that a module does not have, with the one that was meant.

    Python guesses as well, but IPython and notebooks do not show it.

    Parameters
    ----------
    module, name : str
        Who was asked, and for what.
    known : callable
        Gives the names there are. It is not asked about what Python itself looks for: its own names, and modules.
    """
    from importlib.util import find_spec

    is_pythons = name.startswith("_") or find_spec(f"{module.partition('.')[0]}.{name}") is not None
    hint = "" if is_pythons else f".{did_you_mean(name, known())}".removesuffix(".")
    # without the module, or Python would guess once more
    return AttributeError(f"module {module!r} has no attribute {name!r}{hint}", name=name)


def no_argument(function: str, names: Iterable[str], known: Iterable[str]) -> TypeError:
    """Return the error about arguments that a function does not have, with those that were meant.

    Parameters
    ----------
    function : str
        Who was called.
    names : iterable of str
        What it was given.
    known : iterable of str
        What it takes.
    """
    known = list(known)
    hints = (f"{name}.{did_you_mean(name, known)}" for name in sorted(names))
    return TypeError(f"{function}() has no argument {' '.join(hints)}".removesuffix("."))


@lru_cache(maxsize=1024)
def _closest(name: str, known: tuple[str, ...]) -> str | None:
    if len(name) < _SHORTEST:
        return None
    import difflib

    others = {other.lower(): other for other in known if not _are_siblings(name, other)}
    near = difflib.get_close_matches(name.lower(), others, n=1, cutoff=_NEAR)
    return others[near[0]] if near else None


def _are_siblings(one: str, other: str) -> bool:
    """Return whether names differ by a number (``dq2``) or by whole words (``catalog``, ``catalog_name``)."""
    if one.rstrip("0123456789_") == other.rstrip("0123456789_"):
        return True
    return one.startswith(f"{other}_") or other.startswith(f"{one}_")
