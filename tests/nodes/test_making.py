"""Nodes are made of whatever a schema may ask for, that of a third party included."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.nodes.creation import create_fake_data, create_minimal
from roman_cal_models.nodes.deferred import FakeValue
from roman_cal_models.nodes.lazy_dict import raw_get

SCHEMA = """
properties:
  one: {type: string, enum: [only]}
  two: {type: string, enum: [a, b]}
  text: {type: string}
  pair: {type: array, items: {type: string, enum: [x]}, minItems: 2}
  numbers: {type: array, items: {type: number, minimum: 2.5}, minItems: 2}
  free: {type: array, items: {type: integer}}
  bare: {type: array, minItems: 3}
  least: {type: integer, minimum: 2.5}
  negative: {type: number, minimum: -5}
  low: {type: number, minimum: -9999999}
  count: {type: integer}
  nothing: {type: "null"}
  flag: {type: boolean}
  bare_object: {properties: {inner: {enum: [1]}}, required: [inner]}
  bare_list: {items: {type: integer}}
  bare_text: {minLength: 1}
  bare_number: {minimum: 3}
  unknown: {title: x}
  optional: {type: string}
  grid: {ndim: 2, datatype: float32}
patternProperties:
  "^k[0-9]$": {type: string, enum: [pattern]}
required: [
  one, two, text, pair, numbers, free, bare, least, negative, low, count, nothing, flag, bare_object, bare_list,
  bare_text, bare_number, unknown, grid, k2, k1, z9]
"""


@pytest.fixture(scope="module")
def schema(schema_of: Any) -> Any:
    return schema_of("odd", SCHEMA)


# -- what is made up ---------------------------------------------------------------------------------------------------


def test_a_minimal_node_holds_what_can_be_told(schema: Any) -> None:
    made = create_minimal(rcm.ObjectNode, schema)
    assert made == {
        "one": "only",
        "pair": ["x", "x"],
        "numbers": [],
        "free": [],
        "bare": [],
        "nothing": None,
        "bare_object": {"inner": 1},
        "bare_list": [],
        "k1": "pattern",
        "k2": "pattern",
    }
    assert list(made)[-2:] == ["k1", "k2"]


def test_a_fake_node_holds_a_value_for_all_that_is_required(schema: Any) -> None:
    made = create_fake_data(rcm.ObjectNode, schema)
    del made["grid"]
    assert made == {
        "one": "only",
        "two": "a",
        "text": "?",
        "pair": ["x", "x"],
        "numbers": [2.5, 2.5],
        "free": [],
        "bare": [],
        "least": 3,
        "negative": -5.0,
        "low": -999999.0,
        "count": -999999,
        "nothing": None,
        "flag": False,
        "bare_object": {"inner": 1},
        "bare_list": [],
        "bare_text": "?",
        "bare_number": 3.0,
        "k1": "pattern",
        "k2": "pattern",
    }
    types = {name: type(made[name]) for name in ("least", "negative", "low", "count", "flag", "bare_number")}
    assert types == {"least": int, "negative": float, "low": float, "count": int, "flag": bool, "bare_number": float}


def test_a_node_is_of_the_schema_that_it_was_made_by(schema: Any) -> None:
    for made in (create_minimal(rcm.ObjectNode, schema), create_fake_data(rcm.ObjectNode, schema)):
        assert made.schema_uri == "asdf://example.org/roman/odd/schemas/odd-1.0.0"
        assert made["bare_object"].path() == ("bare_object",)
        with pytest.raises(rcm.ValidationError, match=r"^bare_object\.inner: 2 is not 1"):
            made["bare_object"]["inner"] = 2


def test_without_a_schema_there_is_nothing_to_make() -> None:
    assert create_minimal(rcm.ObjectNode, None, {"a": 1}) == {}
    assert create_fake_data(rcm.ObjectNode, None) == {}
    assert rcm.ObjectNode.create_minimal() == rcm.ObjectNode.create_fake_data() == {}


# -- what is given -----------------------------------------------------------------------------------------------------

GIVEN = {
    "one": "other",
    "pair": ["x", "x", "x"],
    "numbers": [7],
    "free": (1, 2),
    "bare": "text",
    "nothing": 5,
    "flag": True,
    "bare_object": {"more": [4]},
    "k1": "given",
    "optional": "o",
    "extra": [1],
}


def test_what_is_given_wins_and_is_completed(schema: Any) -> None:
    before = copy.deepcopy(GIVEN)
    made = create_fake_data(rcm.ObjectNode, schema, GIVEN)
    assert {name: made[name] for name in GIVEN if name not in ("numbers", "bare_object")} == {
        **{name: value for name, value in GIVEN.items() if name not in ("numbers", "bare_object")},
        "free": [1, 2],
    }
    assert made["numbers"] == [7, 2.5]
    assert made["bare_object"] == {"inner": 1, "more": [4]}
    made["extra"].append(2)
    made["pair"].append("x")
    assert before == GIVEN


def test_a_minimal_node_takes_what_is_given_for_required_properties(schema: Any) -> None:
    made = create_minimal(rcm.ObjectNode, schema, GIVEN)
    assert {"optional", "extra"}.isdisjoint(made)
    assert (made["one"], made["pair"], made["numbers"]) == ("other", ["x"] * 3, [7])
    assert (made["nothing"], made["flag"], made["k1"], made["k2"]) == (5, True, "given", "pattern")


@pytest.mark.parametrize("value", [5, None, "text", [1]], ids=repr)
def test_a_given_value_of_a_wrong_type_is_left_to_be_refused(value: Any, schema: Any) -> None:
    for make in (create_minimal, create_fake_data):
        made = make(rcm.ObjectNode, schema, {"bare_object": value, "flag": value})
        assert (made["bare_object"], made["flag"]) == (value, value)
        assert ("flag",) in {problem.path for problem in made.problems()}
    for value in (5, None, "text"):
        assert create_fake_data(rcm.ObjectNode, schema, {"numbers": value})["numbers"] == value


def test_no_item_that_is_given_is_left_out(schema: Any) -> None:
    for make in (create_minimal, create_fake_data):
        made = make(rcm.ObjectNode, schema, {"numbers": [3, 4, 5, 6], "bare": [1, 2, 3, 4]})
        assert (made["numbers"], made["bare"]) == ([3, 4, 5, 6], [1, 2, 3, 4])


# -- of RAD ------------------------------------------------------------------------------------------------------------


def test_the_arrays_of_a_fake_node_have_the_shape_that_is_given() -> None:
    ramp: Any = rcm.Ramp.create_fake_data(shape=(2, 3, 4), version="1.0.0")
    assert [ramp[name].shape for name in ("data", "pixeldq", "groupdq")] == [(2, 3, 4), (2, 3), (2, 3, 4)]
    assert rcm.Ramp.create_fake_data().data.shape == (1, 1, 1)


def test_an_array_is_made_where_only_its_dimensions_are_told(schema: Any) -> None:
    grid = create_fake_data(rcm.ObjectNode, schema, shape=(2, 3, 4))["grid"]
    assert (grid.shape, grid.dtype) == ((2, 3), np.dtype("f4"))
    assert create_fake_data(rcm.ObjectNode, schema)["grid"].shape == (1, 1)


def test_objects_that_take_long_to_make_are_made_when_they_are_asked_for() -> None:
    image: Any = rcm.WfiImage.create_fake_data()
    assert type(raw_get(image.meta, "wcs")) is FakeValue
    assert type(raw_get(image.meta, "file_date")) is FakeValue
    assert image.meta.file_date == Time("2020-01-01")
    assert isinstance(image.data, np.ndarray)


def test_a_reference_file_may_be_used_with_any_exposure_type() -> None:
    dark: Any = rcm.DarkRef.create_fake_data()
    assert dark.meta.exposure.p_exptype == "WFI_IMAGE|"
    assert dark.problems() == []


def test_an_old_node_is_made_of_tagged_values() -> None:
    tag = "asdf://stsci.edu/datamodels/roman/tags/"
    image: Any = rcm.WfiImage.create_fake_data(version="1.0.0")
    assert (type(image.meta.telescope), image.meta.telescope.tag) == (rcm.Telescope, f"{tag}telescope-1.0.0")
    assert (type(image.meta.file_date), image.meta.file_date.tag) == (rcm.FileDate, f"{tag}file_date-1.0.0")
    assert image.meta.file_date == Time("2020-01-01")
    assert (type(image.meta.exposure), image.meta.exposure.tag) == (rcm.Exposure, f"{tag}exposure-1.0.0")
    assert image.problems() == []


def test_given_values_become_tagged_values_of_an_old_node() -> None:
    given = {
        "telescope": "ROMAN",
        "file_date": Time("2021-01-01"),
        "prd_version": "9.9.9",
        "exposure": {"type": "WFI_DARK"},
    }
    for make in (rcm.WfiImage.create_fake_data, rcm.WfiImage.create_minimal):
        image: Any = make({"meta": given}, version="1.0.0")
        assert type(image.meta.telescope) is rcm.Telescope
        assert (type(image.meta.file_date), image.meta.file_date) == (rcm.FileDate, Time("2021-01-01"))
        assert (type(image.meta.prd_version), image.meta.prd_version) == (rcm.PrdVersion, "9.9.9")
        assert (type(image.meta.exposure), image.meta.exposure.type) == (rcm.Exposure, "WFI_DARK")


def test_a_minimal_old_node_holds_the_tagged_values_that_can_be_told() -> None:
    image: Any = rcm.WfiImage.create_minimal(version="1.0.0")
    assert (type(image.meta.telescope), image.meta.telescope) == (rcm.Telescope, "ROMAN")
    assert type(image.meta.file_date) is rcm.FileDate
    assert image.meta.file_date.mjd > Time("2024-01-01").mjd
    assert "prd_version" not in image.meta
    assert "start_time" not in image.meta.exposure


def test_reference_files_of_old_nodes_are_not_applicable() -> None:
    old = rcm.WfiImage.create_minimal(version="1.0.0").meta.ref_file
    assert set(value for value in old.values() if isinstance(value, str)) == {"N/A"}
    assert isinstance(old.crds, rcm.ObjectNode)
    new = rcm.WfiImage.create_minimal(version="1.4.0").meta.ref_file
    assert not any(isinstance(value, str) for value in new.values())


def test_a_list_of_a_class_takes_what_is_given() -> None:
    logs = rcm.CalLogs.create_fake_data(["a", "b"])
    assert (type(logs), logs) == (rcm.CalLogs, ["a", "b"])
    given = ["a"]
    made = rcm.CalLogs.create_minimal(given)
    made.append("b")
    assert (given, made) == (["a"], ["a", "b"])
    assert rcm.CalLogs.create_minimal(iter(["a"])) == ["a"]


def test_a_conversion_keeps_arrays_apart_and_foreign_objects_unbuilt() -> None:
    old: Any = rcm.WfiImage.create_fake_data(version="1.4.0", shape=(2, 2))
    new: Any = rcm.WfiImage.create_from_node(old, version="1.3.0")
    assert (new.version, new.meta.version, new.data.shape) == ("1.3.0", "1.3.0", (2, 2))
    assert new.data is not old.data
    assert rcm.ObjectNode.create_from_node({"a": {"b": 1}}) == {"a": {"b": 1}}


def test_a_conversion_to_an_old_node_tags_what_it_takes() -> None:
    new: Any = rcm.WfiImage.create_fake_data(version="1.4.0")
    old: Any = rcm.WfiImage.create_from_node(new, version="1.0.0")
    assert (type(old.meta.telescope), type(old.meta.file_date)) == (rcm.Telescope, rcm.FileDate)
    assert old.meta.exposure.tag == "asdf://stsci.edu/datamodels/roman/tags/exposure-1.0.0"


def test_filters_and_gratings_are_told_apart() -> None:
    for element, names in (("F158", ("F158", None)), ("GRISM", (None, "GRISM")), ("PRISM", (None, "PRISM"))):
        mode = rcm.WfiMode(optical_element=element)
        assert (mode.filter, mode.grating) == names
