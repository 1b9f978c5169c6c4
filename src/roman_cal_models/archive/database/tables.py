"""The tables of the catalogue, as SQLAlchemy knows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from ...errors import CatalogError, MissingPackageError
from ...schema import installed
from ...schema.properties import ITEMS
from ...spelling import did_you_mean
from ..definitions.datatypes import EXACT_TYPES, INTEGER_RANGES, MOST_DIGITS, TEXT_TYPES, Datatype, column_type
from ..definitions.mapping import Column, columns, is_step, schemas_of_files
from ..definitions.products import TABLES, chosen_tables
from ..files.names import KEY_LENGTH
from .view_marks import drop_views

if TYPE_CHECKING:
    from sqlalchemy import MetaData
    from sqlalchemy.types import TypeEngine

__all__ = [
    "FAILURES",
    "FILE",
    "FILES",
    "ID",
    "PROBLEMS",
    "column_types",
    "ddl",
    "file_columns",
    "reference",
    "tables",
    "wider",
]

ID = "archive_id"
"""The key of the tables: the number of the file that a row is of, which ``ingested_files`` gives it."""

FILE = "archive_file"
"""The column that has the path or URL of a file, in ``ingested_files`` and ``ingest_failures``."""

FILES, PROBLEMS, FAILURES = "ingested_files", "ingest_problems", "ingest_failures"

Dialect = Literal["sqlite", "postgresql", "mssql"]

# The columns that have an index in every table: what people look for files by. The steps have one as well.
_SEARCHED = frozenset(
    {
        "filename",
        "detector",
        "optical_element",
        "exposure_type",
        "exposure_start_time",
        "exposure_end_time",
        "program",
        "visit_id",
        "skycell_name",
    }
)


def tables(names: Iterable[str] | None = None) -> MetaData:
    """Return the tables of the catalogue, for any database that SQLAlchemy knows.

    Parameters
    ----------
    names : str or iterable of str, optional
        Which tables; by default all that files feed, see `roman_cal_models.archive.definitions.products`.

    Returns
    -------
    sqlalchemy.MetaData
        One table for each, with the columns that the newest schemas of all families name and ``archive_id``, the
        file that a row is of. Where two schemas give a column two types, the wider one. Beside them three tables that
        tell what was ingested: ``ingested_files``, which gives each path or URL its ``archive_id`` and says what made
        its rows, ``ingest_problems``, and ``ingest_failures``, by path or URL because a file that failed need not
        have rows. SQL Server has the types as RAD names them, other databases their own of the same meaning.

    Raises
    ------
    CatalogError
        There is no such table.
    MissingPackageError
        ``sqlalchemy`` is not installed.
    """
    sql = _sqlalchemy()
    names = None if names is None or names == "all" else chosen_tables(names)
    metadata = sql.MetaData()
    time = _type(Datatype("datetime2"), sql)
    text = _type(Datatype("nvarchar"), sql)
    sql.Table(
        FILES,
        metadata,
        sql.Column(ID, _number(sql), primary_key=True),
        sql.Column(FILE, sql.Unicode(KEY_LENGTH), nullable=False, unique=True),
        sql.Column(
            "content",
            sql.Unicode(64),
            nullable=False,
            comment="SHA-256 of the header, its first 40 digits, and of how it was mapped",
        ),
        sql.Column("schema_uri", sql.Unicode(200), nullable=False),
        # null in the rows of a catalogue whose tables had no such columns
        sql.Column("rad_version", sql.Unicode(50), comment="release of RAD that made the rows"),
        sql.Column("package_version", sql.Unicode(50), comment="release of roman_cal_models that made the rows"),
        sql.Column("mapping", sql.Unicode(10), comment="whose columns: newest or file"),
        # null where it is not known
        sql.Column("size", sql.BigInteger(), comment="of the file, in bytes"),
        sql.Column("modified", sql.BigInteger(), comment="nanoseconds since 1970-01-01 UTC"),
        sql.Column("etag", sql.Unicode(200), comment="of an object in a bucket, or behind a URL"),
        sql.Column("ingested", time, nullable=False),
        # an id that was of a file is never that of another
        sqlite_autoincrement=True,
    )
    about = {(column.table, column.column): column for column in reversed(file_columns())}
    for name, found in column_types(names).items():
        members = [
            sql.Column(
                column, _type(kind, sql), index=_is_searched(about[name, column]), comment=_comment(about[name, column])
            )
            for column, kind in found.items()
        ]
        sql.Table(name, metadata, reference(), *members)
    sql.Table(
        PROBLEMS,
        metadata,
        reference(),
        sql.Column("table_name", sql.Unicode(100), primary_key=True),
        sql.Column("column_name", sql.Unicode(100), primary_key=True),
        sql.Column("path", sql.Unicode(400), nullable=False),
        sql.Column("reason", text, nullable=False),
        sqlite_with_rowid=False,
    )
    sql.Table(
        FAILURES,
        metadata,
        sql.Column(FILE, sql.Unicode(KEY_LENGTH), primary_key=True),
        sql.Column("reason", text, nullable=False),
        sql.Column("failed", time, nullable=False),
    )
    sql.event.listen(metadata, "before_drop", _drop_views)
    return metadata  # type: ignore[no-any-return]


def _drop_views(_: MetaData, connection: Any, **options: Any) -> None:
    drop_views(connection)


def _is_searched(column: Column) -> bool:
    return column.column in _SEARCHED or is_step(column)


def _comment(column: Column) -> str:
    """Return what a database tells of a column: what the value is, and where it stands in a file."""
    return f"{column.title} ({column.path})" if column.title else column.path


def ddl(dialect: Dialect, names: Iterable[str] | None = None) -> str:
    """Return the statements that create the tables, their indexes and the views, one a kind of product.

    Columns have comments, of their titles and paths in a file, where the database has statements for them.

    Parameters
    ----------
    dialect : {"sqlite", "postgresql", "mssql"}
        The database.
    names : str or iterable of str, optional
        As for `tables`.

    Raises
    ------
    CatalogError
        The database is not one of these.
    """
    if dialect not in get_args(Dialect):
        hint = f"{did_you_mean(str(dialect), get_args(Dialect))} There are: {', '.join(get_args(Dialect))}"
        raise CatalogError(f"{dialect!r} is not a database that is known.{hint}")
    sql = _sqlalchemy()
    from importlib import import_module

    from .views import creating, views

    engine = import_module(f"sqlalchemy.dialects.{dialect}").dialect()
    # SQL Server tells comments by a procedure, which asks for the schema
    engine.default_schema_name = "dbo"
    metadata = tables(names)
    creators = [creator for table in metadata.sorted_tables for creator in _creators(table, engine, sql)]
    statements = [str(creator.compile(dialect=engine)).strip() for creator in creators]
    statements += [creating(name, query, engine) for name, query in views(metadata).items()]
    return "".join(
        f"{statement.replace(chr(9), '    ').replace(' ' + chr(10), chr(10))};\n\n" for statement in statements
    )


def column_types(names: Iterable[str] | None = None) -> dict[str, dict[str, Datatype]]:
    """Return the columns of tables and their types, the widest that a schema gives; by default of all tables."""
    every = file_columns()
    found: dict[str, dict[str, Datatype]] = {}
    for name in TABLES if names is None else names:
        types = found[name] = {}
        for column in every:
            if column.table == name:
                new = column_type(column.datatype)
                types[column.column] = wider(types.get(column.column, new), new)
    return found


def file_columns() -> list[Column]:
    """Return the columns that files feed, of the newest schema of every family of files."""
    every = (column for uri in schemas_of_files(installed()) for column in columns(uri))
    return [column for column in every if ITEMS not in column.path]


def wider(one: Datatype, other: Datatype) -> Datatype:
    """Return the type that holds what either of two holds; text for two kinds."""
    if one == other:
        return one
    names = {one.name, other.name}
    if names <= INTEGER_RANGES.keys():
        order = list(INTEGER_RANGES)
        return max(one, other, key=lambda kind: order.index(kind.name))
    if names <= TEXT_TYPES:
        name = "nvarchar" if any(name.startswith("n") for name in names) else "varchar"
        sizes = [kind.size for kind in (one, other) if kind.size is not None]
        return Datatype(name, max(sizes) if len(sizes) == 2 else None)
    if names <= {*INTEGER_RANGES, *EXACT_TYPES}:
        (before, behind), (other_before, other_behind) = _digits(one), _digits(other)
        scale = max(behind, other_behind)
        digits = max(before, other_before) + scale
        return Datatype("decimal", digits, scale=scale) if digits <= MOST_DIGITS else Datatype("float")
    if names <= {*INTEGER_RANGES, *EXACT_TYPES, "real", "float"}:
        # single precision has 24 bits
        return Datatype("real" if names <= {"real", "bit", "tinyint", "smallint"} else "float")
    return Datatype("nvarchar")


def _digits(kind: Datatype) -> tuple[int, int]:
    """Return how many digits stand before and behind the point of an exact number."""
    if kind.name in INTEGER_RANGES:
        return len(str(INTEGER_RANGES[kind.name][1])), 0
    assert kind.size is not None and kind.scale is not None
    return kind.size - kind.scale, kind.scale


def reference() -> Any:
    """Return the column that says of which file a row is."""
    sql = _sqlalchemy()
    return sql.Column(ID, _number(sql), sql.ForeignKey(f"{FILES}.{ID}"), primary_key=True, autoincrement=False)


def _number(sql: Any) -> Any:
    # SQLite numbers rows only by a column of just this type
    return sql.BigInteger().with_variant(sql.Integer(), "sqlite")


def _creators(table: Any, dialect: Any, sql: Any) -> Iterator[Any]:
    """Yield what creates a table, its indexes and its comments."""
    yield sql.schema.CreateTable(table)
    yield from map(sql.schema.CreateIndex, sorted(table.indexes, key=lambda index: str(index.name)))
    if dialect.supports_comments and not dialect.inline_comments:
        yield from (sql.schema.SetColumnComment(column) for column in table.columns if column.comment)


@cache
def _type(kind: Datatype, sql: Any) -> TypeEngine[Any]:
    """Return SQLAlchemy's type for one of RAD's."""
    from sqlalchemy.dialects import mssql as of_sql_server
    from sqlalchemy.dialects import postgresql as of_postgresql

    mssql: Any = of_sql_server
    postgresql: Any = of_postgresql
    made: dict[str, Any] = {
        "bit": sql.SmallInteger().with_variant(mssql.BIT(), "mssql"),
        "tinyint": sql.SmallInteger().with_variant(mssql.TINYINT(), "mssql"),
        "smallint": sql.SmallInteger(),
        "int": sql.Integer(),
        "bigint": sql.BigInteger(),
        "real": sql.REAL(),
        "decimal": sql.Numeric(kind.size, kind.scale),
        "numeric": sql.Numeric(kind.size, kind.scale),
        "date": sql.DATE(),
        "uniqueidentifier": sql.CHAR(36)
        .with_variant(mssql.UNIQUEIDENTIFIER(), "mssql")
        .with_variant(postgresql.UUID(as_uuid=False), "postgresql"),
        "char": sql.CHAR(kind.size),
        "varchar": sql.Text().with_variant(mssql.VARCHAR(None), "mssql")
        if kind.size is None
        else sql.String(kind.size),
        "float": sql.Double().with_variant(mssql.FLOAT(), "mssql"),
        "datetime2": sql.DateTime().with_variant(mssql.DATETIME2(), "mssql"),
        "nchar": sql.CHAR(kind.size).with_variant(mssql.NCHAR(kind.size), "mssql"),
        "nvarchar": sql.UnicodeText().with_variant(mssql.NVARCHAR(None), "mssql")
        if kind.size is None
        else sql.Unicode(kind.size),
    }
    found: TypeEngine[Any] = made[kind.name]
    return found


def _sqlalchemy() -> Any:
    try:
        import sqlalchemy
    except ImportError:
        raise MissingPackageError("the tables need SQLAlchemy: pip install 'roman-cal-models[archive]'") from None
    return sqlalchemy
