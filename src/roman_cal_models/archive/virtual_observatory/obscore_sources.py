"""Where the values of ObsCore come from: SQL of the catalogue's columns, for each database.

Each source says which paths of a file it takes, and makes the expression of their columns. What RAD's made-up values
stand for, which pipelines write where they know none, is null: -999999, and ``?``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from ..database.tables import FILE
from .obscore_regions import DIAMETER
from .optical_elements import OPTICAL_ELEMENTS

__all__ = [
    "Constant",
    "Degrees",
    "Element",
    "FileSize",
    "FileUrl",
    "First",
    "Identifier",
    "Mjd",
    "Number",
    "Pixels",
    "RegionDiameter",
    "Source",
    "Text",
    "WidestPixels",
]

_NO_NUMBER, _NO_TEXT = -999999, "?"

Columns = Callable[[str], Any]
"""Gives the column of a path, None where the table has none."""


class Source(Protocol):
    """Where a value comes from."""

    @property
    def told(self) -> str:
        """What it takes, in words: paths in the file, for the most part."""
        ...

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression, or None where its column is not there."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value in all rows; `why` says whose, if that is not plain."""

    value: str | int | float
    why: str = ""

    @property
    def told(self) -> str:
        """What it takes."""
        shown = f"{self.value:.6g}" if isinstance(self.value, float) else str(self.value)
        return f"{shown} ({self.why})" if self.why else shown

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression."""
        return _sql().literal(self.value)


@dataclass(frozen=True, slots=True)
class _OfPath:
    path: str

    @property
    def told(self) -> str:
        """What it takes."""
        return self.path

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression."""
        found = column(self.path)
        return None if found is None else self._of(found)

    def _of(self, value: Any) -> Any:
        raise NotImplementedError  # a subclass knows what it makes of the value


class Text(_OfPath):
    """A text."""

    def _of(self, value: Any) -> Any:
        return _known(value, _NO_TEXT)


class Number(_OfPath):
    """A number."""

    def _of(self, value: Any) -> Any:
        return _known(value, _NO_NUMBER)


class Mjd(_OfPath):
    """A time, as modified Julian date (UTC)."""

    def _of(self, value: Any) -> Any:
        return _functions()["mjd"](value)


@dataclass(frozen=True, slots=True)
class Degrees:
    """A number of degrees a pixel, in arcseconds."""

    path: str

    @property
    def told(self) -> str:
        """What it takes."""
        return f"{self.path} × 3600"

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression."""
        found = column(self.path)
        return None if found is None else _known(found, _NO_NUMBER) * 3600.0


@dataclass(frozen=True, slots=True)
class Pixels:
    """One of the two numbers of the shape of an image."""

    path: str
    index: int

    @property
    def told(self) -> str:
        """What it takes."""
        return f"{self.path}[{self.index}]"

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression."""
        found = column(self.path)
        return None if found is None else _functions()[f"item_{self.index}"](found)


@dataclass(frozen=True, slots=True)
class WidestPixels:
    """The diameter of the circle around an image, as if it were a square of its longer side."""

    shape: str
    scale: str

    @property
    def told(self) -> str:
        """What it takes."""
        return f"√2 × {self.scale} × the longer of {self.shape}"

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression."""
        sql = _sql()
        scale = column(self.scale)
        nx, ny = (Pixels(self.shape, index).sql(column, files) for index in range(2))
        if scale is None or nx is None:
            return None
        longer = sql.case((nx > ny, nx), else_=ny)
        return longer * _known(scale, _NO_NUMBER) * 2**0.5


class RegionDiameter(_OfPath):
    """The diameter in degrees of the circle around a region of four corners; null for any other."""

    @property
    def told(self) -> str:
        """What it takes."""
        return f"longer diagonal of {self.path}"

    def _of(self, value: Any) -> Any:
        return _functions()["diameter"](value)


@dataclass(frozen=True, slots=True)
class Element:
    """What is known of the optical element: ``blue`` or ``red`` in metres, or ``fwhm`` in arcseconds."""

    what: str
    path: str = "meta.instrument.optical_element"

    @property
    def told(self) -> str:
        """What it takes."""
        return f"by {self.path}: {self.what}"

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression."""
        found = column(self.path)
        if found is None:
            return None
        values = {name: getattr(element, self.what) for name, element in OPTICAL_ELEMENTS.items()}
        if self.what != "fwhm":
            # as text, so that the number is the nearest to what is meant
            values = {name: float(f"{value}e-9") for name, value in values.items()}
        return _sql().case({name: value for name, value in values.items() if value is not None}, value=found)


@dataclass(frozen=True, slots=True)
class First:
    """The first that is not null."""

    sources: tuple[Source, ...]

    @property
    def told(self) -> str:
        """What it takes."""
        return ", else ".join(source.told for source in self.sources)

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression."""
        found = [each for source in self.sources if (each := source.sql(column, files)) is not None]
        return _sql().func.coalesce(*found) if len(found) > 1 else found[0]


@dataclass(frozen=True, slots=True)
class FileUrl:
    """The URL of the file, or its path; as a URL if `is_url`, where it is a path."""

    is_url: bool = True

    @property
    def told(self) -> str:
        """What it takes."""
        return f"{FILE}, of a local path as file://" if self.is_url else FILE

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression."""
        sql = _sql()
        name = files.columns[FILE]
        if not self.is_url:
            return name
        return sql.case((name.like("%://%"), name), else_=sql.literal("file://").concat(name))


@dataclass(frozen=True, slots=True)
class Identifier:
    """The name of a file, under the authority that publishes it."""

    authority: str
    name: Source

    @property
    def told(self) -> str:
        """What it takes."""
        return f"ivo://{self.authority}? and {self.name.told}"

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression."""
        return _sql().literal(f"ivo://{self.authority}?").concat(self.name.sql(column, files))


@dataclass(frozen=True, slots=True)
class FileSize:
    """The size of the file, in whole kilobytes of 1000 bytes, rounded up."""

    @property
    def told(self) -> str:
        """What it takes."""
        return "size of the file"

    def sql(self, column: Columns, files: Any) -> Any:
        """Return the expression."""
        return (files.columns["size"] + 999) // 1000


def _known(value: Any, unknown: str | int) -> Any:
    """Return a value, null for what stands for none."""
    return _sql().func.nullif(value, unknown, type_=value.type)


@cache
def _sql() -> Any:
    import sqlalchemy

    return sqlalchemy


@cache
def _functions() -> Mapping[str, Any]:
    """Return the functions that each database writes in its own way."""
    from sqlalchemy.ext.compiler import compiles
    from sqlalchemy.sql.functions import GenericFunction

    sql = _sql()
    made: dict[str, Any] = {}
    for name, forms in _FORMS.items():
        kind = sql.BigInteger() if name.startswith("item") else sql.Double()
        # named after nothing that a database has, and known to nobody else
        function = type(f"roman_{name}", (GenericFunction,), {"type": kind, "inherit_cache": True, "_register": False})
        for dialect, form in forms.items():

            def written(element: Any, compiler: Any, form: str = form, **options: Any) -> str:
                (value,) = element.clauses
                return form.format(compiler.process(value, **options))

            compiles(function, dialect)(written)
        made[name] = function
    return made


def _item(index: int) -> dict[str, str]:
    # of "[4088,4088]", and null of anything else
    return {
        "sqlite": f"CASE WHEN json_valid({{0}}) AND json_type({{0}}, '$[{index}]') = 'integer' "
        f"AND json_extract({{0}}, '$[{index}]') BETWEEN 1 AND 999999999 THEN json_extract({{0}}, '$[{index}]') END",
        "postgresql": f"CASE WHEN {{0}} ~ '^\\[[0-9]{{{{1,9}}}},[0-9]{{{{1,9}}}}\\]$' "
        f"THEN CAST(CAST({{0}} AS json) ->> {index} AS BIGINT) END",
        "mssql": f"CASE WHEN ISJSON({{0}}) = 1 AND TRY_CAST(JSON_VALUE({{0}}, '$[{index}]') AS BIGINT) > 0 "
        f"THEN TRY_CAST(JSON_VALUE({{0}}, '$[{index}]') AS BIGINT) END",
    }


# The day 0 of Unix is MJD 40587. A time in SQLite is a text whose fraction begins at its 20th character.
_FORMS = {
    "mjd": {
        "sqlite": "(CAST(strftime('%s', substr({0}, 1, 19)) AS REAL) + CAST('0' || substr({0}, 20) AS REAL)) / 86400"
        " + 40587",
        "postgresql": "CAST(EXTRACT(EPOCH FROM {0}) AS DOUBLE PRECISION) / 86400 + 40587",
        "mssql": "CAST(DATEDIFF_BIG(microsecond, '1970-01-01', {0}) AS FLOAT) / 86400000000 + 40587",
    },
    "diameter": DIAMETER,
    "item_0": _item(0),
    "item_1": _item(1),
}
