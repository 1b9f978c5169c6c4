"""Mutants that no test can tell from the code as it is, or none should, each with the reason.

An entry that is no mutant of today's code is an error.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["EXPLAINED", "Explanation"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a mutant survives.

    Parameters
    ----------
    file : str
        From the package's folder on.
    before, after : str
        The statement, as the tool prints it.
    why : str
        The reason.
    """

    file: str
    before: str
    after: str
    why: str


EXPLAINED: tuple[Explanation, ...] = (
    Explanation(
        "extension/__init__.py",
        "for extension in extensions_for('registered', reads=False, bases=(base,)):",
        "for extension in extensions_for('registered', reads=True, bases=(base,)):",
        "the tags of third parties are read whatever is asked, and no other base is registered",
    ),
    Explanation(
        "header/content.py",
        "searched = max(0, len(content) - 8)",
        "searched = max(0, len(content) - 9)",
        "a byte more is searched twice",
    ),
    Explanation(
        "header/content.py",
        "at = content.find(_END, at + 1)",
        "at = content.find(_END, at + 2)",
        "no end begins with the second byte of another",
    ),
    Explanation(
        "header/content.py",
        "if len(content) < len(_MAGIC) or b'\\xd3BLK' not in content:",
        "if len(content) <= len(_MAGIC) or b'\\xd3BLK' not in content:",
        "the first bytes alone hold no block either",
    ),
)
