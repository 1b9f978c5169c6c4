"""``roman-cal-models header``: what a file says before its first block. Nothing is built or read for it."""

from __future__ import annotations

import argparse
import sys

from .arguments import inside, keys_of
from .terminal import complain, print_json

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Print the values of a Roman file, a line each. Only its header is read, also behind a URL. Ends "
    "with 1 if it has none that can be read, or no such path.",
    "epilog": "example: roman-cal-models header r0000101001001001001_0001_wfi01_f158_cal.asdf meta.exposure",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="path or URL")
    parser.add_argument("path", metavar="PATH", nargs="?", default="", help="part of the tree: meta.exposure")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the values as one JSON object, under roman or those of a part under value: a time as its text, an "
        "array as its type and shape, any other object as its tag, a number that is infinite or none as text",
    )


def run(options: argparse.Namespace) -> int:
    """Print the header, or a part; return 1 if it does not have such a part."""
    from ..foreign.kind import NOTHING
    from ..header.reading import read_header
    from ..printable import printable
    from ..view.listing import as_json, lines, value_at

    path = inside(options.path)
    try:
        keys = [*keys_of(path)] if path else []
    except ValueError as error:
        complain(error, options.file)
        return 1
    header = read_header(options.file)
    value = value_at(header.node, keys)
    if value is NOTHING:
        from ..nodes.outline_builder import hint, outline

        print(printable(f"{options.file}: there is no {path}{hint(outline(header.node), path)}"), file=sys.stderr)
        return 1
    if options.json:
        part = {"path": path, "value": as_json(value)} if path else {"roman": as_json(value)}
        print_json({"model_type": header.model_type, "tag": header.tag, **part}, indent=2)
    else:
        if not path:
            print(printable(f"{header.model_type}, {header.tag}"))
        for line in lines(value, path):
            print(line)
    return 0
