"""Facts that are found out once, also where a process is forked meanwhile."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from roman_cal_models.lazily import cached_property


class Counting:
    asked = 0

    @cached_property
    def fact(self) -> object:
        """A fact."""
        self.asked += 1
        return object()


def test_a_fact_is_found_out_once() -> None:
    counting = Counting()
    assert counting.fact is counting.fact
    assert counting.asked == 1


def test_it_belongs_to_its_instance() -> None:
    assert Counting().fact is not Counting().fact
    assert Counting.fact.__doc__ == "A fact."


def test_a_subclass_may_ask_its_base_class_and_has_the_last_word() -> None:
    class Doubting(Counting):
        @cached_property
        def fact(self) -> object:
            return [super().fact]

    doubting = Doubting()
    assert isinstance(doubting.fact, list)
    assert doubting.fact is doubting.fact


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_child_forked_while_a_thread_finds_it_out_finds_it_out_itself() -> None:
    is_asked, may_answer = threading.Event(), threading.Event()
    parent = os.getpid()

    class Slow:
        @cached_property
        def fact(self) -> int:
            is_asked.set()
            if os.getpid() == parent:
                may_answer.wait(300)
            return os.getpid()

    slow = Slow()
    thread = threading.Thread(target=lambda: slow.fact)
    thread.start()
    assert is_asked.wait(300)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.alarm(120)
            status = 0 if slow.fact == os.getpid() else 1
        finally:  # it must not go on as its parent
            os._exit(status)
    _, status = os.waitpid(child, 0)
    may_answer.set()
    thread.join()
    assert os.waitstatus_to_exitcode(status) == 0
