"""Looking at a node builds no more than it must, and what a broken file holds is kept and told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from astropy import units as u
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.nodes.creation import create_minimal
from roman_cal_models.nodes.lazy_dict import raw_get, raw_items
from roman_cal_models.nodes.scalar_node import UndescribedString
from roman_cal_models.nodes.shapes import shape_problems
from tests.header.test_header import content_with
from tools.old_files import DATA

TAGS = "asdf://stsci.edu/datamodels/roman/tags/"
READ = pytest.mark.parametrize("read", [rcm.open, rcm.read_header])


# -- under a tag of something else -------------------------------------------------------------------------------------

BROKEN = f"""meta:
    list_as_object: !<{TAGS}l2_cal_step-1.0.0> [1, 2]
    text_as_object: !<{TAGS}l2_cal_step-1.0.0> text
    object_as_list: !<{TAGS}cal_logs-1.0.0> {{x: 1}}
    text_as_list: !<{TAGS}cal_logs-1.0.0> text
    object_as_text: !<{TAGS}telescope-1.0.0> {{x: 1}}
    list_as_text: !<{TAGS}telescope-1.0.0> [1]
    list_as_time: !<{TAGS}file_date-1.0.0> [1]
    text_as_time: !<{TAGS}file_date-1.0.0> never
"""
KEPT: dict[str, Any] = {"list": [1], "text": "text", "object": {"x": 1}}


@READ
def test_what_bears_the_tag_of_something_else_is_kept_with_it(read: Any) -> None:
    tree = read(content_with(BROKEN))
    tags = {"object": "l2_cal_step", "list": "cal_logs", "text": "telescope", "time": "file_date"}
    for name in tree.meta:
        value = tree.meta[name]
        kind, _, tag = name.partition("_as_")
        expected = {"list_as_object": [1, 2], "text_as_time": "never"}.get(name, KEPT[kind])
        assert (value, value.tag) == (expected, f"{TAGS}{tags[tag]}-1.0.0"), name
        base = {"list": rcm.ListNode, "text": UndescribedString, "object": rcm.ObjectNode}[kind]
        assert isinstance(value, base), name
        assert not isinstance(value, (rcm.L2CalStep, rcm.CalLogs, rcm.Telescope)), name


@READ
def test_it_is_told_whether_it_was_built_or_not(read: Any) -> None:
    tree = read(content_with(BROKEN))
    before = {problem.path[:2] for problem in tree.problems()} & {("meta", name) for name in tree.meta}
    assert before == {("meta", name) for name in tree.meta}
    _ = [*tree.meta.values()]
    assert {problem.path[:2] for problem in tree.problems()} >= before
    assert "roman.meta.object_as_text.x" in tree.to_flat_dict()


def test_a_time_in_parts_that_are_none_cannot_be_built() -> None:
    model = rcm.open(content_with(f"meta: {{date: !<{TAGS}file_date-1.0.0> {{x: 1}}}}"))
    with pytest.raises(rcm.ForeignValueError, match="a time cannot be built"):
        _ = model.meta["date"]


# -- no more than it must ----------------------------------------------------------------------------------------------


def test_a_node_is_equal_to_itself_without_being_built(new: Any) -> None:
    before = dict(raw_items(new.node))
    assert new.node == new.node
    assert (new.node != new.node) is False
    assert all(raw_get(new.node, key) is value for key, value in before.items())


def test_checks_build_nothing_that_is_right(new: Any) -> None:
    before = dict(raw_items(new.node))
    assert new.node.problems() == []
    assert list(shape_problems(new.node)) == []
    assert all(raw_get(new.node, key) is value for key, value in before.items())


@pytest.mark.parametrize("is_read_only", [False, True])
def test_what_older_libraries_wrote_otherwise_is_built_to_be_checked(is_read_only: bool) -> None:
    path: Path = DATA / "0.26.0/ImageSourceCatalogModel.asdf"
    tree: Any = rcm.read_header(path) if is_read_only else rcm.open(path)
    told = {problem.path[0] for problem in tree.node.problems()}
    assert told == ({"source_catalog"} if is_read_only else set())
    if not is_read_only:
        tree.close()
        assert tree.node.problems() == []
    closed = rcm.open(path)
    closed.close()
    assert {problem.path[0] for problem in closed.node.problems()} == {"source_catalog"}


def test_an_array_is_not_built_to_be_checked() -> None:
    data = "!core/ndarray-1.1.0 {source: 0, datatype: int8, byteorder: big, shape: [4]}"
    tree = rcm.open(content_with(f"data: {data}\n  meta: {{exposure: {{start_time: 5}}}}"))
    before = raw_get(tree.node, "data")
    assert ("data",) in {problem.path for problem in tree.node.problems()}
    assert raw_get(tree.node, "data") is before
    assert not before.is_built


def test_a_wrong_value_deep_inside_is_told_with_its_place() -> None:
    content = content_with("meta: {exposure: {type: NONE, read_pattern: [[1], [a]]}}")
    tree = rcm.open(content.replace(b"wfi_image-1.0.0", b"wfi_image-1.4.0"))
    found = {problem.path for problem in tree.node.problems()}
    assert {("meta", "exposure", "type"), ("meta", "exposure", "read_pattern", 1, 0)} <= found


def test_a_list_of_no_schema_and_one_of_a_schema_are_checked_by_what_they_are() -> None:
    with rcm.config(validate_assignment="off"):
        logs, plain = rcm.CalLogs([3]), rcm.ListNode([3])
    assert [problem.path for problem in logs.problems()] == [(0,)]
    assert plain.problems() == []


# -- shapes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_saved", [False, True])
def test_shapes_are_compared_whether_read_or_not(is_saved: bool, tmp_path: Path) -> None:
    import numpy as np

    image: Any = rcm.ImageModel.create_fake_data(shape=(4, 4), version="1.4.0")
    image.err, image.dq = np.zeros((3, 4), "f4"), np.zeros((0, 4), "u4")
    image.meta.file_date = Time("2020-01-01")
    if is_saved:
        image = rcm.open(image.save(tmp_path / "image.asdf"))
    (problem,) = shape_problems(image.node)
    assert (problem.path, problem.kind, problem.value, problem.allowed) == (("err",), "shape", (3, 4), (4, 4))
    assert problem.level == "warning"
    assert problem.message == "the shape is (3, 4), and that of data is (4, 4)"


@pytest.mark.parametrize(
    "array", ["{source: 0, datatype: int8, byteorder: big}", "{value: 1}", "[]", "{shape: ['*']}", "{shape: ['*', 4]}"]
)
def test_an_array_whose_shape_is_not_told_is_not_compared(array: str) -> None:
    right = "!core/ndarray-1.1.0 {source: 0, datatype: int8, byteorder: big, shape: [4, 4]}"
    for data, err in ((right, f"!core/ndarray-1.1.0 {array}"), (f"!core/ndarray-1.1.0 {array}", right)):
        content = content_with(f"data: {data}\n  err: {err}").replace(b"wfi_image-1.0.0", b"wfi_image-1.4.0")
        assert list(shape_problems(rcm.read_header(content).node)) == []


def test_arrays_of_quantities_are_compared_before_they_are_read() -> None:
    array = "!core/ndarray-1.1.0 {source: 0, datatype: int8, byteorder: big, shape: "
    quantities = [
        f"!unit/quantity-1.1.0 {{value: {array}{shape}}}, unit: !unit/unit-1.0.0 m}}" for shape in ("[4, 4]", "[3, 4]")
    ]
    tree = rcm.read_header(content_with(f"data: {quantities[0]}\n  err: {quantities[1]}\n  dq: {quantities[0]}"))
    assert [(problem.path, problem.value) for problem in shape_problems(tree.node)] == [(("err",), (3, 4))]


QUANTITIES = """
  {}:
    tag: tag:stsci.edu:asdf/unit/quantity-1.*
    properties: {{value: {{tag: "tag:stsci.edu:asdf/core/ndarray-1.*", ndim: 2}}}}"""


def test_the_dimensions_of_a_quantity_are_those_of_its_value(schema_of: Any) -> None:
    import numpy as np

    schema = schema_of("quantities", f"properties:{''.join(map(QUANTITIES.format, ('data', 'err', 'more')))}")
    node = create_minimal(rcm.ObjectNode, schema)
    node.update(data=np.zeros((2, 3)) * u.m, err=np.zeros((2, 2)) * u.m, more=np.zeros((2, 3)) * u.m)
    assert [problem.path for problem in shape_problems(node)] == [("err",)]


def test_what_has_no_shape_or_no_schema_is_not_compared() -> None:
    assert list(shape_problems(rcm.ObjectNode(data=1))) == []
    image: Any = rcm.WfiImage.create_fake_data(shape=(4, 4), version="1.4.0")
    with rcm.config(validate_assignment="off"):
        image.err, image["mine"], image[5] = "none", 3, 4
    assert list(shape_problems(image)) == []
    image.data = None
    assert list(shape_problems(image)) == []
