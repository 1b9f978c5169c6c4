"""A tree as the YAML document that asdf's dumper makes of it, letter for letter.

That is PyYAML's on libyaml, told to write collections of scalars on one line, keys in their order, lines of about 80
columns. What is not common in headers is `Unusual`, and left to the dumper itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from .scalar_texts import WIDTH, float_text, integer_text, key_text, string_text
from .scalars import Unusual
from .values import CORE_TAG, TaggedMapping, TaggedScalar, TaggedSequence

__all__ = ["document"]

_INDENT = 2

_SCALARS = frozenset({str, int, float, bool, type(None)})
_EXACT_CONTAINERS = frozenset({dict, list, tuple})

_is_simple_tag = re.compile(r"[A-Za-z0-9:/._-]+").fullmatch


def document(tree: Any, handles: Mapping[str, str]) -> str:
    """Return the document of a tree, from its ``%YAML`` to its three dots.

    Parameters
    ----------
    tree : object
        Plain values, those of this room that bear a tag, and asdf's. Nothing is checked.
    handles : mapping
        What tags may begin with, by the handle that is written instead.

    Raises
    ------
    Unusual
        It holds something that the dumper itself must write.
    """
    emitter = _Emitter(tree, handles)
    try:
        emitter.node(tree, 3, -_INDENT, in_mapping=False, after_dash=False)
    except RecursionError:
        raise Unusual from None
    directives = "".join([f"%TAG {handle} {prefix}\n" for handle, prefix in handles.items()])
    return f"%YAML 1.1\n{directives}---{''.join(emitter.parts)}\n...\n"


class _Emitter:
    """Writes one tree. Columns are counted where lines may become too long: in flow collections and long texts."""

    def __init__(self, tree: Any, handles: Mapping[str, str]) -> None:
        self.parts: list[str] = []
        self._handles = handles
        self._tags: dict[str, str] = {}
        self._written: set[int] = set()
        self._anchors = _anchors(tree)

    def node(self, value: Any, column: int, indent: int, *, in_mapping: bool, after_dash: bool) -> None:
        """Write a value behind the colon or the dash that stands before `column`."""
        if value.__class__ in _SCALARS:
            self.parts.append(self._scalar(value, column, _within(indent)))
            return
        content, tag = _content(value)
        head = ""
        if self._anchors and (name := self._anchors.get(id(value))) is not None:
            if id(value) in self._written:
                self.parts.append(f" *{name}")
                return
            self._written.add(id(value))
            head = f" &{name}"
        if tag is not None:
            head += f" {self._tag(tag)}"
        if head:
            self.parts.append(head)
            after_dash = False
        if isinstance(content, dict):
            self._mapping(content, column + len(head), indent, after_dash=after_dash)
        elif isinstance(content, (list, tuple)):
            self._sequence(content, column + len(head), indent, in_mapping=in_mapping, after_dash=after_dash)
        else:
            is_tagged = tag is not None
            self.parts.append(self._scalar(content, column + len(head), _within(indent), is_tagged=is_tagged))

    # -- collections -------------------------------------------------------------------------------------------------

    def _mapping(self, content: dict[Any, Any], column: int, indent: int, *, after_dash: bool) -> None:
        keys = sorted(content)
        if all([content[key].__class__ in _SCALARS or _is_scalar(content[key]) for key in keys]):
            self._flow_mapping(content, keys, column, _within(indent))
            return
        indent += _INDENT
        parts = self.parts
        begin = f"\n{' ' * indent}"
        first = True
        for key in keys:
            written = key_text(key)
            parts.append(f" {written}:" if first and after_dash else f"{begin}{written}:")
            first = False
            value = content[key]
            column = indent + len(written) + 1
            if value.__class__ in _SCALARS:
                parts.append(self._scalar(value, column, _within(indent)))
            else:
                self.node(value, column, indent, in_mapping=True, after_dash=False)

    def _sequence(self, content: Any, column: int, indent: int, *, in_mapping: bool, after_dash: bool) -> None:
        if all([item.__class__ in _SCALARS or _is_scalar(item) for item in content]):
            self._flow_sequence(content, column, _within(indent))
            return
        if not in_mapping:
            indent += _INDENT
        begin = f"\n{' ' * indent}-"
        first = True
        for item in content:
            self.parts.append(" -" if first and after_dash else begin)
            first = False
            self.node(item, indent + 1, indent, in_mapping=False, after_dash=True)

    def _flow_sequence(self, content: Any, column: int, indent: int) -> None:
        texts = self._numbers(content)
        if texts is not None:
            line = f" [{', '.join(texts)}]"
            if column + len(line) <= WIDTH:
                self.parts.append(line)
                return
        written = [" ["]
        column += 2
        is_first = True
        for index, item in enumerate(content):
            if not is_first:
                written.append(",")
                column += 1
            space = "" if is_first else " "
            is_first = False
            if column > WIDTH:
                written.append(f"\n{' ' * indent}")
                column, space = indent, ""
            if texts is not None:
                written.append(space + texts[index])
                column += len(space) + len(texts[index])
            else:
                column = self._in_flow(written, item, space, column, indent)
        written.append("]")
        self.parts.append("".join(written))

    def _numbers(self, content: Any) -> list[str] | None:
        """Return the texts of items that are numbers all; None of others."""
        kinds = set(map(type, content))
        if kinds == {float}:
            texts = [*map(repr, content)]
            joined = "".join(texts)
            return [float_text(item) for item in content] if "n" in joined or "e" in joined else texts
        return [integer_text(item) for item in content] if kinds == {int} else None

    def _flow_mapping(self, content: dict[Any, Any], keys: list[Any], column: int, indent: int) -> None:
        written = [" {"]
        column += 2
        is_first = True
        for key in keys:
            if not is_first:
                written.append(",")
                column += 1
            space = "" if is_first else " "
            is_first = False
            if column > WIDTH:
                written.append(f"\n{' ' * indent}")
                column, space = indent, ""
            text = f"{space}{key_text(key, in_flow=True)}:"
            written.append(text)
            column = self._in_flow(written, content[key], " ", column + len(text), indent)
        written.append("}")
        self.parts.append("".join(written))

    def _in_flow(self, written: list[str], item: Any, space: str, column: int, indent: int) -> int:
        """Write a scalar of a flow collection, and return the column behind it."""
        head = ""
        is_tagged = False
        if item.__class__ not in _SCALARS:
            item, tag = _content(item)
            if item.__class__ is _Literal and ":" in item:
                # libyaml quotes it, and so has to say that it is no text
                item, head, space = str(item), f"{space}!", " "
            elif tag is not None:
                head, space, is_tagged = f"{space}{self._tag(tag)}", " ", True
        text = head + self._scalar(
            item, column + len(head), indent + _INDENT, is_tagged=is_tagged, in_flow=True, space=space
        )
        written.append(text)
        _, newline, last = text.rpartition("\n")
        return len(last) if newline else column + len(text)

    # -- scalars -----------------------------------------------------------------------------------------------------

    def _scalar(
        self,
        value: Any,
        column: int,
        indent: int,
        *,
        is_tagged: bool = False,
        in_flow: bool = False,
        space: str = " ",
    ) -> str:
        """Return the text of a scalar, `space` before it; its further lines begin at `indent`."""
        cls = value.__class__
        if cls is float:
            return space + float_text(value)
        if cls is int:
            return space + integer_text(value)
        if cls is not str:
            return space + (("true" if value else "false") if cls is bool else "null" if value is None else str(value))
        text = string_text(value, column + len(space), indent, is_tagged=is_tagged, in_flow=in_flow)
        return space + text if text or in_flow else ""

    def _tag(self, tag: str) -> str:
        known = self._tags.get(tag)
        if known is None:
            if not _is_simple_tag(tag) or tag.startswith(CORE_TAG):
                raise Unusual
            found = [(handle, prefix) for handle, prefix in self._handles.items() if tag.startswith(prefix)]
            known = self._tags[tag] = (
                f"{found[0][0]}{tag[len(found[0][1]) :]}" if found and tag != found[0][1] else f"!<{tag}>"
            )
        return known


def _within(indent: int) -> int:
    """Return where further lines begin of a scalar or a flow collection that stands in a block of this indent."""
    return max(indent, 0) + _INDENT


def _content(value: Any) -> tuple[Any, str | None]:
    """Return what a value that is no plain scalar holds, and its tag."""
    cls = value.__class__
    if cls in _EXACT_CONTAINERS:
        return value, None
    if cls is TaggedMapping or cls is TaggedSequence:
        return value, value.tag
    if cls is TaggedScalar:
        return str.__str__(value), value.tag
    tag = getattr(value, "_tag", None)
    if tag.__class__ is str:  # one of asdf's
        if not (getattr(value, "style", None) is getattr(value, "flow_style", None) is None):
            raise Unusual
        if getattr(value, "property_order", None):
            raise Unusual
        content = value.data
        if content.__class__ in _EXACT_CONTAINERS or content.__class__ is str:
            return content, tag
    if cls is datetime:
        return _Literal(value.isoformat(" ")), None
    if cls is date:
        return _Literal(value.isoformat()), None
    if isinstance(value, float) and cls.__module__ == "numpy":
        return float(value), None
    raise Unusual


class _Literal(str):
    """The text of a scalar that is written as it is."""

    __slots__ = ()


def _is_scalar(value: Any) -> bool:
    """Return whether a value that is no plain scalar is one nevertheless: a tagged one, a time."""
    return not isinstance(_content(value)[0], (dict, list, tuple))


def _anchors(tree: Any) -> dict[int, str]:
    """Return the names of the containers that stand in several places, by their identity."""
    met: set[int] = set()
    names: dict[int, str] = {}
    stack = [tree]
    while stack:
        value = stack.pop()
        if value.__class__ in _SCALARS:
            continue
        content, _ = _content(value)
        if not isinstance(content, (dict, list, tuple)):
            if content.__class__ is _Literal:
                if id(value) in met:
                    raise Unusual
                met.add(id(value))
            continue
        if id(value) in met:
            if content != ():
                names.setdefault(id(value), f"id{len(names) + 1:03}")
            continue
        met.add(id(value))
        if isinstance(content, dict):
            if any([key.__class__ is not str for key in content]):
                raise Unusual
            content = [content[key] for key in sorted(content, reverse=True)]
        else:
            content = reversed(content)
        stack.extend([item for item in content if item.__class__ not in _SCALARS])
    return names
