"""An outline as HTML, for notebooks: a tree that opens and closes, with a search box, in light and dark.

One piece of HTML that needs nothing else. Several on a page do not disturb each other: each finds itself by a name of
its own, and their styles are the same. Where scripts are not allowed, the search box stays hidden; where styles are not
either, as in a notebook that was not run here, there is the text alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from itertools import islice

from ..printable import printable_lines
from .entry import Entry

__all__ = ["fallback", "html_text", "page", "pieces", "resource", "script"]

_MOST = 100
_LONGEST = 400


def page(entry: Entry, notes: Sequence[str] = (), file: str | None = None, *, text: str = "", most: int = _MOST) -> str:
    """Return an outline as HTML.

    Parameters
    ----------
    entry : Entry
        What is shown; its name stands at the head.
    notes : sequence of str
        What else stands there.
    file : str, optional
        Path or URL of the file; its last part is shown, the whole as a tooltip.
    text : str
        What stands for it where styles are not trusted.
    most : int
        How many members of one list or object are shown; the others are counted.
    """
    name = uuid.uuid4().hex
    # JupyterLab takes letters for commands wherever it is not told otherwise
    return (
        f'{fallback(text)}<div class="rcm" data-rcm="{name}" data-lm-suppress-shortcuts="true" style="display:none">'
        f"<style>{resource('page.css')}</style>"
        f"{''.join(pieces(entry, notes, file, most=most))}<script>{script(name)}</script></div>"
    )


def script(name: str) -> str:
    """Return what makes the search box of an outline work, by the name that its ``data-rcm`` has."""
    return resource("page.js").replace("@ID@", name)


def pieces(entry: Entry, notes: Sequence[str] = (), file: str | None = None, *, most: int = _MOST) -> Iterator[str]:
    """Yield the head and the tree of an outline as HTML, without style and script; a piece is a row or less.

    Parameters
    ----------
    entry, notes, file, most
        As for `page`.
    """
    what = f'<span class="rcm-what"{_tooltip(entry.title)}>{html_text(entry.name)}</span>'
    shown = "".join(f'<span class="rcm-note">{html_text(note)}</span>' for note in notes)
    if file is not None:
        shown += f'<span class="rcm-note"{_tooltip(file)}>{html_text(file.rstrip("/").rpartition("/")[2])}</span>'
    hint = "Search names and values"
    find = (
        f'<span class="rcm-find" hidden><span class="rcm-count" role="status"></span>'
        f'<input type="search" placeholder="{hint}" aria-label="{hint}" spellcheck="false" autocomplete="off"></span>'
    )
    yield f'<div class="rcm-head">{what}{shown}{find}</div>'
    yield '<div class="rcm-tree"><ul>'
    yield from _members(entry, most, 0)
    yield "</ul></div>"


def fallback(text: str) -> str:
    """Return what is shown instead of what follows, which its style hides until there is a style sheet."""
    return f'<pre class="rcm-text">{html_text(text)}</pre>'


@cache
def resource(name: str) -> str:
    """Return the text of a file of this folder."""
    from importlib.resources import files

    return files("roman_cal_models.outline").joinpath(name).read_text(encoding="utf-8")


def _members(entry: Entry, most: int, depth: int) -> Iterator[str]:
    for member in islice(entry.members(), most):
        yield from _item(member, most, depth)
    hidden = (entry.size or 0) - most
    if hidden > 0:
        yield f'<li><div class="rcm-more">… {hidden} more</div></li>'


def _item(entry: Entry, most: int, depth: int) -> Iterator[str]:
    yield f'<li data-path="{html_text(entry.path)}" style="--rcm-depth:{depth}">'
    name = f'<span class="rcm-name">{html_text(entry.name)}</span>'
    title = f'<span class="rcm-title">{html_text(entry.title)}</span>' if entry.title else ""
    tooltip = _tooltip(entry.title or entry.path)
    if entry.size:
        cell = f'<span class="rcm-cell rcm-kind">{html_text(entry.kind)}</span>'
        yield f'<details><summary class="rcm-row"{tooltip}>{name}{cell}{title}</summary><ul>'
        yield from _members(entry, most, depth + 1)
        yield "</ul></details>"
    else:
        text = _cut(entry.text or f"empty {entry.kind}")
        unit = f'<span class="rcm-unit">{html_text(entry.shown_unit)}</span>' if entry.unit else ""
        value = f'<span class="rcm-value"{_tooltip(text)}>{html_text(text)}</span>'
        yield f'<div class="rcm-row"{tooltip}>{name}<span class="rcm-cell">{value}{unit}</span>{title}</div>'
    yield "</li>"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _tooltip(text: str | None) -> str:
    return f' title="{html_text(text)}"' if text else ""


def html_text(text: str) -> str:
    """Return a text that is nothing but text in HTML, and in the order in which it is written."""
    return escape(printable_lines(text), quote=True)
