"""Print the table of all tags."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from roman_cal_models.schema import uris

from .checking import COLUMNS, Row, all_tags, check, is_upgradable


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 when something is not in order."""
    parser = argparse.ArgumentParser(prog="python -m tools.tags", description=__doc__)
    parser.add_argument("--tag", default="", metavar="TEXT", help="only tags that contain this")
    parser.add_argument("--failures", action="store_true", help="print only tags of which something is not in order")
    parser.add_argument("--json", action="store_true", help="print one JSON object a tag")
    options = parser.parse_args(arguments)
    rows = []
    for tag in all_tags():
        if options.tag in tag:
            with tempfile.TemporaryDirectory() as folder:
                rows.append(check(tag, Path(folder)))
            if rows[-1].faults or not options.failures:
                print(_json(rows[-1]) if options.json else _line(rows[-1]), flush=True)
    if not options.json:
        for line in _totals(rows):
            print(line)
    return int(any(row.faults for row in rows))


def _json(row: Row) -> str:
    return json.dumps({"tag": row.tag, **{name: row.is_good(name) for name in row.columns}, "faults": row.faults})


def _line(row: Row) -> str:
    parsed = uris.parse(row.tag)
    marks = ["yes" if row.is_good(name) else "NO" if name in row.columns else "-" for name in COLUMNS]
    line = f"{f'{parsed.family}-{parsed.version}':<55}" + "".join(f"{mark:>10}" for mark in marks)
    return "\n".join([line, *(f"    {name}: {fault[:300]}" for name, fault in row.faults.items())])


def _totals(rows: list[Row]) -> list[str]:
    upgradable = sum(is_upgradable(row.tag) for row in rows)
    totals = [
        f"{name:>10} {sum(row.is_good(name) for row in rows)} of {upgradable if name == 'upgraded' else len(rows)}"
        for name in COLUMNS
    ]
    by_peer = sum(row.peer_upgrades for row in rows)
    return [*totals, f"{'':>10} of which roman_datamodels' create_from_model upgrades {by_peer}"]


if __name__ == "__main__":
    sys.exit(main())
