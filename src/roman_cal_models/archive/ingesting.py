"""Many files -> the catalogue in a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any, Literal

from .batching import read_batches, reader_for
from .database_writer import Catalog
from .file_reader import Mapped
from .files import Paths
from .report import Report

__all__ = ["ingest"]


def ingest(
    paths: Paths,
    url: str = "sqlite:///catalog.db",
    *,
    mapping: Mapped = "newest",
    tables: Literal["all"] | Iterable[str] | None = None,
    storage_options: Mapping[str, Any] | None = None,
    client: Any = None,
    processes: int | None = None,
    batch: int = 200,
    progress: bool | None = None,
    force: bool = False,
) -> Report:
    """Put the rows of many files into the tables of a database.

    A file is known by its URL or its path without symbolic links: ingested again, it is left alone if its header is the
    same, and its rows are replaced if not. What does not work with one file is told, in the report and in the table
    ``ingest_failures``, and the others go on; values that do not fit, or that the database refuses, are told in
    ``ingest_problems``, and are null in their rows. The run may end at any moment, by whatever: another one goes on
    where it was.

    Another release of RAD or of this package may make other rows of the same file, so a newer one makes all again. An
    older one leaves what a newer one has made, and the report says of how many files.

    Parameters
    ----------
    paths : str, path-like or iterable of them
        Paths and URLs; a folder stands for every ``.asdf`` file below it.
    url : str
        The database, as SQLAlchemy takes it: ``sqlite:///catalog.db``, ``postgresql+psycopg://user@host/name``.
        Tables that it lacks are created.
    mapping : {"newest", "file"}
        As for `rows`.
    tables : "all" or iterable of str, optional
        As for `rows`.
    storage_options : mapping, optional
        As for `rows`.
    client : distributed.Client, optional
        Of a Dask cluster, whose workers then read the files. They have to reach them by the same names.
    processes : int, optional
        How many processes read the files without `client`. By default as many as there are processors if there are
        many files, and for few this process alone, as for 1. A script asks for many under
        ``if __name__ == "__main__":``.
    batch : int
        How many files are written in one transaction: if a run is stopped, the next one reads at most as many again.
    progress : bool, optional
        Whether to draw a progress bar; by default if standard error is a terminal.
    force : bool
        Whether to replace the rows of every file, also of those that have not changed, or that a newer release of RAD
        or of this package has made.

    Returns
    -------
    Report
        How many files were ingested, unchanged, replaced and failed, and why.

    Raises
    ------
    CatalogError
        The database cannot be reached, or not any more after some attempts; it has no space left, or is locked; or an
        argument is wrong.
    MissingPackageError
        Something is not installed that is needed for it.
    WorkerError
        No process could be started.
    """
    reader = reader_for(mapping, tables, storage_options)
    with Catalog(url) as catalog:
        reader = replace(reader, finish=catalog.fitting, force=force)
        batches = read_batches(
            paths, reader, catalog.known, client=client, processes=processes, batch=batch, progress=progress
        )
        with closing(batches):
            return Report.of([catalog.store(some, force=force) for some in batches])
