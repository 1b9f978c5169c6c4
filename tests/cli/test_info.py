"""``info`` prints what a file holds as a tree, and reads no block for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import main
from tests.cli.test_header import RUN


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = rcm.ImageModel.create_fake_data(shape=(32, 32))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    path = model.save(tmp_path_factory.mktemp("image") / "image.asdf")
    # the header alone: whoever asks for a block finds none
    path.write_bytes(path.read_bytes().partition(b"\n...\n")[0] + b"\n...\n")
    return path


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def _printed(capsys: pytest.CaptureFixture[str], *arguments: object, status: int = 0) -> str:
    assert main(["info", *map(str, arguments)]) == status
    printed = capsys.readouterr()
    return printed.err if status else printed.out


def test_it_prints_a_tree(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _printed(capsys, image)
    lines = text.splitlines()
    first, second, *_ = lines
    assert first.split()[:2] == ["image.asdf", "WfiImage"]
    assert second.split()[:3] == ["├─", "meta", "WfiImageMeta"]
    assert any(line.split()[:3] == ["├─", "data", "float32"] and "(32 × 32) DN / s" in line for line in lines)
    assert "\033" not in text


def test_it_prints_a_part(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = _printed(capsys, image, "meta.cal_step").splitlines()
    assert len(lines) == 1 + len(rcm.L2CalStep.create_minimal())
    assert lines[0].split()[:2] == ["cal_step", "L2CalStep"]
    assert _printed(capsys, image, "roman.meta.cal_step").splitlines() == lines


def test_lines_are_as_wide_as_the_terminal(
    image: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert max(map(len, _printed(capsys, image).splitlines())) == 60


def test_colours_are_for_terminals_that_want_them(
    image: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\033[" in _printed(capsys, image)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\033[" not in _printed(capsys, image)


def test_it_prints_json(image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = json.loads(_printed(capsys, image, "meta.cal_step.flat_field", "--json"))
    assert (printed["model_type"], printed["tag"]) == ("ImageModel", rcm.read_header(image).tag)
    assert printed["tree"] == {
        "name": "flat_field",
        "path": "meta.cal_step.flat_field",
        "type": "str",
        "title": printed["tree"]["title"],
        "value": "INCOMPLETE",
    }


@pytest.mark.parametrize(
    ("path", "told"),
    {
        "meta.cal_stp": ". Did you mean meta.cal_step?",
        "meta.cal_stp.flat_field": ". Did you mean meta.cal_step?",
        "meat": ". Did you mean meta?",
        "meta.coordinates.zzz": ". meta.coordinates holds reference_frame",
        "meta.filename.x": ". meta.filename holds nothing else",
    }.items(),
)
def test_a_path_that_is_not_there_ends_with_1(
    path: str, told: str, image: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _printed(capsys, image, path, status=1) == f"{image}: there is no {path}{told}\n"


def test_a_file_that_cannot_be_read_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "missing.asdf" in _printed(capsys, tmp_path / "missing.asdf", status=1)


@pytest.mark.parametrize("arguments", [["info"], ["info", "--json"]], ids=str)
def test_it_imports_nothing_heavy(arguments: list[str], image: Path) -> None:
    done = subprocess.run([sys.executable, "-c", RUN, *arguments, str(image)], capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (0, "")
