"""What was done to the data of a model since its file was read: the values that an upgrade set, what was cut out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from .errors import format_path
from .printable import printable

__all__ = ["Change", "Changes", "Path"]

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One value that an upgrade or a cutout set.

    Parameters
    ----------
    kind : {"assumed", "derived", "cut"}
        Whether the file did not hold the value, or held it in another form, or held more of it.
    path : tuple of str and int
        Where the value stands: ``("meta", "exposure", "hga_move")``.
    value : object
        The value; for an array or a column, what it is filled with; for what was cut, the part.
    reason : str
        Why this value.
    """

    kind: Literal["assumed", "derived", "cut"]
    path: Path
    value: Any
    reason: str

    def __str__(self) -> str:
        return printable(f"{format_path(self.path)} is {self.kind}: {_text(self.value)} ({self.reason})")


def _text(value: Any) -> str:
    """Return a value as a file has it, and not as Python shows it: ``false``, ``0``, ``nan``, ``'?'``."""
    if isinstance(value, str):
        return repr(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_text, value))}]"
    # of the value of an array, and of a time, by what they have: nothing is imported here
    if getattr(value, "shape", None) == ():
        plain = getattr(value, "isot", None) or value.tolist()
        return str(plain) if isinstance(plain, (str, int, float)) else str(value)
    return str(value)


@dataclass
class Changes:
    """The changes of one upgrade, in order."""

    made: list[Change] = field(default_factory=list)

    def assume(self, path: Path, value: Any, reason: str) -> None:
        """Note a value that the file does not hold."""
        self.made.append(Change("assumed", path, value, reason))

    def derive(self, path: Path, value: Any, reason: str) -> None:
        """Note a value that the file holds in another form."""
        self.made.append(Change("derived", path, value, reason))
