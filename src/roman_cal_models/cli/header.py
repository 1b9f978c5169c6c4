"""``roman-cal-models header``: what a file says before its first block. Nothing is built or read for it."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from typing import Any

from ..errors import RomanCalModelsError
from ..extension.foreign import NDARRAY
from ..header.foreign import TIME
from ..models.headers import read_header
from ..nodes.deferred import FileValue
from ..nodes.lazy_dict import raw_items
from ..schema import installed
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Print the values of a Roman file, a line each. Only its header is read, be it behind a URL. Ends "
    "with 1 if it has none that can be read.",
    "epilog": "example: roman-cal-models header r0000101001001001001_0001_wfi01_f158_cal.asdf",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("file", metavar="FILE", help="path or URL")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print the values as one JSON object: a time as its text, an array as its type and shape, any other "
        "object as its tag, a number that is infinite or none as text",
    )


def run(options: argparse.Namespace) -> int:
    """Print the header; return 1 if there is none."""
    try:
        header = read_header(options.file)
    except (RomanCalModelsError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        values = {"model_type": header.model_type, "tag": header.tag, "roman": _as_json(header.node)}
        print(json.dumps(values, indent=2))
    else:
        print(f"{header.model_type}, {header.tag}")
        for line in _lines(header.node, ""):
            print(line)
    return 0


def _lines(value: Any, path: str) -> Iterator[str]:
    """Yield a line a value; lists are one."""
    if isinstance(value, dict) and value and not _is_foreign(value):
        for key, item in raw_items(value):
            yield from _lines(item, f"{path}.{key}" if path else str(key))
    else:
        yield f"{path} = {_text(value)}"


def _text(value: Any) -> str:
    value = _as_json(value)
    if isinstance(value, dict) and value.keys() == {"dtype", "shape"}:
        return f"<array {value['dtype']} ({', '.join(map(str, value['shape']))})>"
    if isinstance(value, dict) and value.keys() == {"tag"}:
        return f"<{value['tag'].rpartition('/')[2]}>"
    return json.dumps(value, ensure_ascii=False)


def _as_json(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, FileValue):
        value = value.raw
    if _is_foreign(value):
        return _foreign_as_json(value)
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in raw_items(value)}
    if isinstance(value, (list, tuple)):
        return [_as_json(item) for item in value]
    if value is None or isinstance(value, (bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    return str(value)


def _is_foreign(value: Any) -> bool:
    """Tell a foreign object that was not built: nodes that wait to be built bear tags as well."""
    if isinstance(value, FileValue):
        return True
    is_tagged = isinstance(value, (TaggedMapping, TaggedSequence, TaggedScalar))
    return is_tagged and not installed().store.is_node(value.tag)


def _foreign_as_json(raw: Any) -> Any:
    if isinstance(raw, TaggedScalar):
        return str(raw)
    if isinstance(raw, TaggedMapping) and raw.tag.startswith(TIME):
        return _as_json(raw.get("value"))
    if isinstance(raw, TaggedMapping) and raw.tag.startswith(NDARRAY):
        return {"dtype": _as_json(raw.get("datatype")), "shape": _as_json(raw.get("shape"))}
    return {"tag": raw.tag}
