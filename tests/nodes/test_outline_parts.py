"""The parts of an outline: names, kinds, titles, units and what was meant, of nodes built or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.outline_builder import as_html, hint, is_simple, outline, outline_of_value
from roman_cal_models.outline.entry import Entry
from roman_cal_models.yaml import TaggedMapping
from tests.header.test_header import content_with

TAGS = "asdf://stsci.edu/datamodels/roman/tags/"

# an unknown tag is told once in a process
pytestmark = pytest.mark.filterwarnings("ignore::roman_cal_models.NewerVersionWarning")


@pytest.fixture
def image() -> Any:
    image: Any = rcm.WfiImage(
        {"meta": {"cal_step": {"flux": "INCOMPLETE"}, "exposure": {"read_pattern": [[1]]}}}, version="1.4.0"
    )
    image["mine"] = 1
    image.data = np.zeros((2, 3), "f4")
    return image


def told(entry: Entry) -> Iterator[tuple[Any, ...]]:
    yield entry.path, entry.kind, entry.size, entry.text
    for member in entry.members():
        yield from told(member)


def at(node: Any, path: str) -> Entry:
    found = outline(node).at(path)
    assert found is not None
    return found


def test_a_node_is_named_by_its_class_or_as_it_is_called(image: Any) -> None:
    entry = outline(image)
    assert (entry.name, entry.kind, entry.path, entry.size) == ("WfiImage", "WfiImage", "", 3)
    assert entry.title == "Level 2 (L2) Calibrated Roman Wide Field Instrument (WFI) Rate Image."
    assert (outline(image, "roman").name, outline(image, "roman").kind) == ("roman", "WfiImage")
    assert (outline(rcm.ObjectNode()).kind, outline(rcm.ObjectNode()).title) == ("object", None)


def test_a_list_is_named_by_its_class_or_as_it_is_called() -> None:
    logs = rcm.CalLogs(["a", "b"])
    entry = outline(logs)
    assert (entry.name, entry.kind, entry.path, entry.size) == ("CalLogs", "CalLogs", "", 2)
    assert [(each.name, each.path, each.text) for each in entry.members()] == [("[0]", "[0]", "a"), ("[1]", "[1]", "b")]
    assert (outline(logs, "logs").name, outline(logs, "logs").kind) == ("logs", "CalLogs")


def test_members_stand_in_the_order_of_the_schema_and_those_of_no_schema_last(image: Any) -> None:
    assert [entry.name for entry in outline(image).members()] == ["meta", "data", "mine"]
    assert [entry.name for entry in at(image, "meta").members()] == ["exposure", "cal_step"]
    assert [entry.name for entry in outline(rcm.ObjectNode(b=1, a=2)).members()] == ["b", "a"]


def test_members_have_the_titles_of_the_schema(image: Any) -> None:
    assert at(image, "meta.cal_step.flux").title == image.describe("meta.cal_step.flux").title
    assert at(image, "meta.exposure.read_pattern").title == "Read Pattern"
    assert at(image, "mine").title is None


@pytest.mark.parametrize(("flux", "unit"), [("INCOMPLETE", "DN / s"), ("COMPLETE", "MJy.sr**-1")])
def test_an_array_of_several_units_is_in_that_of_the_flux_step(flux: str, unit: str, image: Any) -> None:
    image.meta.cal_step.flux = flux
    assert at(image, "data").unit == unit
    assert (at(image, "data").kind, at(image, "data").dtype, at(image, "data").shape) == ("array", "float32", (2, 3))


def test_an_array_of_one_unit_is_in_it() -> None:
    image = rcm.WfiImage.create_fake_data(version="1.4.0")
    assert (at(image, "amp33").unit, at(image, "dq").unit) == ("DN", None)


@pytest.mark.newest_rad
def test_an_array_whose_unit_nothing_tells_is_in_one_of_them() -> None:
    ramp = rcm.Ramp.create_fake_data(shape=(2, 2, 2))
    assert at(ramp, "data").unit == "DN or electron"


@pytest.mark.parametrize(
    ("value", "kind", "size", "text"),
    [
        (True, "bool", None, "true"),
        (1, "int", None, "1"),
        (1.5, "float", None, "1.5"),
        ("x", "str", None, "x"),
        (None, "null", None, "null"),
        ([], "list", None, "[]"),
        ((1, (2, "x")), "list", None, "[1, [2, x]]"),
        ([1, {"a": 1}], "list", 2, ""),
        ([[1, {"a": 1}]], "list", 1, ""),
        ({}, "object", 0, ""),
        (rcm.L2CalStep(), "L2CalStep", 0, ""),
        (rcm.CalLogs(), "list", None, "[]"),
        (rcm.Telescope("ROMAN"), "str", None, "ROMAN"),
    ],
    ids=repr,
)
def test_a_value_has_the_kind_that_it_is_of(value: Any, kind: str, size: int | None, text: str) -> None:
    entry = at(rcm.ObjectNode(a=value), "a")
    assert (entry.name, entry.path, entry.kind, entry.size, entry.text) == ("a", "a", kind, size, text)


def test_lists_of_lists_name_their_members_by_index() -> None:
    entry = outline(rcm.ObjectNode(a=[[1], [{"b": 2}]]))
    assert list(told(entry))[1:] == [
        ("a", "list", 2, ""),
        ("a[0]", "list", None, "[1]"),
        ("a[1]", "list", 1, ""),
        ("a[1][0]", "object", 1, ""),
        ("a[1][0].b", "int", None, "2"),
    ]
    (item,) = (each for each in entry.members())
    assert [each.name for each in item.members()] == ["[0]", "[1]"]
    assert [each.name for each in list(item.members())[1].members()] == ["[0]"]


RAW = f"""meta:
    cal_logs: !<{TAGS}cal_logs-1.0.0> [a, b]
    steps: [!<{TAGS}l2_cal_step-1.0.0> {{dark: COMPLETE}}]
    odd: !<{TAGS}nonsense-1.0.0> {{x: 1}}
    odds: !<{TAGS}nonsense-1.0.0> [{{x: 1}}]
    instrument: {{detector: WFI01}}
    table: !<tag:astropy.org:astropy/table/table-1.0.0> {{columns: []}}
    exposure: !<{TAGS}exposure-1.0.0> {{read_pattern: [[1], [2]], start_time: !time/time-1.4.0 2020-01-01T00:00:00.000}}
"""


@pytest.mark.parametrize("read", [rcm.open, rcm.read_header])
def test_what_is_not_built_is_named_as_what_it_will_be(read: Any) -> None:
    node = read(content_with(RAW)).node
    found = list(told(outline(node)))[1:]
    assert found == [
        ("meta", "WfiImageMeta", 7, ""),
        ("meta.exposure", "Exposure", 2, ""),
        ("meta.exposure.start_time", "Time", None, "2020-01-01T00:00:00.000"),
        ("meta.exposure.read_pattern", "list", None, "[[1], [2]]"),
        ("meta.instrument", "WfiMode", 1, ""),
        ("meta.instrument.detector", "str", None, "WFI01"),
        ("meta.cal_logs", "list", None, "[a, b]"),
        ("meta.steps", "list", 1, ""),
        ("meta.steps[0]", "L2CalStep", 1, ""),
        ("meta.steps[0].dark", "str", None, "COMPLETE"),
        ("meta.odd", "object", 1, ""),
        ("meta.odd.x", "int", None, "1"),
        ("meta.odds", "list", 1, ""),
        ("meta.odds[0]", "object", 1, ""),
        ("meta.odds[0].x", "int", None, "1"),
        ("meta.table", "Table", 0, ""),
    ]
    titles = {path: at(node, path).title for path in ("meta.steps[0].dark", "meta.instrument.detector", "meta.odd")}
    assert titles["meta.steps[0].dark"] == "Dark Current Subtraction Step"
    assert titles["meta.instrument.detector"] is not None
    assert titles["meta.odd"] is None


def test_built_and_unbuilt_are_told_alike() -> None:
    node = rcm.open(content_with(RAW)).node
    before = list(told(outline(node)))
    for name in ("exposure", "instrument", "cal_logs", "steps", "odd", "odds"):
        _ = [*node.meta[name].values()] if isinstance(node.meta[name], dict) else node.meta[name]
    assert list(told(outline(node))) == before


def test_what_else_a_file_holds_is_told_as_it_stands() -> None:
    entry = outline_of_value("history", {"entries": [{"a": 1}], "number": 2})
    assert list(told(entry)) == [
        ("history", "object", 2, ""),
        ("history.entries", "list", 1, ""),
        ("history.entries[0]", "object", 1, ""),
        ("history.entries[0].a", "int", None, "1"),
        ("history.number", "int", None, "2"),
    ]


@pytest.mark.parametrize(("content", "size"), [({"name": "x"}, 1), ({}, None)])
def test_a_record_of_the_standard_is_shown_with_its_members(content: dict[str, str], size: int | None) -> None:
    entry = outline_of_value("library", TaggedMapping(content, "tag:stsci.edu:asdf/core/software-1.0.0"))
    assert (entry.size, entry.path) == (size, "library")
    if content:
        assert list(told(entry)) == [("library", "Software", 1, ""), ("library.name", "str", None, "x")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("meta.cal_step.flax", ". Did you mean meta.cal_step.flux?"),
        ("dota", ". Did you mean data?"),
        ("meta.nothing", ". meta holds exposure, cal_step"),
        ("nothing", ". The file holds meta, data, mine"),
        ("nothing.at.all", ". The file holds meta, data, mine"),
        ("meta.exposure.read_patern.deeper", ". Did you mean meta.exposure.read_pattern?"),
        ("meta.program.x", ". meta holds exposure, cal_step"),
        ("data.x", ". data holds nothing else"),
    ],
)
def test_what_was_meant_or_what_there_is_is_told(path: str, text: str, image: Any) -> None:
    assert hint(outline(image), path) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([], True),
        ([1, "a", None, 1.5, True], True),
        ([[1], (2, [3])], True),
        ([{}], False),
        ([[1], [{}]], False),
        ([np.zeros(1)], False),
        ([object()], False),
    ],
)
def test_a_simple_list_holds_plain_values_and_lists_of_them(value: Any, expected: bool) -> None:
    assert is_simple(value) is expected


# -- in a notebook -----------------------------------------------------------------------------------------------------


def test_a_notebook_shows_schema_state_file_and_name(image: Any) -> None:
    page = as_html(image, "of mine", "a.asdf", "closed")
    assert all(text in page for text in ("of mine", "a.asdf", "closed", "wfi_image-1.4.0", "flux"))
    assert "WfiImage" in image._repr_html_()
    assert "wfi_image-1.4.0" in image._repr_html_()


def test_a_notebook_shows_a_node_of_no_schema() -> None:
    page = rcm.ObjectNode(a={"b": 1})._repr_html_()
    assert ">a<" in page or "a" in page
    assert "None" not in page.partition("</style>")[2].partition("<script>")[0]


def test_a_notebook_shows_lists_of_plain_values_as_python_does() -> None:
    assert rcm.ListNode([1, "a"])._repr_html_() is None
    assert rcm.ListNode([[1]])._repr_html_() is None
    assert "dark" in str(rcm.ListNode([{"dark": 1}])._repr_html_())
