"""Which images touch a circle on the sky, against what astropy measures along their sides."""

from __future__ import annotations

import math

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st

from roman_cal_models.archive.asking.regions import Cone


def polygon(ra: float, dec: float, half: float, turn: float, corners: int = 4) -> SkyCoord:
    """Return the corners of a polygon around a position."""
    angles = (turn + np.arange(corners) * 360 / corners) * u.deg
    return SkyCoord(ra * u.deg, dec * u.deg).directional_offset_by(angles, half * u.deg)


def text_of(corners: SkyCoord) -> str:
    return "POLYGON ICRS " + " ".join(f"{float(each.ra.deg)} {float(each.dec.deg)}" for each in corners)


def distance(corners: SkyCoord, inside: SkyCoord, centre: SkyCoord) -> float:
    """Return the distance of a convex polygon from a point, in degrees, by points along its sides; 0 inside."""
    vectors = corners.cartesian.xyz.value.T
    ends = np.roll(vectors, -1, axis=0)
    normals = np.cross(vectors, ends)
    sides = np.sign(normals @ centre.cartesian.xyz.value), np.sign(normals @ inside.cartesian.xyz.value)
    if (sides[0] == sides[1]).all():
        return 0.0
    parts = np.linspace(0, 1, 2001)[:, None]
    lines = np.concatenate([one * (1 - parts) + other * parts for one, other in zip(vectors, ends, strict=True)])
    along = SkyCoord(*lines.T, representation_type="cartesian", unit="")
    return float(along.separation(centre).deg.min())


@given(
    st.floats(0, 360, exclude_max=True),
    st.floats(-90, 90),
    st.floats(0.05, 1),
    st.floats(0, 90),
    st.sampled_from([3, 4, 6]),
    st.floats(0, 3),
    st.floats(0, 360),
    st.floats(0.01, 1.5),
)
def test_a_circle_touches_what_is_nearer_than_its_radius(
    ra: float, dec: float, half: float, turn: float, corners: int, away: float, angle: float, radius: float
) -> None:
    middle = SkyCoord(ra * u.deg, dec * u.deg)
    shape = polygon(ra, dec, half, turn, corners)
    centre = middle.directional_offset_by(angle * u.deg, away * u.deg)
    wanted = distance(shape, middle, centre)
    cone = Cone(centre.ra.deg, centre.dec.deg, radius)
    if abs(wanted - radius) > 1e-3:
        assert cone.touches([(text_of(shape), None, None)]) == [wanted < radius]
    # the box leaves out nothing that is near
    south, north, spans = cone.box(half)
    if wanted < radius:
        assert south <= dec <= north
        assert not spans or any(west <= ra <= east for west, east in spans)


def test_the_other_side_of_the_sky_is_not_inside() -> None:
    assert Cone(190.0, -20.0, 1.0).touches([(text_of(polygon(10, 20, 0.5, 45)), None, None)]) == [False]
    assert Cone(10.0, 20.0, 0.0).touches([(text_of(polygon(10, 20, 0.5, 45)), None, None)]) == [True]


@pytest.mark.parametrize(
    "text", ["POLYGON 9.9 20 10.1 20 10 20.1", "polygon icrs 9.9 20 10.1 20 10 20.1", "CIRCLE 10 20 0.1"]
)
def test_a_region_is_read(text: str) -> None:
    assert Cone(10.0, 20.15, 0.06).touches([(text, 200.0, 0.0)]) == [True]
    assert Cone(10.0, 20.15, 0.04).touches([(text, 10.0, 20.15)]) == [False]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "?",
        "POLYGON",
        "POLYGON ICRS 1 2 3 4",
        "POLYGON ICRS 1 2 3 4 5 6 7",
        "POLYGON GALACTIC 1 2 3 4 5 6",
        "POLYGON ICRS -999999 -999999 1 1 2 2",
        "POLYGON ICRS nan 1 1 1 2 2",
        "CIRCLE ICRS 1 2",
        "CIRCLE 1 2 inf",
    ],
)
def test_a_position_stands_for_a_region_that_cannot_be_read(text: str | None) -> None:
    cone = Cone(1.0, 2.0, 0.1)
    assert cone.touches([(text, 1.05, 2.0), (text, 1.2, 2.0), (text, None, None), (text, math.nan, 2.0)]) == [
        True,
        False,
        False,
        False,
    ]
