"""What single models can do beyond their schema. Which has which is said in ``tools/generate/overrides.py``."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from ..errors import SourceTypeError
from .data_model import DataModel, NamedModel

if TYPE_CHECKING:
    from astropy.table import Table

    from ..nodes.catalogs import CatalogMixin

__all__ = ["CatalogModelMixin", "WcsModelMixin"]


class CatalogModelMixin(NamedModel):
    """Models of source catalogues."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def node(self) -> CatalogMixin:
            """The node of a catalogue."""
            ...

    def create_empty_catalog(
        self, aperture_radii: Sequence[int] | None = None, filters: Sequence[str] | None = None
    ) -> Table:
        """Return a table without rows that has every column that the schema asks for.

        Parameters
        ----------
        aperture_radii : sequence of int, optional
            Radii of the apertures, in tenths of an arcsecond; 0 by default.
        filters : sequence of str, optional
            Optical elements, for instance ``"f184"``, which is the default.
        """
        return self.node.create_empty_catalog(aperture_radii, filters)

    def get_column_definition(self, name: str) -> dict[str, Any] | None:
        """Return ``unit``, ``description`` and ``datatype`` of a column, or None for a name that matches none.

        Parameters
        ----------
        name : str
            Its name, with aperture radius and filter, with or without ``forced_`` before it.
        """
        return self.node.get_column_definition(name)

    def to_parquet(self, path: str | PathLike[str], *, overwrite: bool = True) -> None:
        """Check the catalogue and write it as a Parquet file, which `roman_cal_models.open` reads again.

        Parameters
        ----------
        path : str or path-like
            The file. It is written beside its place and then renamed.
        overwrite : bool
            Whether a file that is there is replaced.

        Raises
        ------
        ValidationError
            The model is not valid. Nothing was written.
        TargetExistsError
            There is a file, and it is not to be replaced.
        TargetError
            What is there is not a file (a FIFO, a device), or the name is not text.
        MissingPackageError
            ``pyarrow`` is not installed: ``pip install 'roman-cal-models[parquet]'``.

        Notes
        -----
        ``Table.read(path, format="parquet")`` of astropy gives the table with its units. The metadata of the file
        has the values of ``meta`` as text under dotted names, as `roman_datamodels` writes them.
        """
        from .parquet import write_parquet

        write_parquet(self._node, self.to_flat_dict(include_arrays=False), Path(path), overwrite=overwrite)


class WcsModelMixin(NamedModel):
    """The model that holds the WCS of an exposure and nothing else of it."""

    __slots__ = ()

    @classmethod
    def from_model_with_wcs(cls, model: DataModel, l1_border: int = 4) -> Self:
        """Make the WCS model of a Level 2 image.

        Parameters
        ----------
        model : ImageModel
            The image. Nothing of it is changed or shared.
        l1_border : int
            How many pixels wider the Level 1 array is on each side: its reference pixels.

        Returns
        -------
        WfiWcsModel
            With the metadata that both have; ``wcs_l2`` is the WCS of the image, ``wcs_l1`` the same for the pixels
            of the Level 1 array. An image without WCS gives neither.

        Raises
        ------
        SourceTypeError
            The model is not an `ImageModel`.
        """
        if model.node.__class__.__name__ != "WfiImage":
            raise SourceTypeError(f"a WCS model is made of an ImageModel, not of {type(model).__name__}")
        node = cls._node_class()()
        node["meta"] = {}
        meta = node["meta"]
        source = model.node["meta"]
        for name in meta.schema_properties():
            if name in source:
                meta[name] = copy.deepcopy(source[name])
        wcs = source.get("wcs")
        if wcs is not None:
            node["wcs_l2"] = copy.deepcopy(wcs)
            node["wcs_l1"] = _shifted(copy.deepcopy(wcs), l1_border)
        return cls._of(node)


def _shifted(wcs: Any, border: int) -> Any:
    """Return a WCS for an array that is wider by a border on each side."""
    from astropy.modeling.models import Shift

    box = wcs.bounding_box
    shift: Any = Shift(-border)
    wcs.insert_transform("detector", shift & shift.copy(), after=True)
    if box is not None:
        wcs.bounding_box = tuple((low, high + 2 * border) for low, high in (box[0], box[1]))
    return wcs
