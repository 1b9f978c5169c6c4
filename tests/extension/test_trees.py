"""What is written of a node: what is in memory, and what stands in its file and was never looked at."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
from astropy.table import Table
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.extension.trees import tagged_tree
from roman_cal_models.sources.arrays import StoredArray
from tests.peer import TAGS, header_text, roman_tags

OLD_IMAGE = f"{TAGS}wfi_image-1.0.0"
TIME = "!time/time-1.4.0 2020-01-01T00:00:00.000"


@pytest.fixture(scope="module")
def flat(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small file with a time, and with all arrays in its header."""
    model = rcm.FlatRefModel.create_fake_data(shape=(2, 2))
    content = model.save(tmp_path_factory.mktemp("trees") / "flat.asdf").read_bytes()
    assert TIME.encode() in content
    return content


def changed(content: bytes, **replaced: str) -> bytes:
    """Return a file with another time; with `beside`, and more YAML in its `meta`."""
    beside = replaced.get("beside", "").encode()
    return content.replace(TIME.encode(), replaced.get("time", TIME).encode() + (beside and b"\n    extra: " + beside))


def in_1_5(content: bytes) -> bytes:
    """Return a file as it is by version 1.5.0 of the ASDF standard."""
    for new, old in (
        ("ASDF_STANDARD 1.6.0", "ASDF_STANDARD 1.5.0"),
        ("ndarray-1.1.0", "ndarray-1.0.0"),
        ("time-1.4.0", "time-1.1.0"),
    ):
        assert new.encode() in content
        content = content.replace(new.encode(), old.encode())
    return content


def saved(model: Any, tmp_path: Path, **options: Any) -> Path:
    path: Path = model.save(tmp_path / "copy.asdf", **options)
    return path


def extra(content: bytes) -> Any:
    """Return the YAML of what no schema describes, with its tags."""
    return asdf.util.load_yaml(io.BytesIO(content), tagged=True)["roman"]["meta"]["extra"]


# ---- tags


@pytest.mark.parametrize(
    ("make", "tag"),
    [
        (rcm.WfiImage.create_fake_data, rcm.WfiImage.create_fake_data().tag),
        (lambda: rcm.Telescope("ROMAN"), f"{TAGS}telescope-1.0.0"),
        (lambda: rcm.CalLogs(["begin"]), None),
        (rcm.L2CalStep.create_minimal, None),
    ],
    ids=["file", "text", "list", "fragment"],
)
def test_a_node_bears_the_tag_of_its_manifest_or_the_one_that_is_asked_for(
    make: Callable[[], Any], tag: str | None
) -> None:
    node = make()
    for tree, wanted in ((tagged_tree(node), tag), (tagged_tree(node, "asdf://other"), "asdf://other")):
        assert getattr(tree, "_tag", None) == wanted
        assert list(map(str, tree)) == list(map(str, node))


def test_what_is_described_in_place_bears_none() -> None:
    meta: Any = rcm.WfiImage.create_fake_data().meta
    tree = tagged_tree(meta)
    assert type(tree) is dict
    assert tree["exposure"] == dict(meta.exposure)
    assert type(tree["exposure"]) is dict


def test_lists_and_the_objects_in_them_are_plain() -> None:
    meta: Any = rcm.WfiImage.create_fake_data().meta
    meta["extra"] = [{"a": 1}, ["b", {"c": 2.5}]]
    tree = tagged_tree(meta)["extra"]
    assert (tree, type(tree), type(tree[0]), type(tree[1])) == ([{"a": 1}, ["b", {"c": 2.5}]], list, dict, list)


def test_a_tagged_time_in_memory_keeps_its_tag(tmp_path: Path) -> None:
    model: Any = rcm.ImageModel(rcm.WfiImage.create_fake_data(tag=OLD_IMAGE))
    model.meta.exposure.start_time = Time("2021-02-03")
    model.meta.telescope = "ROMAN"
    tree = tagged_tree(model.node)
    assert tree["meta"]["telescope"]._tag == f"{TAGS}telescope-1.0.0"
    assert type(tree["meta"]["telescope"]) is not str
    assert "_tag" not in dir(tree["meta"]["exposure"]["start_time"])
    with rcm.open(saved(model, tmp_path)) as again:
        assert again.meta.exposure.start_time == Time("2021-02-03")
        assert again.meta.file_date.tag == f"{TAGS}file_date-1.0.0"


def test_a_file_that_nobody_looked_at_keeps_all_its_tags(tmp_path: Path) -> None:
    path = rcm.ImageModel(rcm.WfiImage.create_fake_data(tag=OLD_IMAGE)).save(tmp_path / "image.asdf")
    with rcm.open(path) as model:
        copy = saved(model, tmp_path)
    assert roman_tags(copy) == roman_tags(path)
    assert len(roman_tags(path)) > 20
    with rcm.open(path) as one, rcm.open(copy) as two:
        differences = rcm.diff(one, two)
    assert {str(each.path) for each in differences} <= {"meta.filename", "meta.file_date"}


@pytest.mark.filterwarnings("ignore:.*is not known to the installed rad")
@pytest.mark.parametrize("looked_at", [False, True])
@pytest.mark.parametrize("value", ["{a: 1, b: [x, {c: 2.5}]}", "[1, {a: b}]", "text"])
@pytest.mark.parametrize("convert", [bytes, in_1_5], ids=["this standard", "another"])
def test_what_bears_an_undescribed_tag_of_the_mission_is_kept(
    value: str, convert: Callable[[bytes], bytes], looked_at: bool, flat: bytes, tmp_path: Path
) -> None:
    content = convert(changed(flat, beside=f"!<{TAGS}undescribed-1.0.0> {value}"))
    with rcm.open(content) as model:
        if looked_at:
            assert model.meta["extra"] is not None
        copy = saved(model, tmp_path)
    assert extra(copy.read_bytes())._tag == f"{TAGS}undescribed-1.0.0"
    assert extra(copy.read_bytes()) == extra(content)


@pytest.mark.filterwarnings("ignore:.*is not known to the installed rad")
def test_a_text_of_an_undescribed_tag_stays_a_text(flat: bytes) -> None:
    with rcm.open(changed(flat, beside=f"{{deep: [!<{TAGS}undescribed-1.0.0> text]}}")) as model:
        (text,) = tagged_tree(model.node)["meta"]["extra"]["deep"]
    assert (str(text), text._tag) == ("text", f"{TAGS}undescribed-1.0.0")


@pytest.mark.filterwarnings("ignore:.*is not known to the installed rad")
def test_an_array_inside_of_what_is_undescribed_goes_over(catalog: Path, tmp_path: Path) -> None:
    content = catalog.read_bytes()
    begin = content.index(b"extra:")
    tagged = content[:begin] + f"extra: !<{TAGS}undescribed-1.0.0>".encode() + content[begin + 6 :]
    copy = saved(rcm.open(tagged), tmp_path)
    with rcm.open(tagged) as one, rcm.open(copy) as two:
        assert (one.meta["extra"]["table"] == two.meta["extra"]["table"]).all()


def test_a_list_of_an_old_file_keeps_its_tag() -> None:
    meta: Any = rcm.WfiImage.create_fake_data(tag=OLD_IMAGE).meta
    meta.cal_logs = rcm.CalLogs(["begin"])
    assert tagged_tree(meta)["cal_logs"]._tag == f"{TAGS}cal_logs-1.0.0"


# ---- foreign objects


def test_a_time_that_nobody_looked_at_stands_as_it_stood(flat: bytes, tmp_path: Path) -> None:
    odd = "!time/time-1.4.0 2020-01-01 00:00"
    assert odd in header_text(saved(rcm.open(changed(flat, time=odd)), tmp_path))


@pytest.mark.parametrize("beside", ["[{when: TIME}, 1]", "{deep: {er: [TIME]}}"])
def test_so_does_one_in_what_no_schema_describes(beside: str, flat: bytes, tmp_path: Path) -> None:
    odd = "!time/time-1.4.0 2020-01-01 00:00"
    content = changed(flat, beside=beside.replace("TIME", odd))
    copy = saved(rcm.open(content), tmp_path)
    assert extra(copy.read_bytes()) == extra(content)


def test_a_time_that_was_built_is_written_as_it_is_now(flat: bytes, tmp_path: Path) -> None:
    with rcm.open(changed(flat, time="!time/time-1.4.0 2020-01-01 00:00")) as model:
        model.meta.useafter.format = "jd"
        copy = saved(model, tmp_path)
    with rcm.open(copy) as again:
        assert (again.meta.useafter, again.meta.useafter.format) == (Time("2020-01-01"), "jd")


def test_an_array_that_was_changed_in_place_is_written_as_it_is_now(flat: bytes, tmp_path: Path) -> None:
    with rcm.open(flat) as model:
        model.data[0, 0] = 7
        copy = saved(model, tmp_path)
    with rcm.open(copy) as again:
        assert again.data.tolist() == [[7, 0], [0, 0]]


def test_what_another_standard_means_is_said_in_the_words_of_this_one(flat: bytes, tmp_path: Path) -> None:
    text = header_text(saved(rcm.open(in_1_5(flat)), tmp_path))
    assert "ASDF_STANDARD 1.6.0" in text
    assert "useafter: " + TIME in text
    assert "ndarray-1.0.0" not in text


@pytest.mark.parametrize(
    ("beside", "name"),
    [
        ("TIME", "meta.extra"),
        ("{deep: TIME}", "meta.extra.deep"),
        ("[1, [{deep: TIME}]]", r"meta.extra\[1\]\[0\].deep"),
    ],
)
def test_what_cannot_be_written_is_named(beside: str, name: str, flat: bytes, tmp_path: Path) -> None:
    content = in_1_5(changed(flat, beside=beside.replace("TIME", "!time/time-1.4.0 {value: never, format: iso}")))
    with rcm.open(content) as model, pytest.raises(rcm.ForeignValueError, match=f"^{name} cannot be built"):
        saved(model, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("beside", "name"),
    [("ARRAY", "meta.extra"), ("[1, {deep: ARRAY}]", r"meta.extra\[1\].deep")],
)
@pytest.mark.parametrize("copies", [False, True])
def test_so_is_what_reaches_out_of_its_file(copies: bool, beside: str, name: str, flat: bytes) -> None:
    array = "!core/ndarray-1.1.0 {source: 'other.asdf', datatype: float32, byteorder: little, shape: [2]}"
    model = rcm.open(changed(flat, beside=beside.replace("ARRAY", array)))
    with pytest.raises(rcm.ForeignValueError, match=f"{name} cannot be built"):
        tagged_tree(model.node, copies=copies)


def test_so_is_one_in_the_header_whose_elements_are_elsewhere(flat: bytes) -> None:
    array = "!core/ndarray-1.1.0 {data: other.asdf, datatype: int8, shape: [2]}"
    with pytest.raises(rcm.ForeignValueError, match=r"meta\.extra cannot be built"):
        tagged_tree(rcm.open(changed(flat, beside=array)).node)


def test_an_array_of_an_asdf_file_that_was_closed_is_named(tmp_path: Path) -> None:
    path = rcm.FlatRefModel.create_fake_data(shape=(64, 64)).save(tmp_path / "image.asdf")
    with asdf.open(path, extensions=rcm.get_asdf_extensions()) as file:
        node = file["roman"]
    with pytest.raises(rcm.ModelClosedError, match=r"\w+ was not loaded"):
        tagged_tree(node)


def test_an_array_of_an_open_asdf_file_is_written(tmp_path: Path) -> None:
    model = rcm.FlatRefModel.create_fake_data(shape=(64, 64))
    model.data = np.random.default_rng(1).random((64, 64), np.float32)
    with asdf.open(model.save(tmp_path / "image.asdf"), extensions=rcm.get_asdf_extensions()) as file:
        copy = saved(rcm.open(file), tmp_path)
    with rcm.open(copy) as again:
        assert np.array_equal(again.data, model.data)


def test_a_header_has_no_arrays_to_write(tmp_path: Path) -> None:
    path = rcm.FlatRefModel.create_fake_data(shape=(64, 64)).save(tmp_path / "image.asdf")
    model: Any = rcm.FlatRefModel.create_fake_data(shape=(4, 4))
    model.meta["extra"] = rcm.read_header(path).node
    with pytest.raises(rcm.ForeignValueError, match=r"meta\.extra\.\w+ cannot be written"):
        saved(model, tmp_path)


# ---- arrays in blocks


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """A file with an array in a block of its own, and a table of several."""
    model: Any = rcm.FlatRefModel.create_fake_data(shape=(64, 64))
    model.data = np.random.default_rng(1).random((64, 64), np.float32)
    model.meta["extra"] = {"table": Table({"a": np.arange(1000), "b": np.arange(1000.0)}), "few": np.arange(3)}
    return model.save(tmp_path / "image.asdf")


def stored(tree: Any) -> int:
    """Return how many arrays of a tree are to be copied."""
    if isinstance(tree, StoredArray):
        return 1
    members = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return sum(map(stored, members))


def test_arrays_that_nobody_loaded_are_copied_also_those_of_a_table(catalog: Path) -> None:
    with rcm.open(catalog) as model:
        blocks = catalog.read_bytes().count(b"\xd3BLK")
        assert blocks == 5
        tree = tagged_tree(model.node, copies=True)
        assert stored(tree) == blocks
        assert stored(tree["meta"]["extra"]["table"]) == 2
        assert stored(tagged_tree(model.node)) == 0


def test_an_array_that_was_loaded_is_not(catalog: Path) -> None:
    with rcm.open(catalog) as model:
        count = stored(tagged_tree(model.node, copies=True))
        data = model.data
        tree = tagged_tree(model.node, copies=True)
        assert tree["data"] is data
        assert stored(tree) == count - 1


@pytest.mark.parametrize("options", [{}, {"compression": "zlib"}, {"all_array_storage": "inline"}])
def test_what_is_saved_is_the_same(options: dict[str, Any], catalog: Path, tmp_path: Path) -> None:
    with rcm.open(catalog) as model:
        copy = saved(model, tmp_path, **options)
    with rcm.open(catalog) as one, rcm.open(copy) as two:
        assert np.array_equal(one.data, two.data)
        assert (one.meta["extra"]["table"] == two.meta["extra"]["table"]).all()
        assert np.array_equal(one.meta["extra"]["few"], two.meta["extra"]["few"])


@pytest.mark.filterwarnings("ignore:.*is not recognized")
def test_arrays_of_another_standard_are_copied_but_tables_are_not(catalog: Path) -> None:
    content = catalog.read_bytes().replace(b"ASDF_STANDARD 1.6.0", b"ASDF_STANDARD 1.5.0")
    old, new = rcm.open(content), rcm.FlatRefModel.create_fake_data(shape=(2, 2))
    beside: Any = old.meta["extra"]
    for name in ("data", "table"):
        new.meta[name] = dict.__getitem__(old.node if name == "data" else beside, name)
    tree = tagged_tree(new.node, copies=True)["meta"]
    assert isinstance(tree["data"], StoredArray)
    assert stored(tree["table"]) == 0


def test_a_streamed_block_is_written_as_one_of_a_known_length(flat: bytes, tmp_path: Path) -> None:
    stream = io.BytesIO()
    asdf.AsdfFile({"a": asdf.tags.core.Stream([2], np.float32)}).write_to(stream)
    array = np.arange(6, dtype="<f4").reshape(3, 2)
    block = stream.getvalue().partition(b"\n...\n")[2] + array.tobytes()
    described = "!core/ndarray-1.1.0 {source: 0, datatype: float32, byteorder: little, shape: ['*', 2]}"
    with rcm.open(changed(flat, beside=described) + block) as model:
        assert stored(tagged_tree(model.node, copies=True)) == 0
        copy = saved(model, tmp_path)
    with rcm.open(copy) as again:
        assert np.array_equal(again.meta["extra"], array)
        assert again.problems(blocks=True) == []


def test_an_array_that_its_block_does_not_hold_is_named(catalog: Path) -> None:
    content = catalog.read_bytes().replace(b"shape: [64, 64]", b"shape: [64, 99]", 1)
    with rcm.open(content) as model, pytest.raises(rcm.ForeignValueError, match=r"^\w+ cannot be built: .* its block"):
        tagged_tree(model.node, copies=True)
