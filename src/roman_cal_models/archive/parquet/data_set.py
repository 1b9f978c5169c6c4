"""Many files -> the catalogue as a Parquet data set."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any, Literal

from ...errors import CatalogError
from ..files.listing import Listing
from ..files.names import Paths
from ..holdings import Holdings, Trust, check_trust
from ..reading.batching import check_batch, read_batches, reader_for
from ..reading.file_reader import Mapped
from ..report import Report
from ..vanished import Prune, check_prune, settle
from .inventory import ParquetInventory
from .writer import DataSet

__all__ = ["to_parquet"]

# As many files are in memory as rows of Python objects at a time.
_PIECE = 1000


def to_parquet(
    paths: Paths,
    target: str | os.PathLike[str],
    *,
    mapping: Mapped = "newest",
    tables: Literal["all"] | Iterable[str] | None = None,
    partition_by: str | Iterable[str] | None = None,
    storage_options: Mapping[str, Any] | None = None,
    client: Any = None,
    processes: int | None = None,
    batch: int = 20_000,
    trust: Trust = "content",
    prune: Prune = False,
    progress: bool | None = None,
    force: bool = False,
) -> Report:
    """Put the rows of many files into a Parquet data set: a folder, with one folder for each table in it.

    The tables are those of `ingest`, with ``archive_file`` in each, and with the three that tell of files, failures
    and values that do not fit; a table without rows is not there. As with `ingest`, a file that is there already is
    left alone if its header is the same, and its rows are replaced if not; another folder is added to what is there,
    and a run that was stopped at any moment is started again. One run writes at a time.

    Every field tells its ``path`` in the file, ``title``, ``unit`` and ``description`` where RAD has them, and every
    table the release of RAD, in the metadata of its schema. Times are in UTC.

    Parameters
    ----------
    paths : str, path-like, `Manifest` or iterable of them
        As for `ingest`. A file that is given twice is taken once.
    target : str or path-like
        The folder, which is made if it is not there: ``catalog.parquet`` gets ``WFIExposure`` and others.
    mapping : {"newest", "file"}
        As for `rows`.
    tables : str or iterable of str, optional
        As for `rows`.
    partition_by : str or iterable of str, optional
        Columns by whose values the tables that have them are cut: ``"detector"`` makes
        ``WFIExposure/detector=WFI01`` and others, as Hive does. By default as the data set is that is there.
    storage_options : mapping, optional
        As for `rows`.
    client : distributed.Client, optional
        As for `ingest`.
    processes : int, optional
        As for `ingest`.
    batch : int
        How many files are written together: if a run is stopped, the next one reads at most as many again, and what
        other processes were about to read for it.
    trust : {"content", "mtime", "etag"}
        As for `ingest`. The size, time and tag of the last run are kept beside the tables; those in ``ingested_files``
        are what the file was like when its rows were written.
    prune : bool or {"force"}
        As for `ingest`. A file that has moved has its rows under the new name alone. Every part that holds rows of
        files that are gone is written again.
    progress : bool, optional
        As for `ingest`.
    force : bool
        As for `ingest`.

    Returns
    -------
    Report
        How many files were ingested, unchanged, replaced and failed, and why; and which are missing.

    Raises
    ------
    CatalogError
        An argument is wrong, another run is writing there, or the folder holds something else.
    MissingPackageError
        ``pyarrow`` is not installed.
    WorkerError
        No process could be started.
    OSError
        The folder cannot be written.
    """
    reader = reader_for(mapping, tables, storage_options)
    check_trust(trust)
    check_prune(prune)
    check_batch(batch)
    columns = (partition_by,) if isinstance(partition_by, str) else partition_by
    if not (columns is None or isinstance(columns, Iterable)):
        raise CatalogError(f"partition_by is the name of a column, or several, not {partition_by!r}")
    with DataSet(target, None if columns is None else tuple(columns), batch=batch) as made:
        reader = replace(reader, finish=made.fitting, force=force)
        listing = Listing(paths, storage_options)
        inventory = ParquetInventory(made)
        holdings = Holdings(inventory, reader, trust)
        batches = read_batches(
            listing,
            reader,
            holdings.tasks,
            client=client,
            processes=processes,
            batch=min(batch, _PIECE),
            progress=progress,
        )
        report = Report.none()
        with closing(batches):
            for some in batches:
                report = Report.of([report, made.store(some, force=force)])
        made.commit()
        passed = Report(0, holdings.passed, 0, (), 0)
        report = Report.of([report, passed, settle(inventory, holdings, listing.places, prune=prune)])
        inventory.finish()
        return report
