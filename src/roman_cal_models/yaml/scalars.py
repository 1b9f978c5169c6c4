"""Scalars of the fast reader: plain, quoted and block ones, and flow collections of them on one line."""

from __future__ import annotations

import re
from typing import Any

from .values import YamlError

__all__ = [
    "BLOCK_VALUES",
    "DOUBLE",
    "FLOW_PLAIN",
    "FLOW_VALUES",
    "MAX_KEY",
    "MORE",
    "PLAIN",
    "SINGLE",
    "Unusual",
    "block_scalar",
    "is_quoted",
    "plain_text",
    "resolve",
    "simple_flow",
    "unquote",
]

MAX_KEY = 1000  # characters; YAML itself stops at 1024


class Unusual(Exception):
    """The document holds something that the fast reader leaves to PyYAML."""


# Plain scalars: narrower than YAML's own rule, so that none of it depends on what stands around the scalar.
_FIRST = r"""(?:[^\s\-?:,\[\]{}#&*!|>%@`"'=<]|-(?=[0-9A-Za-z_.]))"""
PLAIN = rf"{_FIRST}[^\s:]*+(?:(?:[ ]++|\n|:)[^\s:#][^\s:]*+)*+"
FLOW_PLAIN = rf"{_FIRST}[^\s:,\[\]{{}}?]*+(?:(?:[ ]++|\n|:)[^\s:#,\[\]{{}}?][^\s:,\[\]{{}}?]*+)*+"
SINGLE = r"'(?:[^']++|'')*+'"
DOUBLE = r'"(?:[^"\\]++|\\[\s\S])*+"'
is_quoted = re.compile(rf"{SINGLE}|{DOUBLE}").fullmatch
_is_plain = re.compile(PLAIN).fullmatch
_is_flow_plain = re.compile(FLOW_PLAIN).fullmatch
_is_integer = re.compile(r"-?(?:0|[1-9][0-9]{0,400})").fullmatch
_is_float = re.compile(r"-?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?").fullmatch
# all other numbers and times of YAML 1.1, and more; what matches is left to PyYAML
_may_be_number = re.compile(
    r"[-+]?[0-9a-fA-FxX_:]*\.?[0-9_]*(?:[eE][-+][0-9]+)?|[-+]?\.[a-zA-Z]{3}|[0-9]{4}-[0-9].*"
).fullmatch
_find_escapes = re.compile(r"\\(\n|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)|\n+").sub
_find_breaks = re.compile(r"\n+").sub

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
"""Stands for the value of a text that is not a complete scalar on one line."""


class _Values(dict[str, Any]):
    """What a text of one line means where `is_plain` tells plain scalars; remembers, since headers repeat themselves.

    A flow sequence of scalars is remembered as a tuple, to be made into a new list wherever it stands.
    """

    def __init__(self, is_plain: Any) -> None:
        self.is_plain = is_plain

    def __missing__(self, text: str) -> Any:
        value: Any = MORE
        if self.is_plain(text):
            value = resolve(text)
        elif is_quoted(text):
            value = unquote(text)
        elif text[:1] == "[" and self is BLOCK_VALUES and (items := simple_flow(text)) is not None:
            value = tuple(items)
        if len(text) < 80:
            if len(self) > 4000:
                self.clear()
            self[text] = value
        return value


BLOCK_VALUES = _Values(_is_plain)
"""What a text of one line means in a block."""
FLOW_VALUES = _Values(_is_flow_plain)


def plain_text(lines: str) -> str | None:
    """Return the text of a plain scalar whose lines have lost their margins; None for any other."""
    if "\n" not in lines:
        return lines if _is_plain(lines) else None
    return _find_breaks(_fold, lines) if _is_plain(_find_breaks(" ", lines)) else None


def simple_flow(text: str) -> Any:
    """Read a flow collection of plain and quoted scalars on one line; None if it is anything else."""
    values = FLOW_VALUES
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


def block_scalar(header: str, lines: list[str]) -> str:
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


def unquote(text: str) -> str:
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


def resolve(text: str) -> Any:
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
    from .pyyaml_reader import load_with_pyyaml

    try:
        return load_with_pyyaml(f"- {text}\n")[0]
    except YamlError:
        raise Unusual from None
