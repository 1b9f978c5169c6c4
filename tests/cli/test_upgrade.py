"""The command that upgrades files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import main


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return rcm.RampModel.create_fake_data(version="1.0.0", shape=(2, 2, 2)).save(tmp_path / "old.asdf")


def test_a_copy_is_written_and_the_file_kept(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = old.read_bytes()
    assert main(["upgrade", str(old), "--out", str(tmp_path / "new")]) == 0
    assert old.read_bytes() == before
    with rcm.open(tmp_path / "new" / "old.asdf") as model:
        assert model.problems() == []
        assert model.tag == rcm.RampModel._node_type._default_tag
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{old}: ramp-1.0.0 -> ramp-")
    assert any("meta.exposure.hga_move is assumed: false" in line for line in lines[1:])


@pytest.mark.newest_rad
def test_what_was_assumed_is_told_as_files_have_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = rcm.ImageModel.create_fake_data(version="1.0.0", shape=(2, 2)).save(tmp_path / "old.asdf")
    assert main(["upgrade", str(old), "--out", str(tmp_path / "new")]) == 0
    assumed = [line.split(" is assumed: ") for line in capsys.readouterr().out.splitlines() if " is assumed: " in line]
    values = {path.strip(): value.partition(" (")[0] for path, value in assumed}
    assert values["dq2"] == "0"
    assert values["chisq"] == "nan"
    assert values["meta.exposure.hga_move"] == "false"
    assert values["meta.ref_file.apcorr"] == "'N/A'"
    assert not [value for value in values.values() if "np." in value or "<" in value]
    with rcm.open(tmp_path / "new" / "old.asdf") as model:
        assert [str(change) for change in model.assumed] == []


def test_nothing_is_written_in_a_dry_run(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upgrade", str(old), "--out", str(tmp_path / "new"), "--dry-run", "--json"]) == 0
    assert not (tmp_path / "new").exists()
    report = json.loads(capsys.readouterr().out)
    assert report["written"] is None
    assert report["assumed"]


def test_what_is_there_is_replaced_only_on_demand(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "new" / "old.asdf"
    target.parent.mkdir()
    target.write_text("mine")
    assert main(["upgrade", str(old), "--out", str(target.parent)]) == 1
    assert target.read_text() == "mine"
    assert "--overwrite replaces it" in capsys.readouterr().err
    assert main(["upgrade", str(old), "--out", str(target.parent), "--overwrite"]) == 0
    assert main(["upgrade", str(old), "--out", str(old.parent), "--overwrite"]) == 1
    assert "the copy would replace the file itself" in capsys.readouterr().err


def test_a_bad_file_is_told_and_the_others_go_on(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.asdf"
    bad.write_text("no asdf")
    missing = tmp_path / "missing.asdf"
    assert main(["upgrade", str(bad), str(missing), str(old), "--out", str(tmp_path / "new")]) == 1
    assert (tmp_path / "new" / "old.asdf").exists()
    errors = capsys.readouterr().err.splitlines()
    assert [line for line in errors if "bad.asdf" in line]
    assert [line for line in errors if "missing.asdf" in line]


def test_a_copy_that_appears_meanwhile_is_not_replaced(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    target = _made(tmp_path / "new") / old.name
    upgrade = rcm.DataModel.upgrade

    def upgraded(model: rcm.DataModel, **options: Any) -> rcm.DataModel:
        target.write_text("somebody else's")
        return upgrade(model, **options)

    monkeypatch.setattr(rcm.DataModel, "upgrade", upgraded)
    assert main(["upgrade", str(old), "--out", str(target.parent)]) == 1
    assert target.read_text() == "somebody else's"
    assert str(target) in capsys.readouterr().err


@pytest.mark.parametrize("more", [[], ["--overwrite"], ["--dry-run"]])
def test_two_files_of_one_name_are_refused_before_anything_is_written(
    more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = rcm.RampModel.create_fake_data(version="1.0.0", shape=(2, 2, 2))
    files = [str(model.save(_made(tmp_path / name) / "same.asdf")) for name in ("one", "two")]
    with pytest.raises(SystemExit) as ended:
        main(["upgrade", *files, "--out", str(tmp_path / "new"), *more])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert all(file in told for file in files)
    assert not (tmp_path / "new").exists()


def test_a_copy_over_a_file_that_is_read_as_well_is_refused(
    old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = rcm.RampModel.create_fake_data(version="1.0.0", shape=(2, 2, 2)).save(tmp_path / "other.asdf")
    before = other.read_bytes()
    (_made(tmp_path / "new") / "old.asdf").symlink_to(other)
    with pytest.raises(SystemExit) as ended:
        main(["upgrade", str(old), str(other), "--out", str(tmp_path / "new"), "--overwrite"])
    assert ended.value.code == 2
    assert f"the copy of {old} would be written over {other}" in " ".join(capsys.readouterr().err.split())
    assert other.read_bytes() == before


def test_a_file_as_the_folder_is_one_line(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["upgrade", str(old), "--out", str(old)]) == 1
    assert capsys.readouterr().err == f"{old}: Not a directory\n"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
