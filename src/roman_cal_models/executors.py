"""Work on many pieces: here, in processes of this machine, or on a Dask cluster. Few pieces are under way at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice, repeat
from typing import Any, Generic, Protocol, TypeVar, cast

from .errors import WorkerError

__all__ = ["Cluster", "Processes", "Workers", "spread"]

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")

_PIECES_A_WORKER = 3


class Workers(Protocol):
    """Processes or machines that do the work."""

    @property
    def lost(self) -> tuple[type[BaseException], ...]:
        """What a piece of work raises when its worker died."""
        ...

    @property
    def number(self) -> int:
        """How many there are."""
        ...

    def start(self) -> Executor:
        """Return what takes the work; again after workers were lost."""
        ...

    def stop(self) -> None:
        """End what was started."""
        ...


class Processes:
    """Processes of this machine.

    Parameters
    ----------
    number : int
        How many.
    """

    lost: tuple[type[BaseException], ...] = (BrokenProcessPool,)

    def __init__(self, number: int) -> None:
        self.number = number
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> Executor:
        """Start the processes; they end with this one, however it ends."""
        self.stop()
        # spawned, not forked: this process may have threads
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(self.number, mp_context=context, initializer=_follow_parent)
        try:
            self._pool.submit(os.getpid).result()
        except BrokenProcessPool:
            raise WorkerError(
                "no process could be started to read files. A script that reads many files does it under "
                "`if __name__ == '__main__':`, because each process imports the script; or give processes=1"
            ) from None
        return self._pool

    def stop(self) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


class Cluster:
    """The workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client
        Connected to it.

    Raises
    ------
    TypeError
        It is none.
    """

    def __init__(self, client: Any) -> None:
        if not hasattr(client, "get_executor"):
            raise TypeError(f"client is a distributed.Client, not {client!r}: Client(address) makes one")
        from distributed import KilledWorker

        self.lost: tuple[type[BaseException], ...] = (KilledWorker,)
        self._client = client
        self._executor: Executor | None = None

    @property
    def number(self) -> int:
        """How many threads the workers have now."""
        threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def start(self) -> Executor:
        """Return what sends work to the cluster, which sends it anew if a worker dies."""
        executor = self._executor
        if executor is None:
            # not pure: the same file may have another content the next time
            executor = self._executor = cast("Executor", self._client.get_executor(pure=False))
        return executor

    def stop(self) -> None:
        """Forget what has not been done."""
        if self._executor is not None:
            self._executor.shutdown(wait=False)
            self._executor = None


def spread(
    work: Callable[[Sequence[_Task]], list[_Result]],
    tasks: Iterable[_Task],
    workers: Workers | None,
    *,
    size: int,
    most: int | None = None,
    lose: Callable[[_Task], _Result],
) -> Generator[_Result]:
    """Yield the result of every task, in any order.

    Parameters
    ----------
    work : callable
        Does some tasks, and returns as many results.
    tasks : iterable
        Asked for the next only when there is somebody to do it.
    workers : Workers or None
        None to do it all here.
    size : int
        How many tasks one gets at a time.
    most : int, optional
        How many it gets once every worker has some; by default as many. Few at first, so that all have something to do
        where there are few.
    lose : callable
        Returns the result of a task that ended its worker, twice.
    """
    number = 1 if workers is None else workers.number
    pieces = _pieces(tasks, chain(repeat(size, _PIECES_A_WORKER * number), repeat(size if most is None else most)))
    if workers is None:
        for piece in pieces:
            yield from work(piece)
        return
    try:
        yield from _Run(work, workers, lose).results(pieces)
    finally:
        workers.stop()


class _Run(Generic[_Task, _Result]):
    """Pieces of work that are under way."""

    def __init__(
        self, work: Callable[[Sequence[_Task]], list[_Result]], workers: Workers, lose: Callable[[_Task], _Result]
    ) -> None:
        self._work = work
        self._workers = workers
        self._lose = lose
        self._executor = workers.start()

    def results(self, pieces: Iterator[list[_Task]]) -> Iterator[_Result]:
        pending: dict[Future[list[_Result]], list[_Task]] = {}
        while True:
            # fewer than are under way if workers have left since
            free = max(0, _PIECES_A_WORKER * self._workers.number - len(pending))
            for piece in islice(pieces, free):
                pending[self._submit(piece)] = piece
            if not pending:
                return
            done = wait(pending, return_when=FIRST_COMPLETED).done
            if any(self._is_lost(future) for future in done):
                # whichever pieces a broken pool had are lost with it
                done = set(pending)
            lost: list[_Task] = []
            for future in done:
                piece = pending.pop(future)
                if self._is_lost(future):
                    lost += piece
                else:
                    yield from future.result()
            if lost:
                yield from self._one_by_one(lost)

    def _one_by_one(self, tasks: list[_Task]) -> Iterator[_Result]:
        """Do tasks again that were lost with their worker, each alone, so that the one at fault is known."""
        self._executor = self._workers.start()
        for task in tasks:
            future = self._submit([task])
            if self._is_lost(future):
                yield self._lose(task)
                self._executor = self._workers.start()
            else:
                yield from future.result()

    def _submit(self, piece: list[_Task]) -> Future[list[_Result]]:
        try:
            return self._executor.submit(self._work, piece)
        except self._workers.lost as error:  # a worker died since the last result
            future: Future[list[_Result]] = Future()
            future.set_exception(error)
            return future

    def _is_lost(self, future: Future[list[_Result]]) -> bool:
        """Wait for a result; return True if there is none because its worker died."""
        return isinstance(future.exception(), self._workers.lost)


def _pieces(tasks: Iterable[_Task], sizes: Iterator[int]) -> Iterator[list[_Task]]:
    source = iter(tasks)
    while piece := list(islice(source, next(sizes))):
        yield piece


def _follow_parent() -> None:
    """Have this process end when the one that started it does, even if that was killed, and not by itself."""
    # Ctrl-C in a terminal goes to all of them; the parent ends the others
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
