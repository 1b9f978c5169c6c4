"""Several values are set all or none, in nodes as in lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import roman_cal_models as rcm

pytestmark = pytest.mark.newest_rad

UPDATES: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "update": lambda node, values: node.update(values),
    "update by names": lambda node, values: node.update(**values),
    "|=": lambda node, values: node.__ior__(values),
}


@pytest.mark.parametrize("how", UPDATES)
def test_an_update_that_is_refused_changes_nothing(how: str) -> None:
    step = rcm.L2CalStep(dark="COMPLETE", flux="SKIPPED")
    before = list(step.items())
    with pytest.raises(rcm.ValidationError):
        UPDATES[how](step, {"flux": "COMPLETE", "assign_wcs": "COMPLETE", "dark": "DONE", "linearity": "COMPLETE"})
    assert list(step.items()) == before


def test_an_update_of_a_model_that_is_refused_changes_nothing() -> None:
    model = rcm.ImageModel.create_fake_data()
    meta = model.meta
    with pytest.raises(rcm.ValidationError):
        model.update(meta=rcm.WfiImageMeta.create_fake_data(), extra=1, dq="none")
    assert model.meta is model["meta"] is meta
    assert "extra" not in model


def test_an_update_with_a_name_that_is_refused_changes_nothing() -> None:
    step = rcm.L2CalStep(dark="COMPLETE")
    with rcm.config(unknown="error"), pytest.raises(rcm.UnknownAttributeError):
        step.update(dark="SKIPPED", drak="COMPLETE")
    assert step == {"dark": "COMPLETE"}


def test_a_refused_update_of_a_file_builds_nothing(new: Any) -> None:
    raw = dict.__getitem__(new.node, "data")
    with pytest.raises(rcm.ValidationError):
        new.node.update(data=None, dq="none")
    assert dict.__getitem__(new.node, "data") is raw


def test_a_list_that_is_refused_changes_nothing() -> None:
    exposure = rcm.Exposure.create_fake_data()
    before = list(exposure.read_pattern)
    with pytest.raises(rcm.ValidationError):
        exposure.read_pattern.extend([[1], ["a"]])
    assert exposure.read_pattern == before
