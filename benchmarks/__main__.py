"""Measure, print the table, and with ``--check`` end with 1 where a wanted ratio is missed."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from .cases import CASES
from .measure import Result
from .report import disk, machine, rst, table
from .setup import Setup

PAGE = "docs/explanation/benchmark_results.inc"


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", metavar="NAME", nargs="*", help=f"what to measure, of: {', '.join(CASES)} (default: all)"
    )
    parser.add_argument("--quick", action="store_true", help="few repeats and small arrays: to see that it works")
    parser.add_argument("--check", action="store_true", help="exit 1 when a wanted ratio is missed")
    parser.add_argument(
        "--processors", metavar="N", type=int, help="use so many of them only; what is wanted is wanted of all"
    )
    parser.add_argument("--rst", metavar="FILE", type=Path, help=f"write the table for the documentation too: {PAGE}")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in CASES]
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}. There are {', '.join(CASES)}")
    if options.processors is not None:
        _use(options.processors, parser)
    on = f"{machine()}; files on {disk(Path(gettempdir()))}"  # before the measurement, which is a load itself
    print(on, flush=True)
    results: list[Result] = []
    with TemporaryDirectory(prefix="benchmarks-") as folder:
        setup = Setup(folder, quick=options.quick)
        for name in options.names or CASES:
            print(f"measuring {name}", file=sys.stderr, flush=True)
            found = CASES[name](name, setup)
            results += [found] if isinstance(found, Result) else found
    if options.processors is not None:
        results = [replace(result, wanted=None) for result in results]
    print(table(results))
    if options.rst is not None:
        options.rst.write_text(rst(results, on=on, quick=options.quick))
    return int(options.check and any(result.is_missed for result in results))


def _use(number: int, parser: argparse.ArgumentParser) -> None:
    """Have this process, and those that it starts, use so many processors."""
    if not hasattr(os, "sched_setaffinity"):
        parser.error("--processors: this system does not let a process choose")
    mine = sorted(os.sched_getaffinity(0))
    if not 0 < number <= len(mine):
        parser.error(f"--processors: there are {len(mine)}, not {number}")
    os.sched_setaffinity(0, mine[:number])


if __name__ == "__main__":
    sys.exit(main())
