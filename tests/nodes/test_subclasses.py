"""A subclass of a node is an ordinary class: what it overrides is asked, and what it has of its own stays its own."""

from __future__ import annotations

import functools
from typing import Any

import pytest

import roman_cal_models as rcm

pytestmark = pytest.mark.newest_rad


class Watched(rcm.L2CalStep):
    """Notes what its items are asked for."""

    __slots__ = ("asked",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.asked: list[tuple[str, ...]] = []
        super().__init__(*args, **kwargs)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.asked.append(("set", key))
        super().__setitem__(key, value)

    def __getitem__(self, key: Any) -> Any:
        self.asked.append(("get", key))
        return super().__getitem__(key)

    def __delitem__(self, key: Any) -> None:
        self.asked.append(("delete", key))
        super().__delitem__(key)


class WatchedMeta(rcm.WfiImageMeta):
    """Notes which items are read."""

    __slots__ = ("asked",)

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__()

    def __getitem__(self, key: Any) -> Any:
        self.asked.append(key)
        return super().__getitem__(key)


def test_an_overridden_setter_is_asked_each_time() -> None:
    plain = rcm.L2CalStep()
    plain.dark = plain.dark = "COMPLETE"  # what the class of ours has learnt is nothing to the subclass
    step = Watched()
    for _ in range(3):
        step.dark = "COMPLETE"
    again = Watched()
    again.dark = "COMPLETE"
    assert (step.asked, again.asked) == ([("set", "dark")] * 3, [("set", "dark")])


def test_an_overridden_setter_changes_nothing_for_its_base() -> None:
    step = Watched()
    step.dark = "COMPLETE"
    plain = rcm.L2CalStep()
    plain.dark = "COMPLETE"
    assert step.asked == [("set", "dark")]


def test_an_overridden_getter_is_asked_for_attributes() -> None:
    step = Watched(dark="COMPLETE")
    step.asked.clear()
    assert (step.dark, step.dark) == ("COMPLETE", "COMPLETE")
    assert step.asked == [("get", "dark")] * 2


def test_an_overridden_getter_is_asked_for_children() -> None:
    meta = WatchedMeta()
    meta.exposure = {}
    meta.asked.clear()
    assert meta.exposure is meta.exposure
    assert meta.asked == ["exposure"] * 2


def test_an_overridden_deleter_is_asked_for_attributes() -> None:
    step = Watched(dark="COMPLETE")
    del step.dark
    assert step.asked[-1] == ("delete", "dark")


def test_a_subclass_of_such_a_subclass_is_asked_as_well() -> None:
    class Lower(Watched):
        pass

    step = Lower(dark="COMPLETE")
    step.dark = "SKIPPED"
    assert step.dark == "SKIPPED"
    assert step.asked == [("set", "dark"), ("set", "dark"), ("get", "dark")]


# -- attributes of its own -------------------------------------------------------------------------------------------


class Mixin:
    """State of somebody else's."""

    level = 1


class Own(Mixin, rcm.L2CalStep):
    """Has one of each."""

    __slots__ = ("cache",)

    colour = "red"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._private = 3

    @functools.cached_property
    def done(self) -> int:
        """Counts once."""
        return sum(value == "COMPLETE" for value in self.values())

    @property
    def dark(self) -> str:
        """Stands in front of the schema's."""
        return self["dark"].lower()

    @dark.setter
    def dark(self, value: str) -> None:
        self["dark"] = value.upper()


def test_its_own_attributes_are_no_data() -> None:
    step = Own(flat_field="COMPLETE")
    step.cache, step.colour, step.level, step._further = 1, "blue", 2, 4
    assert (step.cache, step.colour, step.level, step._private, step._further) == (1, "blue", 2, 3, 4)
    assert dict(step) == {"flat_field": "COMPLETE"}
    assert (Own.colour, Own.level) == ("red", 1)


def test_its_own_attributes_can_be_deleted() -> None:
    step = Own(flat_field="COMPLETE")
    step.cache = 1
    assert step.done == 1
    step.flat_field = "SKIPPED"
    del step.cache, step.done, step._private
    assert step.done == 0
    assert not hasattr(step, "cache")
    assert not hasattr(step, "_private")


def test_its_own_property_stands_in_front_of_that_of_the_schema() -> None:
    plain = rcm.L2CalStep()
    plain.dark = plain.dark = "COMPLETE"
    step = Own()
    step.dark = "complete"
    step.dark = "skipped"
    assert (step["dark"], step.dark) == ("SKIPPED", "skipped")


def test_what_it_declares_is_still_data() -> None:
    class Declared(rcm.L2CalStep):
        note: str

    class Lower(Declared):
        pass

    for cls in (Declared, Lower):
        step = cls()
        step.note = "cloudy"
        assert step == {"note": "cloudy"}
        assert step.note == "cloudy"


def test_methods_of_ours_are_refused_in_it_as_before() -> None:
    for name in ("path", "_schema"):
        with pytest.raises(rcm.ReservedNameError):
            setattr(Own(), name, None)


def test_a_class_of_ours_takes_no_further_attributes() -> None:
    with pytest.raises(rcm.ReservedNameError):
        rcm.L2CalStep()._private = 3  # type: ignore[attr-defined]
