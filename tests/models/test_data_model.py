"""DataModel: what users of the peer's models expect of one."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import roman_datamodels

import roman_cal_models as rcm
from tests.peer import WriteFile, differences, newest_tags, our_class, peer_tree, short

IMAGE = next(tag for tag in newest_tags() if "/wfi_image-" in tag)
CALIBRATED = [tag for tag in newest_tags() if short(tag).startswith(("wfi_", "ramp-"))]


@pytest.fixture
def model() -> rcm.ImageModel:
    return rcm.ImageModel.create_fake_data(shape=(4, 4))


def test_attributes_and_items_are_two_spellings(model: rcm.ImageModel) -> None:
    assert model["meta"] is model.meta
    assert model.meta is model.node.meta
    model["extra"] = 1
    assert model.extra == 1
    model.extra = 2
    assert model["extra"] == 2


def test_a_property_can_be_deleted_by_either_spelling(model: rcm.ImageModel) -> None:
    del model["dq"]
    del model.err
    assert "dq" not in model
    assert "err" not in model


def test_a_missing_property_is_an_attribute_error_and_a_key_error(model: rcm.ImageModel) -> None:
    with pytest.raises(AttributeError):
        _ = model.nothing
    with pytest.raises(KeyError):
        _ = model["nothing"]
    assert not hasattr(model, "nothing")


def test_an_underscore_cannot_begin_the_name_of_a_property(model: rcm.ImageModel) -> None:
    with pytest.raises(AttributeError):
        model._mine = 1
    with pytest.raises(ValueError, match="underscore"):
        model["_mine"] = 1


def test_get_and_pop_know_defaults(model: rcm.ImageModel) -> None:
    assert model.get("nothing", 5) == 5
    assert model.pop("nothing", 6) == 6
    data = model.data
    assert model.pop("data") is data
    with pytest.raises(KeyError):
        model.pop("data")


def test_iteration_gives_the_names(model: rcm.ImageModel) -> None:
    assert list(model) == list(model.keys()) == list(model.node)
    assert len(model) == len(model.node)


def test_a_model_unpacks_into_a_dict(model: rcm.ImageModel) -> None:
    unpacked = {**model}
    assert unpacked["data"] is model.data
    assert unpacked.keys() == model.node.keys()


def test_items_are_flat(model: rcm.ImageModel) -> None:
    items = dict(model.items())
    assert items["meta.exposure.nresultants"] == -999999
    assert items["data"] is model.data
    assert not any(isinstance(value, (Mapping, list)) for value in items.values())


def test_a_model_is_neither_a_mapping_nor_a_sequence(model: rcm.ImageModel) -> None:
    assert not isinstance(model, (Mapping, Sequence, dict))


def test_a_model_is_equal_only_to_itself_and_hashable(model: rcm.ImageModel) -> None:
    twin = copy.deepcopy(model)
    assert model == model
    assert model != twin
    assert len({model, twin, model}) == 2


def test_a_model_is_true_even_when_it_is_empty() -> None:
    assert rcm.ImageModel()


def test_a_model_of_a_model_is_that_model(model: rcm.ImageModel) -> None:
    assert rcm.ImageModel(model) is model


def test_a_model_of_a_node_holds_that_node(model: rcm.ImageModel) -> None:
    assert rcm.ImageModel(model.node).node is model.node


def test_a_model_of_another_models_node_is_refused(model: rcm.ImageModel) -> None:
    with pytest.raises(rcm.ValidationError, match="WfiImage is not the node of RampModel: that is Ramp"):
        rcm.RampModel(model.node)


def test_a_copy_is_deep_unless_asked_otherwise(model: rcm.ImageModel) -> None:
    assert model.copy().data is not model.data
    assert model.copy(deepcopy=False).node is model.node
    assert copy.copy(model).node is model.node
    deep = copy.deepcopy(model)
    deep.meta.prd_version = "9.9.9"
    deep.data[0, 0] = 5
    assert model.meta.prd_version != "9.9.9"
    assert model.data[0, 0] == 0


def test_a_deep_copy_outlives_the_file(peer_file: WriteFile) -> None:
    with rcm.open(peer_file(IMAGE)) as model:
        deep = model.copy()
    assert deep.data.shape == (8, 8)
    assert differences(deep.node.meta.exposure, model.node.meta.exposure) == []


def test_closing_a_copy_leaves_the_file_open(tmp_path: Path) -> None:
    path = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "a.asdf")
    with rcm.open(path) as model:
        model.copy(deepcopy=False).close()
        assert model.data.shape == (64, 64)


def test_a_pickled_model_comes_back_with_all_its_values(peer_file: WriteFile) -> None:
    with rcm.open(peer_file(IMAGE)) as model:
        again = pickle.loads(pickle.dumps(model))
        assert type(again) is rcm.ImageModel
        assert again.tag == model.tag
        assert differences(again.node, model.node) == []
    assert again.problems() == []


@pytest.mark.parametrize("tag", newest_tags(), ids=short)
def test_crds_parameters_are_the_peers(tag: str, peer_file: WriteFile) -> None:
    with rcm.open(peer_file(tag)) as model, roman_datamodels.open(peer_file(tag)) as theirs:
        assert model.get_crds_parameters() == theirs.get_crds_parameters()
        assert model.crds_observatory == theirs.crds_observatory == "roman"


@pytest.mark.parametrize("tag", CALIBRATED, ids=short)
def test_the_flat_dict_has_the_peers_names_and_values(tag: str, peer_file: WriteFile) -> None:
    with rcm.open(peer_file(tag)) as model, roman_datamodels.open(peer_file(tag)) as theirs:
        ours, expected = model.to_flat_dict(include_arrays=False), theirs.to_flat_dict(include_arrays=False)
        scalars = {name: value for name, value in expected.items() if isinstance(value, (str, int, float, bool))}
        assert scalars
        assert {name: ours.get(name) for name in scalars} == scalars
        assert ours.keys() == expected.keys()


@pytest.mark.parametrize("tag", CALIBRATED, ids=short)
def test_shape_tag_schema_and_handle_are_the_peers(tag: str, peer_file: WriteFile) -> None:
    with rcm.open(peer_file(tag)) as model, roman_datamodels.open(peer_file(tag)) as theirs:
        assert model.shape == theirs.shape
        assert model.tag == theirs.tag
        assert model.schema_uri == theirs.schema_uri
        assert model.override_handle == theirs.override_handle


def test_a_mapping_of_a_model_makes_a_model_of_another_kind() -> None:
    raw = rcm.ScienceRawModel.create_fake_data(shape=(2, 4, 4))
    made = rcm.RampModel.create_from_model({**raw})
    assert type(made) is rcm.RampModel
    assert made.meta.exposure.nresultants == raw.meta.exposure.nresultants
    assert np.array_equal(made.data, raw.data)
    assert made.data is not raw.data


def test_a_model_made_of_an_old_one_has_the_newest_tag(peer_file: WriteFile) -> None:
    old = our_class(IMAGE).create_fake_data(version="1.0.0")
    assert rcm.ImageModel.create_from_model(old).tag == IMAGE
    assert old.tag != IMAGE


def test_given_values_win_and_are_not_changed() -> None:
    given = {"meta": {"telescope": "ROMAN", "prd_version": "9.9.9"}}
    before = copy.deepcopy(given)
    made = rcm.ImageModel.create_fake_data(given)
    assert made.meta.prd_version == "9.9.9"
    assert given == before


def test_the_representation_reads_no_array(tmp_path: Path) -> None:
    path = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "a.asdf")
    with rcm.open(path) as model:
        pass
    assert str(path) in repr(model)
    assert "(closed)" in repr(model)
    assert repr(model.node)


def test_the_peer_opens_what_a_model_of_the_peer_was_made_into(peer_file: WriteFile, tmp_path: Path) -> None:
    with rcm.open(peer_file(IMAGE)) as model:
        made = rcm.ImageModel.create_from_model(model)
    made.save(tmp_path / "made.asdf")
    with roman_datamodels.open(tmp_path / "made.asdf") as theirs:
        found = differences(peer_tree(theirs), made.node, ignore=[".meta.filename", ".meta.file_date"])
    assert found == []
