"""The matrix of calibration steps as a figure of matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingPackageError
from ..printable import printable
from .statuses import look_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .steps import StepMatrix

__all__ = ["figure", "write_figure"]

# in inches
_CELL, _LOWEST_CELL, _TALLEST = 0.27, 0.02, 40.0
_LETTER = 0.085
# below this many inches, neither signs nor names can be read
_READABLE = 0.13
_MOST_LABELS = 60


def figure(matrix: StepMatrix) -> Figure:
    """Draw the matrix, see `StepMatrix.to_figure`."""
    try:
        from matplotlib.figure import Figure
        from matplotlib.patches import Patch
    except ImportError:
        raise MissingPackageError("to draw needs matplotlib: pip install 'roman-cal-models[view]'") from None

    rows, columns = max(1, len(matrix.files)), max(1, len(matrix.steps))
    height = max(_LOWEST_CELL, min(_CELL, _TALLEST / rows))
    labels = [printable(label) for label in matrix.labels().values()]
    drawn = Figure(figsize=(columns * _CELL + _LETTER * max(map(len, labels), default=0) + 0.6, rows * height + 2.0))
    left = (_LETTER * max(map(len, labels), default=0) + 0.2) / drawn.get_figwidth()
    bottom, top = 0.55 / drawn.get_figheight(), 1.45 / drawn.get_figheight()
    axes = drawn.add_axes((left, bottom, columns * _CELL / drawn.get_figwidth(), 1 - bottom - top))
    _draw_cells(axes, matrix, has_marks=height >= _READABLE)
    axes.set(xlim=(0, columns), ylim=(rows, 0), frame_on=False)
    axes.set_xticks([index + 0.5 for index in range(len(matrix.steps))], map(printable, matrix.steps), rotation=90)
    every = 1 if height >= _READABLE else -(-rows // _MOST_LABELS)
    axes.set_yticks([index + 0.5 for index in range(0, len(labels), every)], labels[::every])
    axes.tick_params(length=0, labelsize=8, top=False, labeltop=True, labelbottom=False)
    handles = [
        Patch(facecolor=look_of(status).fill, label=f"{look_of(status).mark} {printable(status)} {count}")
        for status, count in matrix.counts().items()
    ]
    if handles:
        place: dict[str, Any] = {"loc": "upper center", "bbox_to_anchor": (0.5, 0.45 / drawn.get_figheight())}
        drawn.legend(handles=handles, ncols=len(handles), fontsize=8, frameon=False, **place)
    return drawn


def _draw_cells(axes: Any, matrix: StepMatrix, *, has_marks: bool) -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    gap = 0.05 if has_marks else 0.0
    cells, colours = [], []
    for row, flags in enumerate(matrix.files.values()):
        for column, step in enumerate(matrix.steps):
            if step not in flags:
                continue
            look = look_of(flags[step])
            cells.append(Rectangle((column + gap, row + gap), 1 - 2 * gap, 1 - 2 * gap))
            colours.append(look.fill)
            if has_marks:
                options = {"ha": "center", "va": "center_baseline", "fontsize": 8, "color": look.ink}
                axes.text(column + 0.5, row + 0.5, look.mark, **options)
    axes.add_collection(PatchCollection(cells, facecolors=colours, linewidths=0))


def write_figure(matrix: StepMatrix, path: Path) -> None:
    """Draw the matrix into a file; the same matrix gives the same bytes.

    Parameters
    ----------
    matrix : StepMatrix
        What is drawn.
    path : Path
        The file; its suffix tells the format: ``.png``, ``.svg``, ``.pdf``.

    Raises
    ------
    MissingPackageError
        matplotlib is not installed.
    """
    drawn = figure(matrix)
    from matplotlib import rc_context

    # names of pieces that do not change from one run to the next, and no date
    dates = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
    with rc_context({"svg.hashsalt": "roman-cal-models"}):
        drawn.savefig(path, dpi=150, bbox_inches="tight", pad_inches=0.15, metadata=dates.get(path.suffix))
