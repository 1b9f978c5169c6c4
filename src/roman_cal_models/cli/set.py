"""``roman-cal-models set``: set values of a file."""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from typing import TYPE_CHECKING, Any

from ..errors import FilenameMismatchWarning, RomanCalModelsError

if TYPE_CHECKING:
    from ..differing.records import Difference
    from ..models.data_model import DataModel
    from ..nodes.describing import Description

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Set values of a file: each is read as its schema says, and checked. The file is replaced only if "
    "all are right and the whole is valid; date and name of the file are set as at every save. Ends with 1 otherwise.",
    "epilog": "example: roman-cal-models set r0000101001001001001_0001_wfi01_f158_cal.asdf "
    "meta.cal_step.flat_field=SKIPPED --dry-run",
}

_JSON_TYPES = {"object", "array", "number", "integer", "boolean"}
_TIME = "/time/time-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="an ASDF file of Roman")
    parser.add_argument(
        "assignments",
        metavar="PATH=VALUE",
        nargs="+",
        type=_assignment,
        help="dotted name and value: text as it is, numbers, true, false, null, lists and mappings as JSON has them, "
        "times as 2027-01-31T12:00:00.000",
    )
    parser.add_argument("--out", metavar="FILE", help="write this file, and leave the other one as it is")
    parser.add_argument("--dry-run", action="store_true", help="write nothing, but check and tell what would change")
    parser.add_argument("--json", action="store_true", help="print a JSON list of changes")


def _assignment(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not path or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form PATH=VALUE")
    return path, value


def run(options: argparse.Namespace) -> int:
    """Set the values; return 1 if one is wrong, and write nothing then."""
    from ..differing.records import short
    from ..models.opening import open as open_model

    try:
        with warnings.catch_warnings():
            # the file is given the name that it is saved under
            warnings.simplefilter("ignore", FilenameMismatchWarning)
            model = open_model(options.file)
        with model:
            changes = _set(model, options.assignments)
            if changes is None:
                return 1
            if options.dry_run:
                model.validate()
            else:
                model.save(options.out or options.file)
    except (RomanCalModelsError, OSError, ValueError) as error:
        print(error if options.file in str(error) else f"{options.file}: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps([_record(change) for change in changes], indent=2, default=short))
    else:
        for change in changes:
            print(change)
        print("nothing was written" if options.dry_run else f"written: {options.out or options.file}")
    return 0


def _record(change: Difference) -> dict[str, Any]:
    return {"path": change.path, "old": change.old, "new": change.new}


def _set(model: DataModel, assignments: list[tuple[str, str]]) -> list[Difference] | None:
    """Set the values in a model and return the changes; None if one is wrong, after all that are were told."""
    from ..differing.records import Difference

    changes = []
    is_wrong = False
    for path, text in assignments:
        try:
            value = _value(text, model.describe(path))
            *sections, key = path.split(".")
            node: Any = model.node
            for section in sections:
                node = node[section]
            old = node.get(key)
            node[key] = value
        except (RomanCalModelsError, ValueError) as error:
            is_wrong = True
            print(error, file=sys.stderr)
        else:
            changes.append(Difference(path, "changed", old, node[key]))
    return None if is_wrong else changes


def _value(text: str, description: Description) -> Any:
    """Read a value as the schema says.

    Raises
    ------
    ValueError
        It cannot be read so, or it is a value that cannot be written as a text.
    """
    types = set(description.types)
    if text == "null" and "null" in types:
        return None
    types.discard("null")
    if any(_TIME in each for each in types):
        from astropy.time import Time

        try:
            return Time(text)
        except ValueError:
            raise ValueError(f"{description.path}: {text!r} is no time such as 2027-01-31T12:00:00.000") from None
    if types & _JSON_TYPES or not types:
        try:
            return json.loads(text)
        except json.JSONDecodeError:
            if types and "string" not in types:
                raise ValueError(f"{description.path}: {text!r} is no {' or '.join(sorted(types))}") from None
    if types and "string" not in types:
        kinds = " or ".join(sorted(each.rpartition("/")[2].partition("-")[0] for each in types))
        raise ValueError(f"{description.path} holds an object ({kinds}) that cannot be given as text")
    return text
