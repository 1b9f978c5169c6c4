"""The method of models that cuts a part of the image out of them, as a model of its own.

Those who cut many parts out of one file (``images/``) make one `Cutter` of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from .data_model import DataModel

__all__ = ["cutout"]

Model = TypeVar("Model", bound="DataModel")


def cutout(self: Model, position: Any, size: Any, *, fill: float | None = None) -> Model:
    """Return a part of the image as a model of its own: its arrays, its sky, and what the metadata say.

    Of a file, only what is needed is read, as `section` does it: its checksums are not looked at. What was loaded or
    set before is taken as it is in memory.

    Parameters
    ----------
    position : astropy.coordinates.SkyCoord or (float, float)
        The middle: a place on the sky, of any frame, or a pixel (y, x) from 0, whose middle is a whole number.
    size : number, astropy.units.Quantity, or two of them
        In pixels or as an angle, for both axes or as (ny, nx). Angles are divided by the scale of the pixels at the
        position; the numbers of pixels are rounded, and are at least 1.
    fill : float, optional
        What stands outside of the image: by default NaN, in arrays of integers 0, and so in arrays that cannot hold
        `fill` (65,504 is the largest ``float16``). In arrays of flags it is always ``DO_NOT_USE``.

    Returns
    -------
    DataModel
        Of the same class and version. It needs no file, and shares no array with this model.

        Arrays whose last two axes are those of the image are cut. Others (``border_ref_pix_left``, ``amp33``) are
        left out; those that the schema requires have no elements. ``meta.wcs`` sees the same sky; its bounding box
        is that of the pixels that are there. In ``meta.wcsinfo``, what is about the pixels is set anew:
        ``s_region``, ``x_ref``, ``y_ref``, ``image_shape``, and of the middle ``ra``, ``dec``, ``pixel_scale`` and
        ``orientation``. Everything else, ``meta.statistics`` too, is that of the whole image. The history names the
        file and the part.

    Raises
    ------
    OutsideImageError
        No pixel of the part is one of the image.
    CutoutError
        The model has no image; it has no WCS, and the position is on the sky or the size an angle; the size is not a
        number of pixels above 0; `fill` is no number.
    ModelClosedError
        The file was closed, and something is needed that was not loaded.

    Examples
    --------
    >>> from roman_cal_models import ImageModel
    >>> image = ImageModel.create_fake_data(shape=(20, 30))
    >>> image.cutout((10, 15), (5, 7)).data.shape
    (5, 7)
    """
    from .cutter import Cutter

    cutter = Cutter(self)
    part: Model = cutter.cut(cutter.window(position, size), fill=fill)
    return part
