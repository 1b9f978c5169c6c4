"""Files that were made to do harm, and what is done to files and targets that are odd."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from .files import COMPRESSIONS, content
from .hostile_acts import ACTS
from .hostile_files import Outside, hostile_files
from .probing import asked, commands, read, written
from .trials import Options, Trial
from .workers import run

__all__ = ["trials"]

_QUESTIONS: dict[str, Callable[[Path, Path], list[str]]] = {
    "read": lambda path, folder: read(path.read_bytes()),
    "asked": lambda path, folder: asked(path),
    "memmap": lambda path, folder: asked(path, memmap=True),
    "written": written,
    "commands": commands,
}


def trials(options: Options) -> Iterator[Trial]:
    """Ask everything of every hostile file, and do every odd act; or only so many of them."""
    for compression in COMPRESSIONS:
        content(compression)  # once, for all processes
    with tempfile.TemporaryDirectory(prefix="outside-") as folder:
        outside = Outside.made_in(Path(folder), options.listener)
        attempts: dict[str, Callable[[Path], list[str]]] = {}
        for name, hostile in hostile_files(outside).items():
            for question, ask in _QUESTIONS.items():
                attempts[f"{name}: {question}"] = partial(_ask, hostile, ask)
        attempts |= ACTS
        names = list(attempts)
        if options.count:
            names = random.Random(options.seed).sample(names, min(options.count, len(names)))
        yield from run(
            len(names),
            lambda number, folder: attempts[names[number]](folder),
            name=lambda number: f"hostile {names[number]}",
            processes=options.processes,
        )


def _ask(hostile: bytes, ask: Callable[[Path, Path], list[str]], folder: Path) -> list[str]:
    path = folder / "hostile.asdf"
    path.write_bytes(hostile)
    # a relative path in a file must lead nowhere, wherever one stands
    os.chdir(folder)
    try:
        return ask(path, folder)
    finally:
        os.chdir("/")
