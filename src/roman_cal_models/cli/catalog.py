"""``roman-cal-models catalog``: the archive's catalogue."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from .arguments import number_of_processes
from .finding import add_find_arguments, find
from .terminal import print_json

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Put what files say into the tables of the catalogue. Files that are there already are left alone; "
    "ends with 1 if one could not be read, or is cut. Or print the statements that create the tables, or the columns "
    "that the values of a family of files go into. Or ask a catalogue for files.",
    "epilog": "example: roman-cal-models catalog products/ --to sqlite:///catalog.db",
}

_STDIN = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help="file, URL or folder; '-' reads them from standard input, one a line"
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--to",
        metavar="TARGET",
        help="put the files into a database, by the URL that SQLAlchemy takes (sqlite:///catalog.db), or into Parquet "
        "files, one a table, in a folder whose name ends with .parquet",
    )
    what.add_argument("--ddl", choices=["sqlite", "postgresql", "mssql"], help="print CREATE TABLE statements")
    what.add_argument(
        "--find",
        metavar="WHERE",
        nargs="?",
        const="",
        help="print the files of a catalogue that a condition is true of, or all: an expression of SQL",
    )
    parser.add_argument(
        "--columns",
        metavar="NAME",
        help="print the columns of a family of files: wfi_image; with --find: which columns to print: detector,program",
    )
    add_find_arguments(parser)
    parser.add_argument(
        "--mapping", choices=["newest", "file"], default="newest", help="with --to: whose columns old files have"
    )
    parser.add_argument(
        "--processes", metavar="N", type=number_of_processes, help="with --to: how many processes read the files"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="with --to a database: make the rows of all files again, also of those that have not changed or that a "
        "newer release has made",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object a column with --columns, a file with --find; the report as one with --to",
    )
    # it knows how to refuse what argparse itself cannot
    parser.set_defaults(parser=parser)


def run(options: argparse.Namespace) -> int:
    """Do what was asked for; return 1 if a file failed."""
    if bool(options.paths) != (options.to is not None):
        options.parser.error("PATH and --to go together")
    asked = [options.to, options.ddl, options.find]
    if (options.columns is None and asked == [None] * 3) or (options.columns and (options.to or options.ddl)):
        options.parser.error("one of --to, --ddl, --find and --columns is required; --columns goes with --find as well")
    if options.find is None and (options.catalog or options.near or options.limit is not None or options.csv):
        options.parser.error("--in, --near, --limit and --csv go with --find")
    if options.to is not None:
        return _put(options)
    if options.find is not None:
        find(options)
    elif options.ddl is not None:
        from ..archive.database import ddl

        print(ddl(options.ddl), end="")
    else:
        _print_columns(options)
    return 0


def _put(options: argparse.Namespace) -> int:
    """Put files into the catalogue."""
    arguments: dict[str, Any] = {"mapping": options.mapping, "processes": options.processes}
    paths = _from_stdin() if options.paths == [_STDIN] else options.paths
    if options.to.endswith(".parquet"):
        if options.force:
            options.parser.error("--force is for a database: Parquet files are written anew each time")
        from ..archive.parquet import to_parquet

        report = to_parquet(paths, options.to, **arguments)
    else:
        from ..archive.ingesting import ingest

        report = ingest(paths, options.to, force=options.force, **arguments)
    if options.json:
        print_json(asdict(report))
    else:
        for failure in report.failures:
            print(failure, file=sys.stderr)
        print(report)
    return int(report.failed > 0)


def _from_stdin() -> Iterable[str]:
    return (line.rstrip("\n") for line in sys.stdin if line.strip())


def _print_columns(options: argparse.Namespace) -> None:
    from ..archive.mapping import columns

    found = columns(options.columns)
    width = max((len(column.path) for column in found), default=0)
    for column in found:
        if options.json:
            print_json(asdict(column))
        else:
            print(f"{column.path:<{width}}  {column.datatype:<14}  {column.table}.{column.column}")
