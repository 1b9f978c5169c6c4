"""Many files as kerchunk references: what `stack` gives, for programs that know zarr and not ASDF.

A reference names bytes of a file: an array without compression, or a piece of one compressed by lz4. Of a piece, ASDF
writes the length, of four bytes, and then what numcodecs takes for its codec ``lz4``: the length of the content, of
four bytes as well, and the block of lz4. So a reference begins four bytes behind the beginning of a piece. What is
compressed in one stream (zlib, bzip2) is one chunk. The metadata are those of zarr's version 2, which kerchunk's are.
"""

from __future__ import annotations

import base64
import json
import math
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..blocks.codecs import NO_COMPRESSION, lz4_pieces
from ..blocks.compressing import even_piece
from ..errors import MissingPackageError, RomanCalModelsError, StackError, TargetExistsError
from ..models.atomic import atomically, refuse_url
from ..threads import Threads
from .members import Member, OnError, Variable, at_once, dimensions, members_of, misfit, names_of
from .placement import ArrayInBlock, WholeArray
from .stacking import attributes, coordinates

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ReferenceSet", "virtual"]


# Of a chunk: bytes of a file (URL, where they begin, how many), or the bytes themselves.
_Reference = tuple[str, int, int] | bytes

# How many references stand in each Parquet file.
_RECORD = 100_000

_PARQUET = (".parq", ".parquet")


@dataclass(frozen=True, slots=True)
class ReferenceSet:
    """What `virtual` has written.

    Parameters
    ----------
    target : Path
        The file, or the folder of Parquet files.
    names : tuple of str
        The arrays that it refers to.
    left_out : dict of str to RomanCalModelsError
        Name of an array that it does not refer to -> why, with the file.
    """

    target: Path
    names: tuple[str, ...]
    left_out: dict[str, RomanCalModelsError] = field(default_factory=dict)


def virtual(
    sources: Iterable[Any],
    target: str | os.PathLike[str],
    names: str | Sequence[str] | None = None,
    *,
    storage_options: Mapping[str, Any] | None = None,
    on_error: OnError = "raise",
) -> ReferenceSet:
    """Write kerchunk references of what `stack` gives, by which others read the files without this package.

    ``xarray.open_dataset(target, engine="kerchunk")`` reads them, and so does zarr by fsspec's ``reference://``; arrays
    compressed by lz4 need ``numcodecs``. The files are referred to by URLs and absolute paths, and must stay as they
    are.

    Parameters
    ----------
    sources : iterable of str, path-like or DataModel
        Each as `open` takes it; of a model, only arrays that are not in memory can be referred to.
    target : str or path-like
        What to write: a file of JSON, which is replaced, or, if its name ends with ``.parquet`` or ``.parq``, a new
        folder of Parquet files, for references in millions.
    names : str or sequence of str, optional
        Dotted names of arrays. By default all arrays right below the top node that can be referred to; the others are
        told in ``left_out``.
    storage_options : mapping, optional
        For URLs, what fsspec takes.
    on_error : {"raise", "skip"}
        As for `stack`.

    Returns
    -------
    ReferenceSet
        What was written, and what was left out.

    Raises
    ------
    StackError
        As for `stack`. With `names`: an array cannot be referred to, because it has a mask, stands in memory, has other
        strides than its elements side by side; or because its pieces of lz4 do not divide it evenly into whole rows (as
        those of `DataModel.save` do), or are not those of the first file.
    NotAsdfError, TruncatedFileError, NotRomanError, UnknownTagError, ForeignValueError
        A file, or an array of it, cannot be read.
    TargetExistsError
        The folder for Parquet files is there already.
    TargetError, OSError
        The target cannot be written, or is a URL.
    MissingPackageError
        ``pyarrow`` is not installed, and Parquet is wanted.
    SourceTypeError, FileNotFoundError, PermissionError
        As for `open`.

    Warns
    -----
    SkippedFileWarning
        A file was left out.
    """
    path = Path(target)
    refuse_url(path)
    is_parquet = path.suffix in _PARQUET
    pyarrow = _pyarrow() if is_parquet else None
    if is_parquet and path.exists():
        raise TargetExistsError(path, "is there already: references in Parquet go into a new folder")
    options = dict(storage_options or {})
    wanted = None if names is None else names_of(names)
    members = members_of(sources, wanted, options, on_error)
    arrays, left_out = _arrays(members, wanted, options)
    if not arrays:
        reasons = "; ".join(map(str, left_out.values()))
        raise StackError(None, f"no array can be referred to: {reasons or 'there is none'}")
    store = _Store()
    dims = dimensions({name: each[0].shape for name, each in arrays.items()})
    for name, chunked in arrays.items():
        variable = members[0].variables[name]
        assert isinstance(variable, Variable)
        store.add_stack(name, ("file", *dims[name]), attributes(variable), chunked)
    store.add_coordinates(coordinates(members))
    if pyarrow is None:
        with atomically(path) as stream:
            stream.write(json.dumps(store.as_json()).encode())
    else:
        store.write_parquet(path, pyarrow)
    return ReferenceSet(path, tuple(arrays), left_out)


def _arrays(
    members: Sequence[Member], wanted: Sequence[str] | None, options: Mapping[str, Any]
) -> tuple[dict[str, list[_Chunked]], dict[str, RomanCalModelsError]]:
    """Return the arrays of all files by name, and why others are left out; with wanted ones, none may be."""
    arrays: dict[str, list[_Chunked]] = {}
    left_out: dict[str, RomanCalModelsError] = {}
    with Threads(at_once(member.file for member in members)) as threads:
        for name in members[0].variables:
            try:
                arrays[name] = _stacked(members, name, options, threads)
            except RomanCalModelsError as error:
                if wanted is not None:
                    raise
                left_out[name] = error
    return arrays, left_out


def _stacked(members: Sequence[Member], name: str, options: Mapping[str, Any], threads: Threads) -> list[_Chunked]:
    for member in members:
        error = misfit(member, members[0], name)
        if error is not None:
            raise error
    found = list(threads.map(lambda member: _chunked(member, name, options), members))
    for member, chunked in zip(members, found, strict=True):
        error = chunked.misfit(found[0], member, members[0], name)
        if error is not None:
            raise error
    return found


# -- one array ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chunked:
    """An array of a file as zarr sees it.

    Parameters
    ----------
    dtype : str
        Type of its elements, by NumPy's array protocol.
    shape, chunks : tuple of int
        Its shape, and that of each chunk.
    codec : dict or None
        How a chunk is decompressed, by numcodecs' configuration.
    references : list
        Of each chunk, in the order of the chunks.
    """

    dtype: str
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    codec: dict[str, Any] | None
    references: list[_Reference]

    def misfit(self, first: _Chunked, member: Member, first_member: Member, name: str) -> StackError | None:
        """Return why this array is not one with that of the first file; None where it is."""
        facts = (
            ("is of", self.dtype, first.dtype),
            ("is compressed as", _codec_name(self.codec), _codec_name(first.codec)),
            ("has chunks of", self.chunks, first.chunks),
        )
        for verb, found, expected in facts:
            if found != expected:
                problem = f"{name} {verb} {found}, not {expected} as in {first_member.file}"
                return StackError(member.file, f"{problem}: one reference file cannot tell both")
        return None


def _codec_name(codec: Mapping[str, Any] | None) -> str:
    return "nothing" if codec is None else str(codec["id"])


def _chunked(member: Member, name: str, options: Mapping[str, Any]) -> _Chunked:
    variable = member.variables[name]
    assert isinstance(variable, Variable)
    array = variable.array
    if isinstance(array, ArrayInBlock):
        return _of_pieces(array, options)
    if isinstance(array, WholeArray):
        return _of_stream(array) if array.block is not None else _inside(array, options)
    raise _refusal(member.file or None, name, "it is in memory")


def _of_pieces(array: ArrayInBlock, options: Mapping[str, Any]) -> _Chunked:
    """Return an array that is not compressed, or by lz4."""
    dtype, shape, block = array.dtype, array.shape, array.block
    if not array.is_contiguous:
        problem = f"its strides are {list(array.layout.strides)}, and its elements are not side by side"
        raise _refusal(array.file, array.name, problem)
    url = _url(array.file)
    begin = block.begin + array.layout.offset
    if not array.layout.nbytes:
        return _Chunked(dtype.str, shape, tuple(max(length, 1) for length in shape), None, [])
    if block.compression == NO_COMPRESSION:
        chunks = _even_chunks(shape, dtype.itemsize)
        size = math.prod(chunks) * dtype.itemsize
        return _Chunked(
            dtype.str, shape, chunks, None, [(url, begin + at, size) for at in range(0, array.layout.nbytes, size)]
        )
    with array.opened(options) as file:
        pieces = list(lz4_pieces(file.read_at, block.begin, block.end, block.size))
    lz4_chunks = _chunks_of_piece(shape, dtype.itemsize, array.piece)
    sizes = {size for _, _, size in pieces}
    is_whole = array.layout.offset == 0 and array.layout.nbytes == sum(size for _, _, size in pieces)
    if lz4_chunks is None or len(sizes) != 1 or not is_whole:
        problem = f"its pieces of lz4, of {array.piece} bytes, do not divide it evenly into whole rows"
        raise _refusal(array.file, array.name, f"{problem}; save it by this package, and they do")
    references: list[_Reference] = [(url, begin, length) for begin, length, _ in pieces]
    return _Chunked(dtype.str, shape, lz4_chunks, {"id": "lz4", "acceleration": 1}, references)


_STREAMS: dict[bytes, dict[str, Any]] = {b"zlib": {"id": "zlib", "level": 6}, b"bzp2": {"id": "bz2", "level": 9}}


def _of_stream(array: WholeArray) -> _Chunked:
    """Return an array that is compressed in one stream."""
    block = array.block
    assert block is not None
    codec = _STREAMS.get(block.compression)
    if codec is None or not array.is_bare:
        known = "its block holds more than it" if codec is not None else f"no codec is known for {block.compression!r}"
        raise _refusal(array.file, array.name, known)
    reference = (_url(array.file), block.begin, block.end - block.begin)
    return _Chunked(array.dtype.str, array.shape, array.shape, codec, [reference])


def _inside(array: WholeArray, options: Mapping[str, Any]) -> _Chunked:
    """Return an array that stands in a header: its bytes go into the references."""
    whole = array.read(tuple(slice(None) for _ in array.shape), options)
    content: list[_Reference] = [whole.tobytes()]
    return _Chunked(whole.dtype.str, array.shape, array.shape, None, content)


def _refusal(file: str | None, name: str, why: str) -> StackError:
    return StackError(file, f"{name} cannot be referred to: {why}")


def _url(file: str) -> str:
    return file if "://" in file else f"file://{file}"


def _even_chunks(shape: tuple[int, ...], itemsize: int) -> tuple[int, ...]:
    """Return chunks of about a megabyte that divide an array evenly."""
    chunks = _chunks_of_piece(shape, itemsize, even_piece(shape, itemsize))
    return shape if chunks is None else chunks


def _chunks_of_piece(shape: tuple[int, ...], itemsize: int, piece: int) -> tuple[int, ...] | None:
    """Return the shape of the part of an array that a piece of so many bytes holds; None if parts are not all alike."""
    size = itemsize
    for axis in reversed(range(len(shape))):
        if size * shape[axis] >= piece:
            count, rest = divmod(piece, size)
            if rest or not count or shape[axis] % count:
                return None
            return (*(1 for _ in shape[:axis]), count, *shape[axis + 1 :])
        size *= shape[axis]
    return None


# -- all of them -------------------------------------------------------------------------------------------------------


class _Store:
    """A zarr group: its metadata, and a reference a chunk."""

    def __init__(self) -> None:
        self._metadata: dict[str, Any] = {".zgroup": {"zarr_format": 2}}
        self._references: dict[str, list[_Reference]] = {}
        self._grids: dict[str, tuple[int, ...]] = {}

    def add_stack(self, name: str, dims: tuple[str, ...], attrs: dict[str, str], files: Sequence[_Chunked]) -> None:
        """Add an array of all files."""
        first = files[0]
        references = [reference for chunked in files for reference in chunked.references]
        shape, chunks = (len(files), *first.shape), (1, *first.chunks)
        self._add(name, dims, attrs, first.dtype, shape, chunks, first.codec, references)

    def add_coordinates(self, coordinates: Mapping[str, NDArray[Any]]) -> None:
        """Add what is known of each file; times as the CF conventions write them."""
        self._metadata[".zattrs"] = {"coordinates": " ".join(name for name in coordinates if name != "file")}
        for name, values in coordinates.items():
            attrs: dict[str, Any] = {}
            if values.dtype.kind == "M":
                values = values.view("<i8")
                attrs = {"units": "nanoseconds since 1970-01-01", "calendar": "proleptic_gregorian"}
            content = values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
            self._add(name, ("file",), attrs, values.dtype.str, values.shape, values.shape, None, [content])

    def _add(
        self,
        name: str,
        dims: tuple[str, ...],
        attrs: Mapping[str, Any],
        dtype: str,
        shape: tuple[int, ...],
        chunks: tuple[int, ...],
        codec: dict[str, Any] | None,
        references: list[_Reference],
    ) -> None:
        self._metadata[f"{name}/.zarray"] = {
            "zarr_format": 2,
            "shape": shape,
            "chunks": chunks,
            "dtype": dtype,
            "compressor": codec,
            "fill_value": None,
            "order": "C",
            "filters": None,
        }
        self._metadata[f"{name}/.zattrs"] = {"_ARRAY_DIMENSIONS": dims, **attrs}
        self._references[name] = references
        self._grids[name] = tuple(-(-length // chunk) for length, chunk in zip(shape, chunks, strict=True))

    def as_json(self) -> dict[str, Any]:
        """Return what kerchunk calls its version 1, with all metadata together for zarr as well."""
        refs: dict[str, Any] = {key: json.dumps(value) for key, value in self._metadata.items()}
        refs[".zmetadata"] = json.dumps({"zarr_consolidated_format": 1, "metadata": self._metadata})
        for name, references in self._references.items():
            for key, reference in zip(_keys(self._grids[name]), references, strict=True):
                refs[f"{name}/{key}"] = _as_json(reference)
        return {"version": 1, "refs": refs}

    def write_parquet(self, folder: Path, pyarrow: Any) -> None:
        """Write what fsspec's ``LazyReferenceMapper`` reads: the metadata, and a table for so many references."""
        made = folder.parent / f".roman-cal-models-{uuid.uuid4().hex}"
        try:
            made.mkdir()
            text = json.dumps({"metadata": self._metadata, "record_size": _RECORD})
            (made / ".zmetadata").write_text(text)
            for name, references in self._references.items():
                (made / name).mkdir()
                for number, start in enumerate(range(0, len(references), _RECORD)):
                    some = references[start : start + _RECORD]
                    _write_table(made / name / f"refs.{number}.parq", some, pyarrow)
            made.rename(folder)
        except OSError as error:
            error.filename = str(folder)
            raise
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _keys(grid: tuple[int, ...]) -> Iterator[str]:
    import numpy as np

    return (".".join(map(str, at)) for at in np.ndindex(grid))


def _as_json(reference: _Reference) -> Any:
    if isinstance(reference, bytes):
        return f"base64:{base64.b64encode(reference).decode()}"
    return list(reference)


def _write_table(path: Path, references: Sequence[_Reference], pyarrow: Any) -> None:
    places = [("", 0, 0) if isinstance(each, bytes) else each for each in references]
    raws = [each if isinstance(each, bytes) else None for each in references]
    paths = pyarrow.array([url or None for url, _, _ in places], pyarrow.string())
    columns = {
        "path": paths.dictionary_encode() if len(references) > 1 else paths,
        "offset": pyarrow.array([offset for _, offset, _ in places], pyarrow.int64()),
        "size": pyarrow.array([size for _, _, size in places], pyarrow.int64()),
        "raw": pyarrow.array(raws, pyarrow.binary()),
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), path, compression="zstd")


def _pyarrow() -> Any:
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError:
        raise MissingPackageError(
            "references in Parquet need pyarrow: pip install 'roman-cal-models[parquet]'"
        ) from None
