"""The mappings along one path of a document; what else they hold is left as text until it is asked for.

What is split is proven to be independent first: no quoted text or flow collection may go on into the next part, and
no alias may lead out of one. Whatever is not, or not as programs write it, is read at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from .fast_reader import Document, Reader, match_properties
from .limits import Limits, check_tree, is_surely_small
from .scalars import BLOCK_VALUES, MAX_KEY, MORE, Unusual
from .values import TaggedMapping, UnparsedValue, YamlError

__all__ = ["read_along"]

# Quoted text of one line that begins where only a value can begin, and ends where it can only end: in a plain scalar
# of a block it may stand as well, but then there is no other kind of text on that line.
_find_quoted = re.compile(r"'(?:(?<=: ')|(?<=, ')|(?<=[\[{]'))[^'\n]*+'(?=[\n,\]}:])").sub
_find_names = re.compile(r"[&*]([0-9A-Za-z_\-]+)").findall
# what no complete scalar on one line begins with
_NO_SCALARS = frozenset("{!&")
_UNMARKED = bytes(set(range(256)) - set(b"[]{}\"'#\0"))


def read_along(
    data: bytes | str,
    path: Sequence[str],
    limits: Limits,
    refusal: Callable[[YamlError], Exception],
    load: Callable[[bytes | str, Limits | None], Any],
) -> Any:
    """Read the mappings along a path, and leave the other values in them as `UnparsedValue`.

    Parameters
    ----------
    data : bytes or str
        The document.
    path : sequence of str
        Keys, from the top. The last mapping is read as well.
    limits : Limits
        What the document may hold at most. What depends on unread values is looked at when they are read.
    refusal : callable
        Makes the error that is raised where an unread value turns out to be broken, or too large.
    load : callable
        Reads a whole document.

    Returns
    -------
    object
        As `load` gives it, but for unread values.
    """
    if is_surely_small(data, limits):
        try:
            return _Whole(data, limits, refusal, load).along(path)
        except (Unusual, UnicodeDecodeError, RecursionError):
            pass
    return load(data, limits)


class _Whole:
    """The document that unread values are part of."""

    def __init__(
        self,
        data: bytes | str,
        limits: Limits,
        refusal: Callable[[YamlError], Exception],
        load: Callable[[bytes | str, Limits | None], Any],
    ) -> None:
        self.data = data
        self.document = Document(data)
        self.limits = limits
        self.refusal = refusal
        self.load = load
        self.nodes = 1
        self.tags: dict[str, tuple[str | None, bool]] = {}
        self.parts: list[str] = []
        self.tree: Any = None

    def along(self, path: Sequence[str]) -> Any:
        """Read the mappings along a path."""
        body = self.document.body
        if len(path) >= self.limits.depth or _may_begin_block(body, "|") or _may_begin_block(body, ">"):
            raise Unusual  # the lines of a block scalar look like any others
        tree = self.mapping(body, 0, (), path, self.document.root_tag)
        if "&" in body or "*" in body:
            names = Counter(name for part in self.parts for name in set(_find_names(part)))
            if any(count > 1 for count in names.values()):
                raise Unusual
        self.parts.clear()
        return tree

    def mapping(
        self, text: str, column: int, path: tuple[Any, ...], ahead: Sequence[str], tag: str | None
    ) -> dict[Any, Any]:
        """Read the mapping whose keys stand in a column, and further along the path."""
        entries = _split(column)(text)
        # each begins with a line: if they are not the whole text, something stands between them
        if sum([len(entry[0]) for entry in entries]) != len(text) or len(entries) > self.limits.items:
            raise Unusual
        mapping: dict[Any, Any] = {} if tag is None else TaggedMapping((), tag)
        self.nodes += len(entries)
        parts = []
        for part, name, rest, more in entries:
            key = BLOCK_VALUES[name]
            value: Any = MORE
            if not more and rest[:1] not in _NO_SCALARS:
                value = BLOCK_VALUES[rest] if rest else None
            if value is MORE:
                own_tag, is_tag = self.tag(rest) if rest[:1] in ("!", "&") else (None, not rest)
                if ahead and name == ahead[0] and is_tag and more[:1] == " ":
                    value = self.further(more, (*path, key), ahead[1:], own_tag)
                else:
                    value = part  # for now
                    parts.append((key, part, own_tag))
            elif value.__class__ is tuple:
                value = list(value)
            mapping[key] = value
        closed = _are_closed([part for _, part, _ in parts], self.limits.depth - len(path) - 1)
        for (key, part, own_tag), is_closed in zip(parts, closed, strict=True):
            # too long a text may hold too much, which is told at once
            is_left = is_closed and len(part) < 2 * self.limits.items
            value = UnparsedValue(self, path, key, part, own_tag) if is_left else self.read((*path, key), part)
            if mapping[key] is part:  # or else the key came again
                mapping[key] = value
            self.parts.append(part)
        return mapping

    def tag(self, rest: str) -> tuple[str | None, bool]:
        """Return the tag at the beginning of a line, and whether there is nothing else."""
        found = self.tags.get(rest)
        if found is None:
            properties = match_properties(rest)
            tag = None if properties is None else properties[1] or properties[4]
            found = self.tags[rest] = None if tag is None else self.document.tag(tag), tag == rest
        return found

    def further(self, text: str, path: tuple[Any, ...], ahead: Sequence[str], tag: str | None) -> Any:
        """Read the next mapping along the path."""
        mapping = self.mapping(text, len(text) - len(text.lstrip(" ")), path, ahead, tag)
        return mapping if ahead else UnparsedValue(self, path[:-1], path[-1], "", tag, mapping)

    def read(self, path: tuple[Any, ...], text: str) -> Any:
        """Read the value of an entry from its lines."""
        entry = Reader(self.document.part(text)).read()
        (value,) = entry.values()
        self.nodes = check_tree(value, self.limits, depth=len(path), nodes=self.nodes)
        return value

    def late(self, path: tuple[Any, ...], text: str) -> Any:
        """Read the value of an entry that was left unread."""
        try:
            try:
                return self.read(path, text)
            except (Unusual, RecursionError):
                # PyYAML knows more, and if the text is broken, it names the line in the whole
                if self.tree is None:
                    self.tree = self.load(self.data, self.limits)
        except YamlError as error:
            raise self.refusal(error) from None
        value = self.tree
        for key in path:
            value = value[key]
        return value


def _may_begin_block(text: str, indicator: str) -> bool:
    """Return True if a block scalar of that indicator may begin in a text."""
    # quicker than to look for both characters: one of them is everywhere
    return any(before[-1:] == " " for before in text.split(indicator)[:-1])


@lru_cache(maxsize=64)
def _split(column: int) -> Callable[[str], list[tuple[str, str, str, str]]]:
    """Return what splits a mapping into entries: all lines, key, rest of its line, lines below that belong to it."""
    if column > MAX_KEY:
        raise Unusual
    key = r"([A-Za-z_$][0-9A-Za-z_$./\-]{0,99}):(?: ++(?=[^ \n#])|(?=\n))(.*)\n"
    below = rf"((?: {{{column + 1},}}.*\n| {{{column}}}-(?: .*)?+\n|\n)*+)"
    return re.compile(rf"^( {{{column}}}{key}{below})", re.MULTILINE).findall


def _are_closed(parts: list[str], depth: int) -> Iterator[bool]:
    """Yield for each text True if no quoted scalar and no flow collection goes on behind it; False is a guess.

    False as well, if flow collections are nested deeper than `depth`. A closing bracket in a plain scalar cannot make
    up for a collection that is open at the end: the order is wrong.
    """
    # all at once, which is quicker; no document holds what stands between them
    together = _find_quoted("", "\0".join(parts)).encode().translate(None, _UNMARKED)
    for marks in together.split(b"\0") if parts else ():
        left = depth
        while marks and left:
            fewer = marks.replace(b"[]", b"").replace(b"{}", b"")
            if len(fewer) == len(marks):
                break
            marks = fewer
            left -= 1
        yield not marks
