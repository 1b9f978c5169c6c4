"""Many files by many positions -> their cutouts, as they get ready: here by threads, or on a Dask cluster."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import partial
from itertools import islice
from queue import SimpleQueue
from typing import Any

from ..errors import CutoutError, WorkerError
from ..executors import Cluster, spread
from ..models.cutout_arrays import check_fill
from ..models.cutter import Cutter
from ..models.data_model import DataModel
from ..models.opening import open as open_model
from ..processors import processors
from ..progress import Bar
from ..registration.surroundings import Surroundings
from ..threads import Job, Threads
from .bands import bands_of, rows_together
from .members import are_far
from .targets import Targets, targets_of

__all__ = ["Cutout", "cutouts"]

# Files that are read at a time where some are far away, and arrays of all of them: each waits for its host most of the
# time. Of other files no more than there are processors, which decompress what comes at once.
_FAR = 8
# Positions of one file that a worker of a cluster cuts before it tells.
_PIECE = 256


@dataclass(frozen=True, slots=True)
class Cutout:
    """What became of one position in one file.

    Parameters
    ----------
    source : object
        The file, as it was given.
    index : int
        Which of the positions.
    model : DataModel or None
        The cutout, in memory; None if there is none.
    error : Exception or None
        Why there is none: an `OutsideImageError` where the position is not in this file.
    """

    source: Any
    index: int
    model: DataModel | None
    error: Exception | None = None


Task = tuple[Any, Targets]
"""A file, and what is cut out of it."""


def cutouts(
    sources: Any,
    positions: Any,
    size: Any,
    *,
    fill: float | None = None,
    storage_options: Mapping[str, Any] | None = None,
    client: Any = None,
    progress: bool | None = None,
) -> Iterator[Cutout]:
    """Cut many positions out of many files.

    Each file is opened once, and what several positions need of it is read once. Several files are read at a time.

    Parameters
    ----------
    sources : str, path-like, DataModel or other, or iterable of them
        What `open` takes: one file or many.
    positions : SkyCoord, (float, float), or sequence of them
        One or many, as `DataModel.cutout` takes each: places on the sky, or pixels (y, x).
    size : number, Quantity, or two of them; or list of them
        As for `DataModel.cutout`. A list has one size for each position; a tuple is one (ny, nx).
    fill : float, optional
        As for `DataModel.cutout`.
    storage_options : mapping, optional
        For URLs, what fsspec takes.
    client : distributed.Client, optional
        Of a Dask cluster, whose workers then read the files. They have to reach them by the same names.
    progress : bool, optional
        Whether to draw a progress bar; by default if standard error is a terminal.

    Returns
    -------
    iterator of Cutout
        One record for each position of each file, in any order, as they get ready. What does not work is told in its
        record, and the others go on. Only few cutouts wait for who asks for them.

    Raises
    ------
    CutoutError
        A position, a size or `fill` is none.

    Examples
    --------
    >>> import roman_cal_models as rcm
    >>> image = rcm.ImageModel.create_fake_data(shape=(20, 30))
    >>> for found in rcm.cutouts([image], [(10, 15), (10, 99)], 5):
    ...     print(found.index, found.error or found.model.data.shape)
    0 (5, 5)
    1 (10, 99) is outside of the image of 20 x 30 pixels, with rows 8 to 12, columns 97 to 101
    """
    files = _files(sources)
    targets = targets_of(positions, size)
    check_fill(fill, None)
    work = _Work(fill, storage_options, Surroundings.here())
    found = _here(work, files, targets) if client is None else _on_cluster(work, files, targets, client)
    return _watched(found, len(files) * len(targets), len(files), progress)


def _files(sources: Any) -> list[Any]:
    """Return each file."""
    is_one = isinstance(sources, (str, bytes, bytearray, memoryview, os.PathLike, DataModel, io.IOBase))
    # streams of other libraries, and files of asdf, can be gone through as well
    if is_one or not isinstance(sources, Iterable) or hasattr(sources, "read") or hasattr(sources, "tree"):
        return [sources]
    return list(sources)


@dataclass(frozen=True, slots=True)
class _Work:
    """Cuts parts out of files, wherever it is sent.

    Parameters
    ----------
    fill, storage_options
        As for `cutouts`.
    surroundings : Surroundings
        What holds where it comes from.
    """

    fill: float | None
    storage_options: Mapping[str, Any] | None
    surroundings: Surroundings

    def __call__(self, tasks: Sequence[Task]) -> list[list[Cutout]]:
        """Do some tasks in another process."""
        at_once = _at_once([source for source, _ in tasks])
        with self.surroundings.hold(), Threads(at_once) as arrays:
            return [list(self.results(source, targets, arrays)) for source, targets in tasks]

    def results(self, source: Any, targets: Targets, arrays: Threads) -> Generator[Cutout]:
        """Yield what becomes of each position in a file, from its top to its bottom."""
        told: set[int] = set()
        try:
            with open_model(source, storage_options=self.storage_options) as model:
                for result in self._results(source, model, targets, arrays):
                    told.add(result.index)
                    yield result
        except Exception as error:  # a file may fail in any way: it is told, and the others are read
            for index in targets.indices:
                if index not in told:
                    yield Cutout(source, index, None, error)

    def _results(self, source: Any, model: DataModel, targets: Targets, arrays: Threads) -> Generator[Cutout]:
        cutter = Cutter(model)
        windows = []
        for index, window in zip(targets.indices, targets.windows(cutter), strict=True):
            if isinstance(window, CutoutError):
                yield Cutout(source, index, None, window)
            else:
                windows.append((index, window))
        together = rows_together(model.node, cutter.names[0]) if len(windows) > 1 and cutter.names else 0
        for band in bands_of(windows, together, arrays):
            for index, window in zip(band.numbers, band.windows, strict=True):
                try:
                    part = cutter.cut(window, fill=self.fill, read=band.read)
                except Exception as error:  # what is broken may be far from the other positions
                    yield Cutout(source, index, None, error)
                else:
                    yield Cutout(source, index, part)


def _at_once(files: Sequence[Any]) -> int:
    """Return how many files are read at a time, and how many arrays of all of them."""
    return _FAR if are_far(files) else min(processors(), _FAR)


def _here(work: _Work, files: list[Any], targets: Targets) -> Generator[Cutout]:
    """Yield the results of files that are read by threads, some files at a time."""
    number = _at_once(files)
    with Threads(number) as arrays:
        generators = (work.results(file, targets, arrays) for file in files)
        with closing(_Steps(number, generators)) as steps:
            yield from steps.results()


class _Steps:
    """Generators under way, each by one step at a time: the next one is done while the last result is looked at.

    Parameters
    ----------
    number : int
        How many are under way at a time.
    generators : iterator
        Asked for the next when another is at its end.
    """

    def __init__(self, number: int, generators: Iterator[Generator[Cutout]]) -> None:
        self._number = number
        self._threads = Threads(number)
        self._waiting = generators
        self._running: dict[Generator[Cutout], Context] = {}
        self._done: SimpleQueue[tuple[Generator[Cutout], Job[Cutout | None]]] = SimpleQueue()

    def results(self) -> Iterator[Cutout]:
        """Yield what the generators give."""
        for generator in islice(self._waiting, self._number):
            self._begin(generator)
        while self._running:
            generator, step = self._done.get()
            result = step.result()
            if result is not None:
                self._go_on(generator)
                yield result
            else:
                del self._running[generator]
                for following in islice(self._waiting, 1):
                    self._begin(following)

    def _begin(self, generator: Generator[Cutout]) -> None:
        self._running[generator] = copy_context()
        self._go_on(generator)

    def _go_on(self, generator: Generator[Cutout]) -> None:
        following: Callable[..., Cutout | None] = next
        step = Job(partial(self._running[generator].run, following, generator, None))

        def do() -> None:
            step.do()
            self._done.put((generator, step))

        self._threads.submit(do)

    def close(self) -> None:
        """Close the files, when the steps that are under way are done."""
        self._threads.close()
        for generator in self._running:
            generator.close()


def _on_cluster(work: _Work, files: list[Any], targets: Targets, client: Any) -> Generator[Cutout]:
    """Yield the results of files that the workers of a cluster read."""
    tasks = ((file, some) for file in files for some in targets.pieces(_PIECE))
    with closing(spread(work, tasks, Cluster(client), size=1, lose=_lost)) as found:
        for results in found:
            yield from results


def _lost(task: Task) -> list[Cutout]:
    source, targets = task
    error = WorkerError("the worker that read the file ended, twice")
    return [Cutout(source, index, None, error) for index in targets.indices]


def _watched(found: Generator[Cutout], total: int, files: int, progress: bool | None) -> Generator[Cutout]:
    """Yield results, and show how many there are."""
    bar = Bar(files, is_drawn=progress)
    with closing(bar), closing(found):
        for done, result in enumerate(found, 1):
            yield result
            bar.update(files * done / total)
