"""Change the code in one place at a time, and see whether the tests of its room notice.

A sample is taken of each room's mutants; each is run by the tests of the room that reach its line, the quickest first.
Lines that the tests reach are remembered in .mutants/. For example:

    python -m tools.mutants --rooms header blocks --count 60
    python -m tools.mutants --at nodes/lazy_dict.py:45
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence

from .explained import EXPLAINED
from .mutations import Mutant, mutants_of
from .reach import Reach, reach_of
from .rooms import PACKAGE, ROOMS
from .running import outcomes
from .sessions import warm_up

WANTED = 85  # per cent of the mutants of a room


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 when too many of a room survive."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=list(ROOMS), help="all by default")
    parser.add_argument("--count", type=int, default=120, help="mutants of each room (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default: %(default)s)")
    parser.add_argument(
        "--at", nargs="+", metavar="FILE:LINE", help="all mutants of these lines of the rooms, instead of a sample"
    )
    options = parser.parse_args(arguments)
    unused = unused_explanations()
    if unused:
        print("\n".join(["explained, but no mutant:", *unused]))
        return 2
    warm_up()
    rows = [
        examine(name, _wanted(name, options.at) if options.at else sample(name, options.count, options.seed))
        for name in options.rooms
    ]
    rows = [row for row in rows if row["mutants"]]
    print()
    print(table(rows))
    return int(any(rate(row) < WANTED for row in rows))


def sample(name: str, count: int, seed: int) -> list[Mutant]:
    """Return some mutants of a room, the same ones for the same seed and code."""
    mutants = _all(name)
    chosen = random.Random(f"{seed} {name}").sample(range(len(mutants)), min(count, len(mutants)))
    return [mutants[at] for at in sorted(chosen)]


def _wanted(name: str, places: Sequence[str]) -> list[Mutant]:
    return [mutant for mutant in _all(name) if f"{mutant.path}:{mutant.first}" in places]


def _all(name: str) -> list[Mutant]:
    return [mutant for file in ROOMS[name].source_files() for mutant in mutants_of(file)]


def examine(name: str, mutants: Sequence[Mutant]) -> dict[str, object]:
    """Run the tests of a room on mutants; print who survives, and return the room's row of the table."""
    if not mutants:
        return {"room": name, "mutants": 0}
    start = time.monotonic()
    files = ROOMS[name].test_files()
    reach = reach_of(files, lambda text: print(f"{name}: {text}", file=sys.stderr, flush=True))
    for test in reach.failed:
        print(f"{name}: left out, it fails without any mutant: {test}", flush=True)
    counts: Counter[str] = Counter(mutants=len(mutants))
    for mutant, outcome in outcomes(mutants, files, reach):
        if outcome == "survived":
            outcome = "explained" if _is_explained(mutant) else outcome
        if outcome == "survived":
            print(f"survived {mutant}{_tests(mutant, reach)}", flush=True)
        counts[outcome] += 1
    return {"room": name, **counts, "seconds": time.monotonic() - start}


def _tests(mutant: Mutant, reach: Reach) -> str:
    reached = reach.reaching(str(mutant.path), range(mutant.first, mutant.last + 1))
    return "" if reached or mutant.function is None else "   (no test reaches it)"


def _is_explained(mutant: Mutant) -> bool:
    return any((str(mutant.path), mutant.before, mutant.after) == (e.file, e.before, e.after) for e in EXPLAINED)


def unused_explanations() -> list[str]:
    """Return the explanations that are about no mutant."""
    mutants = {
        (str(mutant.path), mutant.before, mutant.after)
        for file in {entry.file for entry in EXPLAINED}
        for mutant in mutants_of(PACKAGE / file)
    }
    return [f"{e.file}: {e.before} -> {e.after}" for e in EXPLAINED if (e.file, e.before, e.after) not in mutants]


def rate(row: dict[str, object]) -> float:
    """Return how many of a hundred mutants that can be noticed are noticed."""
    told = int(str(row["mutants"])) - int(str(row.get("explained", 0)))
    return 100 * (told - int(str(row.get("survived", 0)))) / told if told else 100.0


def table(rows: Sequence[dict[str, object]]) -> str:
    """Return the table of all rooms."""
    columns = ("mutants", "killed", "timeout", "survived", "explained")
    lines = [f"{'room':12}" + "".join(f"{name:>11}" for name in columns) + f"{'rate':>8}{'seconds':>9}"]
    for row in rows:
        numbers = "".join(f"{row.get(name, 0):>11}" for name in columns)
        lines.append(f"{row['room']:12}{numbers}{rate(row):7.1f}%{row['seconds']:9.0f}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
