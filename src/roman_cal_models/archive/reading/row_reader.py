"""The rows of one file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from ...errors import CatalogError
from ...header.content import parse_tree, read_header_bytes
from ...header.header import Header
from ...header.roots import roman_part
from ...header.streams import beginning
from ...header.wholeness import require_whole
from ...models.data_model import DataModel
from ...printable import printable
from ...schema import installed, uris
from ...schema.properties import ITEMS
from ...yaml import opened
from ..definitions.datatypes import Datatype, column_type
from ..definitions.mapping import columns
from ..definitions.products import TABLES, chosen_tables, is_likely, tables_of

__all__ = ["RowProblem", "Rows", "check_mapping", "rows"]

_dict_get = dict.get

_LIKELY = (
    "nothing says which tables this kind of file feeds, and this is the likeliest; "
    "to update: pip install --upgrade roman-cal-models"
)
_NO_TABLE = (
    "nothing says which tables this kind of file feeds, and its schema has no column that tells; "
    "to update: pip install --upgrade roman-cal-models"
)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A value that does not fit into its column.

    Parameters
    ----------
    file : str or None
        Path or URL of the file, where it has one.
    path : str
        Where the value stands in the file; empty for what is said of a whole row.
    table, column : str
        The column, which has null in the row. Without a column, the whole row is meant: it is of a table that a
        newer kind of file is only likely to feed; without a table, that there is none for the file.
    reason : str
        What is wrong.
    """

    file: str | None
    path: str
    table: str
    column: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}: " if self.file else ""
        if not self.table:
            return printable(f"{where}no row: {self.reason}")
        if not self.column:
            return printable(f"{where}a row of {self.table}: {self.reason}")
        return printable(f"{where}{self.path} does not fit into {self.table}.{self.column}: {self.reason}")


def check_mapping(mapping: Literal["newest", "file"]) -> None:
    """Refuse another word.

    Raises
    ------
    CatalogError
        It is another.
    """
    if mapping not in ("newest", "file"):
        raise CatalogError(f"mapping is 'newest' or 'file', not {mapping!r}")


class Rows(dict[str, dict[str, Any]]):
    """The rows of one file: table -> column -> value, null where the file has none.

    Parameters
    ----------
    file : str or None
        Path or URL of the file.
    schema_uri : str
        The schema by which it was mapped.
    """

    __slots__ = ("file", "problems", "schema_uri")

    def __init__(self, file: str | None, schema_uri: str) -> None:
        super().__init__()
        self.file = file
        self.schema_uri = schema_uri
        self.problems: tuple[RowProblem, ...] = ()
        """What does not fit, one record a column."""


def rows(
    source: Any,
    *,
    mapping: Literal["newest", "file"] = "newest",
    tables: Literal["all"] | Iterable[str] | None = None,
    storage_options: Mapping[str, Any] | None = None,
) -> Rows:
    """Return the rows of one file for the archive's catalogue.

    Parameters
    ----------
    source : Header, DataModel, str, path-like, bytes or binary file object
        What to read; of a file nothing but its header. A local file that is given by its name must be whole, which
        the heads of its blocks tell.
    mapping : {"newest", "file"}
        By which version of its family's schema: RAD does not give the columns versions, so by default the newest
        mapping holds for old files as well. ``"file"`` takes the file's own.
    tables : str or iterable of str, optional
        Which tables; by default those that files of the family feed, see
        `roman_cal_models.archive.definitions.products`. ``"all"`` gives every destination that the schemas name.
    storage_options : mapping, optional
        For a URL, what fsspec takes.

    Returns
    -------
    Rows
        Values converted to the types of their columns; ``problems`` lists those that do not fit. Nothing for reference
        files and associations, which other systems keep.

    Raises
    ------
    CatalogError
        There is no such mapping or table.
    NotAsdfError, TruncatedFileError, NotRomanError, UnknownTagError, HeaderLimitError
        As for `read_header`; also for a file that is cut behind its header.
    ForeignValueError
        The head of a block of the file is broken.
    """
    check_mapping(mapping)
    chosen = tables if tables is None or isinstance(tables, str) else tuple(tables)
    raw, schema_uri, file = _content(source, storage_options)
    uri = schema_uri if mapping == "file" else _newest(schema_uri)
    made = Rows(file, uri)
    names, plan = _plan(uri, chosen)
    for name in names:
        made[name] = {}
    problems: list[RowProblem] = []
    if tables is None and is_likely(uri):
        problems += [RowProblem(file, "", name, "", _LIKELY) for name in names] or [
            RowProblem(file, "", "", "", _NO_TABLE)
        ]
    _fill(raw, plan, "", made, problems)
    made.problems = tuple(problems)
    return made


def _content(source: Any, storage_options: Mapping[str, Any] | None) -> tuple[Mapping[str, Any], str, str | None]:
    """Return the top mapping as it stands in the file, the URI of its schema, and the name of the file."""
    if isinstance(source, DataModel):
        name = None if source._source is None else source._source.name
        return source.node, source.schema_uri, name
    if isinstance(source, Header):
        return source.node, source.schema_uri, source.file
    if isinstance(source, os.PathLike):
        source = os.fspath(source)
    with beginning(source, storage_options) as (stream, name):
        content = read_header_bytes(stream, name)
        if isinstance(source, str):
            require_whole(stream, content, name)
    raw, uri = roman_part(parse_tree(content, name), name)
    return raw, uri, name


def _newest(schema_uri: str) -> str:
    """Return the URI of the newest schema of the same family."""
    parsed = uris.parse(schema_uri)
    return str(installed().store.versions(parsed.family, base=parsed.base)[-1])


# -- the plan --------------------------------------------------------------------------------------------------------

# One level of the tree: key -> (type, its columns), the level below.
_Leaf = tuple[Datatype, tuple[tuple[str, str], ...]]
_Level = dict[str, tuple["_Leaf | None", "_Level | None"]]


@lru_cache(maxsize=512)
def _plan(uri: str, tables: str | tuple[str, ...] | None) -> tuple[tuple[str, ...], _Level]:
    """Return the tables of a schema's files, and where each of their columns finds its value."""
    # schemas of third parties may name tables of their own
    known = dict.fromkeys((*TABLES, *(column.table for column in columns(uri))))
    wanted = tables_of(uri) if tables is None else chosen_tables(tables, known)
    by_path: dict[str, tuple[str, list[tuple[str, str]]]] = {}
    for column in columns(uri):
        if ITEMS not in column.path and (wanted == "all" or column.table in (wanted or ())):
            by_path.setdefault(column.path, (column.datatype, []))[1].append((column.table, column.column))
    root: _Level = {}
    for path, (name, destinations) in by_path.items():
        level = root
        *above, last = path.split(".")
        for key in above:
            leaf, below = level.get(key, (None, None))
            below = {} if below is None else below
            level[key] = (leaf, below)
            level = below
        level[last] = ((column_type(name), tuple(destinations)), level.get(last, (None, None))[1])
    names = dict.fromkeys(table for _, destinations in by_path.values() for table, _ in destinations)
    return tuple(names), root


def _fill(node: Any, level: _Level, before: str, rows: Rows, problems: list[RowProblem]) -> None:
    has_values = isinstance(node, dict)
    for key, (leaf, below) in level.items():
        # what a node has not built yet is not built for this
        value = opened(_dict_get(node, key)) if has_values else None
        if leaf is not None:
            kind, destinations = leaf
            try:
                converted = kind.convert(value)
            except ValueError as error:
                converted = None
                problems += [RowProblem(rows.file, before + key, *place, str(error)) for place in destinations]
            for table, column in destinations:
                rows[table][column] = converted
        if below is not None:
            _fill(value, below, f"{before}{key}.", rows, problems)
