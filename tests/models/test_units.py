"""Values with their units, and what the schemas say of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy import units as u

import roman_cal_models as rcm


@pytest.fixture
def image() -> Any:
    model: Any = rcm.ImageModel.create_fake_data({"data": np.full((2, 3), 2, "f4")}, shape=(2, 3))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    return model


def test_a_property_is_described_by_its_class_and_by_a_model(image: Any) -> None:
    told = rcm.L2CalStep.describe("flat_field")
    assert told.title == "Flat Field Correction Step"
    assert told.allowed is not None
    assert "COMPLETE" in told.allowed
    assert told.columns is not None
    assert told.columns.destinations == ("ScienceRefData.s_flat_field",)
    assert told.is_required
    whole = image.describe("meta.cal_step.flat_field")
    assert (whole.title, whole.allowed, whole.schema_uri) == (told.title, told.allowed, told.schema_uri)
    assert f"  allowed: {', '.join(map(repr, told.allowed))}\n" in str(whole)
    assert image.describe("meta.observation.pass").types == ("integer",)
    assert image.describe("data").unit == ("DN / s", "MJy.sr**-1")
    assert "unit: DN / s or MJy.sr**-1" in str(image.describe("data"))


def test_items_of_lists_are_described_as_well(image: Any) -> None:
    told = {depth: image.describe(f"meta.exposure.read_pattern{depth}").types for depth in ("", "[0]", "[0][-1]")}
    assert told == {"": ("array",), "[0]": ("array",), "[0][-1]": ("integer",)}
    assert not image.describe("meta.exposure.read_pattern[0]").is_required
    for path in ("meta.exposure.read_pattern[0][0][0]", "meta.telescope[0]", "meta[0].telescope"):
        with pytest.raises(rcm.UnknownAttributeError, match="no schema describes"):
            image.describe(path)


def test_a_node_is_described_by_its_own_version() -> None:
    assert rcm.L2CalStep(version="1.0.0").describe("dark").schema_uri.endswith("l2_cal_step-1.0.0")
    with pytest.raises(rcm.UnknownAttributeError, match="wfi18_transient"):
        rcm.L2CalStep(version="1.0.0").describe("wfi18_transient")


def test_an_unknown_property_is_named(image: Any) -> None:
    with pytest.raises(rcm.UnknownAttributeError, match=r"'flat_feild' of .*Did you mean 'flat_field'"):
        image.describe("meta.cal_step.flat_feild")
    with pytest.raises(rcm.UnknownAttributeError, match="'deeper'"):
        image.describe("meta.filename.deeper")


@pytest.mark.parametrize(("flux", "unit"), [("INCOMPLETE", u.DN / u.s), ("COMPLETE", u.MJy / u.sr)])
def test_the_flux_step_tells_which_unit_an_image_has(image: Any, flux: str, unit: u.UnitBase) -> None:
    image.meta.cal_step.flux = flux
    found = image.quantity("data")
    assert found.unit == unit
    assert found.dtype == np.float32
    assert np.shares_memory(found.value, image.data)
    assert image.quantity("var_poisson").unit == unit**2


def test_what_the_model_does_not_tell_is_asked_for() -> None:
    ramp: Any = rcm.RampModel.create_fake_data(shape=(2, 3, 4))
    with pytest.raises(rcm.UnitError, match="data is in DN or electron, and nothing in the model says which"):
        ramp.quantity("data")
    assert ramp.quantity("data", "electron").unit == u.electron
    with pytest.raises(rcm.UnitError, match="data is in DN or electron, not in m"):
        ramp.quantity("data", "m")


def test_what_has_no_unit_is_a_number(image: Any) -> None:
    assert image.unit("dq") is None
    assert image.quantity("dq").unit == u.dimensionless_unscaled
    assert image.quantity("dq").dtype == np.uint32
