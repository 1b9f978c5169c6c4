"""Values of a file are built when they are first taken out, once, whoever asks; nobody sees them before."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.deferred import RAW_TYPES, Deferred
from roman_cal_models.nodes.from_file import build_root
from roman_cal_models.nodes.lazy_dict import raw_get, raw_items
from roman_cal_models.yaml import TaggedMapping

WFI_IMAGE = "asdf://stsci.edu/datamodels/roman/{kind}/wfi_image-2.2.0"
FILES = pytest.mark.parametrize("era", ["old", pytest.param("new", marks=pytest.mark.newest_rad)])


@pytest.fixture
def node(era: str, request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(era).node


@FILES
def test_opening_builds_nothing(node: Any) -> None:
    assert {type(value) for _, value in raw_items(node)} <= RAW_TYPES


@FILES
def test_taking_one_value_builds_no_other(node: Any) -> None:
    _ = node.meta.exposure
    unbuilt = {key for key, value in raw_items(node.meta) if type(value) in RAW_TYPES}
    assert "exposure" not in unbuilt
    assert {"instrument", "pointing", "photometry"} <= unbuilt


@FILES
def test_repr_builds_nothing(node: Any) -> None:
    before = dict(raw_items(node))
    assert repr(node).startswith("WfiImage({")
    assert all(value is before[key] for key, value in raw_items(node))


@FILES
def test_asking_for_names_builds_nothing(node: Any) -> None:
    before = dict(raw_items(node))
    assert "meta" in node
    assert (len(node), list(node), list(node.keys())) == (len(before), list(before), list(before))
    dir(node)
    assert all(value is before[key] for key, value in raw_items(node))


WAYS: dict[str, Callable[[Any], Iterator[Any]]] = {
    "key": lambda node: (node[key] for key in node),
    "attribute": lambda node: (getattr(node, key) for key in node if key.isidentifier() and key not in dir(dict)),
    "get": lambda node: (node.get(key) for key in node),
    "items": lambda node: (value for _, value in node.items()),
    "values": lambda node: iter(node.values()),
    "reversed": lambda node: reversed(node.values()),
    "dict": lambda node: iter(dict(node).values()),
    "star": lambda node: iter({**node}.values()),
    "call": lambda node: iter((lambda **values: values)(**node).values()),
    "union": lambda node: iter(({} | node).values()),
    "update": lambda node: iter(_updated(node).values()),
    "copy": lambda node: iter(copy.copy(node).values()),
    "raw copy": lambda node: (value for _, value in raw_items(copy.copy(node)) if not isinstance(value, Deferred)),
    "deepcopy": lambda node: iter(copy.deepcopy(node).values()),
    "raw deepcopy": lambda node: (
        value for _, value in raw_items(copy.deepcopy(node)) if not isinstance(value, Deferred)
    ),
    "pickle": lambda node: (value for _, value in raw_items(pickle.loads(pickle.dumps(node)))),
    "setdefault": lambda node: (node.setdefault(key, None) for key in node),
    "pop": lambda node: (node.pop(key) for key in list(node)),
    "popitem": lambda node: (node.popitem()[1] for _ in range(len(node))),
    "traverse": lambda node: iter(node.__asdf_traverse__().values()),
    "match": lambda node: iter(_matched(node).values()),
}


@FILES
@pytest.mark.parametrize("way", WAYS)
def test_no_way_gives_an_unbuilt_value(node: Any, way: str) -> None:
    _assert_built(node, WAYS[way])


@FILES
def test_an_unbuilt_node_is_equal_to_a_built_one(node: Any) -> None:
    twin = copy.deepcopy(node)
    again = copy.copy(node)
    assert again == twin
    assert twin == again


@FILES
def test_json_writes_what_was_not_built(node: Any) -> None:
    assert json.loads(json.dumps(node.meta.observation)) == dict(node.meta.observation)
    assert json.loads(json.dumps({"a": node.meta.exposure.read_pattern})) == {"a": node.meta.exposure.read_pattern}


@FILES
def test_a_shallow_copy_gives_the_same_foreign_object(node: Any) -> None:
    twin = copy.copy(node)
    assert twin.data is node.data
    assert twin.meta is node.meta


@FILES
def test_what_is_built_is_kept(node: Any) -> None:
    for key in node:
        assert node[key] is node[key] is getattr(node, key)


@FILES
def test_a_deep_copy_and_a_pickle_outlive_the_file(era: str, request: pytest.FixtureRequest) -> None:
    path: Path = request.getfixturevalue(f"{era}_file")
    with rcm.open(path) as model:
        twin, text = copy.deepcopy(model.node), pickle.dumps(model.node)
    assert twin.data.shape == pickle.loads(text).data.shape


@pytest.mark.newest_rad
def test_a_raw_mapping_is_a_node_of_its_place() -> None:
    node = _raw({"meta": {"cal_step": {"dark": "COMPLETE"}}})
    assert type(node.meta.cal_step) is rcm.L2CalStep
    assert node.meta.cal_step.path() == ("meta", "cal_step")


@pytest.mark.newest_rad
def test_an_invalid_value_of_a_file_is_kept_as_it_is() -> None:
    node = _raw({"meta": {"cal_step": {"dark": "DONE", "extra": [1, {"a": 2}]}}})
    assert node.meta.cal_step == {"dark": "DONE", "extra": [1, {"a": 2}]}
    assert ("meta", "cal_step", "dark") in {problem.path for problem in node.problems()}


@pytest.mark.newest_rad
def test_a_scalar_of_a_file_where_a_mapping_belongs_is_kept_as_it_is() -> None:
    assert _raw({"meta": {"cal_step": "COMPLETE"}}).meta.cal_step == "COMPLETE"


# -- threads ---------------------------------------------------------------------------------------------------------


@pytest.mark.newest_rad
def test_threads_that_take_one_child_get_the_same_object() -> None:
    for _ in range(30):
        node = _raw({"meta": {f"key_{number}": {"a": [number]} for number in range(50)}})
        assert len({id(meta) for meta in _in_threads(lambda node=node: node.meta)}) == 1
        taken = _in_threads(lambda node=node: [node.meta[key] for key in node.meta])
        assert len({tuple(map(id, values)) for values in taken}) == 1


@FILES
def test_threads_that_take_one_array_get_the_same_object(node: Any) -> None:
    arrays = _in_threads(lambda: node.data)
    assert len({id(array) for array in arrays}) == 1


@pytest.mark.parametrize("change", ["set", "delete", "clear", "update"])
def test_a_change_while_a_value_is_built_is_not_lost(change: str) -> None:
    node = _Slow({"a": {"b": 1}})
    taker = threading.Thread(target=node.get, args=("a",))
    taker.start()
    assert node.building.wait(120)
    changer = threading.Thread(target=_CHANGES[change], args=(node,))
    changer.start()
    changer.join(0.05)
    node.go_on.set()
    taker.join(120)
    changer.join(120)
    assert dict(node) == ({} if change in ("delete", "clear") else {"a": "mine"})


def test_an_attribute_that_is_set_while_its_value_is_built_stays() -> None:
    rcm.L2CalStep(dark="COMPLETE").dark = "SKIPPED"  # from now on, the quick way is known
    node = _SlowStep({"dark": {}})
    taker = threading.Thread(target=lambda: node["dark"])
    taker.start()
    assert node.building.wait(120)
    setter = threading.Thread(target=setattr, args=(node, "dark", "COMPLETE"))
    setter.start()
    setter.join(0.05)
    node.go_on.set()
    taker.join(120)
    setter.join(120)
    assert node.dark == "COMPLETE"


_CHANGES: dict[str, Callable[[Any], Any]] = {
    "set": lambda node: node.__setitem__("a", "mine"),
    "update": lambda node: node.update(a="mine"),
    "delete": lambda node: node.__delitem__("a"),
    "clear": lambda node: node.clear(),
}


class _Slow(rcm.ObjectNode):
    """A node of raw values that waits in the midst of building one."""

    def __init__(self, raw: dict[str, Any]) -> None:
        super().__init__()
        self.__dict__.update(building=threading.Event(), go_on=threading.Event())
        for key, value in raw.items():
            dict.__setitem__(self, key, value)

    def _build(self, key: Any, raw: Any) -> Any:
        value = super()._build(key, raw)
        self.building.set()
        self.go_on.wait(120)
        return value


class _SlowStep(_Slow, rcm.L2CalStep):
    """One whose schema is known."""


def _in_threads(take: Callable[[], Any], count: int = 8) -> list[Any]:
    taken: list[Any] = []
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait()
        taken.append(take())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == count
    return taken


def _raw(content: dict[str, Any]) -> Any:
    """Return the top node of a file's YAML."""

    class NoFile:
        name = None
        read_only = False
        standard = "1.6.0"

        def build(self, raw: Any, where: Callable[[], str]) -> Any:
            raise AssertionError("there is no foreign object here")

    return build_root(TaggedMapping(content, WFI_IMAGE.format(kind="tags")), WFI_IMAGE.format(kind="schemas"), NoFile())


def _assert_built(node: Any, way: Callable[[Any], Iterator[Any]]) -> None:
    for value in list(way(node)):
        assert type(value) not in RAW_TYPES
        assert not isinstance(value, Deferred)
        if isinstance(value, rcm.ObjectNode):
            _assert_built(value, way)
        elif isinstance(value, list):
            assert not {type(item) for item in value} & RAW_TYPES


def _updated(node: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    values.update(node)
    return values


def _matched(node: Any) -> dict[str, Any]:
    match node:
        case {**rest}:
            return rest
    raise AssertionError("a node is a mapping")


@pytest.mark.newest_rad
def test_the_raw_value_is_what_stands_in_the_store() -> None:
    assert type(raw_get(_raw({"meta": {}}), "meta")) is dict
