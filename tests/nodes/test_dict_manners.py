"""A node is a dict: everything that one may do with a dict, and attributes beside it."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import numpy as np
import pytest
from astropy.units import Quantity
from hypothesis import given
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models import L2CalStep, ListNode, ObjectNode
from roman_cal_models.nodes.descriptions import unit_of_several
from roman_cal_models.nodes.equality import equal_values


@pytest.fixture
def step() -> L2CalStep:
    return L2CalStep(version="1.0.0", dark="COMPLETE", flux="SKIPPED")


@pytest.fixture
def image() -> Any:
    return rcm.WfiImage.create_fake_data(shape=(2, 2))


def test_a_node_is_a_dict(step: L2CalStep) -> None:
    assert isinstance(step, dict)


def test_a_node_is_made_of_a_mapping() -> None:
    assert L2CalStep({"dark": "COMPLETE"}) == {"dark": "COMPLETE"}


def test_a_node_is_made_of_pairs() -> None:
    assert L2CalStep([("dark", "COMPLETE")]) == {"dark": "COMPLETE"}  # type: ignore[arg-type]


def test_names_win_over_the_mapping() -> None:
    assert L2CalStep({"dark": "COMPLETE"}, dark="SKIPPED") == {"dark": "SKIPPED"}


def test_what_is_set_by_attribute_is_read_by_key(step: L2CalStep) -> None:
    step.photom = "COMPLETE"
    assert step["photom"] == "COMPLETE"


def test_what_is_set_by_key_is_read_by_attribute(step: L2CalStep) -> None:
    step["photom"] = "COMPLETE"
    assert step.photom == "COMPLETE"


def test_both_spellings_give_the_same_object(image: Any) -> None:
    assert image.meta is image.meta is image["meta"] is image.get("meta")


def test_what_is_deleted_by_attribute_is_gone_under_its_key(step: L2CalStep) -> None:
    del step.dark
    assert "dark" not in step


def test_what_is_deleted_by_key_is_gone_as_an_attribute(step: L2CalStep) -> None:
    del step["dark"]
    assert not hasattr(step, "dark")


def test_getattr_takes_a_default(step: L2CalStep) -> None:
    assert getattr(step, "photom", "nothing") == "nothing"


def test_get_takes_a_default(step: L2CalStep) -> None:
    assert (step.get("photom"), step.get("photom", 3), step.get("dark", 3)) == (None, 3, "COMPLETE")


def test_len_counts_what_is_there(step: L2CalStep) -> None:
    assert len(step) == 2


def test_iteration_gives_the_keys_in_the_order_in_which_they_were_set(step: L2CalStep) -> None:
    assert list(step) == list(step.keys()) == ["dark", "flux"]


def test_items_and_values_run_both_ways(step: L2CalStep) -> None:
    assert list(reversed(step.items())) == [("flux", "SKIPPED"), ("dark", "COMPLETE")]
    assert list(reversed(step.values())) == ["SKIPPED", "COMPLETE"]


def test_pop_takes_a_value_out(step: L2CalStep) -> None:
    assert step.pop("dark") == "COMPLETE"
    assert step == {"flux": "SKIPPED"}


def test_pop_takes_a_default(step: L2CalStep) -> None:
    assert step.pop("photom", None) is None


def test_pop_of_a_missing_key_raises_our_error(step: L2CalStep) -> None:
    with pytest.raises(rcm.MissingKeyError, match="photom is not here"):
        step.pop("photom")


def test_popitem_takes_the_last_one(step: L2CalStep) -> None:
    assert step.popitem() == ("flux", "SKIPPED")
    assert step == {"dark": "COMPLETE"}


def test_popitem_of_an_empty_node_raises_our_error() -> None:
    with pytest.raises(rcm.MissingKeyError, match="the node is empty"):
        L2CalStep().popitem()


def test_clear_empties(step: L2CalStep) -> None:
    step.clear()
    assert step == {}


def test_setdefault_keeps_what_is_there(step: L2CalStep) -> None:
    assert step.setdefault("dark", "SKIPPED") == "COMPLETE"


def test_setdefault_sets_and_checks(step: L2CalStep) -> None:
    assert step.setdefault("photom", "SKIPPED") == "SKIPPED"
    with pytest.raises(rcm.ValidationError):
        step.setdefault("refpix", "DONE")


def test_setdefault_gives_the_node_that_is_kept(image: Any) -> None:
    image.meta.setdefault("cal_step", {})["dark"] = "COMPLETE"
    assert image.meta.cal_step.dark == "COMPLETE"


def test_update_sets_and_checks(step: L2CalStep) -> None:
    step.update({"dark": "SKIPPED"}, photom="COMPLETE")
    assert step == {"dark": "SKIPPED", "flux": "SKIPPED", "photom": "COMPLETE"}
    with pytest.raises(rcm.ValidationError):
        step.update(refpix="DONE")


def test_update_in_place_by_operator(step: L2CalStep) -> None:
    same = step
    same |= {"photom": "COMPLETE"}
    assert same is step
    assert step.photom == "COMPLETE"


def test_a_union_is_a_new_node_of_the_same_schema(step: L2CalStep) -> None:
    union = step | {"dark": "SKIPPED"}
    assert (type(union), union.schema_uri) == (L2CalStep, step.schema_uri)
    assert union == {"dark": "SKIPPED", "flux": "SKIPPED"}
    assert step.dark == "COMPLETE"


def test_a_union_is_checked(step: L2CalStep) -> None:
    with pytest.raises(rcm.ValidationError):
        _ = step | {"dark": "DONE"}


def test_a_union_on_a_dict_is_a_dict(step: L2CalStep) -> None:
    union = {"dark": 1, "a": 2} | step
    assert type(union) is dict
    assert union == {"dark": "COMPLETE", "a": 2, "flux": "SKIPPED"}


def test_no_union_with_what_is_no_dict(step: L2CalStep) -> None:
    with pytest.raises(TypeError):
        _ = step | [("dark", "COMPLETE")]  # type: ignore[operator]


def test_a_dict_is_made_of_a_node(step: L2CalStep) -> None:
    assert dict(step) == {**step} == {"dark": "COMPLETE", "flux": "SKIPPED"}
    assert type(dict(step)) is dict


def test_a_node_is_spread_over_the_arguments_of_a_call(step: L2CalStep) -> None:
    def call(**values: str) -> dict[str, str]:
        return values

    assert call(**step) == step


def test_a_node_matches_a_mapping_pattern(step: L2CalStep) -> None:
    match step:
        case {"dark": "COMPLETE", **rest}:
            assert rest == {"flux": "SKIPPED"}
        case _:
            pytest.fail("no match")


def test_a_node_matches_a_class_pattern(step: L2CalStep) -> None:
    match step:
        case L2CalStep(dark="COMPLETE", flux=flux):
            assert flux == "SKIPPED"
        case _:
            pytest.fail("no match")


def test_a_node_has_no_hash(step: L2CalStep) -> None:
    with pytest.raises(TypeError):
        hash(step)


def test_repr_names_the_class_and_the_values(step: L2CalStep) -> None:
    assert repr(step) == "L2CalStep({'dark': 'COMPLETE', 'flux': 'SKIPPED'})"


# -- copies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [copy.copy, lambda node: node.copy()], ids=["copy.copy", "method"])
def test_a_copy_is_another_node_of_the_same_values(image: Any, make: Any) -> None:
    twin = make(image)
    assert twin is not image
    assert (type(twin), twin.schema_uri, twin.tag) == (type(image), image.schema_uri, image.tag)
    assert twin.meta is image.meta
    assert twin.data is image.data


def test_a_copy_shares_no_keys(image: Any) -> None:
    twin = copy.copy(image)
    del twin.data
    assert "data" in image


def test_a_deep_copy_shares_nothing_that_can_change(image: Any) -> None:
    twin = copy.deepcopy(image)
    twin.meta.instrument.detector = "WFI07"
    twin.data[0, 0] = 5
    assert image.meta.instrument.detector == "WFI01"
    assert image.data[0, 0] == 0


def test_the_wcs_of_a_deep_copy_is_its_own_and_the_same(image: Any) -> None:
    image.meta.wcs.bounding_box = ((0, 10), (0, 20))
    image.meta["again"] = image.meta.wcs
    twin = copy.deepcopy(image).meta
    assert twin.wcs is twin["again"] is not image.meta.wcs
    assert equal_values(twin.wcs, image.meta.wcs)
    assert twin.wcs.bounding_box == image.meta.wcs.bounding_box
    twin.wcs.bounding_box = None
    assert image.meta.wcs.bounding_box is not None


def test_a_wcs_that_cannot_be_pickled_is_copied(image: Any) -> None:
    image.meta.wcs.of_a_user = lambda: 1
    twin = copy.deepcopy(image)
    assert equal_values(twin.meta.wcs, image.meta.wcs)
    assert twin.meta.wcs is not image.meta.wcs


def test_a_deep_copy_is_equal_and_of_the_same_schema(image: Any) -> None:
    twin = copy.deepcopy(image)
    assert twin == image
    assert (type(twin.meta), twin.meta.schema_uri) == (type(image.meta), image.meta.schema_uri)


def test_a_deep_copy_knows_its_own_path(image: Any) -> None:
    twin = copy.deepcopy(image)
    assert twin.meta.exposure.path() == ("meta", "exposure")
    image.meta.exposure = {}
    assert twin.meta.exposure.path() == ("meta", "exposure")


def test_a_deep_copy_keeps_two_names_of_one_node_one() -> None:
    node = ObjectNode()
    node["a"] = node["b"] = ObjectNode(c=1)
    twin = copy.deepcopy(node)
    assert twin["a"] is twin["b"] is not node["a"]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_node_is_equal_and_still_checked(image: Any, protocol: int) -> None:
    image.meta.cal_step = L2CalStep.create_minimal()
    twin = pickle.loads(pickle.dumps(image, protocol))
    assert twin == image
    with pytest.raises(rcm.ValidationError, match=r"^meta\.cal_step\.dark: "):
        twin.meta.cal_step.dark = "DONE"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_node_keeps_its_version_and_tag(protocol: int) -> None:
    step = L2CalStep.create_minimal(tag="asdf://stsci.edu/datamodels/roman/tags/l2_cal_step-1.0.0")
    twin = pickle.loads(pickle.dumps(step, protocol))
    assert (type(twin), twin.schema_uri, twin.tag) == (L2CalStep, step.schema_uri, step.tag)


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_list_is_equal_and_still_checked(image: Any, protocol: int) -> None:
    twin = pickle.loads(pickle.dumps(image.meta.exposure.read_pattern, protocol))
    assert twin == image.meta.exposure.read_pattern
    with pytest.raises(rcm.ValidationError):
        twin.append(["a"])


def test_json_writes_a_node_as_an_object(step: L2CalStep) -> None:
    assert json.dumps(step) == '{"dark": "COMPLETE", "flux": "SKIPPED"}'


@pytest.mark.parametrize("options", [{}, {"indent": 1}, {"sort_keys": True}], ids=str)
def test_json_writes_nested_nodes_and_lists(options: dict[str, Any]) -> None:
    node = ObjectNode(b=[1, {"c": None}], a={"d": [True]})
    assert json.loads(json.dumps(node, **options)) == {"b": [1, {"c": None}], "a": {"d": [True]}}


# -- equality --------------------------------------------------------------------------------------------------------


def test_equal_values_are_equal_whatever_the_class() -> None:
    values = {"dark": "COMPLETE"}
    assert L2CalStep(values) == L2CalStep(values, version="1.0.0") == ObjectNode(values) == values
    assert values == L2CalStep(values)


@pytest.mark.parametrize(
    "other", [{}, {"dark": "SKIPPED"}, {"flux": "COMPLETE"}, {"dark": "COMPLETE", "a": 1}, 3, None]
)
def test_other_values_are_not_equal(other: Any) -> None:
    assert L2CalStep(dark="COMPLETE") != other
    assert other != L2CalStep(dark="COMPLETE")


def test_arrays_are_equal_element_by_element() -> None:
    assert ObjectNode(a=np.arange(3)) == {"a": np.arange(3)}
    assert ObjectNode(a=np.arange(3)) != {"a": np.array([0, 1, 3])}


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "c16"])
def test_nan_is_equal_to_nan_in_arrays(dtype: str) -> None:
    assert ObjectNode(a=np.array([1, np.nan], dtype)) == {"a": np.array([1, np.nan], dtype)}


def test_nan_is_equal_to_no_number() -> None:
    assert ObjectNode(a=np.array([1, np.nan])) != {"a": np.array([1, 2.0])}


@pytest.mark.parametrize("shape", [(2,), (4,), (3, 1), (1, 3), ()])
def test_arrays_of_another_shape_are_not_equal(shape: tuple[int, ...]) -> None:
    assert ObjectNode(a=np.zeros(3)) != {"a": np.zeros(shape)}


@pytest.mark.parametrize("other", [0, 0.0, [0, 0, 0], [0, 0], "0", None])
def test_an_array_is_equal_to_nothing_but_an_array(other: Any) -> None:
    assert ObjectNode(a=np.zeros(3)) != {"a": other}
    assert ObjectNode(a=other) != {"a": np.zeros(3)}


def test_empty_arrays_of_one_shape_are_equal() -> None:
    assert ObjectNode(a=np.zeros((0, 2))) == {"a": np.zeros((0, 2))}


def test_quantities_are_equal_when_their_units_are() -> None:
    from astropy import units as u

    assert ObjectNode(a=np.ones(2) * u.m) == {"a": np.ones(2) * u.m}
    assert ObjectNode(a=np.ones(2) * u.m) != {"a": np.ones(2) * u.s}


def test_tables_are_equal_when_their_rows_are() -> None:
    from astropy.table import Table

    assert ObjectNode(a=Table({"x": [1, 2]})) == {"a": Table({"x": [1, 2]})}
    assert ObjectNode(a=Table({"x": [1, 2]})) != {"a": Table({"x": [1, 3]})}
    assert ObjectNode(a=Table({"x": [1, 2]})) != {"a": Table({"x": [1, 2, 3]})}
    assert ObjectNode(a=Table({"x": [1, 2]})) != {"a": Table({"y": [1, 2]})}


def test_times_are_equal_when_they_are_the_same_moment() -> None:
    from astropy.time import Time

    assert ObjectNode(a=Time("2020-01-01")) == {"a": Time("2020-01-01")}
    assert ObjectNode(a=Time("2020-01-01")) != {"a": Time("2020-01-02")}
    assert ObjectNode(a=Time("2020-01-01")) != {"a": "?"}
    assert ObjectNode(a=Time(["2020-01-01"] * 2)) != {"a": Time(["2020-01-01"] * 3)}


def test_a_wcs_is_equal_to_its_deep_copy_and_to_no_other() -> None:
    one = rcm.WfiImage.create_fake_data().meta.wcs
    two = copy.deepcopy(one)
    assert ObjectNode(wcs=one) == {"wcs": two}
    changed = copy.deepcopy(one)
    changed.pipeline[0].transform.offset_0 = -499
    assert ObjectNode(wcs=one) != {"wcs": changed}


def test_lists_are_equal_item_by_item() -> None:
    assert ListNode([1, [2, np.arange(2)]]) == [1, (2, np.arange(2))]
    assert ListNode([1, 2]) != [1]
    assert ListNode([1, 2]) != (1, 2)


# -- against a plain dict --------------------------------------------------------------------------------------------

KEYS = st.sampled_from(["a", "b", "c", "items", "pass"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=2),
    max_leaves=4,
)
OPERATIONS = st.one_of(
    st.tuples(st.just("__setitem__"), KEYS, VALUES),
    st.tuples(st.just("__getitem__"), KEYS),
    st.tuples(st.just("__delitem__"), KEYS),
    st.tuples(st.just("__contains__"), KEYS),
    st.tuples(st.just("get"), KEYS, VALUES),
    st.tuples(st.just("pop"), KEYS),
    st.tuples(st.just("pop"), KEYS, VALUES),
    st.tuples(st.just("setdefault"), KEYS, VALUES),
    st.tuples(st.just("update"), st.dictionaries(KEYS, VALUES, max_size=3)),
    st.tuples(st.just("__or__"), st.dictionaries(KEYS, VALUES, max_size=3)),
    st.tuples(st.just("__ior__"), st.dictionaries(KEYS, VALUES, max_size=3)),
    st.tuples(st.just("__eq__"), st.dictionaries(KEYS, VALUES, max_size=3)),
    st.tuples(st.just("popitem")),
    st.tuples(st.just("clear")),
    st.tuples(st.just("copy")),
    st.tuples(st.just("__len__")),
    st.tuples(st.just("__reversed__")),
)


@given(operations=st.lists(OPERATIONS, max_size=12))
def test_a_node_without_schema_does_what_a_dict_does(operations: list[tuple[Any, ...]]) -> None:
    node: Any = ObjectNode()
    plain: Any = {}
    for name, *arguments in operations:
        assert _result(node, name, arguments) == _result(plain, name, arguments)
        assert list(node.items()) == list(plain.items())
        assert list(node.values()) == list(plain.values())


def _result(mapping: Any, name: str, arguments: list[Any]) -> Any:
    try:
        result = getattr(mapping, name)(*copy.deepcopy(arguments))
    except KeyError:
        return KeyError
    return list(result) if name == "__reversed__" else result


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (Quantity([1.0, 2.0], "km"), Quantity([1000.0, 2000.0], "m")),
        (Quantity(1.0, "km"), Quantity(1000.0, "m")),
        (Quantity([1.0], "m"), np.array([1.0])),
    ],
)
def test_values_in_other_units_are_not_equal(one: Any, two: Any) -> None:
    assert ObjectNode(value=one) != ObjectNode(value=two)
    assert ObjectNode(value=one) == ObjectNode(value=one.copy())


def test_of_three_units_none_is_told() -> None:
    done = {"meta": {"cal_step": {"flux": "COMPLETE"}}}
    assert unit_of_several(("DN / s", "MJy / sr"), done) == "MJy / sr"
    assert unit_of_several(("DN / s", "MJy / sr", "electron / s"), done) is None
