"""A child that was asked for is found in ``__dict__`` from then on, and never after it has left the node."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.object_node import property_types

pytestmark = pytest.mark.newest_rad


@pytest.fixture
def node() -> rcm.WfiImage:
    node = rcm.WfiImage.create_fake_data()
    _ = node.meta.exposure
    return node


def test_a_child_that_was_asked_for_is_kept(node: rcm.WfiImage) -> None:
    assert vars(node) == {"meta": node["meta"]}
    assert node.meta is node["meta"]


def test_what_is_no_node_is_not_kept(node: rcm.WfiImage) -> None:
    _ = (node.data, node.meta.filename, node.meta.exposure.read_pattern)
    assert vars(node).keys() == {"meta"}
    assert vars(node.meta).keys() == {"exposure"}
    assert vars(node.meta.exposure) == {}


def test_an_invalid_value_in_the_place_of_a_node_is_not_kept(node: rcm.WfiImage) -> None:
    with rcm.config(validate_assignment="off"):
        node.meta.exposure = "none"
    assert node.meta.exposure == "none"
    assert vars(node.meta) == {}


CHANGES: dict[str, Callable[[Any, Any], Any]] = {
    "set an attribute": lambda meta, new: setattr(meta, "exposure", new),
    "set an item": lambda meta, new: meta.__setitem__("exposure", new),
    "update": lambda meta, new: meta.update(exposure=new),
    "or": lambda meta, new: meta.__ior__({"exposure": new}),
    "pop": lambda meta, new: (meta.pop("exposure"), meta.setdefault("exposure", new)),
    "delete an attribute": lambda meta, new: (delattr(meta, "exposure"), meta.update(exposure=new)),
    "popitem": lambda meta, new: ([meta.popitem() for _ in range(len(meta))], meta.update(exposure=new)),
    "clear": lambda meta, new: (meta.clear(), meta.update(exposure=new)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_child_is_the_one_that_stands_in_the_node(change: str, node: rcm.WfiImage) -> None:
    new = rcm.Exposure.create_fake_data()
    CHANGES[change](node.meta, new)
    assert node.meta.exposure is node.meta["exposure"] is new


@pytest.mark.parametrize("take_out", [lambda meta: meta.clear(), lambda meta: meta.pop("exposure")])
def test_a_child_that_was_taken_out_is_missing(take_out: Callable[[Any], Any], node: rcm.WfiImage) -> None:
    take_out(node.meta)
    assert not hasattr(node.meta, "exposure")


def test_a_plain_value_set_in_the_place_of_a_child_is_found() -> None:
    node = rcm.L1FaceGuidewindow.create_fake_data()
    node.meta.detector_gw_files = {}
    assert node.meta.detector_gw_files == {}
    node.meta.detector_gw_files = None
    assert node.meta.detector_gw_files is None


def test_a_child_that_was_replaced_meanwhile_is_not_kept(node: rcm.WfiImage) -> None:
    old = node.meta.exposure
    node.meta.exposure = rcm.Exposure.create_fake_data()
    node.meta._keep("exposure", old)
    assert node.meta.exposure is node.meta["exposure"]


def test_threads_that_set_and_get_leave_the_child_that_stands_in_the_node(node: rcm.WfiImage) -> None:
    meta = node.meta
    children = [rcm.Exposure.create_fake_data() for _ in range(8)]

    def run(child: rcm.Exposure) -> None:
        for _ in range(200):
            meta.exposure = child
            assert isinstance(meta.exposure, rcm.Exposure)

    threads = [threading.Thread(target=run, args=(child,)) for child in children]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meta.exposure is meta["exposure"]


# -- copies and models -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, lambda node: pickle.loads(pickle.dumps(node))])
def test_a_copy_keeps_its_own(make: Callable[[Any], Any], node: rcm.WfiImage) -> None:
    twin = make(node)
    twin.meta = rcm.WfiImageMeta.create_fake_data()
    assert twin.meta is twin["meta"]
    assert twin.meta is not node.meta


def test_a_model_finds_what_its_node_keeps() -> None:
    model = rcm.ImageModel.create_fake_data()
    view = rcm.open(model)
    assert model.meta is view.meta is model.node.meta
    model.node["meta"] = new = rcm.WfiImageMeta.create_fake_data()
    assert model.meta is view.meta is new
    del view.meta
    assert not hasattr(model, "meta")


def test_a_node_whose_children_are_kept_is_freed_at_once(node: rcm.WfiImage) -> None:
    reference = weakref.ref(node.meta)
    gc.disable()
    try:
        del node.meta
        assert reference() is None
    finally:
        gc.enable()


# -- how tools see it ------------------------------------------------------------------------------------------------


def test_a_property_of_one_value_is_one_to_tools_and_a_child_a_descriptor() -> None:
    kinds = {entry.name: entry.kind for entry in inspect.classify_class_attrs(rcm.WfiImage)}
    assert {kinds[name] for name in property_types(rcm.WfiImage)} == {"property", "method"}
    assert kinds["data"] == "property"
    assert inspect.get_annotations(rcm.WfiImage.meta.fget, eval_str=True)["return"] is rcm.WfiImageMeta
