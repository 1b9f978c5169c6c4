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

from tests.extension.written import by_asdf, by_us, header, same

# asdf takes some milliseconds for each
few = settings(deadline=None, max_examples=25)

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
