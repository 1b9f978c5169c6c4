"""What all tests share."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

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
