"""``roman-cal-models steps``: the calibration steps of files, as a matrix."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from ..printable import printable
from ..progress import Progress
from ..view.statuses import LOOKS
from .arguments import files_of, number_of_processes, page
from .terminal import has_colours, print_json, print_styled

if TYPE_CHECKING:
    from ..view.steps import StepMatrix

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Print from headers which calibration steps were done to files: files down, steps across. "
    f"{', '.join(f'{look.sign} is {status}' for status, look in LOOKS.items())}, a blank: the file has no such step. "
    "Ends with 1 if a file cannot be read.",
    "epilog": "example: roman-cal-models steps *_cal.asdf --html night.html",
}

_FORMATS = (".png", ".svg", ".pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="+",
        help="path, URL, folder, pattern or @LIST of files; or a catalogue, sqlite:///catalog.db",
    )
    parser.add_argument("--where", metavar="CONDITION", help="which files of the catalogue: \"detector = 'WFI03'\"")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print one JSON object a file, each on a line of its own")
    output.add_argument(
        "--html",
        metavar="FILE",
        type=page,
        help="write a page in place of printing: the matrix, to be sorted and searched, with the problems and the tree "
        "of each file; it needs nothing else",
    )
    parser.add_argument("--processes", metavar="N", type=number_of_processes, help="how many processes read the files")
    parser.add_argument(
        "--plot", metavar="FILE", type=_figure, help=f"draw the matrix into a file as well: {', '.join(_FORMATS)}"
    )
    # it knows how to refuse what argparse itself cannot
    parser.set_defaults(parser=parser)


def _figure(text: str) -> Path:
    path = Path(text)
    if path.suffix not in _FORMATS:
        raise argparse.ArgumentTypeError(f"{text!r} does not end in {', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}")
    return path


def run(options: argparse.Namespace) -> int:
    """Print the matrix; return 1 if a file cannot be read."""
    # not for --help, which must be quick
    from ..archive.database.reading import is_database
    from ..view.steps import steps
    from ..view.steps_figure import write_figure

    is_asked = is_database(options.files[0])
    if is_asked and len(options.files) > 1:
        options.parser.error("a catalogue is asked alone, without other files")
    if is_asked and options.html is not None:
        options.parser.error("--html reads files, which a catalogue does not hold")
    if options.where is not None and not is_asked:
        options.parser.error("--where asks a catalogue, such as sqlite:///catalog.db")
    files = files_of(options.files)
    if options.html is not None:
        from ..view.report import report

        made = report(Progress(files), processes=options.processes)
        made.write(options.html)
        matrix = made.matrix
    elif is_asked:
        matrix = steps(options.files[0], where=options.where)
        if not matrix.files:
            print("the catalogue has no such file", file=sys.stderr)
    else:
        matrix = steps(Progress(files), processes=options.processes)
    if options.plot is not None:
        write_figure(matrix, options.plot)
    if options.html is not None:
        print(printable(f"written: {options.html}"))
        _complain(matrix)
    elif options.json:
        for file, flags in matrix.files.items():
            print_json({"file": file, "steps": flags})
        for file, error in matrix.failures.items():
            print_json({"file": file, "error": error})
    else:
        _print(matrix)
    return int(bool(matrix.failures))


def _print(matrix: StepMatrix) -> None:
    for line in matrix.lines(colours=has_colours()):
        print_styled(line)
    _complain(matrix)


def _complain(matrix: StepMatrix) -> None:
    for error in matrix.failures.values():
        print(error, file=sys.stderr)
