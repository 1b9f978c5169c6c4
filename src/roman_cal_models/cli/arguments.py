"""Arguments that several commands take, and what they do with them."""

from __future__ import annotations

import argparse
import errno
import os
from pathlib import Path

__all__ = ["make_folder", "number_of_processes"]


def number_of_processes(text: str) -> int:
    """Return a number of processes that was typed."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes, 1 or more")
    return int(text)


def make_folder(folder: Path) -> None:
    """Make a folder that was named for what is written; it may be there.

    Raises
    ------
    OSError
        It cannot be made; `NotADirectoryError` where a file has its name.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None
