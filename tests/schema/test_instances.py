"""Instances made from each schema by hypothesis: our checks and asdf's give the same verdict."""

from __future__ import annotations

from functools import cache
from typing import Any

import asdf
import pytest
from asdf.exceptions import ValidationError
from asdf.tagged import TaggedDict, TaggedString
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roman_cal_models.schema import installed
from roman_cal_models.schema.properties import PropertySchema

TIME = "tag:stsci.edu:asdf/time/time-1.4.0"
NDARRAY = "tag:stsci.edu:asdf/core/ndarray-1.1.0"
DATATYPES = ["float16", "float32", "float64", "uint8", "uint16", "uint32", "int32", "bool8"]
PLAIN = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False), st.text(max_size=4))


def documents() -> list[str]:
    """The schemas that the newest manifest reaches, by tag or by ``$ref``, except the insides of tables."""
    store = installed().store
    todo, seen = list(store.newest_manifest.schema_uris.values()), set()
    while todo:
        uri = todo.pop()
        if uri not in seen:
            seen.add(uri)
            todo += [each.partition("#")[0] for each in references(store.load(uri))]
    return sorted(uri for uri in seen if "/tables/" not in uri)


def references(schema: Any) -> list[str]:
    if isinstance(schema, dict):
        own = [schema["$ref"]] if str(schema.get("$ref", "")).startswith("asdf://stsci.edu/") else []
        return own + [found for value in schema.values() for found in references(value)]
    return [found for value in schema for found in references(value)] if isinstance(schema, list) else []


DOCUMENTS = documents()


def values(place: PropertySchema, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values for a place: most of them what it asks for, some of them not."""
    options: list[st.SearchStrategy[Any]] = []
    if place.enum is not None:
        options.append(st.sampled_from(place.enum))
    longest = place.keyword("maxLength") or 6
    by_type = {
        "string": st.text(max_size=longest + 2),
        "integer": st.integers(-3, 2**40),
        "number": st.one_of(st.floats(allow_nan=False), st.integers(-3, 3)),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    options += [strategy for kind, strategy in by_type.items() if kind in place.types]
    if place.keyword("pattern"):
        options.append(st.from_regex(place.keyword("pattern"), fullmatch=False))
    options += [foreign(tag, place) for tag in place.tags]
    if place.object is not None:
        options.append(objects(place, depth))
    if place.is_list:
        items = PLAIN if place.items is None else values(place.items, depth + 1)
        options.append(st.lists(items, max_size=4))
    usual = st.one_of(*options) if options else PLAIN
    # drawn from ten, so that an object of many properties is now and then right in all of them
    return st.integers(0, 9).flatmap(lambda draw: PLAIN if draw == 0 and depth else usual)


def foreign(tag: str, place: PropertySchema) -> st.SearchStrategy[Any]:
    if "ndarray" in tag:
        datatypes = st.sampled_from([place.keyword("datatype") or "float32", *DATATYPES])
        return st.builds(array, datatypes, st.integers(1, 4))
    return st.just(TaggedString("2027-01-01T00:00:00.000")).map(as_time)


def as_time(text: TaggedString) -> TaggedString:
    text._tag = TIME
    return text


def array(datatype: Any, ndim: int) -> TaggedDict[str, Any]:
    return TaggedDict({"source": 0, "datatype": datatype, "byteorder": "little", "shape": [2] * ndim}, NDARRAY)


def objects(place: PropertySchema, depth: int) -> st.SearchStrategy[Any]:
    schema = place.object
    assert schema is not None
    if depth > 2:
        return st.just({})
    required = {
        name: values(schema.properties[name], depth + 1) for name in schema.properties if name in schema.required
    }
    optional = {name: values(schema.properties[name], depth + 1) for name in schema.properties if name not in required}
    whole = st.fixed_dictionaries(required, optional=optional)
    lacking = st.fixed_dictionaries({}, optional={**required, **optional, "another": PLAIN})
    return st.one_of(whole, whole, lacking)


@cache
def asdf_validator(uri: str) -> Any:
    schema = asdf.schema.load_schema(uri, resolve_references=True)
    return asdf.schema.get_validator(schema, ctx=asdf.AsdfFile())


def asdf_accepts(uri: str, instance: Any) -> bool:
    try:
        asdf_validator(uri).validate(noted(instance))
    except ValidationError:
        return False
    return True


def noted(tree: Any) -> Any:
    """Return a tree whose containers take asdf's notes on how they are written."""
    if isinstance(tree, TaggedDict | TaggedString):
        return tree
    if isinstance(tree, dict):
        return TaggedDict({key: noted(value) for key, value in tree.items()}, "tag:yaml.org,2002:map")
    return asdf.tagged.TaggedList([noted(value) for value in tree]) if isinstance(tree, list) else tree


@pytest.mark.newest_rad
@pytest.mark.parametrize("uri", DOCUMENTS, ids=[uri.partition("/schemas/")[2] for uri in DOCUMENTS])
def test_our_checks_and_asdfs_agree_on_instances_of_the_schema(uri: str) -> None:
    root = installed().root(uri)
    verdicts = []

    @settings(max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(values(root))
    def agree(instance: Any) -> None:
        ours = all(rules.accepts(instance) for rules in root.compiled)
        assert asdf_accepts(uri, instance) == ours
        assert ours == (not any(rules.problems(instance) for rules in root.compiled))
        verdicts.append(ours)

    agree()
    assert verdicts


def test_there_are_schemas_to_try() -> None:
    assert len(DOCUMENTS) > 80
