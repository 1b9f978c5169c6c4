"""The page on the architecture: what it names is there, and every room is drawn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "src" / "roman_cal_models"
PAGE = (REPOSITORY / "docs" / "explanation" / "architecture.rst").read_text()

NAMED = sorted(set(re.findall(r"``([\w./]+(?:\.pyi?|\.rst|/))``", PAGE)))
DRAWN = {
    name for line in PAGE.splitlines() if line.startswith("    | ") for name in re.findall(r"(\w+)(?:/|\.py)", line)
}


@pytest.mark.parametrize("path", NAMED)
def test_what_the_page_names_is_there(path: str) -> None:
    assert (PACKAGE / path).exists() or (REPOSITORY / path).exists()


def test_all_rooms_are_drawn_and_nothing_else() -> None:
    rooms = {
        file.stem
        for file in PACKAGE.iterdir()
        if not file.name.startswith("_") and (file.suffix == ".py" or (file / "__init__.py").exists())
    }
    assert rooms == DRAWN


def test_contributing_leads_to_the_page() -> None:
    assert "docs/explanation/architecture.rst" in (REPOSITORY / "CONTRIBUTING.rst").read_text()
