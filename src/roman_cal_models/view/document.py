"""Pages of HTML that are files of their own: one file, nothing from elsewhere, written whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..models.atomic import atomically
from ..outline.page import html_text

__all__ = ["document", "write"]

# even if something of a file came through as more than text, it could load nothing, and send nothing anywhere
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


def document(title: str, *body: str, style: str = "") -> Iterable[str]:
    """Yield a page in pieces.

    Parameters
    ----------
    title : str
        What the browser calls it.
    *body : str
        HTML.
    style : str
        CSS of the page.
    """
    yield (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{html_text(title)}</title><link rel="icon" href="data:,">'
        f"<style>:root {{ color-scheme: light dark }}\n{style}</style></head><body>\n"
    )
    yield from body
    yield "\n</body></html>\n"


def write(path: Path, pieces: Iterable[str]) -> None:
    """Write a page in the place of what is there.

    Parameters
    ----------
    path : Path
        The file.
    pieces : iterable of str
        The page.

    Raises
    ------
    TargetError
        What is there is not a file.
    OSError
        It cannot be written.
    """
    with atomically(path) as stream:
        for piece in pieces:
            stream.write(piece.encode())
