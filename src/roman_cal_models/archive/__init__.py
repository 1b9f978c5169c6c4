"""The archive's catalogue: what of a file goes into which column of which table of a database.

By level, each knowing only those before it:

- ``datatypes``: the database types that RAD names, and values converted to them;
- ``mapping``: the archive columns of a family of files;
- ``products``: which tables a kind of file feeds;
- ``reading``: the rows of one file;
- ``files``: paths, URLs and folders as the names of files;
- ``database``: the tables, as SQLAlchemy knows them;
- ``file_reading``: some files, and whatever becomes of each;
- ``spreading``: work for processes of this machine or a Dask cluster;
- ``many``: many files, in batches;
- ``fitting``: what was read of files, as rows of the tables that there are;
- ``report``: what became of many files;
- ``storing``: batches into a database;
- ``ingesting``: many files into a database;
- ``parquet``: many files into Parquet files;
- ``checking``: what is wrong with the columns, and what changed between two releases of RAD.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checking import Change as Change
    from .checking import Finding as Finding
    from .checking import compare as compare
    from .checking import lint as lint
    from .database import ddl as ddl
    from .database import tables as tables
    from .file_reading import Failure as Failure
    from .ingesting import ingest as ingest
    from .mapping import Column as Column
    from .mapping import columns as columns
    from .parquet import to_parquet as to_parquet
    from .reading import RowProblem as RowProblem
    from .reading import Rows as Rows
    from .reading import rows as rows
    from .report import Report as Report

_NAMES = {
    "Change": "checking",
    "Column": "mapping",
    "Failure": "file_reading",
    "Finding": "checking",
    "Report": "report",
    "RowProblem": "reading",
    "Rows": "reading",
    "columns": "mapping",
    "compare": "checking",
    "ddl": "database",
    "ingest": "ingesting",
    "lint": "checking",
    "rows": "reading",
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
