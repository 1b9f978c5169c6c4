"""``roman-cal-models diff``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import roman_datamodels.datamodels as peer

import roman_cal_models as rcm
from roman_cal_models.cli import main


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    one, two = tmp_path / "one.asdf", tmp_path / "two.asdf"
    image = peer.ImageModel.create_fake_data(shape=(4, 4))
    image.meta.cal_step = dict(rcm.L2CalStep.create_minimal())
    image.save(one)
    with rcm.open(one) as model:
        model.data = model.data + 1
        model.meta.cal_step.flux = "SKIPPED"
        model.meta.mine = 1
        model.save(two)
    return [str(one), str(two)]


def test_differences_are_a_line_each(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *files, "--ignore", "meta.file_date", "--ignore", "meta.filename"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "meta.cal_step.flux: 'INCOMPLETE' -> 'SKIPPED'",
        "meta.mine: only in the second: 1",
        "data: 16 of 16 elements differ, by 1 at most, at [0, 0]",
        "3 differences",
    ]


def test_equal_files(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", files[0], files[0]]) == 0
    assert capsys.readouterr().out == "no difference\n"


def test_json(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", *files, "--json", "--ignore", "meta.file*"]) == 1
    assert json.loads(capsys.readouterr().out) == [
        {"path": "meta.cal_step.flux", "kind": "changed", "old": "INCOMPLETE", "new": "SKIPPED"},
        {"path": "meta.mine", "kind": "added", "old": None, "new": 1},
        {"path": "data", "kind": "elements", "count": 16, "size": 16, "largest": 1.0, "index": [0, 0]},
    ]


def test_tolerances(files: list[str]) -> None:
    assert main(["diff", *files, "--atol", "2", "--ignore", "meta"]) == 0


def test_a_file_that_cannot_be_read(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", files[0], "missing.asdf"]) == 1
    told = capsys.readouterr()
    assert "missing.asdf" in told.err
    assert told.out == ""
