"""``roman-cal-models validate``: every problem of files."""

from __future__ import annotations

import argparse
import warnings
from typing import Any

from ..errors import FilenameMismatchWarning, Problem, RomanCalModelsError, format_path, told
from ..printable import printable
from .terminal import Progress, complain, print_json

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Check files whole, foreign objects included, and print every problem, one a line. Ends with 1 if "
    "there is one, or a file cannot be read.",
    "epilog": "example: roman-cal-models validate r0000101001001001001_0001_wfi01_f158_cal.asdf",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="path or URL of an ASDF file of Roman")
    parser.add_argument(
        "--against",
        choices=["file", "latest"],
        default="file",
        help="by which schemas: those that the file names (default), or the newest of its family",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a file, each on a line of its own")


def run(options: argparse.Namespace) -> int:
    """Check the files; return 1 if something is wrong with one."""
    valid = invalid = unread = count = 0
    progress = Progress(options.files)
    for file in progress:
        try:
            problems = _problems(file, options.against)
        except (RomanCalModelsError, OSError) as error:
            progress.clear()
            unread += 1
            if options.json:
                print_json({"file": file, "error": told(error, file)})
            else:
                complain(error, file)
            continue
        valid, invalid, count = valid + (not problems), invalid + bool(problems), count + len(problems)
        if options.json or problems:
            progress.clear()
        if options.json:
            print_json({"file": file, "problems": [_record(problem) for problem in problems]}, default=str)
        for problem in () if options.json else problems:
            print(printable(f"{file}: {problem}"))
    if not options.json:
        unreadable = f", {unread} cannot be read" if unread else ""
        print(f"{valid} valid, {invalid} not ({count} {'problem' if count == 1 else 'problems'}){unreadable}")
    return int(bool(invalid or unread))


def _problems(file: str, against: str) -> list[Problem]:
    from ..models.opening import open as open_model

    with warnings.catch_warnings():
        # that a file was renamed is no problem of what it holds
        warnings.simplefilter("ignore", FilenameMismatchWarning)
        model = open_model(file)
    with model:
        return model.problems() if against == "file" else type(model).create_from_model(model).problems()


def _record(problem: Problem) -> dict[str, Any]:
    return {
        "path": format_path(problem.path),
        "kind": problem.kind,
        "message": problem.message,
        "allowed": problem.allowed,
        "schema_uri": problem.schema_uri,
    }
