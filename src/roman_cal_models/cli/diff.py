"""``roman-cal-models diff``: what is different between two files."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from .terminal import print_json

if TYPE_CHECKING:
    from ..comparison.records import Difference

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Print what is different between two files: values, arrays (how many elements, and by how much at "
    "most) and world coordinates, one a line. Ends with 1 if something is, or a file cannot be read.",
    "epilog": "example: roman-cal-models diff old_cal.asdf new_cal.asdf --ignore meta.file_date --rtol 1e-6",
}


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
    parser.add_argument("--json", action="store_true", help="print a JSON list of differences")


def run(options: argparse.Namespace) -> int:
    """Print the differences; return 1 if there is one."""
    from ..comparison.comparing import diff
    from ..comparison.records import short

    found = diff(options.first, options.second, rtol=options.rtol, atol=options.atol, ignore=options.ignore)
    if options.json:
        print_json([_record(difference) for difference in found], indent=2, default=short)
    else:
        for difference in found:
            print(difference)
        count = len(found) or "no"
        print(f"{count} {'difference' if len(found) < 2 else 'differences'}")
    return int(bool(found))


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
