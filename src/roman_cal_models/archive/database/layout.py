"""The tables of a catalogue in a database, brought to what they are in this release."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...errors import CatalogWarning
from ..definitions.datatypes import Datatype
from ..files.names import key_of
from .stored_views import create_views, drop_old_views
from .tables import FAILURES, FILE, FILES, ID, PROBLEMS, reference, wider
from .view_marks import drop_views

if TYPE_CHECKING:
    from sqlalchemy import Connection, Inspector, MetaData, Table

__all__ = ["lay_out"]

_OLD = "before_archive_id_"


def lay_out(connection: Connection, metadata: MetaData) -> None:
    """Create the tables, columns, indexes and views that a database lacks, and widen columns that RAD has widened.

    A column of another kind, or one that holds more than RAD says now, is left, with a `CatalogWarning`. SQLite keeps
    values of any type and length, so nothing is widened there.

    A catalogue of an early release, whose tables have the paths of files as their keys, gets ids for them: its tables
    are copied. Columns that only it has are kept; indexes and triggers that somebody else made are not. What made its
    rows is not known, so the next run over their files makes them again. It knows a file by every name by which it was
    reached: names are brought to the form of `key_of`, and of several rows of one file the newest stay.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction, which has the tables for itself.
    metadata : sqlalchemy.MetaData
        The tables as they are to be.
    """
    import sqlalchemy as sql

    drop_old_views(connection, metadata)
    found: Any = sql.inspect(connection)
    if _has_paths_as_keys(found):
        _give_ids(connection, metadata, found)
    metadata.create_all(connection)
    found = sql.inspect(connection)
    for name, table in metadata.tables.items():
        # tables that were created by an older release of RAD
        known = {column["name"] for column in found.get_columns(name)}
        for column in table.columns:
            if column.name not in known:
                _add(connection, table, column)
        if connection.dialect.name == "postgresql":
            _widen(connection, table, {column["name"]: column["type"] for column in found.get_columns(name)})
        indexed = {index["name"] for index in found.get_indexes(name)}
        for index in table.indexes:
            if index.name not in indexed:
                index.create(connection)
    create_views(connection, metadata)


def _add(connection: Connection, table: Table, column: Any) -> None:
    """Add a column to a table."""
    from sqlalchemy import schema

    statements: Any = schema
    preparer: Any = connection.dialect.identifier_preparer
    added = statements.CreateColumn(column).compile(dialect=connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE {preparer.format_table(table)} ADD {added}")


def _widen(connection: Connection, table: Table, types: Mapping[str, Any]) -> None:
    """Make the columns of a table hold what they are to hold; those that hold more, or other things, are left."""
    from sqlalchemy.exc import DBAPIError

    preparer: Any = connection.dialect.identifier_preparer
    for column in table.columns:
        if column.name not in types:  # it was added just now
            continue
        wanted = column.type.compile(dialect=connection.dialect)
        there = types[column.name].compile(dialect=connection.dialect)
        if there == wanted:
            continue
        reason = "it holds no less"
        new, old = _datatype(column.type), _datatype(types[column.name])
        if new is None or old is None or wider(old, new) not in (old, new):
            reason = "one cannot be made the other"
        elif wider(old, new) != old:
            # which are made again at the end
            drop_views(connection)
            try:
                with connection.begin_nested():
                    name = preparer.quote(column.name)
                    connection.exec_driver_sql(
                        f"ALTER TABLE {preparer.format_table(table)} ALTER COLUMN {name} TYPE {wanted}"
                    )
                continue
            except DBAPIError as error:  # somebody's view needs it as it is, for instance
                reason = " ".join(str(error.orig).split())
        text = f"{table.name}.{column.name} is left as {there}; RAD makes it {wanted} now: {reason}"
        warnings.warn(text, CatalogWarning, stacklevel=2)


def _datatype(kind: Any) -> Datatype | None:
    """Return RAD's type for one of a database; None for one that it has no name for."""
    import sqlalchemy as sql

    # the first that fits: text without end is text as well
    found: tuple[tuple[type[Any], str], ...] = (
        (sql.SmallInteger, "smallint"),
        (sql.BigInteger, "bigint"),
        (sql.Integer, "int"),
        (sql.Float, "float"),
        (sql.DateTime, "datetime2"),
        (sql.CHAR, "nchar"),
        (sql.String, "nvarchar"),
    )
    name = next((name for of, name in found if isinstance(kind, of)), None)
    return None if name is None else Datatype(name, getattr(kind, "length", None))


# -- tables whose keys are paths -------------------------------------------------------------------------------------


def _has_paths_as_keys(found: Inspector) -> bool:
    return found.has_table(FILES) and ID not in {column["name"] for column in found.get_columns(FILES)}


def _give_ids(connection: Connection, metadata: MetaData, found: Inspector) -> None:
    """Copy the tables whose keys are paths into tables whose keys are ids."""
    import sqlalchemy as sql

    before = sql.MetaData()
    names = [name for name, table in metadata.tables.items() if ID in table.columns and found.has_table(name)]
    preparer: Any = connection.dialect.identifier_preparer
    for name in names:
        connection.exec_driver_sql(f"ALTER TABLE {preparer.quote(name)} RENAME TO {preparer.quote(_OLD + name)}")
    before.reflect(connection, only=[_OLD + name for name in names])
    after = sql.MetaData()
    for name in names:
        if name in (FILES, PROBLEMS):
            metadata.tables[name].to_metadata(after)
        else:
            # of the types that they have: what stands in them fits
            kept = [column._copy() for column in before.tables[_OLD + name].columns if column.name != FILE]
            sql.Table(name, after, reference(), *kept)
    after.create_all(connection)
    files = after.tables[FILES]
    _copy(connection, before.tables[_OLD + FILES], files, files)
    renamed = _leave_one_of_each(connection, files)
    for name in names:
        if name != FILES:
            _copy(connection, before.tables[_OLD + name], after.tables[name], files)
    if renamed:
        statement = files.update().where(files.columns[ID] == sql.bindparam("number"))
        connection.execute(statement.values({FILE: sql.bindparam("key")}), renamed)
    if found.has_table(FAILURES):
        _leave_proper_names(connection, metadata.tables[FAILURES])
    before.drop_all(connection)


def _leave_proper_names(connection: Connection, failures: Table) -> None:
    """Remove the failures of files by other names: those that fail still are told again by the next run."""
    names = connection.execute(failures.select().with_only_columns(failures.columns[FILE])).scalars().all()
    for name in names:
        if key_of(name) != name:
            connection.execute(failures.delete().where(failures.columns[FILE] == name))


def _leave_one_of_each(connection: Connection, files: Table) -> list[dict[str, Any]]:
    """Remove all rows but one of files that have several; return the numbers of those whose name is another, and it."""
    import sqlalchemy as sql

    query = files.select().with_only_columns(files.columns[ID], files.columns[FILE], files.columns["ingested"])
    rows = connection.execute(query.execution_options(yield_per=10_000))
    odd = [(key, time, number) for number, file, time in rows if (key := key_of(file)) != file]
    same = sql.select(files.columns[ID], files.columns["ingested"])
    renamed: dict[str, dict[str, Any]] = {}
    # the newest last
    for key, time, number in sorted(odd):
        of_key = connection.execute(same.where(files.columns[FILE] == key)).first()
        loser = number
        if of_key is None or of_key[1] < time:
            loser = renamed.get(key, {}).get("number") if of_key is None else of_key[0]
            renamed[key] = {"number": number, "key": key}
        if loser is not None:
            connection.execute(files.delete().where(files.columns[ID] == loser))
    return list(renamed.values())


def _copy(connection: Connection, old: Table, new: Table, files: Table) -> None:
    shared = [column.name for column in new.columns if column.name in old.columns]
    values = [old.columns[name] for name in shared]
    if new is files:
        query = old.select().with_only_columns(*values).order_by(old.columns[FILE])
        connection.execute(new.insert().from_select(shared, query))
        return
    query = old.join(files, files.columns[FILE] == old.columns[FILE]).select()
    query = query.with_only_columns(files.columns[ID], *values)
    connection.execute(new.insert().from_select([ID, *shared], query))
