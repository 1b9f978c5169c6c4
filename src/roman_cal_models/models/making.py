"""Models, made at run time as the generated ones are made before it."""

from __future__ import annotations

from ..nodes.catalogs import CatalogMixin
from ..nodes.object_node import TaggedObjectNode
from .data_model import DataModel
from .mixins import CatalogModelMixin

__all__ = ["make_model"]


def make_model(name: str, node: type[TaggedObjectNode]) -> type[DataModel]:
    """Make the model of a class of top nodes.

    Parameters
    ----------
    name : str
        Of the model.
    node : type
        The class, made by `roman_cal_models.nodes.making`: its first base declares the properties of both.
    """
    mixins = (CatalogModelMixin,) if issubclass(node, CatalogMixin) else ()
    own = {"__slots__": (), "__module__": node.__module__, "__doc__": node.__bases__[0].__doc__}
    return type(name, (node.__bases__[0], *mixins, DataModel), {**own, "_node_name": node.__name__})
