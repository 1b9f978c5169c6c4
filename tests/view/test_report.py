"""Pages that are files of their own: what they hold, that nothing in them is more than text, and in a real browser."""

from __future__ import annotations

import json
import re
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import main
from roman_cal_models.view.details import Details
from roman_cal_models.view.report import Report, report
from tools.pictures.browser import CHROMIUM, DRIVER, browser, complaints, prefer

in_browser = [
    pytest.mark.once,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"),
]
marked = [pytest.param("", marks=in_browser)]

HACK = "</script><img src=x onerror=hacked=1>"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Three images, of which one has a bad value, one is old and one hostile; and one that is not there."""
    folder = tmp_path_factory.mktemp("night")
    done = rcm.ImageModel.create_fake_data(shape=(4, 4))
    done.meta.cal_step = rcm.L2CalStep.create_minimal({"flat_field": "COMPLETE", "dark": "SKIPPED"})
    done.save(folder / "wfi2_cal.asdf")
    old = rcm.ImageModel.create_fake_data(version="1.0.0", shape=(4, 4))
    old.meta.cal_step = rcm.L2CalStep.create_minimal({"flat_field": "INCOMPLETE"}, version="1.0.0")
    old.save(folder / "wfi10_cal.asdf")
    done.meta.exposure.ma_table_name = HACK
    done.meta.cal_step.flat_field = "FAILED"
    hostile = done.save(folder / "hostile <b> & \x1b[31m_cal.asdf")
    hostile.write_bytes(hostile.read_bytes().replace(b"detector: WFI01", b"detector: <i>99"))
    names = ("wfi2_cal.asdf", "wfi10_cal.asdf", hostile.name, "missing_cal.asdf")
    return [str(folder / name) for name in names]


def _data(page: str) -> Any:
    return json.loads(page.partition('id="report">')[2].partition("</script>")[0])


def _tree(page: str, file: list[Any]) -> str:
    block = page.partition(f'id="block-{file[3]}">')[2].partition("</script>")[0]
    held = json.loads(zlib.decompress(b64decode(block)))
    return "".join(held["pieces"][number] for number in held["files"][file[4]])


@pytest.fixture(scope="module")
def page(night: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "night.html"
    report(night).write(path)
    return path


def test_every_file_is_there_with_its_problems_and_its_tree(page: Path, night: list[str]) -> None:
    text = page.read_text()
    data = _data(text)
    assert [file[1] for file in data["files"]] == [
        "wfi2_cal.asdf",
        "wfi10_cal.asdf",
        "hostile <b> & \\x1b[31m_cal.asdf",
        "missing_cal.asdf",
    ]
    assert [file[5] for file in data["files"]] == [0, 0, 1, -1]
    problems = [[data["problems"][number] for number in file[6]] for file in data["files"]]
    assert problems[:2] == [[], []]
    assert problems[2][0].startswith("meta.instrument.detector: '<i>99' is not one of")
    assert problems[3] == [f"{night[3]}: No such file or directory"]
    for file in data["files"][:3]:
        assert 'data-path="meta.exposure.start_time"' in _tree(text, file)
    assert "dark_decay" not in _tree(text, data["files"][1])
    assert unescape(_tree(text, data["files"][2])).count(HACK) >= 1


def test_nothing_of_a_file_is_more_than_text(page: Path) -> None:
    text = page.read_text()
    assert "\x1b" not in text
    assert "<i>99" not in text
    assert HACK not in text
    for file in _data(text)["files"][:3]:
        assert HACK not in _tree(text, file)
    assert len(re.findall("<script", text)) == len(re.findall("</script>", text)) == 4  # data, block, two scripts


def test_it_needs_nothing_from_elsewhere(page: Path) -> None:
    text = page.read_text()
    assert "default-src 'none'" in text
    assert not re.search(r"""(src|href)=["'](?!data:,)""", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL))
    assert "http:" not in text
    assert "https:" not in text


def test_files_of_the_same_steps_share_their_cells(tmp_path: Path) -> None:
    made = Report()
    for number in range(200):
        read = (number, f"{number}.asdf", {"dark": "COMPLETE" if number % 2 else "FAILED"}, {}, None)
        made.add(read, Details(("same problem",), 1, ("<li>all</li>", f"<li>{number}</li>")))
    made.write(tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text()
    data = _data(text)
    assert (len(data["rows"]), len(data["problems"]), len(made.blocks)) == (2, 1, 4)
    assert [_tree(text, file) for file in data["files"]] == [f"<li>all</li><li>{number}</li>" for number in range(200)]


def test_of_very_many_problems_some_are_shown(tmp_path: Path) -> None:
    made = Report()
    made.add((0, "a.asdf", {}, {}, None), Details(tuple(map(str, range(150))), 150, ()))
    made.write(tmp_path / "page.html")
    data = _data((tmp_path / "page.html").read_text())
    assert (data["files"][0][5], len(data["problems"]), data["problems"][-1]) == (150, 101, "... and 50 more")


def test_processes_give_the_same(night: list[str], page: Path, tmp_path: Path) -> None:
    report(night, processes=2).write(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == page.read_text()


def test_what_was_there_stays_until_all_is_written(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "night.html"
    target.write_text("mine")

    def full(report: Report) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Report, "_data", full)
    with pytest.raises(OSError, match="No space left"):
        Report().write(target)
    assert target.read_text() == "mine"
    assert [*tmp_path.iterdir()] == [target]


# -- the commands


def test_steps_write_a_page(night: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "night.html"
    assert main(["steps", *night, "--html", str(target)]) == 1
    told = capsys.readouterr()
    assert told.out == f"written: {target}\n"
    assert told.err == f"{night[3]}: No such file or directory\n"
    assert len(_data(target.read_text())["files"]) == 4
    assert main(["steps", night[0], "--html", str(target)]) == 0
    assert len(_data(target.read_text())["files"]) == 1


def test_info_writes_a_page(night: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "page.html"
    assert main(["info", night[2], "--html", str(target)]) == 0
    assert capsys.readouterr().out == f"written: {target}\n"
    text = target.read_text()
    assert "1 problem</span>" in text
    assert "meta.instrument.detector: &#x27;&lt;i&gt;99&#x27; is not one of" in text
    assert HACK not in text
    assert "\x1b" not in text
    assert main(["info", night[0], "meta.cal_step", "--html", str(target)]) == 0
    text = target.read_text()
    assert "no problems</span>" in text
    assert 'data-path="meta.cal_step.dark"' in text
    assert 'data-path="data"' not in text


@pytest.mark.parametrize("command", ["steps", "info"])
def test_a_page_is_not_written_over_an_image(command: str, night: list[str], tmp_path: Path) -> None:
    target = tmp_path / "image.asdf"
    for arguments in (["--html", str(target)], ["--json", "--html", str(tmp_path / "page.html")]):
        with pytest.raises(SystemExit) as ended:
            main([command, night[0], *arguments])
        assert ended.value.code == 2
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("command", ["steps", "info"])
def test_a_page_that_cannot_be_written_is_told(
    command: str, night: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "missing" / "page.html"
    assert main([command, night[0], "--html", str(target)]) == 1
    assert capsys.readouterr().err == f"{target}: No such file or directory\n"


# -- in a browser


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with browser() as driver:
        yield driver


@pytest.fixture
def show(driver: Any) -> Iterator[Callable[[Path], Any]]:
    """Give a function that shows a page, which then had nothing to complain of."""

    def shown(path: Path) -> Any:
        prefer(driver, "light")
        driver.get(path.as_uri())
        return driver

    yield shown
    assert driver.execute_script("return window.hacked") is None
    assert complaints(driver) == []


def _names(driver: Any) -> list[str]:
    return [line.text for line in driver.find_elements("css selector", "tbody tr[data-file] th")]


def _sort(driver: Any, column: str) -> None:
    heads = driver.find_elements("css selector", "thead button")
    next(head for head in heads if head.get_attribute("textContent") == column).click()


def _search(driver: Any, text: str) -> None:
    box = driver.find_element("css selector", ".rcm-report > .rcm-head input")
    box.clear()
    box.send_keys(text)


def _open(driver: Any, name: str) -> Any:
    from selenium.webdriver.support.ui import WebDriverWait

    buttons = driver.find_elements("css selector", "tbody tr[data-file] button")
    next(button for button in buttons if button.text == name).click()
    dialog = driver.find_element("css selector", "dialog")
    if not name.startswith("missing"):
        WebDriverWait(driver, 30).until(lambda _: dialog.find_elements("css selector", "li[data-path]"))
    return dialog


HOSTILE = "hostile <b> & \\x1b[31m_cal.asdf"


@pytest.mark.parametrize("_", marked)
def test_files_are_sorted(_: str, page: Path, show: Callable[[Path], Any]) -> None:
    driver = show(page)
    assert _names(driver) == ["wfi2_cal.asdf", "wfi10_cal.asdf", HOSTILE, "missing_cal.asdf"]
    _sort(driver, "file")
    assert _names(driver) == [HOSTILE, "missing_cal.asdf", "wfi2_cal.asdf", "wfi10_cal.asdf"]
    _sort(driver, "file")
    assert _names(driver) == ["wfi10_cal.asdf", "wfi2_cal.asdf", "missing_cal.asdf", HOSTILE]
    _sort(driver, "problems")
    assert _names(driver)[:2] == ["missing_cal.asdf", HOSTILE]
    _sort(driver, "flat_field")
    assert _names(driver) == ["wfi2_cal.asdf", "wfi10_cal.asdf", HOSTILE, "missing_cal.asdf"]
    head = driver.find_element("css selector", "th[aria-sort]")
    assert (head.get_attribute("aria-sort"), head.get_attribute("textContent")) == ("ascending", "flat_field")


@pytest.mark.parametrize("_", marked)
def test_files_are_searched(_: str, page: Path, show: Callable[[Path], Any]) -> None:
    driver = show(page)
    for words, found in {
        "WFI2": ["wfi2_cal.asdf"],
        "flat_field:failed": [HOSTILE],
        "not one of": [HOSTILE],
        "unreadable": ["missing_cal.asdf"],
        "dark:skipped flat_field:complete": ["wfi2_cal.asdf"],
        "nothing like it": [],
    }.items():
        _search(driver, words)
        assert _names(driver) == found, words
        assert driver.find_element("css selector", ".rcm-report > .rcm-head .rcm-count").text == f"{len(found)} of 4"
    _search(driver, "wfi2\ue00c")  # escape
    assert len(_names(driver)) == 4


@pytest.mark.parametrize("_", marked)
def test_problems_and_tree_are_a_click_away(_: str, page: Path, show: Callable[[Path], Any]) -> None:
    driver = show(page)
    dialog = _open(driver, HOSTILE)
    assert "'<i>99' is not one of" in dialog.find_element("css selector", ".rcm-problems").text
    box = dialog.find_element("css selector", "input")
    box.send_keys("ma_table_name")
    row = dialog.find_element("css selector", 'li[data-path="meta.exposure.ma_table_name"]')
    assert row.is_displayed()
    assert HACK in row.text
    dialog.find_element("css selector", ".rcm-head button").click()
    assert not dialog.is_displayed()
    dialog = _open(driver, "wfi10_cal.asdf")
    assert dialog.find_elements("css selector", ".rcm-problems li") == []
    dialog.find_element("css selector", "input").send_keys("flat_field")
    assert "INCOMPLETE" in dialog.find_element("css selector", 'li[data-path="meta.cal_step.flat_field"]').text
    driver.find_element("css selector", "body").send_keys("\ue00c")
    dialog = _open(driver, "missing_cal.asdf")
    assert "No such file" in dialog.text
    assert dialog.find_elements("css selector", "li[data-path]") == []


@pytest.mark.parametrize("_", marked)
def test_of_thousands_of_files_those_in_sight_are_there(_: str, tmp_path: Path, show: Callable[[Path], Any]) -> None:
    made = Report()
    statuses = ("COMPLETE", "SKIPPED", "FAILED")
    for number in range(5000):
        read = (number, f"{number:04}.asdf", {"dark": statuses[number % 3]}, {}, None)
        made.add(read, Details((), 0, ('<div class="rcm-head"></div>', f'<ul><li data-path="x">{number}</li></ul>')))
    made.write(tmp_path / "page.html")
    driver = show(tmp_path / "page.html")
    assert 20 < len(_names(driver)) < 200
    assert _names(driver)[0] == "0000.asdf"
    driver.execute_script("const s = document.querySelector('.rcm-scroll'); s.scrollTop = s.scrollHeight")
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 30).until(lambda _: "4999.asdf" in _names(driver))
    last = driver.find_element("css selector", 'tr[data-file="4999"]')
    foot = driver.find_element("css selector", "tfoot th")
    assert abs(last.rect["y"] + last.rect["height"] - foot.rect["y"]) < 12  # the last of them is at the end
    _sort(driver, "dark")
    _sort(driver, "dark")
    assert _names(driver)[0] == "0002.asdf"


@pytest.mark.parametrize("scheme", [pytest.param(each, marks=in_browser) for each in ("light", "dark")])
def test_pages_are_light_and_dark(scheme: str, page: Path, tmp_path: Path, night: list[str], driver: Any) -> None:
    main(["info", night[0], "--html", str(tmp_path / "info.html")])
    prefer(driver, scheme)
    for path in (page, tmp_path / "info.html"):
        driver.get(path.as_uri())
        for selector in ("body", ".rcm"):
            colour = driver.find_element("css selector", selector).value_of_css_property("background-color")
            channels = [float(part) for part in re.findall(r"[\d.]+", colour)[:3]]
            assert (max(channels) < 80) if scheme == "dark" else (min(channels) > 200), (path, selector)
    assert complaints(driver) == []


@pytest.mark.parametrize("_", marked)
def test_the_page_of_a_file(_: str, night: list[str], tmp_path: Path, show: Callable[[Path], Any]) -> None:
    main(["info", night[2], "--html", str(tmp_path / "info.html")])
    driver = show(tmp_path / "info.html")
    assert "'<i>99' is not one of" in driver.find_element("css selector", ".rcm-problems").text
    driver.find_element("css selector", "input").send_keys("ma_table_name")
    assert HACK in driver.find_element("css selector", 'li[data-path="meta.exposure.ma_table_name"]').text
