"""The schemas that this package ships: the same facts as RAD's, and reachable through asdf."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import asdf
import asdf.schema
import pytest
import rad
import yaml

BASE = "asdf://stsci.edu/datamodels/roman/schemas/"
NAMES = ("rad_schema-1.0.0", "enums/cal_step_flag-1.0.0", "meta/l2_cal_step-1.0.0")

# in the order of RAD's file
STEPS = (
    "assign_wcs",
    "flat_field",
    "dark",
    "dq_init",
    "flux",
    "linearity",
    "photom",
    "source_catalog",
    "ramp_fit",
    "refpix",
    "saturation",
    "outlier_detection",
    "tweakreg",
    "skymatch",
)


@pytest.mark.parametrize("name", NAMES)
def test_the_facts_are_those_of_rad(name: str) -> None:
    assert _facts(_ours(name)) == _facts(_rads(name))


@pytest.mark.parametrize("name", NAMES)
def test_properties_stand_in_the_order_of_rad(name: str) -> None:
    assert list(_property_names(_ours(name))) == list(_property_names(_rads(name)))


def test_the_steps_are_described_in_the_mission_s_words() -> None:
    assert _words(_ours("meta/l2_cal_step-1.0.0")) == _words(_rads("meta/l2_cal_step-1.0.0"))


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_rad_titles_has_a_title_and_a_description_here(name: str) -> None:
    assert _words(_ours(name)).keys() == _words(_rads(name)).keys()
    assert all(_words(_ours(name)).values())


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid_against_its_metaschema(name: str) -> None:
    asdf.schema.check_schema(_ours(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_named_after_its_file(name: str) -> None:
    assert _ours(name)["id"] == BASE + name


@pytest.mark.parametrize("name", NAMES[1:])
def test_a_schema_is_valid_against_our_own_metaschema(name: str) -> None:
    asdf.schema.validate(_ours(name), schema=_ours("rad_schema-1.0.0"))


def test_the_metaschema_finds_a_wrong_archive_column_within_properties() -> None:
    schema = _ours("meta/l2_cal_step-1.0.0")
    schema["properties"]["dark"]["archive_catalog"]["destination"] = ["s_dark"]
    with pytest.raises(asdf.ValidationError, match="'s_dark' does not match"):
        asdf.schema.validate(schema, schema=_ours("rad_schema-1.0.0"))


def test_all_fourteen_steps_are_required() -> None:
    schema = _ours("meta/l2_cal_step-1.0.0")
    assert sorted(schema["required"]) == sorted(STEPS)
    assert tuple(schema["properties"]) == STEPS


@pytest.mark.parametrize("step", STEPS)
def test_a_step_goes_to_its_own_archive_column(step: str) -> None:
    column = _ours("meta/l2_cal_step-1.0.0")["properties"][step]["archive_catalog"]
    assert column == {"datatype": "nvarchar(15)", "destination": [f"ScienceRefData.s_{step}"]}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_holds_a_calibration_flag(step: str) -> None:
    (part,) = _ours("meta/l2_cal_step-1.0.0")["properties"][step]["allOf"]
    assert part == {"$ref": f"{BASE}enums/cal_step_flag-1.0.0"}


def test_a_flag_is_one_of_five_words() -> None:
    flag = _ours("enums/cal_step_flag-1.0.0")
    assert flag["type"] == "string"
    assert flag["enum"] == ["N/A", "COMPLETE", "FAILED", "SKIPPED", "INCOMPLETE"]


def test_asdf_gets_the_schemas_through_the_entry_point() -> None:
    ours = [mapping for mapping in asdf.get_config().resource_mappings if mapping.package_name == "roman-cal-models"]
    assert [dict(mapping) for mapping in ours] == [{BASE + name: _content(name) for name in NAMES}]


@pytest.mark.parametrize("name", NAMES)
def test_asdf_loads_the_same_facts_whichever_package_it_asks(name: str) -> None:
    document = yaml.safe_load(asdf.get_config().resource_manager[BASE + name])
    assert _facts(document) == _facts(_ours(name))


def test_a_uri_that_is_not_there_is_a_missing_key() -> None:
    from roman_cal_models.extension.resources import get_resource_mappings

    (mapping,) = get_resource_mappings()
    assert f"{BASE}meta/../rad_schema-1.0.0" not in mapping


def _content(name: str) -> bytes:
    return files("roman_cal_models.schemas").joinpath(f"{name}.yaml").read_bytes()


def _ours(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(_content(name))
    return document


@cache
def _rads(name: str) -> dict[str, Any]:
    file = Path(rad.__file__).parent / "resources" / "schemas" / f"{name}.yaml"
    document: dict[str, Any] = yaml.safe_load(file.read_bytes())
    return document


def _facts(schema: Any) -> Any:
    """Leave titles and descriptions out; a property that bears such a name holds a schema and stays."""
    if isinstance(schema, dict):
        return {key: _facts(value) for key, value in schema.items() if not _is_prose(key, value)}
    if isinstance(schema, list):
        return [_facts(value) for value in schema]
    return schema


def _is_prose(key: object, value: Any) -> bool:
    return key in ("title", "description") and isinstance(value, str)


def _words(schema: Any, where: str = "") -> dict[str, str]:
    """Titles and descriptions by place; how the lines are broken does not count."""
    found: dict[str, str] = {}
    items = schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ()
    for key, value in items:
        if _is_prose(key, value):
            found[f"{where}/{key}"] = re.sub(r"\s+", " ", value).strip()
        else:
            found |= _words(value, f"{where}/{key}")
    return found


def _property_names(schema: Any) -> list[str]:
    """All names of properties, from the outside inward."""
    names: list[str] = []
    if isinstance(schema, dict):
        names += list(schema.get("properties", ()))
    for value in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        names += _property_names(value)
    return names
