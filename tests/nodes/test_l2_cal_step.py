"""L2CalStep: the flags of a Level 2 file, of both families that the schema has had."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models import L2CalStep
from roman_cal_models.schema import installed

STEPS = (
    "assign_wcs",
    "flat_field",
    "dark",
    "dq_init",
    "flux",
    "linearity",
    "photom",
    "source_catalog",
    "ramp_fit",
    "refpix",
    "saturation",
    "outlier_detection",
    "tweakreg",
    "skymatch",
)
TAG = "asdf://stsci.edu/datamodels/roman/tags/l2_cal_step-1.0.0"
BY_VERSION = {"version": "1.0.0"}
BY_TAG = {"tag": TAG}
HOMES = pytest.mark.parametrize("home", [BY_VERSION, BY_TAG], ids=["version", "tag"])

FLAGS = ("N/A", "COMPLETE", "FAILED", "SKIPPED", "INCOMPLETE")
TAGGED_FLAGS = ("N/A", "COMPLETE", "SKIPPED", "INCOMPLETE")


@HOMES
def test_version_1_0_0_has_14_steps(home: dict[str, str]) -> None:
    assert sorted(L2CalStep(**home).schema_properties()) == sorted(STEPS)


def test_the_steps_stand_in_the_order_of_the_schema() -> None:
    assert L2CalStep(version="1.0.0").schema_properties() == STEPS


@HOMES
@pytest.mark.parametrize("name", STEPS)
def test_a_step_can_be_marked_by_attribute_and_read_by_key(home: dict[str, str], name: str) -> None:
    step = L2CalStep(**home)
    setattr(step, name, "COMPLETE")
    assert step[name] == "COMPLETE"


@pytest.mark.parametrize("flag", FLAGS)
def test_every_flag_of_version_1_0_0_is_accepted(flag: str) -> None:
    assert L2CalStep(dark=flag, version="1.0.0").dark == flag


@pytest.mark.parametrize("flag", TAGGED_FLAGS)
def test_every_flag_of_the_tagged_version_1_0_0_is_accepted(flag: str) -> None:
    assert L2CalStep(dark=flag, tag=TAG).dark == flag


def test_the_tagged_version_1_0_0_has_no_failed() -> None:
    with pytest.raises(rcm.ValidationError) as caught:
        L2CalStep(tag=TAG, dark="FAILED")
    assert str(caught.value) == (
        "dark: 'FAILED' is not one of 'N/A', 'COMPLETE', 'SKIPPED', 'INCOMPLETE' (l2_cal_step-1.0.0)"
    )


def test_a_wrong_flag_is_told_with_the_flags_in_the_order_of_the_schema() -> None:
    with pytest.raises(rcm.ValidationError) as caught:
        L2CalStep(version="1.0.0").flat_field = "DONE"
    assert str(caught.value) == (
        "flat_field: 'DONE' is not one of 'N/A', 'COMPLETE', 'FAILED', 'SKIPPED', 'INCOMPLETE' (meta/l2_cal_step-1.0.0)"
    )


def test_the_flags_of_the_newest_version_are_told_in_its_own_order() -> None:
    step = L2CalStep()
    schema = installed().document(str(step.schema_uri))
    flags = ", ".join(map(repr, schema.properties["flat_field"].enum or ()))
    with pytest.raises(rcm.ValidationError) as caught:
        step.flat_field = "DONE"
    assert str(caught.value) == f"flat_field: 'DONE' is not one of {flags} ({schema.parsed.short})"


def test_a_wrong_flag_inside_a_model_is_told_with_its_whole_path() -> None:
    model = rcm.WfiImage.create_fake_data(version="1.4.0")
    model.meta.cal_step = {}
    with pytest.raises(rcm.ValidationError, match=r"^meta\.cal_step\.flat_field: 'DONE' is not one of "):
        model.meta.cal_step.flat_field = "DONE"


def test_a_wrong_flag_is_told_as_a_record() -> None:
    with pytest.raises(rcm.ValidationError) as caught:
        L2CalStep(version="1.0.0", flat_field="DONE")
    (problem,) = caught.value.problems
    assert (problem.path, problem.kind, problem.value, tuple(problem.allowed)) == (
        ("flat_field",),
        "enum",
        "DONE",
        FLAGS,
    )


def test_a_refused_flag_leaves_the_old_one() -> None:
    step = L2CalStep(dark="COMPLETE")
    with pytest.raises(rcm.ValidationError):
        step.dark = "DONE"
    assert step.dark == "COMPLETE"


@pytest.mark.parametrize("flag", [None, True, 1, "complete", "COMPLETE ", "", ["COMPLETE"], {"a": 1}])
def test_nothing_but_a_flag_is_accepted(flag: object) -> None:
    with pytest.raises(rcm.ValidationError):
        L2CalStep(dark=flag)


@given(flag=st.one_of(st.sampled_from(FLAGS), st.text(max_size=12)))
def test_exactly_the_flags_of_the_schema_are_accepted(flag: str) -> None:
    step = L2CalStep(version="1.0.0")
    try:
        step.dark = flag
    except rcm.ValidationError:
        assert flag not in FLAGS
    else:
        assert flag in FLAGS


def test_the_versions_are_those_of_the_newer_family_oldest_first() -> None:
    assert L2CalStep.versions()[:2] == ("1.0.0", "1.1.0")
    assert L2CalStep.versions()[-1] == "2.0.0"


def test_the_newest_version_is_made_by_default() -> None:
    assert L2CalStep().version == L2CalStep.versions()[-1]


def test_the_schema_uri_of_a_version_is_that_of_the_newer_family() -> None:
    assert L2CalStep(version="1.0.0").schema_uri == ("asdf://stsci.edu/datamodels/roman/schemas/meta/l2_cal_step-1.0.0")


def test_the_schema_uri_of_a_tag_is_that_of_the_older_family() -> None:
    assert L2CalStep(tag=TAG).schema_uri == "asdf://stsci.edu/datamodels/roman/schemas/l2_cal_step-1.0.0"


def test_a_fragment_has_the_tag_that_follows_from_its_schema() -> None:
    assert L2CalStep(version="1.0.0").tag == "asdf://stsci.edu/datamodels/roman/tags/meta/l2_cal_step-1.0.0"


def test_a_tagged_node_has_its_manifest_s_tag() -> None:
    assert L2CalStep(tag=TAG).tag == TAG


def test_a_version_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(rcm.SchemaNotFoundError, match=r"no version 7\.0\.0 of meta/l2_cal_step\. There are: 1\.0\.0, "):
        L2CalStep(version="7.0.0")


def test_the_tag_of_another_class_is_refused() -> None:
    with pytest.raises(rcm.SchemaNotFoundError, match="is not a tag of meta/l2_cal_step or l2_cal_step"):
        L2CalStep(tag="asdf://stsci.edu/datamodels/roman/tags/exposure-1.0.0")


@HOMES
def test_a_minimal_one_is_incomplete_everywhere_and_valid(home: dict[str, str]) -> None:
    step = L2CalStep.create_minimal(**home)
    assert sorted(step) == sorted(STEPS)
    assert set(step.values()) == {"INCOMPLETE"}
    assert step.problems() == []


def test_given_values_win_in_a_minimal_one() -> None:
    assert L2CalStep.create_minimal({"dark": "SKIPPED"}).dark == "SKIPPED"


def test_an_empty_one_lacks_every_step() -> None:
    found = L2CalStep(version="1.0.0").problems()
    assert {problem.kind for problem in found} == {"required"}
    assert sorted(problem.path for problem in found) == sorted((name,) for name in STEPS)


def test_validate_carries_every_problem() -> None:
    with pytest.raises(rcm.ValidationError) as caught:
        L2CalStep(version="1.0.0").validate()
    assert len(caught.value.problems) == 14
    assert str(caught.value).splitlines()[0] == "14 problems:"
