"""What single models can do beyond their schema. Which has which is said in ``tools/generate/overrides.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .data_model import DataModel

if TYPE_CHECKING:
    from astropy.table import Table

    from ..nodes.catalogs import CatalogMixin

__all__ = ["CatalogModelMixin"]


class CatalogModelMixin(DataModel):
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
