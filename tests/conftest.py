"""What all tests share."""

from __future__ import annotations

import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

DISTRIBUTIONS = (
    "asdf",
    "asdf-astropy",
    "astropy",
    "gwcs",
    "lz4",
    "numpy",
    "PyYAML",
    "rad",
    "roman-datamodels",
)

# In tox a test fails for what was changed, not for what was drawn; pytest on its own draws other examples each time.
# How long an example takes is no matter of tests, and the first may have libraries to import.
settings.register_profile(
    "untimed",
    derandomize="TOX_ENV_NAME" in os.environ,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("untimed")


def pytest_report_header() -> str:
    return "with " + ", ".join(f"{name} {_version(name)}" for name in DISTRIBUTIONS)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the source tree that these tests stand in."""
    return Path(__file__).parents[1]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
