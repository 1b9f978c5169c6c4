"""A header and a model give what their top node holds as their own."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.deferred import FileValue
from roman_cal_models.nodes.lazy_dict import raw_get
from tests.header.test_header import content_with
from tests.skies import sky_of_detector


@pytest.fixture
def model() -> Any:
    return rcm.ImageModel.create_fake_data(shape=(2, 2), version="1.4.0")


@pytest.fixture
def header() -> Any:
    return rcm.read_header(content_with("meta: {origin: STSCI, telescope: null}\n  mine: [1, {a: 2}]"))


def test_values_are_those_of_the_top_node(model: Any, header: Any) -> None:
    for proxy in (model, header):
        assert isinstance(proxy.node, rcm.WfiImage)
        assert proxy.meta is proxy["meta"] is proxy.node.meta is proxy.get("meta")
        assert list(proxy) == list(proxy.keys()) == list(proxy.node)
        assert [value is proxy[key] for key, value in zip(proxy, proxy.values(), strict=True)] == [True] * len(proxy)
        assert ("meta" in proxy, "nothing" in proxy, len(proxy)) == (True, False, len(proxy.node))
        assert (proxy.get("nothing"), proxy.get("nothing", 3)) == (None, 3)
        assert (proxy.tag, proxy.schema_uri) == (proxy.node.tag, proxy.node.schema_uri)
        assert bool(proxy) is True
        assert proxy._ipython_key_completions_() == list(proxy.node)


def test_an_empty_one_is_true() -> None:
    assert bool(rcm.ImageModel()) is True
    assert len(rcm.ImageModel()) == 0


def test_a_missing_name_is_that_of_the_node(model: Any, header: Any) -> None:
    for proxy in (model, header):
        with pytest.raises(rcm.MissingKeyError, match="nothing is not here"):
            _ = proxy.nothing
        with pytest.raises(rcm.MissingKeyError):
            _ = proxy["nothing"]
        with pytest.raises(AttributeError, match=rf"^{type(proxy).__name__} has no attribute '_nothing'$"):
            _ = proxy._nothing


def test_items_are_flat_and_not_null(model: Any, header: Any) -> None:
    assert dict(header.items()) == {"meta.origin": "STSCI", "mine.0": 1, "mine.1.a": 2}
    found = dict(model.items())
    assert found["data"] is model.data
    assert found["meta.instrument.detector"] == "WFI01"
    assert not any(isinstance(value, dict) for value in found.values())


def test_a_flat_dict_has_names_below_roman(model: Any, header: Any) -> None:
    assert header.to_flat_dict() == {"roman.meta.origin": "STSCI", "roman.mine.0": 1, "roman.mine.1.a": 2}
    flat = model.to_flat_dict()
    assert flat["roman.data"] is model.data
    assert flat["roman.meta.file_date"] == str(model.meta.file_date)
    assert flat.keys() - model.to_flat_dict(include_arrays=False).keys() == {
        f"roman.{key}" for key, value in model.node.items() if isinstance(value, np.ndarray)
    }


def test_arrays_that_are_left_out_are_not_read(tmp_path: Path) -> None:
    image = rcm.ImageModel.create_fake_data(shape=(8, 8))
    image.meta.wcs = sky_of_detector((8, 8))
    image.save(tmp_path / "image.asdf")
    with rcm.open(tmp_path / "image.asdf") as model:
        held = [*dict.values(model.node), raw_get(model.meta, "wcs")]
        unread = [raw for raw in held if isinstance(raw, FileValue)]
        assert len(unread) > 5
        model.get_crds_parameters()
        assert not any(raw.is_built for raw in unread)
        assert "roman.data" not in model.to_flat_dict(include_arrays=False)
        assert "data" not in model.node.to_flat_dict(include_arrays=False)
        assert not any(raw.is_built for raw in unread[:-1])  # all but the WCS, which is no array


def test_reference_files_are_selected_by_plain_values_below_meta(model: Any) -> None:
    model.meta["number"], model.meta["flag"], model.meta["day"] = 2.5, True, datetime.date(2020, 1, 2)
    model.meta["array"], model.meta["complex"] = np.zeros(3), 1 + 2j
    found = model.get_crds_parameters()
    assert found["roman.meta.instrument.detector"] == "WFI01"
    assert (found["roman.meta.number"], found["roman.meta.flag"], found["roman.meta.complex"]) == (2.5, True, 1 + 2j)
    assert found["roman.meta.file_date"] == str(model.meta.file_date)
    assert {"roman.meta.day", "roman.meta.array", "roman.data", "roman.meta.wcs"}.isdisjoint(found)


def test_completion_offers_properties_and_methods(model: Any, header: Any) -> None:
    for proxy in (model, header):
        names = dir(proxy)
        assert {*proxy.node._attribute_names(), "meta", "data"} <= {*names}
        assert {"to_flat_dict", "node", "tag", "describe"} <= {*names}


# -- a model can be changed --------------------------------------------------------------------------------------------


def test_what_is_set_is_set_in_the_node(model: Any) -> None:
    model.mine = 1
    model["yours"] = 2
    assert (model.node["mine"], model.node["yours"]) == (1, 2)
    assert model.setdefault("mine", 5) == 1
    assert model.setdefault("new", 5) == model.node["new"] == 5
    assert model.setdefault("none") is None
    model.update({"mine": 3}, yours=4)
    assert (model.mine, model.yours) == (3, 4)
    with pytest.raises(rcm.ValidationError):
        model.update(data="none")


def test_what_is_taken_out_is_taken_out_of_the_node(model: Any) -> None:
    assert model.pop("dq") is not None
    assert model.pop("dq", 3) == 3
    with pytest.raises(rcm.MissingKeyError):
        model.pop("dq")
    del model.err
    del model["amp33"]
    assert {"dq", "err", "amp33"}.isdisjoint(model.node)
    with pytest.raises(rcm.MissingKeyError):
        del model.err


def test_a_key_does_not_begin_with_an_underscore(model: Any) -> None:
    with pytest.raises(ValueError, match=r"^'_mine': names of properties do not begin with an underscore$"):
        model["_mine"] = 1
    assert "_mine" not in model.node
    model[5] = 1
    assert model.node[5] == 1


def test_the_names_that_pipeline_code_knows_are_there() -> None:
    new, old = (rcm.ImageModel.create_fake_data(version=version) for version in (None, "1.4.0"))
    assert new._instance is new.node
    assert (new._read_tag, old._read_tag) == (None, old.tag)
    assert rcm.WfiImage._default_tag == new.tag
    assert rcm.WfiImageMeta._default_tag is rcm.ObjectNode._default_tag is None
    assert rcm.L2CalStep._default_tag == rcm.L2CalStep().tag


def test_a_subclass_has_attributes_of_its_own() -> None:
    class Mine(rcm.ImageModel):
        note = "x"

    made = Mine.create_fake_data(shape=(2, 2))
    made.note = "y"
    assert "note" not in made.node
    assert made.note == "y"
    del made.note
    assert made.note == "x"
