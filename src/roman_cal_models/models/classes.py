"""Which model stands for which class of top nodes."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from ..nodes.classes import model_name, named, names_made

if TYPE_CHECKING:
    from .data_model import DataModel

__all__ = ["model_class", "model_of_name"]


@cache
def model_class(node: str) -> type[DataModel] | None:
    """Return the model of a class of nodes, by its name; None for a node that is not a file."""
    name = model_name(node)
    return None if name is None else model_of_name(name)


@cache
def model_of_name(name: str) -> type[DataModel]:
    """Return a model by its name; one for which no class was generated is made, as the class of its nodes was.

    Raises
    ------
    KeyError
        There is none.
    """
    from .generated._index import MODULES

    cls: type[DataModel]
    if name in MODULES:
        cls = getattr(import_module(f"{__package__}.generated.{MODULES[name]}"), name)
        return cls
    node = next((node for node, model in names_made().items() if model == name), None)
    if node is None:
        raise KeyError(name)
    cls = import_module(f"{__package__}.making").make_model(name, named(node))
    return cls
