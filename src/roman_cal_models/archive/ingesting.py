"""Many files -> the catalogue in a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any, Literal

from .database.inventory import DatabaseInventory
from .database.writer import Catalog
from .files.listing import Listing
from .files.names import Paths
from .holdings import Holdings, Trust, check_trust
from .reading.batching import read_batches, reader_for
from .reading.file_reader import Mapped
from .report import Report
from .vanished import Prune, check_prune, settle

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
    trust: Trust = "content",
    prune: Prune = False,
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
    paths : str, path-like, `Manifest` or iterable of them
        Paths and URLs of files. A folder, or the beginning of URLs up to a slash (``s3://roman/night``,
        ``s3://roman/night/``), stands for every ``.asdf`` file below it, whatever case these letters have; links to
        folders are followed. A pattern (``night/*.asdf``, ``s3://roman/**/*_cal.asdf``) stands for the files that it
        matches, and `manifest` gives those that a list names.
    url : str
        The database, as SQLAlchemy takes it: ``sqlite:///catalog.db``, ``postgresql+psycopg://user@host/name``.
        Tables that it lacks are created.
    mapping : {"newest", "file"}
        As for `rows`.
    tables : str or iterable of str, optional
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
        How many files are written in one transaction: if a run is stopped, the next one reads at most as many again,
        and what other processes were about to read for it.
    trust : {"content", "mtime", "etag"}
        By what a file is held to be unchanged. By default its header is read. ``"mtime"``: it is not opened if its size
        and the time of its change are those that the catalogue has; ``"etag"``: if the tag is, which a bucket gives
        each content. Of files behind URLs both are what a listing tells of them, without a request more; those that
        were named one by one are read. So are files that failed, and those whose rows another release made, or which
        came with a choice of `tables`. A file that was changed less than two seconds before it was read has no time.
    prune : bool or {"force"}
        Whether the rows of files are removed that were in a folder, prefix or pattern of `paths` and are not there any
        more; nothing is if its listing failed on the way. True removes none where nothing at all was found, or not half
        of at least 1,000 files: this is a failure of that place, because it looks as if a disk was not mounted.
        ``"force"`` removes them. The rows of a file that has moved (its header is that of a new file, under another
        name) stay as those of the new one, in any case; of two releases that made them, those of the newer one.
    progress : bool, optional
        Whether to draw a progress bar; by default if standard error is a terminal.
    force : bool
        Whether to replace the rows of every file, also of those that have not changed, or that a newer release of RAD
        or of this package has made.

    Returns
    -------
    Report
        How many files were ingested, unchanged, replaced and failed, and why; and which are missing.

    Raises
    ------
    CatalogError
        The database cannot be reached, or not any more after some attempts; it has no space left, or is locked; an
        argument is wrong, or a list cannot be read; or a server refuses us altogether (wrong credentials, no such
        bucket) or does not answer. What passes (too many requests, a connection that was reset) is tried again, and is
        then a failure of one file.
    MissingPackageError
        Something is not installed that is needed for it.
    WorkerError
        No process could be started.
    """
    reader = reader_for(mapping, tables, storage_options)
    check_trust(trust)
    check_prune(prune)
    with Catalog(url) as catalog:
        reader = replace(reader, finish=catalog.fitting, force=force)
        listing = Listing(paths, storage_options)
        inventory = DatabaseInventory(catalog)
        holdings = Holdings(inventory, reader, trust)
        batches = read_batches(
            listing, reader, holdings.tasks, client=client, processes=processes, batch=batch, progress=progress
        )
        report = Report.none()
        with closing(batches):
            for some in batches:
                report = Report.of([report, catalog.store(some, force=force)])
        passed = Report(0, holdings.passed, 0, (), 0)
        return Report.of([report, passed, settle(inventory, holdings, listing.places, prune=prune)])
