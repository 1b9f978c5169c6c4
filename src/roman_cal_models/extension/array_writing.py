"""Arrays of a file that is written: their YAML as asdf writes it, and their blocks by our own writer."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager
from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

from asdf.extension import Converter

from .. import asdf_bridge
from ..blocks.codecs import NO_COMPRESSION
from ..blocks.compressing import KNOWN, Compressor, Content, check_options, even_piece, shrinks
from ..blocks.writing import Copy
from ..foreign.arrays import is_in_block
from ..foreign.datatypes import NDARRAY_TAG, datatype_of
from ..sources.arrays import StoredArray
from ..sources.yaml_source import to_asdf_tree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ArraysOfFile", "lent_extensions"]

_CORE = "asdf://asdf-format.org/core/manifests/core-1.6.0"
_TAG = f"{NDARRAY_TAG}1.1.0"
# what asdf lets stand in a header
_SMALLEST, _LARGEST = -(2**63 - 2), 2**63 - 1


class ArraysOfFile:
    """The arrays of a file that is written, and what is known of how they are to be.

    Parameters
    ----------
    compression : str or None
        Of arrays, ``"auto"`` for lz4 where it is worth it.
    options : mapping
        What the compressor is told.
    inline : int or None
        Arrays of fewer elements stand in the header; None for no array.

    Raises
    ------
    ValueError
        The length of a piece is none.
    """

    def __init__(self, compression: str | None, options: Mapping[str, Any], inline: float | None) -> None:
        self.blocks: list[Content | Copy] = []
        self.compression_of: dict[int, str | None] = {}
        """Compressions of arrays that have one of their own, by their identity."""
        self._compression = compression
        self._options = dict(options)
        self._piece = self._options.pop("compression_block_size", None)
        if self._piece is not None and not (isinstance(self._piece, Integral) and int(self._piece) > 0):
            raise ValueError(f"compression_block_size={self._piece!r}: it is a number of bytes above 0")
        self._inline = inline
        self._numbers: dict[Any, int] = {}
        self._reading = ExitStack()
        # an identity is one as long as its object lives
        self._kept: list[Any] = []

    def __enter__(self) -> ArraysOfFile:
        return self

    def __exit__(self, *error: object) -> None:
        self._reading.close()

    def stored(self, array: StoredArray) -> dict[str, Any]:
        """Return the YAML of an array whose block is copied."""
        raw, source = array.raw, array.source
        number = self._number((id(source), raw["source"]), source, lambda: self._copy(array))
        tree = {**raw, "source": number}
        mask: Any = raw.get("mask")
        if mask is not None:
            tree["mask"] = StoredArray(mask, source) if is_in_block(mask) else to_asdf_tree(mask)
        return tree

    def _copy(self, array: StoredArray) -> Copy:
        # the file stays open until all is written
        self._reading.enter_context(array.source.reading(lambda: "an array"))
        return Copy(*array.source.block(array.raw))

    def array(self, array: NDArray[Any]) -> dict[str, Any]:
        """Return the YAML of an array in memory."""
        import numpy as np

        mask = array.mask if isinstance(array, np.ma.MaskedArray) else None
        tree = self._in_header(array) if self._is_inline(array) else self._in_block(array)
        if mask is not None:
            tree["mask"] = np.ma.getmaskarray(array)
        return tree

    def _is_inline(self, array: NDArray[Any]) -> bool:
        # fields would lose the byte order of theirs, and asdf cannot read an array without dimensions from a header
        return (
            self._inline is not None
            and array.size < self._inline
            and not array.dtype.names
            and array.shape != ()
            and _fits_a_header(array)
        )

    def _in_header(self, array: NDArray[Any]) -> dict[str, Any]:
        import numpy as np

        data = np.ma.getdata(array)
        data = data.astype("U") if data.dtype.kind == "S" else data
        return {"data": data.tolist(), "datatype": datatype_of(array), "shape": list(array.shape)}

    def _in_block(self, array: NDArray[Any]) -> dict[str, Any]:
        import numpy as np

        whole: NDArray[Any] = np.ma.getdata(array)
        # elements that stand in no order without gaps are copied into one; so is what repeats itself
        if not whole.flags.forc or 0 in whole.strides:
            whole = np.ascontiguousarray(whole)
        number = self._number(id(array), array, lambda: self._content(whole, self._compression_of(array)))
        tree: dict[str, Any] = {
            "source": number,
            "datatype": datatype_of(whole),
            "byteorder": _byteorder(whole.dtype),
            "shape": list(whole.shape),
        }
        if not whole.flags.c_contiguous:
            tree["strides"] = list(whole.strides)
        return tree

    def _compression_of(self, array: Any) -> str | None:
        return self.compression_of.get(id(array), self._compression)

    def _content(self, whole: NDArray[Any], compression: str | None) -> Content:
        import numpy as np

        ordered = whole if whole.flags.c_contiguous else whole.T
        data = ordered.ravel().view(np.uint8).data if whole.nbytes else memoryview(b"")
        if compression == "auto":
            compression = "lz4" if shrinks(data) else None
        letters = NO_COMPRESSION if compression is None else compression.encode().ljust(4, b"\0")
        piece = even_piece(ordered.shape, whole.dtype.itemsize) if self._piece is None else self._piece
        compressor = None if letters in KNOWN else self._other(letters)
        if compressor is None:
            check_options(letters, self._options)
        return Content(data, letters, piece, compressor, self._options)

    def _other(self, letters: bytes) -> Compressor:
        """Return what compresses as asdf's extensions do."""
        compressor = asdf_bridge.compressor_of(letters)
        if compressor is not None:
            return lambda data: compressor.compress(data, **self._options)
        compression = letters.rstrip(b"\0").decode()
        raise ValueError(f"{compression!r} is not a compression: 'lz4', 'zlib', 'bzp2', 'auto' and None are")

    def _number(self, key: Any, kept: Any, make: Callable[[], Content | Copy]) -> int:
        if key not in self._numbers:
            self.blocks.append(make())
            self._kept.append(kept)
            self._numbers[key] = len(self.blocks) - 1
        return self._numbers[key]


def _fits_a_header(array: NDArray[Any]) -> bool:
    """Return whether asdf lets all elements stand in YAML, which the outermost integers of 64 bits may not."""
    import numpy as np

    if array.dtype.kind not in "iu" or not array.size:
        return True
    whole = np.ma.getdata(array)
    return int(whole.min()) >= _SMALLEST and int(whole.max()) <= _LARGEST


def _byteorder(dtype: np.dtype[Any]) -> str:
    """Return the order of bytes; that of elements that have none is big, as asdf writes it."""
    import sys

    return {"<": "little", "=": sys.byteorder}.get(dtype.byteorder, "big")


class _ArrayConverter(Converter):  # pyright: ignore[reportMissingTypeArgument]
    """Writes the arrays of one file at a time, in place of asdf's own converter, whose tag it writes."""

    arrays: ArraysOfFile

    @property
    def tags(self) -> list[str]:
        """The tag that is written."""
        return [_TAG]

    @property
    def types(self) -> list[Any]:
        """The types that are written."""
        import numpy as np

        return [
            np.ndarray,
            "numpy.ma.MaskedArray",
            "numpy.ma.core.MaskedArray",
            "asdf.tags.core.ndarray.NDArrayType",
            StoredArray,
        ]

    def to_yaml_tree(self, obj: Any, tag: Any, ctx: Any) -> Any:
        """Return the tree to write."""
        if isinstance(obj, StoredArray):
            return self.arrays.stored(obj)
        import numpy as np

        return self.arrays.array(obj if isinstance(obj, np.ndarray) else obj[...])

    def from_yaml_tree(self, node: Any, tag: Any, ctx: Any) -> Any:
        """Return what a tree stands for."""
        raise TypeError("arrays are read by asdf's own converter")


# The converters of arrays that no save uses now, by manifest: as many as there were saves at the same time.
_spare: dict[str, list[_Spare]] = {}


class _Spare(NamedTuple):
    converter: _ArrayConverter
    extension: Any


@contextmanager
def lent_extensions(manifest: str, arrays: ArraysOfFile) -> Generator[list[Any]]:
    """Lend the extensions by which a model is saved, its arrays among the given ones.

    asdf notes for a set of extensions which classes were imported since it looked last, and two threads that do so
    at once disturb each other. So no two saves have the same set at the same time.

    Parameters
    ----------
    manifest : str
        URI of the manifest that knows the model's tag.
    arrays : ArraysOfFile
        Is told the arrays.
    """
    from . import writing_extensions

    spare = _spare.setdefault(manifest, [])
    try:
        mine = spare.pop()
    except IndexError:
        mine = _new_spare()
    mine.converter.arrays = arrays
    try:
        yield [*writing_extensions(manifest), mine.extension]
    finally:
        del mine.converter.arrays
        spare.append(mine)


def _new_spare() -> _Spare:
    import asdf
    from asdf.extension import ExtensionProxy, ManifestExtension

    converter = _ArrayConverter()
    # a file's history names the extensions that it needs: asdf's own suffices for what is written
    extension = ManifestExtension.from_uri(_CORE, converters=[converter])
    return _Spare(converter, ExtensionProxy(extension, "asdf", asdf.__version__))
