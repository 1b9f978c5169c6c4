"""What small schemas say of a property and of an object, merged; the same of RAD's is in `test_registry`."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from roman_cal_models import SchemaError
from roman_cal_models.schema.properties import ArchiveColumns, ObjectSchema, PropertySchema, walk
from roman_cal_models.schema.registry import SchemaRegistry
from tests.schema.making import made, schema_uri, tag_uri

NDARRAY = "tag:stsci.edu:asdf/core/ndarray-1.*"
ONE = schema_uri("one-1.0.0")
TWO = schema_uri("two-1.0.0")


def registry_of(folder: Path, one: dict[str, Any], **others: dict[str, Any]) -> SchemaRegistry:
    names = {"one-1.0.0": one, **{f"{name}-1.0.0": each for name, each in others.items()}}
    return made(folder, names, *(name for name in names if name != "fragment-1.0.0"))


def value_of(folder: Path, one: dict[str, Any], **others: dict[str, Any]) -> PropertySchema:
    return registry_of(folder, one, **others).root(ONE)


def object_of(folder: Path, one: dict[str, Any], **others: dict[str, Any]) -> ObjectSchema:
    return registry_of(folder, one, **others).document(ONE)


# -- a value ---------------------------------------------------------------------------------------------------------


def test_the_nearest_keyword_counts(tmp_path: Path) -> None:
    place = value_of(tmp_path, {"allOf": [{"title": "near"}, {"$ref": "two-1.0.0"}]}, two={"title": "far", "ndim": 2})
    assert (place.keyword("title"), place.keyword("ndim"), place.keyword("unit")) == ("near", 2, None)


def test_titles_and_descriptions_are_put_on_one_line(tmp_path: Path) -> None:
    place = value_of(tmp_path, {"title": "A\n  title\n", "description": "It is\n\ndescribed."})
    assert (place.title, place.description) == ("A title", "It is described.")
    nothing = value_of(tmp_path / "other", {})
    assert (nothing.title, nothing.description) == (None, None)


@pytest.mark.parametrize(("unit", "wanted"), [("m", "m"), (["m", "s"], ("m", "s")), (None, None)])
def test_a_value_has_one_unit_or_one_of_several(unit: Any, wanted: Any, tmp_path: Path) -> None:
    assert value_of(tmp_path, {"unit": unit}).unit == wanted


def test_the_archive_has_columns_for_a_value(tmp_path: Path) -> None:
    place = value_of(tmp_path, {"archive_catalog": {"datatype": "float", "destination": ["A.b", "C.b"]}})
    assert place.archive == ArchiveColumns("float", ("A.b", "C.b"))
    assert value_of(tmp_path / "other", {}).archive is None


@pytest.mark.parametrize(
    ("schema", "types", "is_integral", "is_nullable", "is_list"),
    [
        ({}, set(), False, False, False),
        ({"type": "integer"}, {"integer"}, True, False, False),
        ({"type": ["integer", "null"]}, {"integer", "null"}, True, True, False),
        ({"anyOf": [{"type": "integer"}, {"type": "number"}]}, {"integer", "number"}, False, False, False),
        ({"type": "number"}, {"number"}, False, False, False),
        ({"anyOf": [{"type": "array"}, {"type": "null"}]}, {"array", "null"}, False, True, True),
    ],
)
def test_types_are_joined(
    schema: dict[str, Any], types: set[str], is_integral: bool, is_nullable: bool, is_list: bool, tmp_path: Path
) -> None:
    place = value_of(tmp_path, schema)
    assert place.types == types
    assert (place.is_integral, place.is_nullable, place.is_list) == (is_integral, is_nullable, is_list)


def test_allowed_values_stand_in_the_order_of_the_schema(tmp_path: Path) -> None:
    assert value_of(tmp_path, {"enum": ["z", "a", 1]}).enum == ("z", "a", 1)
    assert value_of(tmp_path / "other", {}).enum is None


def test_tags_are_those_of_nodes_and_of_foreign_objects(tmp_path: Path) -> None:
    one = {"anyOf": [{"tag": NDARRAY}, {"tag": tag_uri("two-1.0.0")}, {"tag": NDARRAY}]}
    place = value_of(tmp_path, one, two={"type": "object"})
    assert place.tags == (NDARRAY, tag_uri("two-1.0.0"))
    assert place.node_tag == tag_uri("two-1.0.0")
    assert place.is_array
    plain = value_of(tmp_path / "other", {"tag": "tag:stsci.edu:asdf/time/time-1.*"})
    assert (plain.node_tag, plain.is_array) == (None, False)


@pytest.mark.parametrize(
    ("schema", "accepted", "refused"),
    [
        ({"enum": ["a", "b"]}, ["a"], ["c", 1, None]),
        ({"minimum": 2}, [2, 3.5, "text"], [1]),
        ({"type": "string", "maxLength": 2}, ["ab"], ["abc", 1, None]),
        ({"tag": tag_uri("two-1.0.0")}, [], ["a", 1, None]),
        ({}, ["a", 1, None], []),
    ],
)
def test_plain_values_are_answered_for_quickly(
    schema: dict[str, Any], accepted: list[Any], refused: list[Any], tmp_path: Path
) -> None:
    one = {"properties": {"value": schema}}
    place = object_of(tmp_path, one, two={}).properties["value"]
    assert all(place.accepts_plain(value) for value in accepted)
    assert not any(place.accepts_plain(value) for value in refused)


def test_all_that_describe_a_property_are_asked(tmp_path: Path) -> None:
    one = {"properties": {"a": {"minimum": 2}}, "allOf": [{"properties": {"a": {"enum": [1, 2, 3]}, "b": {}}}]}
    schema = object_of(tmp_path, one)
    assert [schema.accepts_plain("a", value) for value in (1, 2, 3, 4)] == [False, True, True, False]
    assert schema.accepts_plain("b", 5)
    assert not schema.accepts_plain("unknown", 5)
    # what is asked for the second time is answered alike
    assert [schema.accepts_plain("a", value) for value in (1, 2)] == [False, True]
    assert len(schema.properties["a"].compiled) == 2


def test_items_are_those_of_all_that_speak_of_a_list(tmp_path: Path) -> None:
    one = {
        "items": {"maximum": 5},
        "allOf": [{"items": {"minimum": 2}}, {"items": {"not": {"type": "null"}}}, {"items": [{"type": "null"}]}],
    }
    items = value_of(tmp_path, one).items
    assert items is not None
    assert [sub.pointer for sub in items.subschemas] == ["/items", "/allOf/0/items"]
    assert [items.accepts_plain(value) for value in (1, 3, 6)] == [False, True, False]
    for n, schema in enumerate(({}, {"items": {"not": {}}}, {"items": [{}]}), 1):
        assert value_of(tmp_path / str(n), schema).items is None


def test_objects_in_lists_are_told_with_their_depth(tmp_path: Path) -> None:
    thing = {"type": "object"}
    one = {
        "properties": {
            "list": {"items": thing},
            "deep": {"items": {"items": thing}},
            "both": {"anyOf": [thing, {"items": thing}]},
            "plain": {"type": "array", "items": {"type": "string"}},
        }
    }
    properties = object_of(tmp_path, one).properties
    found = {name: [(at, each.path) for at, each in place.objects()] for name, place in properties.items()}
    assert found == {
        "list": [("[]", ("list[]",))],
        "deep": [("[][]", ("deep[][]",))],
        "both": [("", ("both",)), ("[]", ("both[]",))],
        "plain": [],
    }


def test_the_inside_of_a_foreign_object_can_be_asked_for(tmp_path: Path) -> None:
    tag = "tag:stsci.edu:asdf/unit/quantity-1.*"
    one = {"tag": tag, "properties": {"value": {"ndim": 2}}, "allOf": [{"properties": {"value": {"unit": "m"}}}]}
    place = value_of(tmp_path, one)
    assert place.object is None
    value = place.inside("value")
    assert value is not None
    assert (value.keyword("ndim"), value.unit) == (2, "m")
    assert place.inside("unit") is None
    assert place.beside(place.subschemas[0].child("allOf", 0)).inside("value").unit == "m"  # type: ignore[union-attr]


def test_definitions_come_along(tmp_path: Path) -> None:
    one = {
        "definitions": {"a": {"minimum": 1}, "b": {"minimum": 2}},
        "allOf": [{"definitions": {"$ref": "two-1.0.0#/definitions"}}],
    }
    definitions = value_of(tmp_path, one, two={"definitions": {"c": {"minimum": 3}}}).definitions
    assert {name: place.keyword("minimum") for name, place in definitions.items()} == {"a": 1, "b": 2, "c": 3}
    assert value_of(tmp_path / "other", {}).definitions == {}


# -- an object -------------------------------------------------------------------------------------------------------


def test_an_object_is_joined_of_all_that_describe_it(tmp_path: Path) -> None:
    one = {
        "title": "One\n object",
        "properties": {"b": {"title": "first"}, "a": {}},
        "required": ["b"],
        "allOf": [{"$ref": "two-1.0.0"}],
    }
    two = {"title": "Two", "properties": {"c": {}, "b": {"title": "second", "unit": "m"}}, "required": ["c", "b"]}
    schema = object_of(tmp_path, one, two=two)
    assert schema.title == "One object"
    assert list(schema.properties) == ["b", "a", "c"]
    assert (schema.properties["b"].title, schema.properties["b"].unit) == ("first", "m")
    assert schema.required == {"b", "c"}
    assert object_of(tmp_path / "other", {"properties": {}}).title is None
    assert (schema.tag, schema.parsed.family) == (tag_uri("one-1.0.0"), "one")


def test_the_parents_of_an_object_are_the_documents_that_it_takes_in_whole(tmp_path: Path) -> None:
    one = {"allOf": [{"$ref": "two-1.0.0"}, {"$ref": "three-1.0.0#/definitions/a"}, {"properties": {"a": {}}}]}
    thing = {"type": "object"}
    registry = registry_of(tmp_path, one, two=thing, three={"definitions": {"a": thing}, **thing})
    assert registry.document(ONE).parents == ("two",)
    assert registry.document(TWO).parents == ()


def test_unknown_names_are_forbidden_by_any_of_the_schemas(tmp_path: Path) -> None:
    closed = {"additionalProperties": False}
    assert object_of(tmp_path / "1", {"type": "object", "allOf": [{}, closed]}).is_closed
    assert not object_of(tmp_path / "2", {"type": "object"}).is_closed
    assert not object_of(tmp_path / "3", {"additionalProperties": {"type": "null"}}).is_closed
    assert not object_of(tmp_path / "4", {"additionalProperties": True}).is_closed


def test_a_property_is_declared_by_name_before_a_pattern(tmp_path: Path) -> None:
    one = {"properties": {"F1": {"title": "name"}}, "patternProperties": {"^F": {"title": "F"}, "2$": {"title": "2"}}}
    schema = object_of(tmp_path, one)
    titles = {name: schema.property_named(name) for name in ("F1", "F2", "G2", "G", 2)}  # type: ignore[arg-type]
    found = {name: place and place.title for name, place in titles.items()}
    assert found == {"F1": "name", "F2": "F", "G2": "2", "G": None, 2: None}


def test_an_object_says_where_it_stands(tmp_path: Path) -> None:
    schema = object_of(tmp_path, {"properties": {"a": {"properties": {"b": {"type": "object"}}}}})
    inner = schema.properties["a"].object.properties["b"].object  # type: ignore[union-attr]
    assert repr(schema) == f"<ObjectSchema {ONE}>"
    assert repr(inner) == f"<ObjectSchema {ONE}#a.b>"
    assert inner is not None
    assert (inner.tag, inner.uri, inner.path) == (None, ONE, ("a", "b"))
    assert inner.compiled[0].problems(5) != []


def test_every_declared_property_can_be_walked(tmp_path: Path) -> None:
    both = {"anyOf": [{"properties": {"x": {}}}, {"items": {"properties": {"y": {}}}}]}
    one = {
        "properties": {
            "a": {"properties": {"b": {"type": "string"}}},
            "rows": {"items": {"properties": {"c": {}}}},
            "grid": {"items": {"items": {"properties": {"d": {}}}}},
            "both": both,
        }
    }
    schema = object_of(tmp_path, one)
    paths = ["a", "a.b", "rows", "rows[].c", "grid", "grid[][].d", "both", "both.x"]
    assert [path for path, _ in walk(schema)] == paths
    assert [path for path, _ in walk(schema, "meta.")] == [f"meta.{path}" for path in paths]
    assert dict(walk(schema))["a.b"].types == {"string"}


# -- finding ---------------------------------------------------------------------------------------------------------


def test_objects_are_found_by_names_patterns_and_items(tmp_path: Path) -> None:
    thing = {"properties": {"x": {}}}
    one = {
        "properties": {
            "a": {"properties": {"rows": {"items": thing}, "grid": {"items": {"items": thing}}}},
            "table": {"patternProperties": {"^F": thing, "^G": {"items": thing}}},
            "text": {"type": "string"},
            "odd]": thing,
        }
    }
    registry = registry_of(tmp_path, one)
    document = registry.document(ONE)
    assert registry.find(ONE, ()) is document
    for path in [("a",), ("a", "rows[]"), ("a", "grid[][]"), ("table", "/^F/"), ("table", "/^G/[]"), ("odd]",)]:
        found = registry.find(ONE, path)
        assert found.path == path
        assert registry.find(ONE, path) is found
    for path in [
        ("text",),
        ("text[]",),
        ("a", "rows"),
        ("a", "rows[][]"),
        ("a", "grid[]"),
        ("table", "^F"),
        ("b", "c"),
    ]:
        with pytest.raises(SchemaError) as caught:
            registry.find(ONE, path)
        assert str(caught.value) == f"{ONE} describes no object at {'.'.join(path)}"


def test_an_object_of_one_document_is_that_document_s(tmp_path: Path) -> None:
    one = {
        "properties": {
            "whole": {"$ref": "two-1.0.0"},
            "alternative": {"anyOf": [{"type": "null"}, {"$ref": "two-1.0.0"}]},
            "more": {"allOf": [{"$ref": "two-1.0.0"}, {"properties": {"b": {}}}]},
            "part": {"$ref": "two-1.0.0#/definitions/part"},
            "text": {"type": "string"},
        }
    }
    two = {"properties": {"a": {}}, "definitions": {"part": {"properties": {"c": {}}}}}
    registry = registry_of(tmp_path, one, two=two)
    properties = registry.document(ONE).properties
    assert properties["whole"].object is properties["alternative"].object is registry.document(TWO)
    assert properties["text"].object is None
    more, part = properties["more"].object, properties["part"].object
    assert more is not None and part is not None
    assert (more.uri, more.path, list(more.properties)) == (ONE, ("more",), ["a", "b"])
    assert (part.uri, part.path, list(part.properties)) == (ONE, ("part",), ["c"])


def test_a_document_that_joins_others_is_one_object(tmp_path: Path) -> None:
    one = {"allOf": [{"$ref": "two-1.0.0"}, {"properties": {"b": {}}}]}
    registry = registry_of(tmp_path, one, two={"properties": {"a": {}}})
    assert registry.root(ONE).object is registry.document(ONE)
    assert list(registry.document(ONE).properties) == ["a", "b"]


def test_an_object_of_no_owner_is_known_by_its_document(tmp_path: Path) -> None:
    registry = registry_of(tmp_path, {"definitions": {"part": {"properties": {"c": {}}}}})
    place = registry.root(ONE).definitions["part"]
    assert place.object is not None
    assert (place.object.uri, place.object.path) == (ONE, ())


def test_tags_imply_checks(tmp_path: Path) -> None:
    registry = registry_of(tmp_path, {"type": "string"}, two={"properties": {"a": {}}})
    (checks,) = registry.compiled_of_tag(tag_uri("one-1.0.0"))
    assert checks.accepts("text") and not checks.accepts(5)
    (checks,) = registry.compiled_of_tag("tag:stsci.edu:asdf/core/ndarray-1.1.0")
    assert checks.uri == "http://stsci.edu/schemas/asdf/core/ndarray-1.1.0"
    for tag in ("tag:yaml.org,2002:str", "!own", "asdf://e.org/tags/nothing-1.0.0", "tag:e.org:nothing"):
        assert tuple(registry.compiled_of_tag(tag)) == ()


def test_tags_of_the_store_imply_the_checks_of_its_schemas(tmp_path: Path) -> None:
    (checks,) = registry_of(tmp_path, {"type": "string"}).compiled_of_tag(tag_uri("one-1.0.0"))
    assert checks.uri == ONE


def test_a_registry_of_schemas_that_are_not_installed_is_not_pickled(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="not installed cannot be pickled"):
        pickle.dumps(object_of(tmp_path, {"type": "object"}))
