"""``roman-cal-models steps``."""

from __future__ import annotations

import json
import sys
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


@pytest.mark.parametrize(("suffix", "start"), {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}.items())
def test_the_matrix_is_drawn(suffix: str, start: bytes, file: Path, tmp_path: Path) -> None:
    figures = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for figure in figures:
        assert main(["steps", str(file), "--plot", str(figure)]) == 0
        assert figure.read_bytes().startswith(start)
    assert figures[0].read_bytes() == figures[1].read_bytes()


def test_a_figure_of_another_format_is_wrong_usage(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["steps", str(file), "--plot", "steps.doc"])
    assert ended.value.code == 2
    assert "'steps.doc' does not end in .png, .svg or .pdf" in capsys.readouterr().err


def test_a_figure_that_cannot_be_written_ends_with_1(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["steps", str(file), "--plot", str(tmp_path / "missing" / "steps.png")]) == 1
    assert "missing" in capsys.readouterr().err


def test_without_matplotlib_it_says_what_to_install(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(["steps", str(file), "--plot", str(tmp_path / "steps.png")]) == 1
    assert capsys.readouterr().err == "to draw needs matplotlib: pip install 'roman-cal-models[view]'\n"


def test_folders_patterns_and_lists_stand_for_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("night/a_cal.asdf", "night/b_cal.asdf", "night/c_uncal.asdf"):
        Path(name).parent.mkdir(exist_ok=True)
        rcm.ImageModel.create_fake_data().save(name)
    Path("list.txt").write_text("# two\nnight/b_cal.asdf\nnight/a_cal.asdf\n")
    here = f"{tmp_path}/night"
    for command in ("steps", "identify", "validate"):
        for given, expected in {
            "night": [f"{here}/{name}.asdf" for name in ("a_cal", "b_cal", "c_uncal")],
            "night/*_cal.asdf": [f"{here}/{name}.asdf" for name in ("a_cal", "b_cal")],
            "@list.txt": ["night/b_cal.asdf", "night/a_cal.asdf"],
            "night/a_cal.asdf": ["night/a_cal.asdf"],
        }.items():
            main([command, "--json", given])
            lines = capsys.readouterr().out.splitlines()
            assert [json.loads(line)["file"] for line in lines] == expected
    assert main(["steps", "@none.txt"]) == 1
    assert capsys.readouterr().err == "none.txt: the list of files cannot be read: No such file or directory\n"
