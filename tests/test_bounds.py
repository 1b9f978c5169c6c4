"""What the oldest environments of tox install is what `pyproject.toml` names as the oldest that is supported."""

from __future__ import annotations

import os
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

# as old as the peer lets it be in each
RAD = {"rad", "roman-datamodels"}


def bounds(repository: Path) -> dict[str, str]:
    """Return the oldest version of each dependency, those of the tests included."""
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    found = {}
    for requirement in map(Requirement, texts):
        (bound,) = requirement.specifier
        assert bound.operator == ">=", f"{requirement} has no plain lower bound"
        found[requirement.name] = bound.version
    return found


def different(wanted: dict[str, str]) -> dict[str, tuple[str, str]]:
    """Return what is installed in another version than is wanted, with both."""
    installed = {name: version(name) for name in wanted}
    return {
        name: (installed[name], bound) for name, bound in wanted.items() if Version(installed[name]) != Version(bound)
    }


@pytest.mark.skipif(os.environ.get("TOX_ENV_NAME") != "oldest", reason="for tox's environment `oldest`")
def test_the_oldest_environment_holds_the_oldest_of_everything(repository: Path) -> None:
    assert different({name: bound for name, bound in bounds(repository).items() if name not in RAD}) == {}


@pytest.mark.skipif(os.environ.get("TOX_ENV_NAME") != "oldest-rad", reason="for tox's environment `oldest-rad`")
def test_the_environment_of_the_oldest_rad_holds_it(repository: Path) -> None:
    assert different({name: bound for name, bound in bounds(repository).items() if name in RAD}) == {}


def test_what_an_extra_brings_has_the_same_bound_in_the_tests(repository: Path) -> None:
    extras = tomllib.loads((repository / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    tested = set(extras["test"])
    brought = {
        text
        for name in ("archive", "completion", "distributed", "fast", "images", "parquet", "remote", "s3", "view")
        for text in extras[name]
    }
    assert brought <= tested
