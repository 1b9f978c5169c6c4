"""The matrix of calibration steps as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from ..outline.page import fallback, html_text, resource
from .statuses import LOOKS, OTHER, Look, look_of

if TYPE_CHECKING:
    from .steps import StepMatrix

__all__ = ["cells", "legend", "names", "page", "style", "totals"]

_MOST = 200


def page(matrix: StepMatrix, text: str, *, most: int = _MOST) -> str:
    """Return the matrix as HTML, of one piece that needs nothing else.

    Parameters
    ----------
    matrix : StepMatrix
        What is shown.
    text : str
        What stands for it where styles are not trusted.
    most : int
        How many files are shown; the others are counted, and are part of the totals.
    """
    count = len(matrix.files)
    head = (
        '<div class="rcm-head"><span class="rcm-what">Calibration steps</span>'
        f'<span class="rcm-note">{count} {"file" if count == 1 else "files"}</span></div>'
    )
    return (
        f'{fallback(text)}<div class="rcm rcm-steps" style="display:none">'
        f"<style>{resource('page.css')}{style()}</style>{head}"
        f'<div class="rcm-scroll" tabindex="0"><table>{_table(matrix, most)}</table></div>'
        f"{legend(matrix)}{_failures(matrix)}</div>"
    )


def _table(matrix: StepMatrix, most: int) -> str:
    rows = "".join(_rows(matrix, most))
    foot = f'<tfoot><tr><th scope="row">complete</th>{totals(matrix)}</tr></tfoot>' if matrix.steps else ""
    return f'<thead><tr><th scope="col"></th>{"".join(names(matrix))}</tr></thead><tbody>{rows}</tbody>{foot}'


def names(matrix: StepMatrix) -> Iterator[str]:
    """Yield the heads of the columns."""
    for step in matrix.steps:
        title = html_text(matrix.titles.get(step, step))
        yield f'<th scope="col" title="{title}"><span>{html_text(step)}</span></th>'


def totals(matrix: StepMatrix) -> str:
    """Return how many files have each step complete, as cells."""
    found = matrix.totals()
    return "".join(f"<td>{found[step]['COMPLETE']}</td>" for step in matrix.steps)


def cells(steps: Iterable[str], flags: Mapping[str, str]) -> str:
    """Return the statuses of a file as cells."""
    return "".join(_cell(step, flags.get(step)) for step in steps)


def _rows(matrix: StepMatrix, most: int) -> Iterator[str]:
    labels = matrix.labels()
    for file, flags in islice(matrix.files.items(), most):
        head = f'<th scope="row" title="{html_text(file)}">{html_text(labels[file])}</th>'
        yield f"<tr>{head}{cells(matrix.steps, flags)}</tr>"
    hidden = len(matrix.files) - most
    if hidden > 0:
        yield f'<tr><th scope="row" class="rcm-more">… {hidden} more files</th></tr>'


def _cell(step: str, status: str | None) -> str:
    if status is None:
        return f'<td title="{html_text(step)}: not in this file"></td>'
    look = look_of(status)
    return f'<td class="{_class(look)}" title="{html_text(f"{step}: {status}")}">{look.mark}</td>'


def legend(matrix: StepMatrix) -> str:
    """Return what the marks mean, and how often each is there."""
    items = "".join(
        f'<span><i class="{_class(look_of(status))}">{look_of(status).mark}</i>{html_text(status)} '
        f'<span class="rcm-note">{count}</span></span>'
        for status, count in matrix.counts().items()
    )
    items += "".join(f'<span class="rcm-note">{html_text(line)}</span>' for line in matrix.blanks() if items)
    return f'<div class="rcm-legend">{items or "no calibration steps"}</div>'


def _failures(matrix: StepMatrix) -> str:
    if not matrix.failures:
        return ""
    count = len(matrix.failures)
    what = f"{count} {'file' if count == 1 else 'files'} could not be read"
    items = "".join(f"<li>{html_text(why)}</li>" for why in islice(matrix.failures.values(), _MOST))
    return f'<details class="rcm-failed"><summary>{what}</summary><ul>{items}</ul></details>'


def _class(look: Look) -> str:
    return "rcm-is-" + "".join(letter for letter in look.name.lower() if letter.isalnum())


@cache
def style() -> str:
    """Return the style of the matrix."""
    from importlib.resources import files

    looks = "".join(
        f":is(.rcm-steps, #rcm) .{_class(look)} {{ background: light-dark({look.fill}, {look.dark_fill}); "
        f"color: light-dark({look.ink}, {look.dark_ink}); }}\n"
        for look in (*LOOKS.values(), OTHER)
    )
    return files("roman_cal_models.view").joinpath("steps.css").read_text(encoding="utf-8") + looks
