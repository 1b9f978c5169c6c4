"""Which name was meant by one that nobody knows."""

from __future__ import annotations

import subprocess
import sys

import pytest

from roman_cal_models.spelling import closest, did_you_mean, meant, no_attribute

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


@pytest.mark.parametrize(("name", "near"), [("ImageModle", "ImageModel"), ("read_heder", "read_header")])
def test_a_misspelt_name_of_the_package_is_told_once(name: str, near: str) -> None:
    program = f"import roman_cal_models as rcm; rcm.{name}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert f"has no attribute {name!r}. Did you mean {near!r}?" in done.stderr
    assert done.stderr.count("Did you mean") == 1


def test_names_that_python_looks_for_are_not_guessed_at() -> None:
    for name in ("__wrapped__", "_ipython_display_", "spelling"):
        error = no_attribute("roman_cal_models", name, lambda: ["wrapped", "ipython_display", "spellings"])
        assert str(error) == f"module 'roman_cal_models' has no attribute {name!r}"
        assert error.name == name
