"""The image of a model, of which parts are cut out as models of their own.

``cutout_windows`` says which pixels are meant, ``cutout_arrays`` gives them, and ``cutout_sky`` sees to the WCS.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..changes import Change
from ..errors import CutoutError, OutsideImageError
from ..lazily import cached_property
from ..nodes.copying import unshared
from ..nodes.deferred import FileValue
from ..nodes.lazy_dict import raw_members
from ..nodes.list_node import ListNode
from ..nodes.object_node import ObjectNode
from ..nodes.shapes import shape_of
from ..sources.yaml_source import needs_blocks
from .cutout_arrays import Read, arrays_beside, arrays_on_grid, check_fill, check_size, padded, read_together
from .cutout_sky import Sky, degrees_of, describe_pixels, is_sky
from .cutout_windows import Window, pixel_of, size_of, window_around

if TYPE_CHECKING:
    from .data_model import DataModel

__all__ = ["Cutter", "told_of_sky"]


class Cutter:
    """The image of a model, of which parts are cut out.

    Parameters
    ----------
    model : DataModel
        The model, which is not changed.

    Raises
    ------
    CutoutError
        It has no image.
    """

    def __init__(self, model: DataModel) -> None:
        self._model = model
        self._node: ObjectNode = model.node
        source = model._source
        self.file = None if source is None else source.name
        self.grid = self._grid()
        self.names = list(arrays_on_grid(self._node, self.grid))
        self._beside = arrays_beside(self._node, self.grid)

    def _grid(self) -> tuple[int, int]:
        """Return how many rows and columns the image has."""
        name = self._model.get_primary_array_name()
        shape = shape_of(dict.get(self._node, name)) or self._model.shape if name else None
        if shape is None or len(shape) < 2 or 0 in shape[-2:]:
            raise CutoutError(self.file, f"{type(self._model).__name__} has no image that something can be cut out of")
        return shape[-2], shape[-1]

    @cached_property
    def sky(self) -> Sky | None:
        """The sky of the image, where it has a WCS."""
        meta = self._node.get("meta")
        wcs = meta.get("wcs") if isinstance(meta, ObjectNode) else None
        return None if wcs is None else Sky(wcs, self.file)

    def needed_sky(self, what: str) -> Sky:
        """Return the sky of the image.

        Raises
        ------
        CutoutError
            There is none.
        """
        if self.sky is None:
            name = type(self._model).__name__
            raise CutoutError(self.file, f"{name} has no WCS in meta.wcs, and {what}: give pixels")
        return self.sky

    def window(self, position: Any, size: Any) -> Window:
        """Return the pixels that are meant by a position and a size.

        Raises
        ------
        OutsideImageError, CutoutError
            As for `cutout`.
        """
        if is_sky(position):
            degrees = degrees_of(position, self.file)
            if position.shape != ():
                raise CutoutError(self.file, f"position is one place on the sky, not {_places(position)}")
            (pixel,) = self.needed_sky("the position is one on the sky").pixels_of(degrees)
            ra, dec = degrees[:, 0]
            return self.window_at(pixel, size, told_of_sky(ra, dec))
        pixel = pixel_of(position, self.file)
        return self.window_at(pixel, size, f"({pixel[0]:g}, {pixel[1]:g})")

    def window_at(self, pixel: tuple[float, float], size: Any, called: str) -> Window:
        """Return the pixels of a size around one (y, x); NaN for a position on the sky that the WCS does not see.

        Parameters
        ----------
        pixel : tuple of float
            The middle.
        size : object
            As for `cutout`.
        called : str
            How errors call the position.

        Raises
        ------
        OutsideImageError, CutoutError
            As for `cutout`.
        """
        is_seen = pixel[0] == pixel[0]
        # a size is refused also where there is nothing to cut
        at = pixel if is_seen else ((self.grid[0] - 1) / 2, (self.grid[1] - 1) / 2)
        counts = size_of(size, lambda: self.needed_sky("the size is an angle").scale_at(*at), self.file)
        window = window_around(at, counts, self.grid)
        if not is_seen or window.is_outside:
            ny, nx = self.grid
            where = f", with {window}" if is_seen else ""
            raise OutsideImageError(self.file, f"{called} is outside of the image of {ny} x {nx} pixels{where}")
        return window

    def cut(self, window: Window, *, fill: float | None = None, read: Read = read_together) -> Any:
        """Return the model of a part.

        Parameters
        ----------
        window : Window
            The part.
        fill : float, optional
            As for `cutout`.
        read : callable, optional
            Lends pixels of arrays.
        """
        check_fill(fill, self.file)
        check_size(self._node, self.names, window, self.file)
        node = unshared(self._node)
        for name, empty in self._beside.items():
            if empty is None:
                del node[name]
            else:
                node._store(name, empty.copy())
        with read(self._node, self.names, window) as parts:
            # meanwhile
            self._cut_sky(node, window)
            for name, part in zip(self.names, parts, strict=True):
                node._store(name, padded(name, part, window, fill))
        _load_blocks(node)
        change = Change("cut", (self._model.get_primary_array_name(),), f"{window} of {self._name()}", _shape(window))
        return type(self._model)._of(node, history=(*self._model._history, change))

    def _cut_sky(self, node: ObjectNode, window: Window) -> None:
        meta = node.get("meta")
        if not isinstance(meta, ObjectNode):
            return
        sky = self.sky
        if sky is not None:
            meta._store("wcs", sky.cut(window))
        wcsinfo = meta.get("wcsinfo")
        if isinstance(wcsinfo, ObjectNode):
            describe_pixels(wcsinfo, window)
            if sky is not None:
                sky.describe(wcsinfo, window)

    def _name(self) -> str:
        """Return the name of the file, without the folder, which is nobody's business."""
        if self.file is not None:
            return os.path.basename(self.file.partition("?")[0] if "://" in self.file else self.file)
        meta = self._node.get("meta")
        name = meta.get("filename") if isinstance(meta, ObjectNode) else None
        # fake data have a question mark in place of any text
        return "a model in memory" if name in (None, "", "?") else str(name)


def told_of_sky(ra: float, dec: float) -> str:
    """Return how errors call a position on the sky, of degrees."""
    return f"RA {ra:.6f}, Dec {dec:.6f}"


def _places(position: Any) -> str:
    return "a list of one" if position.size == 1 else f"{position.size} of them"


def _shape(window: Window) -> str:
    inside = "" if window.is_inside else ", some of them outside of the image"
    return f"a cutout of {window.ny} x {window.nx} pixels{inside}"


def _load_blocks(tree: Any) -> None:
    """Load what stands in blocks of the file, so that a part can do without it; and nothing else."""
    for key, value in list(raw_members(tree)):
        if isinstance(value, FileValue):
            if not value.is_built and needs_blocks(value.raw):
                _ = tree[key]
        elif isinstance(value, (ObjectNode, ListNode)):
            _load_blocks(value)
        elif isinstance(value, (dict, list)) and needs_blocks(value):
            _load_blocks(tree[key])
