"""The search of the documentation finds properties by their names, before all else."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools.pictures.browser import CHROMIUM, DRIVER, browser

pytestmark = [
    pytest.mark.once,
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"),
]

# the pages of the families alone: the others take a minute, and run a notebook
CONFIGURATION = """
import sys
sys.path.insert(0, {extensions!r})
extensions = ["properties", "families"]
default_role = "code"
"""

Search = Callable[[str], list[str]]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def pages(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("source")
    target = tmp_path_factory.mktemp("html")
    (source / "conf.py").write_text(CONFIGURATION.format(extensions=str(repository / "docs" / "_extensions")))
    (source / "index.rst").write_text("Pages\n=====\n\nA page that names flat_field, L2CalStep and cal_step.\n")
    # two processes: what each finds is put together
    command = [sys.executable, "-m", "sphinx", "-q", "-j", "2", "-b", "html", str(source), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def search(pages: Path) -> Iterator[Search]:
    """Give a function that has the page of the search look for words, and returns the first lines of its results."""
    from selenium.webdriver.support.ui import WebDriverWait

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(pages)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with browser() as driver:

            def results(words: str) -> list[str]:
                driver.get(f"http://127.0.0.1:{server.server_port}/search.html?q={words}")
                WebDriverWait(driver, 60).until(lambda driver: "Search finished" in driver.page_source)
                return [each.text.splitlines()[0] for each in driver.find_elements("css selector", "ul.search > li")]

            yield results
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("flat_field", "L2CalStep.flat_field (Roman property, in meta/l2_cal_step)"),
        ("meta.cal_step.flat_field", "L2CalStep.flat_field (Roman property, in meta/l2_cal_step)"),
        ("exposure_time", "Exposure.exposure_time (Roman property, in meta/exposure)"),
        ("L2CalStep", "roman_cal_models.L2CalStep (Python class, in meta/l2_cal_step)"),
    ],
)
def test_a_name_is_found_where_it_is_described(search: Search, words: str, first: str) -> None:
    assert search(words)[0] == first


def test_a_section_is_found_in_the_files_that_have_it(search: Search) -> None:
    found = [line.partition(" (Roman property")[0] for line in search("cal_step")[:8]]
    assert {"ImageModel.meta.cal_step", "MosaicModel.meta.cal_step", "RampModel.meta.cal_step"} <= set(found)


def test_families_of_tests_on_the_ground_come_after_the_others(search: Search) -> None:
    found = [line.partition(" ")[0] for line in search("flat_field")]
    assert found.index("L2CalStep.flat_field") < found.index("FpsCalStep.flat_field")


def test_a_result_leads_to_the_line_of_the_property(pages: Path) -> None:
    text = (pages / "reference" / "families" / "meta--l2_cal_step.html").read_text()
    assert text.count('id="L2CalStep.flat_field"') == 1
