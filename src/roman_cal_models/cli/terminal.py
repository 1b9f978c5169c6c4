"""What a terminal is given that a file is not."""

from __future__ import annotations

import os
import sys

__all__ = ["has_colours"]


def has_colours() -> bool:
    """Tell whether the output is coloured: at a terminal, unless its user does not want it (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
