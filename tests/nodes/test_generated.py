"""Every generated class: its declarations are the facts of its schemas, and it can be made, checked and copied."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.classes import class_of, named
from roman_cal_models.nodes.generated import _index
from roman_cal_models.nodes.object_node import property_names
from roman_cal_models.nodes.scalar_node import ScalarNode
from roman_cal_models.schema import installed

NAMES = sorted(set(_index.CLASSES.values()) - _index.ALIASES)
OBJECTS = [name for name in NAMES if issubclass(named(name), rcm.ObjectNode)]
LISTS = [name for name in NAMES if issubclass(named(name), rcm.ListNode)]
SCALARS = [name for name in NAMES if issubclass(named(name), ScalarNode)]

pytestmark = pytest.mark.newest_rad


def test_every_class_is_an_object_a_list_or_a_scalar() -> None:
    assert sorted([*OBJECTS, *LISTS, *SCALARS]) == NAMES
    assert len(OBJECTS) > 150


def test_the_newest_manifest_has_a_class_for_every_tag() -> None:
    schemas = installed().store.newest_manifest.schema_uris.values()
    classes = {class_of(installed().document(uri)) for uri in schemas}
    assert rcm.ObjectNode not in classes
    assert len(classes) == len(schemas) == 41


@pytest.mark.parametrize("name", OBJECTS)
def test_the_declared_properties_are_those_of_the_schemas_of_all_versions(name: str) -> None:
    cls = named(name)
    known = {key for schema in _schemas(cls) for key in schema.properties}
    assert set(property_names(cls).values()) == known


@pytest.mark.parametrize("name", OBJECTS)
def test_a_node_holds_nothing_that_does_not_stand_in_its_dict(name: str) -> None:
    node = named(name).create_fake_data()
    assert vars(node) == {}
    values = {key: getattr(node, attribute) for attribute, key in property_names(type(node)).items() if key in node}
    kept = {key: value for key, value in values.items() if isinstance(value, rcm.ObjectNode)}
    assert vars(node).keys() == kept.keys()
    assert all(vars(node)[key] is dict.__getitem__(node, key) for key in kept)


@pytest.mark.parametrize("name", OBJECTS)
def test_fake_data_are_valid(name: str) -> None:
    assert named(name).create_fake_data().problems() == []


@pytest.mark.parametrize("name", OBJECTS)
def test_fake_data_hold_what_is_required(name: str) -> None:
    node = named(name).create_fake_data()
    assert node._schema is not None
    assert node._schema.required <= set(node)


@pytest.mark.parametrize("name", OBJECTS)
def test_minimal_nodes_hold_only_required_properties_and_lack_values_only(name: str) -> None:
    node = named(name).create_minimal()
    assert node._schema is not None
    assert set(node) <= node._schema.required
    assert {problem.kind for problem in node.problems()} <= {"required", "minItems"}


@pytest.mark.parametrize("name", OBJECTS)
def test_copies_are_equal_and_of_the_same_class(name: str) -> None:
    node = named(name).create_fake_data()
    for twin in (copy.copy(node), copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        assert twin == node
        assert (type(twin), twin.schema_uri, twin.tag) == (type(node), node.schema_uri, node.tag)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_made_copied_and_checked(name: str) -> None:
    node = named(name)()
    assert copy.deepcopy(node) == pickle.loads(pickle.dumps(node)) == node == []
    with pytest.raises(rcm.ValidationError):
        node.append(object())


@pytest.mark.parametrize("name", [name for name in OBJECTS if issubclass(named(name), rcm.TaggedObjectNode)])
def test_every_version_of_a_tagged_class_has_valid_fake_data(name: str) -> None:
    cls = named(name)
    for version in cls.versions():
        node = cls.create_fake_data(version=version)
        assert node.problems() == [], version
        assert node.version == version


def test_names_of_the_package_are_the_classes() -> None:
    for name in NAMES:
        assert getattr(rcm, name) is named(name)


def _schemas(cls: Any) -> list[Any]:
    """Return the schemas of all versions that a class stands for."""
    found = []
    for family in cls._families:
        for uri in installed().store.versions(family):
            try:
                schema = installed().find(str(uri), cls._path)
            except rcm.SchemaError:
                continue  # this version has the object elsewhere, or not at all
            if class_of(schema) is cls:
                found.append(schema)
    return found
