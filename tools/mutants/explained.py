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


EXPLAINED: tuple[Explanation, ...] = ()
