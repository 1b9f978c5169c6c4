"""The archive's catalogue: what of a file goes into which column of which table of a database.

This room is responsible for rows: which columns there are, the values of a file in them, and many files' rows in a
database or in Parquet files. ``view`` and ``cli`` call it, and users; it calls ``header`` and ``models`` for files and
``schema`` for what RAD says of columns, and no format of files itself.

Its rooms:

- ``definitions``: what RAD says of columns and tables;
- ``files``: which files are meant;
- ``reading``: files -> rows;
- ``database`` and ``parquet``: rows -> a database, or a Parquet data set;
- ``virtual_observatory``: the catalogue as other archives know theirs;
- ``asking``: questions -> answers.

A run goes through them by what stands beside them, each knowing only those before it:

- ``report``: what became of many files;
- ``inventory``: what a run asks a catalogue of its files;
- ``holdings``: what the catalogue held before a run, and what of it was met;
- ``vanished``: what was not met there any more;
- ``ingesting``: many files into a database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .asking.finding import find as find
    from .database.tables import ddl as ddl
    from .database.tables import tables as tables
    from .definitions.linting import Finding as Finding
    from .definitions.linting import lint as lint
    from .definitions.mapping import Column as Column
    from .definitions.mapping import columns as columns
    from .definitions.releases import Change as Change
    from .definitions.releases import compare as compare
    from .files.manifests import Manifest as Manifest
    from .files.manifests import manifest as manifest
    from .ingesting import ingest as ingest
    from .parquet.data_set import to_parquet as to_parquet
    from .reading.file_reader import Failure as Failure
    from .reading.row_reader import RowProblem as RowProblem
    from .reading.row_reader import Rows as Rows
    from .reading.row_reader import rows as rows
    from .report import Report as Report
    from .virtual_observatory.obscore import ObsCoreColumn as ObsCoreColumn
    from .virtual_observatory.obscore import obscore_columns as obscore_columns
    from .virtual_observatory.obscore import obscore_ddl as obscore_ddl
    from .virtual_observatory.tap_schema import felis as felis

_NAMES = {
    "Change": "definitions.releases",
    "Column": "definitions.mapping",
    "Failure": "reading.file_reader",
    "Finding": "definitions.linting",
    "Manifest": "files.manifests",
    "ObsCoreColumn": "virtual_observatory.obscore",
    "Report": "report",
    "RowProblem": "reading.row_reader",
    "Rows": "reading.row_reader",
    "columns": "definitions.mapping",
    "compare": "definitions.releases",
    "ddl": "database.tables",
    "felis": "virtual_observatory.tap_schema",
    "find": "asking.finding",
    "ingest": "ingesting",
    "lint": "definitions.linting",
    "manifest": "files.manifests",
    "obscore_columns": "virtual_observatory.obscore",
    "obscore_ddl": "virtual_observatory.obscore",
    "rows": "reading.row_reader",
    "tables": "database.tables",
    "to_parquet": "parquet.data_set",
}


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_NAMES)
