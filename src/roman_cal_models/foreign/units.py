"""Units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .kind import Head, Kind

if TYPE_CHECKING:
    from ..outline.entry import Entry

__all__ = ["Units"]


class Units(Kind):
    """Units of astropy."""

    name = "a unit"
    given = "an astropy Unit"
    tags = ("tag:stsci.edu:asdf/unit/unit-", "tag:astropy.org:astropy/units/unit-")

    def has_type(self, cls: type) -> bool:
        """Return whether a type is one of astropy's units."""
        return hasattr(cls, "physical_type")

    def outline(self, head: Head, value: Any) -> Entry:
        """Return the entry of a unit: its text."""
        return head.entry(type(value).__name__, str(value))
