"""The optical elements of the Wide Field Instrument: which light passes them, and how sharp their images are.

RAD names them and tells no more. Band edges: Roman Technical Information of NASA's Goddard Space Flight Center,
release 1.4, https://github.com/RomanSpaceTelescope/roman-technical-information, ``data/WideFieldInstrument``:
``Imaging/BandEdges/WFI_filter_edge_wavelengths.ecsv``, and for grism and prism ``Spectroscopy/BandEdges``. They differ
a little from detector to detector: here are the least blue edge and the greatest red one, to four digits, outwards.
Widths of point sources: https://roman.gsfc.nasa.gov/science/WFI_technical.html; those of spectra are not told there.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DETECTOR_PIXELS", "DETECTOR_PIXEL_SCALE", "OPTICAL_ELEMENTS", "OpticalElement"]

DETECTOR_PIXELS = 4088
"""Pixels that see light along each side of a detector (the same page)."""

DETECTOR_PIXEL_SCALE = 0.11
"""Arcseconds of a pixel (the same page)."""


@dataclass(frozen=True, slots=True)
class OpticalElement:
    """What one element lets pass.

    Parameters
    ----------
    blue, red : float
        Edges of its band, in nanometres.
    fwhm : float or None
        Full width at half maximum of the image of a point source, in arcseconds.
    """

    blue: float
    red: float
    fwhm: float | None


OPTICAL_ELEMENTS = {
    "F062": OpticalElement(480.2, 761.9, 0.058),
    "F087": OpticalElement(758.8, 983.6, 0.073),
    "F106": OpticalElement(930.3, 1202, 0.087),
    "F129": OpticalElement(1124, 1456, 0.106),
    "F146": OpticalElement(922.8, 2004, 0.105),
    "F158": OpticalElement(1380, 1786, 0.128),
    "F184": OpticalElement(1677, 2008, 0.146),
    "F213": OpticalElement(1956, 2316, 0.169),
    "GRISM": OpticalElement(992.9, 1924, None),
    "PRISM": OpticalElement(755.0, 1824, None),
}
"""The elements that let light pass, by the names that RAD has for them."""
