"""``roman-cal-models upgrade``: files of the newest version of old ones, which are kept."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import FilenameMismatchWarning, RomanCalModelsError, told
from ..printable import printable
from ..progress import Progress
from .arguments import make_folder
from .terminal import complain, print_json

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Write a copy of each file in the newest version of its schema, or in that of --to. The files "
    "themselves are not changed. Every value that an old file does not tell is printed, and stands in the history of "
    "the copy. Ends with 1 if a file could not be upgraded.",
    "epilog": "example: roman-cal-models upgrade r0000101001001001001_0001_wfi01_f158_cal.asdf --out upgraded",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="an ASDF file of Roman")
    parser.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="where the copies go; made if needed")
    parser.add_argument("--overwrite", action="store_true", help="replace copies that are there already")
    parser.add_argument("--to", metavar="VERSION", help="version to go to; the newest by default")
    parser.add_argument("--dry-run", action="store_true", help="write nothing, but tell what would be assumed")
    parser.add_argument("--json", action="store_true", help="print one JSON object a file")
    # it knows how to refuse what argparse itself cannot
    parser.set_defaults(parser=parser)


def run(options: argparse.Namespace) -> int:
    """Upgrade the files; return 1 if one of them could not be."""
    clash = _clash(options.files, options.out)
    if clash is not None:
        options.parser.error(printable(clash))
    if not options.dry_run:
        make_folder(options.out)
    failed = False
    progress = Progress(options.files)
    for file in progress:
        try:
            report = _upgrade(file, options)
        except (RomanCalModelsError, OSError) as error:
            failed = True
            progress.clear()
            if options.json:
                print_json({"file": str(file), "error": told(error, file)})
            else:
                complain(error, file)
            continue
        progress.clear()
        if options.json:
            print_json(report)
        else:
            _print(report)
    return int(failed)


def _clash(files: Sequence[Path], folder: Path) -> str | None:
    """Return why the copies cannot all be written: two of them into one file, or one over a file still to be read."""
    read = {os.path.realpath(file): file for file in files}
    copied: dict[str, Path] = {}
    for file in files:
        target = folder / file.name
        place = os.path.realpath(target)
        if place in copied:
            return f"{copied[place]} and {file} would both be written to {target}; give each a folder of its own"
        if place in read and place != os.path.realpath(file):
            return f"the copy of {file} would be written over {read[place]}; give another folder"
        copied[place] = file
    return None


def _upgrade(file: Path, options: argparse.Namespace) -> dict[str, Any]:
    import warnings

    from ..models.opening import open as open_model

    target = options.out / file.name
    if not options.dry_run and target.exists():
        if target.samefile(file):
            raise FileExistsError(f"{file}: the copy would replace the file itself; give another folder")
        if not options.overwrite:
            raise FileExistsError(f"{target} is there already; --overwrite replaces it")
    with warnings.catch_warnings():
        # the copy is given the name that it is saved under
        warnings.simplefilter("ignore", FilenameMismatchWarning)
        model = open_model(file)
    with model:
        upgraded = model.upgrade(version=options.to)
        if options.dry_run:
            upgraded.validate()
        else:
            upgraded.save(target, overwrite=options.overwrite)
        return {
            "file": str(file),
            "from": model.tag,
            "to": upgraded.tag,
            "written": None if options.dry_run else str(target),
            "assumed": [str(change) for change in upgraded.assumed],
        }


def _print(report: dict[str, Any]) -> None:
    old, new = (report[key].rpartition("/")[2] for key in ("from", "to"))
    line = f"{report['file']}: {old} -> {new}" + (f", {report['written']}" if report["written"] else "")
    print(printable(line))
    for assumed in report["assumed"]:
        print(f"    {assumed}")
