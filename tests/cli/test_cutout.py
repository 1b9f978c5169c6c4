"""``roman-cal-models cutout``: what is written, told and refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import main
from tests.skies import DEC, RA, sky_of_detector

AT = ["--at", str(RA), str(DEC)]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    model = rcm.ImageModel.create_fake_data(shape=(60, 80))
    model.data = np.random.default_rng(0).normal(size=(60, 80)).astype(np.float32)
    model.meta.wcs = sky_of_detector((60, 80))
    return model.save("image.asdf")


def test_a_cutout_is_written(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cutout", str(file), *AT, "--size", "1.1arcsec", "--out", "new/cut"]) == 0
    assert capsys.readouterr().out == "image.asdf: cutout0, new/cut/image_cutout0.asdf\n"
    with rcm.open("new/cut/image_cutout0.asdf") as cut, rcm.open(file) as image:
        assert cut.problems() == []
        assert np.array_equal(cut["data"], image["data"][25:35, 35:45])


def test_pixels_and_two_sizes(file: Path) -> None:
    assert (
        main(["cutout", str(file), "--pixel", "3", "4", "--pixel", "30", "40", "--size", "5", "7", "--out", "."]) == 0
    )
    for number in range(2):
        with rcm.open(f"image_cutout{number}.asdf") as cut:
            assert cut.shape == (5, 7)


def test_a_table_gives_names_and_sizes(file: Path) -> None:
    Path("targets.csv").write_text(f"name,ra,dec,size\nNGC 1/2,{RA},{DEC},6\nb,{RA},{DEC},0.55arcsec\n")
    assert main(["cutout", str(file), "--table", "targets.csv", "--out", "cut"]) == 0
    shapes = {}
    for path in Path("cut").iterdir():
        with rcm.open(path) as cut:
            shapes[path.name] = cut.shape
    assert shapes == {"image_NGC_1_2.asdf": (6, 6), "image_b.asdf": (5, 5)}


def test_tables_of_tabs_are_read_and_rows_without_name_have_a_number(file: Path) -> None:
    Path("targets.tsv").write_text(f'ra\tdec\tname\n{RA}\t{DEC}\tstar\n{RA}\t{DEC}\t""\n')
    assert main(["cutout", str(file), "--table", "targets.tsv", "--size", "3", "--out", "cut"]) == 0
    assert sorted(path.name for path in Path("cut").iterdir()) == ["image_cutout1.asdf", "image_star.asdf"]


def test_a_table_of_an_unknown_kind_is_told_in_one_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("targets.list").write_text(f"{RA} {DEC}\n")
    assert main(["cutout", str(file), "--table", "targets.list", "--size", "3", "--out", "cut"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("targets.list: it cannot be read as a table: ")
    assert len(said) < 300


def test_each_position_in_each_file_is_told_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["cutout", str(file), "absent.asdf", *AT, "--at", "0", "-5", "--size", "3", "--out", "cut", "--json"]
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    told = {(each["file"], each["name"]): each for each in map(json.loads, out.splitlines())}
    assert len(told) == 4
    assert told["image.asdf", "cutout0"] == {
        "file": "image.asdf",
        "name": "cutout0",
        "written": "cut/image_cutout0.asdf",
    }
    assert told["image.asdf", "cutout1"]["outside"] is True
    assert told["absent.asdf", "cutout0"]["outside"] is False
    assert "absent.asdf" in told["absent.asdf", "cutout0"]["error"]
    assert err == ""


def test_what_is_wrong_is_told_once(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["cutout", str(file), "absent.asdf", *AT, "--at", "0", "-5", "--size", "3", "--out", "cut"]
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == "image.asdf: cutout0, cut/image_cutout0.asdf\n"
    assert err == "absent.asdf: No such file or directory\n"
    assert main(["cutout", str(file), *AT, "--at", "0", "-5", "--size", "3", "--out", "other"]) == 1
    assert capsys.readouterr().err == "cutout1 is in none of the files\n"


def test_a_url_is_no_folder(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cutout", str(file), *AT, "--size", "3", "--out", "s3://bucket/cut"]) == 1
    assert "s3://bucket/cut: is a URL" in capsys.readouterr().err
    assert not Path("s3:").exists()


def test_a_file_that_is_there_is_kept(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["cutout", str(file), *AT, "--size", "3", "--out", "cut"]
    assert main(arguments) == 0
    assert main(arguments) == 1
    assert "cut/image_cutout0.asdf" in capsys.readouterr().err
    assert main([*arguments, "--overwrite"]) == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["image.asdf", "--at", "1", "2", "--out", "cut"], "--size is needed"),
        (["image.asdf", "--size", "3", "--out", "cut"], "--at --pixel --table is required"),
        (["image.asdf", "--at", "1", "2", "--pixel", "3", "4", "--size", "3", "--out", "cut"], "not allowed with"),
        (["image.asdf", "--at", "1", "99", "--size", "3", "--out", "cut"], "not positions on the sky"),
        (["image.asdf", *AT, "--size", "much", "--out", "cut"], "--size: 'much' is not a size"),
        (["image.asdf", *AT, "--size", "0", "--out", "cut"], "--size: '0' is not a size"),
        (["image.asdf", *AT, "--size", "5", "10 s", "--out", "cut"], "--size: '10 s' is not a size"),
        (["image.asdf", *AT, "--size", "1", "2", "3", "--out", "cut"], "--size is one number or angle, or two"),
        (["image.asdf", "x/image.asdf", *AT, "--size", "1", "--out", "cut"], "two of the files are called image"),
    ],
)
def test_what_is_not_understood_ends_with_2(
    arguments: list[str], told: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cutout", *arguments])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ra,declination\n1,2\n", "the table has no column dec"),
        ("ra,dec\n1,2,3\n", "it cannot be read as a table: InconsistentTableError: "),
        ("ra,dec\n1,2\n1,\n", "row 2 of the table has no dec"),
        ("ra,dec\n1,2\nnan,3\n", "row 2 of the table has no ra"),
        ("ra,dec\n1,2\n3h,4\n", "row 2 of the table: ra is 3h, not a number"),
        ("ra,dec,size\n1,2,3\n1,2,-3\n", "row 2 of the table: '-3' is not a size"),
        ("ra,dec,size\n1,2,big\n", "row 1 of the table: 'big' is not a size"),
    ],
)
def test_a_table_that_is_none_is_told(text: str, told: str, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("targets.csv").write_text(text)
    assert main(["cutout", str(file), "--table", "targets.csv", "--size", "3", "--out", "cut"]) == 1
    assert f"targets.csv: {told}" in capsys.readouterr().err
    assert not Path("cut").exists()


def test_a_row_without_size_has_that_of_the_arguments(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("targets.csv").write_text(f"name,ra,dec,size\na,{RA},{DEC},6\nb,{RA},{DEC},\n")
    arguments = ["cutout", str(file), "--table", "targets.csv", "--out", "cut"]
    assert main(arguments) == 1
    assert capsys.readouterr().err == "targets.csv: row 2 of the table has no size, and there is no --size\n"
    assert main([*arguments, "--size", "4"]) == 0
    with rcm.open("cut/image_a.asdf") as a, rcm.open("cut/image_b.asdf") as b:
        assert (a.shape, b.shape) == ((6, 6), (4, 4))
