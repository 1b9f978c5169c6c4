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
- reference files and associations are kept by other systems (CRDS, the data management itself): they feed no table.

What is described inside a list, such as each image of a mosaic, has a file and a row of its own, and does not belong
to the row of the file that lists it.
"""

from __future__ import annotations

__all__ = ["FAMILIES", "TABLES", "tables_of"]

_SCIENCE = "ScienceRefData"

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

TABLES = tuple(dict.fromkeys(table for tables in _BY_FAMILY.values() for table in tables))
"""Every table of the catalogue."""

FAMILIES = tuple(_BY_FAMILY)
"""Every family of files that the catalogue has tables for."""


def tables_of(family: str) -> tuple[str, ...]:
    """Return the tables that the files of a family feed; none for one that is not in the catalogue."""
    return _BY_FAMILY.get(family, ())
