"""Nodes of a header refuse every change, and say of what and what to do; their copies can be changed."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.classes import editable, is_editable
from roman_cal_models.nodes.deferred import Deferred
from roman_cal_models.nodes.lazy_dict import raw_get
from roman_cal_models.nodes.read_only import read_only
from tests.header.test_header import content_with

TAGS = "asdf://stsci.edu/datamodels/roman/tags/"
ROMAN = f"""meta:
    cal_step: !<{TAGS}l2_cal_step-1.0.0> {{dark: COMPLETE}}
    cal_logs: !<{TAGS}cal_logs-1.0.0> [a]
    exposure: {{read_pattern: [[1], [2, 3]], start_time: !time/time-1.4.0 2020-01-01T00:00:00.000}}
  data: !core/ndarray-1.1.0 {{source: 0, datatype: float32, byteorder: little, shape: [4, 4]}}
  nodes: [{{a: 1}}]"""


@pytest.fixture
def header() -> Any:
    return rcm.read_header(content_with(ROMAN))


def test_the_error_names_the_place_the_class_and_the_way_out(header: Any) -> None:
    told = "is part of a header and cannot be changed; a copy can: copy.deepcopy(node), or open the file"
    for change, where in (
        (lambda: header.meta.cal_step.update(dark="SKIPPED"), "meta.cal_step (L2CalStep)"),
        (lambda: header.meta.exposure.read_pattern[1].append(4), "meta.exposure.read_pattern[1] (ListNode)"),
        (lambda: header.node.clear(), "WfiImage"),
    ):
        with pytest.raises(rcm.ReadOnlyError) as caught:
            change()
        assert str(caught.value) == f"{where} {told}"
    assert header.meta.cal_step == {"dark": "COMPLETE"}


def test_a_class_has_one_twin_whose_nodes_cannot_be_changed() -> None:
    for cls in (rcm.L2CalStep, rcm.ListNode, rcm.CalLogs):
        twin = read_only(cls)
        assert twin is read_only(cls) is not cls
        assert (twin.__name__, twin.__module__) == (cls.__name__, cls.__module__)
        assert issubclass(twin, cls)
        assert (editable(twin), editable(cls)) == (cls, cls)
    assert is_editable(rcm.L2CalStep()) is True
    assert is_editable(read_only(rcm.L2CalStep).__new__(read_only(rcm.L2CalStep))) is False


def test_all_nodes_and_lists_of_a_header_are_of_such_classes(header: Any) -> None:
    values = (header.node, header.meta, header.meta.cal_step, header.meta.cal_logs, header.meta.exposure.read_pattern)
    assert not any(map(is_editable, (*values, header.meta.exposure.read_pattern[0], header.nodes[0])))
    assert [editable(type(value)) for value in values] == [
        *(rcm.WfiImage, rcm.WfiImageMeta, rcm.L2CalStep, rcm.CalLogs, rcm.ListNode)
    ]


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])
def test_a_copy_keeps_tag_and_schema_and_can_be_changed(twin: Any, header: Any) -> None:
    for value in (header.meta.cal_step, header.meta.cal_logs):
        made = twin(value)
        assert (made, made.tag, made.schema_uri) == (value, value.tag, value.schema_uri)
        assert made.__roman_tag__() == value.__roman_tag__()
        assert type(made) is editable(type(value))
    step = twin(header.meta.cal_step)
    with pytest.raises(rcm.ValidationError):
        step.dark = "DONE"
    logs = twin(header.meta.cal_logs)
    with pytest.raises(rcm.ValidationError):
        logs.append(3)
    logs.append("b")
    assert header.meta.cal_logs == ["a"]


def test_a_deep_copy_can_be_changed_throughout_and_leaves_arrays_unread(header: Any) -> None:
    twin: Any = copy.deepcopy(header.node)
    twin.nodes.append(twin.nodes[0])
    twin.nodes[0].a = 2
    twin.meta.exposure.read_pattern[0].append(5)
    assert (header.nodes, header.meta.exposure.read_pattern) == ([{"a": 1}], [[1], [2, 3]])
    assert twin.meta.exposure.path() == ("meta", "exposure")
    assert isinstance(raw_get(twin, "data"), Deferred)
    assert raw_get(twin, "data") is raw_get(header.node, "data")
    assert twin.data == header.data


def test_a_deep_copy_keeps_two_names_of_one_node_one(header: Any) -> None:
    step = header.meta.cal_step
    one, two = copy.deepcopy([step, step])
    assert one is two


def test_a_pickle_stays_as_it_was(header: Any) -> None:
    _ = header.meta.exposure.read_pattern
    for value in (header.node, header.meta.cal_step, header.meta.cal_logs, header.meta.exposure.read_pattern):
        made = pickle.loads(pickle.dumps(value))
        assert (type(made), made.tag, made.schema_uri) == (type(value), value.tag, value.schema_uri)
        assert not is_editable(made)
    node = pickle.loads(pickle.dumps(header.node))
    assert node.meta.exposure.start_time == header.meta.exposure.start_time
    assert node.meta.exposure.path() == ("meta", "exposure")
    assert node.data == header.data
    logs = pickle.loads(pickle.dumps(header.meta.cal_logs))
    with pytest.raises(rcm.ReadOnlyError):
        logs.append("b")


def test_what_is_put_elsewhere_can_be_changed_there(header: Any) -> None:
    node: Any = rcm.ObjectNode(step=header.meta.cal_step, logs=header.meta.cal_logs, nodes=header.nodes)
    node.step.dark = "SKIPPED"
    node.logs.append("b")
    node.nodes[0].a = 3
    assert (node.step.tag, type(node.step)) == (f"{TAGS}l2_cal_step-1.0.0", rcm.L2CalStep)
    assert (header.meta.cal_step.dark, header.meta.cal_logs, header.nodes) == ("COMPLETE", ["a"], [{"a": 1}])
