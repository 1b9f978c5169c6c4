"""The one error that is also asdf's own, apart so that naming the others does not import asdf."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from asdf.exceptions import ValidationError as AsdfValidationError

from .errors import Problem, RomanCalModelsError
from .printable import printable, printable_lines


class ValidationError(RomanCalModelsError, AsdfValidationError):
    """Values break their schemas.

    Parameters
    ----------
    problems : sequence of Problem
        All of them, in the order of the tree.
    file : str, optional
        The file that was being read or written.
    note : str, optional
        What else may be the reason: schemas that are older than the file.
    """

    def __init__(self, problems: Sequence[Problem], file: str | None = None, note: str | None = None) -> None:
        self.problems = tuple(problems)
        self.file = file
        self.note = note
        lines = [str(problem) for problem in self.problems]
        name = printable(file) if file else ""
        if len(lines) == 1:
            text = f"{name}: {lines[0]}" if name else lines[0]
        else:
            text = "\n  ".join([f"{len(lines)} problems" + (f" in {name}" if name else "") + ":", *lines])
        if note:
            text += f"\n  {printable(note)}"
        first = self.problems[0]
        initialise: Any = AsdfValidationError.__init__
        initialise(
            self,
            text,
            validator=first.kind,
            path=first.path,
            instance=first.value,
            validator_value=first.allowed,
        )

    def __str__(self) -> str:
        # asdf's own text adds the whole schema and the whole instance
        return printable_lines(str(self.message))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self.file, self.note)
