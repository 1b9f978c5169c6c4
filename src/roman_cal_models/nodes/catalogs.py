"""What nodes of source catalogues can do: an empty table of the right columns, and the definition of a column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from ..foreign.datatypes import numpy_dtype
from ..foreign.tables import TABLE_TAG
from .deferred import FakeValue
from .object_node import NamedNode

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema

__all__ = ["CatalogMixin"]

_RADIUS = re.compile(r"\[0-9\]\{2\}")
_FILTER = re.compile(r"\(.*\)")


class _Column(NamedTuple):
    """A column that the schema of a catalogue asks for."""

    pattern: str
    unit: str | None
    description: str | None
    dtype: Any


class CatalogMixin(NamedNode):
    """Source catalogues: nodes that hold a table ``source_catalog``."""

    __slots__ = ()

    @classmethod
    def _fake_defaults(cls, schema: ObjectSchema) -> Mapping[str, Any]:
        return {"source_catalog": FakeValue(TABLE_TAG, lambda: _empty_table(schema, ("00",), ("f184",)))}

    def create_empty_catalog(
        self, aperture_radii: Sequence[int] | None = None, filters: Sequence[str] | None = None
    ) -> Any:
        """Return a table without rows that has every column that the schema asks for.

        Parameters
        ----------
        aperture_radii : sequence of int, optional
            Radii of the apertures, in tenths of an arcsecond; 0 by default.
        filters : sequence of str, optional
            Optical elements, for instance ``"f184"``, which is the default.

        Returns
        -------
        astropy.table.Table
            Columns with their units, descriptions and data types.
        """
        radii = ("00",) if aperture_radii is None else tuple(f"{radius:02}" for radius in aperture_radii)
        return _empty_table(self._schema, radii, tuple(filters) if filters else ("f184",))

    def missing_columns(self, names: Sequence[str]) -> Any:
        """Return a table without rows of the columns that the schema asks for and that are not among some names.

        Parameters
        ----------
        names : sequence of str
            The names of the columns that are there. Where their apertures and optical elements tell, the missing
            columns are of the same.

        Returns
        -------
        astropy.table.Table
            Columns with their units, descriptions and data types.
        """
        radii = sorted({found[1] for name in names if (found := re.search(r"aper(\d\d)_", name))}) or ["00"]
        filters = sorted({found[1] for name in names if (found := re.search(r"_(f\d{3})_", name))}) or ["f184"]
        table = _empty_table(self._schema, radii, filters)
        matched = [
            column.pattern for column in _columns(self._schema) if any(re.search(column.pattern, n) for n in names)
        ]
        table.remove_columns([name for name in table.colnames if any(re.search(each, name) for each in matched)])
        return table

    def wrong_units(self, table: Any) -> dict[str, str]:
        """Return the columns of a table whose unit is not the one that the schema asks for, with the wanted one.

        Units that are only written in another way are the same.
        """
        from astropy.units import Unit

        wanted = {
            name: column.unit
            for column in _columns(self._schema)
            if column.unit not in (None, "none")
            for name in table.colnames
            if re.search(column.pattern, name)
        }
        return {name: str(unit) for name, unit in wanted.items() if table[name].unit != Unit(unit)}

    def get_column_definition(self, name: str) -> dict[str, Any] | None:
        """Return unit, description and data type of a column.

        Parameters
        ----------
        name : str
            Its name, with aperture radius and filter, with or without ``forced_`` before it.

        Returns
        -------
        dict or None
            ``unit`` (str), ``description`` (str) and ``datatype`` (numpy.dtype); None for a name of no column.
        """
        definition = _definition(self._schema, name.removeprefix("forced_"))
        return None if definition is None else dict(definition)


def _empty_table(schema: ObjectSchema | None, radii: Sequence[str], filters: Sequence[str]) -> Any:
    from astropy.table import Column, Table

    columns = [
        Column([], name=name, unit=column.unit, description=column.description, dtype=column.dtype)
        for column in _columns(schema)
        for name in _names(column.pattern, radii, filters)
    ]
    return Table(columns)


def _names(pattern: str, radii: Sequence[str], filters: Sequence[str]) -> Iterator[str]:
    """Yield the names that a pattern stands for: one for each radius and filter that it leaves open."""
    bare = pattern.removeprefix("^").removesuffix("$")
    for radius, element in product(
        radii if _RADIUS.search(bare) else ("",), filters if _FILTER.search(bare) else ("",)
    ):
        yield _FILTER.sub(element, _RADIUS.sub(radius, bare))


@cache
def _columns(schema: ObjectSchema | None) -> tuple[_Column, ...]:
    """Return the columns that a catalogue must have.

    RAD says "there is a column such that ..." as ``not: {items: {not: ...}}``, once a column.
    """
    table = None if schema is None else schema.property_named("source_catalog")
    columns = None if table is None else table.inside("columns")
    if columns is None:
        return ()
    found = []
    for piece in columns.pieces:
        if "items" not in piece.schema.get("not", {}):
            continue
        column: PropertySchema = columns.beside(piece.child("not", "items", "not"))
        name, datatype = column.inside("name"), column.inside("data").inside("datatype")  # type: ignore[union-attr]
        found.append(
            _Column(
                name.keyword("pattern"),  # type: ignore[union-attr]
                column.keyword("unit"),
                column.keyword("description"),
                numpy_dtype(datatype.enum[0]),  # type: ignore[union-attr, index]
            )
        )
    return tuple(found)


@cache
def _definition(schema: ObjectSchema | None, name: str) -> Mapping[str, Any] | None:
    for pattern, column in _definitions(schema):
        if pattern.fullmatch(name):
            return column
    return None


@cache
def _definitions(schema: ObjectSchema | None) -> tuple[tuple[re.Pattern[str], Mapping[str, Any]], ...]:
    """Return the columns that the schema defines, those that it does not ask for included, by patterns of names."""
    table = None if schema is None else schema.property_named("source_catalog")
    found = []
    for name, column in ({} if table is None else table.definitions).items():
        datatype = column.inside("data").inside("datatype")  # type: ignore[union-attr]
        definition = {
            "unit": column.keyword("unit"),
            "description": column.keyword("description"),
            "datatype": numpy_dtype(datatype.enum[0]),  # type: ignore[union-attr, index]
        }
        found.append((_name_pattern(name), definition))
    return tuple(found)


def _name_pattern(name: str) -> re.Pattern[str]:
    name = name.replace("~radius~", "[0-9]{2}").replace("_~band~", "(_f[0-9]{3}|)").replace("~band~", "(f[0-9]{3}|)")
    return re.compile(name)
