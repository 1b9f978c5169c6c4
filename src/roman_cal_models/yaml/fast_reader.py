"""The fast YAML reader: the YAML that people and programs commonly write, line by line.

It gives up (`Unusual`) on anything else; it never guesses and never reports an error.
"""

from __future__ import annotations

import re
from typing import Any

from .scalars import (
    BLOCK_VALUES,
    DOUBLE,
    FLOW_PLAIN,
    FLOW_VALUES,
    MAX_KEY,
    MORE,
    PLAIN,
    SINGLE,
    Unusual,
    block_scalar,
    is_quoted,
    plain_text,
    resolve,
    simple_flow,
    unquote,
)
from .values import CORE_TAG, TaggedMapping, TaggedScalar, TaggedSequence

__all__ = ["Document", "Reader", "match_properties"]

_HANDLE = r"!(?:[0-9A-Za-z\-]*+!)?+"
_TAG = rf"(?:{_HANDLE}[0-9A-Za-z_./\-]++|!<[0-9A-Za-z_./:\-]++>)"
_ANCHOR = r"&[0-9A-Za-z_\-]++"


_match_key = re.compile(rf"({PLAIN}|{SINGLE}|{DOUBLE}):(?:[ ]++(?=[^ #])|$)(.*)").match
match_properties = re.compile(
    rf"(?:({_TAG})(?:[ ]({_ANCHOR}))?+|({_ANCHOR})(?:[ ]({_TAG}))?+)(?:[ ]++(?=[^ #])|$)"
).match
_match_flow_item = re.compile(rf"({FLOW_PLAIN})|({SINGLE}|{DOUBLE})|\*([0-9A-Za-z_\-]++)").match
_match_flow_key = re.compile(rf"({FLOW_PLAIN}|{SINGLE}|{DOUBLE}):[ \n]++").match
_match_space: Any = re.compile(r"[ \n]*+").match

_split_lines = re.compile(
    r"( *)((?:- )*)(?:([A-Za-z_$][0-9A-Za-z_$./\-]{0,99}):(?: +(?=[^ \n#])|(?=\n)))?(.*)\n"
).findall
_match_prologue = re.compile(
    rf"(?:#.*\n)*+((?:%YAML 1\.1\n)?+(?:%TAG {_HANDLE} [0-9A-Za-z_./:,\-]++\n)*+)---(?: ({_TAG}))?+\n"
).match
_find_odd_character = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f]|[\u2028\u2029]|[\ufeff\ufffe\uffff]|[\ud800-\udfff]"
).search
_USUAL_BYTES = b"\n" + bytes(range(0x20, 0x7F))


class Document:
    """The text of a document between its directives and its end, and what the directives say.

    Parameters
    ----------
    data : bytes or str
        The whole text.
    """

    def __init__(self, data: bytes | str) -> None:
        text = data if isinstance(data, str) else str(data, "utf-8")
        if text.encode().translate(None, _USUAL_BYTES) if text.isascii() else _find_odd_character(text):
            raise Unusual
        self._handles = {"!": "!", "!!": CORE_TAG}
        self._tags: dict[str, str] = {}
        self.root_tag: str | None = None
        start = 0
        if prologue := _match_prologue(text):
            self._declare(prologue[1])
            self.root_tag = self.tag(prologue[2]) if prologue[2] else None
            start = prologue.end()
        elif text.startswith(("%", "---", "...")):
            raise Unusual
        end = text.find("\n...", start - 1 if start else 0) + 1
        if end and text[end + 3 :].strip("\n"):
            raise Unusual
        self.body = text[start : end or None]
        if self.body[-1:] != "\n":
            raise Unusual

    def _declare(self, directives: str) -> None:
        """Note the tag handles that the document declares."""
        declared = [line.split(" ") for line in directives.split("\n") if line.startswith("%TAG")]
        if len({handle for _, handle, _ in declared}) != len(declared):
            raise Unusual
        self._handles.update((handle, prefix) for _, handle, prefix in declared)

    def tag(self, text: str) -> str:
        """Resolve a tag as it is written."""
        tag = self._tags.get(text)
        if tag is None:
            handle, mark, suffix = text.rpartition("!")
            prefix = self._handles.get(handle + mark)
            tag = suffix[1:-1] if suffix[0] == "<" else f"{prefix}{suffix}"
            if prefix is None or tag.startswith(CORE_TAG):
                raise Unusual
            self._tags[text] = tag
        return tag

    def part(self, text: str) -> Document:
        """Return part of the body as a document of its own, which has the same directives."""
        part = Document.__new__(Document)
        part._handles, part._tags = self._handles, self._tags
        part.body = text
        part.root_tag = None
        return part


class Reader:
    """Reads a document line by line; `at` is the line that is read next.

    Each line is (spaces, dashes, key, rest). A value that stands on the line of its key or dash goes on over all
    lines that are indented more than the key or dash.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.body
        self.lines: list[tuple[str, str, str, str]] = _split_lines(self.text)
        self.columns = [len(line[0]) for line in self.lines]
        self.raw: list[str] = []
        self.at = 0
        self.anchors: dict[str, Any] = {}

    def read(self) -> Any:
        """Read the whole document."""
        if self.skip() == len(self.lines):
            raise Unusual
        value = self.below(-1, self.document.root_tag, None)
        if self.skip() != len(self.lines):
            raise Unusual
        return value

    def skip(self) -> int:
        """Skip empty lines and comments."""
        lines, at = self.lines, self.at
        while at < len(lines):
            _, dashes, key, rest = lines[at]
            if dashes or key or (rest and rest[0] != "#"):
                break
            at += 1
        self.at = at
        return at

    def below(self, column: int, tag: str | None, anchor: str | None, dashes_may_align: bool = False) -> Any:
        """Read the value that starts on the next line, below a key or dash in `column`; none if nothing is there."""
        at = self.skip()
        found = self.columns[at] if at < len(self.lines) else -1
        _, dashes, key, rest = self.lines[at] if at < len(self.lines) else ("", "", "", "")
        value: Any
        if found <= column and not (dashes_may_align and dashes and found == column):
            value = None if tag is None else TaggedScalar("", tag)
        elif dashes:
            value = [] if tag is None else TaggedSequence((), tag)
            self.sequence(value, found)
        elif key or _match_key(rest):
            value = {} if tag is None else TaggedMapping((), tag)
            self.mapping(value, found)
        else:
            if rest[0] in "!&*|>" or (column < 0 and len(self.lines) > at + 1):
                # a text at the margin could run into the marker of the next document
                raise Unusual
            value = self.inline(rest, column, tag)
        return self.anchored(anchor, value)

    def mapping(self, mapping: dict[Any, Any], column: int) -> None:
        """Read the entries whose keys stand in `column`."""
        lines, columns, values = self.lines, self.columns, BLOCK_VALUES
        at, count = self.at, len(lines)
        while at < count:
            _, dashes, key, rest = lines[at]
            if columns[at] != column or dashes or not key:
                self.at = at
                if self.skip() != at:
                    at = self.at
                    continue
                if columns[at] != column or dashes:
                    return
                found = _match_key(rest)
                if not found or len(found[1]) > MAX_KEY:
                    raise Unusual
                key, rest = found.groups()
            at += 1
            value = values[rest] if rest else MORE
            if value is MORE or (at < count and columns[at] > column):
                self.at = at
                value = self.value(rest, column, True) if rest else self.below(column, None, None, True)
                at = self.at
            elif value.__class__ is tuple:
                value = list(value)
            mapping[values[key]] = value
        self.at = at

    def sequence(self, sequence: list[Any], column: int) -> None:
        """Read the entries whose dashes stand in `column`."""
        lines, columns, values = self.lines, self.columns, BLOCK_VALUES
        at, count = self.at, len(lines)
        while at < count:
            spaces, dashes, key, rest = lines[at]
            if columns[at] != column or not dashes:
                self.at = at
                if self.skip() != at:
                    at = self.at
                    continue
                return
            value = values[rest] if rest else MORE
            if key or len(dashes) > 2 or (value is MORE and _match_key(rest)):
                # what follows the dash is a collection of its own, two columns to the right
                lines[at] = (spaces, dashes[2:], key, rest)
                columns[at] = column + 2
                self.at = at
                value = self.below(column, None, None)
                at = self.at
            else:
                at += 1
                if value is MORE or (at < count and columns[at] > column):
                    self.at = at
                    value = self.value(rest, column, False) if rest else self.below(column, None, None)
                    at = self.at
                elif value.__class__ is tuple:
                    value = list(value)
            sequence.append(value)
        self.at = at

    def value(self, rest: str, column: int, dashes_may_align: bool) -> Any:
        """Read a value with all that it may have: alias, tag, anchor, several lines."""
        if rest[0] == "*":
            if rest[1:] not in self.anchors or (self.at < len(self.lines) and self.columns[self.at] > column):
                raise Unusual
            return self.anchors[rest[1:]]
        tag = anchor = None
        if rest[0] in "!&":
            found = match_properties(rest)
            if not found:
                raise Unusual
            tag, anchor = self.properties(found)
            rest = rest[found.end() :]
            if not rest:
                return self.below(column, tag, anchor, dashes_may_align)
        self.at -= 1
        return self.anchored(anchor, self.inline(rest, column, tag))

    def properties(self, found: re.Match[str]) -> tuple[str | None, str | None]:
        """Return the tag and the anchor that were found."""
        tag, anchor = found[1] or found[4], found[2] or found[3]
        return self.document.tag(tag) if tag else None, anchor and anchor[1:]

    def anchored(self, anchor: str | None, value: Any) -> Any:
        """Remember a finished value by its anchor."""
        if anchor is not None:
            if anchor in self.anchors:
                raise Unusual
            self.anchors[anchor] = value
        return value

    def inline(self, first: str, column: int, tag: str | None) -> Any:
        """Read a scalar or flow collection from the current line, of which `first` is left, and those below it."""
        start = self.at + 1
        end = used = start
        while end < len(self.lines):
            if any(self.lines[end][1:]):
                if self.columns[end] <= column:
                    break
                used = end + 1
            end += 1
        if first[0] in "|>":
            self.at = end
            return _tagged(block_scalar(first, self.raw_lines(start, end)), tag)
        self.at = used
        if used > start:
            more = self.raw_lines(start, used)
            if first[-1] == " " or any(line[-1:] == " " for line in more):
                raise Unusual
            first = "\n".join([first, *(line.lstrip(" ") for line in more)])
        if first[0] in "[{":
            return self.flow(first, tag)
        text = plain_text(first)
        if text is not None:
            return resolve(text) if tag is None else TaggedScalar(text, tag)
        if is_quoted(first):
            return _tagged(unquote(first), tag)
        raise Unusual

    def raw_lines(self, start: int, end: int) -> list[str]:
        """Return lines as they stand in the text."""
        self.raw = self.raw or self.text.split("\n")
        return self.raw[start:end]

    def flow(self, text: str, tag: str | None) -> Any:
        """Read a flow collection that is the whole of a text."""
        value = simple_flow(text.replace(",\n", ", "))
        if value is None:
            value, end = self.flow_collection(text, 0, tag)
            if end != len(text):
                raise Unusual
        elif tag is not None:
            value = TaggedMapping(value, tag) if isinstance(value, dict) else TaggedSequence(value, tag)
        return value

    def flow_collection(self, text: str, at: int, tag: str | None) -> tuple[Any, int]:
        """Read the flow collection that starts at `at`; return it and where it ends."""
        value: Any
        if text[at] == "[":
            closing, value = "]", [] if tag is None else TaggedSequence((), tag)
        else:
            closing, value = "}", {} if tag is None else TaggedMapping((), tag)
        at = _match_space(text, at + 1).end()
        while text[at : at + 1] != closing:
            if closing == "]":
                item, at = self.flow_item(text, at)
                value.append(item)
            else:
                key = _match_flow_key(text, at)
                if not key or "\n" in key[1] or len(key[1]) > MAX_KEY:
                    raise Unusual
                value[FLOW_VALUES[key[1]]], at = self.flow_item(text, key.end())
            at = _match_space(text, at).end()
            if text[at : at + 1] == ",":
                at = _match_space(text, at + 1).end()
            elif text[at : at + 1] != closing:
                raise Unusual
        return value, at + 1

    def flow_item(self, text: str, at: int) -> tuple[Any, int]:
        """Read one item of a flow collection; return it and where it ends."""
        tag = anchor = None
        if properties := match_properties(text, at):
            tag, anchor = self.properties(properties)
            at = properties.end()
        value: Any
        if text[at : at + 1] in ("[", "{"):
            value, at = self.flow_collection(text, at, tag)
        else:
            found = _match_flow_item(text, at)
            if not found:
                raise Unusual
            plain, quoted, alias = found.groups()
            at = found.end()
            if alias:
                if properties or alias not in self.anchors:
                    raise Unusual
                value = self.anchors[alias]
            elif plain:
                plain = plain.replace("\n", " ")
                value = resolve(plain) if tag is None else TaggedScalar(plain, tag)
            else:
                value = _tagged(unquote(quoted), tag)
        return self.anchored(anchor, value), at


def _tagged(text: str, tag: str | None) -> str:
    return text if tag is None else TaggedScalar(text, tag)
