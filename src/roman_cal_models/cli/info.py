"""``roman-cal-models info``: what a file holds, as a tree. No block is read for it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from typing import TYPE_CHECKING

from ..printable import printable
from .arguments import inside, page
from .terminal import has_colours, print_json, print_styled

if TYPE_CHECKING:
    from ..outline.entry import Entry

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Print what a Roman file holds as a tree: names, values or types and shapes, units, titles. Of the "
    "file, also behind a URL, only the header is read: arrays and coordinate systems are named. Ends with 1 if it "
    "cannot be read or has no such path.",
    "epilog": "example: roman-cal-models info r0000101001001001001_0001_wfi01_f158_cal.asdf meta.cal_step",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="path or URL")
    parser.add_argument("path", metavar="PATH", nargs="?", default="", help="part of the tree: meta.cal_step")
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--json", action="store_true", help="print the tree as one JSON object, whole")
    output.add_argument(
        "--html",
        metavar="FILE",
        type=page,
        help="write a page in place of printing: the problems of the file, and the tree, to be opened and searched; it "
        "needs nothing else",
    )


def run(options: argparse.Namespace) -> int:
    """Print the tree; return 1 if it does not have such a part."""
    # not for --help, which must be quick
    from ..header.reading import read_header
    from ..nodes.outline_builder import hint, outline

    path = inside(options.path)
    header = read_header(options.file)
    whole = outline(header.node, os.path.basename(options.file))
    entry = whole.at(path)
    if entry is None:
        print(printable(f"{options.file}: there is no {path}{hint(whole, path)}"), file=sys.stderr)
        return 1
    if options.html is not None:
        from ..view.info_page import write_info_page

        write_info_page(options.html, header, entry, options.file)
        print(printable(f"written: {options.html}"))
    elif options.json:
        print_json({"model_type": header.model_type, "tag": header.tag, "tree": entry.as_json()}, indent=2)
    else:
        _print(entry)
    return 0


def _print(entry: Entry) -> None:
    from ..outline.text import lines

    is_watched = sys.stdout.isatty()
    # into a pipe, lines go whole
    width = shutil.get_terminal_size().columns if is_watched or "COLUMNS" in os.environ else None
    for line in lines(entry, width=width, colours=has_colours()):
        print_styled(line)
