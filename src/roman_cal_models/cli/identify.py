"""``roman-cal-models identify``: what files are, from their first bytes."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING

from ..errors import RomanCalModelsError, told
from ..printable import printable
from ..progress import Progress
from .arguments import files_of
from .terminal import complain, print_json

if TYPE_CHECKING:
    from ..header.reading import Identity

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Print which model each file holds, in which version of its schema, and what wrote it. Ends "
    "with 1 if a file cannot be identified: it is not an ASDF file, or not one of Roman; or if a file is cut.",
    "epilog": "example: roman-cal-models identify r0000101001001001001_0001_wfi01_f158_cal.asdf",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="path, URL, folder, pattern or @LIST of files")
    parser.add_argument("--json", action="store_true", help="print one JSON object a file, each on a line of its own")


def run(options: argparse.Namespace) -> int:
    """Identify the files; return 1 if one cannot be."""
    from ..header.reading import identify_whole

    status = 0
    progress = Progress(files_of(options.files))
    for file in progress:
        try:
            identity = identify_whole(file)
        except (RomanCalModelsError, OSError) as error:
            status = 1
            progress.clear()
            if options.json:
                print_json({"file": file, "error": told(error, file)})
            else:
                complain(error, file)
        else:
            progress.clear()
            if options.json:
                print_json(asdict(identity))
            else:
                print(_line(identity))
    return status


def _line(identity: Identity) -> str:
    model = identity.model_type or "unknown model"
    text = f"{identity.file}: {model}, {identity.family}-{identity.version}"
    if not identity.is_known:
        text += " (not known to the installed rad)"
    writers = [identity.software, identity.rad, identity.asdf, identity.calibration_software]
    return printable("; ".join(filter(None, [text, ", ".join(filter(None, writers))])))
