"""What asdf's names of datatypes are to NumPy."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from roman_cal_models.foreign.datatypes import numpy_dtype


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
