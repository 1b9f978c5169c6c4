"""Take in a release of RAD."""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .before import REPOSITORY, Before, before
from .lines import lines_of, take_over
from .news import fragment

PIN = REPOSITORY / "tools" / "generate" / "rad.txt"

# These look at every schema, every class or every tag.
TESTS = (
    "tests/nodes/test_generated.py",
    "tests/nodes/test_classes.py",
    "tests/schema",
    "tests/migration",
    "tests/archive/test_mapping.py",
    "tests/archive/test_linting.py",
    "tests/extension/test_round_trips.py",
    "tests/test_datamodels.py",
    "tests/test_packaging.py",
    "tests/test_rooms.py",
    "tests/docs/test_families.py",
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 if something is left for a person, or a test fails."""
    parser = argparse.ArgumentParser(prog="python -m tools.absorb", description=__doc__)
    parser.add_argument("version", help="the release: 1.3.0")
    parser.add_argument("--issue", type=int, required=True, help="number of the issue that the news are of")
    parser.add_argument("--source", help="what to install instead of rad==VERSION: a wheel or a checkout")
    parser.add_argument("--take-over", action="store_true", help="write the lines that are printed into their files")
    parser.add_argument("--no-docs", action="store_true", help="leave the outputs in the documentation as they are")
    parser.add_argument("--no-tests", action="store_true", help="run no tests")
    options = parser.parse_args(arguments)
    former = before()
    _install(options.version, options.source)
    found = _absorb(former)
    lines = lines_of(found)
    if options.take_over:
        for line in take_over(lines, REPOSITORY):
            print(f"wrote {line}")
        # now all upgrades must go by them
        lines = lines_of(_findings(former))
    print(f"news: {_write_news(fragment(found), options.issue).relative_to(REPOSITORY)}")
    if not options.no_docs:
        _run("-m", "tools.docs_outputs", "--write")
    failed = not options.no_tests and _run("-m", "pytest", "-q", "-n", "2", "--tb", "line", *TESTS, may_fail=True) != 0
    print(
        f"\nrad {former.rad} -> {found['rad']}: for a person: {len(lines) or 'no'} line{'' if len(lines) == 1 else 's'}"
    )
    for line in lines:
        print(f"  {line}")
    if failed:
        print("  tests: those that are named above as FAILED; numbers of the former RAD stand in some of them")
    return int(bool(lines) or failed)


def _write_news(text: str, issue: int) -> Path:
    """Write a fragment under the next free name, unless it is there from an earlier run."""
    news = REPOSITORY / "changes" / f"{issue}.feature.rst"
    number = 1
    while news.exists() and news.read_text(encoding="utf-8") != text:
        news = news.with_name(f"{issue}.feature.{number}.rst")
        number += 1
    news.write_text(text, encoding="utf-8")
    return news


def _install(version: str, source: str | None) -> None:
    if _installed() == version:
        print(f"rad {version} is installed")
        return
    uv = shutil.which("uv")
    wanted = source or f"rad=={version}"
    installer = (uv, "pip", "install", "--python", sys.executable) if uv else (sys.executable, "-m", "pip", "install")
    subprocess.run([*installer, wanted], check=True)
    if _installed() != version:
        raise SystemExit(f"{wanted} is rad {_installed()}, not {version}")


def _installed() -> str:
    # by a fresh process: this one may have another
    command = [sys.executable, "-c", "import rad; print(rad.__version__)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _absorb(former: Before) -> dict[str, Any]:
    """Generate the classes, move the pin, and return what the code has to say to the new schemas."""
    _run("-m", "tools.generate")
    version = _installed()
    pin = re.sub(r"(?m)^rad==.*$", f"rad=={version}", PIN.read_text(encoding="utf-8"))
    PIN.write_text(pin, encoding="utf-8")
    print(f"{PIN.relative_to(REPOSITORY)}: rad=={version}")
    return _findings(former)


def _findings(former: Before) -> dict[str, Any]:
    told = json.dumps({**asdict(former), "families": sorted(former.families)})
    command = [sys.executable, "-m", "tools.absorb.findings", told]
    done = subprocess.run(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _run(*arguments: str, may_fail: bool = False) -> int:
    return subprocess.run([sys.executable, *arguments], cwd=REPOSITORY, check=not may_fail).returncode


if __name__ == "__main__":
    sys.exit(main())
