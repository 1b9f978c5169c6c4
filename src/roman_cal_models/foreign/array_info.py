"""What a header says of an array whose elements stand in a block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..yaml import TaggedMapping
from .datatypes import NDARRAY_TAG, datatype_of, numpy_dtype, sizes_of

if TYPE_CHECKING:
    import numpy as np

__all__ = ["ArrayInfo"]


@dataclass(frozen=True, slots=True)
class ArrayInfo:
    """Type and shape of an array that was not read.

    Parameters
    ----------
    dtype : numpy.dtype
        Type of its elements, byte order included.
    shape : tuple of int or None
        Its shape; None for the length of an array that goes on to the end of the file.
    """

    dtype: np.dtype[Any]
    shape: tuple[int | None, ...]

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> ArrayInfo:
        """Read it from the YAML of an array.

        Parameters
        ----------
        raw : mapping
            The YAML: ``datatype``, ``byteorder``, ``shape``.

        Raises
        ------
        ValueError, KeyError
            Type or shape are not there, or mean nothing.
        """
        dtype = numpy_dtype(raw["datatype"], raw["byteorder"])
        shape = sizes_of(raw)
        if shape is None:
            raise ValueError(f"{raw['shape']!r} is not a shape of an array")
        return cls(dtype, shape)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    def __roman_tag__(self) -> str:
        return f"{NDARRAY_TAG}1.1.0"

    def __roman_lower__(self) -> TaggedMapping:
        # for the checks, which then see what they saw before the array was used
        shape = ["*" if size is None else size for size in self.shape]
        return TaggedMapping({"source": 0, "datatype": datatype_of(self), "shape": shape}, self.__roman_tag__())
