"""The files that a catalogue in a database holds, for a run that looks for what is gone."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..inventory import HeldFile, slices
from ..reading.file_reader import HEADER_DIGITS, Known, MadeBy
from .tables import FAILURES, FILE, FILES, ID
from .writer import Catalog

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["DatabaseInventory"]

# Columns of the table of files: what goes with a file that has moved, and what goes with its rows.
_OF_FILE = frozenset({FILE, "size", "modified", "etag", "ingested"})
_OF_ROWS = frozenset({"content", "schema_uri", "rad_version", "package_version", "mapping"})
# Rows that are looked at together, and files whose rows change in one transaction.
_PAGE = 5000
_BATCH = 500
# More roots are not named to the database, which then tells of all files.
_MOST_ROOTS = 50
# SQL Server takes 2,100 values in a statement.
_A_STATEMENT = 1000


class DatabaseInventory:
    """What `Inventory` says, in a database: other runs may change it meanwhile.

    Parameters
    ----------
    catalog : Catalog
        Of the run.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._files: Any = catalog.tables[FILES].c
        self._failures: Any = catalog.tables[FAILURES].c

    def known(self, files: Sequence[str]) -> Mapping[str, Known]:
        """Return what there is of those files that it knows, by file."""
        return self._catalog.known(files)

    def failing(self, files: Sequence[str]) -> set[str]:
        """Return those files that failed when they were read last."""
        import sqlalchemy as sql

        column = self._failures[FILE]
        queries = [sql.select(column).where(column.in_(some)) for some in slices(files, _A_STATEMENT)]
        return self._catalog.ask(
            lambda connection: {file for query in queries for file in connection.execute(query).scalars()}
        )

    def last_number(self) -> int:
        """Return the largest number of a file, 0 if there is none."""
        import sqlalchemy as sql

        query = sql.select(sql.func.max(self._files[ID]))
        found = self._catalog.ask(lambda connection: connection.execute(query).scalar())
        return 0 if found is None else int(found)

    def pages(
        self, roots: Collection[str], last: int, before: datetime.datetime
    ) -> Iterator[Sequence[tuple[int, str]]]:
        """Yield numbers and names of files, some at a time, see `Inventory`."""
        import sqlalchemy as sql

        files = self._files
        query = sql.select(files[ID], files[FILE]).where(files[ID] <= last, files.ingested < before)
        if len(roots) <= _MOST_ROOTS:
            query = query.where(sql.or_(*(files[FILE].startswith(root, autoescape=True) for root in roots)))
        query = query.order_by(files[ID]).limit(_PAGE)
        reached = -1
        while page := self._all(query.where(files[ID] > reached)):
            reached = page[-1][0]
            yield page

    def of_numbers(self, numbers: Sequence[int]) -> list[HeldFile]:
        """Return the files of some numbers."""
        return self._held(self._files[ID], numbers)

    def of_headers(self, headers: Sequence[str], after: int) -> list[HeldFile]:
        """Return the files of some headers whose numbers are larger than another, see `Inventory`."""
        import sqlalchemy as sql

        # SQLite has had the name of the standard since 3.34 only
        name = "substring" if self._catalog.dialect == "mssql" else "substr"
        return self._held(getattr(sql.func, name)(self._files.content, 1, HEADER_DIGITS), headers, after)

    def move(self, pairs: Sequence[tuple[HeldFile, HeldFile]]) -> list[tuple[HeldFile, HeldFile]]:
        """Give one file the name and state of another, and its rows if a newer release made them; that one goes."""
        return [pair for some in slices(pairs, _BATCH) for pair in self._catalog.change(partial(self._move, some))]

    def remove(self, numbers: Sequence[int], before: datetime.datetime) -> int:
        """Remove the rows of files that did not come in, or were replaced, since a time; return of how many."""
        return sum(self._catalog.change(partial(self._remove, some, before)) for some in slices(numbers, _BATCH))

    def failed(self, before: datetime.datetime) -> Iterator[Sequence[str]]:
        """Yield the files that failed before a time, some at a time."""
        import sqlalchemy as sql

        columns = self._failures
        query = sql.select(columns[FILE]).where(columns.failed < before).order_by(columns[FILE]).limit(_PAGE)
        reached = ""
        while page := self._all(query.where(columns[FILE] > reached)):
            reached = page[-1][0]
            yield [file for (file,) in page]

    def forget_failures(self, files: Iterable[str], before: datetime.datetime) -> None:
        """Remove the failures of files, unless they failed since then."""
        import sqlalchemy as sql

        columns = self._failures
        for some in slices([*files], _BATCH):
            old = columns[FILE].in_(some) & (columns.failed < before)
            self._catalog.change(partial(_execute, sql.delete(columns[FILE].table).where(old)))

    def _all(self, query: Any) -> list[Any]:
        return self._catalog.ask(lambda connection: list(connection.execute(query)))

    def _held(self, column: Any, values: Sequence[Any], after: int = -1) -> list[HeldFile]:
        import sqlalchemy as sql

        files = self._files
        query = sql.select(files[ID], files[FILE], files.content, files.size).where(files[ID] > after)
        query = query.order_by(files[ID])
        found = [row for some in slices(values, _BATCH) for row in self._all(query.where(column.in_(some)))]
        return [HeldFile(*row) for row in found]

    def _remove(self, numbers: Sequence[int], before: datetime.datetime, connection: Connection) -> int:
        import sqlalchemy as sql

        # another run may have found one again meanwhile
        query = sql.select(self._files[ID]).where(self._files.ingested < before)
        still = connection.execute(query.where(self._files[ID].in_(numbers))).scalars().all()
        self._delete(connection, still)
        return len(still)

    def _move(
        self, pairs: Sequence[tuple[HeldFile, HeldFile]], connection: Connection
    ) -> list[tuple[HeldFile, HeldFile]]:
        import sqlalchemy as sql

        # another run may have done it, or ingested one anew
        both = [row.id for pair in pairs for row in pair]
        query = sql.select(self._files[ID].table).where(self._files[ID].in_(both))
        found: dict[int, Any] = {row[ID]: row for row in connection.execute(query).mappings()}
        still = [
            (old, new)
            for old, new in pairs
            if all(row.id in found and _is_still(row, found[row.id]) for row in (old, new))
        ]
        # another release has made other rows of the same header: the newer ones stay
        remade = [pair for pair in still if _is_remade(*(found[row.id] for row in pair))]
        self._hand_over(connection, [(old.id, new.id) for old, new in remade])
        self._delete(connection, [new.id for _, new in still])
        for old, new in still:
            values = {name: value for name, value in found[new.id].items() if name in _OF_FILE}
            if (old, new) in remade:
                values |= {name: value for name, value in found[new.id].items() if name in _OF_ROWS}
            connection.execute(self._files[ID].table.update().where(self._files[ID] == old.id).values(values))
        return still

    def _hand_over(self, connection: Connection, pairs: Sequence[tuple[int, int]]) -> None:
        """Give files the rows of others, in place of their own; a pair has the number of each."""
        import sqlalchemy as sql

        numbers = [{"heir": old, "giver": new} for old, new in pairs]
        for table in self._members if pairs else []:
            connection.execute(table.delete().where(table.c[ID].in_([old for old, _ in pairs])))
            statement = table.update().where(table.c[ID] == sql.bindparam("giver"))
            connection.execute(statement.values({ID: sql.bindparam("heir")}), numbers)

    def _delete(self, connection: Connection, ids: Sequence[int]) -> None:
        # the table of files comes last: the others refer to it
        for table in [*self._members, self._files[ID].table]:
            connection.execute(table.delete().where(table.c[ID].in_(ids)))

    @property
    def _members(self) -> list[Any]:
        """The tables that have rows of files."""
        return [table for name, table in self._catalog.tables.items() if ID in table.c and name != FILES]


def _execute(statement: Any, connection: Connection) -> None:
    connection.execute(statement)


def _is_still(row: HeldFile, found: Mapping[str, Any]) -> bool:
    return (found[FILE], found["content"]) == (row.file, row.content)


def _is_remade(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Return whether a file that moved gets the rows of the new one, in place of those that it had."""
    made_by = [MadeBy(row["rad_version"], row["package_version"], row["mapping"]) for row in (old, new)]
    return old["content"] != new["content"] and not made_by[0].is_newer_than(made_by[1])
