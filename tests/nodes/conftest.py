"""Level 2 files of the first and of the newest schema version, written once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.schema.properties import ObjectSchema
from roman_cal_models.schema.registry import SchemaRegistry
from roman_cal_models.schema.store import store

MANIFEST = """%YAML 1.1
---
id: {base}/manifests/{name}-1.0.0
extension_uri: {base}/extensions/{name}-1.0.0
tags:
- {{tag_uri: {base}/tags/{name}-1.0.0, schema_uri: {base}/schemas/{name}-1.0.0}}
"""
SCHEMA = """%YAML 1.1
---
$schema: asdf://stsci.edu/datamodels/roman/schemas/rad_schema-1.0.0
id: {base}/schemas/{name}-1.0.0
title: Of a third party
type: object
{body}
"""


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


@pytest.fixture(scope="session")
def schema_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], ObjectSchema]:
    """Give what makes the schema of an object of a third party, which is not registered, of its name and its body."""

    def make(name: str, body: str) -> ObjectSchema:
        folder, base = tmp_path_factory.mktemp(name), f"asdf://example.org/roman/{name}"
        for kind, text in (("manifests", MANIFEST), ("schemas", SCHEMA)):
            (folder / kind).mkdir()
            (folder / kind / f"{name}-1.0.0.yaml").write_text(text.format(base=base, name=name, body=body))
        return SchemaRegistry(store().with_folder(base, folder)).document(f"{base}/schemas/{name}-1.0.0")

    return make
