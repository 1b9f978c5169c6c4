"""One view for each kind of product: the columns of its tables, and the file, in one row.

A view is called after its family, ``wfi_image_files``, and has the columns that the family's newest schema says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..schema import uris
from .database import FILE, FILES, ID
from .mapping import columns, schema_uri_of
from .products import FAMILIES, tables_of
from .view_marks import OBSCORE, mark_of

if TYPE_CHECKING:
    import sqlalchemy as sql

__all__ = ["create_views", "creating", "drop_views", "is_of_family", "views"]


# The name of a family alone may be that of a table, in other letters.
_SUFFIX = "_files"


def views(metadata: sql.MetaData) -> dict[str, sql.Select[Any]]:
    """Return what each view selects, by its name; of the families all of whose tables there are.

    Parameters
    ----------
    metadata : sqlalchemy.MetaData
        The tables of the catalogue.
    """
    found = {}
    for family in FAMILIES:
        uri = schema_uri_of(family)
        tables = tables_of(uri)
        if set(tables) <= metadata.tables.keys():
            wanted = {(column.table, column.column) for column in columns(uri)}
            found[f"{family}{_SUFFIX}"] = _selected(metadata, family, tables, wanted)
    return found


def _selected(
    metadata: sql.MetaData, family: str, names: tuple[str, ...], wanted: set[tuple[str, str]]
) -> sql.Select[Any]:
    import sqlalchemy as sql

    files = metadata.tables[FILES]
    first, *others = (metadata.tables[name] for name in names)
    joined: sql.FromClause = files.join(first, first.c[ID] == files.c[ID])
    for table in others:
        joined = joined.join(table, table.c[ID] == files.c[ID], isouter=True)
    chosen = {
        column.name: column
        for table in (first, *others)
        for column in table.columns
        if (table.name, column.name) in wanted
    }
    return (
        sql.select(files.c[ID], files.c[FILE], *chosen.values()).select_from(joined).where(is_of_family(files, family))
    )


def is_of_family(files: sql.Table, family: str) -> sql.ColumnElement[bool]:
    """Return the condition that a file is of a family.

    Parameters
    ----------
    files : sqlalchemy.Table
        That of the files.
    family : str
        ``"wfi_image"``.
    """
    import sqlalchemy as sql

    uri = uris.parse(schema_uri_of(family))
    beginning = f"{uri.base}/{uri.kind}/{uri.family}-"
    # like would take _ for any letter
    return sql.func.substring(files.c.schema_uri, 1, len(beginning)) == beginning


def creating(name: str, query: sql.Select[Any], dialect: Any) -> str:
    """Return the statement that creates a view.

    Parameters
    ----------
    name : str
        Its name.
    query : sqlalchemy.Select
        What it selects.
    dialect : sqlalchemy.Dialect
        The language.
    """
    selected = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return f"CREATE VIEW {dialect.identifier_preparer.quote(name)} AS\n{selected}"


def create_views(connection: sql.Connection, metadata: sql.MetaData) -> None:
    """Create the views that a database lacks, or has with other columns; a table of that name is left alone.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Whose tables have all columns.
    metadata : sqlalchemy.MetaData
        The tables.
    """
    import sqlalchemy as sql
    from sqlalchemy.engine.reflection import ObjectKind

    inspector: Any = sql.inspect(connection)
    wanted = views(metadata)
    taken = inspector.get_table_names()
    held = inspector.get_multi_columns(filter_names=list(wanted), kind=ObjectKind.ANY_VIEW)
    known = {name: [column["name"] for column in members] for (_, name), members in held.items()}
    for name, query in wanted.items():
        if name not in taken and known.get(name) != query.selected_columns.keys():
            if name in known:
                _drop(connection, name)
            connection.exec_driver_sql(creating(name, query, connection.dialect))


def drop_views(connection: sql.Connection) -> None:
    """Drop the views: before a column of theirs gets another type, which PostgreSQL refuses, or a table goes.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Where they are, or are not.
    """
    import sqlalchemy as sql

    inspector: Any = sql.inspect(connection)
    for name in inspector.get_view_names():
        if name.removesuffix(_SUFFIX) in FAMILIES or (name == OBSCORE and mark_of(connection, name)):
            _drop(connection, name)


def _drop(connection: sql.Connection, name: str) -> None:
    preparer: Any = connection.dialect.identifier_preparer
    connection.exec_driver_sql(f"DROP VIEW {preparer.quote(name)}")
