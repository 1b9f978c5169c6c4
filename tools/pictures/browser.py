"""A headless Chromium that shows pages of ours, and tells what they complain of."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["CHROMIUM", "DRIVER", "browser", "complaints", "prefer", "show"]

CHROMIUM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1100,800",
)


@contextmanager
def browser() -> Iterator[Any]:
    """Give a selenium driver of a Chromium that knows nothing of earlier ones."""
    from selenium.webdriver import Chrome, ChromeOptions
    from selenium.webdriver.chrome.service import Service

    folder = tempfile.mkdtemp(prefix="chromium-")
    options = ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in (*_FLAGS, f"--user-data-dir={folder}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    try:
        driver = Chrome(options=options, service=Service(DRIVER))
        try:
            yield driver
        finally:
            driver.quit()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def show(driver: Any, folder: Path, *pieces: str, body: str = "") -> None:
    """Show pieces of HTML below each other, as outputs stand in a notebook.

    Parameters
    ----------
    driver : selenium.webdriver.Chrome
        The browser.
    folder : Path
        Where the page is written.
    *pieces : str
        The outputs.
    body : str
        Attributes of the page's body, by which notebooks tell their theme.
    """
    page = folder / "page.html"
    outputs = "\n".join(f'<div class="output" style="margin: 16px">{piece}</div>' for piece in pieces)
    head = '<meta charset="utf-8"><title>outputs</title><link rel="icon" href="data:,">'
    style = "<style>:root { color-scheme: light dark }</style>"
    text = f'<!DOCTYPE html><html lang="en"><head>{head}{style}</head><body {body}>{outputs}</body></html>'
    page.write_text(text, encoding="utf-8")
    driver.get(page.as_uri())


def prefer(driver: Any, scheme: str) -> None:
    """Have the reader prefer ``light`` or ``dark``."""
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def complaints(driver: Any) -> list[str]:
    """Return what the console of the page says since it was last asked."""
    return [entry["message"] for entry in driver.get_log("browser")]
