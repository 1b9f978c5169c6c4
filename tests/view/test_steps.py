"""The matrix of calibration steps."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import roman_datamodels.datamodels as peer

from roman_cal_models import L2CalStep
from roman_cal_models.view.steps import step_matrix

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Give a function that has the peer write an image with some steps done."""

    def make(name: str, **flags: str) -> Path:
        model = peer.ImageModel.create_fake_data(shape=(4, 4))
        model.meta.cal_step = {**L2CalStep.create_minimal(), **flags}
        path = tmp_path / name
        model.save(path)
        return path

    return make


def test_files_down_steps_across(make: Make) -> None:
    files = [make("a.asdf", flat_field="COMPLETE", dark="SKIPPED"), make("b.asdf", flat_field="COMPLETE")]
    matrix = step_matrix(files)
    assert list(matrix.files) == [str(file) for file in files]
    assert matrix.steps[:2] == ["assign_wcs", "flat_field"]
    assert matrix.totals()["flat_field"] == {"COMPLETE": 2}
    assert matrix.totals()["dark"] == {"SKIPPED": 1, "INCOMPLETE": 1}
    *_, first, second, complete, incomplete, skipped = matrix.lines()
    assert first.split() == [str(files[0]), ".", "#", "s", *"." * (len(matrix.steps) - 3)]
    assert second.split()[1:4] == [".", "#", "."]
    assert complete == "# COMPLETE: flat_field 2"
    assert incomplete.startswith(". INCOMPLETE: assign_wcs 2, dark 1, ")
    assert skipped == "s SKIPPED: dark 1"


def test_the_names_of_the_steps_stand_above_their_signs(make: Make) -> None:
    file = make("a.asdf", flat_field="COMPLETE")
    matrix = step_matrix([file])
    lines = list(matrix.lines())
    column = lines[max(map(len, matrix.steps))].index("#")
    heading = "".join(line[column : column + 1] or " " for line in lines[: max(map(len, matrix.steps))])
    assert heading.strip() == "flat_field"


def test_colours_change_nothing_but_colours(make: Make) -> None:
    matrix = step_matrix([make("a.asdf", dark="COMPLETE")])
    coloured = list(matrix.lines(colours=True))
    assert any("\033[32m#\033[0m" in line for line in coloured)
    assert [re.sub(r"\033\[\d+m", "", line) for line in coloured] == list(matrix.lines())


def test_a_file_that_cannot_be_read_does_not_stop_the_others(make: Make, tmp_path: Path) -> None:
    broken = tmp_path / "broken.asdf"
    broken.write_bytes(b"#ASDF 1.0.0\n")
    raw = tmp_path / "raw.asdf"
    peer.ScienceRawModel.create_fake_data(shape=(2, 4, 4)).save(raw)
    matrix = step_matrix([broken, make("a.asdf"), raw, tmp_path / "missing.asdf"])
    assert list(matrix.failures) == [str(broken), str(tmp_path / "missing.asdf")]
    assert matrix.files[str(raw)] == {}


def test_nothing_is_an_empty_matrix() -> None:
    assert list(step_matrix([]).lines()) == []
