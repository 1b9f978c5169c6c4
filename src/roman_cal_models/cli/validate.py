"""``roman-cal-models validate``: every problem of files."""

from __future__ import annotations

import argparse
import warnings
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..errors import FilenameMismatchWarning, Problem, RomanCalModelsError, format_path, told
from ..printable import printable
from ..progress import Progress
from .arguments import files_of
from .terminal import complain, print_json

if TYPE_CHECKING:
    from ..blocks.integrity import Verdict

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Check files, foreign objects included, and print every problem, one a line. Whether a file is cut "
    "is told by the heads of its blocks; what is in them is looked at with --blocks. Ends with 1 if there is a problem "
    "that is more than a warning, or a file cannot be read.",
    "epilog": "example: roman-cal-models validate r0000101001001001001_0001_wfi01_f158_cal.asdf",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="path, URL, folder, pattern or @LIST of files")
    parser.add_argument(
        "--against",
        choices=["file", "latest"],
        default="file",
        help="by which schemas: those that the file names (default), or the newest of its family",
    )
    parser.add_argument(
        "--blocks",
        action="store_true",
        help="read and decompress all blocks as well, and compare them with their checksums",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object a file, each on a line of its own")


def run(options: argparse.Namespace) -> int:
    """Check the files; return 1 if something is wrong with one."""
    valid = invalid = unread = count = warned = 0
    checksums: Counter[str] = Counter()
    progress = Progress(files_of(options.files))

    def each(number: int, blocks: int, verdict: Verdict) -> None:
        checksums[verdict.checksum] += 1
        progress.advance((number + 1) / blocks)

    for file in progress:
        try:
            problems = _problems(file, options.against, each if options.blocks else None)
        except (RomanCalModelsError, OSError) as error:
            progress.clear()
            unread += 1
            if options.json:
                print_json({"file": file, "error": told(error, file)})
            else:
                complain(error, file)
            continue
        errors = sum(problem.level == "error" for problem in problems)
        valid, invalid, count = valid + (not errors), invalid + bool(errors), count + errors
        warned += len(problems) - errors
        if options.json or problems:
            progress.clear()
        if options.json:
            print_json({"file": file, "problems": [_record(problem) for problem in problems]}, default=str)
        for problem in () if options.json else problems:
            told_as = "" if problem.level == "error" else "warning: "
            print(printable(f"{file}: {told_as}{problem}"))
    if not options.json:
        if options.blocks:
            print("checksums: " + ", ".join(f"{checksums[kind]} {kind}" for kind in ("right", "wrong", "missing")))
        warnings_ = f", {warned} {'warning' if warned == 1 else 'warnings'}" if warned else ""
        unreadable = f", {unread} cannot be read" if unread else ""
        problems_ = f"{count} {'problem' if count == 1 else 'problems'}{warnings_}"
        print(f"{valid} valid, {invalid} not ({problems_}){unreadable}")
    return int(bool(invalid or unread))


def _problems(file: str, against: str, each: Callable[[int, int, Verdict], None] | None) -> list[Problem]:
    from ..models.integrity import model_problems
    from ..models.opening import open as open_model

    with warnings.catch_warnings():
        # a renamed file is not a problem of what it holds
        warnings.simplefilter("ignore", FilenameMismatchWarning)
        model = open_model(file)
    with model:
        checked = model if against == "file" else type(model).create_from_model(model)
        return model_problems(checked.node, model._source, blocks=each is not None, each=each)


def _record(problem: Problem) -> dict[str, Any]:
    return {
        "path": format_path(problem.path),
        "kind": problem.kind,
        "level": problem.level,
        "message": problem.message,
        "allowed": problem.allowed,
        "schema_uri": problem.schema_uri,
    }
