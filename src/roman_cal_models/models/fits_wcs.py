"""The WCS of a model in the words of FITS: a tangent plane, with polynomials of SIP where it is bent.

What a header says is only as good as the fit of `gwcs`, so it is measured against the WCS itself.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from astropy.coordinates import angular_separation
from astropy.wcs import WCS

if TYPE_CHECKING:
    from astropy.io.fits import Header

__all__ = ["ERROR", "TOLERANCE", "Distortion", "NoHeaderError", "wcs_header"]

Distortion = Literal["sip", "tpv"]

ERROR = "WCSMXERR"
"""The keyword of how far a header is off at most, in arcseconds."""

TOLERANCE = 1e-3
"""How far a header may be off without a warning, in arcseconds: a hundredth of a pixel of the detectors."""

_ARCSEC = 3600.0

# Points along each axis where a header is measured; `gwcs` fits at 32.
_POINTS = 101

# What the polynomials are asked for: the lowest degree is taken that reaches it.
_AIM = TOLERANCE / 10  # arcseconds
_AIM_BACK = 1e-3  # pixels

# A mosaic is a tangent plane but for what numbers of 14 digits, in the header, leave.
_PLAIN = 1e-6  # arcseconds

_Box = tuple[tuple[float, float], tuple[float, float]]


class NoHeaderError(ValueError):
    """A WCS cannot be said in FITS; the text says why."""


def wcs_header(wcs: Any, grid: tuple[int, int], distortion: Distortion = "sip") -> tuple[Header, float]:
    """Return the keywords of a WCS for an image, and how far they are off at most, in arcseconds.

    Parameters
    ----------
    wcs : gwcs.WCS
        The WCS, which is not changed.
    grid : tuple of int
        How many rows and columns the image has. Where the WCS has a bounding box, only what is inside of it counts.
    distortion : {"sip", "tpv"}
        By which convention it is said that the plane is bent.

    Raises
    ------
    NoHeaderError
        It is not a WCS of gwcs from two axes of pixels to the sky, it does not see all of the image, or no polynomial
        can be fitted.
    """
    if not hasattr(wcs, "to_fits_sip") or (wcs.pixel_n_dim, wcs.world_n_dim) != (2, 2):
        raise NoHeaderError(f"it is not one of gwcs from pixels to the sky, but {type(wcs).__name__}")
    if list(wcs.world_axis_units) != ["deg", "deg"]:
        raise NoHeaderError(f"it leads to {' and '.join(wcs.world_axis_units)}, not to degrees")
    box = _box(wcs, grid)
    with warnings.catch_warnings():
        # of fits that do not reach what they were asked for; what they do reach is measured
        warnings.simplefilter("ignore")
        plain = _plain_header(wcs, box)
        if plain is not None and plain[1] <= _PLAIN:
            return plain
        fitted = _fitted_header(wcs, box)
        return fitted if distortion == "sip" else _with_tpv(wcs, box, fitted[0])


def _box(wcs: Any, grid: tuple[int, int]) -> _Box:
    """Return the pixels, along x and y, for which a header is to hold."""
    ny, nx = grid
    whole = ((-0.5, nx - 0.5), (-0.5, ny - 0.5))
    if wcs.bounding_box is None:
        return whole
    inside = []
    for (low, high), edges in zip(whole, (wcs.bounding_box[0], wcs.bounding_box[1]), strict=True):
        first, last = (float(getattr(edge, "value", edge)) for edge in edges)
        inside.append((max(low, first), min(high, last)))
    x, y = inside
    # a fit needs a pixel to each side
    return (x, y) if x[1] - x[0] >= 1 and y[1] - y[0] >= 1 else whole


def _plain_header(wcs: Any, box: _Box) -> tuple[Header, float] | None:
    """Return a tangent plane around the point that a WCS projects from; None where it does not say which."""
    transform = wcs.forward_transform
    steps = [transform[number] for number in range(transform.n_submodels)] if transform.n_submodels > 1 else []
    rotations = [step for step in steps if type(step).__name__ == "RotateNative2Celestial"]
    if not rotations:
        return None
    try:
        x, y = wcs.backward_transform(float(rotations[-1].lon.value), float(rotations[-1].lat.value))
    except NotImplementedError:
        return None  # it has no way back
    if not np.isfinite([x, y]).all():
        return None
    return _measured(wcs, box, _fit(wcs, box, degree=1, max_inv_pix_error=None, crpix=(float(x) + 1, float(y) + 1)))


def _fitted_header(wcs: Any, box: _Box) -> tuple[Header, float]:
    """Return the tangent plane at the middle, with the polynomials that it needs."""
    (left, right), (bottom, top) = box
    x, y = (left + right) / 2, (bottom + top) / 2
    longitude, latitude = np.deg2rad(wcs([x, x], [y, y + 1], with_bounding_box=False))
    apart = angular_separation(longitude[0], latitude[0], longitude[1], latitude[1])
    scale = float(np.rad2deg(apart)) * _ARCSEC
    if not scale > 0:
        raise NoHeaderError("it leads nowhere in the middle of the image")
    return _measured(wcs, box, _fit(wcs, box, max_pix_error=_AIM / scale, max_inv_pix_error=_AIM_BACK))


def _with_tpv(wcs: Any, box: _Box, header: Header) -> tuple[Header, float]:
    from .fits_tpv import as_tpv

    try:
        return _measured(wcs, box, as_tpv(header))
    except ValueError as error:
        raise NoHeaderError(str(error)) from error


def _fit(wcs: Any, box: _Box, **options: Any) -> Header:
    """Return what `gwcs.WCS.to_fits_sip` gives, or say why it gives nothing."""
    try:
        header: Header = wcs.to_fits_sip(box, **options)
    except (ValueError, ArithmeticError, UnboundLocalError) as error:  # the last where it cannot fit a plane
        raise NoHeaderError(f"gwcs cannot fit it: {error}") from error
    return header


def _measured(wcs: Any, box: _Box, header: Header) -> tuple[Header, float]:
    """Return a header with its error in it, and the error."""
    for name in ("NAXIS", "NAXIS1", "NAXIS2"):
        header.remove(name, ignore_missing=True)  # those of the image are told by the image
    x, y = (axis.ravel() for axis in np.meshgrid(*(np.linspace(*edges, _POINTS) for edges in box)))
    ours = np.deg2rad(WCS(header).all_pix2world(x, y, 0))
    theirs = np.deg2rad(wcs(x, y, with_bounding_box=False))
    apart = np.rad2deg(angular_separation(*ours, *theirs)) * _ARCSEC
    if not np.isfinite(apart).all():
        raise NoHeaderError("it does not see all pixels of the image")
    error = float(apart.max())
    header[ERROR] = (error, "[arcsec] greatest distance from the gwcs")
    return header, error
