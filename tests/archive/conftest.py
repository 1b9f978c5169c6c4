"""What the tests of the archive share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.header.conftest import image
from tests.peer import TAGS, newest_tags, peer_class, peer_file

__all__ = ["image", "peer_file"]


@pytest.fixture(scope="session")
def header(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The header of a small Level 2 image of the peer, which is all of it: no array stands in a block."""
    return blockless("wfi_image", tmp_path_factory.mktemp("small"))


def blockless(family: str, folder: Path) -> bytes:
    """Return a file of the peer whose arrays are so small that they stand in the header."""
    (tag,) = (tag for tag in newest_tags() if tag.startswith(f"{TAGS}{family}-"))
    path = folder / f"{family}.asdf"
    peer_class(tag).create_fake_data(shape=(2, 2, 2)).save(path)
    content = path.read_bytes()
    assert b"\xd3BLK" not in content
    return content
