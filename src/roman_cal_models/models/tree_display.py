"""Methods of models: their tree printed, and searched."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, overload

from ..errors import MissingKeyError

if TYPE_CHECKING:
    from asdf import AsdfFile

    from ..nodes.object_node import ObjectNode
    from ..outline.entry import Entry
    from .data_model import DataModel

__all__ = ["info", "search"]


@overload
def info(
    self: DataModel,
    path: str = "",
    max_rows: int | tuple[int | None, ...] | None = 24,
    max_cols: int | None = 120,
    show_values: bool = True,
) -> None: ...


@overload
def info(
    self: DataModel,
    max_rows: int | tuple[int | None, ...] | None,
    max_cols: int | None = 120,
    show_values: bool = True,
) -> None: ...


def info(self: DataModel, *args: Any, **kwargs: Any) -> None:
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
    if "path" in kwargs or (args and isinstance(args[0], str)):
        _print(self, *args, **kwargs)
    else:
        _print(self, "", *args, **kwargs)


def search(self: DataModel, *args: Any, **kwargs: Any) -> Any:
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
    return asdf_file(self.node).search(*args, **kwargs)


def asdf_file(node: ObjectNode) -> AsdfFile:
    """Return a node as an asdf file in memory, for what asdf can do with a tree."""
    from ..asdf_bridge import new_file

    file = new_file()
    file["roman"] = node
    return file


def _print(
    model: DataModel,
    path: str = "",
    max_rows: int | tuple[int | None, ...] | None = 24,
    max_cols: int | None = 120,
    show_values: bool = True,
) -> None:
    from ..outline.tree import tree

    source = model._source
    entry = _entry_at(model.node, {} if source is None else source.beside, path)
    colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for line in tree(entry, max_rows=max_rows, max_cols=max_cols, show_values=show_values, colours=colours):
        print(line)


def _entry_at(node: ObjectNode, beside: Mapping[str, Any], path: str) -> Entry:
    """Return the outline of a node and what else its file holds, or of a part of it."""
    from ..nodes.outline_builder import hint, outline, outline_of_value
    from ..outline.entry import Entry

    whole = outline(node, "roman")
    others = [outline_of_value(key, value) for key, value in beside.items()]
    if not path:
        return Entry("root", "", "AsdfObject", size=len(others) + 1, members=lambda: (*others, whole))
    inside = "" if path == "roman" else path.removeprefix("roman.")
    found = next((found for each in (whole, *others) if (found := each.at(inside)) is not None), None)
    if found is None:
        raise MissingKeyError(path, lambda: f"there is no {path}{hint(whole, inside)}")
    return found
