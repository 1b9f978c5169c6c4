"""World coordinate systems like those of real images: distorted, as of a detector, and plain, as of a mosaic."""

from __future__ import annotations

from typing import Any

import numpy as np
from astropy import coordinates
from astropy import units as u
from astropy.modeling import models as typed_models
from gwcs import coordinate_frames as frames
from gwcs.wcs import WCS

models: Any = typed_models  # their operators are made at run time

RA, DEC = 270.94, 66.56
"""Where all of them look, in degrees."""


def sky_of_detector(side: tuple[int, int], *, roll: float = 37.0, bounds: bool = True) -> WCS:
    """Return the system of a Level 2 image of (ny, nx) pixels: a distortion with its inverse, then V2V3, then ICRS."""
    ny, nx = side
    centre = models.Shift(-(nx - 1) / 2) & models.Shift(-(ny - 1) / 2)
    # arcseconds of a pixel, and some millionths of its square
    x = models.Polynomial2D(2, c0_0=0.0, c1_0=0.11, c0_1=2e-4, c2_0=3e-7, c1_1=-2e-7, c0_2=1e-7)
    y = models.Polynomial2D(2, c0_0=0.0, c1_0=-1e-4, c0_1=0.108, c2_0=-1e-7, c1_1=2e-7, c0_2=2e-7)
    distortion = models.Mapping((0, 1, 0, 1)) | x & y
    distortion.inverse = _inverse(x, y, side)
    to_degrees = models.Scale(1 / 3600) & models.Scale(1 / 3600)
    to_sky = models.Pix2Sky_TAN() | models.RotateNative2Celestial(RA, DEC, 180.0)
    detector = frames.Frame2D(name="detector", axes_order=(0, 1), unit=(u.pix, u.pix))
    v2v3 = frames.Frame2D(name="v2v3", axes_order=(0, 1), axes_names=("v2", "v3"), unit=(u.arcsec, u.arcsec))
    sky = frames.CelestialFrame(name="world", reference_frame=coordinates.ICRS(), unit=(u.deg, u.deg))
    wcs = WCS(
        [
            (detector, centre | distortion),
            (v2v3, models.Rotation2D(roll) | to_degrees | to_sky),
            (sky, None),
        ]
    )
    if bounds:
        wcs.bounding_box = ((-0.5, nx - 0.5), (-0.5, ny - 0.5))
    return wcs


def sky_of_field(side: tuple[int, int]) -> WCS:
    """Return the system of a detector at the edge of the field: distorted to the fifth degree, seen aslant."""
    ny, nx = side
    centre = models.Shift(-(nx - 1) / 2) & models.Shift(-(ny - 1) / 2)
    n = 2044
    # arcseconds: of a pixel, and at the edge of a whole detector for the higher powers
    x = models.Polynomial2D(5, c1_0=0.11, c0_1=2e-4, c2_0=4 / n**2, c1_1=-6 / n**2, c3_0=0.5 / n**3, c5_0=0.01 / n**5)
    y = models.Polynomial2D(5, c1_0=-1e-4, c0_1=0.108, c0_2=7 / n**2, c1_2=0.3 / n**3, c2_3=0.02 / n**5)
    to_field = models.Mapping((0, 1, 0, 1)) | x & y | models.Shift(1312.9) & models.Shift(-990.7)
    to_degrees = models.Scale(1 / 3600) & models.Scale(1 / 3600)
    to_sky = models.Pix2Sky_CAR() | models.RotateNative2Celestial(RA, DEC, 143.0)
    detector = frames.Frame2D(name="detector", axes_order=(0, 1), unit=(u.pix, u.pix))
    sky = frames.CelestialFrame(name="world", reference_frame=coordinates.ICRS(), unit=(u.deg, u.deg))
    wcs = WCS([(detector, centre | to_field | to_degrees | to_sky), (sky, None)])
    wcs.bounding_box = ((-0.5, nx - 0.5), (-0.5, ny - 0.5))
    return wcs


def sky_in_units(side: tuple[int, int], *, bounds: bool = True) -> WCS:
    """Return a plain system of an image of (ny, nx) pixels whose transforms ask for quantities."""
    ny, nx = side
    shift = models.Shift(-(nx - 1) / 2 * u.pix) & models.Shift(-(ny - 1) / 2 * u.pix)
    scale = models.Multiply(0.11 / 3600 * u.deg / u.pix) & models.Multiply(0.11 / 3600 * u.deg / u.pix)
    to_sky = models.Pix2Sky_TAN() | models.RotateNative2Celestial(RA * u.deg, DEC * u.deg, 180 * u.deg)
    detector = frames.Frame2D(name="detector", axes_order=(0, 1), unit=(u.pix, u.pix))
    sky = frames.CelestialFrame(name="world", reference_frame=coordinates.ICRS(), unit=(u.deg, u.deg))
    wcs = WCS([(detector, shift | scale | to_sky), (sky, None)])
    if bounds:
        wcs.bounding_box = ((-0.5, nx - 0.5) * u.pix, (-0.5, ny - 0.5) * u.pix)
    return wcs


def _inverse(x: Any, y: Any, side: tuple[int, int]) -> Any:
    """Return the polynomials that lead back, fitted as those of reference files are."""
    from astropy.modeling.fitting import LinearLSQFitter

    ny, nx = side
    columns, rows = np.meshgrid(*(np.linspace(-0.75 * n, 0.75 * n, 25) for n in (nx, ny)))
    v2, v3 = x(columns, rows), y(columns, rows)
    fit = LinearLSQFitter()
    back = [fit(models.Polynomial2D(4), v2, v3, wanted) for wanted in (columns, rows)]
    return models.Mapping((0, 1, 0, 1)) | back[0] & back[1]


def sky_of_mosaic(side: tuple[int, int], *, reference: tuple[float, float] = (120.0, -30.0)) -> WCS:
    """Return the system of a mosaic of (ny, nx) pixels, whose projection is centred on a pixel (y, x)."""
    ny, nx = side
    y, x = reference
    shift = models.Shift(-x) & models.Shift(-y)
    matrix = models.AffineTransformation2D(matrix=np.array([[-1.0, 0.0], [0.0, 1.0]]))
    scale = models.Scale(0.055 / 3600) & models.Scale(0.055 / 3600)
    to_sky = models.Pix2Sky_TAN() | models.RotateNative2Celestial(RA, DEC, 180.0)
    detector = frames.Frame2D(name="detector", axes_order=(0, 1), unit=(u.pix, u.pix))
    sky = frames.CelestialFrame(name="world", reference_frame=coordinates.ICRS(), unit=(u.deg, u.deg))
    wcs = WCS([(detector, shift | matrix | scale | to_sky), (sky, None)])
    wcs.bounding_box = ((-0.5, nx - 0.5), (-0.5, ny - 0.5))
    return wcs
