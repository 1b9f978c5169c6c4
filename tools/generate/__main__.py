"""Write the generated classes, or compare them with what the schemas say."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from roman_cal_models.schema import installed
from roman_cal_models.schema.families import collect

from .classes import new_folders
from .emit import modules

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "roman_cal_models"


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 when ``--check`` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m tools.generate", description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; exit 1 when a file is not as it should be"
    )
    options = parser.parse_args(arguments)
    families = collect(installed())
    wanted = modules(families)
    for folder, classes in new_folders(families).items():
        print(
            f"tools/generate/classes.py, _HOMES: RAD has a new folder {folder!r}, which adds nothing to the names of "
            f"{', '.join(classes)}; list it there, or in NAMING_FOLDERS of schema/families.py"
        )
    files = [*PACKAGE.glob("*.pyi"), *PACKAGE.glob("*/generated/*.py")]
    present = {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8") for path in files if path.exists()
    }
    different = sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))
    if options.check:
        for name in different:
            _show(name, present.get(name, ""), wanted.get(name, ""))
        print(f"{len(wanted)} generated files, {len(different)} different")
        return 1 if different else 0
    for name in different:
        path = PACKAGE / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            path.unlink()
    print(f"{len(wanted)} generated files, {len(different)} written or removed")
    return 0


def _show(name: str, present: str, wanted: str) -> None:
    lines = difflib.unified_diff(
        present.splitlines(), wanted.splitlines(), name, f"{name} (generated)", lineterm="", n=1
    )
    for line in list(lines)[:20]:
        print(line)


if __name__ == "__main__":
    sys.exit(main())
