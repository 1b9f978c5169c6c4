"""What the tests of the archive share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import rad

from tests.header.conftest import image
from tests.peer import TAGS, newest_tags, peer_class, peer_file

from .catalogs import TARGETS, Target

__all__ = ["image", "peer_file"]


@pytest.fixture(scope="session")
def header(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The header of a small Level 2 image of the peer, which is all of it: no array stands in a block."""
    return blockless("wfi_image", tmp_path_factory.mktemp("small"))


@pytest.fixture(params=TARGETS)
def catalog(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    """A catalogue that is not there yet: a database, and a Parquet data set."""
    made: Target = TARGETS[request.param](tmp_path / f"catalog.{request.param}")
    return made


def blockless(family: str, folder: Path) -> bytes:
    """Return a file of the peer whose arrays are so small that they stand in the header."""
    (tag,) = (tag for tag in newest_tags() if tag.startswith(f"{TAGS}{family}-"))
    path = folder / f"{family}.asdf"
    peer_class(tag).create_fake_data(shape=(2, 2, 2)).save(path)
    content = path.read_bytes()
    assert b"\xd3BLK" not in content
    return content


@pytest.fixture(scope="module")
def rad_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the installed RAD, whose schemas may be changed."""
    target = tmp_path_factory.mktemp("rad") / "rad"
    shutil.copytree(rad.__path__[0], target)
    return target


Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def spoil(rad_copy: Path) -> Spoil:
    """Give a function that replaces text in a schema of the copy until the test ends."""
    kept: dict[Path, str] = {}

    def change(name: str, old: str, new: str) -> Path:
        file = rad_copy / name
        text = file.read_text()
        kept.setdefault(file, text)
        assert old in text
        file.write_text(text.replace(old, new, 1))
        return rad_copy

    yield change  # type: ignore[misc]
    for file, text in kept.items():
        file.write_text(text)
