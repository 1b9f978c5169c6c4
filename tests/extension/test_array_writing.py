"""Arrays as we write them, beside the same arrays as asdf writes them."""

from __future__ import annotations

import io
from typing import Any

import asdf
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

import roman_cal_models as rcm
from roman_cal_models.asdf_bridge import settled_config
from roman_cal_models.blocks.writing import write_blocks
from roman_cal_models.extension.array_writing import ArraysOfFile, lent_extensions
from roman_cal_models.schema import installed

# asdf takes some milliseconds for each
few = settings(deadline=None, max_examples=25)

MANIFEST = str(installed().store.manifests[-1].uri)


def by_us(tree: dict[str, Any], inline: int | None = None, compression: str | None = None) -> bytes:
    stream = io.BytesIO()
    with ArraysOfFile(compression, {}, inline) as arrays, settled_config(), lent_extensions(MANIFEST, arrays) as more:
        asdf.AsdfFile(tree, extensions=more).write_to(stream)
        write_blocks(stream, arrays.blocks)
    return stream.getvalue()


def by_asdf(tree: dict[str, Any], inline: int | None = None) -> bytes:
    stream = io.BytesIO()
    with settled_config() as config:
        config.array_inline_threshold = inline
        asdf.AsdfFile(tree).write_to(stream)
    return stream.getvalue()


def header(content: bytes) -> dict[str, Any]:
    """What the YAML says, but for the order of keys, and the history, which is compared on its own."""
    tree = asdf.util.load_yaml(io.BytesIO(content), tagged=True)
    return {name: (getattr(value, "_tag", None), value) for name, value in tree.items() if name != "history"}


DTYPES = st.sampled_from(
    ["?", "i1", "u1", "<i2", ">i2", "<u4", ">u4", "<i8", "f2", "<f4", ">f4", "<f8", "<c8", ">c16", "S5", "<U3", ">U3"]
)
RECORDS = st.sampled_from([np.dtype([("a", "<f4"), ("b", ">i2", (2,))]), np.dtype([("name", "S4"), ("x", "f8")])])


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """Arrays of all kinds, and parts of them in all orders."""
    dtype = np.dtype(draw(DTYPES))
    shape = draw(of_numpy.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=6))
    letters = st.text("abc", max_size=3)
    elements = {"U": letters, "S": letters.map(str.encode)}.get(dtype.kind)
    array = draw(of_numpy.arrays(dtype, shape, elements=elements))
    match draw(st.sampled_from(["whole", "fortran", "part", "backwards", "transposed", "repeated"])):
        case "fortran":
            return np.asfortranarray(array)
        case "part":
            return array[::2]
        case "backwards":
            return array[..., ::-1]
        case "transposed":
            return array.T
        case "repeated":
            return np.broadcast_to(array, (3, *array.shape))
        case _:
            return array


def same(one: Any, two: np.ndarray) -> None:
    assert one.dtype == two.dtype
    assert np.array_equal(one, two, equal_nan=two.dtype.kind in "fc")


@few
@given(arrays())
def test_a_block_is_described_as_asdf_describes_it(array: np.ndarray) -> None:
    assert header(by_us({"a": array})) == header(by_asdf({"a": array}))


@few
@given(arrays())
def test_a_short_array_stands_in_the_header_as_asdf_puts_it_there(array: np.ndarray) -> None:
    # asdf refuses these, and does not put them into a block
    assume(array.dtype.kind != "i" or not (array < -(2**63) + 2).any())
    assert header(by_us({"a": array}, inline=1000)) == header(by_asdf({"a": array}, inline=1000))


@pytest.mark.parametrize(
    "dtype, number", [("<i8", -(2**63)), (">i8", -(2**63) + 1), ("<u8", 2**63), ("<u8", 2**64 - 1)]
)
def test_integers_that_may_not_stand_in_a_header_stand_in_a_block(dtype: str, number: int) -> None:
    array = np.array([1, number], dtype)
    content = by_us({"a": array}, inline=1000)
    assert "source" in header(content)["a"][1]
    with asdf.open(io.BytesIO(content)) as file:
        same(file["a"][...], array)


@pytest.mark.parametrize("dtype, number", [("<i8", -(2**63) + 2), ("<i8", 2**63 - 1), ("<u8", 2**63 - 1)])
def test_the_outermost_integers_of_a_header_stand_there(dtype: str, number: int) -> None:
    array = np.array([1, number], dtype)
    content = by_us({"a": array}, inline=1000)
    assert header(content)["a"][1]["data"] == [1, number]
    with asdf.open(io.BytesIO(content)) as file:
        same(file["a"][...], array)


@pytest.mark.parametrize("compression", ["lz4", "zlib", "bzp2", "auto", None])
@few
@given(array=arrays())
def test_asdf_reads_what_was_given(array: np.ndarray, compression: str | None) -> None:
    with asdf.open(io.BytesIO(by_us({"a": array}, compression=compression)), validate_checksums=True) as file:
        same(file["a"][...], array)


@few
@given(dtype=RECORDS, length=st.integers(0, 5))
def test_records_are_described_as_asdf_describes_them(dtype: np.dtype[Any], length: int) -> None:
    array = np.zeros(length, dtype)
    assert header(by_us({"a": array})) == header(by_asdf({"a": array}))
    with asdf.open(io.BytesIO(by_us({"a": array}, compression="lz4"))) as file:
        same(file["a"][...], array)


def test_a_masked_array_keeps_its_mask() -> None:
    array = np.ma.MaskedArray(np.arange(6.0).reshape(2, 3), [[True, False, False], [False, False, True]])
    assert header(by_us({"a": array})) == header(by_asdf({"a": array}))
    with asdf.open(io.BytesIO(by_us({"a": array}))) as file:
        found = file["a"][...]
        assert np.array_equal(found.mask, array.mask)
        assert np.array_equal(found.filled(0), array.filled(0))


def test_an_array_that_stands_at_two_places_has_one_block() -> None:
    array = np.arange(1000.0)
    content = by_us({"a": array, "b": [array]})
    assert content.count(b"\xd3BLK") == 1
    assert header(content) == header(by_asdf({"a": array, "b": [array]}))


def test_an_array_of_another_asdf_file_is_written() -> None:
    with asdf.open(io.BytesIO(by_asdf({"a": np.arange(1000.0)}))) as file:
        content = by_us({"a": file["a"]})
    with asdf.open(io.BytesIO(content)) as again:
        same(again["a"][...], np.arange(1000.0))


def test_the_history_names_no_extension_but_asdfs_own() -> None:
    model = rcm.ImageModel.create_fake_data(shape=(64, 64))
    stream = io.BytesIO(by_us({"a": np.arange(1000.0)}))
    with asdf.open(stream) as file:
        names = {entry["extension_uri"] for entry in file["history"]["extensions"]}
    assert names == {"asdf://asdf-format.org/core/extensions/core-1.6.0"}
    del model


def test_an_unknown_compression_is_refused() -> None:
    with pytest.raises(ValueError, match="'lz5' is not a compression"):
        by_us({"a": np.arange(1000.0)}, compression="lz5")
