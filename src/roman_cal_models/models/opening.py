"""Anything that a model can be opened from -> the right model."""

from __future__ import annotations

import builtins
import io
import os
import warnings
from collections.abc import Mapping
from importlib import import_module
from typing import Any, BinaryIO, Literal

from ..errors import FilenameMismatchWarning, NotRomanError, SourceTypeError, UnknownTagError
from ..extension.foreign import FileSource
from ..header.content import parse_tree, read_header_bytes
from ..header.roots import history_entries, roman_part, value_of
from ..header.sources import name_of_stream
from ..nodes.from_file import build_root, node_from_tree
from ..nodes.object_node import ObjectNode
from ..schema import former, installed
from ..yaml import TaggedMapping
from .classes import model_class
from .data_model import DataModel
from .loading import name_arrays
from .parquet import is_parquet, read_parquet

__all__ = ["model_of", "open", "open_node"]


def open(
    source: Any,
    *,
    validate: bool = False,
    memmap: bool = False,
    mode: Literal["r", "rw"] = "r",
    storage_options: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> DataModel:
    """Open a Roman file.

    Nothing is checked, changed or read from a block, and no foreign object is built, until it is used.

    Parameters
    ----------
    source : str, path-like, bytes, binary file object, asdf.AsdfFile or DataModel
        A path or URL, the bytes of a file, a seekable stream at its beginning, or what is open already. A model gives
        a view of the same node that does not own the file; a stream or an `asdf.AsdfFile` stays the caller's to close.
    validate : bool
        Whether the whole model is checked at once.
    memmap : bool
        Whether uncompressed arrays of a local file are mapped into memory instead of read.
    mode : {"r", "rw"}
        Taken for the sake of `roman_datamodels.open`; arrays can be changed in memory either way, and a file changes
        only by `DataModel.save`.
    storage_options : mapping, optional
        For a URL, what fsspec takes.
    **kwargs
        ``lazy_load``, ``lazy_tree`` and ``asn_n_members``, which `roman_datamodels.open` takes, are accepted and make
        no difference.

    Returns
    -------
    DataModel
        Of the class of the file: `ImageModel`, `RampModel`, ... For the ``.json`` of an association, the
        ``ModelLibrary`` of ``romancal``, which must be installed.

    Raises
    ------
    NotAsdfError, TruncatedFileError
        It is no ASDF file, or not a whole header of one.
    NotRomanError, UnknownTagError
        It holds no Roman data model.
    SourceTypeError
        A model cannot be opened from such an object.
    ValidationError
        With ``validate=True``: the model is not valid.
    FileNotFoundError, PermissionError
        As the system says.

    Warns
    -----
    FilenameMismatchWarning
        A local file does not bear the name that ``meta.filename`` says.
    """
    if memmap and mode != "r":
        raise SourceTypeError(f"{source}: mode={mode!r} with memmap would change the file in place; only save() does")
    unknown = kwargs.keys() - {"lazy_load", "lazy_tree", "asn_n_members"}
    if unknown:
        raise TypeError(f"open() has no argument {', '.join(sorted(unknown))}")
    if isinstance(source, (str, os.PathLike)) and os.fsdecode(source).lower().endswith(".json"):
        library: DataModel = _library(source)
        return library
    if isinstance(source, DataModel):
        model = source.copy(deepcopy=False)
    else:
        node, file = open_node(source, memmap=memmap, storage_options=storage_options)
        model = model_of(node, file)
    if validate:
        try:
            model.validate()
        except BaseException:
            model.close()
            raise
    return model


def _library(source: str | os.PathLike[str]) -> Any:
    """Return the models of an association, which is the pipeline's to read."""
    try:
        library = import_module("romancal.datamodels.library")
    except ImportError:
        raise SourceTypeError(f"{os.fspath(source)}: to open associations, pip install romancal") from None
    return library.ModelLibrary(source)


def open_node(
    source: Any, *, memmap: bool = False, storage_options: Mapping[str, Any] | None = None
) -> tuple[ObjectNode, FileSource | None]:
    """Return the top node of a source, and its file where this package has opened it."""
    if _is_asdf_file(source):
        return _node_of_asdf_file(source), None
    stream, name, owns_stream = _stream(source, storage_options or {})
    try:
        start = stream.read(4)
        stream.seek(-len(start), os.SEEK_CUR)
        if is_parquet(start):
            catalog = read_parquet(stream, name)
            if owns_stream:
                stream.close()
            return catalog, None
        header = read_header_bytes(stream, name)
        tree = parse_tree(header, name)
        raw, uri = roman_part(tree, name)
        if isinstance(source, (str, os.PathLike)):
            _compare_filename(raw, os.fsdecode(source))
        file = FileSource(stream, header.content, header.standard, name, owns_stream=owns_stream, memmap=memmap)
        file.history = history_entries(tree)
        file.beside = {str(key): value for key, value in tree.items() if key != "roman"}
        return build_root(raw, uri, file), file
    except BaseException:
        if owns_stream:
            stream.close()
        raise


def _stream(source: Any, storage_options: Mapping[str, Any]) -> tuple[BinaryIO, str | None, bool]:
    """Return a binary stream, the name of the file, and whether the stream is ours to close."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return io.BytesIO(source), None, True
    if isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
        if isinstance(name, str) and "://" in name:
            return _remote(name, storage_options), name, True
        return builtins.open(name, "rb"), os.fsdecode(name), True
    if hasattr(source, "read") and hasattr(source, "seek"):
        return source, name_of_stream(source), False
    raise SourceTypeError(
        f"a model cannot be opened from {type(source).__name__}: give a path, a URL, bytes, a binary stream, "
        "an asdf.AsdfFile or a model"
    )


def _remote(url: str, storage_options: Mapping[str, Any]) -> BinaryIO:
    try:
        import fsspec
    except ImportError:
        raise SourceTypeError(f"{url}: to open URLs, pip install 'roman-cal-models[remote]'") from None
    try:
        file: Any = fsspec.open(url, "rb", **storage_options)
        stream: BinaryIO = file.open()
    except (ValueError, ImportError) as error:  # no such kind of URL, or its package is not installed
        raise SourceTypeError(f"{url}: {error}") from None
    return stream


def _compare_filename(raw: TaggedMapping, source: str) -> None:
    """Warn when a local file does not bear the name that it was written under."""
    written = value_of(value_of(raw, "meta"), "filename")
    found = os.path.basename(source)
    if "://" not in source and isinstance(written, str) and written != found:
        warnings.warn(
            f"{source}: meta.filename is {str(written)!r}; the model keeps that until it is saved",
            FilenameMismatchWarning,
            stacklevel=4,
        )


def _is_asdf_file(source: Any) -> bool:
    import sys

    # while another thread imports asdf for the first time, there is a module without the class
    cls = getattr(sys.modules.get("asdf"), "AsdfFile", None)
    return cls is not None and isinstance(source, cls)


def _node_of_asdf_file(file: Any) -> ObjectNode:
    name = file.uri
    if "roman" not in file.tree:
        raise NotRomanError(name, "an ASDF file, but not of Roman: there is no key 'roman'")
    top = file["roman"]
    tag = top.tag if isinstance(top, ObjectNode) else getattr(top, "_tag", None)
    renamed = None if tag is None else former.schema_of_file(tag, top)
    if isinstance(top, ObjectNode) and renamed in (None, top.schema_uri):
        name_arrays(top, name)
        return top
    if tag is None or not isinstance(top, Mapping):
        raise UnknownTagError(name, f"what stands under 'roman' is a {type(top).__name__} without a tag")
    if installed().store.schema_of_file(tag, top) is None:
        raise UnknownTagError(name, f"the tag {tag} is not known to the installed rad")
    node: ObjectNode = node_from_tree(top, tag, renamed)
    name_arrays(node, name)
    return node


def model_of(node: ObjectNode, file: FileSource | None = None) -> DataModel:
    """Return the model of a top node.

    Raises
    ------
    UnknownTagError
        It is not the top node of a file.
    """
    cls = model_class(type(node).__name__)
    if cls is None:
        name = None if file is None else file.name
        if file is not None:
            file.close()
        raise UnknownTagError(name, f"{node.tag} is not a tag of a file: {type(node).__name__} stands inside of others")
    return cls._of(node, file)
