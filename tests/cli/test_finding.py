"""``roman-cal-models catalog --find``, and steps of a catalogue."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.cli import main


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A catalogue of two images and a mosaic."""
    folder = tmp_path_factory.mktemp("files")
    for number in (1, 2):
        image = rcm.ImageModel.create_fake_data(shape=(4, 4))
        image.meta.instrument.detector = f"WFI0{number}"
        image.meta.cal_step = rcm.L2CalStep.create_minimal({"flat_field": ["COMPLETE", "FAILED"][number - 1]})
        image.meta.wcsinfo.s_region = f"POLYGON ICRS {number} 20 {number + 0.1} 20 {number + 0.1} 20.1"
        image.meta.wcsinfo.ra_ref, image.meta.wcsinfo.dec_ref = number, 20
        image.meta.program.title = "with, a comma"
        image.save(folder / f"image{number}.asdf")
    rcm.MosaicModel.create_fake_data(shape=(4, 4)).save(folder / "mosaic.asdf")
    url = f"sqlite:///{folder / 'catalog.db'}"
    archive.ingest(folder, url)
    return url


def test_files_are_found(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    where = "detector = 'WFI02' and s_flat_field <> 'COMPLETE'"
    assert main(["catalog", "--find", where, "--in", url, "--columns", "detector, visit,s_flat_field"]) == 0
    names, values = (line.split() for line in capsys.readouterr().out.splitlines())
    assert names == ["archive_file", "detector", "visit", "s_flat_field"]
    assert Path(values[0]).name == "image2.asdf"
    assert values[1:] == ["WFI02", "--", "FAILED"]


def test_all_are_found_without_a_condition(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--find", "--in", url]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert main(["catalog", "--find", "--in", url, "--limit", "2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_they_are_printed_for_programs(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["catalog", "--find", "detector = 'WFI01'", "--in", url, "--columns"]
    command.append("program_title,visit,exposure_start_time,exposure_time")
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert main([*command, "--csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert list(row) == list(found)
    assert found["program_title"] == row["program_title"] == "with, a comma"
    assert (found["visit"], row["visit"]) == (None, "")
    assert found["exposure_start_time"] == row["exposure_start_time"] == "2020-01-01T00:00:00"
    assert found["exposure_time"] == float(row["exposure_time"])


@pytest.mark.parametrize(
    ("position", "found"), [("1.05 20.2 0.112", 1), ("1.05 20.2 200arcsec", 0), ("1 -20.2 0.1", 0)]
)
def test_a_circle_is_asked(url: str, position: str, found: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--find", "--in", url, "--near", *position.split()]) == 0
    assert len(capsys.readouterr().out.splitlines()) == found + 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--find", "detector = 'WFI01'"], "--find asks the catalogue that --in names"),
        (["--in", "URL"], "one of --to, --ddl, --felis, --find and --columns is required"),
        (["--columns", "wfi_image", "--in", "URL"], "--in, --near, --limit and --csv go with --find"),
        (["--columns", "wfi_image", "--ddl", "sqlite"], "--columns stands alone, or goes with --find"),
        (["--find", "--in", "URL", "--csv", "--json"], "--csv and --json do not go together"),
        (["--find", "--in", "URL", "--limit", "-1"], "'-1' is not a number of files"),
        (["--find", "--in", "URL", "--near", "1", "100", "1"], "there is no circle on the sky around 1.0 100.0"),
        (["--find", "--in", "URL", "--near", "1", "x", "1"], "--near 1 x 1: could not convert"),
        (["--find", "--in", "URL", "--ddl", "sqlite"], "not allowed with argument"),
        (["--find", "--in", "URL", "--prune"], "--mapping, --processes, --trust, --prune and --force go with --to"),
        (["--find", "--in", "URL", "--trust", "mtime"], "--trust, --prune and --force go with --to"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], reason: str, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["catalog", *(url if word == "URL" else word for word in arguments)])
    assert ended.value.code == 2
    assert reason in " ".join(capsys.readouterr().err.split())


def test_what_cannot_be_asked_ends_with_1(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--find", "detectr = 'WFI01'", "--in", url]) == 1
    assert capsys.readouterr().err == "there is no column 'detectr'. Did you mean 'detector'?\n"
    assert main(["catalog", "--find", "--in", f"sqlite:///{tmp_path / 'none.db'}"]) == 1
    assert "there is no catalogue" in capsys.readouterr().err


def test_the_steps_of_a_catalogue(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    read = rcm.steps([file for file in archive.find(url)["archive_file"] if "image" in file])
    told = rcm.steps(url, where="WFIExposure.detector is not null")
    assert told.files == read.files
    assert told.steps == read.steps
    assert told.titles.keys() >= read.titles.keys()
    assert len(rcm.steps(url).files) == 3
    assert main(["steps", url, "--where", "s_flat_field = 'FAILED'", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["steps"]["flat_field"] == "FAILED"
    assert main(["steps", url, "--where", "detector = 'none'"]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "the catalogue has no such file\n")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["URL", "x.asdf"], "a catalogue is asked alone, without other files"),
        (["URL", "--html", "x.html"], "--html reads files, which a catalogue does not hold"),
        (["x.asdf", "--where", "detector = 'WFI01'"], "--where asks a catalogue"),
    ],
)
def test_steps_are_of_files_or_of_one_catalogue(
    arguments: list[str], reason: str, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["steps", *(url if word == "URL" else word for word in arguments)])
    assert ended.value.code == 2
    assert reason in " ".join(capsys.readouterr().err.split())


def test_files_have_no_condition(tmp_path: Path) -> None:
    with pytest.raises(rcm.CatalogError, match="where asks a catalogue"):
        rcm.steps(tmp_path / "x.asdf", where="detector = 'WFI01'")
