"""The bits of data-quality arrays: those of the peer, and usable as it uses them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import roman_datamodels.dqflags as peer

from roman_cal_models import dqflags
from roman_cal_models.dqflags import group, pixel


@pytest.mark.newest_rad
@pytest.mark.parametrize("name", dqflags.__all__)
def test_the_flags_are_those_of_the_peer(name: str) -> None:
    ours, theirs = getattr(dqflags, name), getattr(peer, name)
    assert {flag.name: int(flag.value) for flag in ours} == {flag.name: int(flag.value) for flag in theirs}
    assert [flag.bit_number for flag in ours] == [flag.bit_number for flag in theirs]
    assert type(ours.GOOD).__mro__[1] is type(theirs.GOOD).__mro__[1]


@pytest.mark.parametrize(("kind", "dtype"), [(pixel, np.uint32), (group, np.uint8)])
def test_an_array_keeps_its_type(kind: Any, dtype: Any) -> None:
    array = np.zeros(3, dtype)
    array[1] |= kind.SATURATED
    array |= kind.DO_NOT_USE
    assert (array & kind.SATURATED).dtype == dtype
    assert (array & kind.SATURATED != 0).tolist() == [False, True, False]
    assert array.tolist() == [1, 3, 1]


def test_a_flag_is_reached_by_name_and_by_value() -> None:
    assert pixel["SATURATED"] is pixel.SATURATED is pixel(2)
    assert "SATURATED" in pixel.__members__
    assert pixel.REFERENCE_PIXEL.bit_number == 31
    assert pixel.GOOD.bit_number is None


def test_what_both_have_is_one_bit() -> None:
    shared = pixel.__members__.keys() & group.__members__.keys()
    assert len(shared) == 6
    assert all(pixel[name] == group[name] for name in shared)


def test_no_flag_can_be_changed() -> None:
    with pytest.raises(AttributeError):
        pixel.GOOD = 5  # type: ignore[misc]
