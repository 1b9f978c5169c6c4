"""``roman-cal-models validate``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import roman_datamodels.datamodels as peer

import roman_cal_models as rcm
from roman_cal_models.cli import main


@pytest.fixture
def valid(tmp_path: Path) -> Path:
    path = tmp_path / "valid.asdf"
    peer.ImageModel.create_fake_data(shape=(4, 4)).save(path)
    return path


@pytest.fixture
def invalid(valid: Path) -> Path:
    content = valid.read_bytes()
    assert b"detector: WFI01" in content
    path = valid.with_name("invalid.asdf")
    path.write_bytes(content.replace(b"detector: WFI01", b"detector: WFI99"))
    return path


def test_a_valid_file(valid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(valid)]) == 0
    assert capsys.readouterr().out == "1 valid, 0 not (0 problems)\n"


def test_every_problem_is_a_line(valid: Path, invalid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = valid.with_name("missing.asdf")
    assert main(["validate", str(valid), str(invalid), str(missing)]) == 1
    told = capsys.readouterr()
    problem, summary = told.out.splitlines()
    assert problem.startswith(f"{invalid}: meta.instrument.detector: 'WFI99' is not one of 'WFI01', 'WFI02'")
    assert summary == "1 valid, 1 not (1 problem), 1 cannot be read"
    assert "missing.asdf" in told.err


def test_as_json(invalid: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--json", str(invalid)]) == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["path"], problem["kind"], problem["allowed"][0]) == ("meta.instrument.detector", "enum", "WFI01")


def test_against_the_latest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = rcm.ImageModel.create_fake_data(version="1.0.0").save(tmp_path / "old.asdf")
    assert main(["validate", str(path)]) == 0
    assert main(["validate", "--against", "latest", str(path)]) == 1
    assert "hga_move" in capsys.readouterr().out
