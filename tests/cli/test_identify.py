"""``identify`` tells of each file what it is, and goes on after one that is nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import main
from tests.header.test_header import content_with


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    contents = {
        "old.asdf": content_with("meta: {}"),
        "word.asdf": b"word",
        "new.asdf": content_with("meta: {}").replace(b"-1.0.0>", b"-99.0.0>"),
        "other.asdf": content_with("meta: {}").replace(b"wfi_image", b"wfi_hologram"),
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    return [str(tmp_path / name) for name in [*contents, "missing.asdf"]]


def test_it_prints_a_line_a_file(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identify", *files]) == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        f"{files[0]}: ImageModel, wfi_image-1.0.0",
        f"{files[2]}: ImageModel, wfi_image-99.0.0 (not known to the installed rad)",
        f"{files[3]}: unknown model, wfi_hologram-1.0.0 (not known to the installed rad)",
    ]
    first, second = printed.err.splitlines()
    assert first == f"{files[1]}: not an ASDF file: it begins with b'word', not with b'#ASDF '"
    assert files[4] in second


def test_it_names_what_wrote_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = rcm.ImageModel.create_fake_data().save(tmp_path / "image.asdf")
    assert main(["identify", str(path)]) == 0
    assert f"; roman-cal-models {rcm.__version__}, rad " in capsys.readouterr().out


def test_it_prints_a_json_object_a_line(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["identify", "--json", *files]) == 1
    printed = capsys.readouterr()
    records = [json.loads(line) for line in printed.out.splitlines()]
    assert printed.err == ""
    assert records[0] == asdict(rcm.identify(files[0]))
    assert records[1]["error"].endswith("not with b'#ASDF '")
    assert [record["file"] for record in records] == files


def test_fine_files_end_with_0(files: list[str]) -> None:
    assert main(["identify", files[0], files[2]]) == 0


def test_a_cut_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "image.asdf")
    assert main(["identify", str(path)]) == 0
    path.write_bytes(path.read_bytes()[:-2000])
    capsys.readouterr()
    assert main(["identify", str(path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"{path}: ")
    assert "cannot be read, its block" in printed.err
