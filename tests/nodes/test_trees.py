"""Nodes from what a file holds: from its YAML, and from the trees that asdf gives."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Iterator
from typing import Any

import asdf
import numpy as np
import pytest
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.nodes.copying import as_version
from roman_cal_models.nodes.deferred import Deferred
from roman_cal_models.nodes.from_file import node_from_tree
from roman_cal_models.nodes.lazy_dict import raw_get, raw_items, raw_members
from roman_cal_models.nodes.scalar_node import UndescribedString
from tests.header.test_header import content_with

TAGS = "asdf://stsci.edu/datamodels/roman/tags/"
SCHEMAS = "asdf://stsci.edu/datamodels/roman/schemas/"
# an unknown tag is told once in a process
pytestmark = pytest.mark.filterwarnings("ignore::roman_cal_models.NewerVersionWarning")

READ = pytest.mark.parametrize("read", [rcm.open, rcm.read_header])

OLD = f"""meta:
    telescope: !<{TAGS}telescope-1.0.0> ROMAN
    file_date: !<{TAGS}file_date-1.0.0> 2020-01-01T00:00:00.000
    cal_logs: !<{TAGS}cal_logs-1.0.0> [first, second]
    exposure: !<{TAGS}exposure-1.0.0> {{type: WFI_IMAGE, read_pattern: [[1], [2, 3]]}}
    unknown_text: !<{TAGS}nonsense-1.2.0> text
    unknown_object: !<{TAGS}nonsense-1.2.0> {{x: 1}}
    unknown_list: !<{TAGS}nonsense-1.2.0> [1, {{y: 2}}]
    mixed: [!time/time-1.4.0 2020-01-01T00:00:00.000, [!<{TAGS}telescope-1.0.0> ROMAN], {{x: 1}}]
    date_in_parts: !<{TAGS}file_date-1.0.0> {{value: 58849.0, format: mjd}}
    elsewhere: !<{TAGS}exposure-1.0.0> {{type: WFI_IMAGE}}
"""


@pytest.fixture(params=[rcm.open, rcm.read_header], ids=["model", "header"])
def meta(request: pytest.FixtureRequest) -> Iterator[Any]:
    tree = request.param(content_with(OLD))
    yield tree.meta


# -- from YAML -------------------------------------------------------------------------------------------------------


def test_tagged_values_are_of_the_classes_of_their_tags(meta: Any) -> None:
    found = {name: meta[name] for name in ("telescope", "file_date", "cal_logs", "exposure", "elsewhere")}
    classes = {
        "telescope": rcm.Telescope,
        "file_date": rcm.FileDate,
        "cal_logs": rcm.CalLogs,
        "exposure": rcm.Exposure,
        "elsewhere": rcm.Exposure,
    }
    assert all(isinstance(value, classes[name]) for name, value in found.items())
    assert {name: value.tag for name, value in found.items()} == {
        name: f"{TAGS}{'exposure' if name == 'elsewhere' else name}-1.0.0" for name in found
    }
    assert {value.version for value in found.values()} == {"1.0.0"}
    assert meta.exposure.schema_uri == f"{SCHEMAS}exposure-1.0.0"


def test_tagged_values_are_those_that_the_file_holds(meta: Any) -> None:
    assert (meta.telescope, meta.cal_logs) == ("ROMAN", ["first", "second"])
    assert meta.file_date == Time("2020-01-01")
    assert meta.exposure == {"type": "WFI_IMAGE", "read_pattern": [[1], [2, 3]]}
    assert isinstance(meta["date_in_parts"], rcm.FileDate)
    assert (meta["date_in_parts"].format, meta["date_in_parts"].value) == ("mjd", 58849.0)


def test_what_bears_a_tag_of_no_schema_keeps_it(meta: Any) -> None:
    for name, value in (("text", "text"), ("object", {"x": 1}), ("list", [1, {"y": 2}])):
        found = meta[f"unknown_{name}"]
        assert found == value
        assert (found.tag, found.schema_uri) == (f"{TAGS}nonsense-1.2.0", None)
        assert found.__roman_tag__() == found.tag
    assert meta["unknown_text"].version == "1.2.0"
    assert isinstance(meta["unknown_object"], rcm.ObjectNode)
    assert isinstance(meta["unknown_list"][1], rcm.ObjectNode)


def test_a_list_is_built_whole(meta: Any) -> None:
    time, inner, mapping = meta["mixed"]
    assert type(time) is Time
    assert (type(inner[0]), inner) == (rcm.Telescope, ["ROMAN"])
    assert isinstance(mapping, rcm.ObjectNode)
    assert mapping.path() == ("meta", "mixed", 2)
    assert inner.path() == ("meta", "mixed", 1)


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_text_of_an_unknown_tag_is_copied_with_it(meta: Any, twin: Any) -> None:
    text = twin(meta["unknown_text"])
    assert (type(text), text, text.tag) == (UndescribedString, "text", f"{TAGS}nonsense-1.2.0")
    assert type(text.plain()) is str


def test_lists_of_a_file_are_checked_by_their_schema() -> None:
    with rcm.open(content_with(OLD)) as model:
        with pytest.raises(rcm.ValidationError, match=r"^meta\.cal_logs\[2\]: 3 is not of type 'string'"):
            model.meta.cal_logs.append(3)
        with pytest.raises(rcm.ValidationError, match=r"^meta\.exposure\.read_pattern\[0\]\[1\]: 'a' is not of type"):
            model.meta.exposure.read_pattern[0].append("a")


def test_members_are_given_as_they_stand() -> None:
    with rcm.open(content_with(OLD)) as model:
        assert [key for key, _ in raw_members(model.node)] == ["meta"]
        assert dict(raw_members(model.node))["meta"] is raw_get(model.node, "meta")
        assert list(raw_members(model.meta.cal_logs)) == [(0, "first"), (1, "second")]


def test_what_is_looked_at_without_touching_is_read_but_not_built() -> None:
    with rcm.open(content_with(OLD)) as model:
        assert type(raw_get(model.node, "meta")) is dict
        assert raw_get(model.node, "nothing") is None
        raw = dict(raw_items(model.meta))
        assert not isinstance(raw["exposure"], rcm.ObjectNode)
        assert model.meta.exposure is raw_get(model.meta, "exposure")


@READ
def test_the_top_keeps_a_tag_of_another_version_than_its_schema(read: Any) -> None:
    assert read(content_with("meta: {}")).tag == f"{TAGS}wfi_image-1.0.0"
    node = read(content_with("meta: {}").replace(b"wfi_image-1.0.0", b"wfi_image-1.0.9")).node
    assert node.tag == node.__roman_tag__() == f"{TAGS}wfi_image-1.0.9"
    assert node.version != "1.0.9"


@READ
@pytest.mark.parametrize("name", ["telescope", "cal_logs", "file_date"])
def test_what_stands_inside_of_files_is_no_file(read: Any, name: str) -> None:
    content = content_with("meta: {}").replace(b"wfi_image-1.0.0", f"{name}-1.0.0".encode())
    with pytest.raises(
        rcm.UnknownTagError, match=rf"{name}-1\.0\.0 is not a tag of a file: {name} stands inside of others"
    ):
        read(content)


# -- another version ---------------------------------------------------------------------------------------------------


@pytest.fixture
def newer() -> Any:
    with rcm.open(
        content_with(f"{OLD}  data: !core/ndarray-1.1.0 {{source: 0, datatype: int8, shape: [4], byteorder: big}}")
    ) as model:
        schema = rcm.WfiImage(version="1.4.0")._schema
        assert schema is not None
        yield model.node, as_version(model.node, schema)


def test_a_node_as_another_version_is_of_its_classes_throughout(newer: Any) -> None:
    _, new = newer
    assert (type(new), new.version, new.tag) == (rcm.WfiImage, "1.4.0", f"{TAGS}wfi_image-1.4.0")
    assert new.meta.exposure.schema_uri == f"{SCHEMAS}meta/exposure-1.0.0"
    assert (type(new.meta.telescope), type(new.meta.file_date)) == (str, Time)
    assert new.meta.cal_logs.schema_uri == f"{SCHEMAS}meta/cal_logs-1.0.0"


def test_all_containers_of_a_node_as_another_version_are_new(newer: Any) -> None:
    old, new = newer
    new.meta.exposure.read_pattern[1].append(4)
    new.meta["mixed"][1].append("x")
    new.meta["mixed"][2].x = 5
    new.meta["unknown_list"][1].y = 6
    new.meta["elsewhere"].type = "WFI_DARK"
    assert old.meta.exposure.read_pattern == [[1], [2, 3]]
    assert old.meta["mixed"][1:] == [["ROMAN"], {"x": 1}]
    assert old.meta["unknown_list"] == [1, {"y": 2}]
    assert old.meta["elsewhere"].type == "WFI_IMAGE"


def test_foreign_objects_are_shared_and_not_read_for_another_version(newer: Any) -> None:
    old, new = newer
    assert isinstance(raw_get(new, "data"), Deferred)
    assert raw_get(new, "data") is raw_get(old, "data")


def test_tags_that_no_schema_describes_are_left_behind_for_another_version(newer: Any) -> None:
    old, new = newer
    for name in ("unknown_text", "unknown_object", "unknown_list"):
        assert new.meta[name] == old.meta[name]
        assert getattr(new.meta[name], "tag", None) is None
        assert old.meta[name].tag == f"{TAGS}nonsense-1.2.0"
    assert new.meta["elsewhere"].tag == f"{TAGS}exposure-1.0.0"


# -- from asdf ---------------------------------------------------------------------------------------------------------


def through_asdf(value: Any) -> Any:
    content = io.BytesIO()
    asdf.AsdfFile({"x": value}, extensions=rcm.get_asdf_extensions()).write_to(content)
    with asdf.open(io.BytesIO(content.getvalue()), extensions=rcm.get_asdf_extensions()) as file:
        return file["x"]


@pytest.mark.parametrize("version", ["1.0.0", "1.4.0"])
def test_a_node_that_asdf_read_is_of_the_classes_of_its_places(version: str) -> None:
    node = rcm.WfiImage.create_fake_data(
        {"meta": {"exposure": {"read_pattern": [[1]]}, "mine": {"a": [1]}}}, version=version
    )
    again = through_asdf(node)
    assert (type(again), again.version, again.tag) == (rcm.WfiImage, version, node.tag)
    for name in ("exposure", "telescope", "file_date", "instrument"):
        assert type(again.meta[name]) is type(node.meta[name])
        assert getattr(again.meta[name], "tag", None) == getattr(node.meta[name], "tag", None)
    assert again.meta.exposure.path() == ("meta", "exposure")
    with pytest.raises(rcm.ValidationError, match=r"^meta\.exposure\.read_pattern\[0\]\[1\]"):
        again.meta.exposure.read_pattern[0].append("a")
    again.meta.mine.a.append({})
    assert type(again.meta.mine.a[1]) is rcm.ObjectNode


@pytest.mark.parametrize(
    "make",
    [
        lambda: rcm.Telescope("ROMAN"),
        lambda: rcm.FileDate("2020-01-01"),
        lambda: rcm.CalLogs(["a", "b"], tag=f"{TAGS}cal_logs-1.0.0"),
        lambda: rcm.L2CalStep.create_minimal(tag=f"{TAGS}l2_cal_step-1.0.0"),
        lambda: rcm.L2CalStep.create_minimal(version="1.0.0"),
    ],
)
def test_a_tagged_value_that_asdf_read_is_what_was_written(make: Any) -> None:
    value = make()
    again = through_asdf(value)
    assert (type(again), again, again.tag, again.schema_uri) == (type(value), value, value.tag, value.schema_uri)


def test_arrays_of_what_asdf_read_are_read_at_first_use() -> None:
    content = io.BytesIO()
    node = rcm.WfiImage.create_fake_data(shape=(4, 4), version="1.4.0")
    asdf.AsdfFile({"x": node}, extensions=rcm.get_asdf_extensions()).write_to(content)
    with asdf.open(io.BytesIO(content.getvalue()), extensions=rcm.get_asdf_extensions()) as file:
        again = file["x"]
        assert isinstance(raw_get(again, "data"), Deferred)
        assert type(again.data) is np.ndarray
        assert again.data is raw_get(again, "data")


def test_a_tree_is_a_node_of_its_tag_by_the_schema_that_is_given() -> None:
    tag = f"{TAGS}l2_cal_step-1.9.0"
    node = node_from_tree({"dark": "COMPLETE"}, tag, f"{SCHEMAS}l2_cal_step-1.0.0")
    assert (type(node), node.tag, node.schema_uri) == (rcm.L2CalStep, tag, f"{SCHEMAS}l2_cal_step-1.0.0")
    same = node_from_tree({"dark": "COMPLETE"}, f"{TAGS}l2_cal_step-1.0.0")
    assert (same._given_tag, same.tag) == (None, f"{TAGS}l2_cal_step-1.0.0")


def test_a_tree_of_a_scalar_or_a_list_is_one() -> None:
    text = node_from_tree("ROMAN", f"{TAGS}telescope-1.0.0")
    assert (type(text), text, text.tag) == (rcm.Telescope, "ROMAN", f"{TAGS}telescope-1.0.0")
    date = node_from_tree({"value": 58849.0, "format": "mjd"}, f"{TAGS}file_date-1.0.0")
    assert (type(date), date.value, date.format) == (rcm.FileDate, 58849.0, "mjd")
    kept = node_from_tree([1], f"{TAGS}l2_cal_step-1.0.0")
    assert (type(kept), kept, kept.tag) == (rcm.ListNode, [1], f"{TAGS}l2_cal_step-1.0.0")
    logs = node_from_tree(("a", "b"), f"{TAGS}cal_logs-1.0.0")
    assert (type(logs), logs, logs.tag) == (rcm.CalLogs, ["a", "b"], f"{TAGS}cal_logs-1.0.0")
    with pytest.raises(rcm.ValidationError):
        logs.append(3)
