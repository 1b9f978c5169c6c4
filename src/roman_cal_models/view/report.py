"""Many files as one page: a matrix of their steps that is sorted and searched, with the problems and tree of each.

Thousands of files are looked at without a hitch: the page shows only those rows that are in sight. The cells of a row
and the tree of a file are HTML made here, each different piece once: rows share their cells, and trees, in blocks of
some files, their lines. The blocks are compressed; a browser unpacks one when a file of it is looked at.
"""

from __future__ import annotations

import json
import os
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import RomanCalModelsError, told
from ..outline.page import resource, script
from ..printable import printable
from .details import Details, details
from .document import document, write
from .statuses import LOOKS
from .steps import Read, StepMatrix, read_steps, take
from .steps_page import cells, legend, names, style, totals

__all__ = ["Report", "report"]

_BLOCK = 64
"""Files whose trees share their lines."""
_MOST_PROBLEMS = 100
"""Of one file that are shown; the others are counted."""
_PIECE = 8
"""Files that a process reads at a time."""
_FEW = 300
"""Starting processes takes about as long as reading this many files."""
_TREE = "file"
"""By which the script of a tree finds it."""

_Told = tuple[Read, "Details | None"]


@dataclass
class Report:
    """What the page is made of.

    Parameters
    ----------
    matrix : StepMatrix
        The steps.
    places : dict of str to int
        File -> its place in the order in which they were named.
    trees : dict of str to tuple of int
        File -> block, and place in the block, of its tree.
    problems : dict of str to tuple of str
        File -> its problems, up to some.
    counts : dict of str to int
        File -> how many errors it has.
    blocks : list of str
        Trees, compressed.
    """

    matrix: StepMatrix = field(default_factory=StepMatrix)
    places: dict[str, int] = field(default_factory=dict)
    trees: dict[str, tuple[int, int]] = field(default_factory=dict)
    problems: dict[str, tuple[str, ...]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    blocks: list[str] = field(default_factory=list)
    _pieces: dict[str, int] = field(default_factory=dict)
    _files: list[list[int]] = field(default_factory=list)

    def add(self, read: Read, found: Details | None) -> None:
        """Add a file.

        Parameters
        ----------
        read : tuple
            Its steps, of `read_steps`.
        found : Details or None
            None for one that cannot be read.
        """
        place, name, *_ = read
        take(self.matrix, read)
        self.places[name] = place
        if found is None:
            return
        shown = found.problems[:_MOST_PROBLEMS]
        hidden = len(found.problems) - len(shown)
        self.problems[name] = (*shown, f"... and {hidden} more") if hidden else shown
        self.counts[name] = found.errors
        self.trees[name] = len(self.blocks), len(self._files)
        self._files.append([self._pieces.setdefault(piece, len(self._pieces)) for piece in found.tree])
        if len(self._files) == _BLOCK:
            self._close_block()

    def write(self, path: Path) -> None:
        """Write the page.

        Parameters
        ----------
        path : Path
            The file.
        """
        self._close_block()
        looks = resource("page.css") + style() + _of("report.css")
        write(path, document("Calibration steps", *self._body(), style=looks))

    def _close_block(self) -> None:
        if self._files:
            text = json.dumps({"pieces": [*self._pieces], "files": self._files}, separators=(",", ":"))
            self.blocks.append(b64encode(zlib.compress(text.encode())).decode())
            self._pieces, self._files = {}, []

    def _body(self) -> Iterator[str]:
        count = len(self.places)
        notes = [f"{count} {'file' if count == 1 else 'files'}", *self._worries()]
        head = "".join(f'<span class="rcm-note">{note}</span>' for note in notes)
        hint, example = "Search names, problems and steps", "Search, such as wfi07 dark:skipped"
        needs = "This page needs its script, which stands in it, to show files."
        find = (
            '<span class="rcm-find"><span class="rcm-count" role="status"></span><input type="search" '
            f'placeholder="{example}" aria-label="{hint}" spellcheck="false" autocomplete="off"></span>'
        )
        yield (
            '<div class="rcm rcm-steps rcm-report">'
            f'<div class="rcm-head"><span class="rcm-what">Calibration steps</span>{head}{find}</div>'
            f'<noscript><p class="rcm-note">{needs}</p></noscript>'
            f'<div class="rcm-scroll" tabindex="0"><table>{self._table()}</table></div>{legend(self.matrix)}'
            '<dialog><div class="rcm-head"><span class="rcm-what"></span><button type="button">close</button></div>'
            f'<ul class="rcm-problems"></ul><div class="rcm" data-rcm="{_TREE}"></div></dialog></div>\n'
        )
        yield f'<script type="application/json" id="report">{_in_script(self._data())}</script>\n'
        for number, block in enumerate(self.blocks):
            yield f'<script type="text/plain" id="block-{number}">{block}</script>\n'
        yield f'<script type="text/plain" id="tree-script">{script(_TREE)}</script>\n'
        yield f"<script>{_of('report.js')}</script>"

    def _worries(self) -> Iterator[str]:
        count, files = sum(self.counts.values()), sum(map(bool, self.counts.values()))
        if count:
            yield f"{count} {'problem' if count == 1 else 'problems'} in {files} {'file' if files == 1 else 'files'}"
        if self.matrix.failures:
            yield f"{len(self.matrix.failures)} cannot be read"

    def _table(self) -> str:
        foot = f'<tfoot><tr><th scope="row">complete</th><td></td>{totals(self.matrix)}</tr></tfoot>'
        file, problems = (f'<th scope="col"><span>{name}</span></th>' for name in ("file", "problems"))
        return f"<thead><tr>{file}{problems}{''.join(names(self.matrix))}</tr></thead><tbody></tbody>{foot}"

    def _data(self) -> dict[str, Any]:
        """Return what the script knows: of each file its row, by numbers of the texts that several share."""
        steps, labels = self.matrix.steps, _labels(self.places)
        ranks = {status: rank for rank, status in enumerate(LOOKS)}
        rows: dict[tuple[str | None, ...], int] = {}
        texts: dict[str, int] = {}
        files = []
        for name in sorted(self.places, key=lambda name: self.places[name]):
            failure = self.matrix.failures.get(name)
            flags = self.matrix.files.get(name, {})
            row = rows.setdefault(tuple(flags.get(step) for step in steps), len(rows))
            problems = self.problems.get(name, () if failure is None else (failure,))
            numbers = [texts.setdefault(text, len(texts)) for text in problems]
            block, place = self.trees.get(name, (-1, 0))
            count = -1 if failure is not None else self.counts.get(name, 0)
            files.append([printable(name), printable(labels[name]), row, block, place, count, numbers])
        return {
            "files": files,
            "rows": [_row(dict(zip(steps, row, strict=True)), ranks) for row in rows],
            "problems": [*texts],
        }


def _row(flags: dict[str, str | None], ranks: dict[str, int]) -> dict[str, Any]:
    """Return what files of the same statuses share: their cells, by what they are sorted, and what is searched."""
    present = {step: status for step, status in flags.items() if status is not None}
    return {
        "cells": cells(flags, present),
        "ranks": [None if status is None else ranks.get(status, len(ranks)) for status in flags.values()],
        "text": printable(" ".join(f"{step}:{status}" for step, status in present.items())),
    }


def _labels(files: Iterable[str]) -> dict[str, str]:
    return StepMatrix(files={file: {} for file in files}).labels()


def _in_script(value: Any) -> str:
    """Return JSON that may stand in a script: nothing in it ends that."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


def _of(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def report(files: Iterable[str], *, processes: int | None = 1) -> Report:
    """Read files for a page.

    Parameters
    ----------
    files : iterable of str
        Paths or URLs.
    processes : int or None
        How many processes read them; None for as many as there are processors if there are many.
    """
    made = Report()
    for read, found in _read(enumerate(files)) if processes == 1 else _spread(files, processes):
        made.add(read, found)
    return made


def _spread(files: Iterable[str], processes: int | None) -> Iterator[_Told]:
    from ..archive.reading.batching import workers_for
    from ..executors import spread

    workers, files = workers_for(iter(map(os.fspath, files)), None, processes, few=_FEW)
    return spread(_read_some, enumerate(files), workers, size=_PIECE, lose=_lost)


def _read_some(files: Sequence[tuple[int, str]]) -> list[_Told]:
    return list(_read(files))


def _read(files: Iterable[tuple[int, str]]) -> Iterator[_Told]:
    for read in read_steps(files):
        place, name, *_, failure = read
        try:
            yield read, None if failure is not None else details(name)
        except (RomanCalModelsError, OSError) as error:  # it was there a moment ago
            yield (place, name, {}, {}, told(error, name)), None


def _lost(task: tuple[int, str]) -> _Told:
    place, name = task
    return (place, name, {}, {}, "the process that read it ended, twice"), None
