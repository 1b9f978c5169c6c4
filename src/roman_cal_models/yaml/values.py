"""Values that bear a YAML tag of their own, values that are still text, and the error of a text that is not YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from ..errors import RomanCalModelsError
from ..locks import MOMENT

__all__ = ["CORE_TAG", "TaggedMapping", "TaggedScalar", "TaggedSequence", "UnparsedValue", "YamlError", "containers"]

CORE_TAG = "tag:yaml.org,2002:"
"""What the tags of YAML's own types begin with."""


class TaggedMapping(dict[Any, Any]):
    """A mapping that bears a tag."""

    __slots__ = ("tag",)

    def __init__(self, value: Any = (), tag: str = "") -> None:
        super().__init__(value)
        self.tag = tag


class TaggedSequence(list[Any]):
    """A sequence that bears a tag."""

    __slots__ = ("tag",)

    def __init__(self, value: Any = (), tag: str = "") -> None:
        super().__init__(value)
        self.tag = tag


class TaggedScalar(str):
    """A scalar that bears a tag; always text, as it stands in the document."""

    __slots__ = ("tag",)
    tag: str

    def __new__(cls, value: str = "", tag: str = "") -> TaggedScalar:
        """Make the text and remember its tag."""
        self = super().__new__(cls, value)
        self.tag = tag
        return self

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.tag


def containers(tree: Any, enter: Callable[[Any], bool] = lambda _: True) -> Iterator[Any]:
    """Yield the mappings and sequences of a tree, each once, however deep it is.

    Parameters
    ----------
    tree : object
        A tree as it was read.
    enter : callable, optional
        Whether what stands in a container is looked at as well.
    """
    stack, met = [tree], set[int]()
    while stack:
        value = stack.pop()
        if isinstance(value, (dict, list)) and id(value) not in met:
            met.add(id(value))
            yield value
            if enter(value):
                stack.extend(value.values() if isinstance(value, dict) else value)


class PartReader(Protocol):
    """Reads a part of a document."""

    def late(self, path: tuple[Any, ...], text: str) -> Any:
        """Read the value under a path from its lines."""
        ...


class UnparsedValue:
    """A value of a mapping that is still text.

    Parameters
    ----------
    reader : PartReader
        Reads it.
    path : tuple
        Where the mapping stands in the document.
    key : object
        Its key there.
    text : str
        Its lines, from that of the key on.
    tag : str or None
        Its tag.
    mapping : dict, optional
        If it is a mapping whose keys are known: it, with values that may be unread.
    """

    # many are made, and few are read: one object holds all
    __slots__ = ("_key", "_mapping", "_path", "_reader", "_text", "_value", "tag")

    _value: Any

    def __init__(
        self,
        reader: PartReader,
        path: tuple[Any, ...],
        key: Any,
        text: str,
        tag: str | None,
        mapping: dict[Any, Any] | None = None,
    ) -> None:
        self._reader: PartReader | None = reader
        self._path = path
        self._key = key
        self._text = text
        self._mapping = mapping
        self.tag = tag

    def opened(self) -> Any:
        """Return the value; if it is a mapping, values in it may still be unread."""
        return self.read() if self._mapping is None else self._mapping

    def read(self) -> Any:
        """Return the value, each time the same object; raises what the document's reader was told to raise."""
        text, reader = self._text, self._reader
        if reader is None:
            return self._value
        mapping = self._mapping
        value = reader.late((*self._path, self._key), text) if mapping is None else _read_all(mapping)
        with MOMENT:
            # another thread may have been quicker
            if self._reader is not None:
                self._value = value
                self._reader = None
                self._text = ""
            return self._value

    def __reduce__(self) -> tuple[Any, ...]:
        # a copy is of the value
        return _itself, (self.read(),)


def _read_all(mapping: dict[Any, Any]) -> dict[Any, Any]:
    for key, value in mapping.items():
        if value.__class__ is UnparsedValue:
            mapping[key] = value.read()
    return mapping


def _itself(value: Any) -> Any:
    return value


class YamlError(RomanCalModelsError, ValueError):
    """The text is not a YAML document that asdf would read.

    Parameters
    ----------
    message : str
        What is wrong.
    line : int, optional
        The line where it shows, counted from 1.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        self.message = message
        self.line = line
        super().__init__(message if line is None else f"line {line}: {message}")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.message, self.line)
