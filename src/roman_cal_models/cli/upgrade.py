"""``roman-cal-models upgrade``: files of the newest version of old ones, which are kept."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from ..errors import FilenameMismatchWarning, RomanCalModelsError
from .terminal import Progress

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Write a copy of each file in the newest version of its schema. The files themselves are not "
    "changed. Every value that an old file does not tell is printed, and stands in the history of the copy. Ends with "
    "1 if a file could not be upgraded.",
    "epilog": "example: roman-cal-models upgrade r0000101001001001001_0001_wfi01_f158_cal.asdf --out upgraded",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help="an ASDF file of Roman")
    parser.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="where the copies go; made if needed")
    parser.add_argument("--overwrite", action="store_true", help="replace copies that are there already")
    parser.add_argument("--dry-run", action="store_true", help="write nothing, but tell what would be assumed")
    parser.add_argument("--json", action="store_true", help="print one JSON object a file")


def run(options: argparse.Namespace) -> int:
    """Upgrade the files; return 1 if one of them could not be."""
    if not options.dry_run:
        options.out.mkdir(parents=True, exist_ok=True)
    failed = False
    progress = Progress(options.files)
    for file in progress:
        try:
            report = _upgrade(file, options)
        except (RomanCalModelsError, OSError) as error:
            failed = True
            text = str(error)
            report = {"file": str(file), "error": text if str(file) in text else f"{file}: {text}"}
        progress.clear()
        _print(report, as_json=options.json)
    return int(failed)


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
        upgraded = model.upgrade()
        if options.dry_run:
            upgraded.validate()
        else:
            upgraded.save(target)
        return {
            "file": str(file),
            "from": model.tag,
            "to": upgraded.tag,
            "written": None if options.dry_run else str(target),
            "assumed": [str(change) for change in upgraded.assumed],
        }


def _print(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report))
    elif "error" in report:
        print(report["error"], file=sys.stderr)
    else:
        old, new = (report[key].rpartition("/")[2] for key in ("from", "to"))
        print(f"{report['file']}: {old} -> {new}" + (f", {report['written']}" if report["written"] else ""))
        for line in report["assumed"]:
            print(f"    {line}")
