"""The picture of the README can be drawn again, and shows every status."""

from __future__ import annotations

from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.view.statuses import LOOKS
from tools.pictures import __main__ as pictures


@pytest.mark.once
def test_the_picture_shows_every_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = pictures.write_files(tmp_path)
    assert rcm.steps(files).counts().keys() == LOOKS.keys()
    monkeypatch.setattr(pictures, "README_PICTURE", tmp_path / "images" / "steps.png")
    pictures.draw_readme_picture(files)
    assert (tmp_path / "images" / "steps.png").read_bytes().startswith(b"\x89PNG")
    assert "docs/images/steps.png" in capsys.readouterr().out


def test_the_picture_of_the_readme_is_there_and_small(repository: Path) -> None:
    name = pictures.README_PICTURE.relative_to(repository).as_posix()
    assert f"]({name})" in (repository / "README.md").read_text()
    assert pictures.README_PICTURE.stat().st_size < 100_000
