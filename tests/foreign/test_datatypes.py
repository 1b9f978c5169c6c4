"""What asdf's names of datatypes are to NumPy, and which arrays need no look at their YAML."""

from __future__ import annotations

import sys
from typing import Any

import asdf
import asdf.schema
import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from roman_cal_models.foreign.datatypes import NDARRAY_TAG, is_common_array, numpy_dtype
from roman_cal_models.yaml import TaggedMapping


def test_names_texts_and_records() -> None:
    assert numpy_dtype("int16", "big") == np.dtype(">i2")
    assert repr(numpy_dtype("float32", sys.byteorder)) == "dtype('float32')"
    assert numpy_dtype(["ascii", 3]) == np.dtype("S3")
    assert numpy_dtype([{"name": "a", "datatype": "bool8"}, "float32"]).itemsize == 5


@pytest.mark.parametrize(
    "datatype", ["float24", None, ["ascii", 9999999999], ["ucs4", 9999999999], ["ascii", -1], [{"name": "a"}], [3]]
)
def test_what_is_none_is_a_value_error(datatype: Any) -> None:
    with pytest.raises(ValueError, match="datatype"):
        numpy_dtype(datatype)


@st.composite
def _written(draw: st.DrawFn) -> Any:
    """Arrays as the YAML of files has them: as nearly all are, and with one thing about them that is odd."""
    shape = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    number = st.one_of(st.integers(-9, 9), st.floats(-9, 9))
    array: dict[str, Any] = {"datatype": draw(st.sampled_from(["int16", "float32", "uint64"])), "shape": shape}
    if draw(st.booleans()):
        array["data"] = (
            np.array(draw(st.lists(number, min_size=27, max_size=27)))[: np.prod(shape)].reshape(shape).tolist()
        )
    else:
        array |= {"source": 0, "byteorder": "little"}
    odd = st.one_of(
        st.none(), st.text(max_size=3), st.booleans(), st.just({}), st.just([[1, "2"], [3, 4]]), st.just([-1])
    )
    array |= draw(st.one_of(st.just({}), st.dictionaries(st.sampled_from([*array, "mask", "other"]), odd, max_size=1)))
    return asdf.tagged.tag_object(f"{NDARRAY_TAG}1.1.0", array)


@given(_written())
def test_what_is_written_as_nearly_all_are_satisfies_the_schema(array: Any) -> None:
    event("common" if is_common_array(_with_tag(array)) else "odd")
    if is_common_array(_with_tag(array)):
        asdf.schema.validate(array, asdf.AsdfFile())


def _with_tag(array: Any) -> TaggedMapping:
    return TaggedMapping(dict(array.data), array._tag)


@pytest.mark.parametrize(
    "odd",
    [
        {"data": [1, 2]},
        {"data": [[1, 2], [3]]},
        {"data": [[1, 2], [3, "4"]]},
        {"data": [[1, 2], [3, True]]},
        {"data": [[1, 2], [3, None]]},
        {"data": [[1, 2], [3, [4]]]},
        {"data": [[1, 2], 3]},
        {"data": 7},
        {"shape": [2, 3]},
        {"shape": []},
        {"shape": [2, 2, 1]},
        {"shape": [-1, 2]},
        {"shape": None},
        {"datatype": ["ascii", 3]},
        {"datatype": "complex64"},
        {"datatype": None},
        {"mask": 1},
    ],
    ids=str,
)
def test_what_is_written_otherwise_is_looked_at(odd: dict[str, Any]) -> None:
    common = {"data": [[1, 2], [3, 4.5]], "datatype": "float32", "shape": [2, 2]}
    assert is_common_array(TaggedMapping(common, f"{NDARRAY_TAG}1.1.0"))
    assert not is_common_array(TaggedMapping(common | odd, f"{NDARRAY_TAG}1.1.0"))
    assert not is_common_array(TaggedMapping(common, f"{NDARRAY_TAG}1.0.0"))
    assert not is_common_array(common)
