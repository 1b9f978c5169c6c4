"""Families of schemas: which there are, what their classes are called, and what objects they describe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from roman_cal_models.schema.families import Family, class_names, collect
from roman_cal_models.schema.registry import SchemaRegistry
from roman_cal_models.schema.store import Store
from tests.schema.making import BASE, made, schema_uri, tag_uri, write_manifest, write_schemas

THING: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}}
TIME = "tag:stsci.edu:asdf/time/time-1.*"


def by_name(registry: SchemaRegistry, **options: Any) -> dict[str, Family]:
    return {family.name: family for family in collect(registry, BASE, **options)}


# -- which there are -------------------------------------------------------------------------------------------------


def test_what_the_manifests_bind_and_what_that_reaches_are_families(tmp_path: Path) -> None:
    by_reference = {"allOf": [{"$ref": f"{schema_uri('part-1.0.0')}#/properties/a"}]}
    by_tag = {"items": {"tag": tag_uri("note-1.0.0")}}
    top = {"properties": {"part": by_reference, "notes": by_tag, "data": {"tag": TIME}}}
    schemas = {"top-1.0.0": top, "part-1.0.0": THING, "note-1.0.0": THING, "nobody-1.0.0": THING}
    assert list(by_name(made(tmp_path, schemas, "top-1.0.0", "note-1.0.0"))) == ["Note", "Part", "Top"]


def test_a_reference_may_lead_in_a_circle(tmp_path: Path) -> None:
    schemas = {
        "one-1.0.0": {"properties": {"other": {"$ref": schema_uri("two-1.0.0")}}},
        "two-1.0.0": {"properties": {"other": {"$ref": schema_uri("one-1.0.0")}}},
    }
    assert list(by_name(made(tmp_path, schemas, "one-1.0.0"))) == ["One", "Two"]


def test_only_families_of_the_authority_are_told(tmp_path: Path) -> None:
    other = f"{BASE}-too"
    write_schemas(tmp_path / "one", {"top-1.0.0": {"properties": {"far": {"$ref": schema_uri("far-1.0.0", other)}}}})
    write_manifest(tmp_path / "one", {"top-1.0.0": "top-1.0.0"})
    write_schemas(tmp_path / "two", {"far-1.0.0": THING, "bound-1.0.0": THING}, other)
    write_manifest(tmp_path / "two", {"bound-1.0.0": "bound-1.0.0"}, base=other)
    registry = SchemaRegistry(Store([(BASE, tmp_path / "one")]).with_folder(other, tmp_path / "two"))
    assert list(by_name(registry)) == ["Top"]
    assert [family.name for family in collect(registry, other)] == ["Bound"]


def test_families_can_be_left_out(tmp_path: Path) -> None:
    registry = made(tmp_path, {"a-1.0.0": THING, "meta/b-1.0.0": THING, "c-1.0.0": THING}, "a-1.0.0", "meta/b-1.0.0")
    assert list(by_name(registry, without={"meta/b"})) == ["A"]


def test_families_come_by_the_name_of_their_module(tmp_path: Path) -> None:
    names = ("reference_files/dark-1.0.0", "zebra-1.0.0", "fps/exposure-1.0.0", "apple-1.0.0")
    found = collect(made(tmp_path, dict.fromkeys(names, THING), *names), BASE)
    assert [family.module for family in found] == ["apple", "dark_ref", "fps_exposure", "zebra"]


# -- versions and homes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("home", ["meta", "enums"])
def test_a_family_that_moved_is_one_family(home: str, tmp_path: Path) -> None:
    names = ("step-1.9.0", "step-1.10.0", f"{home}/step-1.0.0", f"{home}/step-1.2.0")
    (family,) = collect(made(tmp_path, dict.fromkeys(names, THING), *names), BASE)
    assert (family.name, family.module) == ("Step", "step")
    assert [uri.short for uri in family.versions] == list(names)
    assert family.homes == (f"{home}/step", "step")
    assert family.newest.short == f"{home}/step-1.2.0"
    assert [uri for uri, _ in family.roots] == family.versions[::-1]


def test_each_root_is_that_of_its_version(tmp_path: Path) -> None:
    schemas = {f"a-{n}.0.0": {**THING, "title": f"title {n}"} for n in (1, 2)}
    (family,) = collect(made(tmp_path, schemas, *schemas), BASE)
    assert [(uri.version, root.title) for uri, root in family.roots] == [("2.0.0", "title 2"), ("1.0.0", "title 1")]


def test_the_model_is_named_by_the_newest_schema(tmp_path: Path) -> None:
    schemas = {"a-1.0.0": THING, "a-2.0.0": {**THING, "datamodel_name": "AModel"}, "part-1.0.0": THING}
    found = by_name(made(tmp_path, schemas, *schemas))
    assert (found["A"].model, found["Part"].model) == ("AModel", None)


# -- kinds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "is_tagged", "kind"),
    [
        (THING, True, "object"),
        (THING, False, "object"),
        ({"type": "array", "items": THING}, True, "list"),
        ({"type": "array"}, False, "list"),
        ({"type": "string"}, True, "string"),
        ({"type": "string", "enum": ["x"]}, True, "string"),
        ({"type": "string", "enum": ["x"]}, False, "enum"),
        ({"type": "string"}, False, "alias"),
        ({"tag": TIME}, True, "time"),
        ({"tag": TIME}, False, "alias"),
        ({"allOf": [{"$ref": "http://stsci.edu/schemas/asdf/time/time-1.1.0"}]}, True, "time"),
        ({"allOf": [{"maxLength": 5}]}, True, "string"),
    ],
)
def test_a_family_is_of_a_kind(schema: dict[str, Any], is_tagged: bool, kind: str, tmp_path: Path) -> None:
    top = {"properties": {"value": {"$ref": schema_uri("value-1.0.0")}}}
    tagged = ["top-1.0.0", "value-1.0.0"] if is_tagged else ["top-1.0.0"]
    assert by_name(made(tmp_path, {"top-1.0.0": top, "value-1.0.0": schema}, *tagged))["Value"].kind == kind


def test_a_family_is_a_time_s_if_it_ever_was(tmp_path: Path) -> None:
    schemas = {"value-1.0.0": {"tag": TIME}, "value-2.0.0": {"type": "string"}}
    assert by_name(made(tmp_path, schemas, *schemas))["Value"].kind == "time"


# -- objects ---------------------------------------------------------------------------------------------------------


def paths_of(folder: Path, schema: dict[str, Any], **others: Any) -> list[tuple[str, ...]]:
    schemas = {"thing-1.0.0": schema, **{f"{name}-1.0.0": each for name, each in others.items()}}
    return list(by_name(made(folder, schemas, "thing-1.0.0"))["Thing"].objects())


def test_objects_that_are_described_in_place_have_a_path(tmp_path: Path) -> None:
    schema = {
        "properties": {
            "rows": {"type": "array", "items": THING},
            "meta": {"properties": {"deep": THING, "name": {"type": "string"}}},
            "grid": {"type": "array", "items": {"type": "array", "items": THING}},
            "by_name": {"patternProperties": {"^F": THING}},
        }
    }
    assert paths_of(tmp_path, schema) == [
        (),
        ("by_name",),
        ("by_name", "/^F/"),
        ("grid[][]",),
        ("meta",),
        ("meta", "deep"),
        ("rows[]",),
    ]


def test_what_another_document_describes_is_not_of_the_family(tmp_path: Path) -> None:
    schema = {"properties": {"other": {"$ref": schema_uri("other-1.0.0")}, "here": THING}}
    assert paths_of(tmp_path, schema, other={"properties": {"inner": THING}}) == [(), ("here",)]


def test_an_object_that_holds_itself_is_told_once(tmp_path: Path) -> None:
    assert paths_of(tmp_path, {"properties": {"again": {"$ref": schema_uri("thing-1.0.0")}}}) == [()]


def test_a_family_of_lists_has_the_objects_in_them_alone(tmp_path: Path) -> None:
    assert paths_of(tmp_path, {"type": "array", "items": THING}) == []


def test_each_object_has_its_versions_newest_first(tmp_path: Path) -> None:
    schemas = {
        "thing-1.0.0": {"properties": {"old": THING, "both": THING}},
        "thing-1.1.0": {"properties": {"both": THING}},
    }
    objects = by_name(made(tmp_path, schemas, *schemas))["Thing"].objects()
    versions = {path: [uri.version for uri, _ in each] for path, each in objects.items()}
    assert versions == {(): ["1.1.0", "1.0.0"], ("both",): ["1.1.0", "1.0.0"], ("old",): ["1.0.0"]}
    assert all(schema.uri == str(uri) for each in objects.values() for uri, schema in each)


# -- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("family", "is_tagged", "name", "module"),
    [
        ("wfi_image", True, "WfiImage", "wfi_image"),
        ("meta/l2_cal_step", False, "L2CalStep", "l2_cal_step"),
        ("CCSP/ccsp_MINIMAL", True, "CcspMinimal", "ccsp_minimal"),
        ("fps/exposure", True, "FpsExposure", "fps_exposure"),
        ("fps/exposure", False, "FpsExposure", "fps_exposure"),
        ("fps/mode_fps", False, "ModeFps", "mode_fps"),
        ("tvac/meta/exposure", False, "TvacExposure", "tvac_exposure"),
        ("reference_files/dark", True, "DarkRef", "dark_ref"),
        ("reference_files/dark", False, "Dark", "dark"),
        ("tvac/reference_files/dark", True, "TvacDarkRef", "tvac_dark_ref"),
    ],
)
def test_a_class_is_named_after_its_family(
    family: str, is_tagged: bool, name: str, module: str, tmp_path: Path
) -> None:
    top = {"properties": {"value": {"$ref": schema_uri(f"{family}-1.0.0")}}}
    tagged = ["top-1.0.0", f"{family}-1.0.0"] if is_tagged else ["top-1.0.0"]
    found = {
        each.name: each.module
        for each in collect(made(tmp_path, {"top-1.0.0": top, f"{family}-1.0.0": THING}, *tagged), BASE)
    }
    assert found == {"Top": "top", name: module}


def names_of(folder: Path, *versions: dict[str, Any]) -> dict[str, str]:
    schemas = {f"thing-{n}.0.0": schema for n, schema in enumerate(versions, 1)}
    return class_names(collect(made(folder, schemas, *schemas), BASE))


def test_the_homes_of_a_family_have_one_class(tmp_path: Path) -> None:
    names = ("step-1.0.0", "meta/step-1.0.0")
    assert class_names(collect(made(tmp_path, dict.fromkeys(names, THING), *names), BASE)) == {
        "meta/step": "Step",
        "step": "Step",
    }


def test_a_class_of_an_object_in_place_is_named_after_its_path(tmp_path: Path) -> None:
    schema = {
        "properties": {
            "meta": {"properties": {"read_out": THING}},
            "rows": {"items": THING},
            "grid": {"items": {"items": THING}},
        }
    }
    assert names_of(tmp_path, schema) == {
        "thing": "Thing",
        "thing#meta": "ThingMeta",
        "thing#meta.read_out": "ThingMetaReadOut",
        "thing#rows[]": "ThingRowsItem",
        "thing#grid[][]": "ThingGridItem",
    }


def test_an_object_in_place_has_a_name_in_each_home(tmp_path: Path) -> None:
    schemas = {name: {"properties": {"inner": THING}} for name in ("step-1.0.0", "meta/step-1.0.0")}
    assert class_names(collect(made(tmp_path, schemas, *schemas), BASE)) == {
        "meta/step": "Step",
        "step": "Step",
        "step#inner": "StepInner",
        "meta/step#inner": "StepInner",
    }


def test_the_only_pattern_gives_entries(tmp_path: Path) -> None:
    # versions may allow more names by it
    one, two = ({"properties": {"table": {"patternProperties": {p: THING}}}} for p in ("^F1$", "^F1|F2$"))
    assert names_of(tmp_path, one, two) == {
        "thing": "Thing",
        "thing#table": "ThingTable",
        "thing#table./^F1$/": "ThingTableEntry",
        "thing#table./^F1|F2$/": "ThingTableEntry",
    }


def test_patterns_beside_each_other_are_told_apart(tmp_path: Path) -> None:
    several = {"patternProperties": {"^grism": THING, "^PRISM_[0-9]": THING}, "properties": {"more": THING}}
    single = {"patternProperties": {"^other": THING}}
    names = names_of(tmp_path, {"properties": {"table": several, "zone": single}})
    assert names["thing#table./^grism/"] == "ThingTableEntryGrism"
    assert names["thing#table./^PRISM_[0-9]/"] == "ThingTableEntryPrism"
    assert names["thing#table.more"] == "ThingTableMore"
    assert names["thing#zone./^other/"] == "ThingZoneEntry"


@pytest.mark.parametrize("pattern", [".*", "^.+$", ""])
def test_a_pattern_may_name_nothing(pattern: str, tmp_path: Path) -> None:
    names = names_of(tmp_path, {"properties": {"table": {"patternProperties": {pattern: THING}}}})
    assert names[f"thing#table./{pattern}/"] == "ThingTableEntry"


def test_a_family_may_describe_all_its_entries_by_a_pattern(tmp_path: Path) -> None:
    assert names_of(tmp_path, {"patternProperties": {"^F": THING}}) == {"thing": "Thing", "thing#/^F/": "ThingEntry"}
