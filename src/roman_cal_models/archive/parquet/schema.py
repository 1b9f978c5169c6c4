"""The tables of the catalogue as Arrow knows them: types of columns, and what is told of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from ...errors import CatalogError, MissingPackageError
from ...installation import VERSION, rad_version
from ...locks import imported
from ..database.tables import FAILURES, FILE, FILES, PROBLEMS, column_types
from ..definitions.datatypes import EXACT_TYPES, INTEGER_RANGES, TEXT_TYPES, Datatype
from ..definitions.described import described_columns
from ..definitions.mapping import Column

__all__ = ["ArrowTables", "arrow_module"]

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

# Longer texts make poor names of folders.
_LONGEST_IN_A_PATH = 50


class ArrowTables:
    """The schemas of all tables.

    Parameters
    ----------
    partition_by : sequence of str
        Columns whose values stand in the paths of the files, and not in these.

    Raises
    ------
    CatalogError
        No table has such a column, or its values make no names of folders.
    MissingPackageError
        ``pyarrow`` is not installed.
    """

    def __init__(self, partition_by: Sequence[str]) -> None:
        self._arrow = arrow_module()
        self.columns: dict[str, dict[str, Datatype]] = column_types() | _ABOUT_FILES
        _check_partitions(partition_by, self.columns)
        self._told = described_columns()
        self.partitions: dict[str, tuple[str, ...]] = {
            name: tuple(column for column in partition_by if column in types) for name, types in self.columns.items()
        }
        """By which columns each table is partitioned."""
        self.full = {name: self._schema(name, types) for name, types in self.columns.items()}
        """Schema of the rows of each table."""
        self.stored = {name: self._without_partitions(name) for name in self.columns}
        """Schema of the files of each table."""

    @property
    def layout(self) -> dict[str, tuple[str, ...]]:
        """The columns of the tables that files feed, in the order of `table`."""
        return {name: tuple(types) for name, types in self.columns.items() if name not in _ABOUT_FILES}

    def table(self, name: str, rows: Sequence[tuple[Any, ...]]) -> Any:
        """Return rows as an Arrow table.

        Parameters
        ----------
        name : str
            The table that they are of.
        rows : sequence of tuple
            At least one; each with the name of the file and the values of all columns.
        """
        schema = self.full[name]
        columns = [
            self._arrow.array(values, kind) for values, kind in zip(zip(*rows, strict=True), schema.types, strict=True)
        ]
        return self._arrow.Table.from_arrays(columns, schema=schema)

    def _without_partitions(self, name: str) -> Any:
        whole = self.full[name]
        kept = [field for field in whole if field.name not in self.partitions[name]]
        return self._arrow.schema(kept, metadata=whole.metadata)

    def _schema(self, name: str, types: Mapping[str, Datatype]) -> Any:
        fields = [self._arrow.field(FILE, self._arrow.string(), nullable=False)]
        for column, kind in types.items():
            told = _metadata(self._told.get((name, column)), kind)
            fields.append(self._arrow.field(column, self._type(kind), metadata=told))
        about = {"table": name, "rad_version": rad_version(), "roman_cal_models_version": VERSION}
        return self._arrow.schema(fields, metadata=about)

    def _type(self, kind: Datatype) -> Any:
        if kind.name in EXACT_TYPES:
            return self._arrow.decimal128(kind.size, kind.scale)
        # all times of the catalogue are in UTC
        return self._arrow.timestamp("us", "UTC") if kind == _TIME else getattr(self._arrow, _ARROW[kind.name])()


def _metadata(column: Column | None, kind: Datatype) -> dict[str, str] | None:
    """Return what is told of a column beside its values."""
    if column is None:
        return None
    found = {
        "path": column.path,
        "title": column.title,
        "unit": column.unit,
        "description": column.description,
        "schema_uri": column.schema_uri,
        "datatype": str(kind),
    }
    return {key: value for key, value in found.items() if value is not None}


def _check_partitions(partition_by: Sequence[str], columns: Mapping[str, Mapping[str, Datatype]]) -> None:
    for column in partition_by:
        kinds = [types[column] for name, types in columns.items() if name not in _ABOUT_FILES and column in types]
        if not kinds:
            raise CatalogError(f"no table has a column {column!r} to be partitioned by")
        for kind in kinds:
            is_short = kind.name in TEXT_TYPES and kind.size is not None and kind.size <= _LONGEST_IN_A_PATH
            if kind.name not in INTEGER_RANGES and not is_short:
                raise CatalogError(
                    f"{column!r} is {kind}; a partition is named by an integer, "
                    f"or by a text of at most {_LONGEST_IN_A_PATH} characters"
                )
    if len(set(partition_by)) < len(partition_by):
        raise CatalogError(f"a column is named twice in partition_by: {json.dumps(list(partition_by))}")


def arrow_module() -> Any:
    """Return pyarrow, with what reads, filters and writes Parquet files.

    Raises
    ------
    MissingPackageError
        It is not installed.
    """
    try:
        imported("pyarrow.compute", "pyarrow.parquet")
    except ImportError:
        raise MissingPackageError("Parquet files need pyarrow: pip install 'roman-cal-models[parquet]'") from None
    return import_module("pyarrow")
