"""A method of models: their arrays as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import MissingPackageError, UnitError, UnknownAttributeError
from ..nodes.deferred import AsdfArray, FileValue
from ..nodes.lazy_dict import raw_get

if TYPE_CHECKING:
    from astropy.visualization import BaseInterval, BaseStretch
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from .data_model import DataModel

__all__ = ["plot"]

# integers without sign or unit are flags and labels: no brightness, and no value of theirs is an outlier
_FLAGS = "bu"


def plot(
    self: DataModel,
    name: str = "data",
    *,
    index: int | tuple[int, ...] = -1,
    ax: Axes | None = None,
    stretch: BaseStretch | None = None,
    interval: BaseInterval | None = None,
    **kwargs: Any,
) -> Axes:
    """Show an array as a picture, with a colour bar that has its unit. Nothing else of the file is read.

    Parameters
    ----------
    name : str
        Of the array, dotted.
    index : int or tuple of int
        Of an array of three dimensions, which resultant: the last by default. A number for each dimension before
        the last two, where there are more.
    ax : matplotlib.axes.Axes, optional
        Where to draw; by default, a new figure of ``pyplot``.
    stretch : astropy.visualization.BaseStretch, optional
        How brightness becomes colour; by default `~astropy.visualization.AsinhStretch`, and linear for arrays of
        flags and labels.
    interval : astropy.visualization.BaseInterval, optional
        Which values the colours are spread over; by default `~astropy.visualization.ZScaleInterval`, and all
        for flags and labels.
    **kwargs
        As `matplotlib.axes.Axes.imshow` takes them. ``norm``, ``vmin`` and ``vmax`` take the place of stretch
        and interval.

    Returns
    -------
    matplotlib.axes.Axes
        Axes count pixels from 0, the first row below. Values that are not finite are left blank.

    Raises
    ------
    MissingPackageError
        matplotlib is not installed.
    MissingKeyError
        There is no such array.
    ModelClosedError
        The array was not loaded before the file was closed.
    ValueError
        It has fewer than two dimensions, or as many that `index` does not fit.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise MissingPackageError("plotting needs matplotlib: pip install 'roman-cal-models[view]'") from None
    import numpy as np
    from astropy.visualization import AsinhStretch, ImageNormalize, LinearStretch, MinMaxInterval, ZScaleInterval

    from ..outline.entry import readable_unit

    array, part = _array(self, name, index)
    unit = _unit(self, name)
    are_flags = array.dtype.kind in _FLAGS and unit is None
    if stretch is None:
        stretch = LinearStretch() if are_flags else AsinhStretch()
    if interval is None:
        interval = MinMaxInterval() if are_flags else ZScaleInterval()
    # what matplotlib draws; it knows neither half floats nor big-endian ones
    shown: Any = np.ma.masked_invalid(array.astype(np.float64 if array.dtype.itemsize > 4 else np.float32))
    values = shown.compressed()
    low, high = _limits(values, interval)

    if ax is None:
        _, ax = plt.subplots(layout="constrained")
    options: dict[str, Any] = {"origin": "lower", "interpolation": "nearest", "cmap": "gray", **kwargs}
    if not {"norm", "vmin", "vmax"} & kwargs.keys():
        options["norm"] = ImageNormalize(vmin=low, vmax=high, stretch=stretch)
    image = ax.imshow(shown, **options)
    figure: Any = ax.get_figure()
    label = f"{name} ({readable_unit(unit)})" if unit else name
    figure.colorbar(image, ax=ax, label=label, extend=_extend(values, image.norm))
    ax.set(xlabel="x (pixel)", ylabel="y (pixel)")
    ax.set_title(" ".join(filter(None, (_file(self), f"{name}{part}"))), fontsize="medium")
    return ax


def _array(model: DataModel, name: str, index: int | tuple[int, ...]) -> tuple[NDArray[Any], str]:
    """Return the two dimensions of an array that are shown, and how the part is called."""
    import numpy as np

    *parents, key = name.split(".")
    node: Any = model.node
    for parent in parents:
        node = node[parent]
    raw = raw_get(node, key)
    known = raw.shape if isinstance(raw, (FileValue, AsdfArray)) and not raw.is_built else None
    shape = getattr(node[key], "shape", ()) if known is None else known
    if len(shape) < 2:
        raise ValueError(f"{name} has {len(shape)} dimensions: only an array of two or more can be shown")
    if len(shape) == 2:
        return np.asarray(node[key]), ""
    numbers = (index,) if isinstance(index, int) else tuple(index)
    if len(numbers) != len(shape) - 2:
        raise ValueError(f"{name} has {len(shape)} dimensions: index must be {len(shape) - 2} numbers, not {index!r}")
    # no more of the file is read than this part
    array = np.asarray(model.section(name, numbers))
    return array, f"[{', '.join(str(each % size) for each, size in zip(numbers, shape, strict=False))}]"


def _unit(model: DataModel, name: str) -> str | None:
    """Return the unit for the colour bar: where the model does not say which of several it is, all of them."""
    try:
        return model.unit(name)
    except UnknownAttributeError:
        return None
    except UnitError:
        return " or ".join(model.describe(name).unit or ())


def _limits(values: NDArray[Any], interval: Any) -> tuple[float, float]:
    """Return the lowest and the highest value that is told apart; there is always something between them."""
    if not values.size:
        return 0.0, 1.0
    low, high = map(float, interval.get_limits(values))
    return (low, high) if high > low else (low, low + 1.0)


def _extend(values: NDArray[Any], norm: Any) -> str:
    """Return at which ends of the colour bar an arrow says that there are values beyond."""
    is_below, is_above = bool((values < norm.vmin).any()), bool((values > norm.vmax).any())
    return {(True, True): "both", (True, False): "min", (False, True): "max"}.get((is_below, is_above), "neither")


def _file(model: DataModel) -> str | None:
    meta = model.get("meta")
    name = meta.get("filename") if isinstance(meta, dict) else None
    return None if name is None else str(name)
