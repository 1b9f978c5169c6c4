"""A header gives what the whole file gives, but for what stands in blocks."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.deferred import FileValue
from roman_cal_models.nodes.lazy_dict import raw_get
from roman_cal_models.sources.yaml_source import needs_blocks
from tests.header.conftest import header_of
from tests.peer import TAGS, WriteFile, differences, newest_tags, our_class, short
from tools.fuzz_yaml.comparing import assert_read_as_asdf_reads

OLD = [
    TAGS + name for name in ("wfi_image-1.0.0", "wfi_image-1.3.0", "ramp-1.0.0", "wfi_mosaic-1.0.0", "wfi_wcs-1.0.0")
]
ALL = [*newest_tags(), *OLD]

# ---- values


def assert_same_values(header: Any, model: Any, path: str = "") -> set[str]:
    """Compare a node of a header with that of a model; return what was met of special kinds."""
    assert isinstance(header, type(model)), path
    assert (header.schema_uri, header.tag, len(header)) == (model.schema_uri, model.tag, len(model)), path
    met = set()
    assert list(header) == list(model)
    for key in model:
        where = f"{path}.{key}"
        raw = raw_get(header, key)
        if isinstance(raw, FileValue) and needs_blocks(raw.raw):
            if "/ndarray-" in raw.tag:
                assert header[key] == rcm.ArrayInfo(model[key].dtype, model[key].shape), where
                met.add("array in a block")
            else:
                with pytest.raises(rcm.NeedsBlocks, match=where.removeprefix(".")):
                    header[key]
                met.add("object in blocks")
        elif isinstance(model[key], dict):
            met |= assert_same_values(header[key], model[key], where)
        else:
            assert differences(header[key], model[key], where) == []
            met.add(type(model[key]).__name__)
    return met


@pytest.mark.parametrize("tag", ALL, ids=short)
@pytest.mark.newest_rad
def test_the_header_of_every_kind_of_file_gives_the_values_of_the_file(tag: str, peer_file: WriteFile) -> None:
    path = peer_file(tag)
    content = header_of(path.read_bytes())
    assert_read_as_asdf_reads(content)
    header = rcm.read_header(content)
    with rcm.open(path) as model:
        assert (header.tag, header.schema_uri, header.version) == (tag, model.schema_uri, model.node.version)
        assert header.model_type == our_class(tag).__name__ == type(model).__name__
        assert header.problems() == model.problems()
        assert_same_values(header.node, model.node)
        assert header.problems() == model.problems()  # what was built is as right as what was not
        assert header.get_crds_parameters() == model.get_crds_parameters()


def test_the_header_of_an_image_gives_the_values_of_the_file(image: Path) -> None:
    with rcm.open(image) as model:
        met = assert_same_values(rcm.read_header(image).node, model.node)
    assert met >= {"array in a block", "object in blocks", "Time", "str", "int", "float", "bool"}


def test_a_flat_dict_is_that_of_the_file_but_for_what_needs_blocks(image: Path) -> None:
    flat = rcm.read_header(image).to_flat_dict()
    with rcm.open(image) as model:
        expected = model.to_flat_dict()
    assert expected.keys() - flat.keys() == {"roman.meta.wcs"}
    arrays = {name for name, value in flat.items() if isinstance(value, rcm.ArrayInfo)}
    assert "roman.data" in arrays
    assert all((flat[name].dtype, flat[name].shape) == (expected[name].dtype, expected[name].shape) for name in arrays)
    assert {name: flat[name] for name in flat.keys() - arrays} == {
        name: expected[name] for name in flat.keys() - arrays
    }


def test_a_flat_dict_can_be_had_without_arrays(image: Path) -> None:
    flat = rcm.read_header(image).to_flat_dict(include_arrays=False)
    assert not any(isinstance(value, rcm.ArrayInfo) for value in flat.values())
    assert flat["roman.meta.cal_step.flat_field"] == "INCOMPLETE"


def test_items_are_flat_and_without_what_needs_blocks(image: Path) -> None:
    names = [name for name, _ in rcm.read_header(image).items()]
    assert "meta.cal_step.flat_field" in names
    assert "data" in names
    assert "meta.wcs" not in names


def test_the_flag_is_reached_from_the_top(image: Path) -> None:
    header = rcm.read_header(image)
    assert header.meta.cal_step.flat_field == header["meta"]["cal_step"]["flat_field"] == "INCOMPLETE"
    assert header.meta is header.node.meta
    assert ("meta" in header, "nothing" in header) == (True, False)
    assert list(header) == list(header.keys()) == list(header.node)
    assert header.get("nothing", 5) == 5


def test_a_name_that_is_not_there_is_told_as_of_a_model(image: Path) -> None:
    header = rcm.read_header(image)
    with pytest.raises(rcm.MissingKeyError, match="flat_feild"):
        _ = header.meta.cal_step.flat_feild
    assert not hasattr(header, "nothing")


def test_an_array_in_a_block_has_type_and_shape(image: Path) -> None:
    data = rcm.read_header(image).data
    assert data == rcm.ArrayInfo(np.dtype("float32"), (64, 64))
    assert data.ndim == 2
    assert hash(data) == hash(rcm.ArrayInfo(np.dtype("float32"), (64, 64)))


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        ("{source: 0, datatype: int16, byteorder: big, shape: [3]}", rcm.ArrayInfo(np.dtype(">i2"), (3,))),
        ("{source: 0, datatype: bool8, byteorder: little, shape: []}", rcm.ArrayInfo(np.dtype(bool), ())),
        ("{source: 0, datatype: [ucs4, 7], byteorder: little, shape: [1]}", rcm.ArrayInfo(np.dtype("U7"), (1,))),
        ("{source: -1, datatype: uint8, byteorder: little, shape: ['*', 5]}", rcm.ArrayInfo(np.dtype("u1"), (None, 5))),
        ("{source: b.asdf, datatype: uint8, byteorder: little, shape: [2]}", rcm.ArrayInfo(np.dtype("u1"), (2,))),
        (
            "{source: 0, byteorder: big, shape: [2], "
            "datatype: [{name: a, datatype: int16}, {name: b, datatype: float32, byteorder: little}]}",
            rcm.ArrayInfo(np.dtype([("a", ">i2"), ("b", "<f4")]), (2,)),
        ),
    ],
)
def test_type_and_shape_are_read_as_the_file_tells_them(array: str, expected: rcm.ArrayInfo) -> None:
    assert header_with(f"data: !core/ndarray-1.1.0 {array}").data == expected


@pytest.mark.parametrize(
    "array",
    [
        "{source: 0}",
        "{source: 0, datatype: int5, byteorder: big, shape: [1]}",
        "{source: 0, datatype: int8, byteorder: big, shape: x}",
    ],
)
def test_an_array_without_type_or_shape_is_named(array: str) -> None:
    with pytest.raises(rcm.ForeignValueError, match="data cannot be built"):
        _ = header_with(f"data: !core/ndarray-1.1.0 {array}").data


@pytest.mark.parametrize(
    "time",
    [
        *("2020-01-01T00:00:00.000", "2020-01-01 00:00:00", "J2000.0", "B1950.0", "2020:001:00:00:00"),
        *("{value: '2020-01-01T00:00:00.000', scale: tai}", "{value: 58849.0, format: mjd}"),
        *("{value: 58849.5, format: mjd, base_format: jd}", "{value: '2020-01-01', base_format: datetime}"),
        *("5", "never", "{value: 1, format: none}", "{}", "[2020-01-01, 2020-01-02]"),
        "{value: 58849.0, format: mjd, location: {x: 1.0, y: 2.0, z: 3.0, unit: !unit/unit-1.0.0 m}}",
    ],
)
def test_a_time_is_that_which_asdf_builds(time: str) -> None:
    content = content_with(f"meta: {{file_date: !time/time-1.4.0 {time}}}")
    outcomes: list[Any] = []
    for read in (rcm.read_header, rcm.open):
        try:
            value = read(content).meta.file_date
            outcomes.append((repr(value), value.scale, str(value.location)))
        except rcm.ForeignValueError:
            outcomes.append("cannot be built")
    assert outcomes[0] == outcomes[1]


def content_with(roman: str) -> bytes:
    lines = ["#ASDF 1.0.0", "#ASDF_STANDARD 1.6.0", "%YAML 1.1", "%TAG ! tag:stsci.edu:asdf/", "--- !core/asdf-1.1.0"]
    return "\n".join([*lines, f"roman: !<{TAGS}wfi_image-1.0.0>", f"  {roman}", "...", ""]).encode()


def header_with(roman: str) -> rcm.Header:
    return rcm.read_header(content_with(roman))


def test_a_private_name_is_no_property(image: Path) -> None:
    with pytest.raises(AttributeError, match=r"^Header has no attribute '_nothing'$"):
        _ = rcm.read_header(image)._nothing


def test_a_header_shows_its_file_if_it_has_one(image: Path) -> None:
    names = ", ".join(rcm.read_header(image).node)
    assert repr(rcm.read_header(image)) == f"<Header of ImageModel {image}: {names}>"
    assert repr(rcm.read_header(image.read_bytes())) == f"<Header of ImageModel: {names}>"


def test_reference_files_are_selected_without_building_more_than_times() -> None:
    header = header_with(
        "meta: {origin: STSCI, wcs: !<tag:stsci.edu:gwcs/wcs-1.4.0> {broken: 1}, "
        "exposure: {type: !unit/unit-1.0.0 m, start_time: !time/time-1.4.0 2020-01-01T00:00:00}}"
    )
    assert header.get_crds_parameters()["roman.meta.origin"] == "STSCI"
    assert "roman.meta.exposure.start_time" in header.get_crds_parameters()


def test_null_is_no_value() -> None:
    assert list(header_with("meta: {origin: null, telescope: ROMAN}").items()) == [("meta.telescope", "ROMAN")]


# ---- what needs blocks


def test_a_wcs_in_blocks_is_missed_only_when_it_is_asked_for(image: Path) -> None:
    header = rcm.read_header(image)
    assert "wcs" in header.meta
    assert "wcs" in repr(header.meta)
    assert header.problems() == []
    with pytest.raises(rcm.NeedsBlocks) as caught:
        _ = header.meta.wcs
    assert str(caught.value) == (
        f"{image}: meta.wcs has arrays in blocks of the file, and this is its header only: open the file for it"
    )
    assert caught.value.file == str(image)


def test_a_wcs_of_no_block_is_built(tmp_path: Path) -> None:
    path = rcm.ImageModel.create_fake_data().save(tmp_path / "inline.asdf")
    header = rcm.read_header(header_of(path.read_bytes()))
    assert np.isfinite(header.meta.wcs(1.0, 2.0)).all()
    assert header.meta.wcs is header.meta.wcs


# ---- read-only

CHANGES = {
    "set an attribute": lambda node: setattr(node, "dark", "COMPLETE"),
    "set an unknown attribute": lambda node: setattr(node, "bananas", 1),
    "set an item": lambda node: node.__setitem__("dark", "COMPLETE"),
    "delete an attribute": lambda node: delattr(node, "dark"),
    "delete an item": lambda node: node.__delitem__("dark"),
    "update": lambda node: node.update(dark="COMPLETE"),
    "update in place": lambda node: node.__ior__({"dark": "COMPLETE"}),
    "pop": lambda node: node.pop("dark"),
    "popitem": lambda node: node.popitem(),
    "setdefault": lambda node: node.setdefault("bananas", 1),
    "clear": lambda node: node.clear(),
}
LIST_CHANGES = {
    "append": lambda items: items.append([9]),
    "extend": lambda items: items.extend([[9]]),
    "insert": lambda items: items.insert(0, [9]),
    "set an item": lambda items: items.__setitem__(0, [9]),
    "delete an item": lambda items: items.__delitem__(0),
    "add in place": lambda items: items.__iadd__([[9]]),
    "multiply in place": lambda items: items.__imul__(2),
    "pop": lambda items: items.pop(),
    "remove": lambda items: items.remove([1]),
    "reverse": lambda items: items.reverse(),
    "sort": lambda items: items.sort(),
    "clear": lambda items: items.clear(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_node_cannot_be_changed(change: Any, image: Path) -> None:
    header = rcm.read_header(image)
    before = dict(header.meta.cal_step)
    with pytest.raises(rcm.ReadOnlyError, match=r"^meta\.cal_step \(L2CalStep\) is part of a header"):
        change(header.meta.cal_step)
    assert dict(header.meta.cal_step) == before


@pytest.mark.parametrize("change", LIST_CHANGES.values(), ids=LIST_CHANGES)
def test_a_list_cannot_be_changed(change: Any) -> None:
    header = header_with("meta: {exposure: {read_pattern: [[1], [2, 3]]}}")
    with pytest.raises(rcm.ReadOnlyError, match=r"^meta\.exposure\.read_pattern \(ListNode\) is part of a header"):
        change(header.meta.exposure.read_pattern)
    assert header.meta.exposure.read_pattern == [[1], [2, 3]]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_of_a_dict_is_refused(change: Any, image: Path) -> None:
    with pytest.raises((rcm.ReadOnlyError, AttributeError)):
        change(rcm.read_header(image))


def test_no_method_of_a_dict_or_a_list_that_changes_it_was_forgotten() -> None:
    header = header_with("meta: {exposure: {read_pattern: [[1]]}}")
    kept = {
        *("__class__", "__delattr__", "__dir__", "__doc__", "__eq__", "__format__", "__ge__", "__getattribute__"),
        *("__getstate__", "__gt__", "__hash__", "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__"),
        *("__new__", "__reduce__", "__reduce_ex__", "__repr__", "__setattr__", "__sizeof__", "__str__"),
        *("__subclasshook__", "__class_getitem__", "__contains__", "__getitem__", "__iter__", "__len__", "__or__"),
        *("__reversed__", "__ror__", "copy", "fromkeys", "get", "items", "keys", "values", "__add__", "__mul__"),
        *("__rmul__", "count", "index"),
    }
    for value, base in ((header.meta, dict), (header.meta.exposure.read_pattern, list)):
        for name in set(dir(base)) - kept:
            assert getattr(type(value), name).__name__ == "_refuse", name


def test_a_node_is_of_the_class_that_a_model_has(image: Path) -> None:
    header = rcm.read_header(image)
    assert isinstance(header.node, rcm.WfiImage)
    assert isinstance(header.meta.cal_step, rcm.L2CalStep)
    assert type(header.meta.cal_step) is not rcm.L2CalStep
    assert repr(header.meta.cal_step).startswith("L2CalStep({")


def test_other_nodes_stay_as_they_are(image: Path) -> None:
    rcm.read_header(image)
    step = rcm.L2CalStep.create_minimal()
    step.dark = "COMPLETE"
    assert step.dark == "COMPLETE"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda node: node.copy(), lambda node: node | {}])
def test_a_copy_can_be_changed(copied: Any, image: Path) -> None:
    step = rcm.read_header(image).meta.cal_step
    twin = copied(step)
    twin.dark = "COMPLETE"
    assert (type(twin), twin.dark, step.dark) == (rcm.L2CalStep, "COMPLETE", "INCOMPLETE")


def test_a_deep_copy_of_the_whole_can_be_changed_throughout(image: Path) -> None:
    header = rcm.read_header(image)
    twin: Any = copy.deepcopy(header.node)
    twin.meta.exposure.read_pattern = [[1]]
    twin.meta.exposure.read_pattern[0].append(2)
    assert twin.meta.exposure.read_pattern == [[1, 2]]
    assert header.meta.exposure.read_pattern == []
    with pytest.raises(rcm.NeedsBlocks, match=r"meta\.wcs"):
        _ = twin.meta.wcs


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda items: items.copy()])
def test_a_copy_of_a_list_can_be_changed(copied: Any) -> None:
    pattern = header_with("meta: {exposure: {read_pattern: [[1], [2, 3]]}}").meta.exposure.read_pattern
    twin = copied(pattern)
    twin.append([4])
    assert (twin, pattern) == ([[1], [2, 3], [4]], [[1], [2, 3]])


def test_what_is_put_into_a_model_can_be_changed_there(image: Path) -> None:
    header = header_with("meta: {exposure: {read_pattern: [[1]], nresultants: 3}}")
    model = rcm.ImageModel.create_fake_data()
    model.meta.exposure = header.meta.exposure
    model.meta.exposure.nresultants = 4
    model.meta.exposure.read_pattern.append([2])
    model.meta.exposure.read_pattern[0].append(5)
    assert (model.meta.exposure.nresultants, model.meta.exposure.read_pattern) == (4, [[1, 5], [2]])
    assert (header.meta.exposure.nresultants, header.meta.exposure.read_pattern) == (3, [[1]])


def test_a_list_that_is_put_into_a_model_can_be_changed_there() -> None:
    header = header_with("meta: {exposure: {read_pattern: [[1]]}}")
    model = rcm.ImageModel.create_fake_data()
    model.meta.exposure.read_pattern = header.meta.exposure.read_pattern
    model.meta.exposure.read_pattern[0].append(2)
    assert (model.meta.exposure.read_pattern, header.meta.exposure.read_pattern) == ([[1, 2]], [[1]])


def test_a_node_that_is_put_where_no_schema_looks_can_be_changed_there(image: Path) -> None:
    node = rcm.ObjectNode()
    node.step = rcm.read_header(image).meta.cal_step
    node.step.dark = "COMPLETE"
    assert (node.step.dark, type(node.step)) == ("COMPLETE", rcm.L2CalStep)


def test_a_model_of_a_copied_header_is_not_saved_without_its_arrays(image: Path, tmp_path: Path) -> None:
    model = rcm.ImageModel(copy.deepcopy(rcm.read_header(image).node))
    with pytest.raises(rcm.NeedsBlocks):
        model.save(tmp_path / "copy.asdf")
    assert list(tmp_path.iterdir()) == []


def test_a_header_crosses_processes_and_stays_read_only(image: Path) -> None:
    header = rcm.read_header(image)
    _ = header.meta.exposure.start_time, header.data, header.meta.exposure.read_pattern
    twin = pickle.loads(pickle.dumps(header))
    assert (repr(twin), twin.data, twin.to_flat_dict()) == (repr(header), header.data, header.to_flat_dict())
    for change in (lambda: setattr(twin.meta, "origin", "me"), lambda: twin.meta.exposure.read_pattern.append([1])):
        with pytest.raises(rcm.ReadOnlyError):
            change()


def test_a_header_can_be_looked_at(image: Path) -> None:
    header = rcm.read_header(image)
    assert repr(header).startswith(f"<Header of ImageModel {image}: amp33, ")
    assert {"meta", "model_type", "to_flat_dict"} <= set(dir(header))
    assert header.file == str(image)
    assert bool(header)
    assert len(header) == len(header.node)


def test_values_are_those_of_the_node(image: Path) -> None:
    header = rcm.read_header(image)
    assert [value is header[key] for key, value in zip(header.keys(), header.values(), strict=True)] == [True] * len(
        header
    )


def test_a_header_tells_the_group_of_its_exposure(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data({"meta": {"observation": {"observation_id": "r0000101001001001001"}}})
    assert rcm.read_header(model.save(tmp_path / "a.asdf")).get_group_id() == "r0000101001001001001"
    assert model.get_group_id() == "r0000101001001001001"
    model.meta["group_id"] = "exposure0001"
    header = rcm.read_header(model.save(tmp_path / "a.asdf"))
    assert header.get_group_id() == model.get_group_id() == "exposure0001"
    assert header.crds_observatory == model.crds_observatory == "roman"


def test_a_file_without_observation_is_of_no_group(tmp_path: Path) -> None:
    model = rcm.FlatRefModel.create_fake_data(shape=(2, 2))
    assert model.get_group_id() is None
    assert rcm.read_header(model.save(tmp_path / "a.asdf")).get_group_id() is None
