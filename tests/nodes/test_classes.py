"""Which class stands for which schema, whoever made it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes import classes
from roman_cal_models.nodes.generated import _index
from roman_cal_models.schema import installed, uris
from roman_cal_models.schema.uris import ROMAN

TAGS = f"{ROMAN}/tags/"
THIRD = "asdf://example.org/roman/spectra"


class Spectra(rcm.ObjectNode):
    """A class as of the schemas of a third party."""

    _base = THIRD
    _families = ("spectra",)
    _path = ("meta",)


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the class known as a registration makes it known."""
    monkeypatch.setitem(classes.REGISTERED, "SpectraOfMine", Spectra)
    monkeypatch.setitem(classes.REGISTERED_NAMES, (THIRD, "spectra"), "SpectraOfMine")
    monkeypatch.setitem(classes.REGISTERED_NAMES, (THIRD, "spectra#meta"), "SpectraOfMine")
    monkeypatch.setitem(classes.REGISTERED_NAMES, ("asdf://example.org/else", "other"), "Other")
    monkeypatch.setitem(classes.REGISTERED_MODELS, "SpectraOfMine", "SpectraModel")


# -- by name ---------------------------------------------------------------------------------------------------------


def test_a_class_is_found_by_its_name() -> None:
    assert classes.named("L2CalStep") is rcm.L2CalStep
    assert classes.named("ObjectNode") is rcm.ObjectNode
    assert classes.named("ListNode") is rcm.ListNode
    with pytest.raises(KeyError):
        classes.named("NoSuchNode")


def test_a_completer_is_told_a_class_for_every_name() -> None:
    assert classes.class_hint("L2CalStep") is rcm.L2CalStep
    assert {classes.class_hint(name) for name in _index.ALIASES} <= {object, str}
    assert classes.class_hint("CalStepFlag") is object


def test_a_registered_class_is_found_by_its_name(registered: None) -> None:
    try:
        assert classes.named("SpectraOfMine") is Spectra
    finally:
        classes.named.cache_clear()


# -- by schema -------------------------------------------------------------------------------------------------------


def test_a_schema_that_has_no_class_is_that_of_an_object() -> None:
    assert classes.class_of(None) is rcm.ObjectNode
    assert classes.class_name_of(None) == "ObjectNode"
    schema = installed().document(f"{ROMAN}/schemas/meta/l2_cal_step-1.0.0")
    assert (classes.class_name_of(schema), classes.class_of(schema)) == ("L2CalStep", rcm.L2CalStep)


def test_an_object_inside_of_a_schema_has_a_class_of_its_own() -> None:
    schema = rcm.WfiImage(version="1.4.0")._schema
    assert schema is not None
    assert schema.properties["meta"].object is not None
    assert classes.class_name_of(schema.properties["meta"].object) == "WfiImageMeta"
    assert classes.class_name_of_family(schema.parsed, ("meta",)) == "WfiImageMeta"
    assert classes.class_name_of_family(schema.parsed, ("nothing",)) is None


def test_a_family_of_a_third_party_is_known_by_its_authority(registered: None) -> None:
    assert classes.class_name_of_family(uris.parse(f"{THIRD}/schemas/spectra-1.0.0")) == "SpectraOfMine"
    assert classes.class_name_of_family(uris.parse(f"{THIRD}/tags/spectra-1.0.0"), ("meta",)) == "SpectraOfMine"
    assert classes.class_name_of_family(uris.parse(f"{ROMAN}/schemas/spectra-1.0.0")) is None
    assert classes.class_name_of_family(uris.parse(f"{THIRD}/schemas/wfi_image-1.0.0")) is None


def test_a_document_of_no_known_family_has_no_class() -> None:
    assert classes.class_of_document(f"{ROMAN}/schemas/no_such_family-1.0.0") is None
    assert classes.class_of_document(f"{ROMAN}/schemas/cal_logs-1.0.0") is rcm.CalLogs


# -- all of an authority ---------------------------------------------------------------------------------------------


def test_the_paths_of_all_classes_lead_to_them() -> None:
    paths = classes.class_paths(ROMAN)
    found = {path: getattr(import_module(path.rpartition(".")[0]), path.rpartition(".")[2]) for path in paths}
    assert set(found.values()) >= {rcm.ObjectNode, rcm.ListNode, rcm.WfiImage, rcm.Telescope, rcm.CalLogs}
    assert len(found) == len(_index.MODULES) - len(_index.ALIASES) + 2
    assert all(isinstance(cls, type) and cls is not str for cls in found.values())


def test_the_families_of_all_classes_are_whole_schemas() -> None:
    families = classes.families_with_classes(ROMAN)
    assert {"wfi_image", "meta/l2_cal_step", "cal_logs"} <= set(families)
    assert not any("#" in family for family in families)


def test_those_of_a_third_party_are_its_own(registered: None) -> None:
    assert classes.families_with_classes(THIRD) == ["spectra"]
    assert classes.class_paths(THIRD) == [f"{Spectra.__module__}.SpectraOfMine"]
    assert classes.families_with_classes("asdf://example.org/nobody") == []
    assert classes.class_paths("asdf://example.org/nobody") == []


def test_the_model_of_a_top_node_has_a_name(registered: None) -> None:
    assert classes.model_name("WfiImage") == "ImageModel"
    assert classes.model_name("SpectraOfMine") == "SpectraModel"
    assert classes.model_name("L2CalStep") is None


def test_a_property_may_be_of_a_registered_class(registered: None) -> None:
    class Holder(rcm.ObjectNode):
        inner: SpectraOfMine | None  # type: ignore[name-defined]  # noqa: F821

    holder = Holder({"inner": {"a": 1}})
    assert holder.inner is holder["inner"]
    assert vars(holder) == {"inner": holder["inner"]}


# -- versions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0"])
def test_a_fragment_is_made_by_the_tag_that_follows_from_its_schema(version: str) -> None:
    step = rcm.L2CalStep(tag=f"{TAGS}meta/l2_cal_step-{version}")
    assert step.schema_uri == f"{ROMAN}/schemas/meta/l2_cal_step-{version}"


@pytest.mark.parametrize(
    "tag",
    [
        f"{TAGS}meta/l2_cal_step-9.0.0",
        f"{TAGS}wfi_image-1.0.0",
        f"{THIRD}/tags/meta/l2_cal_step-1.0.0",
        f"{THIRD}/tags/l2_cal_step-1.0.0",
    ],
)
def test_a_tag_that_is_not_one_of_the_class_is_refused(tag: str) -> None:
    with pytest.raises(rcm.SchemaNotFoundError, match=f"^{tag} is not a tag of meta/l2_cal_step or l2_cal_step$"):
        rcm.L2CalStep(tag=tag)


def test_an_old_schema_is_asked_for_where_the_newer_family_is_not_installed() -> None:
    class Later(rcm.ObjectNode):
        _families = ("not_yet/l2_cal_step", "l2_cal_step")

    assert Later().schema_uri == f"{ROMAN}/schemas/{installed().store.versions('l2_cal_step')[-1].short}"
    assert Later(version="1.0.0").schema_uri == f"{ROMAN}/schemas/l2_cal_step-1.0.0"


def test_a_class_whose_schemas_are_not_installed_says_so() -> None:
    class Later(rcm.ObjectNode):
        _families = ("not_yet/one", "not_yet/two")

    for version in (None, "1.0.0"):
        with pytest.raises(
            rcm.SchemaNotFoundError, match=r"^the installed rad has no schema of not_yet/one or not_yet/two$"
        ):
            Later(version=version)


def test_a_class_of_no_schema_has_no_version() -> None:
    node = rcm.ObjectNode()
    assert (node.schema_uri, node.version, node.tag, rcm.ObjectNode.versions()) == (None, None, None, ())
    assert node.get_schema() == {}


def test_lists_and_scalars_have_versions_as_well() -> None:
    logs = rcm.CalLogs(version="1.0.0")
    assert (logs.version, logs.schema_uri, logs.tag) == (
        "1.0.0",
        f"{ROMAN}/schemas/meta/cal_logs-1.0.0",
        f"{TAGS}meta/cal_logs-1.0.0",
    )
    with pytest.raises(rcm.SchemaNotFoundError, match=r"no version 9\.0\.0 of .*cal_logs\. There are: .*1\.0\.0"):
        rcm.CalLogs(version="9.0.0")
    plain: Any = rcm.ListNode([1])
    assert (plain.version, plain.schema_uri, plain.tag) == (None, None, None)
