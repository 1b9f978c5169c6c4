"""What ``roman-cal-models schema`` does with folders of schemas: checks them, and drafts them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from ..errors import SchemaProblem, format_path
from ..printable import printable
from .arguments import make_folder
from .terminal import print_json

__all__ = ["check", "draft"]


def check(folder: str, *, as_json: bool) -> int:
    """Print all that is wrong with the schemas of a folder; return 1 if it cannot be registered."""
    from ..registration.folder import check_folder

    if not Path(folder).is_dir():
        raise NotADirectoryError(f"{folder}: is not a folder")
    found = check_folder(Path(folder))
    errors, warned = len(found.errors), len(found.problems) - len(found.errors)
    if as_json:
        print_json({"folder": folder, "problems": [_record(each) for each in found.problems]}, indent=2, default=str)
        return int(errors > 0)
    for problem in found.problems:
        print("warning: " * (problem.level == "warning") + str(problem))
    number = len(found.schemas)
    print(
        printable(
            f"{folder}: {number} {'schema' if number == 1 else 'schemas'}, "
            f"{errors or 'no'} {'problem' if errors == 1 else 'problems'}"
            + (f", {warned} {'warning' if warned == 1 else 'warnings'}" if warned else "")
        )
    )
    return int(errors > 0)


def _record(problem: SchemaProblem) -> dict[str, Any]:
    return dataclasses.asdict(problem) | {"path": format_path(problem.path)}


def draft(file: str, name: str, out: str, title: str | None, *, as_json: bool) -> int:
    """Write the draft of a schema."""
    from ..registration.drafting import draft_schema

    make_folder(Path(out))
    written = draft_schema(file, name, Path(out), title)
    if as_json:
        print_json({"written": [str(each) for each in written]}, indent=2)
    else:
        for each in written:
            print(printable(f"written: {each}"))
    return 0
