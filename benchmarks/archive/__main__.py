"""Measure, and print the tables of what the archive's catalogue costs."""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from ..report import Section, disk, machine, rst_of
from . import latency, postgresql, reading, writing
from .files import Files, written

PAGE = "docs/explanation/archive_results.inc"

_DISTRIBUTIONS = ("PyYAML", "rapidyaml", "SQLAlchemy", "psycopg", "s3fs", "fsspec", "botocore")


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archive", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few files, once: to see that it works")
    parser.add_argument("--rst", metavar="FILE", type=Path, help=f"write the tables for the documentation too: {PAGE}")
    parser.add_argument(
        "--postgresql",
        metavar="URL",
        help="an empty database, which is emptied again (default: one of its own, where PostgreSQL is installed)",
    )
    parser.add_argument("--folder", type=Path, help="where the files and catalogues are (default: a temporary one)")
    options = parser.parse_args(arguments)
    number, different, rounds = (60, 10, 1) if options.quick else (1000, 100, 5)
    milliseconds = (20,) if options.quick else (0, 20, 100)
    begin = time.perf_counter()
    on = machine(*_DISTRIBUTIONS)  # before the measurement, which is a load itself
    sections = []
    with ExitStack() as stack:
        place = Path(stack.enter_context(TemporaryDirectory(prefix="benchmarks-", dir=options.folder)))
        urls = [f"sqlite:///{place / 'catalog.db'}"]
        if options.postgresql:
            urls.append(options.postgresql)
        elif postgresql.PROGRAMS and find_spec("psycopg"):
            urls.append(stack.enter_context(postgresql.server()))
        on += f"\nSQLite {sqlite3.sqlite_version}; {_servers(urls[1:])}files and catalogues on {disk(place)}"
        print(on, flush=True)
        originals = written(place / "originals", different)
        files = Files(place / "files", originals)
        measured: dict[str, Callable[[], Section]] = {
            "reading": lambda: reading.section(originals, rounds),
            "writing": lambda: writing.section(files, urls, number=number, rounds=rounds),
            "whole runs": lambda: latency.section(files, place / "catalogs", number=number, milliseconds=milliseconds),
        }
        for what, measure in measured.items():
            print(f"measuring {what}", file=sys.stderr, flush=True)
            sections.append(measure())
            print(f"\n{sections[-1]}", flush=True)
    print(f"\nall of it took {time.perf_counter() - begin:.0f} s")
    if options.rst is not None:
        options.rst.write_text(rst_of(sections, on=on, quick=options.quick))


def _servers(urls: list[str]) -> str:
    """Return the versions of the databases that are servers."""
    import sqlalchemy as sql

    told = ""
    for url in urls:
        engine = sql.create_engine(url)
        with engine.connect() as connection:
            told += f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar()}; "
        engine.dispose()
    return told


if __name__ == "__main__":
    main()
