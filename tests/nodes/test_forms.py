"""Nodes in other forms: flat, plain, and on one line."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from astropy.time import Time
from astropy.units import Quantity

import roman_cal_models as rcm
from roman_cal_models.nodes.lazy_dict import raw_get
from roman_cal_models.nodes.plain import is_array, leaves

TIME = Time("2020-01-01")


@pytest.fixture
def node() -> Any:
    return rcm.ObjectNode(
        text="a",
        none=None,
        array=np.zeros((2, 3)),
        time=TIME,
        inner={"number": 1, "none": None, "deep": {"flag": True}},
        items=[1, [2, None], {"x": "y"}],
        empty={},
    )


# -- flat --------------------------------------------------------------------------------------------------------------


def test_a_flat_dict_has_the_own_properties_of_a_node(node: Any) -> None:
    flat = node.to_flat_dict()
    assert list(flat) == list(node)
    assert flat["array"] is node["array"]
    assert flat["inner"] is node["inner"]
    assert (flat["none"], flat["time"]) == (None, str(TIME))


def test_a_recursive_flat_dict_has_every_value_that_is_not_null(node: Any) -> None:
    flat = node.to_flat_dict(recursive=True)
    assert flat.pop("array") is node["array"]
    assert flat == {
        "text": "a",
        "time": str(TIME),
        "inner.number": 1,
        "inner.deep.flag": True,
        "items.0": 1,
        "items.1.0": 2,
        "items.2.x": "y",
    }


@pytest.mark.parametrize("recursive", [False, True])
def test_arrays_are_left_out_of_a_flat_dict_when_told_so(recursive: bool, node: Any) -> None:
    flat = node.to_flat_dict(include_arrays=False, recursive=recursive)
    assert flat.keys() == node.to_flat_dict(recursive=recursive).keys() - {"array"}


def test_dates_stand_in_a_flat_dict_as_text() -> None:
    node = rcm.ObjectNode(day=datetime.datetime(2020, 1, 2, 3, 4, 5))
    assert node.to_flat_dict() == {"day": "2020-01-02T03:04:05"}


def test_what_is_no_container_has_no_leaves() -> None:
    assert list(leaves(3)) == list(leaves(None)) == list(leaves({})) == []
    assert list(leaves((1, None, [2]))) == [("0", 1), ("2.0", 2)]
    assert list(leaves({1: {None: "x"}})) == [("1.None", "x")]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.zeros(2), True),
        (np.array(1.0), True),
        (Quantity([1.0], "m"), True),
        (np.float32(1), False),
        (1.0, False),
        ("text", False),
        ([1, 2], False),
        (np.dtype("f4"), False),
        (Time(["2020-01-01"]), False),
    ],
    ids=repr,
)
def test_only_arrays_are_arrays(value: Any, expected: bool) -> None:
    assert is_array(value) is expected


# -- plain -------------------------------------------------------------------------------------------------------------


def test_a_plain_dict_has_python_s_own_containers(node: Any) -> None:
    plain = node.to_dict()
    assert plain.keys() == node.keys()
    assert plain["array"] is node["array"]
    assert plain["time"] is node["time"]
    assert plain["items"] == [1, [2, None], {"x": "y"}]
    assert {type(each) for each in (plain, plain["inner"], plain["inner"]["deep"], plain["items"][2])} == {dict}
    assert {type(each) for each in (plain["items"], plain["items"][1])} == {list}


def test_tuples_and_tagged_scalars_are_plain_as_well() -> None:
    node = rcm.ObjectNode(telescope=rcm.Telescope("ROMAN"), date=rcm.FileDate("2020-01-01"))
    dict.__setitem__(node, "pair", (1, rcm.Telescope("ROMAN")))
    plain = node.to_dict()
    assert (type(plain["telescope"]), plain["telescope"]) == (str, "ROMAN")
    assert type(plain["date"]) is Time
    assert (type(plain["pair"]), type(plain["pair"][1])) == (list, str)


# -- on one line -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (None, "None"),
        (1.5, "1.5"),
        ([], "[]"),
        ([1, "b", None], "[1, 'b', None]"),
        (list(range(8)), "[0, 1, 2, 3, 4, 5, 6, 7]"),
        (list(range(9)), "[0, 1, 2, 3, 4, 5, 6, 7, ... (9 items)]"),
        ({}, "{}"),
        ({"b": 1}, "{'b': 1}"),
        ({"b": {"c": {"d": [1, {"e": None}]}, "e": 2}}, "{'b': {'c': {'d': [1, {'e': None}]}, 'e': 2}}"),
        (Time("2020-01-01T00:00:00"), "<Time 2020-01-01T00:00:00.000>"),
        (rcm.Telescope("ROMAN"), "'ROMAN'"),
        (np.zeros((2, 3), "f4"), "<array float32 (2, 3)>"),
        ("x" * 58, f"'{'x' * 58}'"),
        ("x" * 59, f"'{'x' * 56}..."),
    ],
    ids=repr,
)
def test_a_value_stands_on_the_line_of_its_node(value: Any, text: str) -> None:
    assert repr(rcm.ObjectNode(a=value)) == f"ObjectNode({{'a': {text}}})"


def test_all_values_stand_on_one_line() -> None:
    assert repr(rcm.L2CalStep(dark="COMPLETE", flux="SKIPPED")) == "L2CalStep({'dark': 'COMPLETE', 'flux': 'SKIPPED'})"
    assert repr(rcm.ObjectNode()) == "ObjectNode({})"


def test_a_number_of_more_digits_than_python_writes_is_named() -> None:
    assert repr(rcm.ObjectNode(a=10**5000)) == "ObjectNode({'a': <int>})"
    assert repr(rcm.ObjectNode(a=[10**5000])) == "ObjectNode({'a': [<int>]})"


@pytest.mark.newest_rad
def test_what_is_not_built_is_shown_by_its_yaml_and_stays_so(new: Any) -> None:
    text = repr(new.node)
    assert "'data': <array float32 (1, 1)>" in text
    assert "'start_time': <Time 20" in text
    assert "'instrument': {'detector': 'WFI01'" in text
    assert type(raw_get(new.node, "meta")) is not rcm.WfiImageMeta
    assert repr(new.node.meta).removeprefix("WfiImageMeta(").removesuffix(")") in text  # the same, built or not


def test_a_node_that_holds_itself_is_shown() -> None:
    node = rcm.ObjectNode(a=1)
    dict.__setitem__(node, "self", node)
    assert repr(node).count("'a': 1") == 20
    assert repr(node).endswith("}" * 20 + ")")


def test_the_line_of_a_large_node_is_cut() -> None:
    node = rcm.ObjectNode({f"key_{number}": number for number in range(10_000)})
    assert len(repr(node)) < 10_100
    assert repr(node).startswith("ObjectNode({'key_0': 0, 'key_1': 1, ")
    assert repr(node).endswith("...)")
