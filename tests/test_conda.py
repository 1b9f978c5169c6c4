"""The conda recipe says what ``pyproject.toml`` says."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from roman_cal_models.installation import VERSION

pytestmark = pytest.mark.once

# where conda-forge has the same without what pip's name brings along
NAMES = {"astropy": "astropy-base", "dask": "dask-core", "matplotlib": "matplotlib-base"}
OURS = {"docs", "test"}


@pytest.fixture(scope="module")
def recipe(repository: Path) -> Any:
    return yaml.safe_load((repository / "conda" / "recipe.yaml").read_text())


@pytest.fixture(scope="module")
def pyproject(repository: Path) -> Any:
    return tomllib.loads((repository / "pyproject.toml").read_text())


def conda(requirements: Iterable[str]) -> set[str]:
    """Return requirements as conda writes them."""
    found = map(Requirement, requirements)
    return {f"{NAMES.get(name := canonicalize_name(each.name), name)} {each.specifier}" for each in found}


def test_it_is_of_this_version_and_python(recipe: Any, pyproject: Any) -> None:
    assert recipe["context"]["version"] == VERSION
    assert f">={recipe['context']['python_min']}" == pyproject["project"]["requires-python"]
    assert recipe["package"]["name"] == pyproject["project"]["name"]


def test_it_needs_what_the_package_needs(recipe: Any, pyproject: Any) -> None:
    needed = set(recipe["requirements"]["run"]) - {"python >=${{ python_min }}"}
    assert needed == conda(pyproject["project"]["dependencies"])
    assert conda(pyproject["build-system"]["requires"]) <= set(recipe["requirements"]["host"])


def test_what_extras_bring_is_as_new_as_they_ask(recipe: Any, pyproject: Any) -> None:
    extras = pyproject["project"]["optional-dependencies"]
    brought = {text for name, texts in extras.items() if name not in OURS for text in texts}
    assert set(recipe["requirements"]["run_constraints"]) == conda(brought)


def test_it_has_the_commands_licence_and_summary(recipe: Any, pyproject: Any) -> None:
    commands = {f"{name} = {target}" for name, target in pyproject["project"]["scripts"].items()}
    assert set(recipe["build"]["python"]["entry_points"]) == commands
    about = recipe["about"]
    assert (about["license"], about["summary"]) == (
        pyproject["project"]["license"],
        pyproject["project"]["description"],
    )
    assert [about["license_file"]] == pyproject["project"]["license-files"]
