r"""Text of files as a terminal or a log may have it: without a character that would command it.

Such characters are those of control (C0, DEL, C1: they move the cursor, colour, and set titles), of writing direction
(they show other names than those that are there), the separators of lines, U+FEFF, which nobody sees, and halves of
characters, which stand for bytes of file names that are not text. They are shown by their escapes: ``\x1b``,
``\u202e``, ``\n``.
"""

from __future__ import annotations

import re

__all__ = ["printable", "printable_json", "printable_lines"]

_COMMANDING = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_OF_A_LINE = re.compile("(?![\t\n])" + _COMMANDING.pattern)


def printable(text: str) -> str:
    """Return a text on one line, with what would command a terminal escaped.

    Parameters
    ----------
    text : str
        What a file, its name or a user may have put together.
    """
    # none of them counts as printable, and this is quicker than to search
    return text if text.isprintable() else _COMMANDING.sub(_escape, text)


def printable_lines(text: str) -> str:
    """Return a text of several lines, as `printable` does, but with its tabs and ends of lines.

    Parameters
    ----------
    text : str
        Whose lines are ours: what was quoted in it went through `printable`.
    """
    return text if text.isprintable() else _OF_A_LINE.sub(_escape, text)


def printable_json(text: str) -> str:
    """Return JSON that gives the same values, with what would command a terminal escaped as JSON does it.

    Parameters
    ----------
    text : str
        What `json.dumps` gave, which escapes some of it.
    """
    return text if text.isprintable() else _OF_A_LINE.sub(_escape_in_json, text)


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _escape_in_json(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
