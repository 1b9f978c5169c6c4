"""Arrays in all forms that ASDF knows: in the tree, without type or shape, with masks; asdf itself is the judge."""

from __future__ import annotations

import copy
import io
import pickle
import re
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest

import roman_cal_models as rcm

FLOATS = "datatype: float32, byteorder: little"
BLOCK = f"source: 0, {FLOATS}"

VALID = {
    "data": "{data: [[1, 2], [3, 4]], datatype: float32}",
    "data and shape": "{data: [[1, 2], [3, 4]], datatype: float32, shape: [2, 2]}",
    "nulls": "{data: [[1, null], [3, 4]], datatype: float32}",
    "masked number": "{data: [[1, 2], [3, 4]], datatype: float32, mask: 2}",
    "masked by an array": "{data: [[1, 2], [3, 4]], datatype: float32, mask: !core/ndarray-1.1.0 "
    "{data: [[true, false], [false, true]], datatype: bool8}}",
    "number in a block": f"{{{BLOCK}, shape: [2, 2], mask: 2}}",
    "array beside a block": f"{{{BLOCK}, shape: [2, 2], mask: !core/ndarray-1.1.0 "
    "{data: [[true, false], [false, true]], datatype: bool8}}",
    "array in a block": f"{{{BLOCK}, shape: [2, 2], mask: !core/ndarray-1.1.0 "
    "{source: 1, datatype: bool8, byteorder: little, shape: [2, 2]}}",
    "as long as the block": f"{{{BLOCK}, shape: ['*', 2]}}",
    "strides": f"{{{BLOCK}, shape: [2, 2], strides: [4, 8]}}",
}
INVALID = {
    "list": "[1, 2, 3]",
    "nested list": "[[1, 2], [3, 4.5]]",
    "empty list": "[]",
    "text": "[[a, bcd]]",
    "truths": "[[true, false]]",
    "large": "[[9223372036854775808]]",
    "data alone": "{data: [[1, 2], [3, 4]]}",
    "smaller type": "{data: [[1, 2], [3, 4]], datatype: int16}",
    "other type": "{data: [[1, 2], [3, 4]], datatype: float64}",
    "one dimension": "{data: [1, 2], datatype: float32}",
    "one dimension in a block": f"{{{BLOCK}, shape: [4]}}",
    "fields": "{data: [[1, 2.5], [3, 4.5], [5, 6.5]], "
    "datatype: [{name: a, datatype: int16}, {name: b, datatype: float32}]}",
}
READABLE = {**VALID, **INVALID}
UNREADABLE = {
    "number": "5",
    "nothing": "{}",
    "ragged": "[[1, 2], [3]]",
    "shape that is none": f"{{{BLOCK}, shape: 5}}",
    "shape beyond all memory": f"{{{BLOCK}, shape: [18446744073709551616]}}",
    "shape of very many digits": f"{{{BLOCK}, shape: [0x{'f' * 5000}, 2]}}",
    "block of very many digits": f"{{source: 0x{'f' * 5000}, {FLOATS}, shape: [2, 2]}}",
    "text of very many digits": f"{{source: 0, datatype: [ascii, 0x{'f' * 5000}], byteorder: little, shape: [2, 2]}}",
    "shape of text": f"{{{BLOCK}, shape: [a, b]}}",
    "negative shape": f"{{{BLOCK}, shape: [-1, 2]}}",
    "star in the second place": f"{{{BLOCK}, shape: [2, '*']}}",
    "offset that is text": f"{{{BLOCK}, shape: [2, 2], offset: x}}",
    "offset that is null": f"{{{BLOCK}, shape: [2, 2], offset: null}}",
    "offset that is a list": f"{{{BLOCK}, shape: [2, 2], offset: [1]}}",
    "type that is none": "{source: 0, datatype: {a: b}, byteorder: little, shape: [2, 2]}",
    "text of no length": "{source: 0, datatype: [ascii, x], byteorder: little, shape: [2, 2]}",
    "no type": "{source: 0, byteorder: little, shape: [2, 2]}",
    "no shape": f"{{{BLOCK}}}",
    "block that is not there": f"{{source: 99, {FLOATS}, shape: [2, 2]}}",
    "data of another block": f"{{data: 0, {FLOATS}, shape: [2, 2]}}",
    "data that is text": "{data: abc, datatype: float32, shape: [2, 2]}",
    "both": f"{{{BLOCK}, data: [[1.5]], shape: [1, 1]}}",
}

readable = pytest.mark.parametrize("array", READABLE.values(), ids=READABLE)
valid = pytest.mark.parametrize("array", VALID.values(), ids=VALID)
unreadable = pytest.mark.parametrize("array", UNREADABLE.values(), ids=UNREADABLE)
# asdf fails at such a number before it has judged
JUDGED = {name: array for name, array in {**READABLE, **UNREADABLE}.items() if "0xfff" not in array}
every = pytest.mark.parametrize("array", JUDGED.values(), ids=JUDGED)


_data = re.compile(rb"^  data: .*?(?=^  \w)", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An image with all arrays in the tree, and two blocks that nothing refers to: four numbers, and four truths."""
    path = rcm.ImageModel.create_fake_data(shape=(2, 2)).save(
        tmp_path_factory.mktemp("odd") / "image.asdf", all_array_storage="inline"
    )
    blocks = io.BytesIO()
    tree = {"a": np.array([[1, 2], [3, 4]], "<f4"), "b": np.array([[True, False], [False, False]])}
    asdf.AsdfFile(tree).write_to(blocks, all_array_storage="internal", include_block_index=False)
    return path.read_bytes() + blocks.getvalue().partition(b"\n...\n")[2]


def with_data(image: bytes, array: str) -> bytes:
    """Return the image with another array as its data."""
    changed, count = _data.subn(f"  data: !core/ndarray-1.1.0 {array}\n".encode(), image)
    assert count == 1
    return changed


def as_asdf_reads(content: bytes) -> Any:
    with asdf.config_context() as config:
        config.validate_on_read = False
        with asdf.open(io.BytesIO(content)) as file:
            return np.array(file["roman"]["data"][...], subok=True)


def asdf_accepts(content: bytes) -> bool:
    with asdf.config_context() as config:
        config.validate_on_read = True
        try:
            asdf.open(io.BytesIO(content)).close()
        except (ValueError, TypeError, AttributeError, asdf.ValidationError):  # its checks may fail in any of these
            return False
    return True


def assert_same(one: Any, two: Any) -> None:
    assert type(one) is type(two)
    assert (one.dtype, one.shape) == (two.dtype, two.shape)
    np.testing.assert_array_equal(np.ma.getmaskarray(one), np.ma.getmaskarray(two))
    np.testing.assert_array_equal(one, two)


def without_addresses(text: str) -> str:
    return re.sub("0x[0-9a-f]+", "0x", text)


def rules_broken(of: Any) -> list[tuple[Any, str]]:
    """Return which rules of a schema are broken where; blocks, and shapes that should agree, are another matter."""
    return [
        (problem.path, problem.kind) for problem in of.problems() if problem.kind not in ("block", "truncated", "shape")
    ]


# ---- what can be read


@readable
def test_the_array_is_that_which_asdf_reads(array: str, image: bytes) -> None:
    content = with_data(image, array)
    assert_same(rcm.open(content).data, as_asdf_reads(content))


@readable
def test_the_shape_of_the_model_is_known(array: str, image: bytes) -> None:
    content = with_data(image, array)
    assert rcm.open(content).shape == as_asdf_reads(content).shape


@readable
def test_a_header_tells_type_and_shape(array: str, image: bytes) -> None:
    content = with_data(image, array)
    expected, found = as_asdf_reads(content), rcm.read_header(content).data
    assert found.dtype == expected.dtype
    assert found.shape == ((None, 2) if "'*'" in array else expected.shape)


@readable
def test_a_section_is_part_of_the_array(array: str, image: bytes) -> None:
    content = with_data(image, array)
    assert_same(rcm.open(content).section("data", np.s_[:1]), rcm.open(content).data[:1])


@readable
def test_a_flat_dict_holds_the_array(array: str, image: bytes) -> None:
    model = rcm.open(with_data(image, array))
    assert model.to_flat_dict()["roman.data"] is model.data


@readable
def test_copies_hold_the_same(array: str, image: bytes) -> None:
    content = with_data(image, array)
    expected = rcm.open(content).data
    assert_same(copy.deepcopy(rcm.open(content)).data, expected)
    assert_same(pickle.loads(pickle.dumps(rcm.open(content))).data, expected)


@readable
def test_a_file_does_not_differ_from_itself(array: str, image: bytes) -> None:
    content = with_data(image, array)
    assert not list(rcm.diff(content, content))


@readable
def test_the_line_of_a_node_names_the_array_before_it_is_read(array: str, image: bytes) -> None:
    node = rcm.open(with_data(image, array)).node
    before = repr(node)
    assert "'data': <array " in before or "'data': <ndarray" in before


@pytest.mark.parametrize(
    ("array", "shown"),
    [
        ("[[1, 2], [3, 4]]", "'data': <array int64 (2, 2)>"),
        ("{data: [1.5, 2]}", "'data': <array float64 (2,)>"),
        (f"{{{BLOCK}, shape: [2, 2], mask: 2}}", "'data': <array float32 (2, 2)>"),
    ],
)
def test_type_and_shape_stand_in_the_line_of_a_node(array: str, shown: str, image: bytes) -> None:
    assert shown in repr(rcm.open(with_data(image, array)).node)


@pytest.mark.parametrize("array", ["[[1, 2, 3]]", "{data: [[1, 2, 3]]}"])
def test_a_notebook_shows_type_and_shape(array: str, image: bytes) -> None:
    assert "int64 (1 × 3)" in rcm.open(with_data(image, array))._repr_html_()


@pytest.mark.parametrize("array", ["[[1, 2, 3]]", "{data: [[1, 2, 3]]}"])
def test_the_tree_shows_it_as_if_type_and_shape_were_written(
    array: str, image: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    rcm.open(with_data(image, array)).info(max_rows=200)
    shown = without_addresses(capsys.readouterr().out)
    rcm.open(with_data(image, "{data: [[1, 2, 3]], datatype: int64, shape: [1, 3]}")).info(max_rows=200)
    assert shown == without_addresses(capsys.readouterr().out)


# ---- what is valid


@every
def test_what_asdf_accepts_is_valid_and_nothing_else(array: str, image: bytes) -> None:
    content = with_data(image, array)
    assert (not rules_broken(rcm.open(content))) == asdf_accepts(content)


@every
def test_a_header_is_as_valid_as_its_file(array: str, image: bytes) -> None:
    content = with_data(image, array)
    assert rules_broken(rcm.read_header(content)) == rules_broken(rcm.open(content))


@valid
def test_it_is_as_valid_when_it_was_read(array: str, image: bytes) -> None:
    model = rcm.open(with_data(image, array))
    assert model.data is not None
    model.validate()


@valid
def test_what_was_saved_is_the_same_array(array: str, image: bytes, tmp_path: Path) -> None:
    content = with_data(image, array)
    path = rcm.open(content).save(tmp_path / "copy.asdf")
    assert_same(np.ma.copy(rcm.open(path).data), np.ma.copy(rcm.open(content).data))


@unreadable
def test_the_problems_of_an_array_that_cannot_be_read_can_be_told(array: str, image: bytes) -> None:
    content = with_data(image, array)
    for problems in (rcm.open(content).problems(), rcm.read_header(content).problems()):
        assert all(str(problem) for problem in problems)


@pytest.mark.parametrize("array", INVALID.values(), ids=INVALID)
def test_what_the_schema_forbids_is_told(array: str, image: bytes) -> None:
    problems = rcm.open(with_data(image, array)).problems()
    assert {problem.path for problem in problems if problem.level == "error"} == {("data",)}


# ---- what cannot be read


@unreadable
@pytest.mark.parametrize(
    "use",
    [
        lambda model: model.data,
        lambda model: model.section("data", 0),
        lambda model: model.to_flat_dict(),
        lambda model: model.detach(),
        copy.deepcopy,
        pickle.dumps,
    ],
    ids=["data", "section", "flat", "detach", "deepcopy", "pickle"],
)
def test_an_array_that_cannot_be_read_is_told_by_its_name(use: Any, array: str, image: bytes) -> None:
    model = rcm.open(with_data(image, array))
    with pytest.raises(rcm.ForeignValueError, match="data cannot be built"):
        use(model)


@unreadable
@pytest.mark.parametrize("look", [repr, lambda model: repr(model.node), lambda model: model._repr_html_()])
def test_an_array_that_cannot_be_read_can_be_looked_at(look: Any, array: str, image: bytes) -> None:
    model = rcm.open(with_data(image, array))
    assert "data" in look(model)


@unreadable
def test_the_tree_is_shown_with_an_array_that_cannot_be_read(
    array: str, image: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    rcm.open(with_data(image, array)).info(max_rows=200)
    assert "data" in capsys.readouterr().out


@unreadable
def test_an_array_that_cannot_be_read_is_not_saved(array: str, image: bytes, tmp_path: Path) -> None:
    with pytest.raises((rcm.ValidationError, rcm.ForeignValueError, rcm.TruncatedFileError)):
        rcm.open(with_data(image, array)).save(tmp_path / "copy.asdf")
    assert not list(tmp_path.iterdir())


def test_data_is_not_read_from_another_file(image: bytes, tmp_path: Path) -> None:
    other = tmp_path / "other.asdf"
    asdf.AsdfFile({"secret": np.arange(4, dtype="f4")}).write_to(other, all_array_storage="internal")
    array = f"{{data: '{other.as_uri()}', datatype: float32, shape: [2, 2]}}"
    with pytest.raises(rcm.ForeignValueError, match="data cannot be built"):
        _ = rcm.open(with_data(image, array)).data


@pytest.mark.filterwarnings("ignore:.*is not recognized")
def test_the_arrays_inside_of_an_unknown_object_are_arrays(image: bytes) -> None:
    content = _data.sub(b"  data: !x/y-1.0 {a: !core/ndarray-1.1.0 [1]}\n", image)
    assert type(rcm.open(content)["data"]["a"]) is np.ndarray


@pytest.mark.filterwarnings("ignore:.*is not recognized")
def test_an_unknown_object_is_pickled(image: bytes) -> None:
    content = _data.sub(b"  data: !x/y-1.0 {a: {b: 5}, c: !x/z-1.0 [1], d: !x/u-1.0 e}\n", image)
    expected = rcm.open(content)["data"]
    found = pickle.loads(pickle.dumps(rcm.open(content)))["data"]
    assert (found, found._tag, found["c"]._tag) == (expected, expected._tag, expected["c"]._tag)
