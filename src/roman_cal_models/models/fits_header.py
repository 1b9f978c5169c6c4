"""The metadata of a model in a FITS header: the keywords that tools look for, and all others by their paths."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from astropy.io import fits

from ..errors import format_path
from ..printable import printable

if TYPE_CHECKING:
    from .fits_contents import Value

__all__ = ["KEYWORDS", "announce_long_texts", "ascii_text", "fits_unit", "metadata_cards"]

# Keyword -> the paths below ``meta`` that it stands for, of which the first one that a model has is taken: those of
# the FITS standard, and otherwise those of the archive's other missions.
KEYWORDS: dict[str, tuple[str, ...]] = {
    "ORIGIN": ("origin",),
    "TELESCOP": ("telescope",),
    "INSTRUME": ("instrument.name", "basic.instrument"),
    "DETECTOR": ("instrument.detector",),
    "FILTER": ("instrument.optical_element", "basic.optical_element"),
    "EXP_TYPE": ("exposure.type",),
    "OBS_ID": ("observation.observation_id",),
    "VISIT_ID": ("observation.visit_id",),
    "PROGRAM": ("observation.program",),
    "PI_NAME": ("program.investigator_name",),
    "TITLE": ("program.title",),
    "DATE-OBS": ("exposure.start_time", "coadd_info.time_first"),
    "DATE-BEG": ("exposure.start_time", "coadd_info.time_first"),
    "DATE-AVG": ("exposure.mid_time", "coadd_info.time_mean"),
    "DATE-END": ("exposure.end_time", "coadd_info.time_last"),
    "EXPTIME": ("exposure.exposure_time", "coadd_info.exposure_time"),
    "XPOSURE": ("exposure.effective_exposure_time",),
    "RA_TARG": ("pointing.target_ra",),
    "DEC_TARG": ("pointing.target_dec",),
    "RA_V1": ("pointing.ra_v1",),
    "DEC_V1": ("pointing.dec_v1",),
    "PA_V3": ("pointing.pa_v3",),
    "PHOTMJSR": ("photometry.conversion_megajanskys",),
    "PIXAR_SR": ("photometry.pixel_area",),
    "S_REGION": ("wcsinfo.s_region",),
    "DATAMODL": ("model_type",),
    "CAL_VER": ("calibration_software_version",),
    "CRDS_VER": ("ref_file.crds.version",),
    "CRDS_CTX": ("ref_file.crds.context",),
}

_TIMES = "DATE-OBS"
_CARD = 80
_VALUE_ENDS = 30  # of a card in the fixed format
_WORD = re.compile(r"[A-Za-z0-9_-]+")


def metadata_cards(values: Iterable[Value]) -> Iterator[Any]:
    """Yield the cards of what stands below ``meta``.

    First those of `KEYWORDS`, with their paths as comments; then ``HIERARCH ROMAN EXPOSURE NRESULTANTS`` and so on, of
    what is short enough for a card.

    Parameters
    ----------
    values : iterable of Value
        The values of a model.
    """
    by_path = {format_path(value.path[1:]): value for value in values if value.path[0] == "meta" and value.path[1:]}
    for keyword, paths in KEYWORDS.items():
        value = next((by_path[path] for path in paths if path in by_path), None)
        if value is None or not _is_sayable(value.plain):
            continue
        yield _commented(keyword, value)
        if keyword == _TIMES and value.scale is not None:
            yield fits.Card("TIMESYS", value.scale.upper(), "scale of the times here")
    for value in by_path.values():
        card = _by_path(value)
        if card is not None:
            yield card


def _is_sayable(plain: Any) -> bool:
    # a header has no infinite numbers, and none of more digits than a card
    return not isinstance(plain, float) or math.isfinite(plain)


def _commented(keyword: str, value: Value) -> Any:
    """Return a card with the path of its value, where that has room."""
    plain = _plain(value.plain)
    card = fits.Card(keyword, plain)
    comment = format_path(value.path)
    has_room = max(len(str(card).rstrip()), _VALUE_ENDS) + len(" / ") + len(comment) <= _CARD
    return fits.Card(keyword, plain, comment) if has_room else card


def _by_path(value: Value) -> Any:
    """Return a card under the path of its value; None where a card cannot hold it."""
    words = value.path[1:]
    if not all(isinstance(word, str) and _WORD.fullmatch(word) for word in words) or not _is_sayable(value.plain):
        return None
    card = fits.Card(" ".join(["HIERARCH ROMAN", *map(str.upper, map(str, words))]), _plain(value.plain))
    try:
        return card if len(str(card)) == _CARD else None
    except ValueError:  # it is too long
        return None


def _plain(plain: Any) -> Any:
    return ascii_text(plain) if isinstance(plain, str) else plain


def announce_long_texts(header: Any) -> None:
    """Set what some readers want to know of a header with texts that go over several cards."""
    if any(len(str(card)) > _CARD for card in header.cards):
        header["LONGSTRN"] = ("OGIP 1.0", "texts may go on in CONTINUE cards")


def ascii_text(text: str) -> str:
    """Return a text of the letters that FITS has: of ASCII, and none of control; others as escapes."""
    return printable(text).encode("ascii", "backslashreplace").decode("ascii")


def fits_unit(unit: Any) -> str | None:
    """Return how FITS writes a unit (``MJy sr-1``); what is no unit for astropy as it is, and None for none.

    The standard has no word for a data number, which stays ``DN``, as in other files of the archive, and none for what
    magnitudes count from: they are ``mag``.
    """
    from astropy.units import Unit

    if unit is None or str(unit) == "none":
        return None
    try:
        known: Any = Unit(unit)
        known = getattr(known, "function_unit", known)
    except (ValueError, TypeError):
        return ascii_text(str(unit))
    try:
        text = str(known.to_string("fits"))
    except ValueError:
        parts = zip(getattr(known, "bases", ()), getattr(known, "powers", ()), strict=True)
        text = " ".join(f"{base}{'' if power == 1 else power}" for base, power in parts) or str(known)
    return ascii_text(text) or None
