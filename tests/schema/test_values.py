"""What asdf's validation sees of a value: whether it is plain, an array, a reference, and its tag."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import asdf
import numpy as np
import pytest
from asdf.tagged import TaggedDict, TaggedList
from astropy import units as u
from astropy.table import Column, Table
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.asdf_bridge import Conversion
from roman_cal_models.schema import values
from roman_cal_models.yaml import TaggedMapping, TaggedScalar, TaggedSequence

NDARRAY = "tag:stsci.edu:asdf/core/ndarray-1.1.0"
CHUNKED = "tag:stsci.edu:asdf/core/ndarray-chunk/thing-1.0.0"
TABLE = asdf.yamlutil.custom_tree_to_tagged_tree(Table({"a": [1]}), asdf.AsdfFile())._tag
YAML = "tag:yaml.org,2002:"


class Names(dict[str, Any]):
    """A mapping of no tag of its own."""


class Node(dict[str, Any]):
    def __init__(self, tag: str | None) -> None:
        self._own = tag

    def __roman_tag__(self) -> str | None:
        return self._own


class Deferred(Node):
    def __roman_lower__(self) -> Any:
        return {"lowered": True}


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("text", f"{YAML}str"),
        (b"bytes", f"{YAML}str"),
        (True, f"{YAML}bool"),
        (1, f"{YAML}int"),
        (1.5, f"{YAML}float"),
        ([], f"{YAML}seq"),
        ({}, f"{YAML}map"),
        (OrderedDict(), f"{YAML}omap"),
        (Names(), f"{YAML}map"),
        ({1}, f"{YAML}set"),
        (None, None),
        ((), None),
        (object(), None),
        (TaggedMapping({}, "t:m"), "t:m"),
        (TaggedMapping({}, ""), f"{YAML}map"),
        (TaggedSequence([], "t:s"), "t:s"),
        (TaggedSequence([], ""), f"{YAML}seq"),
        (TaggedScalar("x", "t:x"), "t:x"),
        (TaggedDict({}, "a:m"), "a:m"),
        (TaggedList([], "a:s"), "a:s"),
        (Node("n:o"), "n:o"),
        (Node(None), f"{YAML}map"),
        (Deferred("d:e"), "d:e"),
        (np.zeros(2), NDARRAY),
        # what asdf cannot write is an array still
        (np.zeros(2, "O"), NDARRAY),
        (Table({"a": [object()]}), TABLE),
        (np.float64(1), f"{YAML}float"),
        (np.int64(1), None),
        (np.str_("x"), f"{YAML}str"),
    ],
    ids=lambda case: type(case).__name__,
)
def test_a_value_has_a_tag(value: Any, tag: str | None) -> None:
    assert values.tag_of(value) == tag
    # once more, as it is remembered
    assert values.tag_of(value) == tag


@pytest.mark.parametrize("value", [Time("2020-01-01"), 3 * u.m, [1, 2] * u.m, u.m, Table({"a": [1]}), 1j])
def test_the_tag_of_a_foreign_object_is_what_asdf_writes(value: Any) -> None:
    assert values.tag_of(value) == asdf.yamlutil.custom_tree_to_tagged_tree(value, asdf.AsdfFile())._tag


@pytest.mark.parametrize(
    ("value", "is_plain"),
    [
        ("text", True),
        (None, True),
        ((1,), True),
        (b"x", True),
        ({1}, True),
        (OrderedDict(), True),
        (Names(), True),
        (TaggedMapping({}, "t"), True),
        (TaggedScalar("x", "t"), True),
        (TaggedDict({}, "t"), True),
        (Node("n"), True),
        # asdf has a converter for both
        (rcm.ListNode(), True),
        (rcm.L2CalStep(), False),
        (object(), True),
        (np.float64(1), True),
        (Deferred("d"), False),
        (np.zeros(2), False),
        (Time("2020-01-01"), False),
        (3 * u.m, False),
        (1j, False),
    ],
    ids=lambda case: type(case).__name__,
)
def test_a_value_is_plain_or_seen_as_its_tree(value: Any, is_plain: bool) -> None:
    assert values.is_plain(value) is is_plain
    assert values.is_plain(value) is is_plain


def test_what_is_not_plain_is_lowered_by_itself_or_by_asdf() -> None:
    assert values.lower(Deferred("d")) == {"lowered": True}
    assert values.lower(3 * u.m)["value"] == 3
    tree = values.lower(np.zeros((2, 3), "f4"), Conversion(asdf.AsdfFile()))
    assert (tree["shape"], tree["datatype"]) == ([2, 3], "float32")


@pytest.mark.parametrize(
    ("value", "is_array"),
    [
        (np.zeros(2), True),
        (np.ma.array([1], mask=[True]), True),
        (TaggedMapping({}, NDARRAY), True),
        (TaggedSequence([1], NDARRAY), True),
        (TaggedDict({}, "tag:stsci.edu:asdf/core/ndarray-1.0.0"), True),
        (Deferred(NDARRAY), True),
        (TaggedMapping({}, CHUNKED), False),
        ([1], False),
        (None, False),
        (np.float32(1), False),
        ([1] * u.m, False),
        (Table({"a": [1]}), False),
    ],
    ids=lambda case: type(case).__name__,
)
def test_an_array_is_told_by_its_tag(value: Any, is_array: bool) -> None:
    assert values.is_array(value) is is_array


@pytest.mark.parametrize(
    ("value", "is_array_like"),
    [
        (np.zeros(2), True),
        (np.zeros(()), True),
        ([1] * u.m, True),
        (Column([1]), True),
        (np.float32(1), False),
        ([1], False),
        (Table({"a": [1]}), False),
        ("text", False),
    ],
    ids=lambda case: type(case).__name__,
)
def test_arrays_of_other_libraries_are_like_arrays(value: Any, is_array_like: bool) -> None:
    assert values.is_array_like(value) is is_array_like


class Reference:
    """Of that name, and not asdf's."""


def test_a_reference_is_asdfs_or_a_mapping_that_says_so() -> None:
    theirs = asdf.reference.Reference("a.asdf#/b")
    for value in ({"$ref": "a.asdf"}, Names({"$ref": "a.asdf"}), theirs):
        assert values.is_reference(value)
    for other in ({}, {"ref": "a"}, "$ref", ["$ref"], None, Reference(), asdf.reference):
        assert not values.is_reference(other)


def test_asdf_knows_a_tagged_value_by_its_tag_alone() -> None:
    for value in (asdf.tagged.TaggedString("x"), asdf.tagged.TaggedDict({}, None), asdf.tagged.TaggedList([], None)):
        assert values.tag_of(value) is None
        assert not asdf.schema.get_validator({"tag": f"{YAML}*"}).is_valid(value)
