"""Folders of schemas for tests: copies of sound ones, and what spoils them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

__all__ = ["CCSP", "ROMAN", "THIRD_PARTY", "Spoil", "changed", "copied", "without"]

DATA = Path(__file__).parents[1] / "data"
THIRD_PARTY, CCSP = DATA / "third_party", DATA / "ccsp"
ROMAN = "asdf://stsci.edu/datamodels/roman"


def copied(folder: Path, to: Path) -> Path:
    """Return a copy of a folder, which a test may spoil."""
    shutil.copytree(folder, to / folder.name)
    return to / folder.name


class Spoil:
    """A change of one file of a folder, or of what stands in its place.

    Parameters
    ----------
    path : str
        The file or folder.
    change : callable
        Gets it.
    """

    def __init__(self, path: str, change: Callable[[Path], None]) -> None:
        self.folder = CCSP if (CCSP / path).exists() else THIRD_PARTY
        self._path = path
        self._change = change

    def __call__(self, folder: Path) -> None:
        self._change(folder / self._path)


def without(path: str) -> Spoil:
    """Return what takes a file or folder away."""
    return Spoil(path, lambda place: shutil.rmtree(place) if place.is_dir() else place.unlink())


def changed(path: str, old: str, new: str) -> Spoil:
    """Return what replaces a text in a file."""

    def change(file: Path) -> None:
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    return Spoil(path, change)
