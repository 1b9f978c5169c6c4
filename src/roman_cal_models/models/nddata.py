"""The method of models that gives their image to tools that work on `astropy.nddata`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from ..errors import ConversionError, UnitError, UnknownAttributeError
from ..nodes.plain import to_plain
from .fits import fits_wcs_of
from .quality import FLAGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from astropy.nddata import NDData
    from numpy.typing import NDArray

    from .data_model import DataModel

__all__ = ["to_nddata"]

Data = TypeVar("Data")


@overload
def to_nddata(self: DataModel, *, flags: str | int | Sequence[str | int] = ..., unit: str | None = ...) -> NDData: ...
@overload
def to_nddata(
    self: DataModel, cls: type[Data], *, flags: str | int | Sequence[str | int] = ..., unit: str | None = ...
) -> Data: ...
def to_nddata(
    self: DataModel,
    cls: type[Any] | None = None,
    *,
    flags: str | int | Sequence[str | int] = "DO_NOT_USE",
    unit: str | None = None,
) -> Any:
    """Return the image as an `astropy.nddata.NDData`: with its unit, mask, uncertainty, WCS and metadata.

    Parameters
    ----------
    cls : type, optional
        A class of its kind, such as `astropy.nddata.CCDData`; `astropy.nddata.NDData` by default.
    flags : str, int or sequence of them
        What masks a pixel, as `mask` takes it: names of `roman_cal_models.dqflags` or bits. An empty sequence masks
        nothing.
    unit : str, optional
        Its unit, where the model does not say which of several it is.

    Returns
    -------
    astropy.nddata.NDData
        ``data`` is the primary array itself, and the uncertainty ``err`` itself, as a standard deviation: what is
        changed there is changed in the model. Those of half precision are converted to ``float32``, as squares do not
        fit into it. ``mask`` is True where a flag is raised: by ``dq``, or by ``pixeldq`` and
        ``groupdq`` of a ramp; None where there are no flags. ``wcs`` is ``meta.wcs`` itself; of a `CCDData`, which
        takes no such one, the `astropy.wcs.WCS` that `to_fits` writes. ``meta`` is all else of ``meta`` in plain
        dicts and lists.

    Raises
    ------
    ConversionError
        The model has no image, or flags of another shape.
    ValueError
        No array of flags has such a flag.
    UnitError
        The schema does not allow the given unit.
    TypeError
        The class is none, or not one of images.

    Warns
    -----
    FitsWarning
        Of a `CCDData`: its WCS is off by more than 0.001 arcsec somewhere, or it has none.

    Examples
    --------
    >>> from astropy.nddata import CCDData
    >>> from roman_cal_models import ImageModel
    >>> image = ImageModel.create_fake_data(shape=(2, 2))
    >>> ccd = image.to_nddata(CCDData)
    >>> str(ccd.unit), ccd.data is image.data
    ('DN / s', True)
    """
    from astropy.nddata import CCDData, StdDevUncertainty

    made = _class_of_images(cls)
    name = self.get_primary_array_name()
    file = None if self._source is None else self._source.name
    if name not in ("data", "coeffs", "value"):
        raise ConversionError(file, f"{type(self).__name__} has no image here")
    data: Any = self[name]
    found = _unit(self, name, data, unit)
    err: Any = self.get("err")
    meta: Any = self.get("meta", {})
    return made(
        _without_halves(data),
        unit=found,
        mask=_mask(self, tuple(data.shape), _as_list(flags), file),
        uncertainty=None if err is None else StdDevUncertainty(_without_halves(err), copy=False),
        # it takes no other than one of FITS
        wcs=fits_wcs_of(self, file or type(self).__name__) if issubclass(made, CCDData) else meta.get("wcs"),
        meta={key: to_plain(meta[key]) for key in meta if key != "wcs"},
        copy=False,
    )


def _class_of_images(cls: Any) -> Any:
    from astropy.nddata import NDData, NDDataBase

    if cls is None:
        return NDData
    if not (isinstance(cls, type) and issubclass(cls, NDDataBase)):
        raise TypeError(f"{cls!r} is not a class of images: give NDData, CCDData or another of astropy.nddata's kind")
    return cls


def _unit(model: DataModel, name: str, data: Any, given: str | None) -> Any:
    """Return the unit of an array: its own, the one that is given, or that of the schema; None where nothing says."""
    from astropy.units import Unit

    if hasattr(data, "unit"):
        return data.unit
    if given is not None:
        return model.quantity(name, given).unit
    try:
        text = model.unit(name)
    except (UnknownAttributeError, UnitError):
        return None
    return Unit("" if text in (None, "none") else text)


def _as_list(flags: Any) -> list[Any]:
    return list(flags) if isinstance(flags, Iterable) and not isinstance(flags, str) else [flags]


def _without_halves(array: Any) -> Any:
    """Return an array itself, without its unit; of half precision, one of single precision.

    The square of 256 has no place in half precision, and variances are squares.
    """
    import numpy as np

    plain = getattr(array, "value", array)
    return plain.astype(np.float32) if plain.dtype == np.float16 else plain


def _mask(model: DataModel, shape: tuple[int, ...], flags: list[Any], file: str | None) -> NDArray[np.bool_] | None:
    """Return where one of some flags is raised, by every array of flags that the image has."""
    import numpy as np

    found: NDArray[np.bool_] | None = None
    refusal: ValueError | None = None
    for name in FLAGS:
        if name not in model or not flags:
            continue
        try:
            raised = model.mask(*flags, array=name)
        except ValueError as error:  # those of a resultant are others than those of a pixel
            refusal = refusal or error
            continue
        if raised.shape != shape[-raised.ndim :]:
            raise ConversionError(file, f"the shape of {name} is {raised.shape}, and that of the image is {shape}")
        wide = np.broadcast_to(raised, shape)
        found = wide if found is None else found | wide
    if found is None and refusal is not None:
        raise refusal
    return found
