"""What a comparison finds, as records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ..foreign.array_differences import ArrayDifference
from ..foreign.kinds import kind_of
from ..printable import printable

__all__ = ["Difference", "Differences", "Kind", "short"]

Kind = Literal["tag", "added", "removed", "changed", "shape", "dtype", "unit", "elements", "wcs"]

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference.

    Parameters
    ----------
    path : str
        Dotted name: ``"meta.cal_step.flat_field"``. Empty for the top.
    kind : {"tag", "added", "removed", "changed", "shape", "dtype", "unit", "elements", "wcs"}
        ``"added"`` is only in the second, ``"removed"`` only in the first; ``"tag"``: the sections are of different
        schemas or versions; ``"elements"``: those of two arrays; ``"wcs"``: two world coordinate systems; the others
        as they say.
    old, new : object
        The value in the first and in the second; None where there is none, and for elements.
    array : ArrayDifference or None
        How elements differ.
    separation : float or None
        Of two world coordinate systems: the largest distance on the sky between what they give for the same pixel,
        of a grid over the detector, in arcseconds; None where they cannot be compared so.
    """

    path: str
    kind: Kind
    old: Any = None
    new: Any = None
    array: ArrayDifference | None = None
    separation: float | None = None

    def __str__(self) -> str:
        return printable(f"{self.path or '(top)'}: {self._what()}")

    def _what(self) -> str:
        match self.kind:
            case "added":
                return f"only in the second: {short(self.new)}"
            case "removed":
                return f"only in the first: {short(self.old)}"
            case "changed":
                return f"{short(self.old)} -> {short(self.new)}"
            case "elements":
                return str(self.array)
            case "wcs":
                if self.separation is None:
                    return "other world coordinates"
                return f"other world coordinates, up to {self.separation:.3g} arcsec away"
            case "tag":
                return f"tag {_name(self.old)} -> {_name(self.new)}"
            case _:
                return f"{self.kind} {self.old} -> {self.new}"


class Differences(tuple[Difference, ...]):
    """All differences between two things, in the order of the first; empty, and so false, for equal ones.

    Printed, it is a line each.
    """

    __slots__ = ()

    def paths(self) -> Iterator[str]:
        """Yield the dotted names of what differs."""
        return (difference.path for difference in self)

    def __str__(self) -> str:
        return "\n".join(map(str, self)) or "no difference"

    __repr__ = __str__


def _name(tag: str | None) -> str:
    return "none" if tag is None else tag.rpartition("/tags/")[2]


def short(value: Any) -> str:
    """Return a value in a few characters; of what holds more, what it is."""
    if isinstance(value, dict):
        return f"{type(value).__name__} of {len(value)}"
    text = " ".join(kind_of(value).short(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
