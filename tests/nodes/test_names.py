"""Names that a node does not hold, does not know, or cannot have."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models import L2CalStep, config
from roman_cal_models.nodes.classes import named
from roman_cal_models.nodes.generated import _index


@pytest.fixture
def image() -> Any:
    return rcm.WfiImage.create_fake_data()


def test_a_missing_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        _ = L2CalStep().dark


def test_a_missing_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        _ = L2CalStep()["dark"]


def test_both_spellings_raise_one_error() -> None:
    with pytest.raises(rcm.MissingKeyError) as by_attribute:
        _ = L2CalStep().dark
    with pytest.raises(rcm.MissingKeyError) as by_key:
        _ = L2CalStep()["dark"]
    assert str(by_attribute.value) == str(by_key.value)
    assert by_attribute.value.key == by_key.value.key == "dark"


@pytest.mark.newest_rad
def test_a_known_name_that_is_absent_is_told_with_how_to_add_it(image: Any) -> None:
    with pytest.raises(rcm.MissingKeyError) as caught:
        _ = image.meta.cal_step
    assert str(caught.value) == (
        "meta.cal_step is not here: WfiImageMeta (wfi_image-2.2.0) has it as optional. "
        "To add it: meta.cal_step = L2CalStep.create_minimal()"
    )


def test_a_required_name_that_is_absent_is_told_to_be_required() -> None:
    with pytest.raises(rcm.MissingKeyError) as caught:
        _ = L2CalStep(version="1.0.0").dark
    assert str(caught.value) == (
        "dark is not here: L2CalStep (meta/l2_cal_step-1.0.0) has it as required, but nobody has set it yet. "
        "To add it: dark = 'N/A'"
    )


def test_what_the_error_proposes_works(image: Any) -> None:
    with pytest.raises(rcm.MissingKeyError) as caught:
        _ = image.meta.cal_step
    exec(str(caught.value).partition("To add it: ")[2], {"meta": image.meta, "L2CalStep": L2CalStep})
    assert image.meta.cal_step == L2CalStep.create_minimal()


def test_an_unknown_name_that_is_read_gets_a_hint_and_what_is_there() -> None:
    with pytest.raises(rcm.MissingKeyError) as caught:
        _ = L2CalStep({"dark": "COMPLETE"}, version="1.0.0").flat_feild  # type: ignore[attr-defined]
    assert str(caught.value) == (
        "flat_feild is not here, and L2CalStep (meta/l2_cal_step-1.0.0) knows no such property. "
        "Did you mean 'flat_field'? Here are: dark"
    )


def test_an_unknown_name_that_is_like_no_other_gets_no_hint() -> None:
    with pytest.raises(rcm.MissingKeyError) as caught:
        _ = L2CalStep(version="1.0.0")["bananas"]
    assert str(caught.value) == (
        "bananas is not here, and L2CalStep (meta/l2_cal_step-1.0.0) knows no such property. Here are: no values"
    )


def test_a_missing_name_can_be_pickled() -> None:
    with pytest.raises(rcm.MissingKeyError) as caught:
        _ = L2CalStep().dark
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_reading_creates_nothing(image: Any) -> None:
    before = list(image.meta)
    assert not hasattr(image.meta, "cal_step")
    assert image.meta.get("cal_step") is None
    assert "cal_step" not in image.meta
    assert list(image.meta) == before


def test_deleting_what_is_not_there_raises_the_same_error() -> None:
    with pytest.raises(rcm.MissingKeyError, match="dark is not here"):
        del L2CalStep().dark


@pytest.mark.parametrize("name", ["flat_feild", "flatfield", "assign_wsc", "drak", "skymach"])
def test_a_near_miss_warns_and_is_set(name: str) -> None:
    step = L2CalStep()
    with pytest.warns(rcm.UnknownAttributeWarning):
        step[name] = "COMPLETE"
    assert step[name] == "COMPLETE"


def test_the_warning_names_the_place_and_the_name_that_was_meant() -> None:
    image = rcm.WfiImage.create_fake_data({"meta": {"cal_step": L2CalStep.create_minimal()}})
    with pytest.warns(rcm.UnknownAttributeWarning) as caught:
        image.meta.cal_step.flat_feild = "COMPLETE"
    assert [str(warning.message) for warning in caught] == [
        "meta.cal_step.flat_feild: L2CalStep (meta/l2_cal_step-2.0.0) has no property 'flat_feild'; "
        "did you mean 'flat_field'?"
    ]


def test_the_warning_points_at_the_line_that_set_the_name() -> None:
    with pytest.warns(rcm.UnknownAttributeWarning) as caught:
        L2CalStep().flat_feild = "COMPLETE"  # type: ignore[attr-defined]
    assert [warning.filename for warning in caught] == [__file__]


def test_a_name_warns_only_when_it_is_new() -> None:
    step = L2CalStep()
    with pytest.warns(rcm.UnknownAttributeWarning):
        step["flat_feild"] = 1
    step["flat_feild"] = 2
    assert step["flat_feild"] == 2


def test_unknown_names_can_be_made_an_error() -> None:
    step = L2CalStep()
    with config(unknown="error"), pytest.raises(rcm.UnknownAttributeError) as caught:
        step["bananas"] = 1
    assert str(caught.value) == "bananas: L2CalStep (meta/l2_cal_step-2.0.0) has no property 'bananas'"
    assert "bananas" not in step


def test_the_error_hints_at_a_near_miss() -> None:
    with config(unknown="error"), pytest.raises(rcm.UnknownAttributeError, match="did you mean 'flat_field'"):
        L2CalStep()["flat_feild"] = "COMPLETE"


def test_known_names_are_set_while_unknown_ones_are_errors() -> None:
    with config(unknown="error"):
        assert L2CalStep(dark="COMPLETE").dark == "COMPLETE"


def test_unknown_names_can_be_ignored() -> None:
    with config(unknown="ignore"):
        L2CalStep()["flat_feild"] = 1


# set by pipeline code beside the schema: warnings are errors here, as they are in its own tests
@pytest.mark.parametrize("name", ["asn", "exptype", "group_id", "tweakreg_catalog"])
@pytest.mark.parametrize("owner", sorted({name for name in _index.CLASSES.values() if name.endswith("Meta")}))
def test_the_names_that_pipeline_code_adds_to_meta_do_not_warn(owner: str, name: str) -> None:
    for version in named(owner).versions():
        try:
            node = named(owner)(version=version)
        except rcm.SchemaError:
            continue  # this version has the object elsewhere
        if name not in node.schema_properties():
            node[name] = "?"


def test_extras_beside_the_arrays_do_not_warn() -> None:
    for version in rcm.WfiImage.versions():
        rcm.WfiImage(version=version)["extras"] = {"a": 1}


def test_siblings_of_a_name_that_differ_by_a_number_do_not_warn() -> None:
    image = rcm.WfiImage(version="1.4.0")
    image["dq2"] = 1
    assert image["dq2"] == 1


def test_a_closed_object_refuses_unknown_names_and_tells_which_it_takes() -> None:
    photom = rcm.WfiImgPhotomRef.create_fake_data()
    table = photom.phot_table
    with pytest.raises(rcm.ValidationError) as caught:
        table["bananas"] = {}
    (problem,) = caught.value.problems
    assert (problem.path, problem.kind) == (("phot_table", "bananas"), "additionalProperties")
    assert "has names that match '" in problem.message
    assert "bananas" not in table


@pytest.mark.parametrize("name", ["items", "copy", "version", "path"])
def test_the_name_of_a_method_is_not_set_as_an_attribute(name: str) -> None:
    with pytest.raises(rcm.ReservedNameError) as caught:
        setattr(L2CalStep(), name, "COMPLETE")
    assert str(caught.value) == (
        f"L2CalStep (meta/l2_cal_step-2.0.0): {name!r} is what the node itself has under this name; "
        f"as a key it can be set: node[{name!r}] = ..."
    )


def test_the_name_of_a_method_is_set_as_a_key() -> None:
    step = L2CalStep()
    step["items"] = 3
    assert step["items"] == 3
    assert list(step.items()) == [("items", 3)]


def test_a_property_may_bear_the_name_of_what_a_node_has() -> None:
    crds = rcm.RefFileCrds({"version": "12.0"})
    crds.version = "13.0"
    assert crds["version"] == "13.0"


def test_an_attribute_does_not_begin_with_an_underscore() -> None:
    with pytest.raises(rcm.ReservedNameError, match="'_dark' begins with an underscore"):
        L2CalStep()._dark = 1


def test_pass_is_reached_with_an_underscore_behind_it() -> None:
    observation = rcm.Observation(version="2.0.0")
    observation.pass_ = 3
    assert observation["pass"] == observation.pass_ == 3
    del observation.pass_
    assert "pass" not in observation


def test_pass_is_checked_under_both_spellings() -> None:
    with pytest.raises(rcm.ValidationError, match=r"^pass: "):
        rcm.Observation().pass_ = "three"  # type: ignore[assignment]


def test_completion_offers_the_properties() -> None:
    assert {"dark", "flat_field"} <= set(dir(L2CalStep()))
    assert "pass_" in dir(rcm.Observation())
    assert L2CalStep(dark="COMPLETE")._ipython_key_completions_() == ["dark"]


def test_a_name_of_another_version_is_no_misspelling() -> None:
    guide_star = rcm.Guidestar.create_fake_data()
    assert "window_xsize" not in guide_star.schema_properties()
    guide_star.window_xsize = 5  # warnings are errors here
    with pytest.warns(rcm.UnknownAttributeWarning, match="did you mean 'window_"):
        guide_star.window_xstrat = 5


@pytest.mark.newest_rad
def test_every_missing_property_of_every_class_can_be_described() -> None:
    with warnings.catch_warnings():
        for name in sorted(set(_index.CLASSES.values()) - _index.ALIASES):
            cls = named(name)
            if issubclass(cls, rcm.ObjectNode):
                node = cls()
                for key in node.schema_properties():
                    with pytest.raises(rcm.MissingKeyError, match="To add it: ") as caught:
                        node[key]
                    assert not str(caught.value).endswith("= ")
