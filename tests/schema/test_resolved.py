"""Schemas in one piece, for users who read them."""

from __future__ import annotations

import asdf.schema
import pytest

from roman_cal_models import SchemaError, SchemaNotFoundError
from roman_cal_models.schema import compile_schema, installed
from roman_cal_models.schema.resolved import get_latest_schema
from roman_cal_models.schema.resolver import mappings

BASE = "asdf://stsci.edu/datamodels/roman/schemas/"


@pytest.mark.parametrize("version", ["", "-1.0.0", "-99.0.0"])
def test_the_newest_version_is_found(version: str) -> None:
    uri, schema = get_latest_schema(f"{BASE}meta/l2_cal_step{version}")
    assert uri == str(installed().store.versions("meta/l2_cal_step")[-1])
    assert schema["id"] == uri
    assert not [each for each in mappings(schema) if "$ref" in each]
    assert schema == asdf.schema.load_schema(uri, resolve_references=True)


def test_the_schema_is_the_caller_s_own() -> None:
    get_latest_schema(f"{BASE}meta/l2_cal_step")[1].clear()
    assert get_latest_schema(f"{BASE}meta/l2_cal_step")[1]


@pytest.mark.parametrize("name", ["bananas", "bananas-1.0.0"])
def test_a_family_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(SchemaNotFoundError) as caught:
        get_latest_schema(BASE + name)
    assert str(caught.value) == f"no version of {BASE}{name} is installed"


def test_a_family_that_was_meant_is_told() -> None:
    with pytest.raises(SchemaNotFoundError, match=r"l2_cal_stp is installed\. Did you mean 'meta/l2_cal_step'\?$"):
        get_latest_schema(f"{BASE}meta/l2_cal_stp")


@pytest.mark.parametrize(("name", "meant"), [("basic", "basic"), ("wfi_imag", "wfi_image"), ("x", "wfi_image")])
def test_what_is_no_uri_is_told(name: str, meant: str) -> None:
    with pytest.raises(SchemaError, match=f"^'{name}' is not the URI of a schema, as '{BASE}{meant}' is$"):
        get_latest_schema(name)


def test_a_schema_is_compiled_with_the_installed_ones() -> None:
    flags = compile_schema({"properties": {"a": {"$ref": f"{BASE}enums/cal_step_flag-1.0.0"}}}, uri="asdf://e.org/a")
    assert flags.accepts({"a": "COMPLETE"})
    (problem,) = flags.problems({"a": "DONE"})
    assert (problem.path, problem.schema_uri) == (("a",), "asdf://e.org/a")
    # the tags of values imply their schemas
    from roman_cal_models.yaml import TaggedMapping

    step = TaggedMapping({}, "asdf://stsci.edu/datamodels/roman/tags/l2_cal_step-1.0.0")
    assert {problem.kind for problem in compile_schema({}).problems(step)} == {"required"}
