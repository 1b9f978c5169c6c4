"""The results as a table, and the machine that they come from."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version

from .measure import Result

__all__ = ["machine", "rst", "table"]

_HEADINGS = ("what", "ours", "peer", "ratio", "wanted")
_DISTRIBUTIONS = ("roman-cal-models", "roman-datamodels", "asdf", "astropy", "numpy", "rad")


def machine() -> str:
    """Return what the numbers depend on."""
    versions = ", ".join(f"{name} {version(name)}" for name in _DISTRIBUTIONS)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    system = (
        f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} CPUs{load}"
    )
    return f"{system}\n{versions}"


def table(results: list[Result]) -> str:
    """Return the table: what, ours, the peer's, how many times less, and how many are wanted."""
    rows = [_HEADINGS, *map(_row, results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, tuple("-" * width for width in widths))  # type: ignore[arg-type]
    return "\n".join(_line(row, widths) for row in rows)


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
    rough = ["A quick measurement: few repeats and small arrays.", ""] if quick else []
    lines = [*rough, *on.splitlines(), "", ".. list-table::", "    :header-rows: 1", ""]
    for row in (_HEADINGS, *map(_row, results)):
        lines += [f"    {'*' if at == 0 else ' '} - {cell}".rstrip() for at, cell in enumerate(row)]
    return "\n".join([*lines, ""])


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    cells = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
    return "  ".join([row[0].ljust(widths[0]), *cells[1:]]).rstrip()


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
