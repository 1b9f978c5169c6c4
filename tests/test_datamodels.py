"""The names of ``roman_datamodels`` and its modules lead to our own."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib.metadata import requires, version
from typing import Any

import pytest
import roman_datamodels
import roman_datamodels.datamodels as peer
import roman_datamodels.testing
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import roman_cal_models as rcm
from roman_cal_models import datamodels, testing
from roman_cal_models.errors import SchemaNotFoundError

DEPRECATED = {"DTYPE_MAP", "log", "rdm_open"}
"""Variables of the peer's own work that stand in its module."""


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, value in vars(peer).items()
        if not name.startswith("_") and not inspect.ismodule(value) and inspect.isclass(value)
    ],
)
def test_every_class_of_the_peer_is_here(name: str) -> None:
    ours = getattr(datamodels, name)
    assert inspect.isclass(ours)
    assert name in dir(datamodels)
    if issubclass(getattr(peer, name), peer.DataModel):
        assert ours is getattr(rcm, name)
        assert issubclass(ours, rcm.DataModel)
        assert ours._node_type.__name__ == getattr(peer, name)._node_type.__name__ if name != "DataModel" else True


@pytest.mark.parametrize("name", roman_datamodels.__all__)
def test_every_name_of_the_peers_top_is_at_ours(name: str) -> None:
    assert getattr(rcm, name) is not None


@pytest.mark.parametrize("name", roman_datamodels.testing.__all__)
def test_every_helper_for_tests_is_here(name: str) -> None:
    assert callable(getattr(testing, name))


def test_there_is_one_open() -> None:
    assert datamodels.open is rcm.open


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'ImageModle'\. Did you mean 'ImageModel'\?$"):
        _ = datamodels.ImageModle


def test_the_names_cost_nothing_until_they_are_used() -> None:
    code = "import sys, roman_cal_models.datamodels; print('asdf' in sys.modules or 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# -- private names that pipeline code uses -----------------------------------------------------------------------------


def test_the_private_names_of_the_peer_are_answered() -> None:
    old = rcm.ImageModel.create_fake_data(tag="asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.4.0")
    new = rcm.ImageModel.create_fake_data()
    assert old._instance is old.node
    assert type(old.node) is rcm.ImageModel._node_type is old._node_type
    assert old._node_type._default_tag == new.tag != old.tag
    assert old._read_tag == old.tag
    assert new._read_tag is None


# -- schemas -----------------------------------------------------------------------------------------------------------

ROMAN = "asdf://stsci.edu/datamodels/roman/schemas/"


@pytest.mark.parametrize("uri", ["meta/individual_image_meta", "basic", "meta/basic", "wfi_image", "wfi_image-1.0.0"])
def test_the_newest_schema_is_the_peers(uri: str) -> None:
    try:
        wanted = roman_datamodels.get_latest_schema(ROMAN + uri)
    except ValueError:
        pytest.skip("the peer knows none either")
    assert rcm.get_latest_schema(ROMAN + uri) == wanted


def test_a_schema_that_is_given_away_is_the_callers_own() -> None:
    _, schema = rcm.get_latest_schema(ROMAN + "basic")
    schema.clear()
    assert rcm.get_latest_schema(ROMAN + "basic")[1] != {}


@pytest.mark.parametrize("uri", [ROMAN + "nothing", "nothing", ""])
def test_a_schema_that_is_not_there_is_told(uri: str) -> None:
    with pytest.raises((SchemaNotFoundError, rcm.SchemaError)):
        rcm.get_latest_schema(uri)


# -- helpers for tests -------------------------------------------------------------------------------------------------


@pytest.fixture
def image() -> Any:
    return rcm.ImageModel.create_fake_data(shape=(4, 4)).node


def test_equal_nodes_pass(image: Any) -> None:
    import copy

    testing.assert_node_equal(image, copy.deepcopy(image))
    testing.assert_node_is_copy(image, copy.deepcopy(image), deepcopy=True)
    testing.assert_node_is_copy(image, copy.copy(image))


def test_a_difference_is_named_by_its_path(image: Any) -> None:
    import copy

    twin = copy.deepcopy(image)
    twin.meta.exposure.exposure_time = 5.0
    twin.data[0, 0] = 7
    del twin.err
    with pytest.raises(AssertionError) as caught:
        testing.assert_node_equal(image, twin)
    text = str(caught.value)
    assert "node.meta.exposure.exposure_time: -999999.0 and 5.0" in text
    assert "node.err: only in one of the two" in text
    assert "node.data" in text


def test_a_shallow_copy_is_no_deep_one(image: Any) -> None:
    import copy

    with pytest.raises(AssertionError):
        testing.assert_node_is_copy(image, copy.copy(image), deepcopy=True)
    with pytest.raises(AssertionError):
        testing.assert_node_is_copy(image, copy.deepcopy(image))
    with pytest.raises(AssertionError, match="one object"):
        testing.assert_node_is_copy(image, image)


def test_what_holds_an_array_is_not_hashable(image: Any) -> None:
    assert not testing.wraps_hashable(image)
    assert testing.wraps_hashable(rcm.L2CalStep.create_minimal())
    assert not testing.wraps_hashable(rcm.ObjectNode({"nested": {}}))
    with pytest.raises(TypeError):
        testing.wraps_hashable({})


@pytest.mark.newest_rad
def test_the_registry_of_models_is_that_of_the_peer() -> None:
    registry = datamodels.MODEL_REGISTRY
    assert registry[rcm.WfiImage] is rcm.ImageModel
    names = {model.__name__ for model in registry.values()}
    beyond = names - {model.__name__ for model in peer.MODEL_REGISTRY.values()}
    # the peer's own leaves this one out
    assert "AssociationsModel" in beyond
    # a release of RAD is taken in before the peer has done so
    assert beyond == {"AssociationsModel"} or version("rad") not in _rad_of_the_peer()


def _rad_of_the_peer() -> SpecifierSet:
    requirements = map(Requirement, requires("roman-datamodels") or ())
    return next(each.specifier for each in requirements if each.name == "rad")
