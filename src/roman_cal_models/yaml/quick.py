"""The quick YAML reader: the YAML that people and programs commonly write, line by line.

It gives up (`Unusual`) on anything else; it never guesses and never reports an error.
"""

from __future__ import annotations

import re
from typing import Any

from .values import CORE_TAG, TaggedMapping, TaggedScalar, TaggedSequence, YamlError

__all__ = ["BLOCK_VALUES", "MAX_KEY", "MORE", "Document", "Reader", "Unusual", "match_properties"]

MAX_KEY = 1000  # characters; YAML itself stops at 1024


class Unusual(Exception):
    """The document holds something that the quick reader leaves to PyYAML."""


# Plain scalars: narrower than YAML's own rule, so that none of it depends on what stands around the scalar.
_FIRST = r"""(?:[^\s\-?:,\[\]{}#&*!|>%@`"'=<]|-(?=[0-9A-Za-z_.]))"""
_PLAIN = rf"{_FIRST}[^\s:]*+(?:(?:[ ]++|\n|:)[^\s:#][^\s:]*+)*+"
_FLOW_PLAIN = rf"{_FIRST}[^\s:,\[\]{{}}?]*+(?:(?:[ ]++|\n|:)[^\s:#,\[\]{{}}?][^\s:,\[\]{{}}?]*+)*+"
_SINGLE = r"'(?:[^']++|'')*+'"
_DOUBLE = r'"(?:[^"\\]++|\\[\s\S])*+"'
_HANDLE = r"!(?:[0-9A-Za-z\-]*+!)?+"
_TAG = rf"(?:{_HANDLE}[0-9A-Za-z_./\-]++|!<[0-9A-Za-z_./:\-]++>)"
_ANCHOR = r"&[0-9A-Za-z_\-]++"

_is_plain = re.compile(_PLAIN).fullmatch
_is_flow_plain = re.compile(_FLOW_PLAIN).fullmatch
_is_quoted = re.compile(rf"{_SINGLE}|{_DOUBLE}").fullmatch
_is_integer = re.compile(r"-?(?:0|[1-9][0-9]{0,400})").fullmatch
_is_float = re.compile(r"-?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?").fullmatch
# all other numbers and times of YAML 1.1, and more; what matches is left to PyYAML
_may_be_number = re.compile(
    r"[-+]?[0-9a-fA-FxX_:]*\.?[0-9_]*(?:[eE][-+][0-9]+)?|[-+]?\.[a-zA-Z]{3}|[0-9]{4}-[0-9].*"
).fullmatch
_match_key = re.compile(rf"({_PLAIN}|{_SINGLE}|{_DOUBLE}):(?:[ ]++(?=[^ #])|$)(.*)").match
match_properties = re.compile(
    rf"(?:({_TAG})(?:[ ]({_ANCHOR}))?+|({_ANCHOR})(?:[ ]({_TAG}))?+)(?:[ ]++(?=[^ #])|$)"
).match
_match_flow_item = re.compile(rf"({_FLOW_PLAIN})|({_SINGLE}|{_DOUBLE})|\*([0-9A-Za-z_\-]++)").match
_match_flow_key = re.compile(rf"({_FLOW_PLAIN}|{_SINGLE}|{_DOUBLE}):[ \n]++").match
_match_space: Any = re.compile(r"[ \n]*+").match

_split_lines = re.compile(
    r"( *)((?:- )*)(?:([A-Za-z_$][0-9A-Za-z_$./\-]{0,99}):(?: +(?=[^ \n#])|(?=\n)))?(.*)\n"
).findall
_match_prologue = re.compile(
    rf"(?:#.*\n)*+((?:%YAML 1\.1\n)?+(?:%TAG {_HANDLE} [0-9A-Za-z_./:,\-]++\n)*+)---(?: ({_TAG}))?+\n"
).match
_find_escapes = re.compile(r"\\(\n|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|\n+").sub
_find_breaks = re.compile(r"\n+").sub
_find_odd_character = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f]|[\u2028\u2029]|[\ufeff\ufffe\uffff]|[\ud800-\udfff]"
).search
_USUAL_BYTES = b"\n" + bytes(range(0x20, 0x7F))

_ESCAPES = {
    **{"0": "\0", "a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", "e": "\x1b"},
    **{" ": " ", '"': '"', "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029"},
}
_WORDS: dict[str, bool | None] = {
    spelling: value
    for words, value in (("yes true on", True), ("no false off", False), ("null", None))
    for word in words.split()
    for spelling in (word, word.capitalize(), word.upper())
}
_WORDS["~"] = None

MORE: Any = object()
"""Stands for the value of a text that is no complete scalar on one line."""


class _Values(dict[str, Any]):
    """What a text of one line means where `is_plain` tells plain scalars; remembers, since headers repeat themselves.

    A flow sequence of scalars is remembered as a tuple, to be made into a new list wherever it stands.
    """

    def __init__(self, is_plain: Any) -> None:
        self.is_plain = is_plain

    def __missing__(self, text: str) -> Any:
        value: Any = MORE
        if self.is_plain(text):
            value = _resolve(text)
        elif _is_quoted(text):
            value = _unquote(text)
        elif text[:1] == "[" and self is BLOCK_VALUES and (items := _simple_flow(text)) is not None:
            value = tuple(items)
        if len(text) < 80:
            if len(self) > 4000:
                self.clear()
            self[text] = value
        return value


BLOCK_VALUES = _Values(_is_plain)
"""What a text of one line means in a block."""
_flow_values = _Values(_is_flow_plain)


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
            return _tagged(_block_scalar(first, self.raw_lines(start, end)), tag)
        self.at = used
        if used > start:
            more = self.raw_lines(start, used)
            if first[-1] == " " or any(line[-1:] == " " for line in more):
                raise Unusual
            first = "\n".join([first, *(line.lstrip(" ") for line in more)])
        if first[0] in "[{":
            return self.flow(first, tag)
        if _is_plain(_find_breaks(" ", first)):
            text = _find_breaks(_fold, first)
            return _resolve(text) if tag is None else TaggedScalar(text, tag)
        if _is_quoted(first):
            return _tagged(_unquote(first), tag)
        raise Unusual

    def raw_lines(self, start: int, end: int) -> list[str]:
        """Return lines as they stand in the text."""
        self.raw = self.raw or self.text.split("\n")
        return self.raw[start:end]

    def flow(self, text: str, tag: str | None) -> Any:
        """Read a flow collection that is the whole of a text."""
        value = _simple_flow(text.replace(",\n", ", "))
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
                value[_flow_values[key[1]]], at = self.flow_item(text, key.end())
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
                value = _resolve(plain) if tag is None else TaggedScalar(plain, tag)
            else:
                value = _tagged(_unquote(quoted), tag)
        return self.anchored(anchor, value), at


def _tagged(text: str, tag: str | None) -> str:
    return text if tag is None else TaggedScalar(text, tag)


def _simple_flow(text: str) -> Any:
    """Read a flow collection of plain and quoted scalars on one line; None if it is anything else."""
    values = _flow_values
    inner = text[1:-1]
    if "\n" in text or text[-1] != ("]" if text[0] == "[" else "}") or len(text) < 2:
        return None
    if text[0] == "[":
        items = [values[item] for item in inner.split(", ")] if inner else []
        return None if MORE in items else items
    entries = {}
    for entry in inner.split(", ") if inner else ():
        name, _, item = entry.partition(": ")
        key, value = values[name], values[item]
        if key is MORE or value is MORE or len(name) > MAX_KEY:
            return None
        entries[key] = value
    return entries


def _block_scalar(header: str, lines: list[str]) -> str:
    """Join the lines of a literal or folded scalar."""
    if header not in ("|", ">", "|-", ">-", "|+", ">+") or not lines or not lines[0]:
        raise Unusual
    indent = len(lines[0]) - len(lines[0].lstrip(" "))
    margin = lines[0][:indent]
    if not all(line.startswith(margin) and line[indent:].strip(" ") for line in lines if line):
        raise Unusual
    text = "\n".join([line[indent:] for line in lines])
    body = text.rstrip("\n")
    if header[0] == ">":
        if "\n " in body:
            raise Unusual
        body = _find_breaks(_fold, body)
    if header[1:] == "-":
        return body
    return body + "\n" + (text[len(text.rstrip("\n")) :] if header[1:] == "+" else "")


def _fold(breaks: re.Match[str]) -> str:
    return "\n" * (len(breaks[0]) - 1) or " "


def _unquote(text: str) -> str:
    """Read a quoted scalar whose lines have lost their margins."""
    if text[0] == '"':
        if "\\\n\n" in text:
            raise Unusual
        return _find_escapes(_unescape, text[1:-1])
    return _find_breaks(_fold, text[1:-1].replace("''", "'"))


def _unescape(found: re.Match[str]) -> str:
    """Give the meaning of a line break or an escape in a double-quoted scalar."""
    escape = found[1]
    if escape is None:
        return _fold(found)
    if escape == "\n":
        return ""
    if len(escape) > 1:
        code = int(escape[1:], 16)
        if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            raise Unusual
        return chr(code)
    if escape not in _ESCAPES:
        raise Unusual
    return _ESCAPES[escape]


def _resolve(text: str) -> Any:
    """Give the value of a plain scalar."""
    first = text[0]
    if first in "yYnNtTfFoO~":
        return _WORDS.get(text, text)
    if first not in "-+.0123456789":
        return text
    if _is_integer(text):
        return int(text)
    if _is_float(text):
        return float(text)
    if not _may_be_number(text):
        return text
    from .thorough import load_with_pyyaml

    try:
        return load_with_pyyaml(f"- {text}\n")[0]
    except YamlError:
        raise Unusual from None
