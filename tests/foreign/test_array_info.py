"""An array in a block, as the checks and the user see it."""

from __future__ import annotations

import numpy as np

import roman_cal_models as rcm
from roman_cal_models.nodes.equality import equal_values


def test_the_checks_see_the_shape_as_the_file_has_it() -> None:
    raw = rcm.ArrayInfo(np.dtype("uint8"), (None, 5)).__roman_lower__()
    assert raw["shape"] == ["*", 5]
    assert "source" in raw


def test_two_are_compared_by_type_and_shape() -> None:
    info = rcm.ArrayInfo(np.dtype("float32"), (3,))
    assert equal_values(info, rcm.ArrayInfo(np.dtype("float32"), (3,)))
    assert not equal_values(info, rcm.ArrayInfo(np.dtype("float64"), (3,)))
    assert not equal_values(info, np.zeros(3, np.float32))
