"""The pages of the documentation, and what they should be."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from .blocks import PROMPT, Block, blocks_of
from .files import write_files
from .running import Shell

__all__ = ["REPOSITORY", "pages", "renewed"]

REPOSITORY = Path(__file__).parents[2]


def pages() -> list[Path]:
    """Return the pages that people write: the README, and those under ``docs/`` that no build made."""
    made = {"_build", "families"}
    found = [path for path in sorted((REPOSITORY / "docs").rglob("*.rst")) if made.isdisjoint(path.parts)]
    return [REPOSITORY / "README.md", *found]


def renewed(text: str) -> str:
    """Return a page with the outputs of its commands as they are now; all of a page run in one folder."""
    lines = text.splitlines()
    blocks = [block for block in blocks_of(lines) if block.is_ours]
    if not blocks:
        return text
    shell = Shell()
    with TemporaryDirectory(prefix="docs-outputs-") as name, contextlib.chdir(name):
        write_files(Path(name))
        new = [list(_lines(block, shell)) for block in blocks]
    for block, inside in reversed(list(zip(blocks, new, strict=True))):
        lines[block.first : block.last] = inside
    return "\n".join(lines) + "\n"


def _lines(block: Block, shell: Shell) -> Iterator[str]:
    for command in block.commands:
        for line in (PROMPT + command.line, *shell.run(command)):
            yield f"{block.indent}{line}".rstrip()
