"""What the tests of models share."""

from __future__ import annotations

from tests.peer import peer_file

__all__ = ["peer_file"]
