"""``roman-cal-models diff``: what is different between two files."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any

from ..errors import RomanCalModelsError
from ..printable import printable
from .terminal import complain, print_json

if TYPE_CHECKING:
    from ..comparison.records import Difference

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Print what is different between two files: values, arrays (how many elements, and by how much at "
    "most) and world coordinates, one a line, and how many there are in each section. Ends with 1 if something is, or "
    "a file cannot be read; with --quiet with 2 if a file cannot be read, as diff does.",
    "epilog": "example: roman-cal-models diff old_cal.asdf new_cal.asdf --ignore meta.file_date --rtol 1e-6",
}

TROUBLE = 2
"""The status of ``--quiet`` where it cannot be told whether files differ, as of diff(1)."""

_DEEPEST = 2  # names of a section that differences are counted in


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("first", metavar="A", help="path or URL")
    parser.add_argument("second", metavar="B", help="path or URL")
    parser.add_argument(
        "--ignore",
        metavar="NAME",
        action="append",
        default=[],
        help="dotted name that is left out with all below, such as meta.filename or 'meta.ref_file.*'; may be repeated",
    )
    for name, kind in (("--rtol", "relative"), ("--atol", "absolute")):
        parser.add_argument(
            name, type=float, default=0.0, metavar="X", help=f"{kind} tolerance of numbers (default: 0)"
        )
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print a JSON list of differences")
    output.add_argument(
        "--quiet", "-q", action="store_true", help="print nothing, and stop at the first difference: the status tells"
    )


def run(options: argparse.Namespace) -> int:
    """Print the differences; return 1 if there is one."""
    from ..comparison.comparing import differences
    from ..comparison.records import short

    ahead = differences(options.first, options.second, rtol=options.rtol, atol=options.atol, ignore=options.ignore)
    if options.quiet:
        return _is_there_one(ahead)
    found = list(ahead)
    if options.json:
        print_json([_record(difference) for difference in found], indent=2, default=short)
    else:
        for difference in found:
            print(difference)
        print(printable(_summary(found)))
    return int(bool(found))


def _is_there_one(found: Generator[Difference]) -> int:
    """Return 1 if there is a difference, and 2 if that cannot be told."""
    try:
        with closing(found):
            return int(next(found, None) is not None)
    except (RomanCalModelsError, OSError) as error:
        complain(error)
        return TROUBLE


def _summary(found: Sequence[Difference]) -> str:
    """Return how many differences there are, and in which sections."""
    sections = Counter(_section(difference.path) for difference in found)
    counts = ", ".join(f"{count} in {section}" for section, count in sections.items())
    return f"{len(found) or 'no'} {'difference' if len(found) < 2 else 'differences'}{f': {counts}' if counts else ''}"


def _section(path: str) -> str:
    """Return the section that a difference is counted in: ``meta.exposure``; an array is one of its own."""
    *above, name = path.split(".")
    return ".".join(above[:_DEEPEST]) or name or "the top"


def _record(difference: Difference) -> dict[str, Any]:
    record: dict[str, Any] = {"path": difference.path, "kind": difference.kind}
    if difference.array is not None:
        found = difference.array
        record |= {"count": found.count, "size": found.size, "largest": found.largest, "index": found.index}
    elif difference.kind == "wcs":
        record["separation_arcsec"] = difference.separation
    else:
        record |= {"old": difference.old, "new": difference.new}
    return record
