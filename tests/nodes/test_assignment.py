"""What is given is checked at once, kept where it was put, and shared where it can be."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import numpy as np
import pytest
from astropy import units as u

import roman_cal_models as rcm
from roman_cal_models import L2CalStep, ListNode, ObjectNode, config
from tests.header.test_header import content_with


@pytest.fixture
def image() -> Any:
    return rcm.WfiImage.create_fake_data(shape=(2, 2))


@pytest.fixture
def ramp() -> Any:
    return rcm.Ramp.create_fake_data(shape=(2, 2, 2))


# -- what is checked -------------------------------------------------------------------------------------------------


def test_a_wrong_type_is_refused(image: Any) -> None:
    with pytest.raises(rcm.ValidationError) as caught:
        image.meta.pointing.ra_v1 = "10"
    assert str(caught.value) == "meta.pointing.ra_v1: '10' is not of type 'number' (meta/pointing-2.0.0)"


def test_a_wrong_word_is_refused(image: Any) -> None:
    with pytest.raises(rcm.ValidationError, match=r"^meta\.instrument\.detector: 'WFI19' is not one of 'WFI01', "):
        image.meta.instrument.detector = "WFI19"


def test_a_text_that_breaks_the_pattern_is_refused() -> None:
    dark = rcm.DarkRef.create_fake_data()
    dark.meta.exposure.p_exptype = "WFI_IMAGE|WFI_FLAT|"
    with pytest.raises(rcm.ValidationError) as caught:
        dark.meta.exposure.p_exptype = "WFI_IMAGE"
    assert caught.value.problems[0].kind == "pattern"


def test_a_list_that_is_too_long_is_refused(image: Any) -> None:
    with pytest.raises(rcm.ValidationError) as caught:
        image.meta.pointing.quaternion = [1.0] * 5
    assert [problem.kind for problem in caught.value.problems] == ["maxItems"]


def test_a_list_that_is_too_short_may_still_be_filled(image: Any) -> None:
    image.meta.pointing.quaternion = [1.0] * 3
    assert [problem.kind for problem in image.problems()] == ["minItems"]
    image.meta.pointing.quaternion.append(1.0)
    assert image.problems() == []


def test_a_text_that_is_too_long_is_refused(image: Any) -> None:
    with pytest.raises(rcm.ValidationError) as caught:
        image.meta.program.title = "x" * 10_000
    assert caught.value.problems[0].kind == "maxLength"


def test_a_wrong_value_in_a_mapping_is_refused_with_its_path(image: Any) -> None:
    with pytest.raises(rcm.ValidationError, match=r"^meta\.cal_step\.dark: 'DONE'"):
        image.meta.cal_step = {"dark": "DONE", "flux": "COMPLETE"}
    assert "cal_step" not in image.meta


def test_every_wrong_value_in_a_mapping_is_told(image: Any) -> None:
    with pytest.raises(rcm.ValidationError) as caught:
        image.meta.cal_step = {"dark": "DONE", "flux": 1}
    assert {problem.path for problem in caught.value.problems} == {
        ("meta", "cal_step", "dark"),
        ("meta", "cal_step", "flux"),
    }


def test_a_wrong_value_in_a_list_is_refused_with_its_path(image: Any) -> None:
    with pytest.raises(rcm.ValidationError, match=r"^meta\.exposure\.read_pattern\[1\]\[0\]: 'a' is not of type"):
        image.meta.exposure.read_pattern = [[1], ["a"]]


def test_a_scalar_where_a_mapping_belongs_is_refused(image: Any) -> None:
    with pytest.raises(rcm.ValidationError, match=r"^meta\.cal_step: "):
        image.meta.cal_step = "COMPLETE"


def test_what_is_missing_is_not_asked_for_at_assignment(image: Any) -> None:
    image.meta.cal_step = {}
    assert {problem.kind for problem in image.problems()} == {"required"}


def test_a_node_is_filled_after_it_was_assigned_empty(image: Any) -> None:
    image.meta.cal_step = {}
    for name in image.meta.cal_step.schema_properties():
        image.meta.cal_step[name] = "COMPLETE"
    assert image.problems() == []


def test_an_empty_node_is_checked_by_the_version_of_its_place() -> None:
    image = rcm.WfiImage.create_fake_data(version="1.0.0")
    image.meta.cal_step = {}
    with pytest.raises(rcm.ValidationError, match="FAILED"):
        image.meta.cal_step.dark = "FAILED"


def test_null_is_refused_where_the_schema_does_not_allow_it(image: Any) -> None:
    with pytest.raises(rcm.ValidationError, match=r"^meta\.pointing\.ra_v1: None is not of type"):
        image.meta.pointing.ra_v1 = None


def test_a_boolean_is_no_number(image: Any) -> None:
    with pytest.raises(rcm.ValidationError):
        image.meta.pointing.ra_v1 = True


# -- arrays ----------------------------------------------------------------------------------------------------------


def test_an_array_of_more_dimensions_is_kept_and_told(ramp: Any) -> None:
    with pytest.warns(rcm.ValidationWarning, match="^data: the number of dimensions is 4, not 3"):
        ramp.data = np.zeros((2, 1, 1, 1), "f4")
    assert ramp.data.ndim == 4


def test_an_array_of_one_dimension_more_of_length_1_may_pass_through(ramp: Any) -> None:
    ramp.data = ramp.data[np.newaxis]
    assert ramp.data.ndim == 4


def test_floats_of_another_width_may_pass_through(image: Any) -> None:
    image.data = image.data.astype("f8")
    image.err = image.err.astype("f8")
    assert image.data.dtype == image.err.dtype == "f8"


def test_of_two_mistakes_one_is_enough_to_be_told(image: Any) -> None:
    with pytest.warns(rcm.ValidationWarning, match="^2 problems"):
        image.data = np.zeros(3, "f8")


def test_an_array_of_another_type_is_kept_and_told(ramp: Any) -> None:
    with pytest.warns(rcm.ValidationWarning, match="^data: the datatype is 'int64', not 'float32'") as told:
        ramp.data = ramp.data.astype("i8")
    assert ramp.data.dtype == "i8"
    assert [warning.filename for warning in told] == [__file__]


def test_an_array_may_pass_through_in_silence(ramp: Any) -> None:
    with config(check_arrays=False):
        ramp.data = np.zeros((1, 1, 1, 1), "i8")
    assert ramp.data.ndim == 4


def test_validate_asks_for_type_and_dimensions_of_an_array(ramp: Any) -> None:
    with config(check_arrays=False):
        ramp.data = np.zeros((1, 1, 1, 1), "i8")
    assert {problem.kind for problem in ramp.problems()} == {"datatype", "ndim"}


def test_type_and_dimensions_are_asked_for_at_once_when_told_so(ramp: Any) -> None:
    before = ramp.data
    with config(check_arrays=True), pytest.raises(rcm.ValidationError, match=r"^2 problems") as caught:
        ramp.data = np.zeros((1, 1, 1, 1), "i8")
    assert {problem.path for problem in caught.value.problems} == {("data",)}
    assert ramp.data is before


@pytest.mark.parametrize("value", [3, "array", [1, 2], {"a": 1}])
def test_what_is_no_array_is_refused_at_once(ramp: Any, value: Any) -> None:
    with pytest.raises(rcm.ValidationError, match=r"^data: .*ndarray"):
        ramp.data = value


HELD = {
    "Quantity": lambda data: data * (u.DN / u.s),
    "masked": lambda data: np.ma.masked_array(data.astype("f8"), mask=data > 0),
    "another type": lambda data: data.astype("i8"),
    "more dimensions": lambda data: data[np.newaxis],
    "no dimension": lambda data: np.array(1.0),
    "a subclass": lambda data: data.view(np.recarray),
    "None": lambda data: None,
}


# what is told, because it is a mistake more often than not
PLAIN = {"another type", "no dimension"}


@pytest.mark.parametrize("name", HELD)
def test_the_place_of_an_array_holds_between_steps_what_a_step_puts_there(image: Any, name: str) -> None:
    held = HELD[name](image.data)
    with pytest.warns(rcm.ValidationWarning, match="data: ") if name in PLAIN else contextlib.nullcontext():
        image.data = held
    assert image.data is image["data"] is held


@pytest.mark.parametrize("hold", HELD.values(), ids=HELD)
def test_validate_refuses_what_a_step_left_in_the_place_of_an_array(image: Any, hold: Any) -> None:
    with config(check_arrays=False):
        image["data"] = hold(image.data)
    with pytest.raises(rcm.ValidationError):
        image.validate()
    assert {problem.path for problem in image.problems()} == {("data",)}


def test_a_unit_may_be_put_on_an_array_and_taken_off(image: Any) -> None:
    before = image.data
    image["data"] <<= u.DN / u.s
    image.err <<= u.DN / u.s
    assert image.data.unit == image.err.unit == u.DN / u.s
    image["data"] = image["data"].to(u.DN / u.min)
    assert image.data.unit == u.DN / u.min
    image["data"] = image.data.to_value(u.DN / u.s)
    image.err = image.err.value
    assert image.problems() == []
    assert np.shares_memory(image.err, before) is False


def test_a_quantity_shares_the_memory_of_the_array_that_it_was_made_of(image: Any) -> None:
    before = image.data
    image["data"] <<= u.DN
    image.data[0, 0] = 5 * u.DN
    assert before[0, 0] == 5


@pytest.mark.newest_rad
def test_of_a_quantity_its_value_is_asked_for_in_one_line(image: Any) -> None:
    image.data = image.data * (u.DN / u.s)
    (problem,) = image.problems()
    assert problem.kind == "tag"
    assert str(problem) == (
        "data: a Quantity in DN / s is not an ndarray: give its .value, a numpy array of float32 in 2 dimensions "
        "(wfi_image-2.2.0)"
    )


def test_of_a_quantity_in_another_unit_the_value_in_that_of_the_schema_is_asked_for(image: Any) -> None:
    image.data = image.data.astype("f8") * u.nJy
    (problem,) = image.problems()
    assert problem.message == (
        "a Quantity in nJy is not an ndarray: give its .to_value('DN / s'), a numpy array of float32 in 2 dimensions"
    )


def test_of_a_quantity_where_the_schema_knows_no_unit_the_value_is_asked_for(image: Any) -> None:
    image.dq = image.dq * u.s
    (problem,) = image.problems()
    assert (
        problem.message == "a Quantity in s is not an ndarray: give its .value, a numpy array of uint32 in 2 dimensions"
    )


@pytest.mark.newest_rad
@pytest.mark.parametrize("value", [None, 3.0, np.float32(3), "array", [[1.0]], {"a": 1}], ids=repr)
def test_where_there_is_no_array_one_is_asked_for(image: Any, value: Any) -> None:
    with config(check_arrays=True), pytest.raises(rcm.ValidationError) as caught:
        image.data = value
    assert "not an ndarray: give a numpy array of float32 in 2 dimensions (wfi_image-2.2.0)" in str(caught.value)


def test_a_quantity_may_be_given_with_a_whole_section_or_at_creation() -> None:
    held = np.zeros((2, 2), "f4") * u.DN
    image = rcm.WfiImage({"data": held}, err=held)
    image.update(var_poisson=held)
    assert image.data is image.err is image.var_poisson is held


def test_a_quantity_may_stand_for_an_array_inside_what_is_given() -> None:
    held = np.zeros((2, 2, 2, 2, 2), "u2") * u.DN
    window = rcm.L1DetectorGuidewindow()
    window.acq_data = {"pedestal_resultants": held, "signal_resultants": None}
    assert window.acq_data.pedestal_resultants is held
    problems = [problem for problem in window.problems() if problem.path[-1] == "pedestal_resultants"]
    assert [problem.kind for problem in problems] == ["tag"]


def test_a_quantity_outside_the_places_of_arrays_is_refused_as_before(image: Any) -> None:
    with pytest.raises(rcm.ValidationError, match=r"^meta\.pointing\.ra_v1: "):
        image.meta.pointing.ra_v1 = 3 * u.deg


# -- arrays, when they are asked for at once ---------------------------------------------------------------------------


@pytest.mark.parametrize("hold", HELD.values(), ids=HELD)
def test_a_wrong_array_is_an_error_at_once_when_told_so(image: Any, hold: Any) -> None:
    before = image.data
    for validation in ("on", "warn"):
        with (
            config(check_arrays="error", validate_assignment=validation),
            pytest.raises(rcm.ValidationError, match=r"^(data: |2 problems)"),
        ):
            image.data = hold(before)
    assert image.data is before


@pytest.mark.parametrize("hold", HELD.values(), ids=HELD)
def test_a_wrong_array_is_told_and_kept_when_a_warning_is_wished(image: Any, hold: Any) -> None:
    held = hold(image.data)
    with config(check_arrays="warn"), pytest.warns(rcm.ValidationWarning, match=r"^(data: |2 problems)") as told:
        image.data = held
    assert image.data is held
    assert [warning.filename for warning in told] == [__file__]


def test_what_is_no_array_is_refused_even_where_arrays_only_warn(image: Any) -> None:
    with config(check_arrays="warn"), pytest.raises(rcm.ValidationError, match="give a numpy array"):
        image.data = [[1.0]]


def test_a_right_array_is_taken_in_silence(image: Any) -> None:
    for check_arrays in (True, "warn", "error"):
        with config(check_arrays=check_arrays):
            image.data = image.data.copy()


def test_an_array_may_be_none_for_a_while(ramp: Any) -> None:
    ramp.data = None
    assert ramp.data is None
    assert [(problem.path, problem.kind) for problem in ramp.problems()] == [(("data",), "tag")]
    with config(check_arrays=True), pytest.raises(rcm.ValidationError, match=r"^data: None is not an ndarray"):
        ramp.data = None


def test_a_whole_number_is_kept_as_the_integer_that_the_schema_asks_for() -> None:
    resample = rcm.L3Resample()
    resample.pixmap_stepsize = 10.0
    assert type(resample.pixmap_stepsize) is int
    with pytest.raises(rcm.ValidationError, match=r"10\.5 is not of type 'integer'"):
        resample.pixmap_stepsize = 10.5


def test_the_array_that_was_given_is_kept_itself(ramp: Any) -> None:
    array = np.ones((2, 2, 2), "f4")
    ramp.data = array
    assert ramp.data is ramp["data"] is array


def test_operators_in_place_work_on_arrays(ramp: Any) -> None:
    array = ramp.data
    ramp.data += 3
    assert ramp.data is array
    assert (ramp.data == 3).all()


# -- writes go through -----------------------------------------------------------------------------------------------


def test_writes_through_a_chain_of_keys_go_through(image: Any) -> None:
    here = image["meta"]
    here = here["observation"]
    here["program"] = 7
    assert image.meta.observation.program == 7


def test_writes_into_an_assigned_node_go_through(image: Any) -> None:
    step = L2CalStep.create_minimal()
    image.meta.cal_step = step
    step.dark = "COMPLETE"
    assert image.meta.cal_step is step
    assert image.meta.cal_step.dark == "COMPLETE"


def test_appending_to_a_list_goes_through(image: Any) -> None:
    image.meta.cal_logs = []
    image.meta.cal_logs.append("first")
    assert image.meta.cal_logs == ["first"]


def test_writes_into_an_unknown_section_go_through(image: Any) -> None:
    image["extras"] = {"a": {}}
    image["extras"]["a"]["b"] = 1
    image["extras"].c = [1]
    image["extras"].c.append({"d": 2})
    image["extras"].c[1]["d"] = 3
    assert image["extras"] == {"a": {"b": 1}, "c": [1, {"d": 3}]}


def test_one_node_stands_in_two_trees(image: Any) -> None:
    other = rcm.WfiImage()
    other.meta = image.meta
    other.meta.observation.program = 9
    assert image.meta is other.meta
    assert image.meta.observation.program == 9


def test_a_given_dict_is_not_changed(image: Any) -> None:
    given = {"dark": "COMPLETE", "extra": {"a": [1]}}
    image.meta.cal_step = given
    image.meta.cal_step.dark = "SKIPPED"
    image.meta.cal_step.extra.a.append(2)
    assert given == {"dark": "COMPLETE", "extra": {"a": [1]}}
    assert type(given["extra"]) is dict


def test_a_path_follows_the_node(image: Any) -> None:
    step = L2CalStep()
    assert step.path() == ()
    image.meta.cal_step = step
    assert step.path() == ("meta", "cal_step")
    del image.meta.cal_step
    assert step.path() == ()


# -- containers ------------------------------------------------------------------------------------------------------


def test_a_mapping_becomes_a_node_of_the_class_of_its_place(image: Any) -> None:
    image.meta.cal_step = {"dark": "COMPLETE"}
    assert type(image.meta.cal_step) is L2CalStep


def test_a_tuple_becomes_a_list(image: Any) -> None:
    image.meta.exposure.read_pattern = ((1,), (2, 3))
    assert image.meta.exposure.read_pattern == [[1], [2, 3]]
    assert type(image.meta.exposure.read_pattern) is ListNode


def test_a_list_replaced_by_a_slice_is_a_checked_list(image: Any) -> None:
    exposure = image.meta.exposure
    exposure.read_pattern = [[1], [2], [3]]
    exposure.read_pattern = exposure.read_pattern[:2]
    assert exposure.read_pattern == [[1], [2]]
    with pytest.raises(rcm.ValidationError, match=r"read_pattern\[2\]\[0\]"):
        exposure.read_pattern.append(["a"])


@pytest.mark.parametrize(
    ("change", "index"),
    [
        (lambda pattern: pattern.append(["a"]), 2),
        (lambda pattern: pattern.extend([[3], ["a"]]), 3),
        (lambda pattern: pattern.insert(0, ["a"]), 0),
        (lambda pattern: pattern.__setitem__(1, ["a"]), 1),
        (lambda pattern: pattern.__setitem__(-1, ["a"]), 1),
        (lambda pattern: pattern.__setitem__(slice(1, 2), [["a"]]), 1),
        (lambda pattern: pattern.__iadd__([["a"]]), 2),
    ],
    ids=["append", "extend", "insert", "index", "index from the end", "slice", "iadd"],
)
def test_every_way_into_a_list_is_checked(image: Any, change: Any, index: int) -> None:
    pattern = image.meta.exposure.read_pattern = [[1], [2]]
    pattern = image.meta.exposure.read_pattern
    with pytest.raises(rcm.ValidationError) as caught:
        change(pattern)
    assert caught.value.problems[0].path == ("meta", "exposure", "read_pattern", index, 0)
    assert pattern == [[1], [2]]


def test_the_data_of_a_list_is_the_list(image: Any) -> None:
    assert image.meta.exposure.read_pattern.data is image.meta.exposure.read_pattern


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (np.float32(1.5), 1.5),
        (np.float64(1.5), 1.5),
        (np.int16(3), 3),
        (np.uint64(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_numpy_scalars_become_python_s_own(given: Any, kept: Any) -> None:
    node = ObjectNode(a=given, b=[given], c={"d": given})
    assert node == {"a": kept, "b": [kept], "c": {"d": kept}}
    assert type(node["a"]) is type(node["b"][0]) is type(node["c"]["d"]) is type(kept)


def test_numpy_scalars_are_checked_as_python_s_own(image: Any) -> None:
    image.meta.pointing.ra_v1 = np.float32(1.5)
    image.meta.observation.program = np.int64(3)
    assert (type(image.meta.pointing.ra_v1), type(image.meta.observation.program)) == (float, int)
    with pytest.raises(rcm.ValidationError):
        image.meta.observation.program = np.float64(3.5)


def test_a_subclass_of_str_becomes_a_str(image: Any) -> None:
    class Word(str):
        __slots__ = ()

    image.meta.instrument.detector = Word("WFI07")
    assert type(image.meta.instrument.detector) is str


# -- other versions --------------------------------------------------------------------------------------------------


def test_a_node_of_another_version_is_converted(image: Any) -> None:
    image.meta.cal_step = L2CalStep.create_minimal(version="1.0.0")
    assert image.meta.cal_step.version == "2.0.0"


def test_a_converted_node_leaves_the_given_one_as_it_was(image: Any) -> None:
    step = L2CalStep.create_minimal(version="1.0.0")
    image.meta.cal_step = step
    image.meta.cal_step.dark = "COMPLETE"
    assert (step.version, step.dark) == ("1.0.0", "INCOMPLETE")


def test_a_value_that_the_version_of_the_place_does_not_allow_is_refused() -> None:
    image = rcm.WfiImage.create_fake_data(version="1.0.0")
    with pytest.raises(rcm.ValidationError, match=r"^meta\.cal_step\.dark: 'FAILED'"):
        image.meta.cal_step = L2CalStep.create_minimal({"dark": "FAILED"})


def test_nodes_inside_of_a_converted_node_are_converted(image: Any) -> None:
    old = rcm.WfiImage.create_fake_data(version="1.3.0")
    wanted = image.meta.exposure.schema_uri
    image.meta = old.meta
    assert image.meta.exposure.schema_uri == wanted
    assert old.meta.exposure.schema_uri.endswith("/schemas/exposure-1.3.0")


def test_a_conversion_is_refused_where_the_newer_version_asks_for_another_type(image: Any) -> None:
    old = rcm.WfiImage.create_fake_data(version="1.0.0")
    with pytest.raises(rcm.ValidationError, match=r"^meta\.exposure\.data_problem: False is not of type 'string'"):
        image.meta = old.meta


# -- the modes -------------------------------------------------------------------------------------------------------


def test_a_wrong_value_is_set_with_a_warning_when_told_so(image: Any) -> None:
    with (
        config(validate_assignment="warn"),
        pytest.warns(rcm.ValidationWarning, match=r"^meta\.pointing\.ra_v1: 'x' is not of type 'number'") as caught,
    ):
        image.meta.pointing.ra_v1 = "x"
    assert image.meta.pointing.ra_v1 == "x"
    assert [warning.filename for warning in caught] == [__file__]


def test_a_wrong_item_is_added_with_a_warning_when_told_so(image: Any) -> None:
    with config(validate_assignment="warn"), pytest.warns(rcm.ValidationWarning, match="read_pattern"):
        image.meta.exposure.read_pattern.append(["x"])
    assert image.meta.exposure.read_pattern[-1] == ["x"]


def test_a_wrong_value_is_set_in_silence_when_checks_are_off(image: Any) -> None:
    with config(validate_assignment="off"), warnings.catch_warnings():
        image.meta.pointing.ra_v1 = "x"
        image.meta.exposure.read_pattern.append(["x"])
    assert {problem.path for problem in image.problems()} == {
        ("meta", "pointing", "ra_v1"),
        ("meta", "exposure", "read_pattern", len(image.meta.exposure.read_pattern) - 1, 0),
    }


def test_mappings_become_nodes_when_checks_are_off_too(image: Any) -> None:
    with config(validate_assignment="off"):
        image.meta.cal_step = {"dark": "DONE"}
    assert type(image.meta.cal_step) is L2CalStep


# -- what is shown of an error ---------------------------------------------------------------------------------------


def _wrong_constructor(image: Any) -> None:
    rcm.L2CalStep(dark="DONE")


def _wrong_attribute(image: Any) -> None:
    image.meta.exposure.type = 5


def _wrong_item(image: Any) -> None:
    image.meta.exposure["type"] = 5


def _wrong_update(image: Any) -> None:
    image.meta.exposure.update(type=5)


def _wrong_default(image: Any) -> None:
    del image.meta.exposure["type"]
    image.meta.exposure.setdefault("type", 5)


def _wrong_array(image: Any) -> None:
    image.data = [[1.0]]


def _wrong_in_list(image: Any) -> None:
    image.meta.exposure.read_pattern[0] = "a"


def _wrong_appended(image: Any) -> None:
    image.meta.exposure.read_pattern.append("a")


def _wrong_of_model(image: Any) -> None:
    rcm.ImageModel.create_fake_data().data = [[1.0]]  # type: ignore[assignment]


def _wrong_item_of_model(image: Any) -> None:
    rcm.ImageModel.create_fake_data()["data"] = [[1.0]]


def _unknown(image: Any) -> None:
    with config(unknown="error"):
        image.meta.exposure.typ = 5


def _missing(image: Any) -> None:
    _ = image.meta.exposure.typ


def _missing_of_model(image: Any) -> None:
    _ = rcm.ImageModel.create_fake_data().dta


def _not_valid(image: Any) -> None:
    rcm.L2CalStep().validate()


def _model_not_valid(image: Any) -> None:
    rcm.ImageModel.create_minimal().validate()


def _not_saved(image: Any) -> None:
    rcm.ImageModel.create_minimal().save("never.asdf")


def _not_opened(image: Any) -> None:
    rcm.open(b"SIMPLE  =                    T")


def _of_another_kind(image: Any) -> None:
    rcm.RampModel.open(content_with("meta: {}"))


def _of_header(image: Any) -> None:
    rcm.read_header(content_with("meta: {exposure: {type: WFI_IMAGE}}")).meta.exposure.type = 5


@pytest.mark.parametrize(
    "wrong",
    [
        _wrong_constructor,
        _wrong_attribute,
        _wrong_item,
        _wrong_update,
        _wrong_default,
        _wrong_array,
        _wrong_in_list,
        _wrong_appended,
        _wrong_of_model,
        _wrong_item_of_model,
        _unknown,
        _missing,
        _missing_of_model,
        _not_valid,
        _model_not_valid,
        _not_saved,
        _not_opened,
        _of_another_kind,
        _of_header,
    ],
)
def test_a_traceback_ends_at_the_line_of_the_user(image: Any, wrong: Any) -> None:
    with pytest.raises(rcm.RomanCalModelsError) as caught:
        wrong(image)
    # as pytest and IPython show it
    shown = [entry for entry in caught.traceback if not entry.ishidden(caught)]
    assert shown[-1].name == wrong.__name__


def test_a_quantity_where_a_number_belongs_is_told_what_to_give() -> None:
    image: Any = rcm.ImageModel.create_fake_data()
    for section, name in (("exposure", "exposure_time"), ("exposure", "nresultants"), ("photometry", "pixel_area")):
        with pytest.raises(rcm.ValidationError, match=r"is not of type '\w+': give a plain number, its \.value \("):
            image.meta[section][name] = 3 * u.s
    with pytest.raises(rcm.ValidationError, match=r"is not of type 'string' \("):
        image.meta.exposure.ma_table_id = 3 * u.s


def test_a_misspelt_name_in_a_mapping_is_noticed(image: Any) -> None:
    wrong = {"instrument": {**image.meta.instrument, "detectr": "WFI02"}}
    said = r"^meta\.instrument\.detectr: .* did you mean 'detector'"
    with pytest.warns(rcm.UnknownAttributeWarning, match=said) as told:
        image.meta.instrument = wrong["instrument"]
    assert len(told) == 1
    assert told[0].filename == __file__
    whole = {**image.meta, **wrong}
    with pytest.warns(rcm.UnknownAttributeWarning, match=said):
        image.meta = whole
    assert image.meta.instrument["detectr"] == "WFI02"
    old = image.meta.instrument
    with config(unknown="error"), pytest.raises(rcm.UnknownAttributeError, match="detectr"):
        image.meta.instrument = wrong["instrument"]
    assert image.meta.instrument is old


def test_a_misspelling_that_was_set_is_never_offered(image: Any) -> None:
    image.meta.cal_step = {}
    with config(unknown="ignore"):
        image.meta.cal_step.flatfield = "COMPLETE"
    with pytest.raises(rcm.MissingKeyError, match=r"Did you mean 'flat_field'\?"):
        _ = image.meta.cal_step.flatfeild


def test_a_name_of_a_users_own_is_offered(image: Any) -> None:
    image.meta.my_own_value = 1
    with pytest.raises(rcm.MissingKeyError, match=r"Did you mean 'my_own_value'\?"):
        _ = image.meta.my_own_valeu
