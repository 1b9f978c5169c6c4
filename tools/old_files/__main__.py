"""Make the files anew, or print the table of who reads them."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .making import make
from .releases import RELEASES


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 when a file is not read here as its own release reads it."""
    parser = argparse.ArgumentParser(prog="python -m tools.old_files", description=__doc__)
    known = {release.version: release for release in RELEASES}
    parser.add_argument("releases", nargs="*", metavar="RELEASE", help=f"by default all: {', '.join(known)}")
    parser.add_argument("--environments", type=Path, metavar="FOLDER", help="where environments are kept for next time")
    parser.add_argument("--table", action="store_true", help="make nothing, print who reads what")
    parser.add_argument("--readme", action="store_true", help="with --table: write the totals beside the data")
    options = parser.parse_args(arguments)
    if options.table:
        return _table(write=options.readme)
    unknown = [name for name in options.releases if name not in known]
    if unknown:
        parser.error(f"{', '.join(unknown)}: not among {', '.join(known)}")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.releases or known:
            done = make(known[name], options.environments or Path(folder))
            print(f"{name}: {done['versions']}", flush=True)
            for model, fault in done["failed"].items():
                print(f"    {model} cannot be written: {fault}")
    return 0


def _table(*, write: bool) -> int:
    from .checking import COLUMNS, README, readme, rows

    found = list(rows())
    print(" " * 50 + "".join(f"{name:>15}" for name in COLUMNS))
    for row in found:
        print(f"{row.release:<8}{row.file:<42}" + "".join(f"{'yes' if mark else 'NO':>15}" for mark in row.marks))
        for fault in filter(None, (row.ours, row.upgrade, row.theirs)):
            print(f"        {fault[:300]}")
    text = readme(found)
    print(f"\n{text}", end="")
    if write:
        README.write_text(text)
    return int(any(row.ours is not None for row in found))


if __name__ == "__main__":
    sys.exit(main())
