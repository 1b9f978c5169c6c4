"""DataModel: a node and the file that it came from."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from .. import errors
from ..errors import Problem, SourceTypeError
from ..nodes.classes import class_hint as class_hint  # evaluated in hints, see `declared_property`
from ..nodes.classes import named
from ..nodes.deferred import RAW_TYPES, AsdfArray, FileValue
from ..nodes.docstrings import SchemaDoc
from ..nodes.lazy_dict import raw_get
from ..nodes.names import key_name
from ..nodes.object_node import ObjectNode, TaggedObjectNode
from ..nodes.properties import declare, declared_property, own_names
from ..printable import printable
from .looking import Looking
from .node_access import NodeAccess

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ..extension.foreign import FileSource
    from ..schema.places import ObjectSchema
    from ..yaml import TaggedMapping
    from .changes import Change

__all__ = ["DataModel"]

_getitem = dict.__getitem__


def _getter(key: str) -> Callable[[DataModel], Any]:
    def get(self: DataModel) -> Any:
        node = self._node
        value = _getitem(node, key)
        return node[key] if type(value) in RAW_TYPES or not node._is_ours else value

    return get


class _NodeType:
    """The class of the node, which is imported when it is asked for."""

    def __get__(self, model: object, cls: type[DataModel]) -> type[TaggedObjectNode]:
        if not cls._node_name:
            raise AttributeError(f"{cls.__name__} is of no kind of file")
        return cls._node_class()


def _child_getter(attribute: str) -> Callable[[DataModel], Any]:
    # the node keeps the child, in the `__dict__` that the model shares with it
    return lambda self: getattr(self._node, attribute)


class _Attributes:
    __slots__ = ("__dict__",)


_attributes = _Attributes.__dict__["__dict__"]


class DataModel(NodeAccess, Looking, _Attributes):
    """A Roman file in memory: its top node, and the file while it is open.

    The properties of the node are reached as those of the model: ``model.meta`` is ``model.node.meta``.
    A model is no `dict`, and is equal only to itself.

    A subclass may have attributes of its own, which no file holds: what it defines (slots, properties, defaults), and
    any whose name begins with an underscore.

    Parameters
    ----------
    init : object, optional
        What to make it of: a path, a URL, the bytes of a file, a binary stream, an `asdf.AsdfFile`, the top node
        of a file, a mapping. A model of the same class is given back itself. By default the model is empty.
    **kwargs
        As for `roman_cal_models.open`.

    Raises
    ------
    SourceTypeError
        A model cannot be made of this, or the file holds another model.
    """

    __slots__ = ("__weakref__", "_history", "_node", "_owns_source", "_source")

    # Generated: the class of the top node.
    _node_name: ClassVar[str] = ""

    # The private names of roman_datamodels that pipeline code uses: `_node_type`, `_instance`, `_read_tag`.
    _node_type = _NodeType()

    # as those of `ObjectNode`
    _is_ours: ClassVar[bool] = True
    _given: ClassVar[frozenset[str]] = frozenset()

    _node: ObjectNode
    _source: FileSource | None
    _owns_source: bool
    _history: tuple[Change | TaggedMapping, ...]

    crds_observatory: ClassVar[str] = "roman"
    """Name of the observatory in the Calibration Reference Data System."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._is_ours = "_node_name" in vars(cls)
        cls._own = own_names(cls, "_node_name")
        declare(
            cls,
            lambda attribute, type_: declared_property(type_, _getter(key_name(attribute)), _child_getter(attribute)),
        )
        if cls._node_name:
            cls.__doc__ = SchemaDoc(cls.__doc__)  # type: ignore[assignment]

    @classmethod
    def _schema_of(cls, model: Self | None) -> ObjectSchema | None:
        """Return the schema of a model's node; the newest of the class without one."""
        return cls._node_class()._schema_of(None) if model is None else model._node._schema

    def __new__(cls, init: Any = None, **kwargs: Any) -> Self:
        """Make a model; of a model of this class, the model itself."""
        return init if type(init) is cls else super().__new__(cls)

    def __init__(self, init: Any = None, **kwargs: Any) -> None:
        if init is self:
            return
        if init is None:
            self._bind(self._node_class()(), None)
        elif isinstance(init, self._node_class()):
            self._bind(init, None)
        elif isinstance(init, ObjectNode):
            problem = f"{type(init).__name__} is not the node of {type(self).__name__}: that is {self._node_name}"
            raise errors.ValidationError([Problem((), "tag", problem, init, self._node_name, init.schema_uri or "")])
        elif isinstance(init, Mapping):
            self._bind(self._node_class()(init), None)
        else:
            from .opening import open_node

            node, source = open_node(init, **kwargs)
            if not isinstance(node, self._node_class()):
                name = None if source is None else source.name
                if source is not None:
                    source.close()
                problem = f"holds {type(node).__name__}, not {self._node_name}, the node of {type(self).__name__}"
                raise SourceTypeError(f"{name}: {problem}" if name else problem)
            self._bind(node, source)

    def _bind(
        self,
        node: ObjectNode,
        source: FileSource | None,
        *,
        owns_source: bool = True,
        history: tuple[Change | TaggedMapping, ...] | None = None,
    ) -> None:
        self._node = node
        self._history = history if history is not None else source.history if source is not None else ()
        if self._is_ours:  # where the node keeps its children, they are found as the model's, too
            _attributes.__set__(self, node.__dict__)
        self._source = source
        self._owns_source = owns_source

    @classmethod
    def _node_class(cls) -> type[TaggedObjectNode]:
        node_class: type[TaggedObjectNode] = named(cls._node_name)
        return node_class

    @classmethod
    def _of(
        cls,
        node: ObjectNode,
        source: FileSource | None = None,
        *,
        owns_source: bool = True,
        history: tuple[Change | TaggedMapping, ...] | None = None,
    ) -> Self:
        model = object.__new__(cls)
        model._bind(node, source, owns_source=owns_source, history=history)
        return model

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]
        """The attributes of a subclass; of our own classes, a copy of what is kept for speed."""
        found: dict[str, Any] = _attributes.__get__(self)
        return dict(found) if self._is_ours else found

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _SLOTS or self._is_state(name):
            object.__setattr__(self, name, value)
        else:
            setattr(self._node, name, value)

    def __delattr__(self, name: str) -> None:
        if self._is_state(name):
            object.__delattr__(self, name)
        else:
            delattr(self._node, name)

    def _is_state(self, name: str) -> bool:
        """Return whether an attribute is one of a subclass's own, which no file holds."""
        return name in self._own or (not self._is_ours and name.startswith("_") and not hasattr(DataModel, name))

    def __repr__(self) -> str:
        file = "" if self._source is None or self._source.name is None else f" {self._source.name}"
        closed = " (closed)" if self._source is not None and self._source.is_closed else ""
        return printable(f"<{type(self).__name__}{file}{closed}: {', '.join(map(str, self._node))}>")

    def _repr_html_(self) -> str:
        from ..nodes.outline_builder import as_html

        source = self._source
        state = "closed" if source is not None and source.is_closed else ""
        return as_html(self._node, type(self).__name__, None if source is None else source.name, state)

    # -- where it stands ---------------------------------------------------------------------------------------------

    @property
    def tag(self) -> str:
        """The tag of the top node, which fixes the versions of all that is below."""
        tag = self._node.tag
        assert tag is not None
        return tag

    @property
    def schema_uri(self) -> str:
        """URI of the schema of the top node."""
        uri = self._node.schema_uri
        assert uri is not None
        return uri

    @property
    def override_handle(self) -> str:
        """Name of a model in memory, where the name of a file is asked for."""
        return f"override://{type(self).__name__}"

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Shape of the primary array; None for a model without one. No array is read for it."""
        name = self.get_primary_array_name()
        value = raw_get(self._node, name)
        if isinstance(value, (FileValue, AsdfArray)) and value.shape is not None:
            return value.shape
        shape = None if value is None else getattr(self._node[name], "shape", None)
        return None if shape is None else tuple(shape)

    def get_primary_array_name(self) -> str:
        """Return the name of the array that the others follow in shape; empty for a model without one."""
        return next((name for name in ("data", "coeffs", "value", "dq") if name in self._node), "")

    # -- creation ----------------------------------------------------------------------------------------------------

    @classmethod
    def create_minimal(
        cls, defaults: Mapping[str, Any] | None = None, *, version: str | None = None, tag: str | None = None
    ) -> Self:
        """Make a model of the required properties whose value can be told.

        Parameters
        ----------
        defaults : mapping, optional
            Values of required properties that win over all others. Never changed.
        version, tag : str, optional
            The version to make; the newest by default.

        Returns
        -------
        DataModel
            Often not valid yet, as not everything that is required can be told.
        """
        node = cls._node_class().create_minimal(cls._with_defaults(defaults, None), version=version, tag=tag)
        return cls._of(node)

    @classmethod
    def create_fake_data(
        cls,
        defaults: Mapping[str, Any] | None = None,
        shape: tuple[int, ...] | None = None,
        *,
        version: str | None = None,
        tag: str | None = None,
    ) -> Self:
        """Make a valid model of made-up values.

        Parameters
        ----------
        defaults : mapping, optional
            Values that win over all others. Never changed.
        shape : tuple of int, optional
            Shape of the arrays; an array of fewer dimensions takes the first ones. One element by default.
        version, tag : str, optional
            The version to make; the newest by default.
        """
        node = cls._node_class().create_fake_data(cls._with_defaults(defaults, "fake"), shape, version=version, tag=tag)
        return cls._of(node)

    @classmethod
    def create_from_model(cls, model: DataModel | Mapping[str, Any]) -> Self:
        """Convert another model, or a mapping, to the newest version of this class.

        Parameters
        ----------
        model : DataModel or mapping
            What to convert. It is copied, not changed, and not checked: `validate` tells what is missing.
        """
        return cls._of(cls._node_class().create_from_node(model.node if isinstance(model, DataModel) else model))

    @classmethod
    def _with_defaults(cls, defaults: Mapping[str, Any] | None, kind: str | None) -> Mapping[str, Any]:
        """Return the defaults of a product of the pipeline under those that are given."""
        from .defaults import product_defaults

        return product_defaults(cls.__name__, cls._node_name, defaults or {}, fake=kind == "fake")

    def upgrade(self, version: str | None = None) -> Self:
        """Return a model of a newer version of what this one holds.

        Parameters
        ----------
        version : str, optional
            The version to go to; the newest by default.

        Returns
        -------
        DataModel
            Of the same class; this one is not changed. What the old version does not tell is listed in `assumed`.

        Raises
        ------
        UpgradeError
            The version is older, or it requires something for which no value is declared.
        """
        from ..upgrading.running import upgrade

        model: Any = upgrade(self, version)
        upgraded: Self = model
        return upgraded

    @property
    def assumed(self) -> tuple[Change, ...]:
        """What an upgrade had to assume, one record a value; empty for a model that was not upgraded."""
        changes = (change for change in self._history if not isinstance(change, dict))
        return tuple(change for change in changes if change.kind == "assumed")

    def copy(self, deepcopy: bool = True, memo: dict[int, Any] | None = None) -> Self:
        """Return a copy that does not own the file.

        Parameters
        ----------
        deepcopy : bool
            Whether the node is copied as well, with all that is below; otherwise both models hold the same node.
        memo : dict, optional
            As `copy.deepcopy` takes it.
        """
        node = copy.deepcopy(self._node, memo) if deepcopy else self._node
        return type(self)._of(node, self._source, owns_source=False, history=self._history)

    def __copy__(self) -> Self:
        return self.copy(deepcopy=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.copy(memo=memo)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self._node, self._history)

    # -- checking and writing ----------------------------------------------------------------------------------------

    def problems(self, *, blocks: bool = False) -> list[Problem]:
        """Return everything that is wrong with the model, what is missing included; empty for a valid one.

        Of the file that it was opened from, the heads of the blocks are looked at: they tell whether it is whole.
        Arrays that belong together and have not the same shape are told as warnings.

        Parameters
        ----------
        blocks : bool
            Whether all blocks of the file are read as well, decompressed, and compared with their checksums. A block
            without a checksum is told as a warning.

        Returns
        -------
        list of Problem
            What each is of tells its ``kind``; ``level`` tells errors from warnings.

        Raises
        ------
        ModelClosedError
            The blocks are to be read, and the file was closed.
        """
        from .integrity import model_problems

        return model_problems(self._node, self._source, blocks=blocks)

    def validate(self, *, blocks: bool = False) -> None:
        """Check the whole model, foreign objects included, and whether its file is whole.

        Parameters
        ----------
        blocks : bool
            As for `problems`.

        Raises
        ------
        ValidationError
            Carries every problem that is more than a warning.
        ModelClosedError
            As for `problems`.
        """
        found = [problem for problem in self.problems(blocks=blocks) if problem.level == "error"]
        if found:
            raise errors.ValidationError(found, None if self._source is None else self._source.name)

    def save(
        self,
        path: str | PathLike[str] | Callable[[str], str | PathLike[str]],
        dir_path: str | PathLike[str] | None = None,
        *,
        overwrite: bool = True,
        **kwargs: Any,
    ) -> Path:
        """Check the model whole and write it to a file.

        The file is written under another name beside its place and then renamed, so that a failure leaves what was
        there before. A file that is replaced gives its mode to the new one, and its owner, group and extended
        attributes where the system lets one. Files that killed saves left in the folder are removed. Name and date
        of the file are set in the file, not in the model.

        Parameters
        ----------
        path : str, path-like or callable
            The file, ending in ``.asdf``. A callable is given ``meta.filename`` and returns the path.
        dir_path : str or path-like, optional
            Folder to write to, instead of that of `path`.
        overwrite : bool
            Whether a file that is there is replaced.
        **kwargs
            As for `to_asdf`.

        Returns
        -------
        Path
            Of the file.

        Raises
        ------
        ValidationError
            The model is not valid. Nothing was written.
        ChecksumError, TruncatedFileError
            An array that was read from a file, or is still to be, is not what was written there. Nothing was written.
            Setting a copy of the array (``model.data = model.data.copy()``) takes its values for good.
        TargetExistsError
            There is a file, and it is not to be replaced.
        TargetError
            What is there is no file (a FIFO, a device), or the name is no text.
        ValueError
            The name does not end in ``.asdf``.
        """
        path = Path(path(self._node["meta"]["filename"]) if callable(path) else path)
        target = path if dir_path is None else Path(dir_path) / path.name
        if target.suffix == ".parquet" and hasattr(type(self), "to_parquet"):
            self.to_parquet(target, overwrite=overwrite)
            return target
        if target.suffix != ".asdf":
            ending = repr(target.suffix) if target.suffix else "a file without ending"
            raise ValueError(f"{target}: models are saved as .asdf, not as {ending}")
        self.to_asdf(target, overwrite=overwrite, **kwargs)
        return target

    def to_asdf(self, path: str | PathLike[str], *, overwrite: bool = True, **kwargs: Any) -> None:
        """Check the model whole and write it to an ASDF file, as `save` does.

        Parameters
        ----------
        path : str or path-like
            The file.
        overwrite : bool
            Whether a file that is there is replaced.
        **kwargs
            ``all_array_compression`` (``"lz4"`` by default), ``all_array_storage``, ``compression_kwargs``,
            ``pad_blocks``, ``include_block_index`` and ``write_checksums``, as `asdf.AsdfFile.write_to` takes them.

        Raises
        ------
        ValidationError, ChecksumError, TruncatedFileError, TargetExistsError, TargetError
            As for `save`. Nothing was written.
        """
        from .saving import write

        write(self._node, Path(path), overwrite=overwrite, history=self._history, **kwargs)

    # -- the file ----------------------------------------------------------------------------------------------------

    def section(self, name: str, index: Any) -> NDArray[Any]:
        """Return part of an array, and read no more of the file for it than is needed.

        Of an array in a block that is not compressed, only the wanted bytes are read; of one compressed by lz4, only
        the pieces that hold them. Anything else is read whole, and stays loaded.

        Parameters
        ----------
        name : str
            Of the array; below another node, under its dotted name.
        index : int, slice, Ellipsis or tuple of them
            Which part: ``np.s_[y0:y1, x0:x1]``.

        Returns
        -------
        numpy.ndarray
            As ``model[name][index]``, but an array of its own.

        Raises
        ------
        IndexError
            The array has no such part.
        MissingKeyError
            There is nothing of this name.
        ModelClosedError
            The array was not loaded before the file was closed.
        TypeError
            What stands there is no array.
        """
        from .loading import section

        return section(self._node, name, index)

    def detach(self) -> Self:
        """Load what is not loaded yet, and let the file go: the model is one in memory from now on.

        Returns
        -------
        DataModel
            The model itself.

        Raises
        ------
        ModelClosedError
            The file was closed before all was loaded.
        """
        from .loading import load

        load(self._node)
        self.close()
        self._source = None
        return self

    def close(self) -> None:
        """Let the file go. What was read stays; what was not raises `ModelClosedError` from now on."""
        if self._source is not None and self._owns_source:
            self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def _restored(cls: type[DataModel], node: ObjectNode, history: tuple[Change | TaggedMapping, ...]) -> DataModel:
    """Return a model as it was pickled."""
    return cls._of(node, history=history)


_SLOTS = frozenset(DataModel.__slots__)
