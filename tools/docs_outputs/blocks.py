"""Where console blocks stand in a page, and the commands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["PROGRAM", "PROMPT", "Block", "Command", "blocks_of"]

PROMPT = "$ "
PROGRAM = "roman-cal-models"

_RST = re.compile(r"( *)\.\. code-block:: console\s*")
_MARKDOWN = re.compile(r"( *)```console\s*")


@dataclass(frozen=True)
class Command:
    """A command, and what the page says that it prints.

    Parameters
    ----------
    line : str
        As it is typed, without the prompt.
    printed : tuple of str
        The lines below it.
    """

    line: str
    printed: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A console block of a page.

    Parameters
    ----------
    first, last : int
        Its lines: ``lines[first:last]`` of the page.
    indent : str
        What stands before each.
    commands : tuple of Command
        In their order.
    """

    first: int
    last: int
    indent: str
    commands: tuple[Command, ...]

    @property
    def is_ours(self) -> bool:
        """Whether a command of this package is in it; other blocks are left as they are."""
        return any(command.line.split()[0] == PROGRAM for command in self.commands)


def blocks_of(lines: list[str]) -> Iterator[Block]:
    """Yield the console blocks of a page."""
    at = 0
    while at < len(lines):
        if match := _MARKDOWN.fullmatch(lines[at]):
            indent, first = match[1], at + 1
            last = next(line for line in range(first, len(lines)) if lines[line].strip() == "```")
        elif match := _RST.fullmatch(lines[at]):
            indent, first = f"{match[1]}    ", at + 2
            last = _end(lines, first, indent)
        else:
            at += 1
            continue
        yield Block(first, last, indent, tuple(_commands([line[len(indent) :] for line in lines[first:last]])))
        at = last


def _end(lines: list[str], first: int, indent: str) -> int:
    last = first
    for number in range(first, len(lines)):
        if lines[number].startswith(indent):
            last = number + 1
        elif lines[number]:
            break
    return last


def _commands(lines: list[str]) -> Iterator[Command]:
    starts = [number for number, line in enumerate(lines) if line.startswith(PROMPT)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield Command(lines[start].removeprefix(PROMPT), tuple(lines[start + 1 : end]))
