"""Anything that a model can be opened from -> the right model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from ..errors import SourceTypeError, UnknownTagError
from .classes import model_class
from .data_model import DataModel
from .node_opening import open_node

if TYPE_CHECKING:
    from ..nodes.object_node import ObjectNode
    from ..sources.file_source import FileSource

__all__ = ["model_of", "open"]


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
        It is not an ASDF file, or not a whole header of one.
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
