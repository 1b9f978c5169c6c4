"""The calibration steps of many files as a matrix: files down, steps across, one sign a status."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..errors import CatalogError, RomanCalModelsError, told
from ..header.header import Header
from ..header.reading import read_header
from ..nodes.object_node import ObjectNode
from ..outline.displayed import Displayed, fallback_text
from ..printable import printable
from .statuses import LOOKS, NONE, look_of
from .step_order import in_order

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Read", "StepMatrix", "read_steps", "steps", "take"]

# as of `workers_for`: only what stands before a file's first array is read, and little of that
_FEW = 3000
_PIECE = 64

# files that are shown of many, however low the screen
_FEWEST = 5

Read = tuple[int, str, dict[str, str], dict[str, str], str | None]
"""Place among the files, file, step -> status, step -> title, why it could not be read."""


@dataclass(repr=False)
class StepMatrix(Displayed):
    """The calibration steps of files: shown by notebooks as a table, printed as text, drawn by `to_figure`.

    Parameters
    ----------
    steps : list of str
        Every step that some file has, in the order in which the pipelines run them; unknown ones are the last.
    files : dict of str to dict of str to str
        File -> step -> status. A file without steps, such as a Level 1 file, has none.
    failures : dict of str to str
        File that could not be read -> why.
    titles : dict of str to str
        Step -> what the schemas call it.
    """

    steps: list[str] = field(default_factory=list)
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)

    def add(self, file: str, flags: dict[str, str]) -> None:
        """Add the steps of one more file.

        Parameters
        ----------
        file : str
            Its path or URL.
        flags : dict of str to str
            Step -> status.
        """
        self.files[file] = flags
        if not flags.keys() <= set(self.steps):
            self.steps = in_order({*self.steps, *flags})

    def totals(self) -> dict[str, Counter[str]]:
        """Return how many files have which status, step by step."""
        return {step: Counter(flags[step] for flags in self.files.values() if step in flags) for step in self.steps}

    def counts(self) -> dict[str, int]:
        """Return how often each status is there, in all: the known ones in their order, then others."""
        found = Counter(status for flags in self.files.values() for status in flags.values())
        return {status: found[status] for status in (*LOOKS, *sorted(found.keys() - LOOKS.keys())) if found[status]}

    def lines(self, *, colours: bool = False, most: int | None = None) -> Iterator[str]:
        """Yield the matrix as text: the names of the steps from top to bottom, a line a file, the totals, the legend.

        Parameters
        ----------
        colours : bool
            Whether the signs are coloured, as terminals understand it.
        most : int, optional
            How many files are shown, by short names; the others are counted, and are part of the totals. By default,
            all are shown, by their paths.

        Yields
        ------
        str
            A line, without its end.
        """
        files = self.files if most is None else list(islice(self.labels().values(), most))
        names, labels = list(map(printable, self.steps)), list(map(printable, files))
        width = max(map(len, labels), default=0)
        height = max(map(len, names), default=0)
        for row in range(height):
            letters = (name.rjust(height)[row] for name in names)
            yield f"{'':{width}}  {' '.join(letters)}".rstrip()
        for label, flags in zip(labels, self.files.values(), strict=False):
            signs = " ".join(_sign(flags.get(step), colours) for step in self.steps)
            yield f"{label:<{width}}  {signs}".rstrip()
        if len(self.files) > len(labels):
            yield f"… {len(self.files) - len(labels)} more files"
        totals = self.totals()
        for status in self.counts():
            steps = [f"{printable(step)} {counts[status]}" for step, counts in totals.items() if counts[status]]
            yield f"{_sign(status, colours)} {printable(status)}: {', '.join(steps)}"
        yield from self.blanks()

    def blanks(self) -> Iterator[str]:
        """Yield what blanks say.

        Yields
        ------
        str
            One line, where there are any.
        """
        without = sum(not flags for flags in self.files.values())
        if without:
            yield f"blank: the file has no such step; {_counted(range(without), 'file')} without any"
        elif any(len(flags) < len(self.steps) for flags in self.files.values()):
            yield "blank: the file has no such step"

    def labels(self) -> dict[str, str]:
        """Return a short name of each file: without its folder, where no two files share a name."""
        names = Counter(map(_last, self.files))
        return {file: _last(file) if names[_last(file)] == 1 else file for file in self.files}

    def to_figure(self) -> Figure:
        """Draw the matrix.

        Returns
        -------
        matplotlib.figure.Figure
            Files down, steps across, a colour and a sign a status. It is not one of ``pyplot``'s: save it by
            ``savefig``, or show it as the last line of a notebook's cell.

        Raises
        ------
        MissingPackageError
            matplotlib is not installed.
        """
        from .steps_figure import figure

        return figure(self)

    def _one_line(self) -> str:
        failed = f", {_counted(self.failures, 'failure')}" if self.failures else ""
        return f"<StepMatrix of {_counted(self.files, 'file')}, {_counted(self.steps, 'step')}{failed}>"

    def _text_lines(self, width: int | None, rows: int | None) -> Iterator[str]:
        from ..outline.text import painted

        failed = [f"{_counted(self.failures, 'file')} could not be read:", *self.failures.values()]
        below = len(self.counts()) + len([*self.blanks()]) + (len(failed) if self.failures else 0)
        # the heading, the names of the steps, and the line that counts what is not shown
        above = 1 + max(map(len, self.steps), default=0) + 1
        most = len(self.files) if rows is None else max(_FEWEST, rows - above - below)
        yield f"Calibration steps  {_counted(self.files, 'file')}"
        for line in (*self.lines(most=most), *(failed if self.failures else ())):
            yield painted([(printable(line), "")], width, False)

    def _repr_html_(self) -> str:
        from .steps_page import page

        return page(self, fallback_text(self))


def _sign(status: str | None, colours: bool) -> str:
    if status is None:
        return NONE
    look = look_of(status)
    return f"\033[{look.ansi}m{look.sign}\033[0m" if colours else look.sign


def _counted(things: Sized, word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def _last(file: str) -> str:
    return file.rstrip("/").rpartition("/")[2]


def steps(
    files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    *,
    processes: int | None = 1,
    where: str | None = None,
) -> StepMatrix:
    """Read from headers, or from a catalogue, which calibration steps were done to files.

    Parameters
    ----------
    files : str, path-like or iterable of them
        Paths or URLs. Or the URL of a catalogue in a database, ``sqlite:///catalog.db``: no file is then opened.
    processes : int or None
        How many processes read the files; None for as many as there are processors if there are thousands of files. A
        script that asks for more than one does it under ``if __name__ == "__main__":``, because each imports it.
    where : str, optional
        Which files of the catalogue, as for `roman_cal_models.archive.find`; by default all that have steps.

    Returns
    -------
    StepMatrix
        Files down, steps across. Files that cannot be read are among its ``failures``, and do not stop the others.

    Raises
    ------
    CatalogError
        The catalogue cannot be asked.

    Examples
    --------
    >>> import roman_cal_models as rcm
    >>> matrix = rcm.steps([])
    >>> matrix.files
    {}
    """
    from ..archive.database.reading import is_database

    if is_database(files):
        return _of_catalogue(str(files), where)
    if where is not None:
        raise CatalogError(f"where asks a catalogue, such as sqlite:///catalog.db, not files: {where!r}")
    names = (os.fspath(file) for file in ([files] if isinstance(files, (str, os.PathLike)) else files))
    matrix = StepMatrix()
    for read in read_steps(enumerate(names)) if processes == 1 else _spread(names, processes):
        take(matrix, read)
    return matrix


def _of_catalogue(url: str, where: str | None) -> StepMatrix:
    """Return the steps that a catalogue has."""
    from ..archive.asking.query import Questions
    from ..archive.database.tables import file_columns
    from ..archive.definitions.mapping import is_step
    from ..archive.definitions.products import STEPS_TABLE

    # those of ground tests have a table of their own
    about = {column.column: column for column in file_columns() if is_step(column) and column.table == STEPS_TABLE}
    matrix = StepMatrix()
    with Questions(url) as questions:
        found = [name for name in questions.columns(STEPS_TABLE) if name in about]
        answer = questions.ask(where, [f"{STEPS_TABLE}.{name}" for name in found])
    columns = [about[name] for name in found]
    names = [column.path.rpartition(".")[2] for column in columns]
    for file, *statuses in answer.rows:
        flags = {name: status for name, status in zip(names, statuses, strict=True) if status is not None}
        matrix.add(file, {step: flags[step] for step in in_order(flags)})
    matrix.titles = {name: column.title for name, column in zip(names, columns, strict=True) if column.title}
    return matrix


def take(matrix: StepMatrix, read: Read) -> None:
    """Add to a matrix what was read of a file, or why it could not be.

    Parameters
    ----------
    matrix : StepMatrix
        It is changed.
    read : tuple
        Of `read_steps`.
    """
    _, name, flags, titles, failure = read
    if failure is not None:
        matrix.failures[name] = failure
        return
    matrix.add(name, flags)
    matrix.titles |= {step: title for step, title in titles.items() if step not in matrix.titles}


def _spread(names: Iterator[str], processes: int | None) -> list[Read]:
    """Have processes read the files, if there are many or a number was given."""
    from ..archive.reading.batching import workers_for
    from ..executors import spread

    workers, names = workers_for(names, None, processes, few=_FEW)
    return sorted(spread(_read_some, enumerate(names), workers, size=_PIECE, lose=_lost))


def _read_some(files: Sequence[tuple[int, str]]) -> list[Read]:
    return list(read_steps(files))


def read_steps(files: Iterable[tuple[int, str]]) -> Iterator[Read]:
    """Yield the steps of files, each with its place; a title is told with the first of them that has the step."""
    known: set[str] = set()
    for place, name in files:
        try:
            node = _cal_step(read_header(name))
            flags = {step: str(node[step]) for step in in_order(node)}
            new = [step for step in node if step not in known]
            titles = {step: title for step in new if (title := _title(node, step)) is not None}
        except (RomanCalModelsError, OSError) as error:
            yield place, name, {}, {}, told(error, name)
        else:
            known.update(titles)
            yield place, name, flags, titles, None


def _lost(task: tuple[int, str]) -> Read:
    place, name = task
    return place, name, {}, {}, "the process that read it ended, twice"


def _cal_step(header: Header) -> Mapping[str, Any]:
    """Return the steps of a file; none for a file that has none."""
    meta = header.get("meta")
    found = meta.get("cal_step") if isinstance(meta, dict) else None
    return found if isinstance(found, ObjectNode) else {}


def _title(node: Mapping[str, Any], step: str) -> str | None:
    place = node._place(step) if isinstance(node, ObjectNode) else None
    return None if place is None else place.title
