"""``roman-cal-models steps``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import main


@pytest.fixture
def file(tmp_path: Path) -> Path:
    model = rcm.ImageModel.create_fake_data()
    model.meta.cal_step = rcm.L2CalStep.create_minimal({"flat_field": "COMPLETE"})
    return model.save(tmp_path / "image.asdf")


def test_the_matrix_is_printed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["steps", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "# COMPLETE: flat_field 1" in printed
    assert "\033" not in printed


def test_as_json(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["steps", "--json", str(file), str(tmp_path / "missing.asdf")]) == 1
    found, missing = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert found["steps"]["flat_field"] == "COMPLETE"
    assert "missing.asdf" in missing["error"]


def test_what_cannot_be_read_is_told(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "broken.asdf").write_bytes(b"nothing")
    assert main(["steps", str(tmp_path / "broken.asdf"), str(file)]) == 1
    told = capsys.readouterr()
    assert "broken.asdf" in told.err
    assert "flat_field 1" in told.out
