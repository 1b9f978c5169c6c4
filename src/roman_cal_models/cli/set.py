"""``roman-cal-models set``: set values of a file."""

from __future__ import annotations

import argparse
import json
import math
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from ..errors import FilenameMismatchWarning, RomanCalModelsError, format_path
from ..printable import printable
from .arguments import keys_of
from .terminal import complain, print_json

if TYPE_CHECKING:
    from ..comparison.records import Difference
    from ..models.data_model import DataModel
    from ..nodes.descriptions import Description

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Set values of a file: each is read as its schema says, and checked. The file is replaced only if "
    "all are right and the whole is valid; date and name of the file are set as at every save. Ends with 1 otherwise.",
    "epilog": "example: roman-cal-models set r0000101001001001001_0001_wfi01_f158_cal.asdf "
    "meta.cal_step.flat_field=SKIPPED --dry-run",
}

_JSON_TYPES = {"object", "array", "number", "integer", "boolean"}
_LONGEST = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="an ASDF file of Roman")
    parser.add_argument(
        "assignments",
        metavar="PATH=VALUE",
        nargs="+",
        type=_assignment,
        help="dotted name, with [0] behind it for the first item of a list, and value: text as it is, numbers, true, "
        "false, null, lists and mappings as JSON has them, times as 2027-01-31T12:00:00.000",
    )
    parser.add_argument(
        "--create",
        action="store_true",
        help="add the sections that lead to a value and are not in the file, with the least that their schemas ask for",
    )
    parser.add_argument("--out", metavar="FILE", help="write this file, and leave the other one as it is")
    parser.add_argument("--dry-run", action="store_true", help="write nothing, but check and tell what would change")
    parser.add_argument("--allow-nan", action="store_true", help="take NaN, Infinity and -Infinity for numbers")
    parser.add_argument("--json", action="store_true", help="print a JSON list of changes")


def _assignment(text: str) -> tuple[str, str]:
    path, equals, value = text.partition("=")
    if not path or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form PATH=VALUE")
    return path, value


def run(options: argparse.Namespace) -> int:
    """Set the values; return 1 if one is wrong, and write nothing then."""
    from ..comparison.records import short
    from ..errors import ValidationError
    from ..models.opening import open as open_model

    try:
        with warnings.catch_warnings():
            # the file is given the name that it is saved under
            warnings.simplefilter("ignore", FilenameMismatchWarning)
            model = open_model(options.file)
        with model:
            changes = _set(model, options)
            if changes is None:
                return 1
            if options.dry_run:
                model.validate()
            else:
                model.save(options.out or options.file)
    except ValidationError as error:
        for problem in error.problems:
            complain(ValueError(str(problem)), options.file)
        return 1
    except (RomanCalModelsError, OSError, ValueError) as error:
        complain(error, options.file)
        return 1
    if options.json:
        print_json([_record(change) for change in changes], indent=2, default=short)
    else:
        for change in changes:
            print(printable(f"{change.path}: created") if change.kind == "added" else change)
        print("nothing was written" if options.dry_run else printable(f"written: {options.out or options.file}"))
    return 0


def _record(change: Difference) -> dict[str, Any]:
    return {"path": change.path, "old": change.old, "new": change.new}


def _set(model: DataModel, options: argparse.Namespace) -> list[Difference] | None:
    """Set the values in a model and return the changes; None if one is wrong, after all that are were told."""
    from ..comparison.records import Difference

    changes: list[Difference] = []
    is_wrong = False
    for path, text in options.assignments:
        try:
            *above, key = keys_of(path)
            value = _value(text, model.describe(path), allow_nan=options.allow_nan)
            holder = _holder(model.node, above, key, changes if options.create else None)
            old = holder.get(key) if isinstance(holder, dict) else holder[key]
            holder[key] = value
        except (RomanCalModelsError, ValueError) as error:
            is_wrong = True
            complain(error)
        except RecursionError:
            is_wrong = True
            complain(ValueError(f"{path}: the value is nested too deep"))
        else:
            changes.append(Difference(path, "changed", old, holder[key]))
    return None if is_wrong else changes


def _holder(node: Any, above: Sequence[str | int], key: str | int, created: list[Difference] | None) -> Any:
    """Return the section or list that holds a value.

    Parameters
    ----------
    node : ObjectNode
        The top node.
    above : sequence of str or int
        The keys and indexes that lead to the section or list.
    key : str or int
        That of the value.
    created : list of Difference or None
        Gets the sections that are added because they are missing; None if none are.

    Raises
    ------
    MissingKeyError
        A section is not there, and cannot be made.
    ValueError
        A section is not there; a list is met where a section should be, or the other way round, or it has no such item.
    """
    keys = (*above, key)
    for number, each in enumerate(keys):
        where = format_path(keys[:number])
        if isinstance(each, int):
            if not isinstance(node, list):
                raise ValueError(f"{where} is not a list: it has no item {each}")
            if not -len(node) <= each < len(node):
                raise ValueError(f"{where} has {len(node)} items: there is no {where}[{each}]")
        elif isinstance(node, list):
            raise ValueError(f"{where} is a list of {len(node)}: say which of them, such as {where}[0].{each}")
        elif not isinstance(node, dict):
            raise ValueError(f"{where} is not a section of the file: it has no {each}")
        elif number < len(above) and each not in node:
            _create(node, each, format_path(keys[: number + 1]), created)
        if number < len(above):
            node = cast(Any, node)[each]
    return node


def _create(node: Any, key: str, path: str, created: list[Difference] | None) -> None:
    """Add a section to a node that does not have it."""
    from ..comparison.records import Difference
    from ..foreign.kind import NOTHING
    from ..nodes.creation import minimal_value

    if created is None:
        how = "with --create it is added, with the least that its schema asks for"
        raise ValueError(f"{path} is not in the file; {how}")
    place = node._place(key)
    made = NOTHING if place is None or place.object is None else minimal_value(place)
    if made is NOTHING:
        raise ValueError(f"{path} is not in the file, and its schema does not tell how to create it")
    node[key] = made
    created.append(Difference(path, "added", new=node[key]))


def _value(text: str, description: Description, *, allow_nan: bool) -> Any:
    """Read a value as the schema says.

    Raises
    ------
    ValueError
        It cannot be read so, or it is a value that cannot be written as a text.
    """
    from ..foreign.kinds import kind_of_tag

    types = set(description.types)
    if text == "null" and "null" in types:
        return None
    types.discard("null")
    kind = next((kind for each in types if (kind := kind_of_tag(each)).text_example is not None), None)
    if kind is not None:
        try:
            return kind.from_text(text)
        except ValueError:
            problem = f"{_quoted(text)} is not {kind.name} such as {kind.text_example}"
            raise ValueError(f"{description.path}: {problem}") from None
    if types & _JSON_TYPES or not types:
        try:
            return _of_json(text, description.path, allow_nan=allow_nan)
        except json.JSONDecodeError:
            if types and "string" not in types:
                raise ValueError(
                    f"{description.path}: {_quoted(text)} is not of type {' or '.join(sorted(types))}"
                ) from None
    if types and "string" not in types:
        kinds = " or ".join(sorted(each.rpartition("/")[2].partition("-")[0] for each in types))
        raise ValueError(f"{description.path} holds an object ({kinds}) that cannot be given as text")
    return text


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")


def _of_json(text: str, path: str, *, allow_nan: bool) -> Any:
    def integer(digits: str) -> int:
        try:
            return int(digits)
        except ValueError:
            raise ValueError(f"{path}: an integer of {len(digits)} digits is too long") from None

    def number(digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value) and not allow_nan:
            raise ValueError(f"{path}: {digits} is not a finite number; --allow-nan takes it")
        return value

    return json.loads(text, parse_int=integer, parse_float=number, parse_constant=number)
