"""A catalogue that is asked: which tables a question is of, and the rows that answer it. Nothing is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from operator import index
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ...errors import CatalogError, SchemaNotFoundError
from ...schema import uris
from ...spelling import did_you_mean
from ..database.connection import one_line
from ..database.reading import read_only_engine
from ..database.tables import FILE, FILES, ID, file_columns, tables
from ..database.views import is_of_family
from ..definitions.mapping import schema_uri_of
from ..definitions.products import FAMILIES, GROUPS, TABLES, tables_of
from .condition_sql import expression
from .conditions import Condition, Name, condition_of, name_of
from .regions import Cone

if TYPE_CHECKING:
    import sqlalchemy as sql

    from ..definitions.mapping import Column

__all__ = ["Answer", "AnswerColumn", "Questions"]

ALL = "*"
"""What stands for every column."""

_SHOWN = (
    "filename",
    "optical_element",
    "detector",
    "skycell_name",
    "exposure_type",
    "exposure_start_time",
    "exposure_time",
    "program",
    "visit",
)

# A position of a row: the first columns that it has.
_RA, _DEC = ("ra", "ra_ref", "target_ra"), ("dec", "dec_ref", "target_dec")
_REGION = "s_region"
# Degrees from its position that no image reaches beyond, generously: all detectors together span less than one.
_REACH = 3.0
_MODEL = "Model"
# rows that are looked at together
_SOME = 5000


@dataclass(frozen=True, slots=True)
class AnswerColumn:
    """A column of an answer.

    Parameters
    ----------
    name : str
        Its name; with its table where two columns have the same.
    table : str
        The table that it is of.
    kind : type
        That of its values.
    about : Column or None
        What the schemas say of it.
    comment : str or None
        What is said of a column that no schema knows.
    """

    name: str
    table: str
    kind: type
    about: Column | None
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of a catalogue.

    Parameters
    ----------
    tables : tuple of str
        The tables that they were taken from.
    columns : tuple of AnswerColumn
        What each value is.
    rows : list of tuple
        The values, None for what a file does not have.
    """

    tables: tuple[str, ...]
    columns: tuple[AnswerColumn, ...]
    rows: list[tuple[Any, ...]]


class Questions:
    """A catalogue that questions are put to.

    Parameters
    ----------
    url : str
        The database, as SQLAlchemy takes it.

    Raises
    ------
    CatalogError
        It cannot be reached, or holds no catalogue.
    MissingPackageError
        SQLAlchemy is not installed, or what it speaks to this database with.
    """

    def __init__(self, url: str) -> None:
        self._engine = read_only_engine(url)
        try:
            self._held = self._reflected()
        except BaseException:
            self._engine.dispose()
            raise

    def __enter__(self) -> Questions:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._engine.dispose()

    def columns(self, table: str) -> list[str]:
        """Return the columns that a table of the catalogue has, without its key; none for one that it lacks."""
        found = self._held.get(table)
        return [] if found is None else [column.name for column in found.columns if column.name != ID]

    def ask(
        self,
        where: str | None = None,
        columns: Iterable[str] | str | None = None,
        tables: Iterable[str] | str | None = None,
        *,
        near: Cone | None = None,
        parameters: Mapping[str, Any] | None = None,
        limit: int | None = None,
    ) -> Answer:
        """Return the rows that answer a question, as `roman_cal_models.archive.find` says.

        Raises
        ------
        CatalogError
            It cannot be asked.
        """
        limit = None if limit is None else _number(limit)
        if not isinstance(where, str | None):
            raise CatalogError(f"where is an expression of SQL as text, not {where!r}")
        if parameters and where is None:
            raise CatalogError(f"there is no condition that asks for the parameter {min(parameters)!r}")
        condition = None if where is None else condition_of(where, parameters)
        names = [name_of(column) for column in _texts("columns", columns)]
        chosen = self._chosen(condition, names, tables, near)
        with self._told():
            return self._answer(chosen, condition, names, near, limit)

    def _answer(
        self, chosen: _Chosen, condition: Condition | None, names: list[Name], near: Cone | None, limit: int | None
    ) -> Answer:
        import sqlalchemy as sql

        shown = self._shown(chosen, condition, names)
        query = sql.select(*shown)
        hidden = [] if near is None else chosen.position()
        query = query.add_columns(*hidden).select_from(chosen.joined()).order_by(chosen.files.c[ID])
        of_family = chosen.of_family()
        if of_family is not None:
            query = query.where(of_family)
        if condition is not None:
            query = query.where(expression(condition, chosen.column))
        if near is not None:
            query = query.where(_is_in_box(near, *hidden[1:]))
        elif limit is not None:
            query = query.limit(limit)
        with self._engine.connect() as connection:
            found = connection.execution_options(yield_per=_SOME).execute(query)
            rows = [tuple(row) for row in found] if near is None else list(islice(_near(found, near), limit))
        return Answer(tuple(str(table.name) for table in chosen.tables), self._about(shown), rows)

    # -- tables and columns ------------------------------------------------------------------------------------------

    def _reflected(self) -> dict[str, sql.Table]:
        """Return the tables that there are, by name."""
        import sqlalchemy as sql

        with self._told(), self._engine.connect() as connection:
            inspector: Any = sql.inspect(connection)
            found = inspector.get_multi_columns(filter_names=[FILES, *TABLES])
        metadata = sql.MetaData()
        held = {
            name: sql.Table(name, metadata, *(sql.Column(each["name"], each["type"]) for each in columns))
            for (_, name), columns in found.items()
        }
        url = self._engine.url.render_as_string(hide_password=True)
        if FILES not in held:
            raise CatalogError(f"{url} holds no catalogue: it has no table {FILES}")
        if ID not in held[FILES].columns:
            raise CatalogError(f"{url} is a catalogue of an early release; ingesting into it brings it up to date")
        return held

    def _chosen(
        self,
        condition: Condition | None,
        names: list[Name],
        tables: Iterable[str] | str | None,
        near: Cone | None,
    ) -> _Chosen:
        """Return the tables that a question is of: the first that have all that it names."""
        wanted = [] if condition is None else condition.names()
        told, family = self._told_tables(tables)
        told |= {self._table_of(name) for name in (*wanted, *names) if name.table is not None}
        wanted += [name for name in names if name.column != ALL]
        if near is not None:
            wanted.append(Name(_REGION))
        groups = [group for group in self._groups() if told <= {FILES, *group}]
        if not groups:
            raise CatalogError(f"no file has rows in all of {', '.join(sorted(told))}: ask each by itself")
        for group in groups:
            found = _Chosen([self._held[name] for name in (*group, FILES)], family)
            if all(found.find(name) is not None for name in wanted):
                return found
        raise CatalogError(self._missing(wanted, groups))

    def _groups(self) -> Iterator[tuple[str, ...]]:
        """Yield the tables that may be asked together; every file that is meant has a row in the first."""
        shared = dict.fromkeys(group[1:] for group in GROUPS)
        for group in dict.fromkeys([(), *shared, *GROUPS]):
            held = tuple(name for name in group if name in self._held)
            if held[:1] == group[:1]:
                yield held

    def _told_tables(self, tables: Iterable[str] | str | None) -> tuple[set[str], str | None]:
        """Return the tables that are told by their names or by a family of files, and the family."""
        names = _texts("tables", tables)
        families = [family for family in map(self._family, names) if family is not None]
        if not families:
            return {self._spelt(name) for name in names}, None
        if len(names) > 1:
            raise CatalogError(f"one family of files is asked at a time, and no table beside it, not {names}")
        return set(tables_of(schema_uri_of(families[0]))) & self._held.keys(), families[0]

    def _family(self, name: str) -> str | None:
        """Return the family that is told by its name or that of its model, None for a table."""
        if name in FAMILIES or not name.endswith(_MODEL):
            return name if name in FAMILIES else None
        try:
            family = uris.parse(schema_uri_of(name)).family
        except SchemaNotFoundError:
            return None
        return family if family in FAMILIES else None

    def _table_of(self, name: Name) -> str:
        """Return the table that a name of a column tells."""
        assert name.table is not None
        held_as = " or ".join(sorted({column.column for column in file_columns() if column.path == str(name)}))
        if held_as:
            raise CatalogError(f"{name} is the path of a value in files, whose column is {held_as}")
        return self._spelt(name.table)

    def _spelt(self, name: str) -> str:
        """Return a table's name as the catalogue writes it."""
        found = next((held for held in self._held if held.lower() == name.lower()), None)
        if found is None:
            known = [*self._held, *FAMILIES]
            raise CatalogError(
                f"there is no table or family of files {name!r}.{did_you_mean(name, known)} "
                f"There are {', '.join(self._held)}"
            )
        return found

    def _missing(self, wanted: list[Name], groups: list[tuple[str, ...]]) -> str:
        """Return why no tables have all columns that a question names."""
        asked = [self._held[name] for name in dict.fromkeys([*chain(*groups), FILES])]
        places = {name: [table.name for table in asked if _Chosen([table]).find(name) is not None] for name in wanted}
        for name, found in places.items():
            if not found:
                known = [column.name for table in asked for column in table.columns]
                told = f" in {name.table}" if name.table else ""
                return f"there is no column {name.column!r}{told}.{did_you_mean(name.column, known)}"
        told = ", ".join(f"{name.column} ({', '.join(found)})" for name, found in places.items())
        return f"no kind of file has all of these columns: {told}. Ask for each by itself"

    # -- columns -----------------------------------------------------------------------------------------------------

    def _shown(self, chosen: _Chosen, condition: Condition | None, names: list[Name]) -> list[sql.Column[Any]]:
        """Return the columns of the answer: that of the file, and what was asked for."""
        found = [chosen.files.c[FILE]]
        if not names:
            names = [*map(Name, _SHOWN), *(condition.names() if condition else ())]
        for name in names:
            if name.column == ALL:
                every = chosen.tables if name.table is None else [self._held[self._spelt(name.table)]]
                found += [column for table in every for column in table.columns if column.name != ID]
            elif (column := chosen.find(name)) is not None:
                found.append(column)
        return list(dict.fromkeys(found))

    def _about(self, shown: list[sql.Column[Any]]) -> tuple[AnswerColumn, ...]:
        known = {(column.table, column.column): column for column in file_columns()}
        comments = {column.name: column.comment for column in tables(()).tables[FILES].columns}
        names = Counter(column.name for column in shown)
        return tuple(
            AnswerColumn(
                str(column.name) if names[column.name] == 1 else f"{column.table.name}.{column.name}",
                str(column.table.name),
                column.type.python_type,
                known.get((column.table.name, column.name)),
                comments.get(column.name) if column.table.name == FILES else None,
            )
            for column in shown
        )

    @contextmanager
    def _told(self) -> Generator[None]:
        """Tell of what the database says by our error."""
        from sqlalchemy.exc import SQLAlchemyError, StatementError

        try:
            yield
        except SQLAlchemyError as error:
            url = self._engine.url.render_as_string(hide_password=True)
            said = error.orig if isinstance(error, StatementError) else error
            raise CatalogError(f"{url}: {one_line(said)}") from error


class _Chosen:
    """Tables that are asked together.

    Parameters
    ----------
    tables : list of sqlalchemy.Table
        Every file that is meant has a row in the first; the last is that of the files.
    family : str, optional
        The family that the files are of.
    """

    def __init__(self, tables: list[sql.Table], family: str | None = None) -> None:
        self.tables = tables
        self.files = tables[-1]
        self.family = family

    def find(self, name: Name) -> sql.Column[Any] | None:
        """Return the column of a name, whatever its letters' case; that of the first table that has it."""
        for table in self.tables:
            if name.table is None or table.name.lower() == name.table.lower():
                for column in table.columns:
                    # the number of a file is asked of the files, whose key it is
                    is_asked = column.name != ID or table.name == FILES
                    if is_asked and column.name.lower() == name.column.lower():
                        return column
        return None

    def column(self, name: Name) -> sql.Column[Any]:
        """Return the column of a name that they have."""
        found = self.find(name)
        assert found is not None
        return found

    def position(self) -> list[sql.ColumnElement[Any]]:
        """Return what says where a file is on the sky: its region, and a right ascension and a declination."""
        import sqlalchemy as sql

        pairs = [(self.find(Name(ra)), self.find(Name(dec))) for ra, dec in zip(_RA, _DEC, strict=True)]
        held = [(ra, dec) for ra, dec in pairs if ra is not None and dec is not None]
        # a position of both: not the right ascension of one and the declination of another
        cases = [(sql.and_(ra.between(-360, 360), dec.between(-90, 90)), (ra, dec)) for ra, dec in held]
        if not cases:
            return [self.column(Name(_REGION)), sql.null(), sql.null()]
        return [
            self.column(Name(_REGION)),
            *(sql.case(*((is_there, pair[index]) for is_there, pair in cases), else_=None) for index in (0, 1)),
        ]

    def joined(self) -> sql.FromClause:
        """Return the tables, joined by what they say of the same file."""
        first, *others = self.tables
        found: sql.FromClause = first
        for table in others:
            found = found.join(table, table.c[ID] == first.c[ID], isouter=table is not self.files)
        return found

    def of_family(self) -> sql.ColumnElement[bool] | None:
        """Return the condition that a file is of the family; None for any."""
        if self.family is None:
            return None
        return is_of_family(self.files, self.family)


def _number(limit: Any) -> int:
    """Return how many rows there are at most."""
    try:
        found = index(limit)
    except TypeError:
        found = -1
    if found < 0 or isinstance(limit, bool):
        raise CatalogError(f"limit is how many rows there are at most, not {limit!r}")
    return found


def _texts(what: str, given: Any) -> list[str]:
    """Return the names that were given: one, several or none."""
    if given is None or isinstance(given, str):
        return [] if given is None else [given]
    found = list(given) if isinstance(given, Iterable) else [given]
    if not all(isinstance(each, str) for each in found):
        raise CatalogError(f"{what} are named by texts, not {given!r}")
    return found


def _is_in_box(near: Cone, ra: Any, dec: Any) -> sql.ColumnElement[bool]:
    """Return the condition that a position may be near, or is not known: the region itself is then asked."""
    import sqlalchemy as sql

    south, north, spans = near.box(_REACH)
    inside = dec.between(south, north)
    if spans:
        # files may have right ascensions below 0
        turned = sql.case((ra < 0, ra + 360.0), else_=ra)
        inside = sql.and_(inside, sql.or_(*(turned.between(west, east) for west, east in spans)))
    return sql.or_(dec.is_(None), inside)


def _near(rows: Iterable[Any], near: Cone) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that are near, without their last three values: the region and the position."""
    source = iter(rows)
    while some := [tuple(row) for row in islice(source, _SOME)]:
        touched = near.touches([row[-3:] for row in some])
        yield from (row[:-3] for row, is_near in zip(some, touched, strict=True) if is_near)
