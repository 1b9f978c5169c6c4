"""Values that bear a YAML tag of their own, and the error of a text that is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import RomanCalModelsError

__all__ = ["CORE_TAG", "TaggedMapping", "TaggedScalar", "TaggedSequence", "Unread", "YamlError"]

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


class Unread:
    """A value that is still text.

    Parameters
    ----------
    read : callable
        Reads it.
    tag : str or None
        Its tag.
    mapping : dict, optional
        If it is a mapping whose keys are known: it, with values that may be unread.
    """

    __slots__ = ("_mapping", "_read", "_value", "tag")

    _value: Any

    def __init__(self, read: Callable[[], Any], tag: str | None, mapping: dict[Any, Any] | None = None) -> None:
        self._read: Callable[[], Any] | None = read
        self._mapping = mapping
        self.tag = tag

    def opened(self) -> Any:
        """Return the value; if it is a mapping, values in it may still be unread."""
        return self.read() if self._mapping is None else self._mapping

    def read(self) -> Any:
        """Return the value, each time the same object; raises what the document's reader was told to raise."""
        read = self._read
        if read is not None:
            self._value = read()
            self._read = None
        return self._value

    def __reduce__(self) -> tuple[Any, ...]:
        # who gets a copy gets the value
        return _itself, (self.read(),)


def _itself(value: Any) -> Any:
    return value


class YamlError(RomanCalModelsError, ValueError):
    """The text is no YAML document that asdf would read.

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
