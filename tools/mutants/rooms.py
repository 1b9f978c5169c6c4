"""The rooms whose tests are tested."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

__all__ = ["PACKAGE", "REPOSITORY", "ROOMS", "Room"]

REPOSITORY = Path(__file__).parents[2]
PACKAGE = Path(str(find_spec("roman_cal_models").origin)).parent  # type: ignore[union-attr]
"""The package that the tests import, wherever it is installed."""


@dataclass(frozen=True, slots=True)
class Room:
    """A part of the package, and the tests that have to notice what is changed in it.

    Parameters
    ----------
    sources : tuple of str
        Patterns of files, from the package's folder on.
    tests : tuple of str
        Patterns of test files, from the folder of the tests on.
    """

    sources: tuple[str, ...]
    tests: tuple[str, ...]

    def source_files(self) -> list[Path]:
        """Return the files that are changed."""
        return _found(PACKAGE, self.sources)

    def test_files(self) -> list[Path]:
        """Return the files of tests."""
        return _found(REPOSITORY / "tests", self.tests)


def _found(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    found = []
    for pattern in patterns:
        files = sorted(folder.glob(pattern))
        if not files:
            raise FileNotFoundError(f"no file is like {folder / pattern}")
        found += files
    return found


ROOMS = {
    # not those that draw their instances: what one draw notices, the next may not
    "schema": Room(
        ("schema/*.py", "schema/validators/*.py"),
        (
            "schema/test_[!io]*.py",
            "schema/validators/test_compiler.py",
            "schema/validators/test_tree.py",
        ),
    ),
    "foreign": Room(("foreign/*.py",), ("foreign/test_*.py", "sources/test_bounds.py", "comparison/test_*.py")),
    # those of the generated classes take long, and ask the same of each
    "nodes": Room(("nodes/*.py",), ("nodes/test_[!g]*.py", "models/test_units.py")),
    # citizenship and coexistence are looked at in processes of their own, which no mutant reaches; the many examples of
    # array_writing take long, and blocks_of_arrays holds the same by a few
    "extension": Room(
        ("extension/*.py",),
        tuple(
            f"extension/test_{name}.py"
            for name in ("blocks_of_arrays", "offered", "preference", "round_trips", "trees")
        ),
    ),
    # what they are for is opening and saving, whose tests are in `models`
    "sources": Room(("sources/*.py",), ("sources/test_*.py", "models/test_opening.py", "models/test_file_life.py")),
    "header": Room(
        ("header/*.py",),
        ("header/test_*.py", "cli/test_identify.py", "models/test_opening.py", "sources/test_far_files.py"),
    ),
    "blocks": Room(("blocks/*.py",), ("blocks/test_*.py",)),
    "datatypes": Room(("archive/definitions/datatypes.py",), ("archive/test_datatypes.py",)),
}
