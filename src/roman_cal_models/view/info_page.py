"""One file as a page of its own: its problems and its tree."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..header.header import Header
from ..outline.entry import Entry
from ..outline.page import html_text, page
from .details import notes_of, problems_of
from .document import document, write

__all__ = ["write_info_page"]

_STYLE = """
body { background: light-dark(#ffffff, #14171c); margin: 1.2em; }
body > .rcm { margin: 0 auto 1.2em; }
.rcm-problems { margin: 0; padding: .55em .9em .7em 2.2em; }
.rcm-problems li { list-style: disc; overflow-wrap: anywhere; }
"""


def write_info_page(path: Path, header: Header, entry: Entry, file: str) -> None:
    """Write a page of a file.

    Parameters
    ----------
    path : Path
        Where the page goes.
    header : Header
        Of the file.
    entry : Entry
        The tree, or the part of it, that is shown.
    file : str
        Path or URL of the file.
    """
    tree = page(entry, [header.model_type or "", *notes_of(header)], file if entry.path else None)
    write(path, document(entry.name, _problems(list(problems_of(file))), tree, style=_STYLE))


def _problems(found: list[tuple[bool, str]]) -> str:
    count = f"{len(found) or 'no'} {'problem' if len(found) == 1 else 'problems'}"
    return f'<div class="rcm"><div class="rcm-head"><span class="rcm-what">{count}</span></div>{_list(found)}</div>'


def _list(found: Iterable[tuple[bool, str]]) -> str:
    items = "".join(f"<li>{html_text(text)}</li>" for _, text in found)
    return f'<ul class="rcm-problems">{items}</ul>' if items else ""
