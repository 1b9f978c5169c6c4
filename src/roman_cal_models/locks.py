"""The one lock of the process, for moments: where threads have to agree on what stands in a place.

Whoever holds it reads nothing, builds nothing and waits for nothing, so nobody waits long for it. A process that is
forked meanwhile waits as well: its child never finds the lock held by a thread that it does not have.
"""

from __future__ import annotations

import os
import threading

__all__ = ["MOMENT"]

# One thread may take it twice: what is dropped while it is held may be cleaned up by code that takes it.
MOMENT = threading.RLock()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=MOMENT.acquire, after_in_parent=MOMENT.release, after_in_child=MOMENT.release)
