"""The pictures of the README and of the gallery can be made again, and show what they should."""

from __future__ import annotations

from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.view.statuses import LOOKS
from tools.pictures import __main__ as pictures
from tools.pictures import gallery, terminal
from tools.pictures.browser import CHROMIUM, DRIVER


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


def test_the_gallery_has_the_pictures_that_it_shows_and_they_are_small() -> None:
    text = gallery.PAGE.read_text()
    found = [each.name for each in gallery.pictures(text)]
    assert 8 <= len(found) <= 14
    assert {path.stem for path in gallery.FOLDER.iterdir()} == {*found}
    for name in found:
        # small above, and large with its lines
        assert text.count(f"images/gallery/{name}.png") == 2
        assert (gallery.FOLDER / f"{name}.png").stat().st_size < 100_000


@pytest.mark.once
@pytest.mark.xdist_group("browser")
@pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_the_lines_of_the_gallery_make_its_pictures(tmp_path: Path) -> None:
    pictures.draw_gallery(tmp_path)
    shown = {path.stem for path in tmp_path.iterdir() if path.read_bytes().startswith(b"\x89PNG")}
    assert shown == {each.name for each in gallery.pictures(gallery.PAGE.read_text())}


def test_a_command_prints_as_at_a_terminal_and_its_colours_are_shown(tmp_path: Path) -> None:
    text = terminal.printed("test -t 1 && printf '\\033[36mblue\\033[0m <plain>'", tmp_path)
    assert text == "\x1b[36mblue\x1b[0m <plain>"
    html = terminal.as_html(text)
    assert '">blue</span> &lt;plain&gt;' in html
    with pytest.raises(RuntimeError, match="status 3"):
        terminal.printed("exit 3", tmp_path)
