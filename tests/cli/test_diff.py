"""``roman-cal-models diff``."""

from __future__ import annotations

import json
import re
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
        "3 differences: 1 in meta.cal_step, 1 in meta, 1 in data",
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


@pytest.mark.parametrize("option", ["--quiet", "-q"])
def test_quiet_is_told_by_the_status_alone(option: str, files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", option, *files]) == 1
    assert main(["diff", option, files[0], files[0]]) == 0
    assert main(["diff", option, *files, "--ignore", "meta", "--atol", "2"]) == 0
    assert capsys.readouterr() == ("", "")
    assert main(["diff", option, files[0], "missing.asdf"]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "missing.asdf: No such file or directory\n")


def test_differences_are_counted_by_section(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = (
        str(rcm.ImageModel.create_fake_data(version=version, shape=(4, 4)).save(tmp_path / f"{version}.asdf"))
        for version in ("1.0.0", rcm.WfiImage.versions()[-1])
    )
    assert main(["diff", old, new]) == 1
    *lines, last = capsys.readouterr().out.splitlines()
    count, _, sections = last.partition(" differences: ")
    counts = {section.partition(" in ")[2]: int(section.partition(" in ")[0]) for section in sections.split(", ")}
    assert len(lines) == int(count) == sum(counts.values())
    assert counts["meta.exposure"] == sum(line.startswith("meta.exposure.") for line in lines)
    assert all(len(section.split(".")) <= 2 for section in counts)


def test_times_are_told_as_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = (
        str(rcm.ImageModel.create_fake_data(version=version, shape=(4, 4)).save(tmp_path / f"{version}.asdf"))
        for version in ("1.0.0", rcm.WfiImage.versions()[-1])
    )
    assert main(["diff", old, new]) == 1
    out = capsys.readouterr().out
    assert "meta.exposure.mid_time: only in the first: '2020-01-01T00:00:00.000'\n" in out
    assert re.search(r"meta\.file_date: '20\d\d-\d\d-\d\dT[\d:.]{12}' -> '20", out)
    assert "<time" not in out


def test_a_file_that_cannot_be_read(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", files[0], "missing.asdf"]) == 1
    told = capsys.readouterr()
    assert "missing.asdf" in told.err
    assert told.out == ""
