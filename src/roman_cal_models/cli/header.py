"""``roman-cal-models header``: what a file says before its first block. Nothing is built or read for it."""

from __future__ import annotations

import argparse

from .terminal import print_json

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Print the values of a Roman file, a line each. Only its header is read, also behind a URL. Ends "
    "with 1 if it has none that can be read.",
    "epilog": "example: roman-cal-models header r0000101001001001001_0001_wfi01_f158_cal.asdf",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="path or URL")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the values as one JSON object: a time as its text, an array as its type and shape, any other "
        "object as its tag, a number that is infinite or none as text",
    )


def run(options: argparse.Namespace) -> int:
    """Print the header."""
    from ..header.reading import read_header
    from ..printable import printable
    from ..view.listing import as_json, lines

    header = read_header(options.file)
    if options.json:
        values = {"model_type": header.model_type, "tag": header.tag, "roman": as_json(header.node)}
        print_json(values, indent=2)
    else:
        print(printable(f"{header.model_type}, {header.tag}"))
        for line in lines(header.node, ""):
            print(line)
    return 0
