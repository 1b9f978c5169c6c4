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
        return printable(f"{format_path(self.path)} is {self.kind}: {self.value!r} ({self.reason})")


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
