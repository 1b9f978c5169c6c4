"""What notebooks show, in a real browser: it opens, closes and searches, and the console has nothing to complain of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.view.statuses import LOOKS
from roman_cal_models.view.steps import StepMatrix
from tools.pictures.browser import CHROMIUM, DRIVER, browser, complaints, prefer, show

pytestmark = [
    pytest.mark.once,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"),
]

Show = Callable[..., None]


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with browser() as driver:
        yield driver


@pytest.fixture
def shown(driver: Any, tmp_path: Path) -> Iterator[Show]:
    """Give a function that shows pieces of HTML on a page, which then had nothing to complain of."""
    prefer(driver, "light")
    yield lambda *pieces, body="": show(driver, tmp_path, *pieces, body=body)
    assert complaints(driver) == []


@pytest.fixture(scope="module")
def header(tmp_path_factory: pytest.TempPathFactory) -> rcm.Header:
    model = rcm.ImageModel.create_fake_data()
    model.meta.cal_step = rcm.L2CalStep.create_minimal({"flat_field": "COMPLETE"})
    model.meta.exposure.ma_table_name = "<script>window.hacked = true</script>"
    return rcm.read_header(model.save(tmp_path_factory.mktemp("image") / "image.asdf"))


def _item(driver: Any, path: str, output: int = 0) -> Any:
    root = driver.find_elements("css selector", ".rcm")[output]
    return root.find_element("css selector", f'li[data-path="{path}"]')


def _seen(driver: Any, output: int = 0) -> set[str]:
    """Return the paths of all that can be seen of an output."""
    script = """return [...document.querySelectorAll(".rcm")[arguments[0]].querySelectorAll("li[data-path]")]
        .filter((item) => item.querySelector(".rcm-row").checkVisibility()).map((item) => item.dataset.path)"""
    return set(driver.execute_script(script, output))


def _search(driver: Any, text: str, output: int = 0) -> Any:
    box = driver.find_elements("css selector", ".rcm input")[output]
    box.clear()
    box.send_keys(text)
    return box


def test_the_tree_opens_and_closes(driver: Any, shown: Show, header: rcm.Header) -> None:
    shown(header._repr_html_())
    assert _seen(driver) == set(header.keys())
    summary = _item(driver, "meta").find_element("css selector", "summary")
    summary.click()
    assert {"meta.exposure", "meta.filename"} <= _seen(driver)
    assert "meta.exposure.type" not in _seen(driver)
    summary.click()
    assert _seen(driver) == set(header.keys())


def test_the_keyboard_does_what_the_mouse_does(driver: Any, shown: Show, header: rcm.Header) -> None:
    shown(header._repr_html_())
    body = driver.find_element("css selector", "body")
    body.send_keys("\ue004\ue004")  # tab, tab: the search box, the first branch
    assert driver.switch_to.active_element.tag_name == "summary"
    driver.switch_to.active_element.send_keys("\ue007")  # enter
    assert "meta.exposure" in _seen(driver)


def test_titles_are_tooltips(driver: Any, shown: Show, header: rcm.Header) -> None:
    shown(header._repr_html_())
    for path in ("meta.cal_step", "meta.cal_step.flat_field", "data"):
        row = _item(driver, path).find_element("css selector", ".rcm-row")
        assert row.get_attribute("title") == header.node.describe(path).title


def test_the_search_box_filters(driver: Any, shown: Show, header: rcm.Header) -> None:
    shown(header._repr_html_())
    box = _search(driver, "FLAT complete")  # a name and a value, whatever the case
    assert _seen(driver) == {"meta", "meta.cal_step", "meta.cal_step.flat_field"}
    total = len(driver.find_elements("css selector", "li[data-path]"))
    assert driver.find_element("css selector", ".rcm-count").text == f"1 of {total}"
    _search(driver, "saturation identification")  # a title
    assert "meta.cal_step.saturation" in _seen(driver)
    _search(driver, "no such thing")
    assert _seen(driver) == set()
    box.send_keys("\ue00c")  # escape
    assert _seen(driver) == set(header.keys())
    assert driver.find_element("css selector", ".rcm-count").text == ""


def test_a_search_leaves_open_what_was_open(driver: Any, shown: Show, header: rcm.Header) -> None:
    shown(header._repr_html_())
    _item(driver, "meta").find_element("css selector", "summary").click()
    before = _seen(driver)
    _search(driver, "flat_field").send_keys("\ue00c")
    assert _seen(driver) == before


def test_outputs_do_not_disturb_each_other(driver: Any, shown: Show, header: rcm.Header) -> None:
    twice = header._repr_html_()
    shown(twice, header.meta.cal_step._repr_html_(), twice)
    _search(driver, "flat_field", output=1)
    assert _seen(driver, 1) == {"flat_field"}
    assert _seen(driver, 0) == _seen(driver, 2) == set(header.keys())
    _search(driver, "reference_frame", output=2)
    assert "meta.coordinates.reference_frame" in _seen(driver, 2)
    assert _seen(driver, 0) == set(header.keys())


# JupyterLab writes an output into an element that stands nowhere, makes its scripts anew, and then puts it on the page
AS_JUPYTERLAB = """
const host = document.createElement("div");
host.innerHTML = arguments[0];
for (const old of host.querySelectorAll("script")) {
  const script = document.createElement("script");
  script.textContent = old.textContent;
  old.replaceWith(script);
}
document.body.append(host);
"""


def test_it_works_as_jupyterlab_puts_it_on_the_page(driver: Any, shown: Show, header: rcm.Header) -> None:
    shown()
    driver.execute_script(AS_JUPYTERLAB, header._repr_html_())
    _search(driver, "flat_field complete")
    assert _seen(driver) == {"meta", "meta.cal_step", "meta.cal_step.flat_field"}


def test_without_scripts_the_tree_opens_and_there_is_no_search_box(
    driver: Any, shown: Show, header: rcm.Header
) -> None:
    shown()
    driver.execute_script("document.body.innerHTML = arguments[0]", header._repr_html_())
    assert not driver.find_element("css selector", ".rcm input").is_displayed()
    _item(driver, "meta").find_element("css selector", "summary").click()
    assert "meta.exposure" in _seen(driver)


# what notebooks say of everything in their outputs
OF_NOTEBOOKS = """<style>
.output ul:not(.inline) { padding-left: 2em; list-style: disc; margin-bottom: 1em; }
.output ul ul ul { list-style: circle; }
.output table { border-collapse: collapse; margin: 0 auto 1em; table-layout: fixed; }
.output td, .output th, .output tr { border: 1px solid red; line-height: normal; padding: .5em; }
:not(.markdown).output td, :not(.markdown).output th { text-align: right; white-space: normal; }
.output tbody tr:nth-child(odd) { background: red; }
.output th { font-weight: bold; }
.output details > summary, .output input { margin: 1em; padding: 1em; }
</style>"""
PLACES = """return [...document.querySelectorAll(".rcm *")].map((each) => {
  const {left, width, height} = each.getBoundingClientRect(), style = getComputedStyle(each);
  return [each.className, left, width, height, style.listStyleType, style.backgroundColor, style.fontWeight];
})"""


def test_styles_of_notebooks_change_nothing(driver: Any, shown: Show, header: rcm.Header) -> None:
    outputs = (header._repr_html_().replace("<details>", "<details open>"), rcm.steps(header.file or "")._repr_html_())
    shown(*outputs)
    before = driver.execute_script(PLACES)
    shown(*outputs, OF_NOTEBOOKS)
    after = driver.execute_script(PLACES)
    assert len(after) > 500
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == []


def test_html_in_a_value_is_text(driver: Any, shown: Show, header: rcm.Header) -> None:
    shown(header._repr_html_())
    _search(driver, "hacked")
    assert header.meta.exposure.ma_table_name in _item(driver, "meta.exposure.ma_table_name").text
    assert driver.execute_script("return window.hacked") is None


def _lightness(driver: Any, selector: str, property_: str) -> float:
    script = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
    parts = driver.execute_script(script, selector, property_).partition("(")[2].rstrip(")").split(",")
    return sum(map(float, parts[:3])) / 3 / 255


THEMES = {
    "a reader who prefers light": ("light", "", False),
    "a reader who prefers dark": ("dark", "", True),
    "a dark JupyterLab on a light desktop": ("light", 'data-jp-theme-light="false"', True),
    "a light JupyterLab on a dark desktop": ("dark", 'data-jp-theme-light="true"', False),
    "a dark VS Code": ("light", 'class="vscode-dark"', True),
    "dark documentation": ("light", 'data-theme="dark"', True),
}


@pytest.mark.parametrize(("scheme", "body", "is_dark"), THEMES.values(), ids=THEMES)
def test_light_and_dark(scheme: str, body: str, is_dark: bool, driver: Any, shown: Show, header: rcm.Header) -> None:
    prefer(driver, scheme)
    shown(header._repr_html_(), body=body)
    ground = _lightness(driver, ".rcm", "backgroundColor")
    for selector in (".rcm", ".rcm-value", ".rcm-unit", ".rcm-title"):
        text = _lightness(driver, selector, "color")
        assert (text - ground > 0.35) if is_dark else (ground - text > 0.35), selector


def test_the_matrix_of_steps(driver: Any, shown: Show, header: rcm.Header) -> None:
    matrix = rcm.steps([header.file or "", "missing.asdf"])
    shown(matrix._repr_html_(), header._repr_html_())
    cells = driver.find_elements("css selector", ".rcm-steps tbody td")
    assert [cell.text for cell in cells].count("✓") == 1
    assert "flat_field: COMPLETE" in {cell.get_attribute("title") for cell in cells}
    failed = driver.find_element("css selector", ".rcm-failed")
    assert "missing.asdf" not in failed.text
    failed.find_element("css selector", "summary").click()
    assert "missing.asdf" in failed.text


@pytest.mark.parametrize(("scheme", "body", "is_dark"), THEMES.values(), ids=THEMES)
def test_signs_are_seen_in_light_and_dark(scheme: str, body: str, is_dark: bool, driver: Any, shown: Show) -> None:
    matrix = StepMatrix()
    matrix.add("a.asdf", {status.lower(): status for status in (*LOOKS, "ODD")})
    prefer(driver, scheme)
    shown(matrix._repr_html_(), body=body)
    for number in range(1, len(LOOKS) + 2):
        cell = f".rcm-steps tbody td:nth-of-type({number})"
        assert abs(_lightness(driver, cell, "color") - _lightness(driver, cell, "backgroundColor")) > 0.3
    assert (_lightness(driver, ".rcm", "backgroundColor") < 0.5) == is_dark


def test_without_trust_there_is_the_text_alone(driver: Any, shown: Show, header: rcm.Header) -> None:
    matrix = rcm.steps(header.file or "")
    seen = "return [...document.querySelectorAll(arguments[0])].map((each) => each.checkVisibility())"
    for output in (header._repr_html_(), matrix._repr_html_()):
        shown(output)
        assert driver.execute_script(seen, "pre.rcm-text") == [False]
        assert driver.execute_script(seen, "div.rcm") == [True]
        # as notebooks take out what they do not trust
        shown(re.sub(r"<(style|script)>.*?</\1>", "", output, flags=re.DOTALL))
        assert driver.execute_script(seen, "pre.rcm-text") == [True]
        assert driver.execute_script(seen, "div.rcm") == [False]
        assert "outlier_detection" in output
