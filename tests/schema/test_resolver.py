"""From one piece of a schema to the next: where references lead, and what speaks of a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from roman_cal_models import SchemaError, SchemaNotFoundError
from roman_cal_models.schema.resolver import Resolver, Subschema, mappings

URI = "asdf://e.org/schemas/one-1.0.0"
OTHER = "asdf://e.org/schemas/two-1.0.0"
FOREIGN = "http://stsci.edu/schemas/asdf/core/ndarray-1.1.0"
THING: dict[str, Any] = {"type": "object", "properties": {"a": {}}}


def resolver(**documents: Mapping[str, Any]) -> Resolver:
    """Return one that knows ``one``, ``two``, ..., and for each a tag; what is of asdf describes no nodes."""
    loaded = {f"asdf://e.org/schemas/{name}-1.0.0": document for name, document in documents.items()}

    def schema_of(tag: str) -> str | None:
        uri = tag.replace("/tags/", "/schemas/")
        return uri if uri in loaded and uri != tag else None

    return Resolver({**loaded, FOREIGN: THING}.__getitem__, schema_of, loaded.__contains__)


def places(found: Any) -> list[str]:
    return [str(sub).replace("asdf://e.org/schemas/", "").replace("-1.0.0", "") for sub in found]


# -- pieces ----------------------------------------------------------------------------------------------------------


def test_a_piece_is_named_by_its_place() -> None:
    assert str(Subschema(URI, "/items", {})) == f"{URI}#/items"
    assert str(Subschema(URI, "", {})) == URI
    assert str(Subschema("", "/items", {})) == "#/items"
    assert str(Subschema("", "", {})) == "#"


def test_a_piece_of_a_piece_has_a_json_pointer() -> None:
    sub = Subschema(URI, "", {"allOf": [{}, {"properties": {"a/b": {"type": "null"}, "c~d": {}, "~1": {}}}]})
    second = sub.child("allOf", 1)
    assert second == Subschema(URI, "/allOf/1", sub.schema["allOf"][1])
    assert second.child("properties", "a/b") == Subschema(URI, "/allOf/1/properties/a~1b", {"type": "null"})
    assert second.child("properties", "c~d").pointer == "/allOf/1/properties/c~0d"
    assert second.child("properties", "~1").pointer == "/allOf/1/properties/~01"


@pytest.mark.parametrize("name", ["a/b", "c~d", "~1", "e f", "10"])
def test_a_pointer_leads_back_to_its_piece(name: str) -> None:
    known = resolver(one={"properties": {name: {"type": "null"}}})
    child = known.at(URI).child("properties", name)
    assert known.at(URI, child.pointer) == child


def test_branches_are_all_that_is_combined() -> None:
    sub = Subschema(URI, "", {"oneOf": [{}], "not": {}, "anyOf": [{}, {}], "allOf": [{}]})
    assert [each.pointer for each in sub.branches()] == ["/allOf/0", "/anyOf/0", "/anyOf/1", "/oneOf/0"]
    assert [each.pointer for each in sub.branches("oneOf")] == ["/oneOf/0"]
    assert list(Subschema(URI, "", {}).branches()) == []


def test_every_mapping_of_a_document_is_told() -> None:
    inner = {"a": 1}
    document = {"x": [inner, [{"b": 2}], "text"], "y": {}}
    assert list(mappings(document)) == [document, inner, {"b": 2}, {}]
    assert list(mappings("text")) == []


# -- where a reference leads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ("", ""),
        ("#", ""),
        ("#/", ""),
        ("#/definitions/a%20b", "/definitions/a b"),
        ("/definitions/a b", "/definitions/a b"),
        ("/definitions/100%25", "/definitions/100%25"),
        ("#/allOf/1", "/allOf/1"),
        ("#/definitions/3", "/definitions/3"),
    ],
)
def test_a_piece_is_found_at_its_pointer(pointer: str, place: str) -> None:
    document = {"definitions": {"a b": {"n": 1}, "100%25": {"n": 2}, "3": {"n": 3}}, "allOf": [{"n": 4}, {"n": 5}]}
    found = resolver(one=document).at(URI, pointer)
    assert (found.document, found.pointer) == (URI, place)
    numbers = {"": None, "/definitions/a b": 1, "/definitions/100%25": 2, "/definitions/3": 3, "/allOf/1": 5}
    assert found.schema.get("n") == numbers[place]


@pytest.mark.parametrize(
    "pointer", ["#/nothing", "#/allOf/2", "#/allOf/x", "#/allOf/-1", "#/allOf/\u00b2", "#/title/0", "#/title/x"]
)
def test_a_pointer_that_leads_nowhere_is_told(pointer: str) -> None:
    with pytest.raises(SchemaError) as caught:
        resolver(one={"allOf": [{}, {}], "title": "text"}).at(URI, pointer)
    assert str(caught.value) == f"{URI}{pointer}: there is no such part of the schema"


def test_a_document_that_is_nowhere_is_told() -> None:
    def not_installed(uri: str) -> Any:
        raise SchemaNotFoundError(f"{uri} in the loader's words")

    for load in (None, {}.__getitem__):
        with pytest.raises(SchemaError) as caught:
            Resolver(load).at(OTHER)
        assert str(caught.value) == f"{OTHER}: the reference cannot be resolved"
    with pytest.raises(SchemaNotFoundError, match=r"two-1\.0\.0 in the loader's words"):
        Resolver(not_installed).at(OTHER)


def test_a_document_is_loaded_once() -> None:
    loaded = []

    def load(uri: str) -> dict[str, Any]:
        loaded.append(uri)
        return {"properties": {}}

    known = Resolver(load)
    assert known.at(URI).schema is known.at(URI, "#").schema
    assert loaded == [URI]


def test_a_document_that_is_added_is_known_under_its_id_and_its_uri() -> None:
    known = Resolver()
    document = {"id": f"{URI}#"}
    assert known.add(document) == URI
    assert known.add({"id": URI}, f"{OTHER}#/part") == OTHER
    assert known.at(URI).schema is document
    assert known.at(OTHER).schema == {"id": URI}


@pytest.mark.parametrize(
    ("reference", "document", "fragment"),
    [
        ("#/definitions/a", URI, "#/definitions/a"),
        ("#", URI, "#"),
        ("two-1.0.0", OTHER, ""),
        ("two-1.0.0#/items", OTHER, "#/items"),
        ("../more/three-1.0.0", "asdf://e.org/more/three-1.0.0", ""),
        ("/three-1.0.0#", "asdf://e.org/three-1.0.0", ""),
        ("http://f.org/a#/b", "http://f.org/a", "#/b"),
        ("tag:f.org:a", "tag:f.org:a", ""),
    ],
)
def test_a_reference_names_a_document_and_a_part(reference: str, document: str, fragment: str) -> None:
    known = resolver(one={"items": {"$ref": reference}})
    assert known.locate(known.at(URI, "/items")) == (document, fragment)


@pytest.mark.parametrize(
    ("ids", "wanted"),
    [
        ({"id": "asdf://f.org/x/here"}, "asdf://f.org/x/near"),
        ({"id": "sub/here"}, "asdf://e.org/schemas/sub/near"),
        ({"id": "#name"}, "asdf://e.org/schemas/near"),
        ({"id": ""}, "asdf://e.org/schemas/near"),
        ({"id": 5}, "asdf://e.org/schemas/near"),
        ({}, "asdf://e.org/schemas/near"),
    ],
)
def test_an_id_on_the_way_changes_what_a_reference_is_relative_to(ids: dict[str, Any], wanted: str) -> None:
    known = resolver(one={"properties": {"a": {**ids, "items": {"$ref": "near"}}}})
    assert known.locate(known.at(URI, "/properties/a/items")) == (wanted, "")


def test_an_id_counts_for_what_stands_in_its_schema() -> None:
    part = {"id": "asdf://f.org/x/here", "items": {"$ref": "near"}}
    known = resolver(one={"properties": {"a": part, "b": {"id": 5, "items": {"$ref": "near"}}}})
    assert known.locate(known.at(URI, "/properties/a/items"))[0] == "asdf://f.org/x/near"
    assert known.locate(known.at(URI, "/properties/b/items"))[0] == "asdf://e.org/schemas/near"


def test_an_id_beside_a_reference_is_hidden_by_it() -> None:
    known = resolver(one={"items": {"$ref": "near", "id": "asdf://f.org/x/here"}})
    assert known.locate(known.at(URI, "/items")) == ("asdf://e.org/schemas/near", "")


def test_a_reference_in_a_document_without_authority_is_what_it_is() -> None:
    for uri in ("tag:e.org:one", ""):
        known = Resolver()
        known.add({"items": {"$ref": "two"}}, uri)
        assert known.locate(known.at(uri, "/items")) == ("two", "")


def test_references_are_followed_to_the_end() -> None:
    known = resolver(one={"$ref": "two-1.0.0#/items"}, two={"items": {"$ref": "#/not"}, "not": {"type": "null"}})
    assert known.target(known.at(URI)) == known.at(OTHER, "/items")
    assert known.resolved(known.at(URI)) == known.at(OTHER, "/not")
    assert known.resolved(known.at(OTHER)) == known.at(OTHER)


def test_references_in_a_circle_say_nothing() -> None:
    known = resolver(one={"$ref": "two-1.0.0"}, two={"$ref": "one-1.0.0"})
    assert known.resolved(known.at(URI)).schema == {}


@pytest.mark.parametrize(
    ("schema", "leads_back"),
    [
        ({"$ref": "#"}, True),
        ({"allOf": [{}, {"$ref": "#"}]}, True),
        ({"anyOf": [{"oneOf": [{"$ref": "#"}]}]}, True),
        ({"not": {"$ref": "#"}}, True),
        ({"dependencies": {"a": {"$ref": "#"}}}, True),
        ({"dependencies": {"a": ["b"], "b": {"allOf": [{"$ref": "#"}]}}}, True),
        ({"allOf": [{"$ref": "#/definitions/a"}], "definitions": {"a": {"anyOf": [{"$ref": "#"}]}}}, True),
        ({"allOf": [{"$ref": "asdf://e.org/nowhere"}, {"$ref": "#"}]}, True),
        ({"allOf": [True, {"$ref": "#"}]}, True),
        ({}, False),
        ({"properties": {"a": {"$ref": "#"}}}, False),
        ({"items": {"$ref": "#"}}, False),
        ({"definitions": {"a": {"$ref": "#"}}}, False),
        ({"allOf": [{"$ref": "#/definitions/a"}], "definitions": {"a": {"items": {"$ref": "#"}}}}, False),
        # a circle of others
        ({"allOf": [{"$ref": "#/definitions/a"}], "definitions": {"a": {"not": {"$ref": "#/definitions/a"}}}}, False),
        ({"allOf": [{"$ref": "asdf://e.org/nowhere"}]}, False),
        ({"$ref": "#/nowhere"}, False),
    ],
)
def test_a_schema_may_lead_back_to_itself(schema: dict[str, Any], leads_back: bool) -> None:
    known = resolver(one=schema)
    assert known.leads_back(known.at(URI)) is leads_back


# -- what speaks of a value ------------------------------------------------------------------------------------------


def test_everything_that_is_combined_speaks_of_a_value() -> None:
    one = {"oneOf": [{}], "anyOf": [{"allOf": [{}]}, {}], "allOf": [{"$ref": "two-1.0.0"}], "items": {}, "not": {}}
    known = resolver(one=one, two={"allOf": [{"$ref": "#/items"}], "items": {}})
    wanted = ["one", "two", "two#/items", "one#/anyOf/0", "one#/anyOf/0/allOf/0", "one#/anyOf/1", "one#/oneOf/0"]
    assert places(known.pieces(known.at(URI))) == wanted


def test_the_schema_of_a_tag_speaks_of_a_value() -> None:
    known = resolver(one={"tag": "asdf://e.org/tags/two-1.0.0", "allOf": [{}]}, two={})
    assert places(known.pieces(known.at(URI))) == ["one", "two", "one#/allOf/0"]


def test_what_asdf_says_of_a_foreign_object_is_left_out() -> None:
    known = resolver(one={"allOf": [{"$ref": FOREIGN}, {"tag": "tag:stsci.edu:asdf/core/ndarray-1.*"}]})
    assert places(known.pieces(known.at(URI))) == ["one", "one#/allOf/1"]
    # inside of its own documents there is nothing to leave out
    known = Resolver({FOREIGN: {"allOf": [{"$ref": "#/items"}], "items": {}}}.__getitem__, is_ours=lambda uri: False)
    assert places(known.pieces(known.at(FOREIGN))) == [FOREIGN.replace("-1.0.0", ""), f"{FOREIGN}#/items"]


def test_pieces_of_a_circle_are_told_once() -> None:
    known = resolver(one={"allOf": [{"$ref": "two-1.0.0"}]}, two={"anyOf": [{"$ref": "one-1.0.0"}, {}]})
    assert places(known.pieces(known.at(URI))) == ["one", "two", "two#/anyOf/1"]
    assert places(resolver(one={"$ref": "#"}).pieces(Subschema(URI, "", {"$ref": "#"}))) == []


def test_a_piece_that_two_refer_to_is_told_by_each() -> None:
    known = resolver(one={"allOf": [{"$ref": "two-1.0.0"}, {"$ref": "two-1.0.0"}]}, two={})
    assert places(known.pieces(known.at(URI))) == ["one", "two", "two"]


def test_a_mapping_satisfies_the_first_alternative_that_describes_one() -> None:
    one = {"allOf": [{}, {}], "anyOf": [{"type": "null"}, {"required": ["a"]}, THING], "oneOf": [THING]}
    known = resolver(one=one)
    assert places(known.conjuncts(known.at(URI))) == ["one", "one#/allOf/0", "one#/allOf/1", "one#/anyOf/1"]
    known = resolver(one={"oneOf": [{"type": "string"}, THING], "anyOf": [{"type": "null"}]})
    assert places(known.conjuncts(known.at(URI))) == ["one", "one#/oneOf/1"]
    known = resolver(one={"anyOf": [{"type": "null"}]})
    assert places(known.conjuncts(known.at(URI))) == ["one"]


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"type": "object"}, ["one"]),
        ({"properties": {}}, ["one"]),
        ({"patternProperties": {}}, ["one"]),
        ({"required": ["a"]}, ["one"]),
        ({"additionalProperties": False}, ["one"]),
        ({}, []),
        ({"type": "string"}, []),
        ({"type": "array", "items": THING}, []),
        ({"type": ["object", "null"]}, []),
        ({"$ref": "two-1.0.0"}, ["two"]),
        ({"$ref": "two-1.0.0#/definitions/a"}, ["two#/definitions/a"]),
        ({"$ref": "two-1.0.0#/definitions/b"}, []),
        ({"$ref": "two-1.0.0#/definitions/c"}, ["four"]),
        ({"$ref": "three-1.0.0"}, []),
        ({"$ref": FOREIGN}, []),
        ({"allOf": [THING, {"$ref": "two-1.0.0"}]}, ["one#/allOf/0", "two"]),
        ({**THING, "allOf": [{"$ref": "two-1.0.0"}]}, ["one", "two"]),
        ({"anyOf": [{"type": "null"}, {"$ref": "two-1.0.0"}, THING]}, ["two"]),
        ({"tag": "asdf://e.org/tags/two-1.0.0"}, ["two"]),
        ({"tag": "asdf://e.org/tags/three-1.0.0"}, []),
        ({"tag": "asdf://e.org/tags/two-1.0.0", **THING}, ["two", "one"]),
        # what is said of the inside of a foreign object
        ({"tag": "tag:e.org:table", **THING}, []),
        ({"allOf": [{"tag": "tag:e.org:table"}], **THING}, []),
        # a reference hides what stands beside it
        ({"allOf": [{"$ref": "two-1.0.0", "tag": "tag:e.org:table"}], **THING}, ["one", "two"]),
        ({"allOf": [{"$ref": "two-1.0.0"}, {"allOf": [{"tag": "tag:e.org:table"}]}]}, []),
        ({"anyOf": [{"tag": "tag:e.org:table"}, {"type": "null"}], **THING}, ["one"]),
    ],
)
def test_what_describes_a_mapping_is_found(schema: dict[str, Any], wanted: list[str]) -> None:
    two = {**THING, "definitions": {"a": {"type": "object"}, "b": {"type": "null"}, "c": {"$ref": "four-1.0.0"}}}
    known = resolver(one=schema, two=two, three={"type": "string"}, four=THING)
    assert places(known.object_parts(known.at(URI))) == wanted


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        (THING, []),
        ({**THING, "allOf": [{"$ref": "two-1.0.0"}, {"properties": {"b": {}}}]}, ["two", "one#/allOf/1"]),
        ({"$ref": "two-1.0.0"}, ["two"]),
        ({"$ref": "two-1.0.0#/properties/inner"}, ["two#/properties/inner"]),
        ({"allOf": [{"type": "null"}]}, []),
    ],
)
def test_what_a_description_joins_is_found(schema: dict[str, Any], wanted: list[str]) -> None:
    known = resolver(one=schema, two={"properties": {"inner": THING}})
    assert places(known.joined(known.at(URI))) == wanted
