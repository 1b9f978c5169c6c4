"""Which images touch a circle on the sky, by what a catalogue has of them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Cone", "Place"]

Place = tuple[str | None, float | None, float | None]
"""What a row says of where it is: its ``s_region``, and the right ascension and declination of a position."""

_FEWEST_CORNERS = 3


@dataclass(frozen=True, slots=True)
class Cone:
    """A circle on the sky.

    Parameters
    ----------
    ra, dec, radius : float
        Its middle (ICRS) and its radius, in degrees.
    """

    ra: float
    dec: float
    radius: float

    @classmethod
    def on_sky(cls, ra: float, dec: float, radius: float) -> Cone:
        """Return the circle of numbers that were given.

        Raises
        ------
        ValueError
            There is none.
        """
        if not (-360 <= ra <= 360 and -90 <= dec <= 90 and 0 <= radius <= 180):
            raise ValueError(f"there is no circle on the sky around {ra} {dec} with a radius of {radius} degrees")
        return cls(ra % 360, dec, radius)

    def touches(self, places: Sequence[Place]) -> list[bool]:
        """Return for each place whether the circle and it have a point in common.

        A place is the polygon or the circle of its ``s_region`` (as in IVOA's STC-S, ICRS), whose sides are great
        circles; the position where there is none that can be read.
        """
        import numpy as np

        found = [False] * len(places)
        polygons: dict[int, list[tuple[int, list[float]]]] = defaultdict(list)
        circles: list[tuple[int, tuple[float, float, float]]] = []
        for index, (text, ra, dec) in enumerate(places):
            shape, numbers = _shape(text)
            if shape == "POLYGON":
                polygons[len(numbers)].append((index, numbers))
            elif shape == "CIRCLE":
                circles.append((index, (numbers[0], numbers[1], numbers[2])))
            elif ra is not None and dec is not None and _is_position(ra, dec):
                circles.append((index, (ra, dec, 0.0)))
        middle = _vectors(self.ra, self.dec)
        for some in polygons.values():
            numbers_of = np.array([numbers for _, numbers in some])
            corners = _vectors(numbers_of[:, 0::2], numbers_of[:, 1::2])
            distances = np.where(_surround(corners, middle), 0, _distances(corners, middle))
            for (index, _), distance in zip(some, distances.tolist(), strict=True):
                found[index] = distance <= math.radians(self.radius)
        for index, (ra, dec, radius) in circles:
            found[index] = bool(_angle(_vectors(ra, dec), middle) <= math.radians(self.radius + radius))
        return found

    def box(self, margin: float) -> tuple[float, float, list[tuple[float, float]]]:
        """Return declinations and right ascensions that hold all that is near, in degrees.

        Parameters
        ----------
        margin : float
            How far from the circle something is still near.

        Returns
        -------
        south, north : float
            The declinations.
        spans : list of tuple of float
            One span of right ascensions, or two on both sides of 0; none where all are near.
        """
        reach = self.radius + margin
        south, north = self.dec - reach, self.dec + reach
        if south <= -90 or north >= 90:
            return south, north, []
        # where meridians touch the circle
        half = math.degrees(math.asin(min(1, math.sin(math.radians(reach)) / math.cos(math.radians(self.dec)))))
        west, east = self.ra - half, self.ra + half
        if half >= 180:
            return south, north, []
        if west < 0:
            return south, north, [(0, east), (west + 360, 360)]
        if east > 360:
            return south, north, [(west, 360), (0, east - 360)]
        return south, north, [(west, east)]


def _shape(text: str | None) -> tuple[str | None, list[float]]:
    """Return the name of a region's shape, and its numbers; None for what is not known."""
    name, *words = (text or "").upper().split() or ["?"]
    if words and words[0] == "ICRS":
        words = words[1:]
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        return None, []
    if name == "CIRCLE" and len(numbers) == 3:
        return (name, numbers) if _is_position(*numbers[:2]) and 0 <= numbers[2] <= 180 else (None, [])
    if name == "POLYGON" and len(numbers) >= 2 * _FEWEST_CORNERS and len(numbers) % 2 == 0:
        corners = zip(numbers[0::2], numbers[1::2], strict=True)
        return (name, numbers) if all(_is_position(*corner) for corner in corners) else (None, [])
    return None, []


def _is_position(ra: float, dec: float) -> bool:
    return -360 <= ra <= 360 and -90 <= dec <= 90


def _vectors(ra: Any, dec: Any) -> NDArray[Any]:
    """Return unit vectors: the last axis is x, y, z."""
    import numpy as np

    ra, dec = np.radians(ra), np.radians(dec)
    found: NDArray[Any] = np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)
    return found


def _angle(one: NDArray[Any], other: NDArray[Any]) -> Any:
    import numpy as np

    return np.arctan2(np.linalg.norm(np.cross(one, other), axis=-1), (one * other).sum(-1))


def _surround(corners: NDArray[Any], middle: NDArray[Any]) -> NDArray[Any]:
    """Return which polygons a point lies in: seen from it, their corners go round it."""
    import numpy as np

    pole = np.eye(3)[np.argmin(np.abs(middle))]
    east = np.cross(pole, middle)
    east /= np.linalg.norm(east)
    north = np.cross(middle, east)
    directions = np.arctan2(corners @ east, corners @ north)
    steps = np.diff(directions, axis=1, append=directions[:, :1])
    turns = ((steps + np.pi) % (2 * np.pi) - np.pi).sum(axis=1)
    # the corners go round the opposite point as well
    found: NDArray[Any] = (np.abs(turns) > np.pi) & (corners @ middle > 0).any(axis=1)
    return found


def _distances(corners: NDArray[Any], middle: NDArray[Any]) -> NDArray[Any]:
    """Return the distance of a point from the sides of each polygon, in radians."""
    import numpy as np

    others = np.roll(corners, -1, axis=1)
    normals = np.cross(corners, others)
    lengths = np.linalg.norm(normals, axis=-1, keepdims=True)
    normals = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    faces = (np.cross(normals, corners) @ middle > 0) & (np.cross(normals, others) @ middle < 0)
    from_sides = np.where(faces, np.abs(np.arcsin(np.clip(normals @ middle, -1, 1))), np.inf)
    found: NDArray[Any] = np.minimum(from_sides, _angle(corners, middle)).min(axis=1)
    return found
