"""What a catalogue has -> a table of astropy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...errors import CatalogError
from .query import Answer, AnswerColumn, Questions
from .regions import Cone

if TYPE_CHECKING:
    from astropy.coordinates import SkyCoord
    from astropy.table import Table

__all__ = ["cone_of", "find"]


def find(
    url: str,
    where: str | None = None,
    columns: Iterable[str] | str | None = None,
    tables: Iterable[str] | str | None = None,
    *,
    near: tuple[SkyCoord, Any] | None = None,
    parameters: Mapping[str, Any] | None = None,
    limit: int | None = None,
) -> Table:
    """Return what a catalogue in a database has of the files that a condition is true of. Nothing is written.

    The tables are joined as they are needed, and columns are named without them. Where several kinds of files have a
    column, one is asked: the first that has all columns that are named, of all files (``ingested_files``), all science
    products (``ScienceRefData``), then ``WFIExposure``, ``WFIMosaic``, ``SegmentationMap``, ``SourceCatalog``,
    ``GuideWindow``, ``WFICommon`` and ``WFITvac``. A name with its table (``WFIMosaic.optical_element``) or `tables`
    asks another.

    Parameters
    ----------
    url : str
        The database, as SQLAlchemy takes it: ``sqlite:///catalog.db``.
    where : str, optional
        One expression of SQL: ``"detector = 'WFI03' and s_flat_field <> 'COMPLETE'"``. There are ``and``, ``or``,
        ``not``, comparisons, ``in``, ``between``, ``like``, ``is null``, ``+ - * / % ||`` and the functions ``abs``,
        ``coalesce``, ``lower``, ``round`` and ``upper``. Times are given as texts that astropy reads, in UTC.
    columns : iterable of str, optional
        Which columns to give, beside ``archive_file``; ``"*"`` for all, ``"WFIMosaic.*"`` for all of a table. By
        default those that `where` names, and what the kind of file has of its name, optical element, detector, sky
        cell, type, start, duration, program and visit.
    tables : str or iterable of str, optional
        Tables that the files have rows in, or the family that they are of: ``"wfi_image"``, ``"ImageModel"``.
    near : tuple, optional
        A position and a radius: what an image (``s_region``, or its position where there is none) has in common with
        this circle. ``(SkyCoord, radius)``; the radius is an angle, as astropy's ``Angle`` takes it, or degrees.
    parameters : mapping, optional
        Values of names behind a colon in `where`: ``where="detector = :d", parameters={"d": "WFI03"}``; texts, numbers,
        times, and lists of them for ``in :names``.
    limit : int, optional
        How many rows at most.

    Returns
    -------
    astropy.table.Table
        A row a file, in the order in which they were ingested, ``archive_file`` first. What a file does not have is
        masked; times are of ``Time``, in UTC. Columns have units where they are certain, and RAD's titles as their
        ``description``; their ``meta`` tells its ``description``, the ``path`` in the file and the ``table``.

    Raises
    ------
    CatalogError
        There is no such catalogue, or it cannot be asked this.
    MissingPackageError
        SQLAlchemy is not installed, or what it speaks to this database with.
    """
    cone = None if near is None else cone_of(near)
    with Questions(url) as questions:
        answer = questions.ask(where, columns, tables, near=cone, parameters=parameters, limit=limit)
    return _table(answer)


def cone_of(near: Any) -> Cone:
    """Return the circle of a position and a radius.

    Raises
    ------
    CatalogError
        It is none.
    """
    from astropy import units
    from astropy.coordinates import Angle, SkyCoord

    if isinstance(near, tuple) and near and getattr(near[0], "shape", ()) != ():
        raise CatalogError(f"near is one position and a radius, not the {near[0].size} positions of {near[0]!r}")
    try:
        position, radius = near
        # of numpy as well
        is_number = not isinstance(radius, (str, units.Quantity))
        angle: Any = Angle(radius, units.deg if is_number else None)
        icrs: Any = SkyCoord(position).icrs
        return Cone.on_sky(float(icrs.ra.deg), float(icrs.dec.deg), float(angle.deg))
    except (TypeError, ValueError, AttributeError, units.UnitsError) as error:
        raise CatalogError(f"near is (SkyCoord, radius), not {near!r}: {error}") from error


def _table(answer: Answer) -> Table:
    from .found import FoundTable

    table: Any = FoundTable(meta={"tables": list(answer.tables)})
    for index, column in enumerate(answer.columns):
        values = [row[index] for row in answer.rows]
        table[column.name] = _times(values) if _is_time(column) else _column(column, values)
        info = table[column.name].info
        if column.about is None:
            info.description = column.comment
            continue
        info.description = column.about.title
        info.meta = {"description": column.about.description, "path": column.about.path, "table": column.table}
    return table  # type: ignore[no-any-return, unused-ignore]


def _is_time(column: AnswerColumn) -> bool:
    return column.kind.__name__ == "datetime"


def _column(column: AnswerColumn, values: list[Any]) -> Any:
    from astropy.table import Column, MaskedColumn

    mask = [value is None for value in values]
    kind = {int: int, float: float, str: str}.get(column.kind)
    if kind is None:
        # a date, a decimal number
        kind = float if column.kind.__name__ == "Decimal" else str
    present = [kind() if value is None else kind(value) for value in values]
    unit = None if column.about is None else column.about.unit
    made: Any = MaskedColumn(present, mask=mask, dtype=kind) if any(mask) else Column(present, dtype=kind)
    # not of a text of several numbers, nor of a value that has one of several
    if unit is not None and kind is not str and " or " not in unit:
        from astropy import units

        parsed: Any = units.Unit
        made.unit = parsed(unit, parse_strict="silent")
    return made


def _times(values: list[Any]) -> Any:
    import numpy as np
    from astropy.time import Time

    mask = np.array([value is None for value in values], dtype=bool)
    # any time stands where there is none
    instants = np.array(["2000-01-01" if value is None else value for value in values], dtype="datetime64[us]")
    found = Time(instants, format="datetime64", scale="utc", precision=6)
    found.format = "isot"
    if mask.any():
        found[mask] = np.ma.masked
    return found
