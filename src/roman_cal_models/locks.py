"""The locks of the process.

No thread that holds `MOMENT` or `FIRST_USE` reads bytes of a file, so none waits long for them; a `LongLock` is for
what does. A process that is forked waits for both: its child never finds one held by a thread that it does not have,
nor a module half imported, which it could not go on with.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module

__all__ = ["FIRST_USE", "MOMENT", "LongLock", "imported"]

# Both may be taken twice by one thread: what is dropped or imported meanwhile may come back to it.
MOMENT = threading.RLock()
"""For moments: where threads have to agree on what stands in a place."""

FIRST_USE = threading.RLock()
"""For what imports libraries, while it does so."""


class LongLock:
    """A lock for what may take long, so that no process waits for it to be forked: its child has a new one.

    One thread may take it twice.
    """

    def __init__(self) -> None:
        self._renew()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._renew)

    def _renew(self) -> None:
        self._lock = threading.RLock()

    @contextmanager
    def held(self) -> Generator[None]:
        """Hold it meanwhile."""
        with self._lock:  # a child that is forked meanwhile releases what its parent took
            yield


_imported: set[str] = set()


def imported(*names: str) -> None:
    """Import modules before they are needed, so that no process is forked amidst of it."""
    if not _imported.issuperset(names):
        with FIRST_USE:
            for name in names:
                import_module(name)
            _imported.update(names)


def _before_fork() -> None:
    FIRST_USE.acquire()
    MOMENT.acquire()


def _after_fork() -> None:
    MOMENT.release()
    FIRST_USE.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
