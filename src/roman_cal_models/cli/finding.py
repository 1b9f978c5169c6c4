"""``roman-cal-models catalog --find``: a catalogue that is asked."""

from __future__ import annotations

import argparse
import csv
import datetime
import decimal
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..printable import printable
from .terminal import print_json

if TYPE_CHECKING:
    from ..archive.asking.query import Answer
    from ..archive.asking.regions import Cone

__all__ = ["add_find_arguments", "find", "number_of_rows"]

_NOTHING = "--"


def add_find_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that go with ``--find``."""
    parser.add_argument("--in", dest="catalog", metavar="URL", help="with --find: the database: sqlite:///catalog.db")
    parser.add_argument(
        "--near",
        metavar=("RA", "DEC", "RADIUS"),
        nargs=3,
        help="with --find: images that touch a circle; in degrees, the radius also as 10arcsec",
    )
    parser.add_argument("--limit", metavar="N", type=number_of_rows, help="with --find: how many files at most")
    parser.add_argument("--csv", action="store_true", help="with --find: print comma-separated values")


def number_of_rows(text: str) -> int:
    """Return a number of rows that was typed."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of files")
    return int(text)


def find(options: argparse.Namespace) -> None:
    """Print what a catalogue has."""
    from ..archive.asking.query import Questions

    parser: argparse.ArgumentParser = options.parser
    if options.catalog is None:
        parser.error("--find asks the catalogue that --in names")
    if options.csv and options.json:
        parser.error("--csv and --json do not go together")
    columns = None if options.columns is None else [name.strip() for name in options.columns.split(",")]
    near = None if options.near is None else _cone(options.near, parser)
    with Questions(options.catalog) as questions:
        answer = questions.ask(options.find or None, columns, near=near, limit=options.limit)
    if options.json:
        for row in answer.rows:
            print_json({column.name: _plain(value) for column, value in zip(answer.columns, row, strict=True)})
    elif options.csv:
        _print_csv(answer)
    else:
        _print(answer)


def _cone(typed: Sequence[str], parser: argparse.ArgumentParser) -> Cone:
    from ..archive.asking.regions import Cone

    try:
        ra, dec = map(float, typed[:2])
        return Cone.on_sky(ra, dec, _degrees(typed[2]))
    except ValueError as error:
        parser.error(printable(f"--near {' '.join(typed)}: {error}"))


def _degrees(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        from astropy.coordinates import Angle

        angle: Any = Angle(text)
        return float(angle.deg)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    return float(value) if isinstance(value, decimal.Decimal) else value


def _print_csv(answer: Answer) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    for row in ([column.name for column in answer.columns], *answer.rows):
        writer.writerow([_plain(value) for value in row])
        print(text.getvalue(), end="")
        text.seek(0)
        text.truncate()


def _print(answer: Answer) -> None:
    """Print columns under their names, as wide as they need to be."""
    lines = [[column.name for column in answer.columns]]
    lines += [[_NOTHING if value is None else printable(str(_plain(value))) for value in row] for row in answer.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip())
