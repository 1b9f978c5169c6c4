"""Which name was meant by one that nobody knows."""

from __future__ import annotations

import subprocess
import sys

import pytest

from roman_cal_models.spelling import closest, did_you_mean

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
    ("name", "meant"),
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
        ("arker", None),  # its ratio to "dark" is 0.667
        ("", None),
    ],
)
def test_what_is_near_is_meant(name: str, meant: str | None) -> None:
    assert closest(name, KNOWN) == meant
    assert did_you_mean(name, KNOWN) == ("" if meant is None else f" Did you mean {meant!r}?")


def test_a_misspelt_name_of_the_package_is_told_by_python() -> None:
    program = "import roman_cal_models as rcm; rcm.ImageModle"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "has no attribute 'ImageModle'" in done.stderr
    assert "ImageModel'?" in done.stderr
