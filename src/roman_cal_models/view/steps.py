"""The calibration steps of many files as a matrix: files down, steps across, one sign a status."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import RomanCalModelsError
from ..models.headers import read_header

__all__ = ["SIGNS", "StepMatrix", "step_matrix"]

SIGNS = {"COMPLETE": "#", "INCOMPLETE": ".", "SKIPPED": "s", "N/A": "-"}
"""Status -> its sign. Another value is ``?``, and a step that a file does not have is blank."""

_OTHER, _NONE = "?", " "
_COLOURS = {"COMPLETE": "32", "INCOMPLETE": "33", "SKIPPED": "36", "N/A": "90", _OTHER: "31"}


@dataclass
class StepMatrix:
    """The calibration steps of files.

    Parameters
    ----------
    steps : list of str
        Every step that some file has, in the order of the schemas.
    files : dict of str to dict of str to str
        File -> step -> status. A file without steps, such as a Level 1 file, has none.
    failures : dict of str to str
        File that could not be read -> why.
    """

    steps: list[str] = field(default_factory=list)
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def add(self, file: str, flags: dict[str, str]) -> None:
        """Add the steps of one more file."""
        self.files[file] = flags
        known = set(self.steps)
        self.steps += [step for step in flags if step not in known]

    def totals(self) -> dict[str, Counter[str]]:
        """Return how many files have which status, step by step."""
        return {step: Counter(flags[step] for flags in self.files.values() if step in flags) for step in self.steps}

    def lines(self, *, colours: bool = False) -> Iterator[str]:
        """Yield the matrix as text: the names of the steps from top to bottom, a line a file, the totals, the legend.

        Parameters
        ----------
        colours : bool
            Whether the signs are coloured, as terminals understand it.
        """
        width = max((len(file) for file in self.files), default=0)
        height = max((len(step) for step in self.steps), default=0)
        for row in range(height):
            letters = (step.rjust(height)[row] for step in self.steps)
            yield f"{'':{width}}  {' '.join(letters)}".rstrip()
        for file, flags in self.files.items():
            signs = " ".join(_sign(flags.get(step), colours) for step in self.steps)
            yield f"{file:<{width}}  {signs}".rstrip()
        totals = self.totals()
        for status in (*SIGNS, *sorted({each for counts in totals.values() for each in counts} - SIGNS.keys())):
            steps = [f"{step} {counts[status]}" for step, counts in totals.items() if counts[status]]
            if steps:
                yield f"{_sign(status, colours)} {status}: {', '.join(steps)}"


def _sign(status: str | None, colours: bool) -> str:
    if status is None:
        return _NONE
    sign = SIGNS.get(status, _OTHER)
    return f"\033[{_COLOURS.get(status, _COLOURS[_OTHER])}m{sign}\033[0m" if colours else sign


def step_matrix(files: Iterable[str | os.PathLike[str]]) -> StepMatrix:
    """Read the calibration steps of files from their headers.

    Parameters
    ----------
    files : iterable of str or path-like
        Paths or URLs.

    Returns
    -------
    StepMatrix
        Files that cannot be read are among its ``failures``, and do not stop the others.
    """
    matrix = StepMatrix()
    for file in files:
        name = os.fspath(file)
        try:
            matrix.add(name, _steps(read_header(file)))
        except (RomanCalModelsError, OSError) as error:
            matrix.failures[name] = str(error)
    return matrix


def _steps(header: Any) -> dict[str, str]:
    meta = header.get("meta")
    found = meta.get("cal_step") if isinstance(meta, dict) else None
    if not isinstance(found, dict):
        return {}
    # in the order of the schema, then what it does not know
    names = [name for name in found.schema_properties() if name in found]  # type: ignore[attr-defined]
    names += [name for name in found if name not in names]
    return {name: str(found[name]) for name in names}
