"""Arguments that several commands take."""

from __future__ import annotations

import argparse

__all__ = ["number_of_processes"]


def number_of_processes(text: str) -> int:
    """Return a number of processes that was typed."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes, 1 or more")
    return int(text)
