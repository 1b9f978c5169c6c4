"""Work that an alarm interrupts at any moment, and nothing else that comes after it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

__all__ = ["is_interrupted", "needs_alarms"]

needs_alarms = pytest.mark.skipif(os.name != "posix", reason="needs a timer signal")


def is_interrupted(seconds: float, work: Callable[[], object]) -> bool:
    """Do the work, and say whether it met the one KeyboardInterrupt that an alarm raises after so many seconds.

    An alarm that comes when the work is done raises nothing, and none is left to come to whoever runs next.
    """
    is_due = True

    def interrupt(*_: object) -> None:
        nonlocal is_due
        if is_due:
            is_due = False
            raise KeyboardInterrupt

    signal.signal(signal.SIGALRM, interrupt)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, seconds)
            work()
        finally:
            is_due = False
    except KeyboardInterrupt:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return False
