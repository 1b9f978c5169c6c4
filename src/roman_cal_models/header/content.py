"""Bytes of a file -> its header: where the YAML ends, and nothing of what is behind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, BinaryIO

from .. import yaml
from ..errors import NotAsdfError, TruncatedFileError

__all__ = ["HeaderBytes", "parse_tree", "read_header_bytes"]

# Real headers have 5 to 26 kB; the pieces grow, so that a long one needs few reads.
_FIRST_PIECE = 32 * 1024
_LARGEST_PIECE = 1024 * 1024

_MAGIC = b"#ASDF "
_STANDARD = re.compile(rb"^#ASDF_STANDARD (\d+\.\d+\.\d+)", re.MULTILINE)
# ASDF standard, "low-level file layout": the tree ends with the YAML document end marker
_END = re.compile(rb"\r?\n\.\.\.(?:\r?\n|$)")


@dataclass(frozen=True, slots=True)
class HeaderBytes:
    """The header of a file, as bytes.

    Parameters
    ----------
    content : bytes
        All bytes from the first to the end of the YAML.
    standard : str
        Version of the ASDF standard that the file names.
    """

    content: bytes
    standard: str


def read_header_bytes(stream: BinaryIO, name: str | None) -> HeaderBytes:
    """Read a header from the beginning of a stream, in growing pieces.

    Parameters
    ----------
    stream : binary file object
        At its beginning. What stands behind the header is read at most to the end of the last piece.
    name : str or None
        Of the file, for errors.

    Raises
    ------
    NotAsdfError
        It does not begin as an ASDF file does, or holds no tree.
    TruncatedFileError
        It ends inside of the header.
    """
    content = bytearray()
    size = _FIRST_PIECE
    searched = 0
    while True:
        piece = stream.read(size)
        content += piece
        if not content:
            raise NotAsdfError(name, "no ASDF file: it is empty")
        if not content.startswith(_MAGIC[: len(content)]):
            raise NotAsdfError(name, f"no ASDF file: it begins with {bytes(content[:12])!r}, not with {_MAGIC!r}")
        end = _END.search(content, searched)
        if end is not None and (end.end() < len(content) or end.group().endswith(b"\n") or not piece):
            return HeaderBytes(bytes(content[: end.end()]), _standard(content))
        if not piece:
            raise _incomplete(content, name)
        searched = max(0, len(content) - 8)
        size = min(size * 2, _LARGEST_PIECE)


def parse_tree(header: HeaderBytes, name: str | None) -> Any:
    """Return the tree of a header, tags and all.

    Raises
    ------
    NotAsdfError
        The YAML is broken, or no mapping.
    """
    content = header.content
    start = re.search(rb"^%YAML|^---", content, re.MULTILINE)
    try:
        tree = yaml.load(content[start.start() :] if start is not None else b"")
    except yaml.YamlError as error:
        raise NotAsdfError(name, f"broken YAML in the header: {error}") from None
    if not isinstance(tree, dict):
        raise NotAsdfError(name, f"the tree is a {type(tree).__name__}, not a mapping")
    return tree


def _standard(content: bytearray) -> str:
    match = _STANDARD.search(content)
    return "1.6.0" if match is None else match[1].decode()


def _incomplete(content: bytearray, name: str | None) -> NotAsdfError:
    if b"%YAML" in content or b"\n---" in content:
        return TruncatedFileError(name, f"the file ends inside of its header, after {len(content)} bytes")
    if len(content) < len(_MAGIC) or b"\xd3BLK" not in content:
        return TruncatedFileError(name, f"the file ends before its header, after {len(content)} bytes")
    return NotAsdfError(name, "an ASDF file without a tree")
