"""``roman-cal-models validate``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import roman_datamodels.datamodels as peer

import roman_cal_models as rcm
from roman_cal_models.cli import main


@pytest.fixture
def flipped(tmp_path: Path) -> Path:
    """A file with a bit flipped in the first of its blocks."""
    path = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "flipped.asdf")
    content = bytearray(path.read_bytes())
    content[content.index(b"\xd3BLK") + 70] ^= 1
    path.write_bytes(content)
    return path


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


@pytest.mark.parametrize("missing", [1, 1000, 2000])
def test_a_cut_file_is_not_valid(tmp_path: Path, missing: int, capsys: pytest.CaptureFixture[str]) -> None:
    path = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "image.asdf")
    path.write_bytes(path.read_bytes()[:-missing])
    assert main(["validate", str(path)]) == 1
    told = capsys.readouterr().out
    assert f"{path}: " in told
    assert "0 valid, 1 not" in told


def test_a_flipped_bit_is_found_in_the_blocks_alone(flipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(flipped)]) == 0
    capsys.readouterr()
    assert main(["validate", "--blocks", str(flipped)]) == 1
    problem, checksums, summary = capsys.readouterr().out.splitlines()
    assert problem.startswith(f"{flipped}: ")
    assert problem.endswith(": its block 0 does not match its checksum")
    assert checksums.startswith("checksums: ")
    assert checksums.endswith(" right, 1 wrong, 0 missing")
    assert summary == "0 valid, 1 not (1 problem)"


def test_a_missing_checksum_is_told_and_not_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "image.asdf", write_checksums=False)
    assert main(["validate", "--blocks", str(path)]) == 0
    *warned, checksums, summary = capsys.readouterr().out.splitlines()
    assert f"{path}: warning: data: its block 0 has no checksum" in warned
    assert checksums == f"checksums: 0 right, 0 wrong, {len(warned)} missing"
    assert summary == f"1 valid, 0 not (0 problems, {len(warned)} warnings)"


def test_warnings_are_of_a_level_of_their_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = rcm.ImageModel.create_fake_data(shape=(64, 64))
    image.err = image.err[:3]
    path = image.save(tmp_path / "image.asdf")
    assert main(["validate", "--json", str(path)]) == 0
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["path"], problem["kind"], problem["level"]) == ("err", "shape", "warning")


def test_blocks_against_the_latest(flipped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--blocks", "--against", "latest", str(flipped)]) == 1
    told = capsys.readouterr()
    assert str(flipped) in told.out + told.err


def test_an_empty_folder_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err
