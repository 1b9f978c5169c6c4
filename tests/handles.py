"""Which files this process has open, whatever else it does at the same time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

__all__ = ["needs_handles", "times_open"]

_HANDLES = Path("/proc/self/fd")

needs_handles = pytest.mark.skipif(not _HANDLES.is_dir(), reason="counts the handles in /proc")


def times_open(file: Path) -> int:
    """Return how many handles of this process lead to a file.

    All handles cannot be counted: other threads, and garbage that earlier tests have left, open and close theirs.
    """
    wanted, count = os.path.realpath(file), 0
    for handle in os.listdir(_HANDLES):
        try:
            count += os.readlink(_HANDLES / handle) == wanted
        except FileNotFoundError:  # it was closed meanwhile
            continue
    return count
