"""Compare the outputs in the documentation with what commands print, or renew them."""

from __future__ import annotations

import argparse
import difflib
import sys

from .pages import REPOSITORY, pages, renewed


def main(arguments: list[str] | None = None) -> int:
    """Check or write; return 1 if a page is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs_outputs", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="print what differs, and end with 1 if anything does")
    what.add_argument("--write", action="store_true", help="renew the outputs in the pages")
    options = parser.parse_args(arguments)
    status = 0
    for page in pages():
        old = page.read_text()
        new = renewed(old)
        if new == old:
            continue
        name = str(page.relative_to(REPOSITORY))
        if options.write:
            page.write_text(new)
            print(f"{name} is renewed")
        else:
            status = 1
            print("\n".join(difflib.unified_diff(old.splitlines(), new.splitlines(), name, "as printed", lineterm="")))
    return status


if __name__ == "__main__":
    sys.exit(main())
