"""The catalogue as a Parquet data set: what it knows of files, and what was read of them put into it."""

from __future__ import annotations

import datetime
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ...errors import CatalogError
from ..database.tables import FAILURES, FILES, PROBLEMS
from ..inventory import slices
from ..reading.file_reader import Failure, FileRead, FittedRows, Known, Outcome
from ..reading.fitting import Fitting
from ..reading.reconcile import failure_row, now
from ..report import Report
from .manifest import Manifest
from .parts import SUFFIX, Writing, write_rows
from .schema import ArrowTables

__all__ = ["DataSet"]

# Files whose rows are left out of the parts at once: every part that holds any is written again each time.
_REMOVED_TOGETHER = 100_000


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
        if "://" in os.fspath(folder):
            raise CatalogError(
                f"{os.fspath(folder)}: a data set is written into a folder of this machine, not to a URL"
            )
        ArrowTables(partition_by or ())
        self._manifest = Manifest(Path(folder), partition_by)
        self._tables = ArrowTables(self._manifest.partition_by)
        self._batch = batch
        self.fitting = Fitting(self._tables.layout, times_as_text=False)
        """Makes the rows of a file what `store` takes."""
        self._clear()

    def __enter__(self) -> DataSet:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.commit()
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

    @property
    def manifest(self) -> Manifest:
        """What the data set knows of itself: of what is stored and not written yet, nothing."""
        return self._manifest

    def store(self, outcomes: Sequence[Outcome], *, force: bool = False) -> Report:
        """Put what was read of files into the data set.

        Parameters
        ----------
        outcomes : sequence of FileRead or Failure
            Each of another file, those that were read as `fitting` makes them. What a file had in the tables before is
            replaced; a failure leaves it there.
        force : bool
            Whether that is replaced as well which is the same, or which a newer release made.
        """
        reads = [outcome for outcome in outcomes if isinstance(outcome, FileRead)]
        failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
        if any(read.file in self._reads for read in reads):
            self.commit()  # it was given twice, and may have changed since
        known = self._manifest.known([read.file for read in reads])
        newer = {
            read.file
            for read in reads
            if not force and read.file in known and known[read.file].made_by.is_newer_than(read.made_by)
        }
        changed = [
            (read, read.fitted)
            for read in reads
            if read.fitted is not None
            and read.file not in newer
            and (force or read.file not in known or known[read.file].content != read.content)
        ]
        replaced = [read.file for read, _ in changed if read.file in known]
        problems = self._keep(changed)
        self._replaced += replaced
        unchanged = {read.file for read in reads} - {read.file for read, _ in changed}
        self._unchanged += unchanged
        same = [(read, known[read.file]) for read in reads if read.file in unchanged - newer]
        self._manifest.renew_state(_states(same))
        for read in reads:
            self._failures.pop(read.file, None)
        self._failures |= {failure.file: failure for failure in failures}
        if len(self._reads) + len(self._failures) + len(self._unchanged) >= self._batch:
            self.commit()
        return Report(
            len(changed) - len(replaced),
            len(unchanged) - len(newer),
            len(replaced),
            tuple(failures),
            problems,
            newer=len(newer),
        )

    def _keep(self, reads: Sequence[tuple[FileRead, FittedRows]]) -> int:
        """Keep the rows of files, as Arrow has them; return how many values do not fit."""
        members: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
        time = now()
        for read, fitted in reads:
            state = read.size, read.modified, read.etag
            members[FILES].append((read.file, read.content, fitted.schema_uri, *read.made_by, *state, time))
            members[PROBLEMS] += [(read.file, *problem) for problem in fitted.problems]
            for name, row in fitted.tables.items():
                members[name].append((read.file, *row))
            self._reads[read.file] = FileRead(read.file, read.content, None, read.made_by, *state)
        for name, some in members.items():
            if some:
                self._rows[name].append(self._tables.table(name, some))
        return len(members[PROBLEMS])

    def commit(self) -> None:
        """Write what is kept."""
        failures = [failure_row(failure) for failure in self._failures.values()]
        recovered = self._manifest.failing([*self._reads, *self._unchanged])
        if self._reads or failures or recovered:
            batch = self._manifest.next_batch()
            writing = Writing(self._manifest, self._tables)
            writing.write(batch, self._rows, self._replaced)
            new, emptied, reads = writing.new, writing.emptied, self._reads.values()
            self._manifest.commit(batch, reads, new, emptied, seen=recovered, failures=failures)
        self._clear()

    def remove(self, numbers: Sequence[int]) -> None:
        """Remove the rows of files, by their numbers."""
        for some in slices(numbers, _REMOVED_TOGETHER):
            writing = Writing(self._manifest, self._tables)
            batch = self._manifest.next_batch()
            writing.write(batch, {}, [held.file for held in self._manifest.of_numbers(some)])
            self._manifest.commit(batch, [], writing.new, writing.emptied, removed=some)

    def _tell_failures(self) -> None:
        """Write the table of failures, which is small, anew."""
        pieces = ([{**row, "failed": _time(row["failed"])} for row in some] for some in self._manifest.failures())
        path = self._manifest.folder / FAILURES / f"part-{0:08}{SUFFIX}"
        write_rows(path, self._tables.full[FAILURES], pieces)
        self._manifest.tell_failures()


def _states(
    unchanged: Iterable[tuple[FileRead, Known]],
) -> Iterator[tuple[int | None, int | None, str | None, int]]:
    """Yield what files are like now whose rows stay, with their numbers, where it has changed."""
    for read, before in unchanged:
        # what is not known now was right before, or will show that the file has changed
        size = before.size if read.size is None else read.size
        modified = before.modified if read.modified is None else read.modified
        etag = before.etag if read.etag is None else read.etag
        is_same = (size, modified, etag) == (before.size, before.modified, before.etag)
        if not is_same and read.content == before.content:
            yield size, modified, etag, before.id


def _time(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)
