"""Whether all is there that a header refers to: the heads of the blocks behind it are looked at, and nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from ..blocks.integrity import Fault, Survey, survey
from ..blocks.positions import positioned
from ..errors import ForeignValueError, TruncatedFileError, format_path
from ..sources.file_blocks import arrays_in, bytes_needed
from ..yaml import TaggedMapping, UnparsedValue
from .content import HeaderBytes, parse_tree

__all__ = ["require_whole"]

# whatever may be the source of an array; at worst a word of a text, which is then recognised as such
_find_sources = re.compile(rb"source[\"']?\s*:\s*(-?\d{1,9})\b").findall


def require_whole(stream: Any, header: HeaderBytes, name: str | None) -> None:
    """Check that a local file has all blocks that its header refers to; what is not a plain file is not looked at.

    Parameters
    ----------
    stream : binary file object
        The file, without a buffer.
    header : HeaderBytes
        Its header.
    name : str or None
        Its name, for errors.

    Raises
    ------
    TruncatedFileError
        It is cut.
    ForeignValueError
        The head of a block is broken.
    """
    if not isinstance(stream, io.FileIO):
        return
    found = survey(positioned(stream), len(header.content))
    of_file = [fault for fault in found.faults if fault.kind != "index"]
    if not of_file and all(int(source) < len(found.blocks) for source in _find_sources(header.content)):
        return
    path, fault = min(_of_arrays(header, name, found), key=lambda each: each[1].block or 0, default=((), None))
    if fault is not None:
        raise _error(name, fault, f"{format_path(path)} cannot be read, ", of_array=True)
    if of_file:
        raise _error(name, of_file[0], "", of_array=False)


def _of_arrays(header: HeaderBytes, name: str | None, found: Survey) -> Iterator[tuple[tuple[str | int, ...], Fault]]:
    """Yield the arrays whose block is not there, or broken, as they stand in the header."""
    for path, raw in arrays_in(_all_read(parse_tree(header, name))):
        if type(raw["source"]) is int:
            for fault in found.faults_of(raw["source"], bytes_needed(raw)):
                yield path[1:] if path[:1] == ("roman",) else path, fault


def _all_read(value: Any) -> Any:
    """Return a tree of which nothing is left unread: what is, stands in mappings."""
    if isinstance(value, UnparsedValue):
        return value.read()
    if isinstance(value, TaggedMapping):
        return TaggedMapping({key: _all_read(item) for key, item in value.items()}, value.tag)
    if isinstance(value, dict):
        return {key: _all_read(item) for key, item in value.items()}
    return value


def _error(name: str | None, fault: Fault, before: str, *, of_array: bool) -> Exception:
    kind = TruncatedFileError if fault.kind == "truncated" else ForeignValueError
    return kind(name, before + fault.message(of_array=of_array))
