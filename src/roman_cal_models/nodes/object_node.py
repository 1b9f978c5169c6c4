"""ObjectNode: a real dict with attribute access, typed and checked by a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from ..errors import format_path
from ..outline.displayed import Displayed, fallback_text
from ..schema import installed
from . import assignment, copying, core, names, plain, validation
from .classes import schema_for, schemas_of
from .core import ObjectCore, bind
from .deferred import Deferred
from .docstrings import class_docstring
from .from_file import build
from .lazy_dict import present_values, raw_get
from .properties import Properties, declare_of_node, property_names, property_types

if TYPE_CHECKING:
    from ..errors import Problem
    from ..schema.properties import ObjectSchema
    from .descriptions import Description

__all__ = ["NamedNode", "ObjectNode", "Properties", "TaggedObjectNode", "property_names", "property_types"]

_PLAIN = core.PLAIN

_get = dict.get
_setitem = dict.__setitem__


class _DefaultTag:
    """The tag of the newest version: a private name of roman_datamodels that pipeline code uses."""

    def __get__(self, node: object, cls: type[ObjectNode]) -> str | None:
        schema = schema_for(cls, None, None)
        return None if schema is None or schema.path else schema.tag or str(schema.parsed.as_tag())


class _Describe:
    """The method ``describe``: of a node by its own version, of a class by the newest."""

    def __get__(self, node: ObjectNode | None, cls: type[ObjectNode]) -> Callable[[str], Description]:
        schema = schema_for(cls, None, None) if node is None else node._schema

        def describe(path: str) -> Description:
            """Return what the schemas say of a property.

            Parameters
            ----------
            path : str
                Its dotted name from here on: ``"flat_field"``, ``"cal_step.flat_field"``.

            Returns
            -------
            Description
                Title, description, types, allowed values, unit, archive columns. Printed, it is text.

            Raises
            ------
            UnknownAttributeError
                The schemas know no such property.
            """
            from .descriptions import describe

            return describe(schema, path)

        return describe


class ObjectNode(Displayed, ObjectCore):
    """A piece of a Roman tree that holds properties by name.

    A real `dict`: ``node["name"]`` and ``node.name`` are two spellings of one value. What is set is checked against
    the schema of the node's own version at once; what is missing is asked for by `validate`.

    A subclass may have attributes of its own, which no file holds: what it defines (slots, properties, defaults), and
    any whose name begins with an underscore.

    Parameters
    ----------
    mapping : mapping, optional
        Values to begin with.
    version : str, optional
        Version of the schema; the newest by default.
    tag : str, optional
        Tag whose schema is meant, instead of a version.
    **values
        More values.

    Raises
    ------
    ValidationError
        A value breaks the schema.
    SchemaNotFoundError
        There is no such version.
    """

    __slots__ = ()

    # What `declare_of_node` notes:
    # names of methods: reached as keys only
    _reserved: ClassVar[frozenset[str]] = frozenset()
    # attributes that are the keys themselves
    _declared: ClassVar[frozenset[str]] = frozenset()
    # what a subclass made outside of this package has beside what a file holds
    _own: ClassVar[frozenset[str]] = frozenset()
    _is_ours: ClassVar[bool] = True
    # attributes that `__init_subclass__` has made
    _given: ClassVar[frozenset[str]] = frozenset()
    # whether an attribute may be set without asking `__setitem__`
    _sets_quickly: ClassVar[bool] = True

    _default_tag = _DefaultTag()

    describe = _Describe()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declare_of_node(cls, ObjectNode)
        if cls._families:
            cls.__doc__ = class_docstring(cls.__doc__)  # type: ignore[assignment]

    @classmethod
    def _schema_of(cls, node: Self | None) -> ObjectSchema | None:
        """Return the schema of a node; the newest of the class without one."""
        return schema_for(cls, None, None) if node is None else node._schema

    @classmethod
    def _schemas(cls) -> Iterator[ObjectSchema]:
        """Yield the schemas of the class, the newest first, each when it is taken."""
        return schemas_of(cls)

    def __init__(
        self,
        mapping: Mapping[str, Any] | None = None,
        /,
        *,
        version: str | None = None,
        tag: str | None = None,
        **values: Any,
    ) -> None:
        __tracebackhide__ = True
        super().__init__()
        bind(self, schema_for(type(self), version, tag))
        self.update(mapping or {}, **values)

    # -- values ------------------------------------------------------------------------------------------------------

    def _build(self, key: Any, raw: Any) -> Any:
        if isinstance(raw, Deferred):
            return raw.get(lambda: format_path((*self.path(), key)))
        return build(raw, self._place(key), self)

    def __missing__(self, key: Any) -> Any:
        __tracebackhide__ = True
        raise names.missing(self, key)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in self._own:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        __tracebackhide__ = True
        key = names.key_name(name)
        if key not in self:
            raise names.missing(self, key)  # from here, for a traceback without the code of a dict
        return self[key]

    def __setattr__(self, name: str, value: Any) -> None:
        schema = self._schema
        if schema is not None and type(value) in _PLAIN:
            accepts = schema.attribute_checks.get(name)
            # what stands here must be built already, so that no other thread is building it
            if accepts is not None and self._sets_quickly and type(_get(self, name)) in _PLAIN and accepts(value):
                _setitem(self, name, value)
                return
        if name not in self._declared:
            if self._is_state(name):
                object.__setattr__(self, name, value)
                return
            if name in self._reserved or name.startswith("_"):
                raise names.reserved(self, name)
            name = names.key_name(name)
        elif schema is not None and name in schema.properties and name not in self._kept:
            schema.attribute_checks[name] = schema.properties[name].accepts_plain
        __tracebackhide__ = True  # who sees the error wants the line that set the value
        self[name] = value

    def _is_state(self, name: str) -> bool:
        """Return whether an attribute is one of a subclass's own, which no file holds."""
        return name in self._own or (not self._is_ours and name.startswith("_") and name not in self._reserved)

    def __delattr__(self, name: str) -> None:
        if self._is_state(name):
            object.__delattr__(self, name)
            return
        del self[names.key_name(name)]

    def __delitem__(self, key: Any) -> None:
        if key not in self:
            raise names.missing(self, key)
        super().__delitem__(key)

    def __setitem__(self, key: Any, value: Any) -> None:
        schema = self._schema
        if schema is not None and type(value) in _PLAIN and schema.accepts_plain(key, value):
            if type(raw_get(self, key)) in _PLAIN and key not in self._kept:
                _setitem(self, key, value)  # quicker; what stands here is neither raw nor kept
            else:
                self._store(key, value)
            return
        __tracebackhide__ = True
        self._store(key, assignment.member(self, key, value))

    # -- its schema ----------------------------------------------------------------------------------------------------

    @property
    def _read_tag(self) -> str | None:
        """The tag, where it is not that of the newest version: a private name of roman_datamodels."""
        return None if self.tag == type(self)._default_tag else self.tag

    def get_schema(self) -> dict[str, Any]:
        """Return the schema with its references resolved; empty for an object that no schema describes."""
        from ..asdf_bridge import resolved_schema

        return {} if self.schema_uri is None else resolved_schema(self.schema_uri)

    @classmethod
    def versions(cls) -> tuple[str, ...]:
        """Return the versions of the schema that are installed, oldest first."""
        found = installed().store.versions(cls._families[0], base=cls._base) if cls._families else ()
        return tuple(uri.version for uri in found)

    # -- checking ----------------------------------------------------------------------------------------------------

    def problems(self) -> list[Problem]:
        """Return everything that is wrong with the node, what is missing included.

        Returns
        -------
        list of Problem
            Empty for a valid node; paths are from this node on.
        """
        return validation.problems(self)

    def validate(self) -> None:
        """Check the whole node.

        Raises
        ------
        ValidationError
            Carries every problem.
        """
        __tracebackhide__ = True
        validation.validate(self)

    # -- creation ----------------------------------------------------------------------------------------------------

    @classmethod
    def create_minimal(
        cls, defaults: Mapping[str, Any] | None = None, *, version: str | None = None, tag: str | None = None
    ) -> Self:
        """Make a node of the required properties whose value can be told.

        That is: single-valued enums, the defaults of a class (each calibration step ``"INCOMPLETE"``), empty
        containers, and what `defaults` gives for required properties. The rest is left out, so the node is often
        not valid yet.

        Parameters
        ----------
        defaults : mapping, optional
            Values that win over all others; a name that is most likely misspelt is warned of. Never changed.
        version, tag : str, optional
            The version to make; the newest by default.
        """
        from .creation import create_minimal

        return create_minimal(cls, schema_for(cls, version, tag), defaults)

    @classmethod
    def create_fake_data(
        cls,
        defaults: Mapping[str, Any] | None = None,
        shape: tuple[int, ...] | None = None,
        *,
        version: str | None = None,
        tag: str | None = None,
    ) -> Self:
        """Make a valid node: every required property, filled with made-up values.

        Text is ``"?"``, numbers are -999999 or their minimum, booleans False, an enum its first value, times
        2020-01-01.

        Parameters
        ----------
        defaults : mapping, optional
            Values that win over all others; a name that is most likely misspelt is warned of. Never changed.
        shape : tuple of int, optional
            Shape of the arrays; an array of fewer dimensions takes the first ones. One element by default.
        version, tag : str, optional
            The version to make; the newest by default.
        """
        from .creation import create_fake_data

        return create_fake_data(cls, schema_for(cls, version, tag), defaults, shape)

    @classmethod
    def create_from_node(cls, node: Mapping[str, Any], *, version: str | None = None, tag: str | None = None) -> Self:
        """Convert another mapping, a node of another version included, to this class.

        Parameters
        ----------
        node : mapping
            What to convert. It is copied, not changed, and not checked: `validate` reports what is missing.
        version, tag : str, optional
            The version to convert to; the newest by default.
        """
        from .creation import create_from_node

        return create_from_node(cls, schema_for(cls, version, tag), node)

    @classmethod
    def _minimal_defaults(cls, schema: ObjectSchema) -> Mapping[str, Any]:
        """Return what a minimal node of the class holds where nothing is given."""
        return {}

    @classmethod
    def _fake_defaults(cls, schema: ObjectSchema) -> Mapping[str, Any]:
        """Return what a fake node of the class holds where nothing is given."""
        return {}

    # -- a good dict -------------------------------------------------------------------------------------------------

    def to_flat_dict(self, include_arrays: bool = True, recursive: bool = False) -> dict[str, Any]:
        """Return the values under dotted names: ``{"cal_step.flat_field": "COMPLETE"}``.

        Parameters
        ----------
        include_arrays : bool
            Whether arrays are among them.
        recursive : bool
            Whether what is nested is taken apart as well; otherwise only this node's own properties are listed.
        """
        return plain.flatten(self, include_arrays=include_arrays, recursive=recursive)

    def to_dict(self) -> dict[str, Any]:
        """Return all that the node holds as plain dicts and lists, every value built.

        For libraries written in C that look into a dict behind its back, such as orjson, msgspec and pyarrow: of a
        node itself, they meet what has not been read yet.

        Raises
        ------
        NeedsBlocks
            Of a header: an object has arrays in blocks.

        Examples
        --------
        >>> import json
        >>> import roman_cal_models as rcm
        >>> json.dumps(rcm.Exposure(read_pattern=[[1], [2, 3]]).to_dict())
        '{"read_pattern": [[1], [2, 3]]}'
        """
        return plain.to_plain(self)  # type: ignore[no-any-return]

    def _attribute_names(self) -> list[str]:
        """Return the attributes that are properties: those of the schema, and further ones that are here."""
        found = [*self.schema_properties(), *(key for key in self if isinstance(key, str) and key.isidentifier())]
        return [*map(names.attribute_name, dict.fromkeys(found))]

    def __dir__(self) -> Iterable[str]:
        return {*self._attribute_names(), *super().__dir__()}

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    def __copy__(self) -> Self:
        return copying.copied(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return copying.deepcopied(self, memo)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return copying.restored, (type(self), self._schema, self._given_tag, present_values(self))

    def _one_line(self) -> str:
        from .one_line import one_line

        return one_line(self)

    def _text_lines(self, width: int | None, rows: int | None) -> Iterator[str]:
        from .outline_builder import text_lines

        return text_lines(self, width, rows)

    def _repr_html_(self) -> str:
        from .outline_builder import as_html

        return as_html(self, fallback_text(self))

    def __asdf_traverse__(self) -> dict[str, Any]:
        return dict(self)


ObjectNode._reserved = frozenset(dir(ObjectNode))

if TYPE_CHECKING:

    class NamedNode(ObjectNode):
        """What checkers take for the base of classes whose names are all known: a misspelt one is an error for them."""

        __getattr__: None  # type: ignore[assignment, misc]  # pyright: ignore[reportIncompatibleMethodOverride]
        __setattr__: None  # type: ignore[assignment, misc]  # pyright: ignore[reportIncompatibleMethodOverride]
else:
    NamedNode = ObjectNode


class TaggedObjectNode(NamedNode):
    """A node that RAD gives a tag in its newest manifest: the top of a file."""

    __slots__ = ()
