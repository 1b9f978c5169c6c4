"""Anything that a model can be opened from -> its top node."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import NotRomanError, SourceTypeError, UnknownTagError
from ..header.streams import open_stream
from ..nodes.from_file import node_from_tree
from ..nodes.object_node import ObjectNode
from ..schema import installed, retired_tags
from .file_nodes import node_of_file
from .loading import keep_file

if TYPE_CHECKING:
    from ..sources.file_source import FileSource

__all__ = ["open_node"]

# what a Parquet file begins with
_PARQUET = b"PAR1"


def open_node(
    source: Any, *, memmap: bool = False, storage_options: Mapping[str, Any] | None = None
) -> tuple[ObjectNode, FileSource | None]:
    """Return the top node of a source, and its file where this package has opened it."""
    __tracebackhide__ = True
    if _is_asdf_file(source):
        return _node_of_asdf_file(source), None
    stream, name, owns_stream = open_stream(source, storage_options or {})
    try:
        start = stream.read(4)
        stream.seek(-len(start), os.SEEK_CUR)
        if start == _PARQUET:
            from .parquet import read_parquet

            catalog = read_parquet(stream, name)
            if owns_stream:
                stream.close()
            return catalog, None
        path = os.fsdecode(source) if isinstance(source, (str, os.PathLike)) else None
        return node_of_file(stream, name, path=path, owns_stream=owns_stream, memmap=memmap)
    except BaseException:
        if owns_stream:
            stream.close()
        raise


def _is_asdf_file(source: Any) -> bool:
    # while another thread imports asdf for the first time, there is a module without the class
    cls = getattr(sys.modules.get("asdf"), "AsdfFile", None)
    return cls is not None and isinstance(source, cls)


def _node_of_asdf_file(file: Any) -> ObjectNode:
    name = file.uri
    try:
        tree = file.tree
    except OSError:
        raise SourceTypeError(f"{name}: the AsdfFile is closed: give the path, or one that is open") from None
    if "roman" not in tree:
        raise NotRomanError(name, "an ASDF file, but not of Roman: there is no key 'roman'")
    top = file["roman"]
    tag = top.tag if isinstance(top, ObjectNode) else getattr(top, "_tag", None)
    renamed = None if tag is None else retired_tags.schema_of_file(tag, top)
    if isinstance(top, ObjectNode) and renamed in (None, top.schema_uri):
        keep_file(top, file)
        return top
    if tag is None or not isinstance(top, Mapping):
        raise UnknownTagError(name, f"what stands under 'roman' is a {type(top).__name__} without a tag")
    if installed().store.schema_of_file(tag, top) is None:
        raise UnknownTagError(name, f"the tag {tag} is not known to the installed rad")
    node: ObjectNode = node_from_tree(top, tag, renamed)
    keep_file(node, file)
    return node
