"""The optical elements of the Wide Field Instrument: which light passes them, and how sharp their images are.

RAD names them and tells no more. The source is the Roman Technical Information of NASA's Goddard Space Flight Center,
release 1.5.0, https://github.com/RomanSpaceTelescope/roman-technical-information (on PyPI:
``roman-technical-information``), below ``data/WideFieldInstrument``:

- band edges: ``Imaging/BandEdges/WFI_filter_edge_wavelengths.ecsv``, and for grism and prism
  ``Spectroscopy/BandEdges``. They differ a little from detector to detector: here are the least blue edge and the
  greatest red one, to four digits, outwards;
- widths of point sources: ``Imaging/PointSpreadFunctions/SummaryPSFstats_center.ecsv``, of a star of type K0V in
  detectors 1 and 18, the wider of the two. They are computed of the optical design, with 8 milliarcseconds of jitter
  and without the sampling by pixels, which are wider than most of them: a promise, not a measurement. Better would be
  what is seen in flight, by detector and date, of which the reference files ``epsf`` of CRDS are to tell, or a column
  of the archive for the width in each image; RAD has none. Those of spectra are not told;
- the scale of pixels: ``WFI_overview.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DETECTOR_PIXEL_SCALE", "OPTICAL_ELEMENTS", "OpticalElement"]

DETECTOR_PIXEL_SCALE = 0.11
"""Arcseconds of a pixel of a detector, nominally: it differs by some percent over the field."""


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
    "F062": OpticalElement(480.2, 761.9, 0.060),
    "F087": OpticalElement(758.8, 983.6, 0.074),
    "F106": OpticalElement(930.3, 1202, 0.088),
    "F129": OpticalElement(1124, 1456, 0.106),
    "F146": OpticalElement(922.8, 2004, 0.106),
    "F158": OpticalElement(1380, 1786, 0.128),
    "F184": OpticalElement(1677, 2008, 0.147),
    "F213": OpticalElement(1956, 2316, 0.169),
    "GRISM": OpticalElement(992.9, 1924, None),
    "PRISM": OpticalElement(755.0, 1824, None),
}
"""The elements that let light pass, by the names that RAD has for them."""
