"""The texts of scalars as libyaml writes them: plain or quoted, and where their lines are broken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from .scalars import Unusual

__all__ = ["WIDTH", "float_text", "integer_text", "key_text", "string_text"]

WIDTH = 80
# a longer key stands on a line of its own, behind a question mark
_LONGEST_KEY = 128
# what asdf lets stand as a literal
_SMALLEST, _LARGEST = -(2**63 - 2), 2**63 - 1

# letters that libyaml prints as they are, and the line feed
_PRINTABLE = " -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd"
_is_printable_lines = re.compile(rf"[{_PRINTABLE}\n]*").fullmatch
# what cannot be encoded, and what breaks lines for libyaml and for nobody else
_is_of_no_use = re.compile(r"[\ud800-\udfff\u2028\u2029]").search
# within a plain scalar, these end it: anywhere, or in a flow collection
_ends_block = re.compile(r":(?:\s|$)|\s#").search
_ends_flow = re.compile(r"[,?\[\]{}:]|\s#").search
_FIRST_ENDS = frozenset("#,[]{}&*!|>'\"%@`")
_spaced_break = re.compile(r" \n|\n ").search
_escaped = re.compile(rf'[^{_PRINTABLE}]|["\\]').sub
_ESCAPES = {
    **{"\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r", "\x1b": "e"},
    **{'"': '"', "\\": "\\", "\x85": "N"},
}

_PLAIN, _SINGLE, _DOUBLE = "", "'", '"'


def integer_text(value: int) -> str:
    """Return how an integer is written."""
    if not _SMALLEST <= value <= _LARGEST:
        raise Unusual
    return str(value)


def float_text(value: float) -> str:
    """Return how a number is written."""
    text = repr(value)
    if "e" in text:
        return text if "." in text else text.replace("e", ".0e", 1)
    if "n" in text:
        return {"nan": ".nan", "inf": ".inf", "-inf": "-.inf"}[text]
    return text


@cache
def _resolvers() -> Mapping[str, list[tuple[str, Any]]]:
    """Return the patterns of what is no text when it stands plain, by its first letter."""
    from yaml.resolver import Resolver

    found: Mapping[str, list[tuple[str, Any]]] = Resolver.yaml_implicit_resolvers
    return found


class _Styles(dict[str, str]):
    """How texts are written; remembers, since headers repeat themselves."""

    def __init__(self, *, is_tagged: bool, in_flow: bool) -> None:
        self._is_tagged = is_tagged
        self._in_flow = in_flow

    def __missing__(self, text: str) -> str:
        style = self._of(text)
        if len(text) < WIDTH:
            if len(self) > 4000:
                self.clear()
            self[text] = style
        return style

    def _of(self, text: str) -> str:
        if not text:
            return _PLAIN if self._is_tagged and not self._in_flow else _SINGLE
        if _is_of_no_use(text):
            raise Unusual
        if not _is_printable_lines(text) or _spaced_break(text):
            return _DOUBLE
        return _PLAIN if self._is_plain(text) else _SINGLE

    def _is_plain(self, text: str) -> bool:
        first = text[0]
        if first in _FIRST_ENDS or first in " " or text[-1] == " " or "\n" in text or text[:3] in ("---", "..."):
            return False
        if first in "-?:" and (text[1:2] in ("", " ") or (self._in_flow and first != "-")):
            return False
        if (_ends_flow if self._in_flow else _ends_block)(text):
            return False
        if self._is_tagged:
            return True
        return not any(pattern.match(text) for _, pattern in _resolvers().get(first, ()))


_STYLES = {
    (is_tagged, in_flow): _Styles(is_tagged=is_tagged, in_flow=in_flow)
    for is_tagged in (False, True)
    for in_flow in (False, True)
}


def string_text(text: str, column: int, indent: int, *, is_tagged: bool, in_flow: bool) -> str:
    """Return how a text is written that begins at a column, its further lines at an indent.

    Parameters
    ----------
    text : str
        What is to be read there.
    column, indent : int
        Where it is.
    is_tagged : bool
        Whether it bears a tag: then it cannot be taken for a number.
    in_flow : bool
        Whether it stands in a flow collection.
    """
    style = _STYLES[is_tagged, in_flow][text]
    written = _quoted(text, style)
    if column + len(written) <= WIDTH and "\n" not in text:
        return written
    if style is _DOUBLE:
        return _wrapped_double(written, column, indent)
    if " " not in text and "\n" not in text:
        return written
    return _wrapped(written, column, indent, is_quoted=style is _SINGLE)


def _quoted(text: str, style: str) -> str:
    if style is _PLAIN:
        return text
    if style is _SINGLE:
        return "'" + text.replace("'", "''") + "'"
    return '"' + _escaped(_escape, text) + '"'


def _escape(found: re.Match[str]) -> str:
    letter = found[0]
    short = _ESCAPES.get(letter)
    if short is not None:
        return "\\" + short
    code = ord(letter)
    return f"\\x{code:02X}" if code <= 0xFF else f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def key_text(key: str, *, in_flow: bool = False) -> str:
    """Return how a key is written that stands on one line with its value."""
    style = _STYLES[False, in_flow][key]
    if "\n" in key or style is _DOUBLE or len(key.encode()) > _LONGEST_KEY:
        raise Unusual
    return _quoted(key, style)


def _wrapped(text: str, column: int, indent: int, *, is_quoted: bool) -> str:
    """Break the lines of a plain or single-quoted scalar: at single spaces behind the last column."""
    written: list[str] = []
    margin = f"\n{' ' * indent}"
    begin, end = (1, len(text) - 2) if is_quoted else (0, len(text))
    is_after_space = is_after_break = False
    for place, letter in enumerate(text):
        if letter == " " and not is_after_break:
            at_edge = is_quoted and place in (begin, end)
            if not is_after_space and column > WIDTH and not at_edge and text[place + 1 : place + 2] != " ":
                written.append(margin)
                column = indent
            else:
                written.append(" ")
                column += 1
            is_after_space = True
        elif letter == "\n":
            written.append("\n" if is_after_break else "\n\n")
            column = 0
            is_after_space, is_after_break = False, True
        else:
            if is_after_break:
                written.append(margin[1:])
                column = indent
            written.append(letter)
            column += 1
            is_after_space = is_after_break = False
    return "".join(written)


def _wrapped_double(text: str, column: int, indent: int) -> str:
    """Break the lines of a double-quoted scalar: at the first of the spaces behind the last column."""
    written: list[str] = []
    is_after_space = False
    for place, letter in enumerate(text):
        if letter == " ":
            if not is_after_space and column > WIDTH and place not in (1, len(text) - 2):
                written.append(f"\n{' ' * indent}")
                column = indent
                if text[place + 1] == " ":
                    written.append("\\")
                    column += 1
            else:
                written.append(" ")
                column += 1
            is_after_space = True
        else:
            written.append(letter)
            column += 1
            is_after_space = False
    return "".join(written)
