"""Values on their way into a node: raw ones of a file are built, given ones are adopted; and copies of nodes.

A node holds nodes, never plain dicts or lists: these are its mark for what is still raw.
"""

from __future__ import annotations

import copy
import weakref
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ..blocks.origins import inherit
from ..errors import UnknownTagError
from ..foreign.times import TIME_TAGS
from ..schema import uris
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence, Unread, opened
from . import object_node as _object_node
from .classes import class_of, class_of_document, editable, is_editable
from .core import raw_items
from .deferred import RAW_TYPES, AsdfArray, Deferred, FileValue, Source
from .list_node import ListNode, bind_list
from .object_node import ObjectNode
from .plain import present_items
from .scalar_node import ScalarNode, UndescribedString, scalar

if TYPE_CHECKING:
    from ..schema.places import ObjectSchema, Place

__all__ = [
    "adopt",
    "as_version",
    "build",
    "build_list",
    "build_root",
    "copied",
    "deepcopied",
    "make_node",
    "restored",
    "set_parent",
    "unread",
]

_Node = TypeVar("_Node", bound=ObjectNode)
_Class = TypeVar("_Class", bound=type[Any])

_setitem = dict.__setitem__
_TAGGED = (TaggedMapping, TaggedSequence, TaggedScalar)
_MAY_BE_FOREIGN: frozenset[type[Any]] = frozenset({*_TAGGED, Unread})


# -- from a file -----------------------------------------------------------------------------------------------------


def build_root(raw: TaggedMapping, uri: str, source: Source) -> ObjectNode:
    """Build the top node of a file from its YAML, by the schema that its tag names.

    Raises
    ------
    UnknownTagError
        The tag is that of a text, a time or a list, which no file is.
    """
    from ..schema import installed

    if installed().root(uri).object is None:
        name = uris.parse(uri).name
        raise UnknownTagError(source.name, f"{raw.tag} is no tag of a file: {name} stands inside of others")
    schema = installed().document(uri)
    return _raw_object(raw, schema, source, None if raw.tag == schema.tag else raw.tag)


def build(raw: Any, place: Place | None, parent: ObjectNode) -> Any:
    """Build the value for a raw container, tagged scalar or text that stands in `parent`."""
    value = _build(opened(raw), place, parent._source)
    set_parent(value, parent)
    return value


def _build(raw: Any, place: Place | None, source: Source | None) -> Any:
    if isinstance(raw, _TAGGED):
        return _build_tagged(raw, source)
    if isinstance(raw, dict):
        return _raw_object(raw, None if place is None else place.object, source)
    if isinstance(raw, list):
        return build_list(raw, place, source)
    return raw


def _build_tagged(raw: Any, source: Source | None) -> Any:
    from ..schema import installed

    store = installed().store
    uri = store.schema_of_node(raw.tag)
    if uri is None:
        if store.is_node(raw.tag):
            return _undescribed(raw, source)
        assert source is not None
        return source.build(raw, lambda: "a list")
    if isinstance(raw, TaggedMapping):
        schema = installed().root(uri).object
        if schema is None:
            return scalar(_time(raw, source), uri)
        return _raw_object(raw, schema, source, raw.tag if raw.tag != schema.tag else None)
    if isinstance(raw, TaggedSequence):
        return build_list(raw, installed().root(uri), source, uri, raw.tag)
    return scalar(str(raw), uri)


def _undescribed(raw: Any, source: Source | None) -> Any:
    """Build what bears a tag of the mission that no installed schema describes."""
    if isinstance(raw, TaggedMapping):
        return _raw_object(raw, None, source, raw.tag)
    if isinstance(raw, TaggedSequence):
        return build_list(raw, None, source, None, raw.tag)
    return UndescribedString(str(raw), raw.tag)


def _time(raw: TaggedMapping, source: Source | None) -> Any:
    """Build a tagged time that is written as a mapping of value, format and scale."""
    assert source is not None
    return source.build(TaggedMapping(raw, source.newest_tag(TIME_TAGS)), lambda: "a time")


def _raw_object(
    raw: Mapping[str, Any],
    schema: ObjectSchema | None,
    source: Source | None,
    tag: str | None = None,
) -> ObjectNode:
    node = make_node(_class_for(class_of(schema), source), schema, tag)
    _object_node._set_source(node, source)
    are_nodes: dict[str | None, bool] = {None: True}
    for key, value in raw.items():
        if value.__class__ in _MAY_BE_FOREIGN:
            if source is not None:
                is_node = are_nodes.get(value.tag)
                if is_node is None:
                    is_node = are_nodes[value.tag] = _is_node(value.tag)
                if not is_node:
                    value = FileValue(source, value)
            if value.__class__ is Unread:
                _object_node._set_may_be_unread(node, True)
        _setitem(node, key, value)
    return node


def _is_node(tag: str) -> bool:
    from ..schema import installed

    return installed().store.is_node(tag)


def build_list(
    raw: list[Any], place: Place | None, source: Source | None, uri: str | None = None, tag: str | None = None
) -> ListNode[Any]:
    """Build a list, whole: a foreign object among its items is built as well."""
    items = None if place is None else place.items
    cls = _class_for(_list_class(place, uri), source)
    node = cls.__new__(cls)
    bind_list(node, items, uri, tag)
    list.extend(node, [_build(item, items, source) for item in raw])
    for item in list.__iter__(node):
        set_parent(item, node)
    return node


def _class_for(cls: _Class, source: Source | None) -> _Class:
    """Return the class that the nodes of a source have: that of a header's cannot be changed."""
    if source is None or not source.read_only:
        return cls
    from .read_only import read_only

    return read_only(cls)


# -- from a user -----------------------------------------------------------------------------------------------------


def adopt(value: Any, place: Place | None, parent: Any) -> Any:
    """Return a given value as it is kept: mappings and lists as nodes, NumPy scalars as Python's own.

    A node of the right schema is kept itself, so that one node can stand in several trees; one of another version
    is converted to the version that the place asks for.
    """
    if isinstance(value, ObjectNode):
        wanted = None if place is None else place.object
        if wanted is not None and value._schema is not wanted:
            value = _converted(value, wanted)
        elif not is_editable(value):  # what is put into a tree can be changed there
            value = _converted(value, value._schema, value._given_tag)
    elif isinstance(value, Mapping):
        value = _converted(value, None if place is None else place.object)
    elif isinstance(value, ScalarNode):
        value = value if place is None or place.node_tag is not None else value.plain()
    elif isinstance(value, str):
        value = str.__str__(value)
    elif isinstance(value, Sequence) and not isinstance(value, (bytes, range, memoryview)):
        value = _adopted_list(value, place)
    else:
        value = _plain_scalar(value)
        # the pipeline counts in floats at places; a file holds the number as its schema asks
        if value.__class__ is float and place is not None and place.is_integral and value.is_integer():
            value = int(value)
    if place is not None and place.node_tag is not None and not isinstance(value, (ObjectNode, ListNode)):
        value = _tagged_scalar(value, place.node_tag)
    set_parent(value, parent)
    return value


def _converted(mapping: Mapping[str, Any], schema: ObjectSchema | None, tag: str | None = None) -> ObjectNode:
    """Return a node of a schema that holds the values of a mapping, not checked yet."""
    node = make_node(class_of(schema), schema, tag)
    source = mapping._source if isinstance(mapping, ObjectNode) else None
    _object_node._set_source(node, source)
    items = raw_items(mapping) if isinstance(mapping, ObjectNode) else mapping.items()
    for key, value in items:
        if isinstance(mapping, ObjectNode) and value.__class__ in RAW_TYPES and not isinstance(value, Deferred):
            value = mapping[key]
        place = None if schema is None else schema.place(key)
        value = unread(value)
        _setitem(node, key, value if isinstance(value, Deferred) else adopt(value, place, node))
    return node


def unread(value: Any) -> Any:
    """Return an array of asdf's as a deferred one, anything else as it is."""
    return AsdfArray(value) if type(value).__name__ == "NDArrayType" else value


def _adopted_list(values: Any, place: Place | None) -> ListNode[Any]:
    items = None if place is None else place.items
    fits = isinstance(values, ListNode) and (values._place is items or items is None or _same(values._place, items))
    if fits and is_editable(values):
        return values  # type: ignore[no-any-return]
    uri = _list_uri(place)
    cls = _list_class(place, uri)
    node = cls.__new__(cls)
    bind_list(node, items, uri, None if place is None else place.node_tag)
    list.extend(node, [adopt(value, items, node) for value in values])
    return node


def _same(one: Place | None, two: Place | None) -> bool:
    return one is not None and two is not None and one.subschemas == two.subschemas


def _plain_scalar(value: Any) -> Any:
    """Return a NumPy scalar as the Python value that a file will hold."""
    kind = type(value)
    if kind.__module__ == "numpy" and hasattr(value, "item") and getattr(value, "shape", None) == ():
        import numpy as np

        # what a Python number holds; for a checker, longdouble is no class
        wide: Any = np.longdouble
        if issubclass(kind, (np.bool_, np.integer, np.floating, np.str_)) and not issubclass(kind, wide):
            return value.item()
    return value


def _tagged_scalar(value: Any, tag: str) -> Any:
    """Return a plain value as the tagged scalar that an old schema asks for; a wrong one is left to be refused."""
    from ..schema import installed

    uri = installed().store.schema_of(tag)
    if uri is None or value is None or isinstance(value, (bool, int, float)):
        return value
    return scalar(value, uri)


# -- nodes -----------------------------------------------------------------------------------------------------------


def make_node(cls: type[_Node], schema: ObjectSchema | None, tag: str | None = None) -> _Node:
    """Return an empty node of a class, bound to a schema."""
    node = cls.__new__(cls)
    _object_node._set_schema(node, schema)
    _object_node._set_tag(node, tag)
    return node


def _list_uri(place: Place | None) -> str | None:
    """Return the URI of the document that describes the list at a place, or None for one described in place."""
    if place is None:
        return None
    piece = next((piece for piece in place.pieces if piece.schema.get("type") == "array"), None)
    return piece.document if piece is not None and not piece.pointer else None


def _list_class(place: Place | None, uri: str | None) -> type[ListNode[Any]]:
    uri = uri or _list_uri(place)
    cls = None if uri is None else class_of_document(uri)
    return cls if isinstance(cls, type) and issubclass(cls, ListNode) else ListNode


def set_parent(value: Any, parent: Any) -> None:
    """Tell a value, if it is a node or a list, what it stands in."""
    if isinstance(value, ObjectNode):
        _object_node._set_parent(value, weakref.ref(parent))
    elif isinstance(value, ListNode):
        value._set_parent(parent)


def copied(node: _Node) -> _Node:
    """Return a shallow copy: the same values, in a node of its own."""
    twin = make_node(editable(type(node)), node._schema, node._given_tag)
    _object_node._set_source(twin, node._source)
    for key, value in list(raw_items(node)):
        raw = value.__class__ in RAW_TYPES and not isinstance(value, Deferred)
        _setitem(twin, key, node[key] if raw else value)
    return twin


def as_version(node: ObjectNode, schema: ObjectSchema) -> ObjectNode:
    """Return a node of a schema that holds the values of another, not checked yet.

    All containers are new; arrays and other foreign objects are shared, and stay unread where they are. Tags that no
    schema describes are left behind.
    """
    return _converted(_new_containers(node), schema)


def _new_containers(value: Any) -> Any:
    if isinstance(value, ObjectNode):
        twin = copied(value)
        if twin._schema is None:
            _object_node._set_tag(twin, None)
        for key, item in list(raw_items(twin)):
            _setitem(twin, key, _new_containers(item))
        return twin
    if isinstance(value, UndescribedString):
        return value.plain()
    if isinstance(value, ListNode):
        items = [_new_containers(item) for item in value]
        twin_list = copy.copy(value)
        list.__setitem__(twin_list, slice(None), items)
        return twin_list
    return value


def deepcopied(node: _Node, memo: dict[int, Any]) -> _Node:
    """Return a deep copy; foreign objects are built first, so that the copy outlives the file."""
    twin = make_node(type(node), node._schema, node._given_tag)
    memo[id(node)] = twin
    for key, value in present_items(node):
        value = inherit(copy.deepcopy(value, memo), value)
        _setitem(twin, key, value)
        set_parent(value, twin)
    return twin


def restored(cls: type[_Node], schema: ObjectSchema | None, tag: str | None, items: list[tuple[str, Any]]) -> _Node:
    """Return a node as it was pickled."""
    node = make_node(cls, schema, tag)
    for key, value in items:
        _setitem(node, key, value)
        set_parent(value, node)
    return node
