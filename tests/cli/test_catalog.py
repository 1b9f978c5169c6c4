"""``roman-cal-models catalog``."""

from __future__ import annotations

import json

import pytest

from roman_cal_models import archive
from roman_cal_models.cli import main


def test_the_columns_of_a_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--columns", "wfi_image"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(archive.columns("wfi_image"))
    assert any(
        line.split() == ["meta.cal_step.flat_field", "nvarchar(15)", "ScienceRefData.s_flat_field"] for line in lines
    )


def test_the_columns_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--columns", "wfi_image", "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {record["table"] for record in records} == {column.table for column in archive.columns("wfi_image")}


def test_the_statements(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--ddl", "postgresql"]) == 0
    assert capsys.readouterr().out == archive.ddl("postgresql")


def test_an_unknown_family_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--columns", "wfi_imag"]) == 1
    assert "there is no wfi_imag" in capsys.readouterr().err


def test_something_must_be_asked_for() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["catalog"])
    assert caught.value.code == 2
