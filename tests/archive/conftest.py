"""What the tests of the archive share."""

from __future__ import annotations

from tests.header.conftest import image
from tests.peer import peer_file

__all__ = ["image", "peer_file"]
