"""Which tables a kind of file feeds.

RAD does not say so. The schemas that all products share (``meta/basic``, ``meta/exposure``, ...) name every table in
which one of their properties may stand, so a Level 2 image would put its telescope into the tables of guide windows,
mosaics and catalogues as well. The table that is named after the product tells them apart:

- exposures, at every level, are rows of ``WFIExposure``, mosaics of ``WFIMosaic``, segmentation maps of
  ``SegmentationMap``, catalogues of ``SourceCatalog``, guide windows of ``GuideWindow``;
- ``ScienceRefData`` tells by which steps and reference files a science product was made, so each of these has a row
  there; a guide window is not a science product;
- files of ground tests are rows of tables of their own: ``WFICommon`` for what they share with the mission's, and
  ``WFITvac``;
- reference files and associations are kept by other systems (CRDS, the data management itself): they feed no table;
- nor do products of the community (CCSP). RAD's documentation (``docs/ccsp.rst``, "Archival Metadata"): they are
  archived in another way, by ``meta.ccsp``, and their schemas have no ``archive_catalog``. Where one extends a schema
  of the mission, the columns that this one brings along are about the mission's own files.

What is described inside a list, such as each image of a mosaic, has a file and a row of its own, and does not belong
to the row of the file that lists it.

A kind of file of a newer RAD is in no list. `likely_tables` makes the same distinctions by what its schema holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Literal

from ...errors import CatalogError
from ...schema import installed, uris
from ...schema.families import CATALOG
from ...schema.properties import ITEMS
from ...spelling import did_you_mean
from .mapping import columns

__all__ = ["FAMILIES", "GROUPS", "STEPS_TABLE", "TABLES", "chosen_tables", "is_likely", "likely_tables", "tables_of"]

_SCIENCE = "ScienceRefData"

STEPS_TABLE = _SCIENCE
"""The table that tells the steps of science products."""

_BY_FAMILY = {
    **dict.fromkeys(
        ("wfi_science_raw", "ramp", "ramp_fit_output", "wfi_image", "msos_stack", "wfi_wcs"), ("WFIExposure", _SCIENCE)
    ),
    "wfi_mosaic": ("WFIMosaic", _SCIENCE),
    **dict.fromkeys(
        ("segmentation_map", "mosaic_segmentation_map", "multiband_segmentation_map"), ("SegmentationMap", _SCIENCE)
    ),
    **dict.fromkeys(
        (
            "image_source_catalog",
            "mosaic_source_catalog",
            "multiband_source_catalog",
            "forced_image_source_catalog",
            "forced_mosaic_source_catalog",
            "time_domain_source_catalog",
        ),
        ("SourceCatalog", _SCIENCE),
    ),
    **dict.fromkeys(("guidewindow", "l1_face_guidewindow", "l1_detector_guidewindow"), ("GuideWindow",)),
    "fps": ("WFICommon",),
    "tvac": ("WFICommon", "WFITvac"),
}

# the beginnings of families of files that other systems keep
_ELSEWHERE = ("reference_files/", "associations", "CCSP/")

TABLES = tuple(dict.fromkeys(table for tables in _BY_FAMILY.values() for table in tables))
"""Every table of the catalogue."""

GROUPS = tuple(sorted(dict.fromkeys(_BY_FAMILY.values()), key=lambda group: TABLES.index(group[0])))
"""The tables in which one file has rows, in the order of `TABLES`."""

FAMILIES = tuple(_BY_FAMILY)
"""Every family of files that the catalogue has tables for."""


def chosen_tables(
    chosen: Literal["all"] | Iterable[str] | None, known: Collection[str] = TABLES
) -> Literal["all"] | tuple[str, ...] | None:
    """Return which tables were chosen, a name alone as one; ``"all"`` and None as they are.

    Raises
    ------
    CatalogError
        There is no such table.
    """
    if chosen is None:
        return None
    if chosen == "all":
        return "all"
    names = (chosen,) if isinstance(chosen, str) else tuple(chosen)
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) if isinstance(name, str) else ""
            raise CatalogError(f"there is no table {name!r}.{hint} There are {', '.join(known)}")
    return names


def tables_of(schema_uri: str) -> tuple[str, ...]:
    """Return the tables that the files of a schema feed; none for one that is not in the catalogue."""
    uri = uris.parse(schema_uri)
    if uri.family in _BY_FAMILY:
        return _BY_FAMILY[uri.family]
    return likely_tables(schema_uri) if uri.base == uris.ROMAN and is_likely(schema_uri) else ()


def is_likely(schema_uri: str) -> bool:
    """Return whether the tables of a schema, or that there are none, are only most likely."""
    uri = uris.parse(schema_uri)
    return uri.family not in _BY_FAMILY and not uri.family.startswith(_ELSEWHERE)


def likely_tables(schema_uri: str) -> tuple[str, ...]:
    """Return the tables that the files of a schema feed most likely, by its columns and its properties.

    None for one with no columns beyond those that all files have.
    """
    counts = Counter(column.table for column in columns(schema_uri) if ITEMS not in column.path)
    family = uris.parse(schema_uri).name
    if "guidewindow" in family:
        return ("GuideWindow",)
    few, many = sorted((counts["WFIExposure"], counts["WFIMosaic"]))
    # what all files have goes to nearly all tables alike
    if many < 2 * few or not many:
        return ()
    if "segmentation_map" in family:
        return ("SegmentationMap", _SCIENCE)
    if CATALOG in installed().document(schema_uri).properties:
        return ("SourceCatalog", _SCIENCE)
    return ("WFIExposure" if counts["WFIExposure"] > counts["WFIMosaic"] else "WFIMosaic", _SCIENCE)
