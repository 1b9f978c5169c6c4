"""Jobs are done by threads, and an interruption at any moment leaves no thread that somebody waits for."""

from __future__ import annotations

import _thread
import subprocess
import sys
import threading
import time
import weakref
from contextvars import ContextVar
from pathlib import Path

import pytest

from roman_cal_models.threads import Job, Threads
from tests.interrupting import needs_alarms


def test_jobs_are_done_by_no_more_threads_than_are_wanted() -> None:
    met = set[int]()
    running, most = 0, 0
    lock = threading.Lock()
    all_three = threading.Barrier(3, timeout=120)  # which fewer would break

    def work(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            met.add(threading.get_ident())
        if number < 3:
            all_three.wait()
        time.sleep(0.002)
        with lock:
            running -= 1
        return number**2

    threads = Threads(3)
    jobs = [threads.submit(lambda number=number: work(number)) for number in range(50)]  # type: ignore[misc]
    assert [job.result() for job in jobs] == [number**2 for number in range(50)]
    threads.close()
    assert most == len(met) == 3
    assert threading.get_ident() not in met


def test_an_error_is_raised_where_the_result_is_asked_for_as_often_as_it_is() -> None:
    threads = Threads(1)
    job = threads.submit(lambda: 1 // 0)
    job.wait()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            job.result()
    assert threads.submit(lambda: 3).result() == 3
    threads.close()


def test_what_is_made_of_many_comes_in_their_order_and_by_the_settings_of_who_asks() -> None:
    setting = ContextVar("setting", default=0)
    setting.set(5)

    def work(number: int, other: int) -> int:
        time.sleep(0.001 * (number % 3))
        return setting.get() + number * other

    with Threads(4) as threads:
        assert list(threads.map(work, range(30), range(30))) == [5 + number**2 for number in range(30)]
        found = threads.map(lambda number: 1 // number, [1, 0, 1])
        assert next(found) == 1
        with pytest.raises(ZeroDivisionError):
            next(found)
        with pytest.raises(ValueError):
            threads.map(work, range(2), range(3))


def test_what_came_of_many_is_held_only_until_it_is_given() -> None:
    class Large:
        pass

    is_gone = threading.Event()
    with Threads(2) as threads:
        found = threads.map(lambda _: Large(), range(3))
        weakref.finalize(next(found), is_gone.set)
        next(found)
        # the thread that made it may be about to let go of it
        assert is_gone.wait(120)
        assert list(map(type, found)) == [Large]


def test_what_nobody_has_begun_is_forgotten() -> None:
    done: list[int] = []
    go_on = threading.Event()
    threads = Threads(1)
    has_begun = threading.Event()

    def wait() -> bool:
        has_begun.set()
        return go_on.wait(120)

    first = threads.submit(wait)
    others = [threads.submit(lambda number=number: done.append(number)) for number in range(10)]  # type: ignore[misc]
    assert has_begun.wait(120)

    def let_go_on() -> None:
        others[-1].wait()  # until it is forgotten, while `close` waits for the first
        go_on.set()

    threading.Thread(target=let_go_on, daemon=True).start()
    threads.close()
    assert first.result()
    assert not done
    for job in others:
        with pytest.raises(RuntimeError, match="given up"):
            job.result()
    threads.close()


def test_a_job_may_be_done_at_once() -> None:
    job = Job(lambda: "here")
    job.do()
    assert job.result() == job.result() == "here"


def test_no_thread_at_all_is_told_and_too_few_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    start, started = _thread.start_new_thread, list[int]()

    def refused(*arguments: object) -> int:
        if len(started) >= 1:
            raise RuntimeError("can't start new thread")
        started.append(start(*arguments))  # type: ignore[arg-type]
        return started[-1]

    monkeypatch.setattr(_thread, "start_new_thread", refused)
    threads = Threads(3)
    jobs = [threads.submit(lambda: 1) for _ in range(5)]
    assert sum(job.result() for job in jobs) == 5
    threads.close()
    with pytest.raises(RuntimeError):
        Threads(3).submit(lambda: 1)


INTERRUPTED = """
import faulthandler, random
from roman_cal_models.threads import Threads
from tests.interrupting import is_interrupted

def work():
    threads = Threads(2)
    try:
        for job in [threads.submit(lambda: sum(range(100))) for _ in range(100)]:
            job.result()
    finally:
        threads.close()

chance = random.Random(0)
met = 0
for _ in range(3000):
    faulthandler.dump_traceback_later(300, exit=True)
    met += is_interrupted(chance.uniform(1e-5, 5e-4), work)
print(met)
"""


@needs_alarms
def test_an_interruption_leaves_nobody_waiting() -> None:
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100  # of 3,000
