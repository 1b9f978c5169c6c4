"""What RAD says of each column of the catalogue, as those say it whose files feed its table."""

from __future__ import annotations

from functools import cache

from ...schema import installed
from ...schema.properties import ITEMS
from .mapping import Column, columns, schemas_of_files
from .products import tables_of

__all__ = ["described_columns"]


@cache
def described_columns() -> dict[tuple[str, str], Column]:
    """Return what is said of each column, by table and column.

    Several families feed a table, and may say it in other words: the first of those that are kinds of its files is
    taken, and any other where none has the column.
    """
    found: dict[tuple[str, str], Column] = {}
    others: dict[tuple[str, str], Column] = {}
    for uri in schemas_of_files(installed()):
        fed = tables_of(uri)
        for column in columns(uri):
            if ITEMS not in column.path:
                place = column.table, column.column
                (found if column.table in fed else others).setdefault(place, column)
    return others | found
