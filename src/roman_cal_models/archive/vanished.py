"""Files that are gone: which of those that the catalogue holds, where the others went, and how their rows go."""

from __future__ import annotations

import os
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from .database import FAILURES, FILE, FILES, ID
from .database_writer import Catalog
from .file_reader import HEADER_DIGITS, Failure, MadeBy
from .holdings import Holdings
from .listing import Place
from .report import KEPT, Report

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Prune", "settle"]

Prune = bool | Literal["force"]

# Rows that are looked at together, and files whose rows change in one transaction.
_PAGE = 5000
_BATCH = 500
# Of so many files, half cannot be gone by themselves.
_MANY = 1000
# Columns of the table of files: what goes with a file that has moved, and what goes with its rows.
_OF_FILE = frozenset({FILE, "size", "modified", "etag", "ingested"})
_OF_ROWS = frozenset({"content", "schema_uri", "rad_version", "package_version", "mapping"})
# More roots are not named to the database, which then tells of all files.
_MOST_ROOTS = 50


def settle(catalog: Catalog, holdings: Holdings, places: Sequence[Place], *, prune: Prune) -> Report:
    """Return what is gone and what has moved of places that were listed to their end, and remove what is gone.

    Files that came into the catalogue since the run began are left alone.

    Parameters
    ----------
    catalog : Catalog
        Of the run.
    holdings : Holdings
        What it held, and what of that was met.
    places : sequence of Place
        All of the run.
    prune : bool or {"force"}
        As for `ingest`.
    """
    survey = _Survey([_Gone(place) for place in places if place.is_complete])
    if not survey.all:
        return Report.none()
    run = _Run(catalog, holdings)
    moved: list[tuple[str, str]] = []
    renamed = 0
    names: list[str] = []
    for rows in run.gone(survey):
        pairs = run.move(rows)
        renamed += len(pairs)
        moved += pairs[: KEPT - len(moved)]
        old = {pair[0] for pair in pairs}
        for row in rows:
            if row.file not in old:
                survey.where(row.file)[0].ids.append(row.id)
                names += [row.file] * (len(names) < KEPT)
    run.forget_failures(survey, prune=bool(prune))
    doubtful = [gone for gone in survey.all if gone.is_doubtful and prune is True]
    return Report(
        0,
        0,
        0,
        tuple(gone.refusal() for gone in doubtful),
        0,
        missing=tuple(names),
        gone=sum(len(gone.ids) for gone in survey.all),
        pruned=sum(run.remove(gone.ids) for gone in survey.all if prune and gone not in doubtful),
        moved=tuple(moved),
        renamed=renamed,
    )


@dataclass(frozen=True, slots=True)
class _Row:
    """What there is of a file in the table of files."""

    id: int
    file: str
    content: str
    size: int | None

    @property
    def header(self) -> str:
        """What its content tells of the header alone."""
        return self.content[:HEADER_DIGITS]


@dataclass(slots=True, eq=False)
class _Gone:
    """What is gone of a place."""

    place: Place
    held: int = 0
    ids: array[int] = field(default_factory=lambda: array("q"))

    @property
    def is_doubtful(self) -> bool:
        """Whether it looks as if the place was not there: nothing is left, or not half of many."""
        number = len(self.ids)
        return number > 0 and (not self.place.found or (self.held >= _MANY and 2 * number > self.held))

    def refusal(self) -> Failure:
        """Return why nothing is removed."""
        told = f"{len(self.ids)} of the {self.held} files that the catalogue has of it are not there"
        return Failure(self.place.name, f"{told}: they are kept, unless prune is 'force'")


class _Survey:
    """What is gone of places, found by the names of files."""

    def __init__(self, found: list[_Gone]) -> None:
        self.all = found
        self.roots: dict[str, list[_Gone]] = defaultdict(list)
        for gone in found:
            self.roots[gone.place.root].append(gone)

    def where(self, file: str) -> list[_Gone]:
        """Return the places that a file is listed in, if it is there."""
        ends = (end + 1 for end, letter in enumerate(file) if letter == "/")
        return [gone for end in ends for gone in self.roots.get(file[:end], ()) if gone.place.holds(file)]


class _Run:
    """The statements of a run about files that are gone."""

    def __init__(self, catalog: Catalog, holdings: Holdings) -> None:
        self._catalog = catalog
        self._holdings = holdings
        self._files: Any = catalog.tables[FILES].c
        self._failures: Any = catalog.tables[FAILURES].c

    def gone(self, survey: _Survey) -> Iterator[list[_Row]]:
        """Yield files that were in a place before the run and were not met there, some at a time."""
        import sqlalchemy as sql

        files = self._files
        query = sql.select(files[ID], files[FILE]).where(files[ID] <= self._holdings.last)
        query = query.where(files.ingested < self._holdings.began)
        if len(survey.roots) <= _MOST_ROOTS:
            query = query.where(sql.or_(*(files[FILE].startswith(root, autoescape=True) for root in survey.roots)))
        query = query.order_by(files[ID]).limit(_PAGE)
        last = -1
        while page := self._all(query.where(files[ID] > last)):
            last = page[-1][0]
            gone = []
            for number, file in page:
                found = survey.where(file)
                if found:
                    found[0].held += 1
                    gone += [] if self._holdings.has_met(number) else [number]
            # whatever the listing said: a file of this machine can be looked for
            yield [
                row for row in self._rows(self._files[ID], gone) if "://" in row.file or not os.path.lexists(row.file)
            ]

    def remove(self, ids: Sequence[int]) -> int:
        """Remove the rows of files that are gone; return of how many they were."""
        return sum(self._catalog.change(partial(self._remove, some)) for some in _slices(ids))

    def _remove(self, ids: Sequence[int], connection: Connection) -> int:
        import sqlalchemy as sql

        # another run may have found one again meanwhile
        query = sql.select(self._files[ID]).where(self._files.ingested < self._holdings.began)
        still = connection.execute(query.where(self._files[ID].in_(ids))).scalars().all()
        self._delete(connection, still)
        return len(still)

    def move(self, gone: Sequence[_Row]) -> list[tuple[str, str]]:
        """Give the numbers of files that are gone to new ones of the same header; return the old and the new names."""
        homes = self._new_files({row.header for row in gone})
        pairs: list[tuple[_Row, _Row]] = []
        for row in gone:
            fitting = [home for home in homes.get(row.header, []) if _are_as_long(home, row)]
            if fitting:
                name = os.path.basename(row.file)
                home = next((each for each in fitting if os.path.basename(each.file) == name), fitting[0])
                homes[row.header].remove(home)
                pairs.append((row, home))
        return [
            (old.file, new.file)
            for some in _slices(pairs)
            for old, new in self._catalog.change(partial(self._rename, some))
        ]

    def forget_failures(self, survey: _Survey, *, prune: bool) -> None:
        """Remove failures of places that were listed now and, with `prune`, of files that are not there any more."""
        import sqlalchemy as sql

        columns = self._failures
        names = [gone.place.name for gone in survey.all if gone.place.found]
        if prune:
            query = sql.select(columns[FILE]).where(columns.failed < self._holdings.began)
            query = query.order_by(columns[FILE]).limit(_PAGE)
            last = ""
            while page := self._all(query.where(columns[FILE] > last)):
                last = page[-1][0]
                names += [file for (file,) in page if survey.where(file)]
        for some in _slices(names):
            old = columns[FILE].in_(some) & (columns.failed < self._holdings.began)
            statement = sql.delete(columns[FILE].table).where(old)
            self._catalog.change(partial(_execute, statement))

    def _all(self, query: Any) -> list[Any]:
        return self._catalog.ask(lambda connection: list(connection.execute(query)))

    def _rows(self, column: Any, values: Sequence[Any], after: int = -1) -> list[_Row]:
        import sqlalchemy as sql

        files = self._files
        query = sql.select(files[ID], files[FILE], files.content, files.size).where(files[ID] > after)
        query = query.order_by(files[ID])
        return [_Row(*row) for some in _slices(values) for row in self._all(query.where(column.in_(some)))]

    def _new_files(self, headers: Iterable[str]) -> dict[str, list[_Row]]:
        """Return the files of some headers that are new since the run began."""
        import sqlalchemy as sql

        # SQLite has had the name of the standard since 3.34 only
        name = "substring" if self._catalog.dialect == "mssql" else "substr"
        header = getattr(sql.func, name)(self._files.content, 1, HEADER_DIGITS)
        found: dict[str, list[_Row]] = defaultdict(list)
        for row in self._rows(header, sorted(headers), self._holdings.last):
            found[row.header].append(row)
        return found

    def _rename(self, pairs: Sequence[tuple[_Row, _Row]], connection: Connection) -> list[tuple[_Row, _Row]]:
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


def _is_still(row: _Row, found: Mapping[str, Any]) -> bool:
    return (found[FILE], found["content"]) == (row.file, row.content)


def _is_remade(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Return whether a file that moved gets the rows of the new one, in place of those that it had."""
    made_by = [MadeBy(row["rad_version"], row["package_version"], row["mapping"]) for row in (old, new)]
    return old["content"] != new["content"] and not made_by[0].is_newer_than(made_by[1])


def _are_as_long(one: _Row, other: _Row) -> bool:
    return one.size is None or other.size is None or one.size == other.size


def _slices(values: Sequence[Any]) -> Iterator[Any]:
    return (values[start : start + _BATCH] for start in range(0, len(values), _BATCH))
