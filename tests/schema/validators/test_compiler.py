"""Compiled schemas, keyword by keyword: what each accepts, and what each says of what it refuses."""

from __future__ import annotations

import datetime
import threading
from types import SimpleNamespace
from typing import Any

import asdf
import numpy as np
import pytest
from asdf.tagged import TaggedDict, TaggedList, TaggedString
from astropy import units as u
from astropy.table import Column, Table
from astropy.time import Time

from roman_cal_models.errors import Problem, SchemaError
from roman_cal_models.foreign import datatypes
from roman_cal_models.schema import values
from roman_cal_models.schema.resolver import Resolver
from roman_cal_models.schema.validators.combiners import _guarded
from roman_cal_models.schema.validators.compiler import CompiledSchema, Compiler, compile_schema
from roman_cal_models.schema.validators.core import FULL_CONTEXT
from roman_cal_models.yaml import TaggedMapping, TaggedScalar, TaggedSequence

NAN = float("nan")
NDARRAY = "tag:stsci.edu:asdf/core/ndarray-1.1.0"
NDARRAYS = "tag:stsci.edu:asdf/core/ndarray-1.*"
NO_ARRAY = "is not an ndarray: give "
TIME = "tag:stsci.edu:asdf/time/time-1.*"


def stored(**facts: Any) -> TaggedMapping:
    """Return an array as it stands in a file."""
    return TaggedMapping({"source": 0, "shape": [2], "datatype": "int8", "byteorder": "little", **facts}, NDARRAY)


# (schema, what it accepts, what it refuses)
TABLE: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    "type string": ({"type": "string"}, ["", "é", np.str_("a"), TaggedString("a")], [1, None, b"a", ["a"]]),
    "type integer": ({"type": "integer"}, [1, -1, np.int64(3), 2**70], [1.0, True, "1", np.float64(1), np.bool_(True)]),
    "type number": ({"type": "number"}, [1, 1.5, NAN, np.float32(1)], [True, False, "1", None, np.bool_(False)]),
    "type boolean": ({"type": "boolean"}, [True, False], [0, 1, "true", None]),
    "type null": ({"type": "null"}, [None], [0, False, "", [], {}]),
    "type array": ({"type": "array"}, [[], [1], (1, 2), TaggedList([1], "t")], [{}, "ab", 1, {1}]),
    "type object": ({"type": "object"}, [{}, {"a": 1}, TaggedDict({}, "t")], [[], "a", None]),
    "type of an array in memory": ({"type": "object"}, [np.zeros(3)], []),
    "type of a time": ({"type": "string"}, [Time("2020-01-01")], []),
    "type of a quantity": ({"type": "object"}, [3 * u.m], []),
    "several types": ({"type": ["string", "null"]}, ["a", None], [1, True]),
    "datetime is a declared date-time": (
        {"type": "string", "format": "date-time"},
        [datetime.datetime(2020, 1, 1), "no date"],
        [1],
    ),
    "datetime is no string": ({"type": "string"}, [], [datetime.datetime(2020, 1, 1)]),
    "format asks for nothing": ({"format": "uri"}, ["no uri at all", 1], []),
    "enum of strings": ({"enum": ["a", "b"]}, ["a", "b", TaggedString("a"), np.str_("a")], ["c", "", None, 1, ["a"]]),
    "enum tells 0 from False": ({"enum": [0]}, [0, 0.0], [False, 1, "0", None]),
    "enum tells False from 0": ({"enum": [False]}, [False], [0, 0.0, True, None]),
    "enum tells 1 from True": ({"enum": [1]}, [1, 1.0], [True, 2]),
    "enum tells True from 1": ({"enum": [True]}, [True], [1, 1.0, False]),
    "enum of containers": ({"enum": [[1, 2], {"a": None}]}, [[1, 2], {"a": None}], [[2, 1], [], {"a": 1}]),
    "enum with null": ({"enum": ["a", None]}, ["a", None], [False, 0, ""]),
    "enum beside other keywords": ({"enum": ["a", "bb", 1], "maxLength": 1, "type": "string"}, ["a"], ["bb", 1]),
    "minimum": ({"minimum": 2}, [2, 2.0, 3, NAN, "1", True, None], [1, 1.9, -5, np.int64(1)]),
    "minimum, exclusive": ({"minimum": 2, "exclusiveMinimum": True}, [2.1, 3, NAN], [2, 2.0, 1]),
    "minimum, not exclusive": ({"minimum": 2, "exclusiveMinimum": False}, [2], [1]),
    "maximum": ({"maximum": 2}, [2, 1, NAN, "3", True], [3, 2.1, float("inf")]),
    "maximum, exclusive": ({"maximum": 2, "exclusiveMaximum": True}, [1.9], [2, 2.0]),
    "multipleOf an integer": ({"multipleOf": 3}, [0, 3, -6, 9.0, "x", True], [1, 4.5, NAN]),
    "multipleOf a float": ({"multipleOf": 0.5}, [1, 1.5, -2, 2**2000], [0.3, NAN, float("inf")]),
    "minLength counts characters": ({"minLength": 2}, ["éé", "🜁y", 1, [], None], ["a", "é", "🜁", ""]),
    "maxLength counts characters": ({"maxLength": 2}, ["ab", "🜁🜂", "", 123, [1, 2, 3]], ["abc"]),
    "pattern searches": ({"pattern": "b+"}, ["b", "abc", 5, None], ["", "ac"]),
    "pattern with anchors": ({"pattern": "^a$"}, ["a", "a\n"], ["ab", "ba"]),
    "items alike": ({"items": {"type": "integer"}}, [[], [1, 2], (1,), "ab", {"a": "b"}], [["a"], [1, None], ("a",)]),
    "items by place": (
        {"items": [{"type": "integer"}, {"type": "string"}]},
        [[], [1], [1, "a", None]],
        [["a"], [1, 2]],
    ),
    "additionalItems false": (
        {"items": [{}], "additionalItems": False},
        [[], [1], "abc", {"a": 1, "b": 2}, 5],
        [[1, 2], (1, 2)],
    ),
    "additionalItems schema": ({"items": [{}], "additionalItems": {"type": "null"}}, [["a"], [1, None]], [[1, 2]]),
    "additionalItems without a list": ({"items": {}, "additionalItems": False}, [[1, 2]], []),
    "additionalItems alone": ({"additionalItems": False}, [[1, 2]], []),
    "minItems": ({"minItems": 1}, [[1], (1,), "", {}], [[], ()]),
    "maxItems": ({"maxItems": 1}, [[], [1], "abc"], [[1, 2]]),
    "uniqueItems": ({"uniqueItems": True}, [[], [1, 2], [1, "1"], "aa"], [[1, 1], [1, 1.0], [{"a": 1}, {"a": 1}]]),
    "uniqueItems tells 1 from True": ({"uniqueItems": True}, [[1, True], [0, False], [[1], [True]]], [[True, True]]),
    "uniqueItems compares whole items": (
        {"uniqueItems": True},
        [[[1], [1, 2]], [[1, 2], [1]], [{"a": 1}, {"a": 1, "b": 2}], [{"a": 1, "b": 2}, {"a": 1}]],
        [[[1, 2], [1, 2]], [{"a": 1, "b": 2}, {"b": 2, "a": 1}]],
    ),
    "uniqueItems compares items of any kind": (
        {"uniqueItems": True},
        [
            [[1], 5, None, {"a": 1}, "a"],
            [{"a": 1}, {"a": 2}],
            [{"a": 1}, {"a": True}],
            [{"a": 1}, {"b": 1}],
            [[1], (2,)],
        ],
        [[{"a": [1]}, 5, {"a": [1]}], [None, None], [[1], "a", (1,)]],
    ),
    "uniqueItems false": ({"uniqueItems": False}, [[1, 1]], []),
    "required": ({"required": ["a"]}, [{"a": None}, [], "b"], [{}, {"b": 1}]),
    "properties": ({"properties": {"a": {"type": "null"}}}, [{}, {"a": None}, {"b": 1}, []], [{"a": 1}]),
    "patternProperties": (
        {"patternProperties": {"^x": {"type": "null"}}},
        [{"a": 1}, {"x1": None}, {5: 1}],
        [{"xy": 1}],
    ),
    "additionalProperties true": ({"additionalProperties": True}, [{"b": 1}], []),
    "additionalProperties false": (
        {"properties": {"a": {}}, "patternProperties": {"^x": {}}, "additionalProperties": False},
        [{}, {"a": 1, "xy": 2}, []],
        [{"b": 1}, {5: 1}],
    ),
    "additionalProperties schema": (
        {"properties": {"a": {}}, "additionalProperties": {"type": "null"}},
        [{"a": 1}, {"b": None}, [1], "b"],
        [{"b": 1}],
    ),
    "minProperties": ({"minProperties": 1}, [{"a": 1}, [], None], [{}]),
    "maxProperties": ({"maxProperties": 1}, [{}, {"a": 1}, [1, 2]], [{"a": 1, "b": 2}]),
    "dependencies of names": ({"dependencies": {"a": ["b"]}}, [{}, {"b": 1}, {"a": 1, "b": 2}, "a"], [{"a": 1}]),
    "dependencies of schemas": ({"dependencies": {"a": {"maxProperties": 1}}}, [{"a": 1}], [{"a": 1, "b": 2}]),
    "allOf": ({"allOf": [{"minimum": 1}, {"maximum": 2}]}, [1, 2, "a"], [0, 3]),
    "anyOf": ({"anyOf": [{"type": "string"}, {"minimum": 2}]}, ["a", 2, None], [1]),
    "oneOf": ({"oneOf": [{"type": "integer"}, {"minimum": 2}]}, [1, 2.5], [3, 1.5]),
    "not": ({"not": {"type": "string"}}, [1, None, []], ["a"]),
    "not of not": ({"not": {"items": {"not": {"type": "string"}}}}, [["a", 1]], [[1], [], "a", None]),
    "the empty schema": ({}, [1, None, {"a": [1]}, np.zeros(3)], []),
    "annotations ask for nothing": (
        {
            "title": "t",
            "description": "d",
            "default": 5,
            "unit": "m",
            "archive_catalog": {"datatype": "int", "destination": ["a.b"]},
            "sdf": None,
            "propertyOrder": ["a"],
            "flowStyle": "block",
            "style": "literal",
            "archive_meta": "None",
            "something_new": 1,
        },
        [1, "a", {}, []],
        [],
    ),
    "a reference into another file is not checked": (
        {"type": "string", "required": ["a"]},
        [{"$ref": "x.asdf#/a"}],
        [{}],
    ),
    "nor by a keyword on its inside": ({"required": ["a"]}, [{"$ref": "x.asdf#/a"}], [{}]),
    "nor by a keyword on its outside": ({"type": "string"}, [{"$ref": "x.asdf#/a"}], [{}]),
    "nor under a combination": ({"not": {"type": "object"}}, [{"$ref": "x.asdf#/a"}], [{}]),
    "exact datatype of fields": (
        {
            "datatype": [{"name": "a", "datatype": "float32", "byteorder": "little", "title": "A"}],
            "exact_datatype": True,
        },
        [np.zeros(1, [("a", "<f4")])],
        [np.zeros(1, [("b", "<f4")]), np.zeros(1, [("a", ">f4")])],
    ),
    "a shape that is none": ({"ndim": 2}, [], [stored(shape=None), stored(shape=2)]),
    "tag of plain values": ({"tag": "tag:yaml.org,2002:int"}, [1], ["a", True, 1.0, None]),
    "tag of a value": (
        {"tag": TIME},
        [Time("2020-01-01"), TaggedScalar("2020", "tag:stsci.edu:asdf/time/time-1.1.0")],
        ["2020", TaggedScalar("2020", "tag:stsci.edu:asdf/time/time-2.0.0"), 3 * u.m, None],
    ),
    "tag with one star stops at a slash": (
        {"tag": "a:b/*-1"},
        [TaggedMapping({}, "a:b/c-1")],
        [TaggedMapping({}, "a:b/c/d-1")],
    ),
    "tag with two stars does not": (
        {"tag": "a:b/**-1"},
        [TaggedMapping({}, "a:b/c/d-1")],
        [TaggedMapping({}, "a:b/c-2")],
    ),
    "tag without a star is the whole tag": ({"tag": "a.b"}, [TaggedMapping({}, "a.b")], [TaggedMapping({}, "axb")]),
    "ndim": ({"ndim": 2}, [np.zeros((2, 3)), [1], "a"], [np.zeros(2), np.zeros((1, 1, 1))]),
    "ndim of an array in a file": (
        {"ndim": 2},
        [
            stored(shape=[2, 3]),
            TaggedSequence([[1, 2]], NDARRAY),
            TaggedMapping({"shape": [1, 1]}, "t"),
        ],
        [stored(shape=[2]), TaggedMapping({"data": [1]}, NDARRAY), TaggedMapping({}, NDARRAY)],
    ),
    "max_ndim": ({"max_ndim": 1}, [np.zeros(2), np.array(1)], [np.zeros((2, 2))]),
    "datatype casts safely": (
        {"datatype": "float32"},
        [np.zeros(1, "f4"), np.zeros(1, ">f4"), np.zeros(1, "f2"), np.zeros(1, "u1"), np.zeros(1, "?"), [1], "a"],
        [np.zeros(1, "f8"), np.zeros(1, "i4"), np.zeros(1, "U3"), np.zeros(1, "O"), np.zeros(1, [("a", "f4")])],
    ),
    "exact datatype": (
        {"datatype": "float32", "exact_datatype": True},
        [np.zeros(1, "f4"), np.zeros(1, ">f4"), stored(datatype="float32")],
        [
            np.zeros(1, "f2"),
            np.zeros(1, "f8"),
            stored(datatype="int8"),
            TaggedMapping({}, NDARRAY),
        ],
    ),
    "datatype bool8": ({"datatype": "bool8", "exact_datatype": True}, [np.zeros(1, "?")], [np.zeros(1, "u1")]),
    "datatype of text": (
        {"datatype": ["ascii", 4]},
        [np.zeros(1, "S4"), np.zeros(1, "S2")],
        [np.zeros(1, "S5"), np.zeros(1, "U4")],
    ),
    "datatype of fields": (
        {"datatype": [{"name": "a", "datatype": "float32", "title": "A"}, {"name": "b", "datatype": "int16"}]},
        [np.zeros(1, [("a", "f4"), ("b", "i2")]), np.zeros(1, [("x", "f2"), ("y", "i1")])],
        [np.zeros(1, [("a", "f8"), ("b", "i2")]), np.zeros(1, [("a", "f4")]), np.zeros(1, "f4")],
    ),
    "properties of a table": (
        {"properties": {"columns": {"not": {"items": {"not": {"properties": {"name": {"pattern": "^ra$"}}}}}}}},
        [Table({"dec": [1], "ra": [2]})],
        [Table({"dec": [1]})],
    ),
    "properties of an array in memory": ({"properties": {"shape": {"maxItems": 1}}}, [np.zeros(3)], [np.zeros((3, 3))]),
}

ACCEPTED = [pytest.param(s, x, id=f"{name}: {x!r:.30}") for name, (s, good, _) in TABLE.items() for x in good]
REFUSED = [pytest.param(s, x, id=f"{name}: {x!r:.30}") for name, (s, _, bad) in TABLE.items() for x in bad]


def test_every_limit_is_kept_to_the_last_unit() -> None:
    limits: dict[str, tuple[dict[str, Any], Any, Any]] = {
        "minimum": ({"minimum": 1}, 1, 0.9),
        "maximum": ({"maximum": 1}, 1, 1.1),
        "minLength": ({"minLength": 1}, "a", ""),
        "maxLength": ({"maxLength": 1}, "a", "ab"),
        "minItems": ({"minItems": 1}, [1], []),
        "maxItems": ({"maxItems": 1}, [1], [1, 2]),
        "minProperties": ({"minProperties": 1}, {"a": 1}, {}),
        "maxProperties": ({"maxProperties": 1}, {"a": 1}, {"a": 1, "b": 2}),
        "ndim": ({"ndim": 1}, np.zeros(1), np.zeros((1, 1))),
        "max_ndim": ({"max_ndim": 1}, np.zeros(1), np.zeros((1, 1))),
        "multipleOf": ({"multipleOf": 2}, 4, 5),
    }
    for name, (schema, good, bad) in limits.items():
        compiled = compile_schema(schema)
        assert compiled.accepts(good), name
        assert [problem.kind for problem in compiled.problems(bad)] == [name]
        assert all(compiled.accepts(other) for other in (None, True, object()))
    assert not compile_schema({"ndim": 1}).accepts(np.zeros(()))
    assert compile_schema({"max_ndim": 1}).accepts(np.zeros(()))


def test_a_date_may_stand_where_a_text_of_a_date_is_declared() -> None:
    date = datetime.datetime(2027, 1, 1)
    declared = {"type": ["string", "null"], "format": "date-time"}
    assert [compile_schema(declared).accepts(value) for value in (date, "2027", None, 5)] == [True, True, True, False]
    for other in ({"type": "string"}, {"type": "integer", "format": "date-time"}, {"type": "string", "format": "date"}):
        assert not compile_schema(other).accepts(date)


def test_words_and_other_values_are_told_apart() -> None:
    compiled = compile_schema({"properties": {"a": {"enum": ["x", 5]}}})
    assert [compiled.accepts({"a": value}) for value in ("x", 5, "y", 6, None)] == [True, True, False, False, False]


@pytest.mark.parametrize(("schema", "instance"), ACCEPTED)
def test_accepts(schema: dict[str, Any], instance: Any) -> None:
    compiled = compile_schema(schema)
    assert compiled.accepts(instance)
    assert compiled.problems(instance) == []


@pytest.mark.parametrize(("schema", "instance"), REFUSED)
def test_refuses(schema: dict[str, Any], instance: Any) -> None:
    compiled = compile_schema(schema)
    assert not compiled.accepts(instance)
    assert compiled.problems(instance) != []


ASDF_FAILS = (ValueError, TypeError, OverflowError, AttributeError)
"""What asdf's validation raises for instances that it does not expect: NaN for `multipleOf`, a ragged array, ..."""


@pytest.mark.parametrize(
    ("schema", "instance", "verdict"),
    [
        *(pytest.param(*case.values, True, id=case.id) for case in ACCEPTED),
        *(pytest.param(*case.values, False, id=case.id) for case in REFUSED),
    ],
)
def test_asdf_agrees(schema: dict[str, Any], instance: Any, verdict: bool) -> None:
    try:
        expected = _asdf_accepts(schema, as_asdf(instance))
    except ASDF_FAILS as error:
        pytest.skip(f"asdf fails: {error!r}")
    assert verdict == expected


def as_asdf(value: Any) -> Any:
    """Return the tagged tree that asdf validates."""
    if isinstance(value, TaggedMapping | TaggedSequence):
        return (TaggedDict if isinstance(value, dict) else TaggedList)(value, value.tag)
    if isinstance(value, TaggedScalar):
        text = TaggedString(str(value))
        text._tag = value.tag
        return text
    return asdf.yamlutil.custom_tree_to_tagged_tree(value, asdf.AsdfFile())


@pytest.mark.parametrize("keyword", [{"enum": [[]]}, {"enum": [[[]]]}, {"not": {"uniqueItems": True}}])
def test_a_number_is_compared_with_an_empty_list(keyword: dict[str, Any]) -> None:
    # by NumPy that gives an empty array, whose truth is an error, or in old releases a warning
    assert not compile_schema(keyword).accepts([np.int64(0), []] if "not" in keyword else np.int64(0))


# (schema, instance, what is said)
TEXTS: list[tuple[dict[str, Any], Any, list[str]]] = [
    ({"type": "string"}, 5, ["5 is not of type 'string'"]),
    ({"type": ["string", "null"]}, 5, ["5 is not of type 'string' or 'null'"]),
    ({"type": "string"}, np.zeros((2, 3), "f4"), ["<array of float32, shape (2, 3)> is not of type 'string'"]),
    ({"enum": ["N/A", "COMPLETE", 1]}, "DONE", ["'DONE' is not one of 'N/A', 'COMPLETE', 1"]),
    ({"enum": ["Roman"]}, "Webb", ["'Webb' is not 'Roman'"]),
    ({"minimum": 1}, 0, ["0 is below the minimum 1"]),
    ({"minimum": 1, "exclusiveMinimum": True}, 1, ["1 is not above the exclusive minimum 1"]),
    ({"maximum": 18}, 19, ["19 is above the maximum 18"]),
    ({"maximum": 18, "exclusiveMaximum": True}, 18, ["18 is not below the exclusive maximum 18"]),
    ({"multipleOf": 2}, 3, ["3 is not a multiple of 2"]),
    ({"minLength": 1}, "", ["'' is too short: 0 characters, at least 1"]),
    ({"maxLength": 3}, "dark", ["'dark' is too long: 4 characters, at most 3"]),
    ({"pattern": "^a"}, "b", ["'b' does not match the pattern '^a'"]),
    ({"minItems": 2}, [1], ["[1] is too short: 1 item, at least 2"]),
    ({"maxItems": 1}, [1, 2], ["[1, 2] is too long: 2 items, at most 1"]),
    ({"uniqueItems": True}, [1, 1], ["[1, 1] holds the same item twice"]),
    ({"items": {"type": "integer"}}, [1, "a"], ["[1]: 'a' is not of type 'integer'"]),
    ({"items": [{}, {"type": "integer"}]}, [1, "a"], ["[1]: 'a' is not of type 'integer'"]),
    ({"items": [{}], "additionalItems": False}, [1, 2], ["[1, 2] is too long: 2 items, at most 1"]),
    ({"items": [{}], "additionalItems": {"type": "null"}}, [1, 2], ["[1]: 2 is not of type 'null'"]),
    ({"required": ["a", "b"]}, {"b": 1}, ["a: is required and missing"]),
    ({"properties": {"a": {"type": "null"}}}, {"a": 1}, ["a: 1 is not of type 'null'"]),
    ({"patternProperties": {"^x": {"type": "null"}}}, {"xy": 1}, ["xy: 1 is not of type 'null'"]),
    ({"properties": {"a": {}}, "additionalProperties": False}, {"a": 1, "b": 2}, ["b: is not allowed here"]),
    ({"additionalProperties": {"type": "null"}}, {"b": 2}, ["b: 2 is not of type 'null'"]),
    ({"minProperties": 1}, {}, ["{} is too short: 0 entries, at least 1"]),
    ({"maxProperties": 0}, {"a": 1}, ["{'a': 1} is too long: 1 entry, at most 0"]),
    ({"dependencies": {"a": ["b"]}}, {"a": 1}, ["b: is required beside 'a' and missing"]),
    ({"dependencies": {"a": {"required": ["c"]}}}, {"a": 1}, ["c: is required and missing"]),
    (
        {"dependencies": {"a": ["b", "c"], "d": ["e"], "f": {"maxProperties": 1}}},
        {"a": 1, "c": 2},
        ["b: is required beside 'a' and missing"],
    ),
    ({"patternProperties": {"^x": {"type": "null"}}}, {5: 1, "y": 1, "x": 2}, ["x: 2 is not of type 'null'"]),
    (
        {"patternProperties": {"^x": {}}, "additionalProperties": False},
        {"x": 1, 5: 1, "y": 2},
        ["[5]: is not allowed here", "y: is not allowed here"],
    ),
    (
        {"properties": {"a": {"type": "null"}, "b": {"type": "null"}, "c": {"type": "null"}}},
        {"a": None, "b": 1},
        ["b: 1 is not of type 'null'"],
    ),
    (
        {"items": [{"type": "null"}, {"type": "null"}], "additionalItems": {"type": "string"}},
        [1, None, "a", 2],
        ["[0]: 1 is not of type 'null'", "[3]: 2 is not of type 'string'"],
    ),
    ({"allOf": [{"minimum": 1}, {"type": "null"}]}, 0, ["0 is below the minimum 1", "0 is not of type 'null'"]),
    (
        {"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]},
        "abc",
        ["'abc' is too long: 3 characters, at most 2"],
    ),
    ({"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]}, 5, ["5 is not of type 'string'"]),
    (
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        [5],
        ["[0]: 5 is not of type 'string'"],
    ),
    (
        {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
        1.5,
        [
            "1.5 fits none of 3 alternatives: 1.5 is not of type 'string'; 1.5 is not of type 'integer'; "
            "1.5 is not of type 'null'"
        ],
    ),
    (
        {"oneOf": [{"type": "string"}, {"type": "array", "maxItems": 1}]},
        [1, 2],
        ["[1, 2] is too long: 2 items, at most 1"],
    ),
    (
        {"oneOf": [{"type": "integer"}, {"type": "null"}, {"minimum": 2}]},
        3,
        ["3 fits alternatives 1 and 3 of 3; it must fit just one"],
    ),
    ({"not": {"type": "string"}}, "a", ["'a' is what the schema rules out"]),
    (
        {"not": {"items": {"not": {"allOf": [{}, {"properties": {"name": {"pattern": "^ra$"}}}]}}}},
        [{"name": "dec"}],
        ["[{'name': 'dec'}] has no item that fits the schema: name like '^ra$'"],
    ),
    ({"not": {"items": {"not": {"type": "string"}}}}, [], ["[] has no item that fits the schema"]),
    ({"tag": TIME}, "2020", ["'2020' is not a time: give an astropy Time: Time('2020')"]),
    (
        {"tag": TIME},
        np.datetime64("2020-01-01"),
        ["np.datetime64('2020-01-01') is not a time: give an astropy Time: Time('2020-01-01')"],
    ),
    ({"tag": "tag:yaml.org,2002:str"}, 1, ["1 is not of the tag str (tag:yaml.org,2002:str)"]),
    ({"ndim": 2}, np.zeros(3), ["the number of dimensions is 1, not 2"]),
    ({"ndim": 2}, TaggedMapping({}, NDARRAY), ["the number of dimensions is unknown, not 2"]),
    ({"max_ndim": 1}, np.zeros((3, 3)), ["the number of dimensions is 2, more than 1"]),
    (
        {"datatype": "float32"},
        np.zeros(1, "f8"),
        ["the datatype is 'float64', not 'float32', and does not cast to it safely"],
    ),
    ({"datatype": "uint8", "exact_datatype": True}, np.zeros(1, "u2"), ["the datatype is 'uint16', not 'uint8'"]),
    (
        {"datatype": "uint8"},
        TaggedMapping({}, NDARRAY),
        ["the datatype is unknown, not 'uint8', and does not cast to it safely"],
    ),
    ({"tag": NDARRAYS}, [1.0], [f"[1.0] {NO_ARRAY}a numpy array"]),
    (
        {"tag": NDARRAYS, "datatype": "float32", "ndim": 2},
        None,
        [f"None {NO_ARRAY}a numpy array of float32 in 2 dimensions"],
    ),
    ({"tag": NDARRAYS, "ndim": 1}, "a", [f"'a' {NO_ARRAY}a numpy array in 1 dimension"]),
    (
        {"tag": NDARRAYS, "datatype": [{"name": "a", "datatype": "int8", "title": "A"}]},
        None,
        [f"None {NO_ARRAY}a numpy array of dtype [('a', 'i1')]"],
    ),
    ({"tag": NDARRAYS}, [1] * u.m, [f"a Quantity in m {NO_ARRAY}its .value, a numpy array"]),
    ({"tag": NDARRAYS, "unit": "m"}, [1] * u.m, [f"a Quantity in m {NO_ARRAY}its .value, a numpy array"]),
    ({"tag": NDARRAYS, "unit": "cm"}, [1] * u.m, [f"a Quantity in m {NO_ARRAY}its .to_value('cm'), a numpy array"]),
    ({"tag": NDARRAYS, "unit": ["cm", "m"]}, [1] * u.m, [f"a Quantity in m {NO_ARRAY}its .value, a numpy array"]),
    (
        {"tag": NDARRAYS, "unit": ["cm", "km"]},
        [1] * u.m,
        [f"a Quantity in m {NO_ARRAY}its .to_value('cm'), a numpy array"],
    ),
    ({"tag": NDARRAYS}, Column([1]), [f"a Column {NO_ARRAY}numpy.asarray() of it, a numpy array"]),
    ({"tag": NDARRAYS}, np.float32(3), [f"{np.float32(3)!r} {NO_ARRAY}a numpy array"]),
    (
        {"anyOf": [{"type": "null"}, {"type": "string", "maxLength": 1}, {"type": "string", "pattern": "^b"}]},
        "aa",
        [
            "'aa' fits none of 3 alternatives: 'aa' is not of type 'null'; 'aa' is too long: 2 characters, at most 1; "
            "'aa' does not match the pattern '^b'"
        ],
    ),
    (
        {"anyOf": [{"type": "null"}, {"tag": TIME}, {"type": "string", "maxLength": 1}]},
        "aa",
        ["'aa' is too long: 2 characters, at most 1"],
    ),
    (
        {"anyOf": [{"items": {"type": "null"}}, {"type": "string"}]},
        [1],
        ["[0]: 1 is not of type 'null'"],
    ),
    (
        # the same reason is told once, and one reason of each alternative
        {"anyOf": [{"minimum": 5, "multipleOf": 2}, {"minimum": 5}, {"minimum": 6}]},
        1,
        ["1 fits none of 3 alternatives: 1 is below the minimum 5; 1 is below the minimum 6"],
    ),
    ({"anyOf": [{"type": "null"}]}, 1, ["1 fits none of 1 alternatives: 1 is not of type 'null'"]),
    (
        {"oneOf": [{"type": "string"}, {"minimum": 2}, {"minimum": 3}, {"minimum": 1}]},
        3,
        ["3 fits alternatives 2, 3 and 4 of 4; it must fit just one"],
    ),
    ({"oneOf": [{"type": "null"}, {"minimum": 2}]}, 1, ["1 is below the minimum 2"]),
    (
        {"not": {"items": {"not": {"properties": {"name": {"pattern": "^ra$"}, "unit": {"enum": ["deg"]}, "x": {}}}}}},
        [],
        ["[] has no item that fits the schema: name like '^ra$', unit in ['deg']"],
    ),
    ({"not": {"items": {"not": {}, "type": "string"}}}, [], ["[] is what the schema rules out"]),
    ({"not": {"items": [{"not": {}}]}}, [], ["[] is what the schema rules out"]),
]


@pytest.mark.parametrize(
    ("schema", "instance", "texts"), TEXTS, ids=[f"{n}: {t[2][0]:.40}" for n, t in enumerate(TEXTS)]
)
def test_says(schema: dict[str, Any], instance: Any, texts: list[str]) -> None:
    assert [str(problem) for problem in compile_schema(schema).problems(instance)] == texts


@pytest.mark.parametrize(
    "value",
    ["x" * 500, list(range(10_000)), {str(n): n for n in range(1000)}, "a\n" * 300],
    ids=["text", "list", "mapping", "lines"],
)
def test_a_message_is_one_short_line(value: Any) -> None:
    (problem,) = compile_schema({"type": "null"}).problems(value)
    assert len(problem.message) < 120
    assert "\n" not in problem.message


@pytest.mark.parametrize(("length", "shown"), [(78, f"'{78 * 'x'}'"), (79, f"'{76 * 'x'}...")])
def test_a_text_is_shown_in_eighty_characters(length: int, shown: str) -> None:
    for value in (length * "x", Named(f"'{length * 'x'}'")):
        (problem,) = compile_schema({"type": "null"}).problems(value)
        assert problem.message == f"{shown} is not of type 'null'"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (list(range(9)), "[0, 1, 2, 3, 4, 5, ...]"),
        (tuple(range(9)), "(0, 1, 2, 3, 4, 5, ...)"),
        (set(range(9)), "{0, 1, 2, 3, 4, 5, ...}"),
        (dict.fromkeys(range(9)), "{0: None, 1: None, 2: None, 3: None, ...}"),
        (["x" * 60], f"['{60 * 'x'}']"),
        (TaggedSequence(range(9), "t"), "[0, 1, 2, 3, 4, 5, 6, 7, 8]"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_container_is_shown_by_its_first_members(value: Any, shown: str) -> None:
    (problem,) = compile_schema({"not": {}}).problems(value)
    assert problem.message == f"{shown} is what the schema rules out"


class Named:
    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def test_a_repr_of_several_lines_is_put_on_one() -> None:
    class Tall:
        def __repr__(self) -> str:
            return "<tall\n  thing>"

    (problem,) = compile_schema({"type": "null"}).problems(Tall())
    assert problem.message == "<tall thing> is not of type 'null'"


def test_a_value_without_repr_can_be_reported() -> None:
    class Mute:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    (problem,) = compile_schema({"type": "null"}).problems(Mute())
    assert problem.message == "<Mute> is not of type 'null'"


def test_a_problem_is_a_record() -> None:
    compiled = compile_schema({"properties": {"a": {"enum": ["x", "y"]}}}, uri="asdf://e.org/s-1.0.0")
    (problem,) = compiled.problems({"a": "z"}, path=("meta", 0))
    assert problem == Problem(
        path=("meta", 0, "a"),
        kind="enum",
        message="'z' is not one of 'x', 'y'",
        value="z",
        allowed=["x", "y"],
        schema_uri="asdf://e.org/s-1.0.0",
    )


def test_a_missing_property_is_reported_with_the_object_that_lacks_it() -> None:
    (problem,) = compile_schema({"required": ["a"]}).problems({"b": 1})
    assert (problem.path, problem.value, problem.allowed) == (("a",), {"b": 1}, ["a"])


def test_problems_come_in_the_order_of_the_instance() -> None:
    schema = {"required": ["z"], "properties": {name: {"type": "null"} for name in "abc"}}
    found = compile_schema(schema).problems({"c": 1, "a": 2, "b": 3})
    assert [problem.path for problem in found] == [("c",), ("a",), ("b",), ("z",)]


def test_the_same_problem_is_told_once() -> None:
    assert len(compile_schema({"allOf": [{"type": "null"}, {"type": "null"}]}).problems(1)) == 1


# ---- references

DOCUMENTS: dict[str, dict[str, Any]] = {
    "asdf://e.org/schemas/flag-1.0.0": {"type": "string", "enum": ["N/A", "COMPLETE"]},
    "asdf://e.org/schemas/step-1.0.0": {
        "id": "asdf://e.org/schemas/step-1.0.0",
        "properties": {"dark": {"allOf": [{"$ref": "asdf://e.org/schemas/flag-1.0.0"}]}},
        "required": ["dark"],
    },
    "asdf://e.org/schemas/image-1.0.0": {
        "id": "asdf://e.org/schemas/image-1.0.0",
        "properties": {"meta": {"allOf": [{"$ref": "common-1.0.0"}, {"properties": {"step": {"$ref": "step-1.0.0"}}}]}},
    },
    "asdf://e.org/schemas/common-1.0.0": {"properties": {"name": {"$ref": "parts/text-1.0.0#/definitions/a~1b"}}},
    "asdf://e.org/schemas/parts/text-1.0.0": {
        "definitions": {"a/b": {"$ref": "#/definitions/c"}, "c": {"maxLength": 1}}
    },
}


@pytest.fixture
def compiler() -> Compiler:
    return Compiler(Resolver(DOCUMENTS.__getitem__))


def image(compiler: Compiler) -> CompiledSchema:
    return compiler.compile("asdf://e.org/schemas/image-1.0.0")


def test_a_relative_reference_is_resolved_against_its_document(compiler: Compiler) -> None:
    assert [str(p) for p in image(compiler).problems({"meta": {"name": "ab"}})] == [
        "meta.name: 'ab' is too long: 2 characters, at most 1 (asdf://e.org/schemas/common-1.0.0)"
    ]


def test_a_problem_names_the_document_whose_property_holds_the_value(compiler: Compiler) -> None:
    (problem,) = image(compiler).problems({"meta": {"step": {"dark": "DONE"}}})
    assert problem.kind == "enum"
    assert problem.schema_uri == "asdf://e.org/schemas/step-1.0.0"


def test_a_missing_property_names_the_document_that_requires_it(compiler: Compiler) -> None:
    (problem,) = image(compiler).problems({"meta": {"step": {}}})
    assert problem.path == ("meta", "step", "dark")
    assert problem.schema_uri == "asdf://e.org/schemas/step-1.0.0"


def test_a_fragment_of_a_document_can_be_compiled(compiler: Compiler) -> None:
    dark = compiler.compile("asdf://e.org/schemas/step-1.0.0", "#/properties/dark")
    assert dark.accepts("N/A")
    (problem,) = dark.problems("DONE", path=("dark",))
    assert str(problem) == "dark: 'DONE' is not one of 'N/A', 'COMPLETE' (asdf://e.org/schemas/step-1.0.0)"


def test_what_was_compiled_is_kept(compiler: Compiler) -> None:
    assert image(compiler) is image(compiler)


def test_the_uri_of_a_schema_is_its_id_by_default() -> None:
    assert compile_schema({"id": "asdf://e.org/x-1.0.0"}).uri == "asdf://e.org/x-1.0.0"


def test_a_document_is_known_under_its_id_and_under_the_uri_that_it_was_given() -> None:
    schema = {
        "id": "asdf://e.org/own-1.0.0",
        "definitions": {"n": {"type": "null"}},
        "properties": {
            "a": {"$ref": "asdf://e.org/own-1.0.0#/definitions/n"},
            "b": {"$ref": "asdf://e.org/given-1.0.0#/definitions/n"},
        },
    }
    compiled = compile_schema(schema, uri="asdf://e.org/given-1.0.0")
    assert [problem.path for problem in compiled.problems({"a": 1, "b": 1})] == [("a",), ("b",)]


@pytest.mark.parametrize("beside", [{"type": "string"}, {"enum": []}, {"required": 5}, {"id": "asdf://f.org/x"}])
def test_a_reference_hides_what_stands_beside_it(beside: dict[str, Any]) -> None:
    compiled = compile_schema(
        {"definitions": {"n": {"type": "null"}}, "properties": {"a": {"$ref": "#/definitions/n", **beside}}}
    )
    assert compiled.accepts({"a": None})
    assert not compiled.accepts({"a": "text"})


TREE = {"properties": {"name": {"type": "string"}, "children": {"items": {"$ref": "#"}}}, "required": ["name"]}


@pytest.mark.parametrize("uri", ["", "asdf://e.org/tree-1.0.0", "tag:e.org:tree-1.0.0", "http://e.org/tree"])
def test_a_schema_may_refer_to_itself(uri: str) -> None:
    compiled = compile_schema(TREE, uri=uri)
    assert compiled.accepts({"name": "a", "children": [{"name": "b", "children": []}]})
    assert [p.path for p in compiled.problems({"name": "a", "children": [{"name": "b"}, {}]})] == [
        ("children", 1, "name")
    ]


def test_an_instance_may_hold_itself() -> None:
    loop: dict[str, Any] = {"name": "a", "children": []}
    loop["children"].append(loop)
    compiled = compile_schema(TREE)
    assert compiled.accepts(loop)
    loop["name"] = 5
    assert compiled.problems(loop)[0].path == ("name",)


@pytest.mark.parametrize("value", [1, "a", None, {}, []])
@pytest.mark.parametrize(
    "schema", [{"$ref": "#"}, {"allOf": [{"$ref": "#"}]}, {"anyOf": [{"allOf": [{"$ref": "#"}]}, {"type": "null"}]}]
)
def test_a_schema_that_is_only_itself_asks_for_nothing(schema: dict[str, Any], value: Any) -> None:
    assert compile_schema(schema).problems(value) == []


def test_a_schema_that_is_itself_and_more_asks_for_that() -> None:
    compiled = compile_schema({"allOf": [{"$ref": "#"}, {"type": "string"}]})
    assert compiled.accepts("a")
    assert [p.message for p in compiled.problems(1)] == ["1 is not of type 'string'"]


def test_a_property_may_be_called_ref() -> None:
    compiled = compile_schema({"properties": {"$ref": {"type": "string"}, "a": {"type": "null"}}})
    assert not compiled.accepts({"a": 1})


class Lazy(dict[str, Any]):
    """A mapping that makes a value when it is first taken out."""

    def __getitem__(self, name: str) -> Any:
        made = dict.__getitem__(self, name)
        return made() if callable(made) else made


def test_what_a_mapping_makes_of_its_values_is_checked() -> None:
    compiled = compile_schema({"properties": {"a": {"type": "integer"}, "b": {"enum": ["x", "y"]}}})
    assert compiled.accepts(Lazy(a=lambda: 5, b=lambda: "x"))
    assert [p.path for p in compiled.problems(Lazy(b=lambda: "z", a=lambda: "5"))] == [("b",), ("a",)]


@pytest.mark.parametrize(
    "flag",
    [
        {"$ref": "#/definitions/flag"},
        {"allOf": [{"$ref": "#/definitions/flag"}]},
        {"allOf": [{"$ref": "#/definitions/flag"}, {"$ref": "#/definitions/flag"}]},
        {"anyOf": [{"$ref": "#/definitions/flag"}, {"type": "null"}]},
        {"enum": ["N/A", "DONE", "TOO LONG", 5], "maxLength": 4},
    ],
)
def test_a_property_is_one_of_some_words_wherever_they_stand(flag: dict[str, Any]) -> None:
    words = {"enum": ["N/A", "DONE", "TOO LONG", 5], "maxLength": 4}
    compiled = compile_schema({"properties": {"a": flag, "b": {}}, "definitions": {"flag": words}})
    for word in ("N/A", "DONE", 5, TaggedString("DONE"), np.str_("N/A"), TaggedScalar("DONE", "tag:e.org:a")):
        assert compiled.accepts({"a": word})
    for word in ("TOO LONG", "", "x", 6, True, ["N/A"], TaggedString("x"), np.str_("x"), TaggedScalar("x", "tag:e:a")):
        assert [problem.path for problem in compiled.problems({"b": 1, "a": word})] == [("a",)]


def test_words_that_refer_to_themselves_are_words_still() -> None:
    compiled = compile_schema(
        {
            "properties": {"a": {"$ref": "#/definitions/a"}},
            "definitions": {"a": {"enum": ["x"], "anyOf": [{"$ref": "#/definitions/a"}, {}]}},
        }
    )
    assert compiled.accepts({"a": "x"})
    assert not compiled.accepts({"a": "y"})


def test_a_property_may_be_described_by_a_circle_of_references() -> None:
    circle = {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}
    compiled = compile_schema({"properties": {"x": {"$ref": "#/definitions/a"}}, "definitions": circle})
    assert compiled.accepts({"x": "text"})
    assert compiled.accepts({"x": [1]})


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_list_that_holds_itself_is_checked_to_the_end(keyword: str) -> None:
    document = {
        "definitions": {"a": {keyword: [{"items": {"$ref": "#/definitions/a"}, "maxItems": 2}]}},
        "$ref": "#/definitions/a",
    }
    loop: list[Any] = [[]]
    loop.append(loop)
    compiled = compile_schema(document)
    assert compiled.accepts(loop)
    loop[0] += [1, 2, 3]
    assert [problem.path for problem in compiled.problems(loop)] == [(0,)]


# ---- broken schemas


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (
            {"type": "text"},
            "#: type must be one or more of array, boolean, integer, null, number, object, string, not 'text'",
        ),
        ({"type": []}, "#: type must be one or more of"),
        ({"enum": []}, "#: enum must be a list of one or more values, not []"),
        ({"enum": "a"}, "#: enum must be a list of one or more values, not 'a'"),
        ({"minimum": "1"}, "#: minimum must be a number, not '1'"),
        ({"maximum": True}, "#: maximum must be a number, not True"),
        ({"minimum": 1, "exclusiveMinimum": 1}, "#: exclusiveMinimum must be a boolean, not 1"),
        ({"maximum": 1, "exclusiveMaximum": 1}, "#: exclusiveMaximum must be a boolean, not 1"),
        ({"multipleOf": 0}, "#: multipleOf must be a number above 0, not 0"),
        ({"maxLength": -1}, "#: maxLength must be an integer, 0 or more, not -1"),
        ({"minItems": 1.0}, "#: minItems must be an integer, 0 or more, not 1.0"),
        ({"maxProperties": True}, "#: maxProperties must be an integer, 0 or more, not True"),
        ({"pattern": "("}, "#: pattern must be a regular expression, not '('"),
        ({"pattern": 1}, "#: pattern must be a regular expression, not 1"),
        ({"uniqueItems": 1}, "#: uniqueItems must be a boolean, not 1"),
        ({"items": 1}, "#: items must be a schema or a list of schemas, not 1"),
        ({"additionalItems": 1}, "#: additionalItems must be a boolean or a schema, not 1"),
        ({"properties": []}, "#: properties must be a mapping of names to schemas, not []"),
        ({"properties": {"a": {"type": 1}}}, "#/properties/a: type must be one or more of"),
        ({"properties": {"a": True}}, "#/properties/a: a schema is a mapping, not True"),
        ({"patternProperties": 1}, "#: patternProperties must be a mapping of regular expressions to schemas, not 1"),
        (
            {"patternProperties": {"(": {}}},
            "#: patternProperties must be a mapping of regular expressions to schemas, not '('",
        ),
        ({"additionalProperties": 1}, "#: additionalProperties must be a boolean or a schema, not 1"),
        ({"required": "a"}, "#: required must be a list of names, not 'a'"),
        ({"dependencies": {"a": "b"}}, "#: dependencies must be a mapping of names to schemas or lists of names"),
        ({"definitions": 1}, "#: definitions must be a mapping of names to schemas, not 1"),
        ({"allOf": []}, "#: allOf must be a list of one or more schemas, not []"),
        ({"anyOf": {}}, "#: anyOf must be a list of one or more schemas, not {}"),
        ({"oneOf": [1]}, "#/oneOf/0: a schema is a mapping, not 1"),
        ({"not": 1}, "#/not: a schema is a mapping, not 1"),
        ({"$ref": 1}, "#: $ref must be a URI, not 1"),
        ({"tag": 1}, "#: tag must be a tag or a pattern of tags, not 1"),
        ({"ndim": "2"}, "#: ndim must be an integer, 0 or more, not '2'"),
        ({"max_ndim": -1}, "#: max_ndim must be an integer, 0 or more, not -1"),
        ({"datatype": {"a": 1}}, "#: datatype must be a datatype of ASDF, not {'a': 1}"),
        ({"datatype": 5}, "#: datatype must be a datatype of ASDF, not 5"),
        ({"datatype": "float"}, "#: datatype must be a datatype of ASDF, not 'float'"),
        ({"datatype": [{"name": "a"}]}, "#: datatype must be a datatype of ASDF, not [{'name': 'a'}]"),
        ({"properties": {"a": {"$ref": "#/definitions/b"}}}, "#/definitions/b: there is no such part of the schema"),
    ],
    ids=str,
)
def test_a_broken_schema_is_refused_when_it_is_compiled(schema: dict[str, Any], text: str) -> None:
    with pytest.raises(SchemaError) as caught:
        compile_schema(schema)
    assert str(caught.value).startswith(text)


def test_a_limit_is_a_number() -> None:
    wrong = {name: ("1", True, None) for name in ("minimum", "maximum", "multipleOf")}
    wrong |= {name: ("1", True, 1.0, -1) for name in ("minLength", "maxLength", "minItems", "maxItems", "ndim")}
    for name, arguments in wrong.items():
        for argument in arguments:
            with pytest.raises(SchemaError, match=f"^#: {name} must be"):
                compile_schema({name: argument})
        assert compile_schema({name: 1}).problems(None) == []


@pytest.mark.parametrize("schema", [True, None, [], "string"])
def test_a_schema_is_a_mapping(schema: Any) -> None:
    with pytest.raises(SchemaError, match="a schema is a mapping, not"):
        compile_schema(schema)


def test_a_broken_schema_is_named() -> None:
    with pytest.raises(SchemaError, match=r"^asdf://e\.org/s-1\.0\.0#/items: type must be"):
        compile_schema({"items": {"type": 1}}, uri="asdf://e.org/s-1.0.0")


@pytest.mark.parametrize("resolve", [None, DOCUMENTS.__getitem__])
def test_a_document_that_cannot_be_found_is_named(resolve: Any) -> None:
    compiled = compile_schema({"$ref": "asdf://e.org/nowhere-1.0.0#/a"}, load=resolve)
    with pytest.raises(SchemaError, match=r"asdf://e\.org/nowhere-1\.0\.0: the reference cannot be resolved"):
        compiled.accepts(1)


def test_a_part_that_is_not_there_is_named(compiler: Compiler) -> None:
    with pytest.raises(SchemaError, match=r"image-1\.0\.0#/properties/data: there is no such part"):
        compiler.compile("asdf://e.org/schemas/image-1.0.0", "#/properties/data")


# ---- assigning


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        ({"required": ["a"]}, {}),
        ({"minItems": 1}, []),
        ({"minProperties": 1}, {}),
        ({"dependencies": {"a": ["b"]}}, {"a": 1}),
        ({"dependencies": {"a": {"required": ["b"]}}}, {"a": 1}),
        ({"oneOf": [{"type": "integer"}, {"minimum": 2}]}, 3),
        ({"not": {"type": "array"}}, []),
        ({"not": {"type": "object"}}, {}),
        ({"not": {"tag": TIME}}, Time("2020-01-01")),
        ({"properties": {"a": {"required": ["b"]}}}, {"a": {}}),
    ],
    ids=str,
)
def test_assigning_does_not_ask_for_what_may_come_later(schema: dict[str, Any], instance: Any) -> None:
    compiled = compile_schema(schema)
    assert not compiled.accepts(instance)
    assert compiled.accepts(instance, assigning=True)
    assert compiled.problems(instance, assigning=True) == []


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        ({"properties": {"a": {"type": "string"}}}, {"a": 1}),
        ({"items": {"type": "string"}}, [1]),
        ({"maxItems": 1}, [1, 2]),
        ({"minLength": 1}, ""),
        ({"not": {"type": "string"}}, "a"),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, 3),
        ({"additionalProperties": False}, {"a": 1}),
        ({"tag": NDARRAY, "datatype": "float32", "ndim": 2}, [[1.0]]),
        ({"tag": TIME}, "2020"),
    ],
    ids=str,
)
def test_assigning_asks_for_what_is_given(schema: dict[str, Any], instance: Any) -> None:
    assert compile_schema(schema).problems(instance, assigning=True) != []


def test_the_kind_of_an_array_is_asked_for_only_on_demand() -> None:
    compiled = compile_schema({"tag": NDARRAY, "datatype": "float32", "exact_datatype": True, "ndim": 2, "max_ndim": 2})
    array = np.zeros(3)
    assert [p.kind for p in compiled.problems(array, assigning=True)] == ["datatype", "ndim"]
    assert compiled.problems(array, assigning=True, check_arrays=False) == []
    assert compiled.problems(array, check_arrays=False) == []


@pytest.mark.parametrize(
    ("value", "is_held"),
    [(None, True), ([1] * u.m, True), (Column([1]), True), (np.zeros(1), True), ([1.0], False), (np.float32(1), False)],
    ids=lambda value: type(value).__name__,
)
def test_an_array_may_be_none_yet_or_of_any_library(value: Any, is_held: bool) -> None:
    compiled = compile_schema({"tag": NDARRAYS, "datatype": "float32"})
    assert compiled.accepts(value, assigning=True, check_arrays=False) == is_held
    assert compiled.accepts(value, check_arrays=False) == (type(value) is np.ndarray)
    assert not compiled.accepts(value, assigning=True) or isinstance(value, np.ndarray)
    assert not compile_schema({"tag": TIME}).accepts(value, assigning=True, check_arrays=False)


@pytest.mark.parametrize("combined", ["allOf", "anyOf", "oneOf"])
def test_an_array_of_any_library_may_be_asked_for_by_a_combination(combined: str) -> None:
    compiled = compile_schema(
        {combined: [{"tag": NDARRAYS}, {"enum": [1]}] if combined != "allOf" else [{"tag": NDARRAYS}, {"ndim": 1}]}
    )
    for value in ([1] * u.m, Column([1]), None):
        assert compiled.accepts(value, assigning=True, check_arrays=False)
        assert not compiled.accepts(value)


def test_not_asks_for_the_kind_of_arrays() -> None:
    # what is ruled out is this kind alone
    compiled = compile_schema({"not": {"tag": NDARRAYS, "datatype": "float32"}})
    for check_arrays in (True, False):
        assert compiled.accepts(np.zeros(1, "f8"), check_arrays=check_arrays)
        assert not compiled.accepts(np.zeros(1, "f4"), check_arrays=check_arrays)


def test_not_is_exact_inside_even_while_assigning() -> None:
    compiled = compile_schema({"not": {"oneOf": [{"type": "integer"}, {"minimum": 2}]}})
    assert compiled.accepts(3) and compiled.accepts(3, assigning=True)


# ---- tags that imply schemas


def tagged_compiler() -> Compiler:
    compiler = Compiler(
        Resolver(), lambda tag: [compiler.compile(tag.replace("tags", "schemas"))] if "/tags/" in tag else []
    )
    compiler.resolver.add(
        {"properties": {"dark": {"type": "string"}}, "required": ["dark"]}, "asdf://e.org/schemas/step-1.0.0"
    )
    compiler.resolver.add({"tag": "asdf://e.org/tags/step-1.0.0"}, "asdf://e.org/schemas/asks-1.0.0")
    compiler.resolver.add({}, "asdf://e.org/schemas/any-1.0.0")
    return compiler


@pytest.mark.parametrize("wrap", [lambda step: step, lambda step: {"a": [step]}, lambda step: [{"b": (step,)}]])
@pytest.mark.parametrize("kind", [TaggedMapping, TaggedDict])
def test_a_tagged_value_satisfies_its_tag_wherever_it_stands(wrap: Any, kind: Any) -> None:
    compiled = tagged_compiler().compile("asdf://e.org/schemas/any-1.0.0")
    assert compiled.accepts(wrap(kind({"dark": "x"}, "asdf://e.org/tags/step-1.0.0")))
    (problem,) = compiled.problems(wrap(kind({"dark": 1}, "asdf://e.org/tags/step-1.0.0")))
    assert (problem.path[-1], problem.kind, problem.schema_uri) == ("dark", "type", "asdf://e.org/schemas/step-1.0.0")


def test_without_tagged_no_tag_implies_a_schema() -> None:
    assert compile_schema({}).accepts(TaggedMapping({"dark": 1}, "asdf://e.org/tags/step-1.0.0"))


def test_assigning_is_lenient_to_tagged_values_too() -> None:
    compiled = tagged_compiler().compile("asdf://e.org/schemas/asks-1.0.0")
    assert compiled.accepts(TaggedMapping({}, "asdf://e.org/tags/step-1.0.0"), assigning=True)
    assert not compiled.accepts(TaggedMapping({"dark": 1}, "asdf://e.org/tags/step-1.0.0"), assigning=True)


def test_what_a_schema_and_a_tag_both_refuse_is_told_once() -> None:
    compiler = tagged_compiler()
    compiled = compiler.compile(compiler.resolver.add({"$ref": "step-1.0.0"}, "asdf://e.org/schemas/both-1.0.0"))
    found = compiled.problems(TaggedMapping({"dark": 1}, "asdf://e.org/tags/step-1.0.0"))
    assert [str(problem) for problem in found] == ["dark: 1 is not of type 'string' (asdf://e.org/schemas/step-1.0.0)"]


def test_a_tree_that_holds_itself_is_walked_once() -> None:
    loop: list[Any] = [TaggedMapping({"dark": 1}, "asdf://e.org/tags/step-1.0.0")]
    loop.append(loop)
    assert len(tagged_compiler().compile("asdf://e.org/schemas/any-1.0.0").problems(loop)) == 1


def test_an_object_that_asdf_cannot_write_is_a_problem() -> None:
    (problem,) = tagged_compiler().compile("asdf://e.org/schemas/any-1.0.0").problems({"a": Table({"a": [object()]})})
    assert problem.path == ("a",)
    assert problem.message.startswith("asdf cannot write it: ")


# ---- what asdf sees of a value


class Node(dict[str, Any]):
    def __init__(self, tag: str | None, **entries: Any) -> None:
        super().__init__(entries)
        self._own = tag

    def __roman_tag__(self) -> str | None:
        return self._own


class Deferred:
    def __init__(self, tree: Any) -> None:
        self.tree = tree

    def __roman_tag__(self) -> str:
        return str(self.tree.tag)

    def __roman_lower__(self) -> Any:
        return self.tree


def test_a_node_answers_for_its_tag() -> None:
    assert values.tag_of(Node("asdf://e.org/tags/step-1.0.0")) == "asdf://e.org/tags/step-1.0.0"
    assert values.tag_of(Node(None)) == "tag:yaml.org,2002:map"
    assert compile_schema({"type": "object", "required": ["a"]}).accepts(Node("t", a=1))


def test_a_deferred_value_is_seen_as_its_tree() -> None:
    compiled = compile_schema({"tag": TIME, "type": "string", "maxLength": 4})
    assert compiled.accepts(Deferred(TaggedScalar("2020", "tag:stsci.edu:asdf/time/time-1.1.0")))
    assert not compiled.accepts(Deferred(TaggedScalar("2020-01", "tag:stsci.edu:asdf/time/time-1.1.0")))


def test_a_deferred_array_has_a_kind() -> None:
    compiled = compile_schema({"tag": NDARRAY, "datatype": "float32", "exact_datatype": True, "ndim": 2})
    assert compiled.accepts(Deferred(TaggedMapping({"datatype": "float32", "shape": [2, 2]}, NDARRAY)))
    assert [
        p.kind for p in compiled.problems(Deferred(TaggedMapping({"datatype": "int8", "shape": [2]}, NDARRAY)))
    ] == [
        "datatype",
        "ndim",
    ]


SEEN = [
    *(
        1,
        True,
        1.5,
        "a",
        None,
        [],
        {},
        (),
        b"a",
        np.float64(1),
        np.float32(1),
        np.int64(1),
        np.str_("a"),
        np.bool_(True),
    ),
    *(np.zeros(3), np.ma.array([1], mask=[True]), 3 * u.m, u.m, Time("2020-01-01"), Table({"a": [1]}), 1j),
]


@pytest.mark.parametrize("value", SEEN, ids=lambda value: type(value).__name__)
def test_the_tag_is_the_one_that_asdf_sees(value: Any) -> None:
    tree = asdf.yamlutil.custom_tree_to_tagged_tree(value, asdf.AsdfFile())
    for pattern in ("**", "tag:yaml.org,2002:*", str(values.tag_of(value))):
        assert compile_schema({"tag": pattern}).accepts(value) == _asdf_accepts({"tag": pattern}, tree)


@pytest.mark.parametrize(
    "dtype", ["f4", ">f8", "i1", "u8", "?", "c16", "S3", "U3", [("a", ">f4", (2,)), ("b", "S3"), ("c", "u1")]]
)
def test_the_datatype_is_the_one_that_asdf_writes(dtype: Any) -> None:
    array = np.zeros(2, dtype)
    tree = asdf.yamlutil.custom_tree_to_tagged_tree(array, asdf.AsdfFile())
    assert datatypes.datatype_of(array) == tree["datatype"] == datatypes.datatype_of(tree)
    assert datatypes.ndim_of(array) == 1 == datatypes.ndim_of(tree)


def test_lower_gives_the_tree_that_asdf_writes() -> None:
    tree = values.lower(3 * u.m)
    assert (tree["value"], str(tree["unit"]), tree["datatype"]) == (3.0, "m", "float64")


def test_the_schemas_of_a_tag_are_those_of_asdf() -> None:
    assert values.schema_uris_of_tag(NDARRAY) == ("http://stsci.edu/schemas/asdf/core/ndarray-1.1.0",)
    assert values.schema_uris_of_tag("asdf://e.org/tags/nothing-1.0.0") == ()


def _asdf_accepts(schema: dict[str, Any], tree: Any) -> bool:
    return bool(asdf.schema.get_validator(schema, ctx=asdf.AsdfFile()).is_valid(tree))


def test_threads_that_check_the_same_scalar_do_not_answer_for_each_other() -> None:
    is_checking, go_on = threading.Event(), threading.Event()

    def wait(value: Any, context: Any) -> bool:
        is_checking.set()
        return not go_on.wait(120)

    check: Any = _guarded(SimpleNamespace(leaf=False, check=wait), in_place=True)  # type: ignore[arg-type]
    answers: list[bool] = []
    threads = [threading.Thread(target=lambda: answers.append(check("same", FULL_CONTEXT))) for _ in range(2)]
    threads[0].start()
    assert is_checking.wait(120)
    threads[1].start()
    threads[1].join(0.1)
    go_on.set()
    for thread in threads:
        thread.join(120)
    assert answers == [False, False]
