"""Tables as FITS has them: binary tables, with units and descriptions; and one of all metadata."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.io import fits
from astropy.table import MaskedColumn, Table

from ..errors import ConversionError, format_path
from .fits_contents import description_of
from .fits_header import announce_long_texts, ascii_text, fits_unit

if TYPE_CHECKING:
    from os import PathLike

    from ..nodes.object_node import ObjectNode
    from .fits_contents import Value

__all__ = ["metadata_table", "table_bytes"]

_BLOCK = 2880  # bytes of a unit of FITS, in which an empty primary header fits

METADATA = ("path", "value", "unit", "title")
"""The columns of the table of all metadata."""


def metadata_table(node: ObjectNode, values: Sequence[Value]) -> Table:
    """Return the plain values of a model as a table of text: path, value, unit and title."""
    rows: list[tuple[str, ...]] = []
    for value in values:
        known = description_of(node, value.path)
        unit = value.unit if value.unit is not None or known is None else known.unit
        unit = " or ".join(unit) if isinstance(unit, tuple) else unit
        title = known.title if known is not None else None
        rows.append((format_path(value.path), _text(value.plain), fits_unit(unit) or "", title or ""))
    columns = [list(column) for column in zip(*rows, strict=True)] if rows else [[]] * len(METADATA)
    return Table({name: np.array(column, dtype=np.str_) for name, column in zip(METADATA, columns, strict=True)})


def _text(plain: Any) -> str:
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return repr(plain) if isinstance(plain, float) else str(plain)


def table_bytes(table: Any, name: str, path: str | PathLike[str]) -> bytes:
    """Return a table, or a structured array, as the bytes of a binary table extension.

    Parameters
    ----------
    table : astropy.table.Table or numpy.ndarray
        The table, which is not changed. Columns of half precision become such of single precision; letters that FITS
        does not have become escapes.
    name : str
        Of the extension.
    path : str or path-like
        The file, for errors.

    Raises
    ------
    ConversionError
        FITS has no type for a column.
    """
    given: Any = Table(table, copy=False)
    units = {column: getattr(given[column].info, "unit", None) for column in given.colnames}
    texts = {column: given[column].info.description for column in given.colnames}
    try:
        bare = Table([_sayable(given[column]) for column in given.colnames], names=given.colnames, copy=False)
        hdu: Any = fits.table_to_hdu(bare)
        _describe(hdu, units, texts)
        hdu.name = name
        announce_long_texts(hdu.header)
        stream = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", fits.verify.VerifyWarning)
            fits.HDUList([fits.PrimaryHDU(), hdu]).writeto(stream)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConversionError(path, f"the table {name} cannot be written to FITS: {error}") from error
    return stream.getvalue()[_BLOCK:]


def _sayable(column: Any) -> Any:
    """Return a column of a type that FITS has, without what is set afterwards."""
    dtype: Any = getattr(column, "dtype", None)
    if dtype is None or not isinstance(column, np.ndarray):
        return column  # times and coordinates, which astropy takes apart
    values: Any = column.view(np.ma.MaskedArray) if isinstance(column, MaskedColumn) else np.asarray(column)
    if dtype.kind == "f" and dtype.itemsize not in (4, 8):
        values = values.astype(np.float32 if dtype.itemsize == 2 else np.float64)
    elif dtype.kind == "U":
        mask = np.ma.getmaskarray(values)
        letters = [ascii_text(str(text)) for text in np.ma.getdata(values).ravel()]
        values = np.array(letters, dtype=np.str_).reshape(values.shape)
        values = np.ma.array(values, mask=mask) if mask.any() else values
    elif dtype.kind == "O":
        raise TypeError("a column holds objects of Python")
    return values


def _describe(hdu: Any, units: dict[str, Any], texts: dict[str, str | None]) -> None:
    """Set what a table says of its columns."""
    for number, column in enumerate(hdu.columns.names, 1):
        unit, text = fits_unit(units.get(column)), texts.get(column)
        if unit is not None:
            hdu.columns[column].unit = unit
        if text:
            hdu.header.set(f"TCOMM{number}", ascii_text(" ".join(text.split())), after=f"TFORM{number}")
