"""Nodes made from their schemas, and from other mappings."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import numpy as np
import pytest
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models import L2CalStep


def test_given_values_are_never_changed() -> None:
    defaults = {"meta": {"exposure": {"read_pattern": [[1], [2]]}, "extra": {"a": []}}, "data": np.zeros((3, 3), "f4")}
    before = copy.deepcopy(defaults)
    for node in (rcm.WfiImage.create_fake_data(defaults), rcm.WfiImage.create_minimal(defaults)):
        node.meta.exposure.read_pattern.append([3])
        node.data[0, 0] = 5
    assert rcm.ObjectNode(defaults) == before
    assert type(defaults["meta"]) is dict


def test_given_values_win_in_fake_data() -> None:
    image: Any = rcm.WfiImage.create_fake_data({"meta": {"instrument": {"detector": "WFI07"}}})
    assert image.meta.instrument.detector == "WFI07"
    assert image.problems() == []


def test_given_optional_values_are_taken_into_fake_data() -> None:
    image: Any = rcm.WfiImage.create_fake_data({"meta": {"cal_step": L2CalStep.create_minimal()}})
    assert image.meta.cal_step == L2CalStep.create_minimal()


@pytest.mark.parametrize("make", ["create_minimal", "create_fake_data"])
@pytest.mark.parametrize(
    ("given", "near"), [({"meta": {"exposre": {}}}, "'exposure'"), ({"meta": {"exposure": {"typ_": "x"}}}, "'type'")]
)
def test_a_misspelt_name_of_a_given_value_is_warned_of(make: str, given: Any, near: str) -> None:
    with pytest.warns(rcm.UnknownAttributeWarning, match=f"did you mean {near}") as told:
        getattr(rcm.ImageModel, make)(given)
    assert len(told) == 1
    assert told[0].filename == __file__


def test_names_of_other_products_and_of_ones_own_are_not_warned_of() -> None:
    ramp = rcm.RampModel.create_fake_data()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for cls in (rcm.ImageModel, rcm.MosaicModel, rcm.ImageSourceCatalogModel, rcm.ScienceRawModel):
            cls.create_minimal({"meta": ramp.meta, "mine": 5})
            cls.create_fake_data({"mine": 5})


def test_given_nodes_may_be_of_another_version() -> None:
    old: Any = rcm.WfiImage.create_fake_data(version="1.3.0")
    new: Any = rcm.WfiImage.create_minimal({"meta": old.meta})
    assert new.meta.exposure.schema_uri.endswith("/meta/exposure-2.1.0")
    assert new.meta.exposure.type == old.meta.exposure.type


def test_the_shape_is_that_of_the_arrays_and_fewer_dimensions_take_the_first() -> None:
    ramp: Any = rcm.Ramp.create_fake_data(shape=(2, 3, 4))
    assert ramp.data.shape == (2, 3, 4)
    assert ramp.pixeldq.shape == (2, 3)


def test_the_fake_values_are_those_that_users_know() -> None:
    image: Any = rcm.WfiImage.create_fake_data()
    assert image.meta.filename == "?"
    assert image.meta.observation.program == -999999
    assert image.meta.exposure.start_time == Time("2020-01-01")
    assert image.meta.instrument.detector == "WFI01"


def test_fake_data_by_tag_are_of_that_tag() -> None:
    tag = "asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.1.0"
    assert rcm.WfiImage.create_fake_data(tag=tag).tag == tag


def test_an_optional_node_is_not_made_up() -> None:
    assert "cal_step" not in rcm.WfiImage.create_fake_data().meta


def test_an_old_minimal_node_is_of_old_nodes() -> None:
    image: Any = rcm.WfiImage.create_minimal(version="1.0.0")
    assert image.meta.exposure.schema_uri.endswith("/schemas/exposure-1.0.0")


def test_the_steps_of_a_minimal_ramp_are_incomplete() -> None:
    ramp: Any = rcm.Ramp.create_minimal()
    assert set(ramp.meta.cal_step.values()) == {"INCOMPLETE"}


def test_a_node_is_converted_from_another_version() -> None:
    old = L2CalStep.create_minimal({"dark": "COMPLETE"}, version="1.0.0")
    new = L2CalStep.create_from_node(old)
    assert (new.version, new.dark) == ("2.0.0", "COMPLETE")
    assert {problem.path for problem in new.problems()} == {("dark_decay",), ("wfi18_transient",)}


def test_a_node_is_converted_from_a_dict() -> None:
    given = {"dark": "COMPLETE", "extra": {"a": 1}}
    node: Any = L2CalStep.create_from_node(given)
    node.extra.a = 2
    assert given == {"dark": "COMPLETE", "extra": {"a": 1}}


def test_a_conversion_is_not_checked() -> None:
    step = L2CalStep.create_from_node({"dark": "DONE"})
    with pytest.raises(rcm.ValidationError):
        step.validate()


def test_a_conversion_shares_nothing_that_can_change() -> None:
    old: Any = rcm.WfiImage.create_fake_data()
    new: Any = rcm.WfiImage.create_from_node(old)
    new.data[0, 0] = 5
    new.meta.observation.program = 1
    assert old.data[0, 0] == 0
    assert old.meta.observation.program == -999999


def test_text_for_a_filter_is_told_from_a_grating() -> None:
    mode = rcm.WfiMode.create_fake_data({"optical_element": "F158"})
    assert (mode.filter, mode.grating) == ("F158", None)
    mode.optical_element = "GRISM"
    assert (mode.filter, mode.grating) == (None, "GRISM")


@pytest.mark.parametrize("version", [None, "1.0.0"])
def test_a_list_is_made_of_its_class(version: str | None) -> None:
    for made in (rcm.CalLogs.create_minimal(version=version), rcm.CalLogs.create_fake_data(version=version)):
        assert type(made) is rcm.CalLogs
        assert made == []
        made.validate()
    assert rcm.CalLogs.create_fake_data(["2026-01-01 begin"]) == ["2026-01-01 begin"]
    with pytest.raises(rcm.ValidationError):
        rcm.CalLogs.create_minimal([1])


def test_a_list_is_made_of_a_tag() -> None:
    tag = "asdf://stsci.edu/datamodels/roman/tags/cal_logs-1.0.0"
    assert rcm.CalLogs.create_fake_data(tag=tag).tag == tag


@pytest.mark.parametrize(
    ("name", "minimal", "fake"),
    [
        ("Telescope", "ROMAN", "ROMAN"),
        ("CalibrationSoftwareName", "RomanCAL", "RomanCAL"),
        ("PrdVersion", None, "8.8.8"),
    ],
)
def test_a_tagged_scalar_is_made_of_its_class(name: str, minimal: str | None, fake: str) -> None:
    cls = getattr(rcm, name)
    assert cls.create_minimal() == minimal
    assert cls.create_fake_data() == fake
    assert type(cls.create_fake_data()) is cls
    given = cls.create_minimal("given")
    assert (type(given), given) == (cls, "given")
    assert given.copy() == given


def test_a_tagged_time_is_made_of_its_class() -> None:
    made = rcm.FileDate.create_fake_data()
    assert type(made) is rcm.FileDate
    assert made.isot == "2020-01-01T00:00:00.000"
    assert rcm.FileDate.create_minimal().mjd > made.mjd


def test_what_is_made_again_is_equal_and_its_own() -> None:
    one = rcm.WfiImage.create_fake_data({"meta": {"exposure": {"type": "WFI_DARK"}}}, shape=(3, 3))
    two = rcm.WfiImage.create_fake_data(shape=(3, 3))
    three = rcm.WfiImage.create_fake_data(shape=(3, 3))
    assert two == three
    assert one.meta.exposure.type == "WFI_DARK"
    assert two.meta.exposure.type != "WFI_DARK"
    assert one.meta.exposure == {**two.meta.exposure, "type": "WFI_DARK"}
    for part in ("meta.ref_file.crds", "meta.exposure.read_pattern", "meta.wcs", "meta.exposure.start_time", "data"):
        assert _at(two, part) is not _at(three, part)
    two.meta.ref_file.crds.context = "roman_0001.pmap"
    two.meta.exposure.read_pattern.append([9])
    two.data[0, 0] = 9
    assert two.meta.ref_file.crds.path() == ("meta", "ref_file", "crds")
    assert three == rcm.WfiImage.create_fake_data(shape=(3, 3)) != two


def _at(node: Any, path: str) -> Any:
    for part in path.split("."):
        node = node[part]
    return node


def test_arrays_of_another_shape_are_made_of_that_shape() -> None:
    for shape in ((2, 2), (4, 4), (2, 2)):
        assert rcm.WfiImage.create_fake_data(shape=shape).data.shape == shape
