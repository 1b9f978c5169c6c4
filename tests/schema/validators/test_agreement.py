"""Compiled schemas give the verdict of asdf's own validation: on random schemas, and on RAD's."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
import rad
import yaml
from asdf.schema import get_validator
from asdf.tagged import TaggedDict, TaggedList, TaggedString
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roman_cal_models.schema import values
from roman_cal_models.schema.resolver import Resolver
from roman_cal_models.schema.validators.compiler import CompiledSchema, Compiler, compile_schema

SCHEMAS = "asdf://stsci.edu/datamodels/roman/schemas/"
NDARRAY = "tag:stsci.edu:asdf/core/ndarray-1.1.0"
URI = "asdf://e.org/schemas/random-1.0.0"

# what asdf's validation raises for instances that it does not expect: NaN for multipleOf, a number as a name, ...
# (older NumPy only warns of what is a ValueError now: the truth of the empty array that a scalar and `[]` compare to)
ASDF_FAILS = (ValueError, TypeError, OverflowError, AttributeError, KeyError, DeprecationWarning)


def asdf_accepts(schema: Any, tree: Any, context: asdf.AsdfFile | None = None) -> bool | None:
    """Return asdf's verdict, None where it has none."""
    try:
        return bool(get_validator(schema, ctx=context or asdf.AsdfFile()).is_valid(tree))
    except ASDF_FAILS:
        return None


# ---- random schemas

names = st.sampled_from(["a", "b", "ab", "é", "$ref"])
numbers = st.one_of(st.integers(-2, 4), st.sampled_from([0.0, 1.0, 0.5, 2.5, -1.5, float("nan"), float("inf")]))
texts = st.one_of(st.text("abé", max_size=3), st.just("🜁b"))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    numbers,
    texts,
    st.builds(np.int64, st.integers(0, 2)),
    st.builds(np.float32, st.sampled_from([0.5, 1, 2])),
    st.builds(np.str_, texts),
    st.builds(TaggedString, texts),
    st.builds(bytes, st.just(b"a")),
)
arrays = st.builds(
    lambda datatype, shape: TaggedDict(
        {"source": 0, "datatype": datatype, "byteorder": "little", "shape": shape}, NDARRAY
    ),
    st.sampled_from(["float32", "float64", "uint8", "bool8"]),
    st.lists(st.integers(1, 2), min_size=1, max_size=3),
)
instances = st.recursive(
    st.one_of(scalars, arrays),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(names, inner, max_size=3),
        st.builds(
            lambda entries: TaggedDict(entries, "asdf://e.org/tags/a-1.0"), st.dictionaries(names, inner, max_size=2)
        ),
        st.builds(lambda items: TaggedList(items, "asdf://e.org/tags/b-1.0"), st.lists(inner, max_size=2)),
    ),
    max_leaves=6,
)
# enumerated values hold no arrays nor tags, as in a schema file
plain = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("ab"), inner, max_size=2)),
    max_leaves=3,
)
types = st.sampled_from(["array", "boolean", "integer", "null", "number", "object", "string"])
patterns = st.sampled_from(["a", "^a$", "b+", "^$", "", "é|b", "."])
lengths = st.integers(0, 3)
limits = st.sampled_from([0, 1, 2, 0.5, 1.0, -1])
tags = st.sampled_from(
    [
        "tag:yaml.org,2002:str",
        "tag:yaml.org,2002:*",
        "asdf://e.org/tags/a-1.0",
        "asdf://e.org/*-1.0",
        "asdf://e.org/**",
        "tag:stsci.edu:asdf/core/ndarray-1.*",
    ]
)
KEYWORDS: dict[str, st.SearchStrategy[Any]] = {
    "type": st.one_of(types, st.lists(types, min_size=1, max_size=3, unique=True)),
    "enum": st.lists(plain, min_size=1, max_size=4),
    "minimum": limits,
    "exclusiveMinimum": st.booleans(),
    "maximum": limits,
    "exclusiveMaximum": st.booleans(),
    "multipleOf": st.sampled_from([1, 2, 3, 0.5, 1.5]),
    "minLength": lengths,
    "maxLength": lengths,
    "pattern": patterns,
    "minItems": lengths,
    "maxItems": lengths,
    "uniqueItems": st.booleans(),
    "minProperties": lengths,
    "maxProperties": lengths,
    "required": st.lists(names, min_size=1, max_size=2, unique=True),
    "tag": tags,
    "datatype": st.sampled_from(["float32", "float64", "uint8", "bool8", "int16"]),
    "exact_datatype": st.booleans(),
    "ndim": lengths,
    "max_ndim": lengths,
    "format": st.sampled_from(["date-time", "uri", "email"]),
    "title": st.just("t"),
    "unit": st.just("m"),
    "archive_catalog": st.just({"datatype": "int", "destination": ["a.b"]}),
}
properties = st.sampled_from(["a", "b", "ab", "é"])


def nested(inner: st.SearchStrategy[Any]) -> dict[str, st.SearchStrategy[Any]]:
    several = st.lists(inner, min_size=1, max_size=3)
    return {
        "items": st.one_of(inner, several),
        "additionalItems": st.one_of(st.booleans(), inner),
        "properties": st.dictionaries(properties, inner, max_size=3),
        "patternProperties": st.dictionaries(patterns, inner, max_size=2),
        "additionalProperties": st.one_of(st.booleans(), inner),
        "dependencies": st.dictionaries(
            properties, st.one_of(inner, st.lists(properties, min_size=1, max_size=2)), max_size=2
        ),
        "allOf": several,
        "anyOf": several,
        "oneOf": several,
        "not": inner,
    }


def some_of(keywords: dict[str, st.SearchStrategy[Any]], most: int) -> st.SearchStrategy[dict[str, Any]]:
    chosen = st.lists(st.sampled_from(sorted(keywords)), max_size=most, unique=True)
    return chosen.flatmap(lambda found: st.fixed_dictionaries({name: keywords[name] for name in found}))


# each schema is a copy, because asdf tells schemas apart by their identity
schemas = st.recursive(some_of(KEYWORDS, 3), lambda inner: some_of(KEYWORDS | nested(inner), 4), max_leaves=8).map(
    copy.deepcopy
)
targets = st.sampled_from(["#/definitions/a", "#/definitions/b", "#", "random-1.0.0#/definitions/a"])
references = targets.map(lambda target: {"$ref": target})
# a reference stands below a member, so that no schema is only itself
members = st.one_of(references, references, some_of(KEYWORDS, 2))
recursive_schemas = st.builds(
    lambda own, inner: {**own, **inner},
    some_of(KEYWORDS, 1),
    st.fixed_dictionaries(
        {"properties": st.dictionaries(properties, members, min_size=1, max_size=3)},
        optional={
            "items": st.one_of(members, st.lists(members, min_size=1, max_size=3)),
            "patternProperties": st.dictionaries(patterns, members, max_size=2),
            "allOf": st.lists(st.fixed_dictionaries({"items": members}), min_size=1, max_size=2),
            "not": st.fixed_dictionaries({"properties": st.dictionaries(properties, members, max_size=2)}),
        },
    ),
)

relaxed = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@given(schema=schemas, instance=instances)
@relaxed
def test_random_schemas_and_instances(schema: dict[str, Any], instance: Any) -> None:
    compiled = compile_schema(schema, load=asdf.schema.load_schema, tagged=asdf_tagged)
    verdict = compiled.accepts(instance)
    assert verdict == (compiled.problems(instance) == [])
    assert asdf_accepts(schema, instance) in (verdict, None)


@given(keyword=st.sampled_from(sorted({*KEYWORDS, *nested(schemas)})), data=st.data())
@relaxed
def test_each_keyword_alone(keyword: str, data: st.DataObject) -> None:
    argument = {**KEYWORDS, **nested(some_of(KEYWORDS, 2).map(copy.deepcopy))}[keyword]
    schema = {keyword: data.draw(argument)}
    compiled = compile_schema(schema, load=asdf.schema.load_schema, tagged=asdf_tagged)
    for _ in range(5):
        instance = data.draw(instances)
        assert asdf_accepts(schema, instance) in (compiled.accepts(instance), None)


@given(
    schema=recursive_schemas,
    definitions=st.fixed_dictionaries({"a": recursive_schemas, "b": recursive_schemas}),
    instance=instances,
)
@relaxed
def test_schemas_that_refer_to_themselves(schema: dict[str, Any], definitions: dict[str, Any], instance: Any) -> None:
    document = copy.deepcopy({**schema, "id": URI, "definitions": definitions})
    compiled = compile_schema(document, load=asdf.schema.load_schema, tagged=asdf_tagged)
    with asdf.config_context() as config:
        config.add_resource_mapping({URI: yaml.safe_dump(document, allow_unicode=True).encode()})
        expected = asdf_accepts(document, instance)
    verdict = compiled.accepts(instance)
    assert verdict == (compiled.problems(instance) == [])
    assert expected in (verdict, None)


@given(schema=schemas, instance=instances)
@relaxed
def test_whatever_is_valid_may_be_assigned(schema: dict[str, Any], instance: Any) -> None:
    compiled = compile_schema(schema)
    if compiled.accepts(instance):
        assert compiled.problems(instance, assigning=True) == []
        assert compiled.problems(instance, assigning=True, check_arrays=False) == []


# ---- RAD's schemas


@cache
def documents() -> dict[str, dict[str, Any]]:
    folder = Path(rad.__file__).parent / "resources" / "schemas"
    loaded = (
        yaml.load(file.read_bytes(), yaml.CSafeLoader)
        for file in sorted(folder.rglob("*.yaml"))
        if "SSC" not in file.relative_to(folder).parts
    )
    return {document["id"]: document for document in loaded}


def resolve(uri: str) -> Any:
    return documents().get(uri) or asdf.schema.load_schema(uri)


def asdf_tagged(tag: str) -> list[CompiledSchema]:
    return [shared().compile(uri) for uri in values.schema_uris_of_tag(tag)]


@cache
def shared() -> Compiler:
    return Compiler(Resolver(resolve), asdf_tagged)


@pytest.mark.newest_rad
def test_every_schema_of_rad_compiles() -> None:
    assert len(documents()) >= 667
    for uri in documents():
        assert shared().compile(uri).uri == uri


def test_every_reference_of_rad_can_be_followed() -> None:
    followed = 0
    for uri, document in documents().items():
        for pointer in references_in(document):
            shared().compile(uri, pointer).accepts(None)
            followed += 1
    assert followed > 2000


def test_no_schema_of_rad_says_anything_beside_a_reference() -> None:
    assert [found for document in documents().values() for found in beside_references(document)] == []


def test_every_schema_of_asdf_compiles() -> None:
    known = [uri for uri in asdf.get_config().resource_manager if uri.startswith("http://stsci.edu/schemas/asdf/")]
    assert len(known) > 100
    for uri in known:
        shared().compile(uri)


def references_in(schema: Any, pointer: str = "#") -> Iterator[str]:
    """Give the JSON pointers of all references in a document."""
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield pointer
        for name, inner in schema.items():
            yield from references_in(inner, f"{pointer}/{name}".replace("%", "%25"))
    elif isinstance(schema, list):
        for n, inner in enumerate(schema):
            yield from references_in(inner, f"{pointer}/{n}")


def beside_references(schema: Any) -> Iterator[Any]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str) and len(schema) > 1:
            yield schema
        for inner in schema.values():
            yield from beside_references(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from beside_references(inner)


class Entries(dict[str, Any]):
    """A plain mapping on which asdf's validation can leave its notes (`propertyOrder`, `flowStyle`)."""


class Items(list[Any]):
    """A plain list of that kind."""


def noted(tree: Any) -> Any:
    """Return a tree in which asdf's validation can leave notes."""
    if isinstance(tree, TaggedDict):
        return TaggedDict(noted(tree.data), tree._tag)
    if isinstance(tree, TaggedList):
        return TaggedList(noted(tree.data), tree._tag)
    if isinstance(tree, dict):
        return Entries((name, noted(member)) for name, member in tree.items())
    return Items(noted(member) for member in tree) if isinstance(tree, list) else tree


def example(schema: Any) -> Any:
    """Make an instance of a schema, with all its properties."""
    if "$ref" in schema:
        uri, _, fragment = schema["$ref"].partition("#")
        target = resolve(uri)
        for part in fragment.strip("/").split("/") if fragment else []:
            target = target[part]
        return example(target)
    if "enum" in schema:
        return schema["enum"][0]
    if "tag" in schema:
        return tagged_example(schema)
    if "anyOf" in schema or "oneOf" in schema:
        return example((schema.get("anyOf") or schema["oneOf"])[0])
    made: Any = PLAIN_EXAMPLES.get(schema.get("type"), lambda schema: None)(schema)
    for part in schema.get("allOf", []):
        inner = example(part)
        made = {**made, **inner} if isinstance(made, dict) and isinstance(inner, dict) else inner
    if "properties" in schema:
        made = {**(made or {}), **{name: example(each) for name, each in schema["properties"].items()}}
    return made


PLAIN_EXAMPLES: dict[Any, Callable[[dict[str, Any]], Any]] = {
    "string": lambda schema: "p" * schema.get("minLength", min(3, schema.get("maxLength", 3))),
    "integer": lambda schema: schema.get("minimum", 1),
    "number": lambda schema: schema.get("minimum", 1.5),
    "boolean": lambda schema: True,
    "array": lambda schema: (
        [example(schema["items"]) if isinstance(schema.get("items"), dict) else 1] * schema.get("minItems", 1)
    ),
    "object": lambda schema: {},
}


def tagged_example(schema: dict[str, Any]) -> Any:
    tag = schema["tag"].replace("-1.*", "-1.1.0").replace("-*", "-1.0.0")
    if "ndarray" in tag:
        shape = [2] * schema.get("ndim", 1)
        datatype = schema.get("datatype", "float32")
        return TaggedDict({"source": 0, "datatype": datatype, "byteorder": "little", "shape": shape}, NDARRAY)
    uri = tag.replace("/tags/", "/schemas/")
    inner = example(documents()[uri]) if uri in documents() else "2020-01-01T00:00:00.000"
    if isinstance(inner, dict):
        return TaggedDict(inner, tag)
    text = TaggedString(inner)
    text._tag = tag
    return text


OTHERS = (5, 2.5, "x" * 300, "x", None, True, [], {}, ["a"], [1], {"a": 1})


def broken(tree: Any, number: int) -> Iterator[Any]:
    """Make about `number` copies of a tree: one leaf changed, one entry missing, or one more."""
    changes: list[Callable[[Any, Any], Any]] = [
        *(lambda here, last, other=other: here.__setitem__(last, other) for other in OTHERS),
        lambda here, last: here.__delitem__(last),
        lambda here, last: here.update(zzz=1) if isinstance(here, dict) else here.append("zzz"),
    ]
    cases = [(path, change) for path in paths(tree) for change in changes]
    for (*holder, last), change in cases[7 % len(cases) :: max(1, len(cases) // number)]:
        made = here = copy.deepcopy(tree)
        for part in holder:
            here = here[part]
        change(here, last)
        yield made


def paths(tree: Any) -> Iterator[tuple[Any, ...]]:
    members = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for part, member in members:
        yield (part,)
        for rest in paths(member):
            yield (part, *rest)


SAMPLE = (
    "CCSP/ccsp_minimal-2.0.0",
    "exposure-1.2.0",
    "l2_cal_step-1.2.0",
    "meta/coordinates-2.0.0",
    "meta/exposure-2.1.0",
    "meta/guidestar-2.1.0",
    "meta/l2_cal_step-1.0.0",
    "meta/l2_cal_step-2.0.0",
    "meta/l3_resample-2.0.0",
    "meta/observation-2.0.0",
    "meta/outlier_detection-2.0.0",
    "meta/photometry-2.0.0",
    "meta/pointing-2.0.0",
    "meta/rcs-2.1.0",
    "meta/ref_file-2.1.0",
    "meta/statistics-2.0.0",
    "meta/visit-2.2.0",
    "meta/wcsinfo-2.0.0",
    "meta/wfi_mode-2.0.0",
    "ref_file-1.0.0",
    "reference_files/dark-2.0.0",
    "visit-1.1.0",
    "wfi_mode-1.0.0",
)


@pytest.mark.newest_rad
def test_the_sample_is_a_sample() -> None:
    accepted = [
        name for name in SAMPLE if shared().compile(SCHEMAS + name).accepts(example(documents()[SCHEMAS + name]))
    ]
    assert len(accepted) >= 15


@pytest.mark.newest_rad
@pytest.mark.parametrize("name", SAMPLE)
def test_an_instance_with_one_leaf_broken(name: str) -> None:
    schema = documents()[SCHEMAS + name]
    tree = example(schema)
    compiled = shared().compile(SCHEMAS + name)
    context = asdf.AsdfFile()
    assert compiled.accepts(tree) == asdf_accepts(schema, noted(tree), context)
    for candidate in broken(tree, 60):
        verdict = compiled.accepts(candidate)
        assert verdict == (compiled.problems(candidate) == [])
        assert asdf_accepts(schema, noted(candidate), context) in (verdict, None), candidate


@cache
def fake_tree(model: str) -> Any:
    """Return the tagged tree of a whole file, as roman_datamodels makes it."""
    from roman_datamodels import datamodels

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = getattr(datamodels, model).create_fake_data(shape=SHAPES[model])
        return asdf.yamlutil.custom_tree_to_tagged_tree({"roman": made._instance}, asdf.AsdfFile())


SHAPES = {"ImageModel": (8, 8), "RampModel": (2, 8, 8), "DarkRefModel": (2, 8, 8), "ImageSourceCatalogModel": None}


# asdf takes seconds over a catalogue
@pytest.mark.parametrize(
    ("model", "number"), [("ImageModel", 12), ("RampModel", 12), ("DarkRefModel", 12), ("ImageSourceCatalogModel", 2)]
)
def test_a_whole_file_with_one_leaf_broken(model: str, number: int) -> None:
    tree = fake_tree(model)
    everything = compile_schema({}, load=resolve, tagged=asdf_tagged)
    context = asdf.AsdfFile()
    assert everything.problems(tree) == []
    assert asdf_accepts({}, tree, context)
    refused = 0
    for candidate in broken(tree, number):
        verdict = everything.accepts(candidate)
        refused += not verdict
        assert asdf_accepts({}, candidate, context) in (verdict, None)
    assert refused
