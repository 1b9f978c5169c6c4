"""Which model stands for which class of top nodes."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from ..nodes.classes import model_name

if TYPE_CHECKING:
    from .data_model import DataModel

__all__ = ["REGISTERED", "model_class", "model_of_name"]

REGISTERED: dict[str, type[DataModel]] = {}
"""Name -> model that was made at run time, of the schemas of a third party; filled by ``registration``."""


@cache
def model_class(node: str) -> type[DataModel] | None:
    """Return the model of a class of nodes, by its name; None for a node that is not a file."""
    name = model_name(node)
    return None if name is None else model_of_name(name)


def model_of_name(name: str) -> type[DataModel]:
    """Return a model by its name.

    Raises
    ------
    KeyError
        There is none.
    """
    from .generated._index import MODULES

    if name in REGISTERED:
        return REGISTERED[name]
    cls: type[DataModel] = getattr(import_module(f"{__package__}.generated.{MODULES[name]}"), name)
    return cls
