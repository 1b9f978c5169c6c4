"""Examples of a product: the tree of an ASDF file, or what becomes one of a FITS file."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ..errors import ConversionError
from ..extension.reading import read_tree
from ..header.content import read_header_bytes
from ..header.streams import beginning
from ..models.fits import ENDINGS
from ..models.opening import open as open_model
from .values import is_unit

__all__ = ["HEADER", "Example", "Note", "read_example"]

HEADER = "header"
"""The section of ``meta`` that has the keywords of the primary header of a FITS file."""

# what only says how FITS holds the data
_STRUCTURE = re.compile(
    r"SIMPLE|XTENSION|BITPIX|NAXIS\d*|EXTEND|[PG]COUNT|GROUPS|BSCALE|BZERO|BLANK|EXT(?:NAME|VER|LEVEL)|"
    r"CHECKSUM|DATASUM|LONGSTRN|COMMENT|HISTORY|END|"
)

_ASTROPYS = ("extension name", "name of this binary table extension")
"""What astropy writes beside the name of an HDU, whatever is in it; the second where the image is compressed."""

_CFITSIOS = "label for field"
"""What CFITSIO writes beside the name of a column, whatever is in it."""

_UNIT = re.compile(r"\[([^\]]*)\]\s*(.*)", re.DOTALL)


class Note(NamedTuple):
    """What a file says of a value.

    Parameters
    ----------
    title, description, unit : str or None
        As in schemas.
    """

    title: str | None = None
    description: str | None = None
    unit: str | None = None


@dataclass
class Example:
    """A product as it is.

    Parameters
    ----------
    tree : dict
        What will stand under ``roman``.
    notes : dict
        What the file says of its values, by path.
    """

    tree: dict[str, Any]
    notes: dict[tuple[str, ...], Note] = field(default_factory=dict)


def read_example(path: Path) -> Example:
    """Read an ASDF or a FITS file, whole.

    Of a FITS file, the keywords of the primary header become ``meta.header``, images become arrays, tables become
    tables, each by the name of its HDU.

    Raises
    ------
    ConversionError
        It cannot be read as FITS.
    NotAsdfError
        It cannot be read as ASDF.
    OSError
        It cannot be opened.
    """
    if path.suffixes and path.name.removesuffix(".gz").endswith(ENDINGS):
        return _of_fits(path)
    with beginning(path, None) as (stream, name):
        read_header_bytes(stream, name)  # what is no ASDF file is told as everywhere
    tree = read_tree(path)
    if isinstance(tree.get("roman"), (dict, type(None))):
        return Example(tree)
    # another package reads the files of the mission
    with open_model(path) as model:
        return Example(dict(model.detach().node))


def _of_fits(path: Path) -> Example:
    from astropy.io import fits

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a header has beside the standard
            with fits.open(path, memmap=False) as hdus:
                return _of_hdus(hdus)
    except (ValueError, TypeError, KeyError, IndexError, fits.VerifyError) as error:
        raise ConversionError(path, f"cannot be read as FITS: {error}") from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise ConversionError(path, f"cannot be read as FITS: {error}") from None


def _of_hdus(hdus: Any) -> Example:
    header: dict[str, Any] = {}
    example = Example({"meta": {HEADER: header}})
    example.notes["meta", HEADER] = Note("Keywords of the FITS file")
    for card, name in _named(hdus[0].header.cards):
        header[name] = card.value
        example.notes["meta", HEADER, name] = _note(card)
    for number, hdu in enumerate(hdus):
        if hdu.data is None:
            continue
        name = _key(hdu.name if number or hdu.name != "PRIMARY" else "data") or f"hdu_{number}"
        name = _free(name, example.tree)
        value = _table(hdu) if hasattr(hdu, "columns") else _array(hdu)
        example.tree[name] = value
        example.notes[name,] = _note_of_hdu(hdu)
    return example


def _named(cards: Any) -> Iterator[tuple[Any, str]]:
    """Yield the keywords that say something of the data, each with its name in the tree; the first of each."""
    known: set[str] = set()
    for card in cards:
        is_value = isinstance(card.value, (str, bool, int, float))
        name = _key(card.keyword)
        if is_value and name and name not in known and _STRUCTURE.fullmatch(card.keyword) is None:
            known.add(name)
            yield card, name


def _note(card: Any) -> Note:
    comment = " ".join(card.comment.split())
    found = _UNIT.fullmatch(comment)
    unit, title = (found[1], found[2]) if found is not None and found[1] and is_unit(found[1]) else (None, comment)
    title = f"{title} ({unit})" if title and unit else title
    return Note(title or None, f"Keyword {card.keyword} of the FITS file.", unit)


def _note_of_hdu(hdu: Any) -> Note:
    header = hdu.header
    unit = header.get("BUNIT")
    title = header.comments["EXTNAME"] if "EXTNAME" in header else ""
    return Note(
        title=None if title in ("", *_ASTROPYS) else " ".join(title.split()),
        unit=unit if isinstance(unit, str) and unit and is_unit(unit) else None,
    )


def _key(name: str) -> str:
    """Return the name of a keyword or an HDU as names are written in a tree: ``DATE-OBS`` as ``date_obs``."""
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return f"_{key}" if key[:1].isdecimal() else key


def _free(name: str, tree: dict[str, Any]) -> str:
    others = (f"{name}_{number}" for number in range(2, len(tree) + 3))
    return next(each for each in (name, *others) if each not in tree)


def _array(hdu: Any) -> Any:
    data = hdu.data
    return data.astype(data.dtype.newbyteorder("="))


def _table(hdu: Any) -> Any:
    from astropy.table import Table

    table = Table.read(hdu)
    table.meta.clear()  # the keywords of its header, which only say how FITS holds it
    for number, name in enumerate(hdu.columns.names, start=1):
        comment = hdu.header.get(f"TCOMM{number}") or hdu.header.comments[f"TTYPE{number}"]
        if not comment.startswith(_CFITSIOS):
            table[name].info.description = " ".join(comment.split()) or None
    return table
