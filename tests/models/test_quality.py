"""What the bits of data-quality arrays mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.dqflags import group, pixel


@pytest.fixture
def image() -> Any:
    model: Any = rcm.ImageModel.create_fake_data(shape=(4, 5))
    model.dq[1, 2] = pixel.SATURATED | pixel.HOT
    model.dq2 = np.zeros((4, 5), "uint32")
    model.dq2[1, 2] = 1 << 4
    return model


def test_flags_have_names(image: Any) -> None:
    assert image.dq_flags(1, 2) == {"dq": ("SATURATED", "HOT"), "dq2": ("bit 4",)}
    assert image.dq_flags(0, 0) == {"dq": (), "dq2": ()}
    with pytest.raises(IndexError):
        image.dq_flags(4, 0)


def test_resultants_have_flags_of_their_own() -> None:
    ramp: Any = rcm.RampModel.create_fake_data(shape=(3, 4, 5))
    ramp.groupdq[2, 1, 2] = group.JUMP_DET
    ramp.pixeldq[1, 2] = pixel.NO_LIN_CORR
    found = ramp.dq_flags(1, 2)
    assert found["pixeldq"] == ("NO_LIN_CORR",)
    assert [found[f"groupdq[{number}]"] for number in range(3)] == [(), (), ("JUMP_DET",)]
    assert np.argwhere(ramp.mask("JUMP_DET", array="groupdq")).tolist() == [[2, 1, 2]]
    assert np.argwhere(ramp.mask("NO_LIN_CORR")).tolist() == [[1, 2]]


def test_a_pixel_of_a_file_is_read_and_no_array(image: Any, tmp_path: Path) -> None:
    path = image.save(tmp_path / "image.asdf", all_array_storage="internal", all_array_compression=None)
    with rcm.open(path) as model:
        assert model.dq_flags(1, 2) == {"dq": ("SATURATED", "HOT"), "dq2": ("bit 4",)}
    with pytest.raises(rcm.ModelClosedError, match="dq"):
        model.mask("HOT")


def test_a_mask_is_of_any_of_the_flags(image: Any) -> None:
    image.dq[3, 4] = pixel.DO_NOT_USE
    assert np.argwhere(image.mask("HOT", "DO_NOT_USE")).tolist() == [[1, 2], [3, 4]]
    assert np.argwhere(image.mask(pixel.HOT)).tolist() == [[1, 2]]
    assert np.argwhere(image.mask(1 << 4, array="dq2")).tolist() == [[1, 2]]
    assert image.mask("DEAD").dtype == bool
    assert not image.mask().any()


def test_what_is_not_there_is_named(image: Any) -> None:
    with pytest.raises(
        ValueError,
        match=r"'SATURTED' is not a flag of dq\. Did you mean 'SATURATED'\? There are GOOD, DO_NOT_USE, SATURATED",
    ):
        image.mask("SATURTED")
    with pytest.raises(ValueError, match="numbers only"):
        image.mask("HOT", array="dq2")
    with pytest.raises(rcm.MissingKeyError, match="has no groupdq here"):
        image.mask("HOT", array="groupdq")
    with pytest.raises(rcm.MissingKeyError, match="has no a data-quality array here"):
        rcm.GainRefModel.create_fake_data().mask("HOT")


def test_a_property_of_that_name_goes_first() -> None:
    stack: Any = rcm.MsosStackModel.create_fake_data()
    assert stack.mask is stack["mask"]


@pytest.mark.parametrize("flag", [["SATURATED", "JUMP_DET"], None, 2.0])
def test_what_is_no_flag_is_told(flag: Any) -> None:
    with pytest.raises(TypeError, match="is not a flag: give names and numbers one by one"):
        rcm.ImageModel.create_fake_data(shape=(2, 2)).mask(flag)
