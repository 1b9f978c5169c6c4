"""``roman-cal-models set``."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roman_datamodels.datamodels as peer
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models.cli import main


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "image.asdf"
    image = peer.ImageModel.create_fake_data(shape=(4, 4))
    image.meta.cal_step = dict(rcm.L2CalStep.create_minimal())
    image.data = np.full((4, 4), 2.5, np.float32)
    image.save(path)
    return path


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("meta.cal_step.flat_field", "SKIPPED", "SKIPPED"),
        ("meta.exposure.exposure_time", "12.5", 12.5),
        ("meta.exposure.nresultants", "3", 3),
        ("meta.exposure.hga_move", "true", True),
        ("meta.exposure.start_time", "2027-01-31T12:00:00.000", Time("2027-01-31T12:00:00.000")),
        ("meta.exposure.read_pattern", "[[1], [2, 3]]", [[1], [2, 3]]),
        ("meta.wcs", "null", None),
        # text, however it looks
        ("meta.program.investigator_name", "null", "null"),
        ("meta.exposure.ma_table_id", "12", "12"),
        ("meta.exposure.ma_table_id", "a=b", "a=b"),
    ],
)
def test_a_value_is_read_as_its_schema_says(name: str, text: str, value: Any, path: Path) -> None:
    assert main(["set", str(path), f"{name}={text}"]) == 0
    with rcm.open(path, validate=True) as model:
        found: Any = model
        for part in name.split("."):
            found = found[part]
        assert found == value
        assert type(found) is type(value) or isinstance(value, (list, Time))
        assert (model.data == 2.5).all()
        assert model.meta.filename == "image.asdf"


def test_each_change_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    assignments = ["meta.cal_step.flat_field=SKIPPED", "meta.exposure.exposure_time=12.5"]
    assert main(["set", str(path), *assignments, "--dry-run"]) == 0
    changes = [
        "meta.cal_step.flat_field: 'INCOMPLETE' -> 'SKIPPED'",
        "meta.exposure.exposure_time: -999999.0 -> 12.5",
    ]
    assert capsys.readouterr().out.splitlines() == [*changes, "nothing was written"]
    assert path.read_bytes() == before
    assert main(["set", str(path), *assignments]) == 0
    assert capsys.readouterr().out.splitlines() == [*changes, f"written: {path}"]
    assert main(["set", str(path), assignments[0], "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"path": "meta.cal_step.flat_field", "old": "SKIPPED", "new": "SKIPPED"}
    ]


def test_all_or_none_are_set_and_every_wrong_one_is_told(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    wrong = [
        "meta.cal_step.flat_feld=SKIPPED",
        "meta.cal_step.dark=DONE",
        "meta.exposure.exposure_time=long",
        "meta.exposure.start_time=yesterday",
        "meta.statistics.good_pixel_fraction=1",
        "data=1",
    ]
    assert main(["set", str(path), "meta.telescope=ROMAN", *wrong]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    lines = told.err.splitlines()
    assert [line.partition(":")[0] for line in lines[1:4]] == [each.partition("=")[0] for each in wrong[1:4]]
    assert "Did you mean 'flat_field'?" in lines[0]
    assert "'DONE' is not one of" in lines[1]
    assert "'long' is no number" in lines[2]
    assert "is no time" in lines[3]
    assert "meta.statistics is not here" in lines[4]
    assert lines[5] == "data holds an object (ndarray) that cannot be given as text"
    assert path.read_bytes() == before


def test_another_file_can_be_written(path: Path, tmp_path: Path) -> None:
    before, other = path.read_bytes(), tmp_path / "other.asdf"
    assert main(["set", str(path), "meta.cal_step.flat_field=SKIPPED", "--out", str(other)]) == 0
    assert path.read_bytes() == before
    assert list(rcm.diff(path, other, ignore=("meta.file*",)).paths()) == ["meta.cal_step.flat_field"]


def test_what_is_invalid_elsewhere_is_not_written(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_bytes(path.read_bytes().replace(b"detector: WFI01", b"detector: WFI99"))
    before = path.read_bytes()
    for more in ([], ["--dry-run"]):
        assert main(["set", str(path), "meta.cal_step.flat_field=SKIPPED", *more]) == 1
        assert "meta.instrument.detector" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert main(["set", str(path), "meta.instrument.detector=WFI02"]) == 0


def test_a_file_keeps_its_version(tmp_path: Path) -> None:
    path = tmp_path / "old.asdf"
    tag = "asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.0.0"
    rcm.ImageModel.create_fake_data(tag=tag, shape=(4, 4)).save(path)
    assert main(["set", str(path), "meta.exposure.exposure_time=3"]) == 0
    with rcm.open(path) as model:
        assert (model.tag, model.meta.exposure.exposure_time) == (tag, 3)


def test_wrong_usage(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([str(path)], [str(path), "meta.telescope"], [str(path), "=1"]):
        with pytest.raises(SystemExit) as ended:
            main(["set", *arguments])
        assert ended.value.code == 2
    assert "is not of the form PATH=VALUE" in capsys.readouterr().err


def test_a_file_that_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["set", "missing.asdf", "meta.telescope=ROMAN"]) == 1
    assert "missing.asdf" in capsys.readouterr().err


def test_what_is_not_what_was_written_is_not_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "image.asdf")
    content = bytearray(path.read_bytes())
    content[content.index(b"\xd3BLK") + 70] ^= 1
    path.write_bytes(content)
    assert main(["set", str(path), "meta.telescope=ROMAN"]) == 1
    told = capsys.readouterr().err
    assert str(path) in told
    assert "does not match its checksum" in told
    assert path.read_bytes() == content


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_nothing_takes_the_place_of_a_fifo(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fifo = tmp_path / "fifo.asdf"
    os.mkfifo(fifo)
    assert main(["set", str(path), "meta.prd_version=9", "--out", str(fifo)]) == 1
    assert f"{fifo}: is a FIFO" in capsys.readouterr().err
    assert fifo.is_fifo()
