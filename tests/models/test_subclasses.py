"""A subclass of a model is an ordinary class: its attributes are neither the node's nor data."""

from __future__ import annotations

import functools
from typing import Any

import pytest

import roman_cal_models as rcm

pytestmark = pytest.mark.newest_rad


class Own(rcm.ImageModel):
    """Has one of each."""

    __slots__ = ("cache",)

    colour = "red"

    @functools.cached_property
    def count(self) -> int:
        """Counts once."""
        return len(self.node)

    @property
    def dq(self) -> Any:
        """Stands in front of the schema's."""
        return None


@pytest.fixture
def model() -> Own:
    return Own.create_fake_data()


def test_its_own_attributes_are_no_data(model: Own) -> None:
    keys = list(model.node)
    model.cache, model.colour, model._further = 1, "blue", 2
    assert model.count == len(keys)
    assert (model.cache, model.colour, model._further) == (1, "blue", 2)
    assert list(model.node) == keys


def test_its_own_attributes_are_not_those_of_its_node(model: Own) -> None:
    model.colour, model._further = "blue", 2
    _ = model.count
    assert not vars(model.node).keys() & {"count", "colour", "_further"}


def test_another_model_of_its_node_has_its_own_attributes(model: Own) -> None:
    count = model.count
    other = Own(model.node)
    model.node["extra"] = 1
    assert (model.count, other.count) == (count, count + 1)


def test_its_own_attributes_can_be_deleted(model: Own) -> None:
    model.cache = 1
    count = model.count
    model.node["extra"] = 1
    del model.cache, model.count
    assert model.count == count + 1
    assert not hasattr(model, "cache")


def test_its_own_property_stands_in_front_of_that_of_the_schema(model: Own) -> None:
    assert model.dq is None
    assert model["dq"] is not None


def test_it_finds_the_children_that_its_node_has(model: Own) -> None:
    assert model.meta is model.node.meta is model.meta
    model.node["meta"] = new = rcm.WfiImageMeta.create_fake_data()
    assert model.meta is new


def test_it_sets_data_by_attributes_as_before(model: Own) -> None:
    model.meta = rcm.WfiImageMeta.create_fake_data()
    del model.err
    assert model.meta is model.node["meta"]
    assert "err" not in model.node


def test_a_node_whose_class_overrides_its_items_is_asked() -> None:
    class Upper(rcm.WfiImage):
        def __getitem__(self, key: Any) -> Any:
            return "asked" if key == "data" else super().__getitem__(key)

    assert rcm.ImageModel(Upper({"data": None})).data == "asked"


def test_what_a_model_of_ours_holds_for_speed_cannot_be_changed_from_outside() -> None:
    model = rcm.ImageModel.create_fake_data()
    meta = model.meta
    vars(model)["meta"] = vars(model)["further"] = None
    assert model.meta is meta
    assert not hasattr(model, "further")
