"""Many files -> the catalogue as Parquet files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Literal

from ..errors import MissingPackageError
from .batching import read_batches, reader_for
from .database import FAILURES, FILE, FILES, PROBLEMS, column_types
from .datatypes import EXACT_TYPES, TEXT_TYPES, Datatype
from .file_reader import Failure, FileRead, Mapped, Outcome
from .files import Paths
from .reconcile import failure_row, file_row, fit, problem_row
from .report import Report

__all__ = ["to_parquet"]

_TEXT = Datatype("nvarchar")
_TIME = Datatype("datetime2")

_ABOUT_FILES = {
    FILES: {
        **dict.fromkeys(("content", "schema_uri", "rad_version", "package_version", "mapping"), _TEXT),
        **dict.fromkeys(("size", "modified"), Datatype("bigint")),
        "etag": _TEXT,
        "ingested": _TIME,
    },
    PROBLEMS: {"table_name": _TEXT, "column_name": _TEXT, "path": _TEXT, "reason": _TEXT},
    FAILURES: {"reason": _TEXT, "failed": _TIME},
}

# Name of a type -> that of the function of pyarrow which makes it
_ARROW = {
    "bit": "uint8",
    "tinyint": "uint8",
    "smallint": "int16",
    "int": "int32",
    "bigint": "int64",
    "real": "float32",
    "float": "float64",
    "date": "date32",
    "uniqueidentifier": "string",
    **dict.fromkeys(TEXT_TYPES, "string"),
}


def to_parquet(
    paths: Paths,
    target: str | os.PathLike[str],
    *,
    mapping: Mapped = "newest",
    tables: Literal["all"] | Iterable[str] | None = None,
    storage_options: Mapping[str, Any] | None = None,
    client: Any = None,
    processes: int | None = None,
    batch: int = 2000,
    progress: bool | None = None,
) -> Report:
    """Write the rows of many files as Parquet files, one a table.

    The tables are those of `ingest`, with the three that tell of files, failures and values that do not fit. Nothing is
    kept of what was there: each file stands under its name once everything is written, and not before.

    Parameters
    ----------
    paths : str, path-like or iterable of them
        Paths and URLs; a folder stands for every ``.asdf`` file below it. A file that is given twice is taken once.
    target : str or path-like
        The folder, which is made if it is not there: ``catalog.parquet`` gets ``WFIExposure.parquet`` and others.
    mapping : {"newest", "file"}
        As for `rows`.
    tables : "all" or iterable of str, optional
        As for `rows`.
    storage_options : mapping, optional
        As for `rows`.
    client : distributed.Client, optional
        As for `ingest`.
    processes : int, optional
        As for `ingest`.
    batch : int
        How many files are written together, as one row group of each table.
    progress : bool, optional
        As for `ingest`.

    Returns
    -------
    Report
        How many files were ingested and failed, and why.

    Raises
    ------
    CatalogError
        An argument is wrong.
    MissingPackageError
        ``pyarrow`` is not installed.
    WorkerError
        No process could be started.
    OSError
        The folder cannot be written.
    """
    reader = reader_for(mapping, tables, storage_options)
    batches = read_batches(paths, reader, client=client, processes=processes, batch=batch, progress=progress)
    with closing(batches), _Tables(Path(target)) as made:
        for some in batches:
            made.write(some)
    return Report(made.ingested, 0, 0, tuple(made.failures), made.problems)


class _Tables:
    """The tables as Parquet files."""

    def __init__(self, folder: Path) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise MissingPackageError("Parquet files need pyarrow: pip install 'roman-cal-models[parquet]'") from None
        self._arrow = pyarrow
        self._folder = folder
        self._stack = ExitStack()
        self._writers: dict[str, Any] = {}
        self._columns = column_types() | _ABOUT_FILES
        self._seen: set[str] = set()
        self.ingested = 0
        self.problems = 0
        self.failures: list[Failure] = []

    def __enter__(self) -> _Tables:
        from ..models.atomic import atomically

        self._folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            for name, types in self._columns.items():
                stream = stack.enter_context(atomically(self._folder / f"{name}.parquet"))
                writer = self._arrow.parquet.ParquetWriter(stream, self._schema(types), compression="zstd")
                self._writers[name] = stack.enter_context(writer)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *about: Any) -> None:
        self._stack.__exit__(*about)

    def write(self, outcomes: list[Outcome]) -> None:
        """Write what was read of files."""
        new = [outcome for outcome in outcomes if outcome.file not in self._seen]
        self._seen.update(outcome.file for outcome in new)
        members: dict[str, list[dict[str, Any]]] = {name: [] for name in self._columns}
        for name, row in self._rows(new):
            members[name].append(row)
        for name, rows in members.items():
            if rows:
                writer = self._writers[name]
                writer.write_table(self._arrow.Table.from_pylist(rows, schema=writer.schema))

    def _rows(self, outcomes: list[Outcome]) -> Iterator[tuple[str, dict[str, Any]]]:
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                self.failures.append(outcome)
                yield FAILURES, failure_row(outcome)
            elif outcome.rows is not None:
                yield from self._rows_of_file(outcome)

    def _rows_of_file(self, read: FileRead) -> Iterator[tuple[str, dict[str, Any]]]:
        rows = read.rows
        assert rows is not None
        problems = fit(read.file, rows, self._columns)
        self.ingested += 1
        self.problems += len(problems)
        yield FILES, file_row(read, rows)
        yield from ((name, {FILE: read.file, **row}) for name, row in rows.items())
        yield from ((PROBLEMS, problem_row(problem)) for problem in problems)

    def _schema(self, types: Mapping[str, Datatype]) -> Any:
        fields = [self._arrow.field(FILE, self._arrow.string(), nullable=False)]
        fields += [self._arrow.field(name, self._type(kind)) for name, kind in types.items()]
        return self._arrow.schema(fields)

    def _type(self, kind: Datatype) -> Any:
        if kind.name in EXACT_TYPES:
            return self._arrow.decimal128(kind.size, kind.scale)
        return self._arrow.timestamp("us") if kind == _TIME else getattr(self._arrow, _ARROW[kind.name])()
