"""The method of models that writes them as FITS files, for tools that read no ASDF.

``fits_contents`` says what of a model goes there, ``fits_header`` what its metadata are called, ``fits_wcs`` and
``fits_tpv`` what becomes of its WCS and ``fits_tables`` of its tables. Arrays are converted and written a band at a
time, one after the other, so that few are in memory that were not before.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ..errors import FitsWarning, UnitError, UnknownAttributeError, format_path
from ..nodes.lazy_dict import raw_get
from ..nodes.reading_ahead import arrays_ahead
from ..nodes.shapes import is_off_grid, shape_of

if TYPE_CHECKING:
    import numpy as np
    from astropy.io.fits import Header
    from numpy.typing import NDArray

    from .data_model import DataModel
    from .fits_contents import Contents
    from .fits_wcs import Distortion

__all__ = ["ENDINGS", "fits_wcs_of", "to_fits"]

ENDINGS = (".fits", ".fit", ".fts")
"""What the names of FITS files end in."""

_BLOCK = 2880  # bytes of a unit of FITS, which is filled up
_BAND = 4 * 1024 * 1024  # bytes that are converted at a time

METADATA = "METADATA"
"""Name of the extension with all metadata."""


def to_fits(
    self: DataModel, path: str | PathLike[str], *, overwrite: bool = True, distortion: Distortion = "sip"
) -> Path:
    """Write the model as a FITS file, for tools that read no ASDF. It is not checked, and not changed.

    The file is written as `save` does it: under another name beside its place, and then renamed.

    Parameters
    ----------
    path : str or path-like
        The file, ending in ``.fits``, ``.fit`` or ``.fts``.
    overwrite : bool
        Whether a file that is there is replaced.
    distortion : {"sip", "tpv"}
        By which convention the WCS says how the sky is bent: SIP is what most tools know, TPV what Source Extractor,
        SCAMP and SWarp do.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    TargetExistsError
        There is a file, and it is not to be replaced.
    TargetError
        What is there is not a file (a FIFO, a device).
    ConversionError
        FITS has no type for a column of a table.
    ModelClosedError
        The file of the model was closed before all was loaded.
    ValueError
        The name does not end in ``.fits``, ``.fit`` or ``.fts``, or the convention is neither.

    Warns
    -----
    FitsWarning
        The FITS WCS is off by more than 0.001 arcsec somewhere, or there is none; an array is of a type that FITS lacks
        (complex numbers, text) and was left out.

    Notes
    -----
    Every array is an image extension, the primary one first, under its name in upper case: ``DATA``, ``ERR``, ``DQ``;
    every table is a binary table with its units. Numbers of half precision become ``float32``, booleans ``uint8``;
    unsigned integers have ``BZERO``. ``BUNIT`` is the unit that the schema gives.

    Images on the grid of the primary array have ``meta.wcs``: a tangent plane, with polynomials where it is bent.
    ``WCSMXERR`` is how far it is off at most, in arcseconds, on 101 x 101 pixels.

    The primary header has what tools look for (``TELESCOP``, ``INSTRUME``, ``FILTER``, ``DATE-OBS``, ``EXPTIME``, ...),
    and of the rest of ``meta`` what is short enough as ``HIERARCH ROMAN EXPOSURE NRESULTANTS``. The table ``METADATA``
    has all of it: path, value, unit and title. Letters that are not of ASCII are written as escapes.

    Arrays that are not loaded are read one after the other, and not kept.
    """
    from .atomic import atomically
    from .fits_contents import contents_of

    path = Path(path)
    if path.suffix not in ENDINGS:
        ending = repr(path.suffix) if path.suffix else "a file without ending"
        raise ValueError(f"{path}: FITS files end in {', '.join(ENDINGS)}, not as {ending}")
    if distortion not in ("sip", "tpv"):
        raise ValueError(f"distortion={distortion!r}: 'sip' and 'tpv' are known")
    found = contents_of(self.node)
    sky = _sky(self, path, distortion)
    with atomically(path, overwrite=overwrite) as stream, arrays_ahead(self.node):
        _write(self, found, sky, stream, path)
    return path


def fits_wcs_of(model: DataModel, called: str) -> Any:
    """Return ``meta.wcs`` as an `astropy.wcs.WCS`; None where there is none, with a warning where FITS has none for it.

    Parameters
    ----------
    model : DataModel
        The model.
    called : str
        How warnings call it.
    """
    header = _sky(model, called)
    if header is None:
        return None
    from astropy.wcs import WCS

    return WCS(header)


def _sky(model: DataModel, called: str | PathLike[str], distortion: Distortion = "sip") -> Header | None:
    """Return the keywords of the WCS; None, with a warning, where a WCS cannot be said."""
    meta = model.node.get("meta")
    wcs = meta.get("wcs") if isinstance(meta, dict) else None
    grid = model.shape
    if wcs is None or grid is None or len(grid) < 2:
        return None
    from .fits_wcs import TOLERANCE, NoHeaderError, wcs_header

    try:
        header, apart = wcs_header(wcs, (grid[-2], grid[-1]), distortion)
    except NoHeaderError as error:
        _warn(f"{called} has no WCS: meta.wcs cannot be written to FITS, as {error}")
        return None
    if apart > TOLERANCE:
        _warn(f"{called}: the FITS WCS is up to {apart:.2g} arcsec off from meta.wcs")
    return header


def _warn(text: str) -> None:
    warnings.warn(text, FitsWarning, stacklevel=4)


def _write(model: DataModel, found: Contents, sky: Header | None, stream: BinaryIO, path: Path) -> None:
    from .fits_tables import metadata_table, table_bytes

    stream.write(_primary_header(found).tostring().encode("ascii"))
    for at in sorted(found.arrays, key=lambda at: _place(model, at)):
        array = _image(found.arrays[at]())
        if array is None:
            _warn(f"{path} has no {format_path(at)}: FITS has no images of its type")
        elif array.size:
            header = _image_header(model, at, array, sky)
            _write_image(stream, header, array)
    for at, read in found.tables.items():
        stream.write(table_bytes(read(), _name(at), path))
    stream.write(table_bytes(metadata_table(model.node, found.values), METADATA, path))


def _place(model: DataModel, at: tuple[str | int, ...]) -> int:
    """Return where an image stands: the primary one, what belongs to it, all others on its grid, the rest."""
    first: list[tuple[str | int, ...]] = [(name,) for name in (model.get_primary_array_name(), "err", "dq")]
    return first.index(at) if at in first else len(first) + (not _is_on_grid(model, at))


def _is_on_grid(model: DataModel, at: tuple[str | int, ...]) -> bool:
    """Return whether an array lies on the pixels of the primary one; it is not read for it."""
    grid, name = model.shape, at[0]
    shape = shape_of(raw_get(model.node, name))
    is_like = grid is not None and shape is not None and len(grid) > 1 and shape[-2:] == grid[-2:]
    return is_like and len(at) == 1 and not is_off_grid(str(name))


def _name(path: tuple[str | int, ...]) -> str:
    from .fits_header import ascii_text

    return ascii_text(format_path(path)).upper()


def _primary_header(found: Contents) -> Header:
    from importlib.metadata import version

    from astropy.io import fits
    from astropy.time import Time

    from .fits_header import announce_long_texts, metadata_cards

    header: Header = fits.PrimaryHDU().header
    header["EXTEND"] = True
    header["DATE"] = (Time.now().isot, "when this file was written, in UTC")
    header["CREATOR"] = f"roman_cal_models {version('roman-cal-models')}"
    header.extend(metadata_cards(found.values), end=True)
    announce_long_texts(header)
    return header


def _image(value: Any) -> Any:
    """Return an array, or a quantity, of a type that images have; None where there is none."""
    import numpy as np

    if isinstance(value, np.ma.MaskedArray):
        value = value.filled(np.nan if value.dtype.kind == "f" else 0)
    kind, size = value.dtype.kind, value.dtype.itemsize
    if kind not in "fiub":
        return None
    if kind == "f" and size not in (2, 4, 8):
        return value.astype(np.float64)
    return value


def _type_in_file(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type that the numbers of an array have in a FITS file, in the order of bytes here."""
    import numpy as np

    changed = {"f2": np.float32, "b1": np.uint8, "i1": np.int16}
    return np.dtype(changed.get(f"{dtype.kind}{dtype.itemsize}", dtype.newbyteorder("=")))


def _image_header(model: DataModel, at: tuple[str | int, ...], array: NDArray[Any], sky: Header | None) -> Header:
    import numpy as np
    from astropy.io import fits

    from .fits_header import fits_unit

    # astropy writes the header of an array that takes no memory
    shape_alone = np.broadcast_to(np.zeros((), _type_in_file(array.dtype)), array.shape)
    header: Header = fits.ImageHDU(shape_alone, name=_name(at)).header
    unit = fits_unit(_unit(model, at, array))
    if unit is not None:
        header["BUNIT"] = unit
    if sky is not None and _is_on_grid(model, at):
        header.extend(sky.copy().cards, end=True)
        _add_plain_axes(header, array.ndim)
    return header


def _add_plain_axes(header: Header, count: int) -> None:
    """Give the WCS of a cube axes that only count, behind the two of the sky, as its image has them."""
    for axis in range(3, count + 1):
        header["WCSAXES"] = axis
        for name, value in (("CTYPE", "PLANE"), ("CRPIX", 1.0), ("CRVAL", 1.0), (f"CD{axis}_", 1.0)):
            header[f"{name}{axis}"] = value


def _unit(model: DataModel, at: tuple[str | int, ...], array: Any) -> Any:
    if hasattr(array, "unit"):
        return array.unit
    try:
        return model.unit(format_path(at))
    except (UnknownAttributeError, UnitError):
        return None


def _write_image(stream: BinaryIO, header: Header, array: NDArray[Any]) -> None:
    """Write an image: its header, its numbers in the order of bytes of FITS, and zeros to the end of the block."""
    stream.write(header.tostring().encode("ascii"))
    written = 0
    for band in _bands(array):
        written += stream.write(_in_file(band))
    stream.write(bytes(-written % _BLOCK))


def _bands(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    import numpy as np

    plain = np.asarray(array)
    rows = plain.reshape(-1, plain.shape[-1])
    step = max(1, _BAND // max(1, rows.shape[1] * rows.itemsize))
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


def _in_file(band: NDArray[Any]) -> memoryview:
    dtype = _type_in_file(band.dtype)
    if dtype.kind == "u" and dtype.itemsize > 1:
        # as signed ones that are less by half of their range, which is what BZERO says
        band = band ^ dtype.type(1 << (8 * dtype.itemsize - 1))
    return band.astype(dtype.newbyteorder(">"), order="C").reshape(-1).view("u1").data
