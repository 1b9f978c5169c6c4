"""Many files, read in batches: here, in processes of this machine or on a cluster, with a bar when a person watches."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import Any, Literal

from ..errors import CatalogError
from ..executors import Cluster, Processes, Workers, spread
from ..processors import processors
from ..progress import Bar
from .file_reader import Failure, Known, Mapped, Outcome, Reader, Task
from .files import Paths, key_of, names_of
from .products import TABLES

__all__ = ["read_batches", "reader_for", "workers_for"]

# Starting processes takes about as long as reading this many files.
_FEW = 500
# Files that a process reads at a time: talking about each alone would take longer than reading it.
_PIECE = 16


def reader_for(
    mapping: Mapped, tables: Literal["all"] | Iterable[str] | None, storage_options: Mapping[str, Any] | None
) -> Reader:
    """Return what reads files so.

    Raises
    ------
    CatalogError
        The mapping or a table does not exist.
    """
    if mapping not in ("newest", "file"):
        raise CatalogError(f"mapping is 'newest' or 'file', not {mapping!r}")
    if tables is not None and tables != "all":
        tables = (tables,) if isinstance(tables, str) else tuple(tables)
        for name in tables:
            if name not in TABLES:
                raise CatalogError(f"there is no table {name!r}. There are {', '.join(TABLES)}")
    return Reader.here(mapping, tables, storage_options)


def read_batches(
    paths: Paths,
    reader: Reader,
    known: Callable[[Sequence[str]], Mapping[str, Known]] | None = None,
    *,
    client: Any,
    processes: int | None,
    batch: int,
    progress: bool | None,
) -> Generator[list[Outcome]]:
    """Yield what was read of files, some at a time, in any order.

    Parameters
    ----------
    paths : str, path-like or iterable of them
        Files and folders.
    reader : Reader
        Reads them.
    known : callable, optional
        Returns what the catalogue has of some files: those whose content is the same still are not mapped.
    client, processes, batch, progress
        As for `ingest`. No file is twice in one batch.
    """
    if batch < 1:
        raise CatalogError(f"batch is the number of files that are written together, not {batch!r}")
    names = names_of(paths)
    workers, names = workers_for(names, client, processes)
    outcomes = spread(reader, _tasks(names, known, batch), workers, size=min(_PIECE, batch), lose=_lost)
    bar = Bar(_number(paths), is_drawn=progress)
    done = failed = 0
    with closing(bar), closing(outcomes):
        for some in _batches(outcomes, batch):
            yield some
            done += len(some)
            failed += sum(isinstance(outcome, Failure) for outcome in some)
            bar.update(done, f"{failed} failed" if failed else "")


def workers_for(
    names: Iterator[str], client: Any, processes: int | None, *, few: int = _FEW
) -> tuple[Workers | None, Iterator[str]]:
    """Return the workers that read the files, None for this process, and the files.

    Parameters
    ----------
    names : iterator of str
        The files.
    client : distributed.Client or None
        Whose workers they are.
    processes : int or None
        How many processes of this machine otherwise; None for as many as there are processors, but this one alone
        for fewer files than `few`.
    few : int
        Starting processes takes about as long as reading this many files.
    """
    if client is not None:
        return Cluster(client), names
    if processes is None:
        first = list(islice(names, few))
        names = chain(first, names)
        processes = 1 if len(first) < few else processors()
    return Processes(processes) if processes > 1 else None, names


def _tasks(
    names: Iterator[str], known: Callable[[Sequence[str]], Mapping[str, Known]] | None, batch: int
) -> Iterator[Task]:
    while some := list(islice(names, batch)):
        keys = [key_of(name) for name in some]
        contents = {} if known is None else known(keys)
        yield from ((name, contents.get(key)) for name, key in zip(some, keys, strict=True))


def _lost(task: Task) -> Outcome:
    return Failure(key_of(task[0]), "the process that read it ended, twice")


def _batches(outcomes: Iterable[Outcome], batch: int) -> Iterator[list[Outcome]]:
    some: dict[str, Outcome] = {}
    for outcome in outcomes:
        if len(some) == batch or outcome.file in some:
            yield list(some.values())
            some = {}
        some[outcome.file] = outcome
    if some:
        yield list(some.values())


def _number(paths: Paths) -> int | None:
    """Return how many files there are, where that is known before they are read."""
    if isinstance(paths, (str, os.PathLike)):
        paths = [paths]
    if isinstance(paths, Sequence) and not any(
        "://" not in os.fsdecode(path) and os.path.isdir(path) for path in paths
    ):
        return len(paths)
    return None
