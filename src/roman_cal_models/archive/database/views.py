"""One view for each kind of product: the columns of its tables, and the file, in one row.

A view is called after its family, ``wfi_image_files``, and has the columns that the family's newest schema says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...schema import installed, uris
from ..definitions.mapping import columns, schema_uri_of
from ..definitions.products import FAMILIES, tables_of
from .tables import FILE, FILES, ID

if TYPE_CHECKING:
    import sqlalchemy as sql

__all__ = ["creating", "is_of_family", "views"]


# The name of a family alone may be that of a table, in other letters.
_SUFFIX = "_files"


def views(metadata: sql.MetaData) -> dict[str, sql.Select[Any]]:
    """Return what each view selects, by its name; of the families that the installed RAD has, and all their tables.

    Parameters
    ----------
    metadata : sqlalchemy.MetaData
        The tables of the catalogue.
    """
    found = {}
    store = installed().store
    for family in FAMILIES:
        if not store.versions(family):  # of a newer RAD
            continue
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
