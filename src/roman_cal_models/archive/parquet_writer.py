"""The catalogue as a Parquet data set: what it knows of files, and what was read of them put into it."""

from __future__ import annotations

import datetime
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from .database import FAILURES, FILE, FILES, PROBLEMS
from .file_reader import Failure, FileRead, Known, Outcome, Task
from .files import Listed, key_of
from .parquet_manifest import Manifest
from .parquet_parts import SUFFIX, Writing, write_rows
from .parquet_schema import ArrowTables
from .reconcile import failure_row, file_row, fit, problem_row
from .report import Report

__all__ = ["DataSet"]


class DataSet:
    """The catalogue in a folder, for one run that writes to it.

    What is stored is kept until there is enough of it to be written; what is kept when the run ends by an error is
    lost, and read again by the next one.

    Parameters
    ----------
    folder : str or path-like
        Made if it is not there.
    partition_by : sequence of str or None
        As for `to_parquet`.
    batch : int
        How many files are kept.

    Raises
    ------
    CatalogError
        It cannot be written to, or not so.
    MissingPackageError
        ``pyarrow`` is not installed.
    OSError
        The folder cannot be written.
    """

    def __init__(
        self, folder: str | os.PathLike[str], partition_by: Sequence[str] | None = None, *, batch: int
    ) -> None:
        # first, so that nothing is made for what cannot be
        ArrowTables(partition_by or ())
        self._manifest = Manifest(Path(folder), partition_by)
        self._tables = ArrowTables(self._manifest.partition_by)
        self._batch = batch
        self._clear()

    def __enter__(self) -> DataSet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._commit()
            if not self._manifest.are_failures_told:
                self._tell_failures()
        finally:
            self._manifest.close()

    def _clear(self) -> None:
        self._rows: defaultdict[str, list[Any]] = defaultdict(list)
        # without their rows
        self._reads: dict[str, FileRead] = {}
        self._replaced: list[str] = []
        self._failures: dict[str, Failure] = {}
        self._unchanged: list[str] = []

    def known(self, files: Sequence[str]) -> dict[str, Known]:
        """Return what the data set has of those files that it knows, by file."""
        return self._manifest.known(files)

    def tasks(self, files: Sequence[Listed]) -> list[Task]:
        """Return what there is to read of some files, which is all of them, with what is known of each."""
        keys = [key_of(file.name) for file in files]
        known = self.known(keys)
        return [(file, known.get(key)) for file, key in zip(files, keys, strict=True)]

    def store(self, outcomes: Sequence[Outcome], *, force: bool = False) -> Report:
        """Put what was read of files into the data set.

        Parameters
        ----------
        outcomes : sequence of FileRead or Failure
            Each of another file. What a file had in the tables before is replaced; a failure leaves it there.
        force : bool
            Whether that is replaced as well which is the same, or which a newer release made.
        """
        reads = [outcome for outcome in outcomes if isinstance(outcome, FileRead)]
        failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        if any(read.file in self._reads for read in reads):
            self._commit()  # it was given twice, and may have changed since
        known = self.known([read.file for read in reads])
        newer = {
            read.file
            for read in reads
            if not force and read.file in known and known[read.file].made_by.is_newer_than(read.made_by)
        }
        changed = [
            read
            for read in reads
            if read.rows is not None
            and read.file not in newer
            and (force or read.file not in known or known[read.file].content != read.content)
        ]
        replaced = [read.file for read in changed if read.file in known]
        problems = self._keep(changed)
        self._replaced += replaced
        unchanged = {read.file for read in reads} - {read.file for read in changed}
        self._unchanged += unchanged
        for read in reads:
            self._failures.pop(read.file, None)
        self._failures |= {failure.file: failure for failure in failures}
        if len(self._reads) + len(self._failures) + len(self._unchanged) >= self._batch:
            self._commit()
        return Report(
            len(changed) - len(replaced),
            len(unchanged) - len(newer),
            len(replaced),
            tuple(failures),
            problems,
            newer=len(newer),
        )

    def _keep(self, reads: Sequence[FileRead]) -> int:
        """Keep the rows of files, as Arrow has them; return how many values do not fit."""
        members: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for read in reads:
            rows = read.rows
            assert rows is not None
            problems = fit(read.file, rows, self._tables.columns)
            members[FILES].append(file_row(read, rows))
            members[PROBLEMS] += map(problem_row, problems)
            for name, row in rows.items():
                members[name].append({FILE: read.file, **row})
            self._reads[read.file] = replace(read, rows=None)
        arrow_table = self._tables.table
        for name, some in members.items():
            if some:
                self._rows[name].append(arrow_table(name, some))
        return len(members[PROBLEMS])

    def _commit(self) -> None:
        failures = [failure_row(failure) for failure in self._failures.values()]
        recovered = self._manifest.failing([*self._reads, *self._unchanged])
        if not (self._reads or failures or recovered):
            self._clear()
            return
        batch = self._manifest.next_batch()
        writing = Writing(self._manifest, self._tables)
        writing.write(batch, self._rows, self._replaced)
        self._manifest.commit(batch, self._reads.values(), writing.new, writing.emptied, recovered, failures)
        self._clear()

    def _tell_failures(self) -> None:
        """Write the table of failures, which is small, anew."""
        pieces = ([{**row, "failed": _time(row["failed"])} for row in some] for some in self._manifest.failures())
        path = self._manifest.folder / FAILURES / f"part-{0:08}{SUFFIX}"
        write_rows(path, self._tables.full[FAILURES], pieces)
        self._manifest.tell_failures()


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
