"""Which name was meant by one that nobody knows."""

from __future__ import annotations

import subprocess
import sys

import pytest

from roman_cal_models.spelling import closest, did_you_mean, meant

KNOWN = [
    "data",
    "dark",
    "dq",
    "dq2",
    "err",
    "flat_field",
    "source_catalog",
    "var_rnoise",
    "var_rnoise2",
    "SATURATED",
    5,
]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("flatfield", "flat_field"),
        ("drak", "dark"),
        ("dta", "data"),
        ("saturate", "SATURATED"),
        ("Flat_Field", "flat_field"),
        ("dq3", None),
        ("var_rnoise3", None),
        ("dt", None),
        ("tweakreg_catalog", None),
        ("source_catalog_name", None),
        ("source", None),
        ("arker", None),  # its ratio to "dark" is 0.667
        ("", None),
    ],
)
def test_what_is_near_is_found(name: str, near: str | None) -> None:
    assert closest(name, KNOWN) == near


@pytest.mark.parametrize(
    ("name", "found"),
    [("typ", "type"), ("falt", "flat_field"), ("dta", "data"), ("flat_feild", "flat_field"), ("expo", "exposure")],
)
def test_what_was_meant_by_a_wrong_name(name: str, found: str) -> None:
    known = ["flat_field", "type", "data", "dq", "exposure", "exposure_time", 3]
    assert meant(name, known) == found
    assert did_you_mean(name, known) == f" Did you mean {found!r}?"


@pytest.mark.parametrize("name", ["", "d", "ty", "nonsense", "tweakreg_catalog"])
def test_what_is_like_no_name_is_held_for_none(name: str) -> None:
    assert meant(name, ["flat_field", "type", "data", "source_catalog"]) is None
    assert did_you_mean(name, ["flat_field", "type"]) == ""


def test_a_misspelt_name_of_the_package_is_told_by_python() -> None:
    program = "import roman_cal_models as rcm; rcm.ImageModle"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "has no attribute 'ImageModle'" in done.stderr
    assert "ImageModel'?" in done.stderr
