"""Patterns of names, as shells have them: where they begin to vary, and what they match."""

from __future__ import annotations

import re

from ...errors import CatalogError

__all__ = ["is_glob", "literal_start", "matcher"]

_magic = re.compile(r"[*?[]")


def is_glob(name: str) -> bool:
    """Return whether a name is a pattern; the ``?`` of a web address begins its query."""
    return _magic.search(name.replace("?", "") if name.startswith(("http://", "https://")) else name) is not None


def literal_start(pattern: str) -> str:
    """Return what all names begin with that match a pattern."""
    found = _magic.search(pattern)
    return pattern if found is None else pattern[: found.start()]


def matcher(pattern: str) -> re.Pattern[str]:
    """Return what matches a pattern as a whole.

    Parameters
    ----------
    pattern : str
        ``*``, ``?`` and ``[abc]`` stand for what is no slash, ``**`` for any number of folders: ``a/**/*.asdf`` matches
        ``a/x.asdf`` and ``a/b/c/x.asdf``.

    Raises
    ------
    CatalogError
        It is none: ``[z-a]``.
    """
    pieces, position = [], 0
    while position < len(pattern):
        piece, position = _piece(pattern, position)
        pieces.append(piece)
    try:
        return re.compile("".join(pieces), re.DOTALL)
    except re.error as error:
        raise CatalogError(f"{pattern!r} is no pattern of names: {error}") from None


def _piece(pattern: str, at: int) -> tuple[str, int]:
    """Return the regular expression of what stands at a position, and where the next begins."""
    letter = pattern[at]
    if letter == "*":
        is_first = at == 0 or pattern[at - 1] == "/"
        end = at
        while pattern[end : end + 1] == "*":
            end += 1
        if end - at == 1:
            return "[^/]*", end
        if is_first and pattern[end : end + 1] == "/":
            return "(?:[^/]+/)*", end + 1
        return ".*", end
    if letter == "?":
        return "[^/]", at + 1
    end = pattern.find("]", at + 2) if letter == "[" else -1
    if end < 0:
        return re.escape(letter), at + 1
    inside = pattern[at + 1 : end]
    is_negated = inside[0] in "!^"
    letters = "".join(each if each.isalnum() or each == "-" else f"\\{each}" for each in inside[is_negated:])
    return f"(?!/)[{'^' if is_negated else ''}{letters}]", end + 1
