"""Values, keys and names that are seldom given: what becomes of them, and what is said of them."""

from __future__ import annotations

import functools
import warnings
from typing import Any

import numpy as np
import pytest
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models import ListNode, ObjectNode, config

TAGS = "asdf://stsci.edu/datamodels/roman/tags/"


# -- kept as they are, or not ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        *(b"xy", range(3), memoryview(b"ab"), np.longdouble(1), np.complex64(1), np.datetime64("2020-01-01")),
        *(np.array(1.0), np.zeros(2), 2.0, True, 10**30, {1, 2}, object(), Time("2020-01-01")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_no_node_stands_for_is_kept_itself(value: Any) -> None:
    node = ObjectNode(a=value, b=[value], c={"d": value})
    assert node["a"] is value
    assert node["b"][0] is value
    assert node["c"]["d"] is value


def test_a_whole_number_is_an_integer_only_where_the_schema_asks_for_one() -> None:
    pointing, resample = rcm.Pointing(), rcm.L3Resample()
    for given in (2.0, np.float64(2), np.float32(2)):
        pointing.ra_v1 = given
        resample.pixmap_stepsize = given
        assert (type(pointing.ra_v1), type(resample.pixmap_stepsize)) == (float, int)
        assert pointing.ra_v1 == resample.pixmap_stepsize == 2
    exposure = rcm.Exposure(read_pattern=[[1.0, 2.0]])
    assert [type(each) for each in exposure.read_pattern[0]] == [int, int]
    assert type(ObjectNode(a=[1.0])["a"][0]) is float


@pytest.mark.parametrize("value", ["ten", 10.5, float("nan"), float("inf"), True, None, np.float64(10.5)], ids=repr)
def test_what_is_no_whole_number_is_refused_where_one_is_asked_for(value: Any) -> None:
    resample = rcm.L3Resample()
    with pytest.raises(rcm.ValidationError, match=r"^pixmap_stepsize: .* is not of type 'integer'"):
        resample.pixmap_stepsize = value
    assert "pixmap_stepsize" not in resample


# -- lists -------------------------------------------------------------------------------------------------------------


def test_a_list_is_kept_itself_in_the_places_of_its_kind() -> None:
    one, two = rcm.Exposure(read_pattern=[[1]]), rcm.Exposure()
    two.read_pattern = one.read_pattern
    assert two.read_pattern is one.read_pattern
    node = ObjectNode(pattern=one.read_pattern)
    assert node["pattern"] is one.read_pattern


def test_a_list_of_no_schema_is_checked_from_then_on() -> None:
    given = ListNode([[1], [2]])
    exposure = rcm.Exposure(read_pattern=given)
    assert exposure.read_pattern is not given
    with pytest.raises(rcm.ValidationError, match=r"^read_pattern\[0\]\[1\]: 'a'"):
        exposure.read_pattern[0].append("a")
    given[0].append("a")
    with pytest.raises(rcm.ValidationError, match=r"^read_pattern\[0\]\[1\]: 'a'"):
        exposure.read_pattern = given


def test_a_list_of_another_schema_is_checked_by_that_of_its_place() -> None:
    texts = rcm.CalLogs(["a"])
    with pytest.raises(rcm.ValidationError, match=r"^read_pattern\[0\]: 'a' is not of type 'array'"):
        rcm.Exposure(read_pattern=texts)
    new, old = rcm.Exposure(read_pattern=[[1]]), rcm.Exposure(version="1.0.0")
    old.read_pattern = new.read_pattern
    assert old.read_pattern is not new.read_pattern
    assert old.read_pattern == new.read_pattern


def test_a_list_of_an_old_node_bears_the_tag_of_its_place() -> None:
    image: Any = rcm.WfiImage.create_fake_data(version="1.0.0")
    image.meta.cal_logs = ["a"]
    logs = image.meta.cal_logs
    assert (type(logs), logs.tag, logs.__roman_tag__()) == (
        rcm.CalLogs,
        f"{TAGS}cal_logs-1.0.0",
        f"{TAGS}cal_logs-1.0.0",
    )
    assert image.problems() == []
    image.meta.exposure.read_pattern = [[1]]
    assert image.meta.exposure.read_pattern.tag is None
    assert logs.path() == ("meta", "cal_logs")


def test_a_list_of_a_class_knows_its_schema_and_tag() -> None:
    for logs in (rcm.CalLogs(["a"], tag=f"{TAGS}cal_logs-1.0.0"), rcm.CalLogs(tag=f"{TAGS}cal_logs-1.0.0")):
        assert logs.tag == logs._tag == logs.__roman_tag__() == f"{TAGS}cal_logs-1.0.0"
        assert (logs.version, logs.problems()) == ("1.0.0", [])
        logs.validate()
        with pytest.raises(rcm.ValidationError, match=r"3 is not of type 'string'"):
            logs.append(3)
    fragment = rcm.CalLogs(version="1.0.0")
    assert (fragment.tag, fragment.__roman_tag__()) == (f"{TAGS}meta/cal_logs-1.0.0", None)


def test_a_list_tells_what_is_wrong_with_it() -> None:
    logs = rcm.CalLogs()
    with config(validate_assignment="off"):
        logs.extend([3, "a"])
    assert [(problem.path, problem.kind) for problem in logs.problems()] == [((0,), "type")]
    with pytest.raises(rcm.ValidationError, match=r"3 is not of type 'string'"):
        logs.validate()
    plain: Any = ListNode([3, object()])
    assert plain.problems() == []
    plain.validate()


def test_items_of_a_list_know_where_they_stand() -> None:
    node: Any = ObjectNode(items=[])
    items = node["items"]
    items.append({})
    items.extend([{}, {}])
    items.insert(0, {})
    items[1] = {}
    items += [[{}]]
    assert [item.path() for item in items] == [("items", index) for index in range(5)]
    assert items[4][0].path() == ("items", 4, 0)
    assert all(type(item) is ObjectNode for item in items[:4])
    items[1:3] = [{}]
    assert [item.path() for item in items] == [("items", index) for index in range(4)]


def test_a_path_ends_where_the_tree_is_gone() -> None:
    def step() -> Any:
        holder = ObjectNode(a={"b": {}})
        return holder["a"]["b"]

    assert step().path() == ()
    outside = ObjectNode(a={})
    inner = outside["a"]
    del outside["a"]
    assert inner.path() == ()


@pytest.mark.parametrize("how", ["copy", "deepcopy", "pickle"])
def test_copies_of_lists_are_lists_of_their_own(how: str) -> None:
    import copy
    import pickle

    makers = {"copy": copy.copy, "deepcopy": copy.deepcopy, "pickle": lambda value: pickle.loads(pickle.dumps(value))}
    logs = rcm.CalLogs(["a"], tag=f"{TAGS}cal_logs-1.0.0")
    twin = makers[how](logs)
    assert (type(twin), twin, twin.tag, twin.schema_uri) == (rcm.CalLogs, ["a"], logs.tag, logs.schema_uri)
    twin.append("b")
    with pytest.raises(rcm.ValidationError):
        twin.append(3)
    assert logs == ["a"]
    assert logs.copy() == logs
    assert type(logs.copy()) is rcm.CalLogs
    items = ListNode([{"a": 1}])
    made = makers[how](items)
    assert (made[0] is items[0]) is (how == "copy")
    assert made[0].path() == (0,)
    assert made.__asdf_traverse__() == [{"a": 1}]


def test_a_deep_copy_keeps_two_names_of_one_list_one() -> None:
    import copy

    node = ObjectNode()
    node["a"] = node["b"] = ListNode([1])
    twin = copy.deepcopy(node)
    assert twin["a"] is twin["b"] is not node["a"]
    items: Any = ListNode()
    list.append(items, items)
    again = copy.deepcopy(items)
    assert again[0] is again


# -- names that are not allowed, or not known --------------------------------------------------------------------------


def test_a_closed_object_tells_which_names_it_takes() -> None:
    table = rcm.WfiImgPhotomRef.create_fake_data().phot_table
    with pytest.raises(rcm.ValidationError) as caught:
        table["bananas"] = {}
    (problem,) = caught.value.problems
    assert problem.message == (
        "is not allowed here: WfiImgPhotomRefPhotTable has "
        + ", ".join(f"names that match {pattern.pattern!r}" for pattern, _ in table._schema.patterns)
        + " and nothing else"
    )
    assert (problem.value, problem.allowed, problem.schema_uri) == ({}, (), table.schema_uri)


@pytest.mark.parametrize(("mode", "count"), [("off", 0), ("warn", 1)])
def test_a_closed_object_takes_what_it_is_told_to(mode: str, count: int) -> None:
    table = rcm.WfiImgPhotomRef.create_fake_data().phot_table
    with config(validate_assignment=mode), warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        table["bananas"] = 1
    assert [(each.category, each.filename) for each in told] == [(rcm.ValidationWarning, __file__)] * count
    assert table["bananas"] == 1


@pytest.mark.parametrize("unknown", ["warn", "error", "ignore"])
def test_a_key_that_is_no_text_is_no_misspelling(unknown: str) -> None:
    step = rcm.L2CalStep()
    with config(unknown=unknown):
        step[5] = step[None] = {"a": 1}
    assert step[5] == step[None] == {"a": 1}
    with pytest.raises(rcm.MissingKeyError) as caught:
        _ = step[6]
    assert "knows no such property. Here are: 5, None" in str(caught.value)
    with pytest.raises(rcm.MissingKeyError, match=r"^\(1, 2\) is not here|^'?\(1, 2\)"):
        _ = step[1, 2]


def test_a_node_of_no_schema_knows_every_name() -> None:
    with config(unknown="error"):
        node = ObjectNode(flat_feild=1)
        node["drak"] = [1]
    assert node == {"flat_feild": 1, "drak": [1]}


def test_an_unknown_value_is_checked_no_further_once_it_is_there() -> None:
    step = rcm.L2CalStep()
    with config(unknown="ignore"):
        step["flat_feild"] = 1
    for policy in ("warn", "error"):
        with config(unknown=policy):
            step["flat_feild"] = np.float32(2)
    assert type(step["flat_feild"]) is float


@pytest.mark.parametrize(
    ("make", "key", "example"),
    [
        (lambda: rcm.WfiImage(version="1.4.0"), "meta", "meta = WfiImageMeta.create_minimal()"),
        (lambda: rcm.WfiImage(version="1.4.0"), "data", "data = numpy.array(...)"),
        (lambda: rcm.Exposure(version="1.0.0"), "type", "type = 'WFI_IMAGE'"),
        (lambda: rcm.Exposure(version="1.0.0"), "read_pattern", "read_pattern = [...]"),
        (lambda: rcm.Exposure(version="1.0.0"), "nresultants", "nresultants = 0"),
        (lambda: rcm.Exposure(version="1.0.0"), "exposure_time", "exposure_time = 0.0"),
        (lambda: rcm.Exposure(version="1.0.0"), "truncated", "truncated = False"),
        (lambda: rcm.Exposure(version="1.0.0"), "ma_table_name", "ma_table_name = '...'"),
        (lambda: rcm.Observation(version="1.0.0"), "pass", "pass_ = 0"),
    ],
)
def test_a_missing_property_is_told_with_an_example_of_its_kind(make: Any, key: str, example: str) -> None:
    node = make()
    with pytest.raises(rcm.MissingKeyError) as caught:
        node[key]
    assert str(caught.value).endswith(f"To add it: {example}")
    assert str(caught.value).startswith(
        f"{key} is not here: {type(node).__name__} ({node._schema.parsed.short}) has it as "
    )


def test_a_missing_name_of_no_schema_is_told_with_what_is_there() -> None:
    with pytest.raises(rcm.MissingKeyError) as caught:
        _ = ObjectNode(flat_field=1, dark=2)["flat_feild"]
    assert str(caught.value) == (
        "flat_feild is not here, and ObjectNode knows no such property. "
        "Did you mean 'flat_field'? Here are: flat_field, dark"
    )
    holder = ObjectNode(inner={})
    with pytest.raises(rcm.MissingKeyError) as caught:
        _ = holder["inner"]["x"]
    assert str(caught.value) == "inner.x is not here, and ObjectNode knows no such property. Here are: no values"


def test_names_of_two_letters_are_near_to_none() -> None:
    with config(unknown="error"), pytest.raises(rcm.UnknownAttributeError) as caught:
        rcm.L2CalStep()["fx"] = 1
    assert "did you mean" not in str(caught.value)
    with pytest.warns(rcm.UnknownAttributeWarning, match="did you mean 'flux'"):
        rcm.L2CalStep()["fluxx"] = 1


# -- subclasses --------------------------------------------------------------------------------------------------------


def test_a_child_that_a_subclass_shows_in_its_own_way_is_not_kept() -> None:
    class Mine(rcm.WfiImageMeta):
        @property
        def exposure(self) -> Any:
            return super().exposure

    meta = Mine(version="1.4.0")
    meta["exposure"] = {"type": "WFI_IMAGE"}
    assert meta.exposure is meta["exposure"]
    assert vars(meta) == {}


def test_a_subclass_may_remember_what_it_calculates_of_a_child() -> None:
    class Mine(rcm.WfiImageMeta):
        @functools.cached_property
        def exposure(self) -> Any:
            return ("mine", super().exposure)

    meta = Mine(version="1.4.0")
    meta["exposure"] = {"type": "WFI_IMAGE"}
    assert meta.exposure == ("mine", {"type": "WFI_IMAGE"})
    assert meta.exposure is meta.exposure


def test_a_missing_attribute_of_a_subclass_is_its_own() -> None:
    class Mine(rcm.L2CalStep):
        __slots__ = ("cache",)

    with pytest.raises(AttributeError, match=r"^Mine has no attribute 'cache'$"):
        _ = Mine().cache
    with pytest.raises(AttributeError, match=r"^L2CalStep has no attribute '_cache'$"):
        _ = rcm.L2CalStep()._cache  # type: ignore[attr-defined]


def test_a_class_of_no_schema_may_declare_what_it_holds() -> None:
    class Mine(ObjectNode):
        note: str

    made = Mine(note="a")
    made.note = "b"
    made.note = "c"
    assert (made.note, made["note"], dict(made)) == ("c", "c", {"note": "c"})


def test_what_a_class_declares_is_found_by_its_annotations() -> None:
    from roman_cal_models.nodes.object_node import property_names, property_types

    class Mine(rcm.L2CalStep):
        note: str
        pass_: int
        _hidden: int

    assert {"note", "pass_", "dark"} <= property_types(Mine).keys()
    assert "_hidden" not in property_types(Mine)
    assert (property_names(Mine)["pass_"], property_names(Mine)["note"]) == ("pass", "note")
    made: Any = Mine()
    with config(unknown="ignore"):
        made.pass_ = 3
    assert (made["pass"], made.pass_) == (3, 3)


# -- what is wrong -----------------------------------------------------------------------------------------------------


def test_a_node_of_no_schema_is_checked_by_the_tags_in_it() -> None:
    steps = [rcm.L2CalStep(tag=f"{TAGS}l2_cal_step-1.0.0") for _ in range(2)]
    node = ObjectNode(step=steps[0], more=[steps[1]])
    found = {problem.path[:2] for problem in node.problems()}
    assert found == {("step", name) for name in steps[0].schema_properties()} | {("more", 0)}
    with pytest.raises(rcm.ValidationError):
        node.validate()
    for step in steps:
        step.update(dict.fromkeys(step.schema_properties(), "COMPLETE"))
    assert node.problems() == []
    node.validate()


def test_a_problem_is_told_once() -> None:
    image = rcm.WfiImage.create_fake_data(version="1.0.0")
    with config(validate_assignment="off"):
        image.meta.exposure.type = "NONE"
        image.meta.telescope = "HUBBLE"
    found = [(problem.path, problem.kind, problem.message) for problem in image.problems()]
    assert len(found) == len(set(found)) > 1


def test_schemas_are_given_with_their_references_resolved() -> None:
    schema = rcm.WfiImage(version="1.4.0").get_schema()
    assert "$ref" not in str(schema)
    assert schema["id"] == rcm.WfiImage(version="1.4.0").schema_uri


# -- dicts -------------------------------------------------------------------------------------------------------------


def test_an_update_of_what_is_no_node_is_refused() -> None:
    step = rcm.L2CalStep(dark="COMPLETE")
    assert step.__or__([("dark", "x")]) is NotImplemented  # type: ignore[operator]
    assert step.__ror__([("dark", "x")]) is NotImplemented  # type: ignore[operator]
    with pytest.raises(TypeError):
        step |= 3  # type: ignore[arg-type, assignment]
    assert step == {"dark": "COMPLETE"}


def test_a_key_may_be_none() -> None:
    node = ObjectNode()
    node[None] = 1  # type: ignore[index]
    assert node.popitem() == (None, 1)
    with pytest.raises(rcm.MissingKeyError, match=r"^the node is empty$"):
        node.popitem()


def test_what_was_replaced_in_a_refused_update_is_found_as_before() -> None:
    meta: Any = rcm.WfiImageMeta(version="1.4.0", exposure={"type": "WFI_IMAGE"})
    before = meta.exposure
    with pytest.raises(rcm.ValidationError):
        meta.update(exposure={"type": "WFI_DARK"}, cal_step={"dark": "DONE"})
    assert meta.exposure is meta["exposure"] is before
    assert "cal_step" not in meta
    assert not hasattr(meta, "cal_step")


def test_asdf_is_given_a_dict_to_look_at() -> None:
    step = rcm.L2CalStep(dark="COMPLETE")
    assert (type(step.__asdf_traverse__()), step.__asdf_traverse__()) == (dict, {"dark": "COMPLETE"})
    assert step._tag == step.tag
