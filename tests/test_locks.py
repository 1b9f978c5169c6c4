"""Locks of the process, where it is forked."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from roman_cal_models.locks import LongLock


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("who", ["another thread", "the thread that forks"])
def test_a_child_has_a_long_lock_of_its_own(who: str) -> None:
    lock = LongLock()
    held, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with lock.held():
            held.set()
            go_on.wait(300)

    def child() -> int:
        process = os.fork()
        if process == 0:
            signal.alarm(120)  # ends a child that waits for ever
            with lock.held():
                os._exit(0)
        return os.waitpid(process, 0)[1]

    if who == "another thread":
        thread = threading.Thread(target=hold)
        thread.start()
        assert held.wait(300)
        status = child()
        go_on.set()
        thread.join()
    else:
        with lock.held():
            process = os.fork()
        # the child too has left what its parent took
        if process == 0:
            signal.alarm(120)
            with lock.held():
                os._exit(0)
        status = os.waitpid(process, 0)[1]
    assert status == 0
    with lock.held():
        pass
