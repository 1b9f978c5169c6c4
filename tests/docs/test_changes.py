"""The news: what the README of ``changes/`` teaches is what towncrier makes a release of, and the page shows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def towncrier(repository: Path) -> Any:
    return tomllib.loads((repository / "pyproject.toml").read_text())["tool"]["towncrier"]


def test_the_kinds_of_news_are_those_of_a_release(repository: Path, towncrier: Any) -> None:
    text = (repository / towncrier["directory"] / "README.rst").read_text()
    kinds = re.findall(r"^``(\w+)``  ", text, re.MULTILINE)
    assert kinds
    assert kinds == [kind["directory"] for kind in towncrier["type"]]


def test_a_release_has_a_place_that_the_page_shows(repository: Path, towncrier: Any) -> None:
    changes = (repository / towncrier["filename"]).read_text()
    page = (repository / "docs" / "changes.rst").read_text()
    (after,) = re.findall(r":start-after: (.+)", page)
    assert changes.count(towncrier["start_string"]) == 1
    assert towncrier["start_string"].strip().endswith(after)
