"""What a step of a pipeline holds in the place of an array, seen from the model."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest
from astropy import units as u

import roman_cal_models as rcm

UNIT = u.DN / u.s


@pytest.fixture
def model() -> rcm.ImageModel:
    """An image whose data have a unit for the time being."""
    image = rcm.ImageModel.create_fake_data(shape=(2, 2))
    image["data"] <<= UNIT
    return image


def test_save_refuses_a_quantity_and_writes_nothing(model: rcm.ImageModel, tmp_path: Path) -> None:
    with pytest.raises(rcm.ValidationError, match=r"data: a Quantity in DN / s is not an ndarray: give its \.value"):
        model.save(tmp_path / "image.asdf")
    assert list(tmp_path.iterdir()) == []


def test_to_asdf_refuses_a_quantity(model: rcm.ImageModel, tmp_path: Path) -> None:
    with pytest.raises(rcm.ValidationError, match=r"give its \.value"):
        model.to_asdf(tmp_path / "image.asdf")


def test_what_was_taken_off_is_saved(model: rcm.ImageModel, tmp_path: Path) -> None:
    model["data"] = model["data"].value + 1
    model.save(tmp_path / "image.asdf")
    with rcm.open(tmp_path / "image.asdf") as again:
        assert (again.data == 1).all()


def test_a_view_of_a_model_takes_and_gives_the_same(model: rcm.ImageModel) -> None:
    view = rcm.open(model)
    view["data"] = view["data"].to(u.DN / u.min)
    assert model.data is view.data
    assert model.data.unit == u.DN / u.min


def test_a_model_that_holds_a_quantity_can_be_looked_at(model: rcm.ImageModel) -> None:
    assert model.shape == (2, 2)
    assert model.to_flat_dict()["roman.data"] is model.data
    assert "data" not in model.to_flat_dict(include_arrays=False)
    assert "data" in repr(model.node)
    assert model.quantity("data").unit == UNIT
    model.info()


def test_a_copy_keeps_the_unit(model: rcm.ImageModel) -> None:
    for twin in (model.copy(), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        assert twin.data.unit == UNIT


def test_a_masked_array_that_fits_is_valid_and_keeps_its_mask(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(2, 2))
    model.data = np.ma.masked_array(model.data, mask=[[True, False], [False, False]])
    model.save(tmp_path / "image.asdf")
    with rcm.open(tmp_path / "image.asdf") as again:
        assert again.data.mask.tolist() == [[True, False], [False, False]]
