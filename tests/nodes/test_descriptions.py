"""What the schemas say of a property, as a record, as text, and in docstrings."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.descriptions import Description, unit_of_several
from roman_cal_models.nodes.docstrings import documentation

SCHEMAS = "asdf://stsci.edu/datamodels/roman/schemas/"


@pytest.fixture
def image() -> Any:
    return rcm.WfiImage(version="1.4.0")


def test_all_facts_of_a_property_stand_in_its_text() -> None:
    assert str(rcm.L2CalStep(version="1.0.0").describe("dark")).splitlines() == [
        "dark: Dark Current Subtraction Step",
        "  Step in romancal that performs a correction for the dark current by subtracting the dark reference data "
        "from the science data.",
        "  type: string",
        "  allowed: 'N/A', 'COMPLETE', 'FAILED', 'SKIPPED', 'INCOMPLETE'",
        "  archive: ScienceRefData.s_dark (nvarchar(15))",
        "  required: yes",
        f"  schema: {SCHEMAS}meta/l2_cal_step-1.0.0",
    ]


def test_what_is_not_known_does_not_stand_in_it() -> None:
    told = Description("x", None, None, (), None, None, None, False, "s")
    assert str(told) == "x: no title\n  required: no\n  schema: s"


def test_a_description_that_only_repeats_the_title_does_not_stand_in_it() -> None:
    told = Description("x", "Title", "Title", ("a", "b"), (1, "c"), "m", None, True, "s")
    assert str(told) == "x: Title\n  type: a, b\n  allowed: 1, 'c'\n  unit: m\n  required: yes\n  schema: s"
    other = dataclasses.replace(told, description="More")
    assert str(other).startswith("x: Title\n  More\n  type: a, b\n")


def test_several_units_are_joined_by_or() -> None:
    told = Description("x", "Title", None, (), None, ("m", "s"), None, True, "s")
    assert "\n  unit: m or s\n" in str(told)


def test_the_record_holds_what_the_text_does(image: Any) -> None:
    told = image.describe("data")
    assert (told.path, told.types, told.allowed, told.columns) == (
        "data",
        ("tag:stsci.edu:asdf/core/ndarray-1.*",),
        None,
        None,
    )
    assert (told.unit, told.is_required, told.schema_uri) == (
        ("DN / s", "MJy.sr**-1"),
        True,
        f"{SCHEMAS}wfi_image-1.4.0",
    )


def test_a_property_deep_inside_is_that_of_the_object_that_holds_it(image: Any) -> None:
    told = image.describe("meta.exposure.type")
    assert (told.path, told.schema_uri) == ("meta.exposure.type", f"{SCHEMAS}meta/exposure-1.0.0")
    assert told.is_required
    assert not image.describe("meta.cal_step").is_required
    assert image.describe("meta.cal_step.dark").is_required


def test_a_name_of_python_is_described_under_both_spellings(image: Any) -> None:
    for name in ("pass", "pass_"):
        told = image.describe(f"meta.observation.{name}")
        assert (told.title, told.is_required) == ("Pass Number", True)


@pytest.mark.newest_rad
def test_what_stands_in_the_objects_of_a_list_is_described() -> None:
    told = rcm.Associations.describe("products.members.exptype")
    assert told.allowed == ("SCIENCE", "CALIBRATION", "ENGINEERING")
    assert rcm.Associations.describe("products.members[3].exptype").allowed == told.allowed


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("meta.detektor.x", "no schema describes 'detektor' of 'meta.detektor.x'."),
        ("meta.exposur", "no schema describes 'exposur' of 'meta.exposur'. Did you mean 'exposure'?"),
        ("meta.program.x", "no schema describes 'x' of 'meta.program.x'. There are: title, investigator_name, "),
        ("meta.exposure.read_pattern[0].x", "no schema describes 'x' of 'meta.exposure.read_pattern[0].x'."),
        ("data.x", "no schema describes 'x' of 'data.x'."),
        ("nothing.x", "no schema describes 'nothing' of 'nothing.x'. There are: meta, data, "),
        ("meta.telescope[0]", "no schema describes 'telescope[0]' of 'meta.telescope[0]'."),
    ],
)  # fmt: skip
def test_an_unknown_property_is_told_with_what_there_is(path: str, told: str, image: Any) -> None:
    with pytest.raises(rcm.UnknownAttributeError) as caught:
        image.describe(path)
    assert str(caught.value).startswith(told)
    assert ("Did you mean" in str(caught.value)) is told.endswith("?")


def test_a_node_of_no_schema_has_nothing_to_describe() -> None:
    for node in (rcm.ObjectNode, rcm.ObjectNode()):
        with pytest.raises(rcm.UnknownAttributeError) as caught:
            node.describe("a")
        assert str(caught.value) == "no schema describes 'a' of 'a'."


# -- units -----------------------------------------------------------------------------------------------------------

UNITS = ("DN / s", "MJy / sr")


@pytest.mark.parametrize(
    ("units", "flux", "unit"),
    [
        (UNITS, "COMPLETE", "MJy / sr"),
        (UNITS, "SKIPPED", "DN / s"),
        (UNITS[::-1], "COMPLETE", "MJy / sr"),
        (UNITS[::-1], "SKIPPED", "DN / s"),
        (UNITS, None, "DN / s"),
        (("m",), "COMPLETE", "m"),
        ((), "COMPLETE", None),
        (("DN", "electron"), "COMPLETE", None),
        (("MJy / sr", "MJy2 / sr2"), "COMPLETE", None),
        (("DN / s", "electron / s", "MJy / sr"), "COMPLETE", None),
    ],
)
def test_the_flux_step_tells_which_of_two_units_it_is(units: Any, flux: Any, unit: str | None) -> None:
    tree = {"meta": {"cal_step": {"flux": flux}}}
    assert unit_of_several(units, tree) == unit
    assert unit_of_several(units, rcm.ObjectNode(tree)) == unit


@pytest.mark.parametrize(
    "tree", [{}, {"meta": 3}, {"meta": {}}, {"meta": {"cal_step": None}}, {"meta": {"cal_step": {}}}]
)
def test_without_a_flux_step_the_unit_is_that_of_before_it(tree: Any) -> None:
    assert unit_of_several(UNITS, tree) == "DN / s"


# -- docstrings ------------------------------------------------------------------------------------------------------


def test_a_docstring_lists_the_properties_by_their_schema(image: Any) -> None:
    text = str(image.__doc__)
    assert (
        "\n\nProperties by wfi_image-1.4.0, which are checked where they are set:\n\nAttributes\n----------\n" in text
    )
    assert "\ndata : ndarray\n    Science Data (DN/s) or (MJy/sr); in DN / s or MJy.sr**-1.\n" in text
    assert "\nvar_flat : ndarray, optional\n" in text
    assert "\nmeta : object\n" in text


def test_a_docstring_names_attributes_as_they_are_typed() -> None:
    text = str(rcm.Observation(version="1.0.0").__doc__)
    assert "\npass_ : integer\n    Pass Number; in the archive WFIExposure.pass, GuideWindow.pass.\n" in text


def test_a_property_without_a_title_says_so() -> None:
    associations = rcm.Associations(products=[{"members": [{"exptype": "SCIENCE"}]}])
    assert "\n    No title.\n" in f"{associations.products[0].members[0].__doc__}\n"


def test_lines_of_a_docstring_are_not_long(image: Any) -> None:
    texts = [str(rcm.L2CalStep.__doc__), str(image.__doc__), str(rcm.WfiImageMeta.__doc__)]
    facts = [line for text in texts for line in text.splitlines() if line.startswith("    ")]
    assert max(map(len, facts)) <= 90
    assert any(len(line) > 80 for line in facts)


def test_a_docstring_of_no_schema_is_left_as_it_is() -> None:
    assert documentation("Text.\n\n    More.", None) == "Text.\n\n    More."
