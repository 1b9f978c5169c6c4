"""The results as a table, and the machine that they come from."""

from __future__ import annotations

import os
import platform
import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from roman_cal_models.processors import processors

from .measure import Result

__all__ = ["Section", "disk", "machine", "rst", "rst_of", "table"]

_HEADINGS = ("what", "ours", "peer", "ratio", "wanted")
_DISTRIBUTIONS = ("roman-cal-models", "roman-datamodels", "asdf", "astropy", "numpy", "rad")


@dataclass(frozen=True)
class Section:
    """A table, and what it says.

    Parameters
    ----------
    title : str
        What was measured.
    text : str
        How, and in which units. Plain words, which reStructuredText takes as they are.
    headings : sequence of str
        Of its columns.
    rows : sequence of sequences of str
        Its cells.
    remarks : sequence of str
        What follows from it.
    """

    title: str
    text: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    remarks: Sequence[str] = ()

    def __str__(self) -> str:
        told = [textwrap.fill(" ".join(self.text.split()), 100), _grid([self.headings, *self.rows]), *self.remarks]
        return "\n".join([self.title, "", *told])


def machine(*more: str) -> str:
    """Return what the numbers depend on: the machine, how busy it is, and versions.

    Parameters
    ----------
    *more : str
        Distributions whose versions matter as well, where they are installed.
    """
    versions = ", ".join(f"{name} {version(name)}" for name in (*_DISTRIBUTIONS, *filter(_is_installed, more)))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    used, all_of_them = processors(), os.cpu_count()
    cpus = f"{all_of_them if used == all_of_them else f'{used} of {all_of_them}'} CPUs{_processor()}"
    return f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cpus}{load}\n{versions}"


def disk(folder: Path) -> str:
    """Return the kind of file system that a folder is on, and how much of it is free."""
    size = shutil.disk_usage(folder)
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:  # no Linux
        mounts = []
    # the last of the longest path holds
    kinds = {where: kind for _, where, kind, *_ in mounts if folder.resolve().is_relative_to(where)}
    kind = kinds[max(kinds, key=len)] if kinds else "disk"
    return f"{kind}, {size.free / 1e9:.0f} of {size.total / 1e9:.0f} GB free"


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def _processor() -> str:
    """Return which processor it is, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return ""
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f" ({names[0]})" if names else ""


def table(results: list[Result]) -> str:
    """Return the table: what, ours, the peer's, how many times less, and how many are wanted."""
    return _grid([_HEADINGS, *map(_row, results)])


def rst(results: list[Result], *, on: str, quick: bool) -> str:
    """Return a table in reStructuredText, with what it depends on: what the documentation includes.

    Parameters
    ----------
    results : list of Result
        Its rows.
    on : str
        What `machine` said before the measurement.
    quick : bool
        Whether the measurement was one of few repeats, which the text must say.
    """
    return "\n".join([*_head(on, quick), *_list_table([_HEADINGS, *map(_row, results)]), ""])


def rst_of(sections: Sequence[Section], *, on: str, quick: bool) -> str:
    """Return tables in reStructuredText, with what they depend on and what they say.

    Parameters
    ----------
    sections : sequence of Section
        The tables.
    on, quick
        As for `rst`.
    """
    lines = _head(on, quick)
    for each in sections:
        lines += [
            f".. rubric:: {each.title}",
            "",
            *textwrap.wrap(" ".join(each.text.split()), 120, break_on_hyphens=False),
            "",
        ]
        lines += [*_list_table([each.headings, *each.rows]), ""]
        lines += [f"| {remark}" for remark in each.remarks] + ([""] if each.remarks else [])
    return "\n".join(lines)


def _head(on: str, quick: bool) -> list[str]:
    rough = ["A quick measurement: few repeats and small data.", ""] if quick else []
    return [*rough, *(f"| {line}" for line in on.splitlines()), ""]


def _list_table(rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [".. list-table::", "    :header-rows: 1", ""]
    for row in rows:
        lines += [f"    {'*' if at == 0 else ' '} - {cell}".rstrip() for at, cell in enumerate(row)]
    return lines


def _grid(rows: Sequence[Sequence[str]]) -> str:
    """Return rows as lines, the first over a rule: columns of words to the left, of numbers to the right."""
    head, *below = rows
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    are_words = [
        at == 0 or any(cell[:1].isalpha() for cell in column) for at, column in enumerate(zip(*below, strict=True))
    ]
    lines = [head, ["-" * width for width in widths], *below]
    return "\n".join(_line(row, widths, are_words) for row in lines)


def _line(row: Sequence[str], widths: Sequence[int], are_words: Sequence[bool]) -> str:
    cells = [
        cell.ljust(width) if is_word else cell.rjust(width)
        for cell, width, is_word in zip(row, widths, are_words, strict=True)
    ]
    return "  ".join(cells).rstrip()


def _row(result: Result) -> tuple[str, str, str, str, str]:
    wanted = "" if result.wanted is None else f"{result.wanted:g}{' MISSED' if result.is_missed else ''}"
    return (
        result.what,
        _amount(result.ours, result.unit),
        _amount(result.peer, result.unit),
        f"{result.ratio:.3g}",
        wanted,
    )


def _amount(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:.0f} {unit}"
    for scale, name in ((1, "s"), (1e-3, "ms"), (1e-6, "us")):
        if value >= scale:
            return f"{value / scale:.3g} {name}"
    return f"{value * 1e9:.3g} ns"
