"""asdf's converters for nodes.

A node is written in two steps, as asdf allows: the node's converter turns it into a `Serialised` of the manifest that
knows its tag, and that one's converter writes the tag. So the history of a file names the manifest's extension, as
the files of ``roman_datamodels`` do.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from asdf.extension import Converter

__all__ = ["NodeConverter", "SerialisedConverter", "serialised_type"]


class Serialised:
    """A node on its way into a file: its tagged tree."""

    __slots__ = ("tree",)

    def __init__(self, tree: Any) -> None:
        self.tree = tree


@cache
def serialised_type(manifest: str) -> type[Serialised]:
    """Return the type of the nodes that are written by the extension of one manifest."""
    return type("Serialised", (Serialised,), {"__slots__": ()})


def fragments_of(base: str) -> str:
    """Return what stands for a manifest where an authority's nodes have no tag in any."""
    return f"{base}/fragments"


class NodeConverter(Converter):  # pyright: ignore[reportMissingTypeArgument]
    """Turns nodes into `Serialised` ones.

    Parameters
    ----------
    base : str
        The authority of their schemas.
    """

    def __init__(self, base: str) -> None:
        self._base = base

    @property
    def tags(self) -> tuple[str, ...]:
        """No tags: nodes are read by the converter of their manifest."""
        return ()

    @property
    def types(self) -> list[Any]:
        """The Python types that are written, as dotted names: asdf imports none of them until a node is met."""
        from ..nodes.classes import class_paths

        return [*class_paths(self._base)]

    def select_tag(self, obj: Any, tags: Any, ctx: Any) -> None:
        """Return the tag to write; None leaves it to the next converter."""
        return None

    def to_yaml_tree(self, obj: Any, tag: Any, ctx: Any) -> Any:
        """Return the tree to write."""
        from ..schema import installed
        from .trees import tagged_tree

        own = obj.tag
        tree = tagged_tree(obj, own)
        if own is None:
            return tree
        manifest = installed().store.manifest_of_node(own)
        return serialised_type(fragments_of(self._base) if manifest is None else str(manifest.uri))(tree)

    def from_yaml_tree(self, node: Any, tag: Any, ctx: Any) -> Any:
        """Return what a tree stands for."""
        raise TypeError("nodes are read by the converter of their manifest")


class SerialisedConverter(Converter):  # pyright: ignore[reportMissingTypeArgument]
    """Writes and reads the tags of one manifest.

    Parameters
    ----------
    manifest : str
        Its URI, or `fragments_of` an authority for the nodes that no manifest gives a tag.
    tags : sequence of str
        The tags that are read; those that are written need not be among them.
    """

    def __init__(self, manifest: str, tags: list[str]) -> None:
        self._manifest = manifest
        self._tags = tags

    @property
    def tags(self) -> list[str]:
        """The tags that are read."""
        return self._tags

    @property
    def types(self) -> list[Any]:
        """The Python types that are written."""
        return [serialised_type(self._manifest)]

    def select_tag(self, obj: Any, tags: Any, ctx: Any) -> Any:
        """Return the tag to write; None leaves it to the next converter."""
        return obj.tree._tag

    def to_yaml_tree(self, obj: Any, tag: Any, ctx: Any) -> Any:
        """Return the tree to write."""
        tree: Any = obj.tree
        return str(tree) if isinstance(tree, str) else tree.data

    def from_yaml_tree(self, node: Any, tag: Any, ctx: Any) -> Any:
        """Return what a tree stands for."""
        from ..nodes.from_file import node_from_tree

        return node_from_tree(node, tag)
