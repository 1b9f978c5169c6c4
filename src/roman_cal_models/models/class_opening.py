"""Method of classes of models: anything that a model can be opened from -> the model, of that class."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

from ..errors import SourceTypeError, UnknownTagError
from ..header.streams import FileLike
from ..nodes.classes import node_name_of, other_kind
from ..nodes.node_proxy import MutableNodeProxy
from ..spelling import no_argument
from .classes import model_class

if TYPE_CHECKING:
    from ..nodes.object_node import ObjectNode
    from ..sources.file_source import FileSource
    from .data_model import DataModel

    _Model = TypeVar("_Model", bound=DataModel)

__all__ = ["Openable", "model_of_node", "open_as"]


class _AsdfFile(Protocol):
    """An `asdf.AsdfFile`, which ships no types."""

    @property
    def tree(self) -> Any:
        """All that it holds."""
        ...

    @property
    def uri(self) -> Any:
        """Where it came from."""
        ...


Openable: TypeAlias = "FileLike | _AsdfFile | DataModel"
"""What a model can be opened from: a path or URL, bytes, a binary stream, an `asdf.AsdfFile`, or another model."""


def open_as(
    cls: type[_Model],
    source: Any,
    *,
    validate: bool,
    memmap: bool,
    mode: Literal["r", "rw"],
    storage_options: Mapping[str, Any] | None,
    **kwargs: Any,
) -> _Model:
    """Open a file as a model of a class; of the file's own for `DataModel`. See `roman_cal_models.open`."""
    from .node_opening import open_node  # who makes a model opens nothing

    __tracebackhide__ = True  # who sees an error wants the line that opened the file
    if memmap and mode != "r":
        raise SourceTypeError(f"{source}: mode={mode!r} with memmap would change the file in place; only save() does")
    unknown = kwargs.keys() - {"lazy_load", "lazy_tree", "asn_n_members"}
    if unknown:
        raise no_argument("open", unknown, ("validate", "memmap", "mode", "storage_options"))
    if isinstance(source, (str, os.PathLike)) and os.fsdecode(source).lower().endswith(".json"):
        library: _Model = _library(source, cls)
        return library
    if isinstance(source, MutableNodeProxy):
        model = _view(source, cls)
    else:
        node, file = open_node(source, memmap=memmap, storage_options=storage_options)
        model = model_of_node(node, file, cls)
    if validate:
        try:
            model.validate()
        except BaseException:
            model.close()
            raise
    return model


def _library(source: str | os.PathLike[str], cls: type[Any]) -> Any:
    """Return the models of an association, which is the pipeline's to read."""
    if node_name_of(cls):
        raise SourceTypeError(f"{os.fspath(source)}: holds an association of files, not {cls.__name__}")
    try:
        library = import_module("romancal.datamodels.library")
    except ImportError:
        raise SourceTypeError(f"{os.fspath(source)}: to open associations, pip install romancal") from None
    return library.ModelLibrary(source)


def _view(source: Any, cls: type[_Model]) -> _Model:
    """Return a model of the same node, which does not own the file."""
    error = other_kind(source.node, cls, None if source._source is None else source._source.name)
    if error is not None:
        raise error
    view: _Model = source.copy(deepcopy=False)
    return view if isinstance(view, cls) else cls._of(view._node, view._source, owns_source=False)


def model_of_node(node: ObjectNode, file: FileSource | None, cls: type[_Model]) -> _Model:
    """Return the model of a top node, of a class; of the node's own for `DataModel`.

    Raises
    ------
    UnknownTagError
        It is not the top node of a file.
    SourceTypeError
        It is that of another kind of file.
    """
    __tracebackhide__ = True
    name = None if file is None else file.name
    error: Exception | None = other_kind(node, cls, name)
    found = cls if node_name_of(cls) else model_class(type(node).__name__)
    if found is None:
        problem = f"{node.tag} is not a tag of a file: {type(node).__name__} stands inside of others"
        error = UnknownTagError(name, problem)
    if error is not None:
        if file is not None:
            file.close()
        raise error
    model: _Model = found._of(node, file)  # type: ignore[union-attr, assignment]
    return model
