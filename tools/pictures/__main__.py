"""Take the pictures: ``python -m tools.pictures FOLDER``, ``--readme``, ``--gallery``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import roman_cal_models as rcm
from roman_cal_models.view.steps_figure import write_figure

from . import gallery
from .browser import browser, complaints, prefer, show

README_PICTURE = Path(__file__).parents[2] / "docs" / "images" / "steps.png"

DETECTORS = 18
# what happened to the exposure of the picture: step -> detectors -> status; the rest is complete
ODD = {
    "outlier_detection": {range(1, 19): "INCOMPLETE"},
    "skymatch": {range(1, 19): "INCOMPLETE"},
    "flux": {range(1, 19): "INCOMPLETE"},
    "wfi18_transient": {range(1, 18): "N/A"},
    "dark_decay": {range(1, 10): "SKIPPED"},
    "refpix": {range(13, 14): "SKIPPED"},
    "tweakreg": {range(7, 8): "FAILED", range(12, 13): "FAILED"},
    "source_catalog": {range(12, 13): "FAILED"},
}
# processing of the last two is on its way
DONE_OF_LAST = ("dq_init", "saturation", "refpix", "dark_decay", "linearity")


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tools.pictures", description=__doc__)
    parser.add_argument("folder", metavar="FOLDER", type=Path, nargs="?", help="where screenshots go")
    parser.add_argument("--readme", action="store_true", help=f"draw {README_PICTURE.name}")
    parser.add_argument("--gallery", action="store_true", help="draw those of docs/gallery.rst")
    options = parser.parse_args()
    if options.folder is None and not options.readme and not options.gallery:
        parser.error("say FOLDER, --readme, --gallery or more than one")
    with TemporaryDirectory() as folder:
        files = write_files(Path(folder))
        if options.readme:
            draw_readme_picture(files)
        if options.gallery:
            draw_gallery(gallery.FOLDER)
        if options.folder is not None:
            options.folder.mkdir(parents=True, exist_ok=True)
            take_screenshots(files, options.folder)


def draw_readme_picture(files: list[Path]) -> None:
    """Draw the matrix, in as few colours as it needs: a third of the bytes."""
    from PIL import Image

    README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
    write_figure(rcm.steps(files), README_PICTURE)
    with Image.open(README_PICTURE) as image:
        image.convert("RGB").quantize(64).save(README_PICTURE, optimize=True)
    print(f"docs/images/{README_PICTURE.name}: {README_PICTURE.stat().st_size} bytes")


def draw_gallery(target: Path) -> None:
    """Draw the pictures of the gallery, of files of its own."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "night").mkdir()
        write_files(folder / "night")
        gallery.write_sky(folder)
        gallery.draw(folder, list(gallery.pictures(gallery.PAGE.read_text())), target)


def write_files(folder: Path) -> list[Path]:
    """Write one exposure's images, one a detector, some of them on their way through the pipeline."""
    files = []
    model = rcm.ImageModel.create_fake_data(shape=(4, 4))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    for detector in range(1, DETECTORS + 1):
        name = f"r0000101001001001001_0001_wfi{detector:02}_f158_cal.asdf"
        model.meta.instrument.detector = f"WFI{detector:02}"
        for step in model.meta.cal_step:
            model.meta.cal_step[step] = _status(step, detector)
        files.append(model.save(folder / name))
    return files


def _status(step: str, detector: int) -> str:
    if detector > DETECTORS - 2 and step not in DONE_OF_LAST and "N/A" not in ODD.get(step, {}).values():
        return "INCOMPLETE"
    odd = ODD.get(step, {})
    return next((status for detectors, status in odd.items() if detector in detectors), "COMPLETE")


def take_screenshots(files: list[Path], folder: Path) -> None:
    """Have a browser show a header and the matrix, in light and dark."""
    header = rcm.read_header(files[0])
    matrix = rcm.steps([*files, folder / "missing.asdf"])
    with browser() as driver:
        for scheme in ("light", "dark"):
            prefer(driver, scheme)
            show(driver, folder, header._repr_html_())
            driver.find_element("css selector", "summary").click()
            driver.find_element("css selector", 'li[data-path="meta.exposure"] summary').click()
            driver.save_screenshot(os.fspath(folder / f"tree-{scheme}.png"))
            driver.find_element("css selector", "input").send_keys("exposure time")
            driver.save_screenshot(os.fspath(folder / f"search-{scheme}.png"))
            show(driver, folder, matrix._repr_html_())
            driver.save_screenshot(os.fspath(folder / f"steps-{scheme}.png"))
        print(*complaints(driver) or ["the console has nothing to say"], sep="\n")


if __name__ == "__main__":
    main()
