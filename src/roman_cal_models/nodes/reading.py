"""Nodes from the trees that asdf gives to its converters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..schema import installed
from .classes import class_of
from .deferred import Deferred
from .from_file import adopt, build_list, make_node, unread
from .scalar_node import is_scalar, scalar

__all__ = ["node_from_tree"]


def node_from_tree(tree: Any, tag: str, uri: str | None = None) -> Any:
    """Return the node, list or scalar of a tag, from a tree whose foreign objects are built.

    Nothing is checked: what an old or broken file holds is kept, and fails at `validate`. The schema is that of the
    tag, if no other is given.
    """
    store = installed().store
    uri = uri or store.schema_of_node(tag)
    assert uri is not None
    place = installed().root(uri)
    if isinstance(tree, Mapping) and not is_scalar(uri) and place.object is not None:
        node = make_node(class_of(place.object), place.object, None if tag == place.object.tag else tag)
        for key, value in tree.items():
            value = unread(value)
            is_deferred = isinstance(value, Deferred)
            dict.__setitem__(node, key, value if is_deferred else adopt(value, place.object.place(key), node))
        return node
    if isinstance(tree, (str, Mapping)):
        return scalar(dict(tree) if isinstance(tree, Mapping) else str(tree), uri)
    return build_list(list(tree), place, None, uri, tag)
