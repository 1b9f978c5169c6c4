"""Trees are equal when a file would hold the same for them."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from astropy.modeling.models import Shift
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models import ListNode, ObjectNode
from roman_cal_models.nodes.equality import equal_mappings, equal_sequences, equal_values


class Same:
    """Says that it is equal to everything, and is asked for it."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self) -> None:
        self.asked = 0

    def __eq__(self, other: object) -> bool:
        self.asked += 1
        return True


class Refusing:
    """Refuses to be compared."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        raise ValueError("shapes differ")


class Silent:
    """Knows no equality, and no file holds it."""


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({}, {"a": 1}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": {"b": 1}}, {"a": {"b": 2}}),
        ({"a": [1]}, {"a": [2]}),
    ],
)
def test_mappings_that_differ_are_not_equal(one: Any, two: Any) -> None:
    for node, other in ((ObjectNode(one), two), (ObjectNode(one), ObjectNode(two)), (ObjectNode(two), one)):
        assert (node == other) is False
        assert (node != other) is True
    assert equal_mappings(one, two) is False


@pytest.mark.parametrize(("one", "two"), [([], [1]), ([1], [2]), ([1, 2], [1]), ([[1]], [[2]]), ([{"a": 1}], [{}])])
def test_lists_that_differ_are_not_equal(one: Any, two: Any) -> None:
    for node, other in ((ListNode(one), two), (ListNode(one), ListNode(two)), (ListNode(two), one)):
        assert (node == other) is False
        assert (node != other) is True
    assert equal_sequences(one, two) is False


def test_what_is_the_same_is_equal() -> None:
    node, items = ObjectNode(a=np.array([1, 2])), ListNode([np.array([1, 2])])
    for one, two in ((node, node), (node, copy.deepcopy(node)), (items, items), (items, copy.deepcopy(items))):
        assert (one == two) is True
        assert (one != two) is False


def test_a_value_is_equal_to_itself_whatever_it_says() -> None:
    nan, silent, refusing = float("nan"), Silent(), Refusing()
    for value in (nan, silent, refusing):
        assert equal_values(value, value) is True
        assert ObjectNode(a=value) == {"a": value}


def test_a_list_is_equal_to_a_tuple_in_a_tree_and_to_no_other_on_its_own() -> None:
    assert ObjectNode(a=[1, 2]) == {"a": (1, 2)}
    assert ObjectNode(a=[1, 2]) != {"a": "12"}
    assert ListNode([1, 2]).__eq__((1, 2)) is NotImplemented
    assert ListNode([1, 2]).__ne__((1, 2)) is NotImplemented


def test_a_node_leaves_it_to_others_to_say_whether_they_are_equal() -> None:
    for node in (ObjectNode(a=1), ListNode([1])):
        same = Same()
        assert node == same
        assert same.asked == 1
        assert node.__eq__(3) is NotImplemented  # type: ignore[operator]


def test_lists_have_no_hash() -> None:
    with pytest.raises(TypeError):
        hash(ListNode([1]))


def test_values_that_refuse_to_be_compared_are_not_equal() -> None:
    assert ObjectNode(a=Refusing()) != {"a": 3}
    assert ObjectNode(a=Time(["2020-01-01"] * 2)) != {"a": Time(["2020-01-01"] * 3)}


def test_what_answers_element_by_element_is_equal_when_all_elements_are() -> None:
    times = Time(["2020-01-01", "2020-01-02"])
    assert ObjectNode(a=times) == {"a": times.copy()}
    assert ObjectNode(a=times) != {"a": Time(["2020-01-01", "2020-01-03"])}


# -- objects that know no equality -----------------------------------------------------------------------------------


def test_objects_that_a_file_holds_are_equal_when_it_holds_the_same() -> None:
    assert ObjectNode(a=Shift(1.0)) == {"a": Shift(1.0)}
    assert ObjectNode(a=Shift(1.0)) != {"a": Shift(2.0)}
    assert ObjectNode(a=Shift(1.0) | Shift(2.0)) == {"a": Shift(1.0) | Shift(2.0)}
    assert ObjectNode(a=Shift(1.0) | Shift(2.0)) != {"a": Shift(2.0) | Shift(1.0)}


def test_objects_of_two_types_are_not_equal() -> None:
    from astropy.modeling.models import Scale

    assert ObjectNode(a=Shift(1.0)) != {"a": Scale(1.0)}
    assert ObjectNode(a=Shift(1.0)) != {"a": 1.0}


def test_objects_that_no_file_holds_are_equal_to_themselves_alone() -> None:
    assert ObjectNode(a=Silent()) != {"a": Silent()}


def test_a_wcs_whose_arrays_differ_is_another() -> None:
    from astropy.modeling.models import Tabular1D

    one, same, other = (
        Tabular1D(points=np.arange(3.0), lookup_table=np.array([1.0, 2.0, last])) for last in (3.0, 3.0, 4.0)
    )
    assert ObjectNode(a=one) == {"a": same}
    assert ObjectNode(a=one) != {"a": other}


# -- tagged scalars --------------------------------------------------------------------------------------------------


def test_a_tagged_scalar_is_equal_to_its_value() -> None:
    assert ObjectNode(a=rcm.Telescope("ROMAN")) == {"a": "ROMAN"}
    assert ObjectNode(a=rcm.FileDate("2020-01-01")) == {"a": Time("2020-01-01")}
    assert ObjectNode(a=rcm.FileDate("2020-01-01")) != {"a": Time("2020-01-02")}
