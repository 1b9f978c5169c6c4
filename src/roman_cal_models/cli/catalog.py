"""``roman-cal-models catalog``: the archive's catalogue."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ..printable import printable
from .arguments import number_of_processes, paths_of
from .finding import add_find_arguments, find
from .terminal import print_json

if TYPE_CHECKING:
    from ..archive.files.manifests import Manifest
    from ..archive.report import Report

__all__ = ["PARSER", "add_arguments", "run"]

PARSER = {
    "description": "Put what files say into the tables of the catalogue. Files that are there already are left alone; "
    "ends with 1 if one could not be read, or is cut. Or print the statements that create the tables, or the columns "
    "that the values of a family of files go into. Or ask a catalogue for files.",
    "epilog": "example: roman-cal-models catalog products/ --to sqlite:///catalog.db",
}

_STDIN = "-"
_PARQUET = ".parquet"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="file, URL, folder, prefix (s3://roman/night/), pattern ('s3://roman/**/*_cal.asdf') or @LIST, a file "
        "that names one a line; '-' reads them from standard input, one a line",
    )
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--to",
        metavar="TARGET",
        help="put the files into a database, by the URL that SQLAlchemy takes (sqlite:///catalog.db), or into a "
        "Parquet data set: a folder whose name ends with .parquet",
    )
    what.add_argument(
        "--ddl", choices=["sqlite", "postgresql", "mssql"], help="print CREATE TABLE and CREATE VIEW statements"
    )
    what.add_argument("--felis", action="store_true", help="print the schema for TAP services, as felis takes it")
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
        "--partition-by",
        metavar="COLUMN[,COLUMN...]",
        help="with --to a .parquet: columns by whose values tables are cut into folders: detector",
    )
    parser.add_argument(
        "--trust",
        choices=["content", "mtime", "etag"],
        default="content",
        help="with --to: do not open files whose size and time of change, or whose etag in a bucket, are those of the "
        "last run",
    )
    pruning = parser.add_mutually_exclusive_group()
    pruning.add_argument(
        "--prune",
        dest="prune",
        action="store_true",
        help="with --to: remove the rows of files that are not there any more; none of a place where nothing is left, "
        "or less than half of many",
    )
    pruning.add_argument(
        "--prune-force", dest="prune", action="store_const", const="force", help="the same, however many they are"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="with --to: make the rows of all files again, also of those that have not changed or that a "
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
    if options.to is None and _is_for_a_run(options):
        options.parser.error("--mapping, --processes, --trust, --prune and --force go with --to")
    if options.partition_by is not None and not _is_data_set(options.to or ""):
        options.parser.error(f"--partition-by goes with --to a folder whose name ends with {_PARQUET}")
    is_made = options.to is not None or options.ddl is not None or options.felis
    if options.columns is None and options.find is None and not is_made:
        options.parser.error("one of --to, --ddl, --felis, --find and --columns is required")
    if options.columns is not None and is_made:
        options.parser.error("--columns stands alone, or goes with --find")
    if options.find is None and (options.catalog or options.near or options.limit is not None or options.csv):
        options.parser.error("--in, --near, --limit and --csv go with --find")
    if options.to is not None:
        return _put(options)
    if options.find is not None:
        find(options)
    elif options.ddl is not None:
        from ..archive.database.tables import ddl
        from ..archive.virtual_observatory.obscore import obscore_ddl

        print(ddl(options.ddl) + obscore_ddl(options.ddl), end="")
    elif options.felis:
        from ..archive.virtual_observatory.tap_schema import felis

        print(felis(), end="")
    else:
        _print_columns(options)
    return 0


def _put(options: argparse.Namespace) -> int:
    """Put files into the catalogue."""
    names = ("mapping", "processes", "trust", "prune", "force")
    arguments: dict[str, Any] = {name: getattr(options, name) for name in names}
    paths = _with_stdin(options.paths) if _STDIN in options.paths else paths_of(options.paths)
    if _is_data_set(options.to):
        from ..archive.parquet.data_set import to_parquet

        named = options.partition_by
        columns = None if named is None else [name.strip() for name in named.split(",")]
        report = to_parquet(paths, options.to, partition_by=columns, **arguments)
    else:
        from ..archive.ingesting import ingest

        report = ingest(paths, options.to, **arguments)
    if options.json:
        print_json(asdict(report))
    else:
        _print_report(report)
    return int(report.failed > 0)


def _print_report(report: Report) -> None:
    for failure in report.failures:
        print(failure, file=sys.stderr)
    if report.failed > len(report.failures):
        print(f"... and {report.failed - len(report.failures)} more, see ingest_failures", file=sys.stderr)
    for old, new in report.moved:
        print(printable(f"moved: {old} -> {new}"))
    for name in report.missing:
        print(printable(f"missing: {name}"))
    for what, number in (("moved", report.renamed - len(report.moved)), ("missing", report.gone - len(report.missing))):
        if number:
            print(f"... and {number} more are {what}")
    print(report)


def _is_for_a_run(options: argparse.Namespace) -> bool:
    """Return whether something was given that says how files are put into the catalogue."""
    said = (options.mapping != "newest", options.processes is not None, options.trust != "content")
    return any(said) or bool(options.prune or options.force)


def _is_data_set(target: str) -> bool:
    """Return whether a target is a Parquet data set, and not a database: its name tells, which a shell may complete."""
    from ..archive.database.reading import is_database

    return not is_database(target) and target.rstrip("/").endswith(_PARQUET)


def _with_stdin(paths: Sequence[str]) -> Iterator[str | Manifest]:
    """Yield paths that were typed, and in the place of ``-`` those that standard input names."""
    for path in paths:
        if path == _STDIN:
            yield from (line.rstrip("\n") for line in sys.stdin if line.strip())
        else:
            yield from paths_of([path])


def _print_columns(options: argparse.Namespace) -> None:
    from ..archive.definitions.mapping import columns

    found = columns(options.columns)
    if not found:
        print(printable(f"{options.columns}: the archive has no columns for it"), file=sys.stderr)
    width = max((len(column.path) for column in found), default=0)
    for column in found:
        if options.json:
            print_json(asdict(column))
        else:
            print(f"{column.path:<{width}}  {column.datatype:<14}  {column.table}.{column.column}")
