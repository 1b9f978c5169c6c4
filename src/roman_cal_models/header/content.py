"""Bytes of a file -> its header: where the YAML ends, and nothing of what is behind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from .. import yaml
from ..errors import HeaderLimitError, NotAsdfError, TruncatedFileError
from ..settings import current

__all__ = ["HeaderBytes", "Readable", "parse_tree", "read_header_bytes"]

# Real headers have 2 to 60 kB, so that one request reads each; the pieces grow, so that a longer one needs few.
_FIRST_PIECE = 64 * 1024
_LARGEST_PIECE = 1024 * 1024

_PATH = ("roman", "meta")

_MAGIC = b"#ASDF "
_STANDARD = re.compile(rb"^#ASDF_STANDARD (\d+\.\d+\.\d+)", re.MULTILINE)
# ASDF standard, "low-level file layout": the tree ends with the YAML document end marker
_END = b"\n..."

# What else is given by mistake, by what it begins with.
_OTHERS = {
    b"SIMPLE  =": "a FITS file",
    b"\x89HDF": "an HDF5 file",
    b"PAR1": "a Parquet file",
    b"PK\3\4": "a zip archive",
    b"\x1f\x8b": "compressed by gzip",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ": "compressed by xz",
    b"\x28\xb5\x2f\xfd": "compressed by zstd",
    b"\x89PNG": "a PNG picture",
    b"%PDF": "a PDF document",
    b"SQLite format 3": "an SQLite database",
    b"{": "JSON",
    b"<": "HTML or XML, maybe an error of the server that it came from",
}
_match_rest_of_end = re.compile(rb"\r?\n|$").match


class Readable(Protocol):
    """What a header is read from: a binary stream, or anything else that gives its bytes in order."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, `size` at most; none at the end."""
        ...


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


def read_header_bytes(stream: Readable, name: str | None) -> HeaderBytes:
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
    HeaderLimitError
        It is longer than the setting ``header_max_bytes`` allows.
    """
    __tracebackhide__ = True
    limit = current().header_max_bytes
    content = bytearray()
    size = _FIRST_PIECE
    searched = 0
    while True:
        piece = stream.read(min(size, limit + 1 - len(content)))
        content += piece
        if not content:
            raise NotAsdfError(name, "not an ASDF file: it is empty")
        if not content.startswith(_MAGIC[: len(content)]):
            raise NotAsdfError(name, _other(bytes(content)))
        end = _end(content, searched, is_whole=not piece)
        if end is not None:
            return HeaderBytes(bytes(content[:end]), _standard(content))
        if not piece:
            raise _incomplete(content, name)
        if len(content) > limit:
            raise _over_limit(name, f"its header is longer than {limit} bytes", "header_max_bytes", limit)
        searched = max(0, len(content) - 8)
        size = min(size * 2, _LARGEST_PIECE)


def parse_tree(header: HeaderBytes, name: str | None) -> Any:
    """Return the tree of a header, tags and all.

    Most of the values on the way to ``meta``, and in it, are left `UnparsedValue`. What is wrong with one is told when
    it is read, by the same errors.

    Raises
    ------
    NotAsdfError
        The YAML is broken, or no mapping.
    HeaderLimitError
        It holds more than the settings ``header_max_depth``, ``header_max_nodes`` and ``header_max_items`` allow.
    """
    content = header.content
    settings = current()
    limits = yaml.Limits(settings.header_max_depth, settings.header_max_nodes, settings.header_max_items)
    start = re.search(rb"^%YAML|^---", content, re.MULTILINE)

    def refusal(error: yaml.YamlError) -> NotAsdfError | HeaderLimitError:
        if not isinstance(error, yaml.YamlLimitError):
            return NotAsdfError(name, f"broken YAML in the header: {error}")
        setting = f"header_max_{error.limit}"
        return _over_limit(name, f"its header holds too much: {error}", setting, getattr(limits, error.limit))

    try:
        tree = yaml.load_along(content[start.start() :] if start is not None else b"", _PATH, limits, refusal)
    except yaml.YamlError as error:
        raise refusal(error) from None
    if not isinstance(tree, dict):
        raise NotAsdfError(name, f"the tree is a {type(tree).__name__}, not a mapping")
    return tree


def _other(content: bytes) -> str:
    """Say what stands there in place of an ASDF file."""
    what = next((what for begin, what in _OTHERS.items() if content.lstrip().startswith(begin)), None)
    if what is None:
        return f"not an ASDF file: it begins with {content[:12]!r}, not with {_MAGIC!r}"
    return f"{what}, not an ASDF file"


def _end(content: bytearray, start: int, *, is_whole: bool) -> int | None:
    """Return where the YAML ends; None if it goes on behind these bytes."""
    at = content.find(_END, start)
    while at >= 0:
        rest = _match_rest_of_end(content, at + len(_END))
        if rest is not None and (rest.group() or is_whole):
            return rest.end()
        at = content.find(_END, at + 1)
    return None


def _over_limit(name: str | None, problem: str, setting: str, limit: int) -> HeaderLimitError:
    advice = f"the setting {setting} is {limit}, and config({setting}=...) changes it"
    return HeaderLimitError(name, f"{problem}; {advice}", setting, limit)


def _standard(content: bytearray) -> str:
    match = _STANDARD.search(content)
    return "1.6.0" if match is None else match[1].decode()


def _incomplete(content: bytearray, name: str | None) -> NotAsdfError:
    if b"%YAML" in content or b"\n---" in content:
        return TruncatedFileError(name, f"the file ends inside of its header, after {len(content)} bytes")
    if len(content) < len(_MAGIC) or b"\xd3BLK" not in content:
        return TruncatedFileError(name, f"the file ends before its header, after {len(content)} bytes")
    return NotAsdfError(name, "an ASDF file without a tree")
