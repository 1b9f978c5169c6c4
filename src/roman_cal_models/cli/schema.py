"""``roman-cal-models schema``: what the schemas say of a family or a property."""

from __future__ import annotations

import argparse
import dataclasses
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ..errors import SchemaNotFoundError
from .terminal import print_json

if TYPE_CHECKING:
    from ..archive.definitions.releases import Change
    from ..nodes.descriptions import Description
    from ..view.families import Family

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Tell what the schemas say of a kind of file, a section or a property: title, types, allowed "
    "values, unit, columns in the archive, versions, and what changed with each. Or check a folder of schemas of your "
    "own, which ends with 1 if something is wrong with one, or draft a schema from a file.",
    "epilog": "example: roman-cal-models schema L2CalStep.flat_field",
}

_WIDTH = 100

# a URI has dots of its own, up to the end of its version
_split = re.compile(r"([^.]+://.+?-\d+\.\d+\.\d+|[^.]+)(?:\.(.+))?").fullmatch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "name",
        metavar="NAME[.PROPERTY]",
        nargs="?",
        help="family (wfi_image), class (ImageModel, L2CalStep), or URI of a schema or tag; and a dotted name below it",
    )
    parser.add_argument("--of", metavar="VERSION", help="version of the schema; the newest by default")
    parser.add_argument("--changes", action="store_true", help="print all that changed with each version of a family")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    own = parser.add_argument_group("schemas of your own")
    own.add_argument("--check", metavar="FOLDER", help="print all that is wrong with the schemas and manifests in it")
    own.add_argument("--draft", metavar="FILE", help="write a schema that describes an ASDF or FITS file")
    own.add_argument("--id", metavar="ID", help="with --draft: of the schema, CCSP/TEAM/team_map-1.0.0 or a whole URI")
    own.add_argument("--title", metavar="TEXT", help="with --draft: what the product is, in a line")
    own.add_argument("--out", metavar="FOLDER", help="with --draft: gets schemas/ and manifests/")
    # it knows how to refuse what argparse itself cannot
    parser.set_defaults(parser=parser)


def run(options: argparse.Namespace) -> int:
    """Print what is asked for."""
    if [options.name, options.check, options.draft].count(None) != 2:
        options.parser.error("one of NAME, --check and --draft is wanted")
    with_draft = (options.id, options.out)
    if (options.draft is None) != (with_draft == (None, None)) or with_draft.count(None) == 1:
        options.parser.error("--draft, --id and --out go together")
    if options.check is not None:
        from .schema_folders import check

        return check(options.check, as_json=options.json)
    if options.draft is not None:
        from .schema_folders import draft

        return draft(options.draft, options.id, options.out, options.title, as_json=options.json)
    return _tell(options)


def _tell(options: argparse.Namespace) -> int:
    from ..view.families import changes_of, family, family_with

    found = _split(options.name)
    name, path = (options.name, None) if found is None else found.groups()
    try:
        told = family(name, options.of)
    except SchemaNotFoundError:
        parts = options.name.split(".")
        longest_first = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
        owner = next((known for each in longest_first if (known := family_with(each)) is not None), None)
        if owner is None:
            raise
        which = f"the kind of file or section comes first, such as {owner}.{options.name}"
        raise SchemaNotFoundError(f"there is no family or class {name!r}: {which}") from None
    one = None if path is None else _property(told, path)
    changes = changes_of(name)
    if one is not None:
        changes = {version: [each for each in found if each.path == one.path] for version, found in changes.items()}
    if options.json:
        print_json(_record(one or told, changes), indent=2)
        return 0
    lines = _lines_of_property(one) if one is not None else _lines_of_family(told)
    for line in (*lines, *_lines_of_changes(changes, counted=one is None and not options.changes)):
        print(line)
    return 0


def _property(told: Family, path: str) -> Description:
    from ..nodes.descriptions import describe
    from ..schema import installed

    return describe(installed().root(told.schema_uri).object, path)


def _record(told: Any, changes: dict[str, list[Change]]) -> dict[str, Any]:
    return dataclasses.asdict(told) | {
        "changes": {version: [_change(each) for each in found] for version, found in changes.items()}
    }


def _change(change: Change) -> dict[str, Any]:
    record = dataclasses.asdict(change)
    del record["family"]
    return record


def _lines_of_family(told: Family) -> Iterator[str]:
    yield f"{told.name}: {told.title or 'no title'}"
    if told.description not in (None, told.title):
        yield from _wrapped([f"  {told.description}"])
    registry = {
        "schema": told.schema_uri,
        "tag": told.tag,
        "class": ", ".join(filter(None, (told.class_name, told.model_name))),
        "versions": ", ".join(told.versions),
        "type": ", ".join(told.types) if told.types != ("object",) else None,
        "allowed": ", ".join(map(repr, told.allowed or ())),
    }
    yield from (f"  {name}: {value}" for name, value in registry.items() if value)
    if told.properties:
        yield ""
        yield "properties (* required):"
        yield from _table([_row(each) for each in told.properties])


def _row(told: Description) -> tuple[str, str, str]:
    kinds = [each.rpartition("/")[2].partition("-")[0] for each in told.types]
    kind = " or ".join(["one of " + str(len(told.allowed))] if told.allowed else kinds)
    unit = told.unit if isinstance(told.unit, str) else " or ".join(told.unit or ())
    return f"  {told.path}{'*' if told.is_required else ''}", f"{kind}{f' [{unit}]' if unit else ''}", told.title or ""


def _table(rows: list[tuple[str, str, str]]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    room = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    for row in rows:
        line = f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}".rstrip()
        yield line if room is None or len(line) <= room else f"{line[: room - 3]}..."


def _lines_of_property(told: Description) -> Iterator[str]:
    yield from _wrapped(str(told).splitlines())


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield from textwrap.wrap(line, _WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _lines_of_changes(changes: dict[str, list[Change]], *, counted: bool) -> Iterator[str]:
    changed = {version: found for version, found in changes.items() if found}
    if changed:
        yield ""
        yield "changed with:"
    for version, found in changed.items():
        if counted:
            yield f"  {version}: {len(found)} {'change' if len(found) == 1 else 'changes'}"
        else:
            yield f"  {version}:"
            yield from (f"    {_said(each)}" for each in found)


def _said(change: Change) -> str:
    if change.what == "allowed values" and change.kind == "changed":
        more = [f"+ {value!r}" for value in change.new if value not in change.old]
        less = [f"- {value!r}" for value in change.old if value not in change.new]
        return f"{change.path}: allowed values {', '.join(more + less)}"
    return str(change).removeprefix(change.family).lstrip()
