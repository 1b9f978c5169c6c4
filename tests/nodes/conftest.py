"""Level 2 files of the first and of the newest schema version, written once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm


@pytest.fixture(scope="session")
def old_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Level 2 file of wfi_image 1.0.0, whose fragments and scalars are tagged."""
    return _written(tmp_path_factory, "1.0.0")


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Level 2 file of the newest version."""
    return _written(tmp_path_factory, None)


@pytest.fixture
def old(old_file: Path) -> Iterator[Any]:
    with rcm.open(old_file) as model:
        yield model


@pytest.fixture
def new(new_file: Path) -> Iterator[Any]:
    with rcm.open(new_file) as model:
        yield model


def _written(factory: pytest.TempPathFactory, version: str | None) -> Path:
    model = rcm.ImageModel.create_fake_data(version=version)
    model.meta.cal_step = rcm.L2CalStep.create_minimal(version=version)
    path = factory.mktemp("level2") / "l2.asdf"
    model.save(path)
    return path
