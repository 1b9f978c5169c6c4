"""The pictures of ``docs/gallery.rst``, each made of the lines that stand below it."""

from __future__ import annotations

import base64
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import roman_cal_models as rcm

from .browser import browser, show
from .terminal import as_html, printed

__all__ = ["FOLDER", "PAGE", "Picture", "draw", "pictures", "write_sky"]

REPOSITORY = Path(__file__).parents[2]
DOCS = REPOSITORY / "docs"
PAGE = DOCS / "gallery.rst"
FOLDER = DOCS / "images" / "gallery"

_COLOURS = 40
_WIDTH = 880
_PICTURE = re.compile(
    r"^\.\. image:: images/gallery/(\w+)\.png\n[\s\S]*?^\.\. code-block:: (\w+)\n\n((?:    .*\n|\n)+)", re.MULTILINE
)
# as notebooks have it
_TABLES = """<style>
    body { font: 13px "DejaVu Sans", sans-serif }
    table[id^="table"] { border-collapse: collapse }
    table[id^="table"] :is(td, th) { padding: 4px 12px; text-align: right }
    table[id^="table"] tr:nth-child(even) { background: #f3f4f6 }
</style>"""
# what the sky of the pictures holds: an image, and exposures of the same
_SIDE, _STARS, _EXPOSURES, _COSMIC_RAYS = 320, 140, 4, 60


@dataclass(frozen=True)
class Picture:
    """A picture of the page.

    Parameters
    ----------
    name : str
        Of the file, without its ending.
    language : str
        ``python`` for a cell of a notebook, whose output is the picture, or ``bash`` for a command.
    code : str
        The lines below it.
    """

    name: str
    language: str
    code: str


def pictures(text: str) -> Iterator[Picture]:
    """Yield the pictures of a page in its order."""
    for name, language, code in _PICTURE.findall(text):
        yield Picture(name, language, "\n".join(line.removeprefix("    ") for line in code.strip("\n").splitlines()))


def write_sky(folder: Path) -> None:
    """Write ``image.asdf`` and the folder ``exposures``: stars, the same in all, with noise and cosmic rays."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[:_SIDE, :_SIDE]
    sky = np.zeros((_SIDE, _SIDE))
    for at_y, at_x, light in zip(*random.uniform(6, _SIDE - 6, (2, _STARS)), random.pareto(1.2, _STARS), strict=True):
        sky += min(12 * (1 + light), 600) * np.exp(-((y - at_y) ** 2 + (x - at_x) ** 2) / 4)
    model = rcm.ImageModel.create_fake_data(shape=sky.shape)
    model.meta.cal_step = rcm.L2CalStep.create_minimal({"dq_init": "COMPLETE", "flat_field": "COMPLETE"})
    exposure = model.meta.exposure
    exposure.nresultants, exposure.frame_time, exposure.exposure_time = 6, 3.04, 103.36
    exposure.effective_exposure_time = 98.8
    exposure.read_pattern = [[1], [2, 3], [5, 6, 7], [10, 11, 12, 13], [15, 16, 17, 18, 19, 20], [21, 22, 23, 24, 25]]
    exposure.ma_table_name, exposure.ma_table_number = "IM_107_6", 4
    exposures = folder / "exposures"
    exposures.mkdir()
    for number in range(_EXPOSURES):
        data = sky + random.normal(2, 0.2, sky.shape)
        dq = np.where(sky > 250, rcm.dqflags.pixel.SATURATED, 0)
        for at_y, at_x in random.integers(0, _SIDE - 12, (_COSMIC_RAYS, 2)):
            # a track of some pixels
            track = (at_y + np.arange(6) * number // 2, at_x + np.arange(6))
            data[track] += 40
            dq[track] |= rcm.dqflags.pixel.JUMP_DET
        model.data, model.dq = data.astype("f4"), dq.astype("u4")
        model.save(exposures / f"{number}_cal.asdf")
    model.save(folder / "image.asdf")


def draw(folder: Path, wanted: list[Picture], target: Path) -> None:
    """Run what stands below the pictures, and write them.

    Parameters
    ----------
    folder : Path
        Of the files that the lines name, to run in.
    wanted : list of Picture
        In the order of the page: a cell knows the names of those before it.
    target : Path
        Where the pictures go.
    """
    cells = iter(_outputs(folder, [each.code for each in wanted if each.language == "python"]))
    target.mkdir(parents=True, exist_ok=True)
    with browser() as driver:
        for each in wanted:
            path = target / f"{each.name}.png"
            if each.language == "python":
                image = _cell(driver, folder, next(cells))
            else:
                image = _command(driver, folder, each.code)
            _write(image, path)
            print(f"{path.name}: {path.stat().st_size} bytes")


def _outputs(folder: Path, cells: list[str]) -> list[list[Any]]:
    """Return the outputs of cells of a notebook that is run in a folder."""
    import nbformat
    from nbclient import NotebookClient

    new: Any = nbformat.v4
    notebook = new.new_notebook(cells=[new.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, allow_errors=True, resources={"metadata": {"path": os.fspath(folder)}}).execute()
    return [cell.outputs for cell in notebook.cells]


def _cell(driver: Any, folder: Path, outputs: list[Any]) -> bytes:
    """Return the picture of what a cell shows: its figure, its HTML, or its error."""
    last = outputs[-1]
    if last.output_type == "error" and last.ename != "ValidationError":  # which one of them is about
        raise RuntimeError("\n".join(last.traceback))
    if last.output_type == "error":
        # the place of this checkout is nobody's business
        said = "\n".join(last.traceback).replace(f"{REPOSITORY / 'src'}{os.sep}", "")
        return _shot(driver, folder, as_html(said))
    if "image/png" in last.data:
        return base64.b64decode(last.data["image/png"])
    return _shot(driver, folder, _TABLES + last.data["text/html"])


def _command(driver: Any, folder: Path, line: str) -> bytes:
    """Return the picture of the page that a command writes, or of what it prints."""
    text = printed(line, folder)
    page = re.search(r"--html (\S+)", line)
    if page is None:
        return _shot(driver, folder, as_html(f"\x1b[1m$ {line}\x1b[0m\n{text}"))
    driver.set_window_size(_WIDTH, 620)
    driver.get((folder / page[1]).as_uri())
    return bytes(driver.get_screenshot_as_png())


def _shot(driver: Any, folder: Path, piece: str) -> bytes:
    """Return the picture of a piece of HTML."""
    driver.set_window_size(_WIDTH, 620)
    show(driver, folder, piece)
    return bytes(driver.find_element("css selector", ".output").screenshot_as_png)


def _write(image: bytes, path: Path) -> None:
    """Write a picture in as few colours as it needs."""
    from PIL import Image

    with Image.open(io.BytesIO(image)) as picture:
        picture.convert("RGB").quantize(_COLOURS).save(path, optimize=True)
