"""What the tests of the archive share."""

from __future__ import annotations

import pytest

from tests.header.conftest import header_of, image
from tests.peer import TAGS, WriteFile, newest_tags, peer_file

__all__ = ["image", "peer_file"]


@pytest.fixture(scope="session")
def header(peer_file: WriteFile) -> bytes:
    """The header of the peer's Level 2 image."""
    (tag,) = (tag for tag in newest_tags() if tag.startswith(f"{TAGS}wfi_image-"))
    return header_of(peer_file(tag).read_bytes())
