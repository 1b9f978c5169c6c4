"""Assertions about nodes, for tests. The names are those of ``roman_datamodels.testing``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .nodes.list_node import ListNode
from .nodes.object_node import ObjectNode
from .nodes.scalar_node import ScalarNode

__all__ = ["assert_node_equal", "assert_node_is_copy", "wraps_hashable"]

_Node = (ObjectNode, ListNode, ScalarNode)


def assert_node_equal(node1: Any, node2: Any) -> None:
    """Assert that two nodes are of one class and one version and hold equal values.

    Parameters
    ----------
    node1, node2 : ObjectNode, ListNode or ScalarNode
        The nodes. Arrays are equal when their shapes, types and values are; NaN equals NaN.

    Raises
    ------
    AssertionError
        They differ; the text names the paths.
    TypeError
        They are not nodes.
    """
    __tracebackhide__ = True
    _must_be_nodes(node1, node2)
    differences = list(_differences(node1, node2, "node"))
    assert not differences, "\n".join(differences)


def assert_node_is_copy(node1: Any, node2: Any, deepcopy: bool = False) -> None:
    """Assert that one node is a copy of another: equal, but not the same object.

    Parameters
    ----------
    node1, node2 : ObjectNode, ListNode or ScalarNode
        The nodes.
    deepcopy : bool
        Whether what they hold must be copied as well; otherwise it must be the same objects. Text, numbers and
        other values that cannot change are the same in any copy.

    Raises
    ------
    AssertionError
        It is not such a copy.
    TypeError
        They are not nodes.
    """
    __tracebackhide__ = True
    assert_node_equal(node1, node2)
    if not isinstance(node1, ScalarNode):
        assert node1 is not node2, "the two are one object"
    for path, one, other in _members(node1, node2):
        if not deepcopy:
            assert one is other, f"{path} was copied"
        elif isinstance(one, (ObjectNode, ListNode)):
            assert_node_is_copy(one, other, deepcopy=True)
        elif not _is_hashable(one):
            assert one is not other, f"{path} was not copied"


def wraps_hashable(node: Any) -> bool:
    """Return True if all values of a node can be hashed; nested nodes cannot.

    Parameters
    ----------
    node : ObjectNode, ListNode or ScalarNode
        The node.

    Returns
    -------
    bool
        Whether they can.

    Raises
    ------
    TypeError
        It is not a node.
    """
    _must_be_nodes(node)
    if isinstance(node, ScalarNode):
        return True
    values = node.values() if isinstance(node, Mapping) else node
    return all(_is_hashable(value) for value in values)


def _must_be_nodes(*values: Any) -> None:
    for value in values:
        if not isinstance(value, _Node):
            raise TypeError(f"{type(value).__name__} is not a node")


def _members(node1: Any, node2: Any) -> list[tuple[str, Any, Any]]:
    if isinstance(node1, ObjectNode):
        return [(key, value, node2[key]) for key, value in node1.items()]
    if isinstance(node1, ListNode):
        return [(f"[{index}]", *pair) for index, pair in enumerate(zip(node1, node2, strict=True))]
    return []


def _differences(one: Any, other: Any, path: str) -> list[str]:
    from .nodes.equality import equal_values

    if type(one) is not type(other):
        return [f"{path}: {type(one).__name__} and {type(other).__name__}"]
    if isinstance(one, _Node) and one.schema_uri != other.schema_uri:
        return [f"{path}: {one.schema_uri} and {other.schema_uri}"]
    if isinstance(one, ObjectNode):
        missing = [f"{path}.{key}: only in one of the two" for key in sorted(one.keys() ^ other.keys())]
        shared = [_differences(one[key], other[key], f"{path}.{key}") for key in one if key in other]
        return [*missing, *(line for lines in shared for line in lines)]
    if isinstance(one, ListNode):
        if len(one) != len(other):
            return [f"{path}: {len(one)} and {len(other)} items"]
        pairs = enumerate(zip(one, other, strict=True))
        return [line for index, pair in pairs for line in _differences(*pair, f"{path}[{index}]")]
    return [] if equal_values(one, other) else [f"{path}: {one!r} and {other!r}"]


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True
