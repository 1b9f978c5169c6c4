"""Nodes from files: from the raw YAML of one, or from the trees that asdf gives to its converters.

Nothing is checked: what an old or broken file holds is kept, and fails at `validate`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import UnknownTagError
from ..foreign.times import TIME_TAGS
from ..schema import installed, uris
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence, UnparsedValue, opened
from .assignment import coerce, list_class, list_uri
from .classes import class_of
from .core import ListCore, ObjectCore, bind, bind_list, fill_list, set_parent
from .deferred import Deferred, FileValue, Source, deferred_array
from .read_only import read_only
from .scalar_node import ScalarNode, UndescribedString, is_time, scalar

if TYPE_CHECKING:
    from ..schema.properties import ObjectSchema, PropertySchema
    from .object_node import ObjectNode

__all__ = ["build", "build_root", "node_from_tree"]

_Class = TypeVar("_Class", bound=type[Any])

_setitem = dict.__setitem__
_TAGGED = (TaggedMapping, TaggedSequence, TaggedScalar)
_MAY_BE_FOREIGN: frozenset[type[Any]] = frozenset({*_TAGGED, UnparsedValue})


# -- from raw YAML ---------------------------------------------------------------------------------------------------


def build_root(raw: TaggedMapping, uri: str, source: Source) -> ObjectNode:
    """Build the top node of a file from its YAML, by the schema that its tag names.

    Raises
    ------
    UnknownTagError
        The tag is that of a text, a time or a list, which no file is.
    """
    if installed().root(uri).object is None:
        name = uris.parse(uri).name
        raise UnknownTagError(source.name, f"{raw.tag} is not a tag of a file: {name} stands inside of others")
    schema = installed().document(uri)
    return _object(raw, schema, source, None if raw.tag == schema.tag else raw.tag)


def build(raw: Any, place: PropertySchema | None, parent: ObjectCore) -> Any:
    """Build the value for a raw container, tagged scalar or text that stands in `parent`."""
    value = _build(opened(raw), place, parent._source)
    set_parent(value, parent)
    return value


def _build(raw: Any, place: PropertySchema | None, source: Source | None) -> Any:
    if isinstance(raw, _TAGGED):
        return _build_tagged(raw, source)
    if isinstance(raw, dict):
        return _object(raw, None if place is None else place.object, source)
    if isinstance(raw, list):
        return _list(raw, place, source)
    return raw


def _build_tagged(raw: Any, source: Source | None) -> Any:
    store = installed().store
    uri = store.schema_of_node(raw.tag)
    if uri is None:
        if store.is_node(raw.tag):
            return _undescribed(raw, source)
        assert source is not None
        return source.build(raw, lambda: "a list")
    if isinstance(raw, TaggedMapping):
        schema = installed().root(uri).object
        if schema is not None:
            return _object(raw, schema, source, raw.tag if raw.tag != schema.tag else None)
        return scalar(_time(raw, source), uri) if is_time(uri) else _undescribed(raw, source)
    if isinstance(raw, TaggedSequence):
        return _list(raw, installed().root(uri), source, uri, raw.tag)
    value = scalar(str(raw), uri)
    return value if isinstance(value, ScalarNode) else _undescribed(raw, source)


def _undescribed(raw: Any, source: Source | None) -> Any:
    """Build what bears a tag of the mission that no installed schema describes, or that is one of something else."""
    if isinstance(raw, TaggedMapping):
        return _object(raw, None, source, raw.tag)
    if isinstance(raw, TaggedSequence):
        return _list(raw, None, source, None, raw.tag)
    return UndescribedString(str(raw), raw.tag)


def _time(raw: TaggedMapping, source: Source | None) -> Any:
    """Build a tagged time that is written as a mapping of value, format and scale."""
    assert source is not None
    return source.build(TaggedMapping(raw, source.newest_tag(TIME_TAGS)), lambda: "a time")


def _object(
    raw: Mapping[str, Any],
    schema: ObjectSchema | None,
    source: Source | None,
    tag: str | None = None,
) -> ObjectNode:
    cls = _class_for(class_of(schema), source)
    node = cls.__new__(cls)
    may_be_unread = False
    are_nodes: dict[str | None, bool] = {None: True}
    for key, value in raw.items():
        if value.__class__ in _MAY_BE_FOREIGN:
            if source is not None:
                is_node = are_nodes.get(value.tag)
                if is_node is None:
                    is_node = are_nodes[value.tag] = installed().store.is_node(value.tag)
                if not is_node:
                    value = FileValue(source, value)
            may_be_unread = may_be_unread or value.__class__ is UnparsedValue
        _setitem(node, key, value)
    bind(node, schema, tag=tag, source=source, may_be_unread=may_be_unread)
    return node


def _list(
    raw: list[Any], place: PropertySchema | None, source: Source | None, uri: str | None = None, tag: str | None = None
) -> ListCore[Any]:
    """Build a list, whole: a foreign object among its items is built as well."""
    items = None if place is None else place.items
    cls = _class_for(list_class(list_uri(place)), source)
    node = cls.__new__(cls)
    bind_list(node, items, uri, tag)
    return fill_list(node, [_build(item, items, source) for item in raw])


def _class_for(cls: _Class, source: Source | None) -> _Class:
    """Return the class that the nodes of a source have: that of a header's cannot be changed."""
    return cls if source is None or not source.read_only else read_only(cls)


# -- from asdf's trees -----------------------------------------------------------------------------------------------


def node_from_tree(tree: Any, tag: str, uri: str | None = None) -> Any:
    """Return the node, list or scalar of a tag, from a tree whose foreign objects are built.

    The schema is that of the tag, if no other is given.
    """
    uri = uri or installed().store.schema_of_node(tag)
    assert uri is not None
    place = installed().root(uri)
    if isinstance(tree, Mapping) and place.object is not None:
        return _object_from_tree(tree, place.object, tag)
    if isinstance(tree, (str, Mapping)):
        return scalar(dict(tree) if isinstance(tree, Mapping) else str(tree), uri)
    return _list(list(tree), place, None, uri, tag)


def _object_from_tree(tree: Mapping[str, Any], schema: ObjectSchema, tag: str) -> ObjectNode:
    cls = class_of(schema)
    node = cls.__new__(cls)
    bind(node, schema, tag=None if tag == schema.tag else tag)
    for key, value in tree.items():
        value = deferred_array(value)
        _setitem(node, key, value if isinstance(value, Deferred) else coerce(value, schema.property_named(key), node))
    return node
