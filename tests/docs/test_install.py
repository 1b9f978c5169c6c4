"""The page on installing, and what a citation says, beside what is installed."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

pytestmark = pytest.mark.once

# for those who work on the package
OURS = {"docs", "test"}


def test_every_extra_is_told_with_what_it_brings(repository: Path) -> None:
    extras = tomllib.loads((repository / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    page = (repository / "docs" / "install.rst").read_text()
    told = re.findall(r"\* - ``(\w+)``\n      - .+\n      - (.+)", page)
    brought = {
        name: {re.split(r"[\[>]", each)[0] for each in wanted} for name, wanted in extras.items() if name not in OURS
    }
    assert {name: set(what.split(", ")) for name, what in told} == brought


def test_a_citation_names_the_version(repository: Path) -> None:
    citation = (repository / "CITATION.cff").read_text()
    assert f"\nversion: {version('roman-cal-models')}\n" in citation
