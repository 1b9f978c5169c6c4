"""``roman-cal-models catalog``: the archive's catalogue."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from ..archive.database import ddl
from ..archive.mapping import columns
from ..errors import MissingPackageError, SchemaNotFoundError

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Print the statements that create the tables of the catalogue, or the columns that the values of a "
    "family of files go into.",
    "epilog": "example: roman-cal-models catalog --columns wfi_image",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--ddl", choices=["sqlite", "postgresql", "mssql"], help="print CREATE TABLE statements")
    what.add_argument("--columns", metavar="FAMILY", help="print the columns of a family of files: wfi_image")
    parser.add_argument("--json", action="store_true", help="with --columns: print one JSON object a column")


def run(options: argparse.Namespace) -> int:
    """Print what was asked for; return 1 if there is no such thing."""
    try:
        if options.ddl is not None:
            print(ddl(options.ddl), end="")
            return 0
        found = columns(options.columns)
    except (SchemaNotFoundError, MissingPackageError) as error:
        print(error, file=sys.stderr)
        return 1
    width = max((len(column.path) for column in found), default=0)
    for column in found:
        line = f"{column.path:<{width}}  {column.datatype:<14}  {column.table}.{column.column}"
        print(json.dumps(asdict(column)) if options.json else line)
    return 0
