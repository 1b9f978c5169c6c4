"""``roman-cal-models schema``."""

from __future__ import annotations

import json

import pytest

from roman_cal_models.cli import main

TAG = "asdf://stsci.edu/datamodels/roman/tags/l2_cal_step-1.0.0"


@pytest.mark.newest_rad
def test_a_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "L2CalStep"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "meta/l2_cal_step: Level 2 Calibration Status"
    assert "  class: L2CalStep" in lines
    assert "  versions: 1.0.0, 1.1.0, 1.2.0, 1.3.0, 2.0.0" in lines
    assert "  flat_field*         one of 5  Flat Field Correction Step" in lines
    assert lines[-3:] == ["changed with:", "  1.3.0: 2 changes", "  1.1.0: 2 changes"]


def test_all_changes_of_a_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "L2CalStep", "--changes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "    dark_decay: property added" in lines


@pytest.mark.parametrize("name", ["wfi_image.meta.cal_step.dark", "ImageModel.meta.cal_step.dark"])
def test_a_property(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("meta.cal_step.dark: Dark")
    assert any(line.startswith("  allowed: ") and "'COMPLETE'" in line for line in lines)
    assert any(line.startswith("  archive: ScienceRefData.s_dark") for line in lines)
    assert max(map(len, lines)) <= 100


def test_what_changed_of_a_property(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "wfi_image.meta.cal_step.dark"]) == 0
    assert "    meta.cal_step.dark: allowed values + 'FAILED'" in capsys.readouterr().out.splitlines()


def test_a_scalar(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "cal_step_flag"]) == 0
    out = capsys.readouterr().out
    assert "  type: string\n  allowed: " in out
    assert "properties" not in out


def test_a_tag_names_a_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", f"{TAG}.dark", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["path"] == "dark"
    assert record["schema_uri"] == TAG.replace("/tags/", "/schemas/")
    assert record["columns"]["destinations"] == ["ScienceRefData.s_dark"]
    assert main(["schema", TAG, "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["name"], record["tag"]) == ("l2_cal_step", TAG)
    assert {each["path"] for each in record["properties"]} >= {"dark", "flat_field"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["L2CalStp"], "Did you mean 'L2CalStep'?"),
        (["L2CalStep.flat_feld"], "Did you mean 'flat_field'?"),
        (["ImageModl"], "Did you mean 'ImageModel'?"),
        (["L2CalStep.falt"], "Did you mean 'flat_field'?"),
        (["wfi_image.meta.exposure.typ"], "Did you mean 'type'?"),
        (["meta.cal_step"], "comes first, such as wfi_image.meta.cal_step"),
        (["meta.cal_step.drk"], "comes first, such as wfi_image.meta.cal_step.drk"),
        (["resultantdq_sci"], "there is no family or class 'resultantdq_sci'"),
        (["L2CalStep", "--of", "9.0.0"], "there is no version 9.0.0"),
    ],
)
def test_what_there_is_not(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", *arguments]) == 1
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""
