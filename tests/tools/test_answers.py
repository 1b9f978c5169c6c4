"""The made-up answers to what the pipeline asks CRDS and the catalogue of stars for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.peer_suites.answers import References, stars

pytestmark = pytest.mark.once

NOW = {"roman.meta.exposure.start_time": "2024-01-03T00:00:00.000"}


@pytest.fixture
def references(tmp_path: Path) -> References:
    index = [
        {"reftype": "flat", "parameters": {}, "since": "2022-01-01", "path": "flat.asdf"},
        *(
            {"reftype": "epsf", "parameters": {"meta.instrument.optical_element": name}, "since": "", "path": name}
            for name in ("F087", "F184")
        ),
    ]
    (tmp_path / "index.json").write_text(json.dumps(index))
    return References(tmp_path)


def test_each_type_is_answered_with_the_path_of_its_file(references: References) -> None:
    asked = NOW | {"ROMAN.META.INSTRUMENT.OPTICAL_ELEMENT": "F184"}
    assert references.get(asked, reftypes=["flat", "epsf"], observatory="roman") == {
        "flat": "flat.asdf",
        "epsf": "F184",
    }


def test_what_is_said_last_holds_with_and_without_the_observatory(references: References) -> None:
    asked = {"roman.meta.instrument.optical_element": "F087", "meta.instrument.optical_element": "F184"}
    assert references.get(asked, ["epsf"]) == {"epsf": "F184"}


def test_the_stars_of_a_small_circle_are_those_of_a_large_one() -> None:
    small, large = ({(row["ra"], row["dec"]) for row in stars(270, 66, None, radius)} for radius in (0.03, 0.1))
    assert small and small < large


def test_stars_are_inside_the_circle() -> None:
    assert all(abs(row["dec"] - 66) < 0.05 for row in stars(270, 66, None, 0.05))
