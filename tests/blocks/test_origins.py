"""Where an object comes from is known for as long as it lives, and of no other."""

from __future__ import annotations

import gc

import numpy as np

from roman_cal_models.blocks import origins
from roman_cal_models.blocks.origins import Origin, inherit, origin_of, remember

ORIGIN = Origin("some.asdf", (0, 3))


def test_an_object_is_remembered() -> None:
    array = np.zeros(3)
    remember(array, ORIGIN)
    assert origin_of(array) == ORIGIN


def test_another_object_is_not() -> None:
    array = np.zeros(3)
    remember(array, ORIGIN)
    assert origin_of(array.copy()) is None


def test_a_copy_may_inherit_it() -> None:
    array, copy = np.zeros(3), np.zeros(3)
    remember(array, ORIGIN)
    assert inherit(copy, array) is copy
    assert origin_of(copy) == ORIGIN


def test_a_copy_of_what_has_none_has_none() -> None:
    assert origin_of(inherit(np.zeros(3), np.zeros(3))) is None


def test_what_was_forgotten_leaves_nothing() -> None:
    array = np.zeros(3)
    number = id(array)
    remember(array, ORIGIN)
    assert number in origins._origins
    del array
    assert number not in origins._origins


def test_what_is_remembered_anew_outlives_the_first_time() -> None:
    array = np.zeros(3)
    remember(array, ORIGIN)
    remember(array, Origin("other.asdf", (1,)))
    gc.collect()
    assert origin_of(array) == Origin("other.asdf", (1,))


def test_an_entry_of_a_number_that_was_taken_again_is_not_believed() -> None:
    first, second = np.zeros(3), np.zeros(3)
    remember(first, ORIGIN)
    origins._origins[id(second)] = origins._origins[id(first)]
    try:
        assert origin_of(second) is None
    finally:
        del origins._origins[id(second)]


def test_a_number_has_no_origin() -> None:
    remember(3, ORIGIN)
    assert origin_of(3) is None
