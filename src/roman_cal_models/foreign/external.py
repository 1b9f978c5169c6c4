"""Objects of asdf and its extensions whose content is in other files."""

from __future__ import annotations

from typing import Any

from .demands import OutsideError, shown
from .kind import Kind

__all__ = ["External"]


class External(Kind):
    """Objects whose content is in other files, of which none is opened."""

    name = "an object of another file"
    tags = ("tag:stsci.edu:asdf/core/externalarray-", "asdf://asdf-format.org/zarr/")

    def check(self, raw: Any) -> None:
        """Refuse it."""
        raise OutsideError(f"{shown(raw)} is in another file, and none is opened")
