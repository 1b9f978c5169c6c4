"""The archive's catalogue: what of a file goes into which column of which table of a database.

This room is responsible for rows: which columns there are, the values of a file in them, and many files' rows in a
database or in Parquet files. ``view`` and ``cli`` call it, and users; it calls ``header`` and ``models`` for files and
``schema`` for what RAD says of columns, and no format of files itself.

By level, each knowing only those before it:

- ``datatypes``: the database types that RAD names, and values converted to them;
- ``mapping``: the archive columns of a family of files;
- ``products``: which tables a kind of file feeds;
- ``row_reader``: one file -> its rows;
- ``manifests``: lists of files;
- ``files``: the names of files, as the catalogue has them;
- ``database``: the tables, as SQLAlchemy knows them;
- ``file_reader``: some files -> rows or failure of each;
- ``globs``: patterns of names;
- ``server_errors``: what errors of servers are about;
- ``far_listing``: what stands below a URL;
- ``listing``: paths, URLs, folders, patterns and lists as files one by one;
- ``batching``: many files, in batches;
- ``reconcile``: what was read of files, as rows of the tables that there are;
- ``fitting``: these rows as compact tuples;
- ``report``: what became of many files;
- ``database_layout``: the tables of a database, brought to what they are in this release;
- ``database_connection``: how a database is connected with, and what its errors mean;
- ``bulk``: many rows into a table at once;
- ``refusals``: which values of a file a database refuses;
- ``database_writer``: batches into a database;
- ``holdings``: what the catalogue held before a run, and what of it was met;
- ``vanished``: what was not met there any more;
- ``ingesting``: many files into a database;
- ``parquet``: many files into Parquet files;
- ``releases``: what changed between two releases of RAD;
- ``linting``: what is wrong with the columns.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .database import ddl as ddl
    from .database import tables as tables
    from .file_reader import Failure as Failure
    from .ingesting import ingest as ingest
    from .linting import Finding as Finding
    from .linting import lint as lint
    from .manifests import Manifest as Manifest
    from .manifests import manifest as manifest
    from .mapping import Column as Column
    from .mapping import columns as columns
    from .parquet import to_parquet as to_parquet
    from .releases import Change as Change
    from .releases import compare as compare
    from .report import Report as Report
    from .row_reader import RowProblem as RowProblem
    from .row_reader import Rows as Rows
    from .row_reader import rows as rows

_NAMES = {
    "Change": "releases",
    "Column": "mapping",
    "Failure": "file_reader",
    "Finding": "linting",
    "Manifest": "manifests",
    "Report": "report",
    "RowProblem": "row_reader",
    "Rows": "row_reader",
    "columns": "mapping",
    "compare": "releases",
    "ddl": "database",
    "ingest": "ingesting",
    "lint": "linting",
    "manifest": "manifests",
    "rows": "row_reader",
    "tables": "database",
    "to_parquet": "parquet",
}


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_NAMES)
