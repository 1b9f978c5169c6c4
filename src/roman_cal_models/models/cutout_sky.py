"""The sky of an image and of what is cut out of it: positions, the WCS, and what the metadata say of both."""

from __future__ import annotations

import copy
import math
from typing import TYPE_CHECKING, Any

from ..errors import CutoutError
from .cutout_windows import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ..nodes.object_node import ObjectNode
    from .cutout_windows import Window

__all__ = ["Sky", "degrees_of", "describe_pixels", "is_sky"]

_ARCSEC = 3600.0

# How far off, in arcseconds, a pixel may see the position that it was found for. A projection sees the other side of
# the sky as well, and a polynomial leads anywhere where it was not fitted.
_TOLERANCE = 1.0

# The corners of the pixels at the corners, in the order of `gwcs.WCS.footprint`, as fractions of the sides.
_CORNERS = ((0, 0), (0, 1), (1, 1), (1, 0))


def is_sky(position: Any) -> bool:
    """Return whether a position is one on the sky, or several: of `astropy.coordinates`."""
    return hasattr(position, "transform_to") and hasattr(position, "is_transformable_to")


def degrees_of(positions: Any, file: str | None) -> NDArray[np.float64]:
    """Return right ascensions and declinations of positions of any frame: two rows of numbers, in degrees.

    Raises
    ------
    CutoutError
        They cannot be had: a frame without data, or of an observer whose place is not told.
    """
    import numpy as np
    from astropy.coordinates import SkyCoord

    try:
        found: Any = SkyCoord(positions).icrs
    except (AttributeError, TypeError, ValueError) as error:  # each frame has errors of its own
        raise CutoutError(file, f"position cannot be transformed to the ICRS: {shown(positions)} ({error})") from error
    return np.array([np.ravel(found.ra.deg), np.ravel(found.dec.deg)], dtype=float)


class Sky:
    """A world coordinate system of an image, which is not changed.

    Parameters
    ----------
    wcs : gwcs.WCS
        The system.
    file : str or None
        For errors.

    Raises
    ------
    CutoutError
        It is not one of gwcs, or not one of the sky.
    """

    def __init__(self, wcs: Any, file: str | None) -> None:
        if not hasattr(wcs, "insert_transform") or (wcs.pixel_n_dim, wcs.world_n_dim) != (2, 2):
            raise CutoutError(file, f"meta.wcs is not a WCS of gwcs from pixels to the sky, but {type(wcs).__name__}")
        if list(wcs.world_axis_units) != ["deg", "deg"]:
            raise CutoutError(file, f"meta.wcs leads to {' and '.join(wcs.world_axis_units)}, not to degrees")
        self.wcs = wcs
        self._file = file

    def pixels_of(self, degrees: NDArray[np.float64]) -> list[tuple[float, float]]:
        """Return the pixels (y, x) of positions on the sky; NaN where the system does not see one.

        Parameters
        ----------
        degrees : numpy.ndarray
            Their right ascensions and declinations, as `degrees_of` gives them.

        Raises
        ------
        CutoutError
            The system leads from pixels to the sky, and not back.
        """
        import numpy as np
        from astropy.coordinates import angular_separation

        longitude, latitude = self._in_own_frame(*degrees)
        with np.errstate(all="ignore"):
            x, y = self._inverse(longitude, latitude)
            back = self._world(y, x)
            apart = np.rad2deg(angular_separation(*np.deg2rad([longitude, latitude]), *np.deg2rad(back)))
            is_seen = apart * _ARCSEC < _TOLERANCE
        return [
            (float(row), float(column)) if seen else (math.nan, math.nan)
            for row, column, seen in zip(y, x, is_seen, strict=True)
        ]

    def scale_at(self, y: float, x: float) -> tuple[float, float]:
        """Return how many arcseconds a pixel measures along y and x around a place."""
        import numpy as np

        along_y, along_x, _ = _steps(self._world(*np.transpose([(y, x), *_next_to(y, x)])))
        return along_y, along_x

    def cut(self, window: Window) -> Any:
        """Return the WCS of a window of the image."""
        from astropy.modeling import models as typed_models

        models: Any = typed_models  # their operators are made at run time
        box = self.wcs.bounding_box
        first, *others = self.wcs.pipeline
        transform = copy.copy(first.transform)
        transform.bounding_box = None  # it is that of the whole system only at the first transform
        unit = _pixel_unit(transform)
        shift = models.Shift(window.x * unit) & models.Shift(window.y * unit)
        # frames and transforms are shared, as copies of a model share what they do not change
        steps = [(first.frame, shift | transform), *((step.frame, step.transform) for step in others)]
        wcs = type(self.wcs)(steps, name=self.wcs.name)
        if box is not None:
            sides = zip((box[0], box[1]), (window.x, window.y), (window.nx, window.ny), strict=True)
            wcs.bounding_box = tuple(tuple(edge * unit for edge in _bounds(*side)) for side in sides)
        wcs.pixel_shape = (window.nx, window.ny)
        return wcs

    def describe(self, wcsinfo: ObjectNode, window: Window) -> None:
        """Set what the ``wcsinfo`` of a window says of where its pixels are, as far as it says it.

        The reference point (``ra_ref``, ``v2_ref``, ``orientation_ref``, ...) is one of the sky and stays. What the
        names mean: ``meta/wcsinfo``, ``meta/l3_wcsinfo`` and ``mosaic_wcsinfo`` of RAD.

        Parameters
        ----------
        wcsinfo : ObjectNode
            Of the metadata of the window.
        window : Window
            The window, of the image of this system.
        """
        import numpy as np

        corners = [(window.y - 0.5 + j * window.ny, window.x - 0.5 + i * window.nx) for i, j in _CORNERS]
        middle = window.y + (window.ny - 1) / 2, window.x + (window.nx - 1) / 2
        world = self._world(*np.transpose([middle, *_next_to(*middle), *corners]))
        along_y, along_x, orientation = _steps(world)
        ra, dec = self._icrs(*world)
        # the older one of both schemas has the scale of the projection under the name of that of the middle
        local = "pixel_scale_local" if "pixel_scale_local" in wcsinfo else "pixel_scale"
        found: dict[str, Any] = {
            "s_region": s_region(ra[3:], dec[3:]),
            **dict.fromkeys(("ra", "ra_center"), float(ra[0])),
            **dict.fromkeys(("dec", "dec_center"), float(dec[0])),
            local: math.sqrt(along_y * along_x),
            **dict.fromkeys(("orientation", "orientat_local"), orientation),
        }
        for number in range(len(corners)):
            found[f"ra_corn{number + 1}"] = float(ra[3 + number])
            found[f"dec_corn{number + 1}"] = float(dec[3 + number])
        _set(wcsinfo, found)

    def _world(self, y: Any, x: Any) -> Any:
        """Return where pixels are, in degrees of the system's own frame."""
        return _numbers(self.wcs(x, y, with_bounding_box=False), "deg")

    def _inverse(self, longitude: Any, latitude: Any) -> Any:
        """Return which pixels (x, y) places of the system's own frame are."""
        frames = self.wcs.available_frames
        try:
            inverse = self.wcs.get_transform(frames[-1], frames[0])
        except NotImplementedError:
            inverse = None
        try:
            if inverse is None or inverse.uses_quantity:
                x, y = _numbers(self.wcs.invert(longitude, latitude, with_bounding_box=False), "pix")
            else:
                # `WCS.invert` does the same, and makes the inverse of the inverse each time
                x, y = inverse(longitude, latitude)
        except Exception as error:  # transforms are anybody's, and gwcs looks for a missing inverse in many ways
            problem = f"meta.wcs does not lead from the sky to pixels ({error}): give pixels"
            raise CutoutError(self._file, problem) from error
        return x, y

    def _own_frame(self) -> Any:
        """Return the frame of the system, unless it is the ICRS."""
        frame = getattr(self.wcs.output_frame, "reference_frame", None)
        return None if frame is None or frame.name == "icrs" else frame

    def _in_own_frame(self, ra: Any, dec: Any) -> tuple[Any, Any]:
        """Return right ascensions and declinations as places of the system's own frame."""
        frame = self._own_frame()
        if frame is None:
            return ra, dec
        from astropy.coordinates import SkyCoord

        found: Any = SkyCoord(ra, dec, unit="deg").transform_to(frame).spherical
        return found.lon.deg, found.lat.deg

    def _icrs(self, longitude: Any, latitude: Any) -> tuple[Any, Any]:
        """Return places of the system's own frame as right ascensions and declinations."""
        frame = self._own_frame()
        if frame is None:
            return longitude, latitude
        from astropy.coordinates import SkyCoord

        found: Any = SkyCoord(longitude, latitude, unit="deg", frame=frame).icrs
        return found.ra.deg, found.dec.deg


def s_region(ra: Sequence[float], dec: Sequence[float]) -> str:
    """Return the corners of a polygon as the pipeline writes it, in degrees."""
    return "POLYGON ICRS  " + " ".join(f"{value:.10f}" for corner in zip(ra, dec, strict=True) for value in corner)


def _next_to(y: float, x: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the places that are a pixel further along y, and along x."""
    return (y + 1, x), (y, x + 1)


def _steps(world: Any) -> tuple[float, float, float]:
    """Return how far steps along y and along x lead, in arcseconds, and the position angle of y, in degrees.

    Parameters
    ----------
    world : array
        Longitudes and latitudes, in degrees: of a place, and of those `_next_to` it.
    """
    import numpy as np
    from astropy.coordinates import angular_separation, position_angle

    longitude, latitude = np.deg2rad(world)
    here = longitude[0], latitude[0]
    along_y, along_x = np.rad2deg(angular_separation(*here, longitude[1:3], latitude[1:3])) * _ARCSEC
    angle: Any = position_angle(*here, longitude[1], latitude[1])
    return float(along_y), float(along_x), float(np.rad2deg(getattr(angle, "value", angle))) % 360


def describe_pixels(wcsinfo: ObjectNode, window: Window) -> None:
    """Set what ``wcsinfo`` says of the pixels themselves: how many there are, and which is the reference."""
    found: dict[str, Any] = {name: [window.nx, window.ny] for name in ("image_shape", "pixel_shape")}
    for name, first in (("x_ref", window.x), ("y_ref", window.y)):
        if isinstance(wcsinfo.get(name), (int, float)):
            found[name] = wcsinfo[name] - first
    _set(wcsinfo, found)


def _numbers(values: Any, unit: str) -> list[Any]:
    """Return values as numbers of a unit: gwcs before 1.0 gives quantities where transforms ask for them."""
    return [value.to_value(unit) if hasattr(value, "unit") else value for value in values]


def _pixel_unit(transform: Any) -> Any:
    """Return what numbers of pixels are multiplied by for a transform: its unit, where the transform asks for one."""
    if not transform.uses_quantity:
        return 1
    from astropy import units as u

    return u.pix


def _set(wcsinfo: ObjectNode, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name in wcsinfo:
            wcsinfo[name] = value


def _bounds(bounds: Any, first: int, count: int) -> tuple[float, ...]:
    """Return the bounds of an image along a side of a window of it, as far as the window has pixels there."""
    return _both(tuple(float(getattr(edge, "value", edge)) - first for edge in bounds), (-0.5, count - 0.5))


def _both(one: tuple[float, ...], two: tuple[float, ...]) -> tuple[float, ...]:
    """Return the interval that two have in common; the first where they have nothing."""
    low, high = max(one[0], two[0]), min(one[1], two[1])
    return (low, high) if low < high else one
