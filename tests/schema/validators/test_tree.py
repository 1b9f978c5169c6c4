"""The walk through a whole tree: tagged values wherever they stand, foreign objects, and the order of problems."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from asdf.tagged import TaggedDict
from astropy import units as u
from astropy.table import Table
from astropy.time import Time

from roman_cal_models.errors import Problem
from roman_cal_models.schema.resolver import Resolver
from roman_cal_models.schema.validators.compiler import Compiler, compile_schema
from roman_cal_models.yaml import TaggedMapping, TaggedScalar, TaggedSequence

NDARRAY = "tag:stsci.edu:asdf/core/ndarray-1.1.0"
TAGS = "asdf://e.org/tags/"
STEP = f"{TAGS}step-1.0.0"

SCHEMAS: dict[str, dict[str, Any]] = {
    "step-1.0.0": {"properties": {"dark": {"type": "string"}}, "required": ["dark"]},
    "word-1.0.0": {"type": "string", "maxLength": 3},
    "list-1.0.0": {"items": {"type": "integer"}},
    "refused-1.0.0": {"not": {}},
}


class Asked:
    """Checks of a tree in which each tag means a schema; notes for which tags it was asked."""

    def __init__(self) -> None:
        self.tags: list[str] = []
        documents = {f"asdf://e.org/schemas/{name}": schema for name, schema in SCHEMAS.items()}
        self._compiler = Compiler(Resolver(documents.__getitem__), self._tagged)
        self._compiler.resolver.add({}, "asdf://e.org/schemas/any-1.0.0")

    def _tagged(self, tag: str) -> list[Any]:
        self.tags.append(tag)
        name = tag.removeprefix(TAGS) if tag.startswith(TAGS) else "refused-1.0.0"
        return [self._compiler.compile(f"asdf://e.org/schemas/{name}")]

    def problems(self, instance: Any, **options: Any) -> list[Problem]:
        compiled = self._compiler.compile("asdf://e.org/schemas/any-1.0.0")
        found = compiled.problems(instance, **options)
        options.pop("path", None)
        assert compiled.accepts(instance, **options) == (not found)
        return found


class Node(dict[str, Any]):
    def __roman_tag__(self) -> str:
        return STEP


class Deferred:
    """Stands for a tree, and counts how often that was asked for."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree
        self.lowered = 0

    def __roman_tag__(self) -> str:
        return str(self.tree.tag)

    def __roman_lower__(self) -> Any:
        self.lowered += 1
        return self.tree


class RawArray:
    """An array as it stands in a file, whoever wrote it."""

    __roman_raw__ = True

    def __init__(self, tree: Any) -> None:
        self.tree = tree

    def __roman_tag__(self) -> str:
        return NDARRAY

    def __roman_lower__(self) -> Any:
        return self.tree


def told(problems: list[Problem]) -> list[tuple[tuple[str | int, ...], str]]:
    return [(problem.path, problem.kind) for problem in problems]


# -- which values are held against the schemas of their tags ---------------------------------------------------------


@pytest.mark.parametrize(
    "wrap",
    [
        lambda value: {"a": value},
        lambda value: {"text": "t", "a": {"b": value}},
        lambda value: [1, value],
        lambda value: (value,),
        lambda value: OrderedDict(a=1, b=value),
        lambda value: TaggedMapping({"dark": "x", "more": value}, STEP),
        lambda value: TaggedDict({"dark": "x", "more": value}, STEP),
        lambda value: TaggedSequence([value], "tag:yaml.org,2002:seq"),
        lambda value: Node(dark="x", more=value),
    ],
)
def test_a_tagged_value_is_found_in_any_container(wrap: Any) -> None:
    assert Asked().problems(wrap(TaggedMapping({"dark": "x"}, STEP))) == []
    (problem,) = Asked().problems(wrap(TaggedMapping({}, STEP)))
    assert (problem.path[-1], problem.kind) == ("dark", "required")
    assert problem.schema_uri == "asdf://e.org/schemas/step-1.0.0"


def test_scalars_and_lists_have_tags_as_well() -> None:
    word, items = f"{TAGS}word-1.0.0", f"{TAGS}list-1.0.0"
    assert Asked().problems({"a": TaggedScalar("abc", word), "b": TaggedSequence([1], items)}) == []
    found = Asked().problems({"a": TaggedScalar("abcd", word), "b": TaggedSequence([1, "x"], items)})
    assert told(found) == [(("a",), "maxLength"), (("b", 1), "type")]
    assert told(Asked().problems(TaggedScalar("abcd", word), path=("x",))) == [(("x",), "maxLength")]


def test_tags_of_yaml_and_values_without_tag_imply_nothing() -> None:
    asked = Asked()
    tree = {
        "a": [1, "b", None, 1.5, True],
        "c": OrderedDict(d=1),
        "e": (1,),
        "f": TaggedScalar("x", "tag:yaml.org,2002:str"),
    }
    assert asked.problems(tree) == []
    assert asked.tags == []


def test_a_reference_into_another_file_is_not_looked_into() -> None:
    assert Asked().problems({"a": {"$ref": "b.asdf#/c", "inner": TaggedMapping({}, STEP)}}) == []
    assert told(Asked().problems([{"ref": "b.asdf#/c", "inner": TaggedMapping({}, STEP)}])) == [
        ((0, "inner", "dark"), "required")
    ]


def test_a_value_that_stands_at_two_places_is_told_at_the_first() -> None:
    step = TaggedMapping({}, STEP)
    assert told(Asked().problems({"a": step, "b": [step]})) == [(("a", "dark"), "required")]


def test_foreign_objects_are_asked_for_but_while_assigning() -> None:
    for value in (Time("2020-01-01"), 3 * u.m, Table({"a": [1]})):
        assert told(Asked().problems({"a": [value]}))[0] == (("a", 0), "not")
        assert Asked().problems({"a": [value]}, assigning=True) == []
    word = Deferred(TaggedScalar("abcd", f"{TAGS}word-1.0.0"))
    assert told(Asked().problems([word])) == [((0,), "maxLength")]
    assert Asked().problems([word], assigning=True) == []
    # nodes are asked for then, too, for what is given
    assert told(Asked().problems([Node(dark=1)], assigning=True)) == [((0, "dark"), "type")]
    assert Asked().problems([Node()], assigning=True) == []
    assert told(Asked().problems([Node()])) == [((0, "dark"), "required")]


def test_what_a_foreign_object_holds_is_asked_for() -> None:
    inner = TaggedMapping({}, STEP)
    assert told(Asked().problems([Deferred(TaggedMapping({"dark": "x", "more": inner}, STEP))])) == [
        ((0, "more", "dark"), "required")
    ]


def test_arrays_in_memory_are_valid_without_a_look() -> None:
    asked = Asked()
    assert asked.problems({"a": np.zeros(3), "b": [np.zeros((2, 2), "f4")]}) == []
    assert asked.tags == []


def test_arrays_of_a_file_are_asked_for_unless_they_are_written_as_nearly_all_are() -> None:
    usual = {"source": 0, "datatype": "int8", "byteorder": "little", "shape": [2]}
    for kind in (lambda tree: tree, RawArray):
        asked = Asked()
        assert asked.problems([kind(TaggedMapping(usual, NDARRAY))]) == []
        assert asked.tags == []
        unusual = TaggedMapping({**usual, "offset": 0}, NDARRAY)
        assert told(Asked().problems([kind(unusual)])) == [((0,), "not")]
    assert told(Asked().problems([TaggedSequence([1, 2], NDARRAY)])) == [((0,), "not")]


# -- objects that no file can hold -----------------------------------------------------------------------------------


def test_what_asdf_cannot_write_is_told_with_its_place() -> None:
    table = Table({"a": [object()]})
    (problem,) = Asked().problems(TaggedMapping({"dark": "x", "tables": [table]}, STEP))
    assert (problem.path, problem.kind, problem.value) == (("tables", 0), "tag", table)
    assert problem.message.startswith("asdf cannot write it: ")
    assert problem.schema_uri == "asdf://e.org/schemas/step-1.0.0"
    assert str(problem.allowed).startswith("tag:astropy.org:astropy/table/table-")


def test_what_a_file_asks_for_from_outside_is_told() -> None:
    array = TaggedMapping(
        {"source": "http://e.org/a.asdf", "datatype": "int8", "byteorder": "little", "shape": [2]}, NDARRAY
    )
    (problem,) = Asked().problems(TaggedMapping({"dark": "x", "arrays": [array]}, STEP))
    assert (problem.path, problem.kind, problem.allowed) == (("arrays", 0), "tag", NDARRAY)
    assert problem.message.startswith("cannot be built: ")
    assert problem.schema_uri == "asdf://e.org/schemas/step-1.0.0"


def test_a_deferred_value_is_asked_once_a_check() -> None:
    value = Deferred(TaggedMapping({"a": 1, "b": 2}, "tag:e.org:thing-1.0.0"))
    part = {"properties": {"a": {"type": "integer"}, "b": {}}, "required": ["a"], "type": "object"}
    assert compile_schema({"items": {**part, "allOf": [part, part]}}).accepts([value, value])
    assert value.lowered == 1


# -- the order of problems -------------------------------------------------------------------------------------------


def wrong(*names: str) -> dict[str, Any]:
    """Return a schema that finds something wrong with properties, in this order."""
    return {"properties": {name: {"type": "null"} for name in names}}


@pytest.mark.parametrize("path", [(), ("meta",), ("meta", 0)])
def test_problems_stand_in_the_order_of_the_instance(path: tuple[str | int, ...]) -> None:
    compiled = compile_schema({**wrong("a", "b"), "required": ["y", "z"]})
    found = compiled.problems({"b": 1, "a": 2}, path=path)
    assert [problem.path for problem in found] == [(*path, name) for name in ("b", "a", "y", "z")]
    assert [problem.path for problem in compile_schema(wrong("a", "b")).problems({"b": 1, "a": 2}, path=path)] == [
        (*path, "b"),
        (*path, "a"),
    ]


def test_what_is_wrong_with_a_value_comes_before_what_is_wrong_in_it() -> None:
    schema = {"properties": {"b": wrong("x", "y"), "a": {"type": "null"}}, "maxProperties": 1}
    found = compile_schema(schema).problems({"a": 1, "b": {"y": 1, "x": 1}})
    assert [problem.path for problem in found] == [(), ("a",), ("b", "y"), ("b", "x")]


@pytest.mark.parametrize("kind", [list, tuple])
def test_items_stand_in_their_order(kind: Any) -> None:
    last = {"items": [{}, {}, {"type": "null"}]}
    schema = {"allOf": [last, {"items": {"required": ["z"], **wrong("a", "b")}}]}
    found = compile_schema(schema).problems(kind([{"b": 1, "a": 1}, {"z": 1}, {"a": 1}]))
    assert [problem.path for problem in found] == [
        (0, "b"), (0, "a"), (0, "z"), (2,), (2, "a"), (2, "z"),
    ]  # fmt: skip


def test_what_is_missing_stands_last_in_the_object_that_lacks_it() -> None:
    schema = {"properties": {"a": {"required": ["m"], **wrong("x")}, "b": {"type": "null"}}, "required": ["l"]}
    found = compile_schema(schema).problems({"a": {"x": 1}, "b": 1})
    assert [problem.path for problem in found] == [("a", "x"), ("a", "m"), ("b",), ("l",)]


def test_the_inside_of_a_foreign_object_has_an_order_too() -> None:
    tree = TaggedMapping({"y": 1, "x": [{"b": 1, "a": 1}]}, "tag:e.org:thing-1.0.0")
    schema = {"items": {"properties": {"x": {"items": wrong("a", "b")}, "y": {"type": "null"}}}}
    found = compile_schema(schema).problems([Deferred(tree)])
    assert [problem.path for problem in found] == [(0, "y"), (0, "x", 0, "b"), (0, "x", 0, "a")]


def test_the_first_of_equal_problems_is_kept() -> None:
    schema = {"allOf": [{"type": "string"}, {"minimum": 9}, {"type": "string"}]}
    assert told(compile_schema(schema).problems(1)) == [((), "type"), ((), "minimum")]
    schema = {"properties": {"a": {"allOf": [{"enum": [[1]]}, {"enum": [[1], [1]]}, {"enum": [[1]]}]}}}
    found = compile_schema(schema).problems({"a": 5})
    assert [problem.allowed for problem in found] == [[[1]], [[1], [1]]]


def test_a_key_that_is_no_text_is_named_by_its_text() -> None:
    entries = {"a": 1, 5: 1, 1.5: 1, None: 1}
    for schema in ({"additionalProperties": False}, {"additionalProperties": {"type": "null"}}):
        found = compile_schema(schema).problems(entries)
        assert {problem.path for problem in found} == {("a",), (5,), ("1.5",), ("None",)}
