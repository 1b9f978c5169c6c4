"""Threads that do jobs while their caller waits, or does something else.

An interruption leaves none of them behind. Where one comes while the main thread takes a condition of `threading` (a
lock whose ``__enter__`` is Python), the lock is never released: a thread of `concurrent.futures` may then wait for it
for ever, and everybody for that thread, up to the end of Python. Here callers and threads meet in queues of C alone,
which an interruption leaves as they are.
"""

from __future__ import annotations

import _thread
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, Self, TypeVar

__all__ = ["Job", "Threads"]

_Value = TypeVar("_Value")


class Job(Generic[_Value]):
    """Something that is done once.

    Parameters
    ----------
    function : callable
        Does it.
    """

    def __init__(self, function: Callable[[], _Value]) -> None:
        self._function: Callable[[], _Value] | None = function
        self._value: Any = None
        self._error: BaseException | None = None
        self._done: SimpleQueue[None] = SimpleQueue()

    def do(self) -> None:
        """Do it, here and now; an error is kept for `result`."""
        function, self._function = self._function, None
        assert function is not None
        try:
            self._value = function()
        except BaseException as error:
            self._error = error
        self._done.put(None)

    def forget(self) -> None:
        """Let nobody wait for it any more: it is not going to be done."""
        self._error = RuntimeError("it was given up before it began")
        self._done.put(None)

    def wait(self) -> None:
        """Wait until it is done, whatever came of it."""
        self._done.get()
        self._done.put(None)  # it stays done

    def result(self) -> _Value:
        """Return what came of it, when it is done; its error is raised."""
        self.wait()
        if self._error is not None:
            raise self._error
        value: _Value = self._value
        return value


class Threads:
    """Some threads, which are started as jobs come; as a context manager they are closed at its end.

    Parameters
    ----------
    number : int
        The most that there are.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._started = 0
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._ended: SimpleQueue[None] = SimpleQueue()

    def submit(self, function: Callable[[], _Value]) -> Job[_Value]:
        """Have something done, by the settings of whoever asks (a copy of the context).

        Raises
        ------
        RuntimeError
            No thread could be started: there are too many, or Python is ending.
        """
        if self._started < self._number:
            try:
                _thread.start_new_thread(_work, (self._jobs, self._ended))
                self._started += 1
            except RuntimeError:
                if not self._started:
                    raise
        job: Job[_Value] = Job(partial(copy_context().run, function))
        self._jobs.put(job)
        return job

    def map(self, function: Callable[..., _Value], *arguments: Iterable[Any]) -> Iterator[_Value]:
        """Yield what a function makes of each argument, or of those that stand together; all is begun at once.

        Raises
        ------
        Exception
            Where the function raises it.
        """
        jobs = deque(self.submit(partial(function, *some)) for some in zip(*arguments, strict=True))
        # which holds what is not asked for yet, and nothing else
        return (jobs.popleft().result() for _ in range(len(jobs)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Forget the jobs that nobody has begun, and wait for the others."""
        try:
            while (job := self._jobs.get_nowait()) is not None:
                job.forget()
        except Empty:
            pass
        finally:
            self._jobs.put(None)
        while self._started:
            self._ended.get()
            self._started -= 1


def _work(jobs: SimpleQueue[Job[Any] | None], ended: SimpleQueue[None]) -> None:
    while (job := jobs.get()) is not None:
        job.do()
        del job  # what it holds is not needed while the next one is waited for
    jobs.put(None)  # for the next thread
    ended.put(None)
