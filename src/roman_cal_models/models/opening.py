"""Anything that a model can be opened from -> the right model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from ..nodes.classes import node_name_of
from .class_opening import Openable, model_of_node
from .data_model import DataModel

if TYPE_CHECKING:
    from ..nodes.object_node import ObjectNode
    from ..sources.file_source import FileSource

__all__ = ["model_of", "open"]

_Model = TypeVar("_Model", bound=DataModel)


@overload
def open(
    source: Openable,
    model: type[_Model],
    *,
    validate: bool = False,
    memmap: bool = False,
    mode: Literal["r", "rw"] = "r",
    storage_options: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> _Model: ...


@overload
def open(
    source: Openable,
    model: None = None,
    *,
    validate: bool = False,
    memmap: bool = False,
    mode: Literal["r", "rw"] = "r",
    storage_options: Mapping[str, Any] | None = None,
    **kwargs: Any,
) -> DataModel: ...


def open(source: Openable, model: type[DataModel] | None = None, **kwargs: Any) -> DataModel:
    """Open a Roman file.

    Nothing is checked, changed or read from a block, and no foreign object is built, until it is used.

    Parameters
    ----------
    source : str, path-like, bytes, binary file object, asdf.AsdfFile or DataModel
        A path or URL, the bytes of a file, a seekable stream at its beginning, or what is open already. A model gives
        a view of the same node that does not own the file; a stream or an `asdf.AsdfFile` stays the caller's to close.
    model : type, optional
        The class that is wanted: `ImageModel`, or a subclass of it. Type checkers then know every name.
    **kwargs
        ``validate`` is whether the whole model is checked at once, and ``memmap`` whether uncompressed arrays of a
        local file are mapped into memory instead of read. ``storage_options`` is what fsspec takes for a URL.
        ``mode``, ``lazy_load``, ``lazy_tree`` and ``asn_n_members``, which `roman_datamodels.open` takes, are accepted
        and make no difference: arrays can be changed in memory always, and a file changes only by `DataModel.save`.

    Returns
    -------
    DataModel
        Of the class that was asked for, or else of that of the file: `ImageModel`, `RampModel`, ... For the
        ``.json`` of an association, the ``ModelLibrary`` of ``romancal``, which must be installed.

    Raises
    ------
    NotAsdfError, TruncatedFileError
        It is not an ASDF file, or not a whole header of one.
    NotRomanError, UnknownTagError
        It holds no Roman data model.
    SourceTypeError
        A model cannot be opened from such an object, or the file is of another kind than `model`.
    ValidationError
        With ``validate=True``: the model is not valid.
    FileNotFoundError, PermissionError
        As the system says.

    Warns
    -----
    FilenameMismatchWarning
        A local file does not bear the name that ``meta.filename`` says.

    Examples
    --------
    >>> import roman_cal_models as rcm
    >>> made = rcm.ImageModel.create_fake_data(shape=(4, 4))
    >>> rcm.open(made, rcm.ImageModel).meta.instrument.detector
    'WFI01'
    """
    __tracebackhide__ = True
    cls = DataModel if model is None else model
    node_name_of(cls)
    return cls.open(source, **kwargs)


def model_of(node: ObjectNode, file: FileSource | None = None) -> DataModel:
    """Return the model of a top node.

    Raises
    ------
    UnknownTagError
        It is not the top node of a file.
    """
    return model_of_node(node, file, DataModel)
