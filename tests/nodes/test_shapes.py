"""Arrays that lie on the same pixels have the same shape, or are told."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.models.generated._index import MODULES
from roman_cal_models.nodes.shapes import APART, LEADERS
from roman_cal_models.schema import installed
from tests.peer import WriteFile, newest_tags, peer_file

# the files of these tests bear tags of the newest RAD
pytestmark = pytest.mark.newest_rad

__all__ = ["peer_file"]


def shapes(model: rcm.DataModel) -> list[str]:
    return [str(problem) for problem in model.problems() if problem.kind == "shape"]


def test_an_array_of_another_shape_than_data_is_told() -> None:
    image = rcm.ImageModel.create_fake_data(shape=(8, 8))
    image.err = np.zeros((3, 3), image.err.dtype)
    assert shapes(image) == ["err: the shape is (3, 3), and that of data is (8, 8)"]


def test_it_is_a_warning() -> None:
    image = rcm.ImageModel.create_fake_data(shape=(8, 8))
    image.err = np.zeros((3, 3), image.err.dtype)
    assert [problem.level for problem in image.problems()] == ["warning"]
    image.validate()


def test_data_of_another_shape_than_all_is_told_once_for_each() -> None:
    image = rcm.ImageModel.create_fake_data(shape=(8, 8))
    image.data = np.zeros((5, 5), np.float32)
    told = {str(problem.path[0]) for problem in image.problems()}
    assert told == {"chisq", "dq", "dq2", "dumo", "err", "var_poisson"}


def test_pixels_of_their_own_are_not_compared() -> None:
    image = rcm.ImageModel.create_fake_data(shape=(8, 8))
    image.dq_border_ref_pix_left = np.zeros((8, 4), np.uint32)
    assert image.problems() == []


def test_no_array_is_read_for_it(tmp_path: Path) -> None:
    image = rcm.ImageModel.create_fake_data(shape=(8, 8))
    image.err = np.zeros((3, 3), image.err.dtype)
    with rcm.open(image.save(tmp_path / "image.asdf")) as model:
        assert len(shapes(model)) == 1
        assert "array" in repr(dict.__getitem__(model.node, "err"))


def test_a_header_tells_it_too(tmp_path: Path) -> None:
    image = rcm.ImageModel.create_fake_data(shape=(8, 8))
    image.err = np.zeros((3, 3), image.err.dtype)
    header = rcm.read_header(image.save(tmp_path / "image.asdf", all_array_storage="internal"))
    assert [problem.kind for problem in header.problems()] == ["shape"]


def test_an_array_that_is_not_filled_yet_is_not_compared() -> None:
    image = rcm.ImageModel.create_fake_data(shape=(8, 8))
    image.dumo = np.zeros((0, 0), image.dumo.dtype)
    assert image.problems() == []


def test_quantities_of_old_versions_are_compared_as_well(tmp_path: Path) -> None:
    image = rcm.ImageModel.create_fake_data(shape=(8, 8), version="1.0.0")
    image.err = image.err[:3]
    assert shapes(image) == ["err: the shape is (3, 8), and that of data is (8, 8)"]
    with rcm.open(image.save(tmp_path / "image.asdf")) as model:
        assert shapes(model) == ["err: the shape is (3, 8), and that of data is (8, 8)"]


@pytest.mark.parametrize("name", MODULES)
@pytest.mark.parametrize("shape", [None, (8, 8, 8), (2, 8, 9)])
def test_what_is_made_up_agrees(name: str, shape: tuple[int, ...] | None) -> None:
    assert shapes(getattr(rcm, name).create_fake_data(shape=shape)) == []


@pytest.mark.parametrize("tag", newest_tags())
def test_files_of_the_peer_agree(tag: str, peer_file: WriteFile) -> None:
    with rcm.open(peer_file(tag)) as model:
        assert shapes(model) == []


def test_every_exception_is_of_some_schema() -> None:
    names = set()
    for manifest in installed().store.manifests:
        for uri in manifest.schema_uris.values():
            schema = installed().root(uri).object
            names |= set() if schema is None else set(schema.properties)
    assert set(LEADERS) <= names
    for pattern in APART:
        assert any(re.fullmatch(pattern, name) for name in names), pattern
