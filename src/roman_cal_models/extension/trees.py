"""Nodes -> the tree that asdf writes: plain containers, tagged where a file bears the tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import format_path
from ..foreign.arrays import is_in_block
from ..nodes.deferred import Deferred, FileValue
from ..nodes.lazy_dict import raw_items
from ..nodes.list_node import ListNode
from ..nodes.object_node import ObjectNode
from ..nodes.scalar_node import ScalarNode
from ..schema import installed
from ..sources.file_source import FileSource, with_stored_arrays
from ..sources.yaml_source import YamlSource, needs_blocks, to_asdf_tree
from ..yaml import TaggedMapping, TaggedScalar, TaggedSequence

__all__ = ["tagged_tree"]

WRITTEN_STANDARD = "1.6.0"

_Path = tuple[str | int, ...]


def tagged_tree(node: Any, tag: str | None = None, *, copies: bool = False) -> Any:
    """Return the tree of a node for asdf.

    Nothing is built that need not be: a foreign object of a file that nobody used goes over as it stands there.

    Parameters
    ----------
    node : ObjectNode, ListNode or ScalarNode
        What to write.
    tag : str, optional
        The tag of the top; by default the one that a manifest gives its schema.
    copies : bool
        Whether arrays that nobody has loaded stand in it as `StoredArray`, whose blocks can be copied.

    Returns
    -------
    asdf.tagged.Tagged, dict, list or object
        Foreign objects stand in it as they are, for asdf's other converters.
    """
    return _Lowering(copies=copies).lower(node, tag, node, ())


class _Lowering:
    def __init__(self, *, copies: bool) -> None:
        self._copies = copies

    def lower(self, value: Any, tag: str | None, parent: Any, path: _Path) -> Any:
        """Lower a value that stands in a node; `path` leads to it from there."""
        if isinstance(value, ObjectNode):
            pairs = {key: self.lower(item, None, value, (key,)) for key, item in raw_items(value)}
            return _tagged(pairs, tag or value.__roman_tag__())
        if isinstance(value, ListNode):
            items = [self.lower(item, None, value, (at,)) for at, item in enumerate(value)]
            return _tagged(items, tag or value.__roman_tag__())
        if isinstance(value, ScalarNode):
            return _scalar(value, tag)
        if isinstance(value, FileValue):
            return self._file_value(value, parent, path)
        if isinstance(value, Deferred):
            return value.get(_where(parent, path))
        return self._raw(value, parent, path)

    def _raw(self, value: Any, parent: Any, path: _Path) -> Any:
        """Lower what was read from a file and never looked at."""
        if isinstance(value, (TaggedMapping, TaggedSequence, TaggedScalar)):
            if not installed().store.is_node(value.tag):
                return self._file_value(FileValue(parent._source, value), parent, path)
            if isinstance(value, TaggedScalar):
                return to_asdf_tree(value)
            return _tagged(self._raw_container(value, parent, path), value.tag)
        return self._raw_container(value, parent, path) if type(value) in (dict, list) else value

    def _raw_container(self, value: Any, parent: Any, path: _Path) -> Any:
        if isinstance(value, dict):
            return {key: self._raw(item, parent, (*path, key)) for key, item in value.items()}
        return [self._raw(item, parent, (*path, at)) for at, item in enumerate(value)]

    def _file_value(self, value: FileValue, parent: Any, path: _Path) -> Any:
        source = value.source
        assert isinstance(source, YamlSource)
        where = _where(parent, path)
        if value.is_built:
            return value.get(where)
        raw = value.raw
        # what a tag means may depend on the version of the standard, but for an array
        if source.standard != WRITTEN_STANDARD and not is_in_block(raw):
            return source.build(raw, where)
        if not needs_blocks(raw):
            source.check(raw, where)
            return to_asdf_tree(raw)
        if self._copies and isinstance(source, FileSource):
            source.check(raw, where)
            if source.is_copyable(raw, where):
                return to_asdf_tree(with_stored_arrays(raw, source))
        return source.build(raw, where)


def _where(parent: Any, path: _Path) -> Callable[[], str]:
    return lambda: format_path((*parent.path(), *path))


def _scalar(value: ScalarNode, tag: str | None) -> Any:
    if isinstance(value, str):
        return _tagged(value.plain(), tag or value.tag)
    return value.__roman_lower__()


def _tagged(value: Any, tag: str | None) -> Any:
    if tag is None:
        return value
    from asdf import tagged

    return tagged.tag_object(tag, value)
