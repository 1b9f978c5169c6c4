"""Work in processes of this machine, whatever becomes of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence

import pytest

from roman_cal_models.executors import Cluster, Processes, spread

pytestmark = pytest.mark.once


def _double(tasks: Sequence[int]) -> list[int]:
    return [2 * task for task in tasks]


def _double_or_die(tasks: Sequence[int]) -> list[int]:
    """End the process at an unlucky number, as a file does that crashes a library."""
    if 13 in tasks:
        os.kill(os.getpid(), signal.SIGKILL)
    return _double(tasks)


def _double_when_interrupted(tasks: Sequence[int]) -> list[int]:
    os.kill(os.getpid(), signal.SIGINT)
    return _double(tasks)


def _lose(task: int) -> int:
    return -task


def test_a_task_that_ends_its_process_is_the_only_one_lost() -> None:
    found = spread(_double_or_die, range(40), Processes(2), size=4, lose=_lose)
    assert sorted(found) == sorted([-13, *(2 * task for task in range(40) if task != 13)])


def test_an_interrupt_is_for_the_process_that_started_the_others() -> None:
    found = spread(_double_when_interrupted, range(4), Processes(2), size=1, lose=_lose)
    assert sorted(found) == [0, 2, 4, 6]


def test_few_tasks_are_under_way_at_a_time() -> None:
    asked = 0

    def tasks() -> Iterator[int]:
        nonlocal asked
        for task in range(1000):
            asked += 1
            yield task

    ahead = []
    for done, _ in enumerate(spread(_double, tasks(), Processes(2), size=2, lose=_lose)):
        ahead.append(asked - done)
    assert asked == 1000
    assert max(ahead) < 30


def _number(tasks: Sequence[int]) -> list[int]:
    return [len(tasks)] * len(tasks)


def test_pieces_are_larger_once_all_have_some() -> None:
    found = list(spread(_number, range(100), None, size=2, most=16, lose=_lose))
    assert (found[:7], found[-1], len(found)) == ([2] * 6 + [16], (100 - 6) % 16, 100)
    # and small ones for as many as there are
    few = list(spread(_number, range(20), Processes(2), size=2, most=16, lose=_lose))
    assert sorted(few) == [2] * 12 + [8] * 8


def test_what_is_no_client_is_refused() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(TypeError, match=r"client is a distributed\.Client, not 'tcp://scheduler:8786'"):
        Cluster("tcp://scheduler:8786")
