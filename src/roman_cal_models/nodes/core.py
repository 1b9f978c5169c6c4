"""What all nodes are made of: the containers, and what each is bound to, which is its schema, tag, source and parent.

The methods that users know are in ``object_node`` and ``list_node``, which stand above all that works on the cores.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from ..schema import uris
from ..schema.uris import ROMAN
from .deferred import Source
from .equality import equal_sequences
from .lazy_dict import LazyDict, raw_items

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema

__all__ = ["PLAIN", "ListCore", "ObjectCore", "bind", "bind_list", "fill", "fill_list", "set_parent"]

_T = TypeVar("_T")
_Node = TypeVar("_Node", bound="ObjectCore")
_List = TypeVar("_List", bound="ListCore[Any]")

_setitem = dict.__setitem__

PLAIN = frozenset({str, int, float, bool, type(None)})
"""Values of these types are stored as they are given, and stand in nothing."""


class ObjectCore(LazyDict):
    """A lazy dict that knows its schema, what it stands in, and who builds what is raw in it."""

    __slots__ = ("__weakref__", "_given_tag", "_may_be_unread", "_parent", "_schema", "_source")

    # The authority of its schemas: RAD's, or that of a third party.
    _base: ClassVar[str] = ROMAN

    # Generated: the families of schemas that the class stands for, newest home first, and, for an object that a
    # schema describes in place, where in that schema.
    _families: ClassVar[tuple[str, ...]] = ()
    _path: ClassVar[tuple[str, ...]] = ()

    _schema: ObjectSchema | None
    _source: Source | None
    _parent: weakref.ref[Any] | None
    _given_tag: str | None
    _may_be_unread: bool

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make it, bound to nothing yet."""
        node = super().__new__(cls)
        bind(node, None)
        return node

    def path(self) -> tuple[str | int, ...]:
        """Return where the node stands in the tree that it was last put into, as long as that is in use."""
        return _path_of(self)

    @property
    def schema_uri(self) -> str | None:
        """URI of the schema that the node is checked against; None for an object that no schema describes."""
        return None if self._schema is None else self._schema.uri

    @property
    def version(self) -> str | None:
        """Version of that schema."""
        return None if self._schema is None else self._schema.parsed.version

    @property
    def tag(self) -> str | None:
        """The tag that the node bears when it is written on its own; None for an object described in place.

        A fragment, which RAD gives no tag, has the tag that follows from its schema URI by RAD's convention.
        """
        if self._given_tag is not None or self._schema is None or self._schema.path:
            return self._given_tag
        return self._schema.tag or str(self._schema.parsed.as_tag())

    @property
    def _tag(self) -> str | None:
        """The tag as asdf's ``info``, ``search`` and ``schema_info`` ask for it."""
        return self.tag

    def schema_properties(self) -> tuple[str, ...]:
        """Return the names that the schema declares, in its order."""
        return () if self._schema is None else tuple(self._schema.properties)

    def _place(self, key: Any) -> PropertySchema | None:
        """Return what the schema says of what stands under a key."""
        return None if self._schema is None else self._schema.property_named(key)

    def _index_of(self, item: Any) -> Any:
        """Return the key under which a value stands, or None."""
        return next((key for key, value in raw_items(self) if value is item), None)

    def __roman_tag__(self) -> str | None:
        return self._given_tag or (None if self._schema is None else self._schema.tag)

    def __roman_lower__(self) -> dict[str, Any]:
        # checks look at what stands here, built or not: nothing is built only to be checked
        return dict(raw_items(self) if self._may_be_unread else dict.items(self))


class ListCore(list[_T]):
    """A real list whose items know what they stand in. It holds no raw values: a list is built whole."""

    __slots__ = ("__weakref__", "_given_tag", "_indexes", "_parent", "_place", "_uri")

    # As those of `ObjectCore`.
    _base: ClassVar[str] = ROMAN
    _families: ClassVar[tuple[str, ...]] = ()

    _place: PropertySchema | None
    _parent: weakref.ref[Any] | None
    _uri: str | None
    _given_tag: str | None
    # item's identity -> index, as of the last time that an item's path was asked for
    _indexes: dict[int, int]

    def __new__(cls, *args: Any, **kwargs: Any) -> Self:
        """Make it, bound to nothing yet."""
        node = super().__new__(cls)
        bind_list(node, None, None, None)
        return node

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, list):
            return NotImplemented
        return equal_sequences(self, other)

    def __ne__(self, other: object) -> bool:
        equal = self.__eq__(other)
        return equal if equal is NotImplemented else not equal

    __hash__ = None

    def path(self) -> tuple[str | int, ...]:
        """Return where the list stands in the tree that it was last put into."""
        return _path_of(self)

    @property
    def schema_uri(self) -> str | None:
        """URI of the schema of its own; None for a list described in place."""
        return self._uri

    @property
    def version(self) -> str | None:
        """Version of that schema."""
        return None if self._uri is None else uris.parse(self._uri).version

    @property
    def tag(self) -> str | None:
        """The tag that it bears when it is written on its own; None for a list described in place."""
        if self._given_tag is not None or self._uri is None:
            return self._given_tag
        return str(uris.parse(self._uri).as_tag())

    @property
    def _tag(self) -> str | None:
        """The tag as asdf's ``info``, ``search`` and ``schema_info`` ask for it."""
        return self.tag

    def __roman_tag__(self) -> str | None:
        return self._given_tag

    def _index_of(self, item: Any) -> int | None:
        """Return where an item stands: found in one look as long as the list is what it was at the look before."""
        try:
            index = self._indexes[id(item)]
            if list.__getitem__(self, index) is item:
                return index
        except (AttributeError, KeyError, IndexError):
            pass
        indexes: dict[int, int] = {}
        for index, each in enumerate(list.__iter__(self)):
            indexes.setdefault(id(each), index)
        self._indexes = indexes
        return indexes.get(id(item))


# -- what a node is bound to -----------------------------------------------------------------------------------------

# Setting an attribute of a node sets a value of its tree: its slots are set past that.
_set_schema = ObjectCore.__dict__["_schema"].__set__
_set_source = ObjectCore.__dict__["_source"].__set__
_set_parent = ObjectCore.__dict__["_parent"].__set__
_set_tag = ObjectCore.__dict__["_given_tag"].__set__
_set_may_be_unread = ObjectCore.__dict__["_may_be_unread"].__set__


def bind(
    node: ObjectCore,
    schema: ObjectSchema | None,
    *,
    tag: str | None = None,
    source: Source | None = None,
    may_be_unread: bool = False,
) -> None:
    """Bind a node, which stands in no tree yet.

    Parameters
    ----------
    node : ObjectCore
        The node.
    schema : ObjectSchema or None
        What it is checked against.
    tag : str, optional
        The tag that it bears, where that is not its schema's.
    source : Source, optional
        Who builds the foreign objects in it.
    may_be_unread : bool
        Whether text that was not read yet stands in it.
    """
    _set_schema(node, schema)
    _set_tag(node, tag)
    _set_source(node, source)
    _set_may_be_unread(node, may_be_unread)
    _set_parent(node, None)


def bind_list(node: ListCore[Any], place: PropertySchema | None, uri: str | None, tag: str | None) -> None:
    """Bind a list to the place of its items and, if a schema of its own describes it, to that schema."""
    node._place = place
    node._uri = uri
    node._given_tag = tag
    node._parent = None


def set_parent(value: Any, parent: Any) -> None:
    """Set what a value stands in, if it is a node or a list."""
    if isinstance(value, ObjectCore):
        _set_parent(value, weakref.ref(parent))
    elif isinstance(value, ListCore):
        value._parent = weakref.ref(parent)


def fill(node: _Node, items: Iterable[tuple[Any, Any]]) -> _Node:
    """Put values into a node as they are, unchecked, and return it."""
    for key, value in items:
        _setitem(node, key, value)
        if value.__class__ not in PLAIN:
            set_parent(value, node)
    return node


def fill_list(node: _List, items: list[Any]) -> _List:
    """Put items into a list as they are, unchecked, and return it."""
    list.extend(node, items)
    for item in items:
        if item.__class__ not in PLAIN:
            set_parent(item, node)
    return node


def _path_of(node: Any) -> tuple[str | int, ...]:
    path: list[str | int] = []
    met = set()
    while id(node) not in met and node._parent is not None and (parent := node._parent()) is not None:
        key = parent._index_of(node)
        if key is None:
            break
        path.append(key)
        met.add(id(node))  # a node may hold itself
        node = parent
    return tuple(reversed(path))
