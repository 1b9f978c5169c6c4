"""A WCS of FITS whose distortion is said by TPV in the place of SIP: for Source Extractor, SCAMP and SWarp.

Source: the registered convention TPV, https://fits.gsfc.nasa.gov/registry/tpvwcs.html. Its polynomials are of
intermediate world coordinates, those of SIP of pixels; each can be had from the other by putting the linear part in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from astropy.wcs import WCS

if TYPE_CHECKING:
    from astropy.io.fits import Header
    from numpy.typing import NDArray

    Polynomial = NDArray[np.float64]

__all__ = ["MOST", "as_tpv"]

MOST = 7
"""The highest degree of the polynomials of TPV."""

_of_sip = re.compile(r"(?:A|B|AP|BP)_(?:ORDER|DMAX|\d_\d)|SIP(?:MX|IV)ERR").fullmatch

# The numbers of the terms of each degree, x**n first and y**n last; those between stand for odd powers of the radius.
_FIRST = (0, 1, 4, 7, 12, 17, 24, 31)


def as_tpv(header: Header) -> Header:
    """Return a header with SIP as one with TPV; as it is where it has none.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Of two axes to the sky, in a tangent plane.

    Raises
    ------
    ValueError
        Its polynomials are of a degree that TPV does not have.
    """
    wcs: Any = WCS(header)
    if wcs.sip is None:
        return header
    degree = max(wcs.sip.a_order, wcs.sip.b_order)
    if degree > MOST:
        raise ValueError(f"its distortion is of degree {degree}, and TPV goes to {MOST}")
    linear = wcs.pixel_scale_matrix
    # pixels from CRPIX, as polynomials of intermediate world coordinates
    pixels = [_linear(row) for row in np.linalg.inv(linear)]
    bent = [
        _sum(pixel, _substituted(coefficients, pixels))
        for pixel, coefficients in zip(pixels, (wcs.sip.a, wcs.sip.b), strict=True)
    ]
    made = header.copy()
    for name in [name for name in header if _of_sip(name)]:
        del made[name]
    for axis, row in enumerate(linear, start=1):
        made[f"CTYPE{axis}"] = str(made[f"CTYPE{axis}"]).replace("-TAN-SIP", "-TPV")
        world = _sum(row[0] * bent[0], row[1] * bent[1])
        for number, value in _terms(world if axis == 1 else world.T):
            made[f"PV{axis}_{number}"] = value
    return made


def _terms(polynomial: Polynomial) -> list[tuple[int, float]]:
    """Return the coefficients of a polynomial by the numbers of TPV."""
    count = min(len(polynomial), MOST + 1)
    return [
        (_FIRST[degree] + power, float(polynomial[degree - power, power]))
        for degree in range(count)
        for power in range(degree + 1)
    ]


# -- polynomials of two variables: c[p, q] is the coefficient of x**p * y**q -----------------------------------------


def _linear(factors: Polynomial) -> Polynomial:
    return np.array([[0.0, factors[1]], [factors[0], 0.0]])


def _sum(one: Polynomial, other: Polynomial) -> Polynomial:
    size = max(len(one), len(other))
    total = np.zeros((size, size))
    for each in (one, other):
        total[: len(each), : len(each)] += each
    return total


def _product(one: Polynomial, other: Polynomial) -> Polynomial:
    size = len(one) + len(other) - 1
    product = np.zeros((size, size))
    for (p, q), factor in np.ndenumerate(one):
        product[p : p + len(other), q : q + len(other)] += factor * other
    return product


def _substituted(coefficients: Polynomial, variables: list[Polynomial]) -> Polynomial:
    """Return a polynomial with others in the place of its variables."""
    powers: list[list[Polynomial]] = [[np.ones((1, 1))], [np.ones((1, 1))]]
    for variable, made in zip(variables, powers, strict=True):
        for _ in range(1, len(coefficients)):
            made.append(_product(made[-1], variable))
    total = np.zeros((1, 1))
    for (p, q), factor in np.ndenumerate(coefficients):
        if factor:
            total = _sum(total, factor * _product(powers[0][p], powers[1][q]))
    return total
