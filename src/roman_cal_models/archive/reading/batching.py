"""Many files, read in batches: here, in processes of this machine or on a cluster, with a bar when a person watches."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain, islice
from operator import index
from typing import Any, Literal, TypeVar

from ...errors import CatalogError
from ...executors import Cluster, Processes, Workers, spread
from ...processors import processors
from ...progress import Bar
from ..definitions.products import chosen_tables
from ..files.listing import Listing
from ..files.names import Listed, Paths
from .file_reader import AT_ONCE, Failure, Mapped, Outcome, Reader, Task
from .row_reader import check_mapping

__all__ = ["check_batch", "read_batches", "reader_for", "workers_for"]

_File = TypeVar("_File")

# Starting processes takes about as long as reading this many files.
_FEW = 500
# Files that a process reads at a time: talking about each alone would take longer than reading it. They are more once
# every process has some: what is talked about a piece takes the one that writes a good part of its time.
_PIECE, _LARGE_PIECE = 16, 64


def reader_for(
    mapping: Mapped, tables: Literal["all"] | Iterable[str] | None, storage_options: Mapping[str, Any] | None
) -> Reader:
    """Return what reads files so.

    Raises
    ------
    CatalogError
        The mapping or a table does not exist.
    """
    check_mapping(mapping)
    return Reader.here(mapping, chosen_tables(tables), storage_options)


def check_batch(batch: int) -> None:
    """Refuse what is no number of files.

    Raises
    ------
    CatalogError
        It is none.
    """
    if not _is_number(batch):
        raise CatalogError(f"batch is the number of files that are written together, not {batch!r}")


def _is_number(number: Any) -> bool:
    """Return whether something is a whole number, of which at least one thing can be."""
    try:
        return index(number) >= 1
    except TypeError:
        return False


def read_batches(
    paths: Paths | Listing,
    reader: Reader,
    choose: Callable[[Sequence[Listed]], list[Task]] | None = None,
    *,
    client: Any,
    processes: int | None,
    batch: int,
    progress: bool | None,
) -> Generator[list[Outcome]]:
    """Yield what was read of files, some at a time, in any order.

    Parameters
    ----------
    paths : str, path-like, iterable of them or Listing
        Files, and what stands for many.
    reader : Reader
        Reads them.
    choose : callable, optional
        Returns which of some files are to be read, with what the catalogue has of them: those whose content is the same
        still are not mapped.
    client, processes, batch, progress
        As for `ingest`. No file is twice in one batch.
    """
    check_batch(batch)
    listing = paths if isinstance(paths, Listing) else Listing(paths, reader.storage_options)
    with closing(Bar(listing.number, is_drawn=progress)) as bar:
        source = _Source(listing, choose, batch, bar)
        workers, tasks = workers_for(source.tasks(), client, processes)
        first = next(tasks, None)
        # so many that all threads have something to do while a few wait
        size, most = (2 * AT_ONCE,) * 2 if first is not None and "://" in first[0].name else (_PIECE, _LARGE_PIECE)
        tasks = tasks if first is None else chain([first], tasks)
        outcomes = spread(reader, tasks, workers, size=min(size, batch), most=min(most, batch), lose=_lost)
        with closing(outcomes):
            for some in _batches(source.with_failures(outcomes), batch):
                yield some
                source.note(some)


class _Source:
    """What files there are, while they are listed: some to read, some to pass over, and what cannot be listed."""

    def __init__(
        self, listing: Listing, choose: Callable[[Sequence[Listed]], list[Task]] | None, batch: int, bar: Bar
    ) -> None:
        self._listed = iter(listing)
        self._choose = choose or _all
        self._batch = batch
        self._failures: list[Failure] = []
        self._done = self._failed = 0
        self._bar = bar

    def tasks(self) -> Iterator[Task]:
        """Yield what there is to read."""
        while some := list(islice(self._listed, self._batch)):
            self._failures += (each for each in some if isinstance(each, Failure))
            files = [each for each in some if not isinstance(each, Failure)]
            tasks = self._choose(files)
            self._done += len(files) - len(tasks)
            self._show()
            yield from tasks

    def with_failures(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """Yield outcomes, and between them what could not be listed."""
        for outcome in outcomes:
            yield from self._told()
            yield outcome
        yield from self._told()

    def note(self, outcomes: Sequence[Outcome]) -> None:
        """Tell the bar that some files are done."""
        self._done += len(outcomes)
        self._failed += sum(isinstance(outcome, Failure) for outcome in outcomes)
        self._show()

    def _told(self) -> Iterator[Failure]:
        while self._failures:
            yield self._failures.pop(0)

    def _show(self) -> None:
        self._bar.update(self._done, f"{self._failed} failed" if self._failed else "")


def workers_for(
    files: Iterator[_File], client: Any, processes: int | None, *, few: int = _FEW
) -> tuple[Workers | None, Iterator[_File]]:
    """Return the workers that read the files, None for this process, and the files.

    Parameters
    ----------
    files : iterator
        The files, or what is known of them.
    client : distributed.Client or None
        Whose workers they are.
    processes : int or None
        How many processes of this machine otherwise; None for as many as there are processors, but this one alone
        for fewer files than `few`.
    few : int
        Starting processes takes about as long as reading this many files.

    Raises
    ------
    CatalogError
        There cannot be so many processes.
    """
    if processes is not None and not _is_number(processes):
        raise CatalogError(f"processes is how many processes read the files, not {processes!r}")
    if client is not None:
        return Cluster(client), files
    if processes is None:
        first = list(islice(files, few))
        files = chain(first, files)
        processes = 1 if len(first) < few else processors()
    return Processes(processes) if processes > 1 else None, files


def _all(files: Sequence[Listed]) -> list[Task]:
    return [(file, None) for file in files]


def _lost(task: Task) -> Outcome:
    return Failure(task[0].key, "the process that read it ended, twice")


def _batches(outcomes: Iterable[Outcome], batch: int) -> Iterator[list[Outcome]]:
    some: dict[str, Outcome] = {}
    for outcome in outcomes:
        if len(some) == batch or outcome.file in some:
            yield list(some.values())
            some = {}
        some[outcome.file] = outcome
    if some:
        yield list(some.values())
