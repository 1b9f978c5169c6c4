"""How each status of a calibration step looks: a sign and a colour, at a terminal, in notebooks and in figures.

Readers who do not see red or green can tell the colours apart as well; the signs say the same without any colour.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LOOKS", "NONE", "OTHER", "Look", "look_of"]


@dataclass(frozen=True, slots=True)
class Look:
    """How a status looks.

    Parameters
    ----------
    name : str
        The status.
    sign : str
        At a terminal.
    mark : str
        In notebooks and figures.
    ansi : str
        Colour at a terminal, as it understands it.
    fill, ink : str
        Colours of the ground and of the mark.
    dark_fill, dark_ink : str
        The same on dark pages.
    """

    name: str
    sign: str
    mark: str
    ansi: str
    fill: str
    ink: str
    dark_fill: str
    dark_ink: str


_ALL = (
    Look("COMPLETE", "#", "✓", "32", "#0072b2", "#ffffff", "#1f7fc0", "#ffffff"),
    Look("INCOMPLETE", ".", "·", "33", "#c6cdd6", "#333c49", "#454e5c", "#d5dce6"),
    Look("SKIPPED", "s", "»", "36", "#a6d8f5", "#10384f", "#9fd0ec", "#10384f"),
    Look("FAILED", "x", "✗", "31", "#d55e00", "#ffffff", "#d55e00", "#ffffff"),
    Look("N/A", "-", "-", "90", "#f2f4f7", "#626c7a", "#262c35", "#98a4b5"),
)

LOOKS = {look.name: look for look in _ALL}
"""Status -> how it looks."""

OTHER = Look("another", "?", "?", "35", "#f0e442", "#4a4500", "#f0e442", "#4a4500")
"""How a status looks that no schema knows."""

NONE = " "
"""What stands for a step that a file does not have."""


def look_of(status: str) -> Look:
    """Return how a status looks."""
    return LOOKS.get(status, OTHER)
