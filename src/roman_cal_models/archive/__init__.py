"""The archive's catalogue: what of a file goes into which column of which table of a database.

This room is responsible for rows: which columns there are, the values of a file in them, and many files' rows in a
database or in Parquet files. ``view`` and ``cli`` call it, and users; it calls ``header`` and ``models`` for files and
``schema`` for what RAD says of columns, and no format of files itself.

By level, each knowing only those before it:

- ``datatypes``: the database types that RAD names, and values converted to them;
- ``mapping``: the archive columns of a family of files;
- ``products``: which tables a kind of file feeds;
- ``described``: what RAD says of each column of the tables;
- ``row_reader``: one file -> its rows;
- ``manifests``: lists of files;
- ``files``: the names of files, as the catalogue has them;
- ``view_marks``: which views of a database are ours;
- ``database``: the tables, as SQLAlchemy knows them;
- ``views``: one view for each kind of product;
- ``optical_elements``, ``obscore_regions``, ``obscore_sources``, ``obscore``: the bands of the instrument, the diameter
  of a region, where the values of ObsCore come from, and the view;
- ``database_views``: the views in a database;
- ``column_semantics``, ``tap_schema``: what columns mean, and the tables as TAP services know them;
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
- ``inventory``: what a run asks a catalogue of its files; ``database_inventory``: in a database;
- ``holdings``: what the catalogue held before a run, and what of it was met;
- ``vanished``: what was not met there any more;
- ``ingesting``: many files into a database;
- ``parquet_schema``, ``parquet_manifest``, ``parquet_parts``, ``parquet_writer``, ``parquet_inventory``: the tables as
  Arrow knows them, what a Parquet data set knows of its files, rows into its parts, batches into it, and what a run
  asks it of its files;
- ``parquet``: many files into a Parquet data set;
- ``conditions``: what a user asks of a catalogue, as text -> a condition;
- ``condition_sql``: a condition -> an expression of SQLAlchemy;
- ``database_reading``: a connection with a database that is only read;
- ``regions``: which images touch a circle on the sky;
- ``query``: a catalogue that is asked;
- ``found``: the table of what was found;
- ``finding``: what a catalogue has -> such a table;
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
    from .finding import find as find
    from .ingesting import ingest as ingest
    from .linting import Finding as Finding
    from .linting import lint as lint
    from .manifests import Manifest as Manifest
    from .manifests import manifest as manifest
    from .mapping import Column as Column
    from .mapping import columns as columns
    from .obscore import ObsCoreColumn as ObsCoreColumn
    from .obscore import obscore_columns as obscore_columns
    from .obscore import obscore_ddl as obscore_ddl
    from .parquet import to_parquet as to_parquet
    from .releases import Change as Change
    from .releases import compare as compare
    from .report import Report as Report
    from .row_reader import RowProblem as RowProblem
    from .row_reader import Rows as Rows
    from .row_reader import rows as rows
    from .tap_schema import felis as felis

_NAMES = {
    "Change": "releases",
    "Column": "mapping",
    "Failure": "file_reader",
    "Finding": "linting",
    "Manifest": "manifests",
    "ObsCoreColumn": "obscore",
    "Report": "report",
    "RowProblem": "row_reader",
    "Rows": "row_reader",
    "columns": "mapping",
    "compare": "releases",
    "ddl": "database",
    "felis": "tap_schema",
    "find": "finding",
    "ingest": "ingesting",
    "lint": "linting",
    "manifest": "manifests",
    "obscore_columns": "obscore",
    "obscore_ddl": "obscore",
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
