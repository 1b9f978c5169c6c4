"""DataModel: a node and the file that it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from .. import errors
from ..errors import Problem
from ..nodes.classes import class_hint as class_hint  # evaluated in hints, see `declared_property`
from ..nodes.classes import named, other_kind
from ..nodes.deferred import RAW_TYPES, AsdfArray, FileValue
from ..nodes.docstrings import class_docstring
from ..nodes.lazy_dict import raw_get
from ..nodes.names import key_name
from ..nodes.node_proxy import MutableNodeProxy
from ..nodes.object_node import ObjectNode, TaggedObjectNode
from ..nodes.properties import declare, declared_property, own_names
from ..printable import printable
from . import (
    class_opening,
    cutout,
    fits,
    loading,
    nddata,
    plotting,
    quality,
    saving,
    schema_info,
    tree_display,
    units,
    upgrading,
    validation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..changes import Change
    from ..nodes.descriptions import Description
    from ..schema.properties import ObjectSchema
    from ..sources.file_source import FileSource
    from ..yaml import TaggedMapping

__all__ = ["DataModel", "NamedModel"]

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


class DataModel(MutableNodeProxy, _Attributes):
    """A Roman file in memory: its top node, and the file while it is open.

    The properties of the node are reached as those of the model: ``model.meta`` is ``model.node.meta``.
    A model is not a `dict`, and is equal only to itself.

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

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._is_ours = "_node_name" in vars(cls)
        cls._own = own_names(cls, "_node_name")

        def make(attribute: str, type_: str) -> Any:
            key = key_name(attribute)
            return declared_property(cls, key, type_, _getter(key), _child_getter(attribute))

        declare(cls, make)
        if cls._node_name:
            cls.__doc__ = class_docstring(cls.__doc__)  # type: ignore[assignment]

    @classmethod
    def _schema_of(cls, model: Self | None) -> ObjectSchema | None:
        """Return the schema of a model's node; the newest of the class without one."""
        return cls._node_class()._schema_of(None) if model is None else model._node._schema

    @classmethod
    def _schemas(cls) -> Iterator[ObjectSchema]:
        return cls._node_class()._schemas() if cls._node_name else iter(())

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
            from .node_opening import open_node

            node, source = open_node(init, **kwargs)
            error = other_kind(node, type(self), None if source is None else source.name)
            if error is not None:
                if source is not None:
                    source.close()
                raise error
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
            __tracebackhide__ = True
            setattr(self._node, name, value)

    def __delattr__(self, name: str) -> None:
        if self._is_state(name):
            object.__delattr__(self, name)
        else:
            delattr(self._node, name)

    def _is_state(self, name: str) -> bool:
        """Return whether an attribute is one of a subclass's own, which no file holds."""
        return name in self._own or (not self._is_ours and name.startswith("_") and not hasattr(DataModel, name))

    def _one_line(self) -> str:
        name, file, state = self._heading()
        shown = f"{name}{f' {file}' if file else ''}{f' ({state})' if state else ''}"
        return printable(f"<{shown}: {', '.join(map(str, self._node))}>")

    def _heading(self) -> tuple[str, str | None, str]:
        source = self._source
        state = "closed" if source is not None and source.is_closed else ""
        return type(self).__name__, None if source is None else source.name, state

    # -- where it stands -----------------------------------------------------------------------------------------------

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

    # -- creation ------------------------------------------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        source: class_opening.Openable,
        *,
        validate: bool = False,
        memmap: bool = False,
        mode: Literal["r", "rw"] = "r",
        storage_options: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> Self:
        """Open a file as a model of this class; of `DataModel`, as one of the file's own.

        Parameters
        ----------
        source : str, path-like, bytes, binary file object, asdf.AsdfFile or DataModel
            What holds the file.
        validate, memmap, mode, storage_options, **kwargs : as for `roman_cal_models.open`
            Which tells of all errors as well.

        Raises
        ------
        SourceTypeError
            The file is of another kind.
        """
        __tracebackhide__ = True
        reading: dict[str, Any] = {"memmap": memmap, "mode": mode, "storage_options": storage_options}
        return class_opening.open_as(cls, source, validate=validate, **reading, **kwargs)

    @classmethod
    def create_minimal(
        cls, defaults: Mapping[str, Any] | None = None, *, version: str | None = None, tag: str | None = None
    ) -> Self:
        """Make a model of the required properties whose value can be told.

        Parameters
        ----------
        defaults : mapping, optional
            Values of required properties that win over all others; a name that is most likely misspelt is warned of.
            Never changed.
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
            Values that win over all others; a name that is most likely misspelt is warned of. Never changed.
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
            What to convert. It is copied, not changed, and not checked: `validate` finds what is missing.
        """
        return cls._of(cls._node_class().create_from_node(model.node if isinstance(model, DataModel) else model))

    @classmethod
    def _with_defaults(cls, defaults: Mapping[str, Any] | None, kind: str | None) -> Mapping[str, Any]:
        """Return the defaults of a product of the pipeline under those that are given."""
        from .defaults import product_defaults

        return product_defaults(cls.__name__, cls._node_name, defaults or {}, fake=kind == "fake")

    upgrade = upgrading.upgrade

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
            Arrays that are not loaded are read for the copy alone.
        memo : dict, optional
            As `copy.deepcopy` takes it.
        """
        node = loading.deepcopied(self._node, memo) if deepcopy else self._node
        return type(self)._of(node, self._source, owns_source=False, history=self._history)

    def __copy__(self) -> Self:
        return self.copy(deepcopy=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.copy(memo=memo)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), self._node, self._history)

    # -- what one asks of it -------------------------------------------------------------------------------------------

    unit = units.unit
    quantity = units.quantity
    dq_flags = quality.dq_flags
    mask = quality.mask
    plot = plotting.plot
    schema_info = schema_info.schema_info
    info = tree_display.info
    search = tree_display.search

    def describe(self, path: str) -> Description:
        """Return what the schemas say of a property, by the version of this model.

        Parameters
        ----------
        path : str
            Its dotted name: ``"meta.cal_step.flat_field"``.

        Raises
        ------
        UnknownAttributeError
            The schemas know no such property.
        """
        return self._node.describe(path)

    def get_schema(self) -> dict[str, Any]:
        """Return the schema of the top node, with its references resolved."""
        return self._node.get_schema()

    # -- the file ------------------------------------------------------------------------------------------------------

    problems = validation.problems
    validate = validation.validate
    save = saving.save
    to_asdf = saving.to_asdf
    to_fits = fits.to_fits
    to_nddata = nddata.to_nddata
    section = loading.section
    cutout = cutout.cutout
    detach = loading.detach

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

if TYPE_CHECKING:

    class NamedModel(DataModel):
        """What checkers take for the base of the models of files: a misspelt name is an error for them."""

        __getattr__: None  # type: ignore[assignment, misc]  # pyright: ignore[reportIncompatibleMethodOverride]
        __setattr__: None  # type: ignore[assignment, misc]  # pyright: ignore[reportIncompatibleMethodOverride]
else:
    NamedModel = DataModel
