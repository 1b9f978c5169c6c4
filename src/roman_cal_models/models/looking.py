"""A model looked at: flat, by what its schemas say, and as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from ..nodes.object_node import ObjectNode
from ..nodes.plain import flatten

if TYPE_CHECKING:
    import numpy as np
    from astropy.units import Quantity
    from astropy.visualization import BaseInterval, BaseStretch
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from ..nodes.descriptions import Description

__all__ = ["Looking"]


class Looking:
    """What a model tells of what it holds."""

    __slots__ = ()

    _node: ObjectNode

    def to_flat_dict(self, include_arrays: bool = True) -> dict[str, Any]:
        """Return every value under its dotted name: ``{"roman.meta.cal_step.flat_field": "COMPLETE"}``.

        Parameters
        ----------
        include_arrays : bool
            Whether arrays are among them; they are read for it.
        """
        return flatten(self._node, include_arrays=include_arrays, recursive=True, prefix="roman.")

    def get_crds_parameters(self) -> dict[str, Any]:
        """Return what the Calibration Reference Data System selects reference files by.

        Returns
        -------
        dict
            Text, numbers and booleans below ``meta``: ``{"roman.meta.instrument.detector": "WFI01"}``.
        """
        flat = flatten(self._node["meta"], include_arrays=False, recursive=True, prefix="roman.meta.")
        return {name: value for name, value in flat.items() if isinstance(value, (str, int, float, complex, bool))}

    def describe(self, path: str) -> Description:
        """Return what the schemas say of a property, by the version of this model.

        Parameters
        ----------
        path : str
            Its dotted name: ``"meta.cal_step.flat_field"``.

        Raises
        ------
        UnknownAttributeError
            The schemas know no such property.
        """
        return self._node.describe(path)

    def unit(self, name: str) -> str | None:
        """Return the unit of a value, as its schema writes it; None where it says none.

        Of the two units that the arrays of an image may have, ``meta.cal_step.flux`` tells which: the flux step turns
        rates into surface brightness.

        Parameters
        ----------
        name : str
            Of an array or another property, dotted.

        Raises
        ------
        UnknownAttributeError
            The schemas know no such property.
        UnitError
            The schema allows several, and the model does not tell which it is.
        """
        from .units import unit

        return unit(self, name)  # type: ignore[arg-type]

    def quantity(self, name: str, unit: str | None = None) -> Quantity:
        """Return an array or number with its unit.

        Parameters
        ----------
        name : str
            Its name, dotted.
        unit : str, optional
            Its unit, where the model does not tell which of several it is.

        Returns
        -------
        astropy.units.Quantity
            It shares the memory of the array. Without dimension where the schema names no unit.

        Raises
        ------
        UnknownAttributeError, UnitError
            As for `unit`; or the schema does not allow the given unit.
        MissingKeyError
            The model has no such value.
        """
        from .units import quantity

        return quantity(self, name, unit)  # type: ignore[arg-type]

    def dq_flags(self, y: int, x: int) -> dict[str, tuple[str, ...]]:
        """Return the data-quality flags that are raised at a pixel.

        Parameters
        ----------
        y, x : int
            The pixel: row and column, from 0.

        Returns
        -------
        dict of str to tuple of str
            Array -> names of `roman_cal_models.dqflags`, empty for a good pixel; of an array of resultants, one entry
            each: ``"groupdq[3]"``. The bits of ``dq2`` have no names: ``"bit 4"``. No more is read than is needed,
            see `DataModel.section`.

        Raises
        ------
        IndexError
            There is no such pixel.
        ModelClosedError
            An array was not loaded before the file was closed.
        """
        from .quality import flags_at

        return flags_at(self, y, x)  # type: ignore[arg-type]

    def mask(self, *flags: str | int, array: str | None = None) -> NDArray[np.bool_]:
        """Return where one of some data-quality flags is raised.

        Parameters
        ----------
        *flags : str or int
            Names of `roman_cal_models.dqflags`, its members, or sums of bits.
        array : str, optional
            Which array; by default ``dq`` or ``pixeldq``, or else that of the resultants.

        Returns
        -------
        numpy.ndarray of bool
            Of the shape of that array; all False where no flag is given.

        Raises
        ------
        ValueError
            The array has no such flag.
        MissingKeyError
            There is no such array.

        Examples
        --------
        >>> from roman_cal_models import ImageModel
        >>> image = ImageModel.create_fake_data(shape=(2, 2))
        >>> image.dq[0, 1] = 3
        >>> image.mask("SATURATED")
        array([[False,  True],
               [False, False]])
        >>> image.dq_flags(0, 1)["dq"]
        ('DO_NOT_USE', 'SATURATED')
        """
        from .quality import mask

        return mask(self, flags, array)  # type: ignore[arg-type]

    def plot(
        self,
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
        from .plotting import plot

        return plot(self, name, index, ax, stretch, interval, **kwargs)  # type: ignore[arg-type]

    def get_schema(self) -> dict[str, Any]:
        """Return the schema of the top node, with its references resolved."""
        return self._node.get_schema()

    def schema_info(
        self, key: str = "description", path: str | None = None, preserve_list: bool = True
    ) -> dict[str, Any] | None:
        """Return what the schemas say under a keyword, for each value of the model.

        Parameters
        ----------
        key : str
            The keyword: ``"title"``, ``"required"``, ``"archive_catalog"``, ...
        path : str, optional
            Where to begin: ``"roman.meta.cal_step"``; at the top by default.
        preserve_list : bool
            Whether items of lists stand in lists; otherwise in dicts, by index.

        Returns
        -------
        dict or None
            Nested like the tree. Each value that the schemas have something to say of has an object under `key`,
            whose ``info`` is what they say and whose ``value`` is the value. What two schemas say differently is
            left out. None for a path where there is nothing.
        """
        from .asking import schema_info

        return schema_info(self._node, key, path, preserve_list)

    @overload
    def info(
        self,
        path: str = "",
        max_rows: int | tuple[int | None, ...] | None = 24,
        max_cols: int | None = 120,
        show_values: bool = True,
    ) -> None: ...

    @overload
    def info(
        self,
        max_rows: int | tuple[int | None, ...] | None,
        max_cols: int | None = 120,
        show_values: bool = True,
    ) -> None: ...

    def info(self, *args: Any, **kwargs: Any) -> None:
        """Print the tree: names, types and values; of arrays types, shapes and units. No array is read.

        Parameters
        ----------
        *args, **kwargs
            ``path`` is a part of the tree, ``"meta.instrument"``; by default all, with the history of the file. It may
            be left out, as `asdf.AsdfFile.info` does not take it. ``max_rows`` is how many lines are shown, those of
            the upper levels first; in a tuple, how many for the members of each part, level by level; None for all.
            24 by default. ``max_cols`` is the longest line, 120 by default; None cuts nothing. ``show_values`` is
            whether values are shown, or only their types.

        Raises
        ------
        MissingKeyError
            There is no such part.

        Examples
        --------
        >>> from roman_cal_models import ImageModel
        >>> ImageModel.create_fake_data(shape=(4, 4)).info("meta.coordinates")
        coordinates (Coordinates) # Name Of The Coordinate Reference Frame
        └─reference_frame (str): ICRS # Name of the Celestial Coordinate Reference Frame
        """
        from .asking import info

        is_of_part = "path" in kwargs or (args and isinstance(args[0], str))
        info(self, *(args if is_of_part else ("", *args)), **kwargs)  # type: ignore[arg-type]

    def search(self, *args: Any, **kwargs: Any) -> Any:
        """Search the tree, as `asdf.AsdfFile.search` does. Arrays are read for it.

        Parameters
        ----------
        *args, **kwargs
            As `asdf.AsdfFile.search` takes them: ``key``, ``type``, ``value``, ``filter``.

        Returns
        -------
        asdf.search.AsdfSearchResult
            What was found.
        """
        from .asking import asdf_file

        return asdf_file(self._node).search(*args, **kwargs)
