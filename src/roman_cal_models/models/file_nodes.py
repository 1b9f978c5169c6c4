"""An ASDF file -> its top node: the one way from the bytes of a header to nodes that know their file."""

from __future__ import annotations

import os
import warnings
from typing import BinaryIO

from ..errors import FilenameMismatchWarning
from ..header.content import parse_tree, read_header_bytes
from ..header.roots import history_entries, roman_part, value_of
from ..nodes.assignment import caller_level
from ..nodes.from_file import build_root
from ..nodes.object_node import ObjectNode
from ..sources.file_source import FileSource
from ..yaml import TaggedMapping

__all__ = ["node_of_file"]


def node_of_file(
    stream: BinaryIO,
    name: str | None,
    *,
    path: str | None = None,
    owns_stream: bool = False,
    memmap: bool = False,
) -> tuple[ObjectNode, FileSource]:
    """Return the top node of an ASDF file, and the file.

    Parameters
    ----------
    stream : binary file object
        The file, at its beginning.
    name : str or None
        Its name, for errors.
    path : str, optional
        Path or URL that it was opened by, to warn where ``meta.filename`` is another name.
    owns_stream : bool
        Whether the stream is closed with the file.
    memmap : bool
        Whether uncompressed arrays are mapped into memory instead of read.

    Raises
    ------
    NotAsdfError, TruncatedFileError, HeaderLimitError
        It is not an ASDF file, or not a whole header of one, or too large a header.
    NotRomanError, UnknownTagError
        It holds no Roman data model.
    """
    __tracebackhide__ = True
    header = read_header_bytes(stream, name)
    tree = parse_tree(header, name)
    raw, uri = roman_part(tree, name)
    if path is not None:
        _compare_filename(raw, path)
    file = FileSource(stream, header.content, header.standard, name, owns_stream=owns_stream, memmap=memmap)
    file.history = history_entries(tree)
    file.beside = {str(key): value for key, value in tree.items() if key != "roman"}
    return build_root(raw, uri, file), file


def _compare_filename(raw: TaggedMapping, source: str) -> None:
    """Warn when a local file does not bear the name that it was written under."""
    written = value_of(value_of(raw, "meta"), "filename")
    found = os.path.basename(source)
    if "://" not in source and isinstance(written, str) and written != found:
        warnings.warn(
            f"{source}: meta.filename is {str(written)!r}; the model keeps that until it is saved",
            FilenameMismatchWarning,
            stacklevel=caller_level(),
        )
