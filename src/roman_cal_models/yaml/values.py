"""Values that bear a YAML tag of their own, and the error of a text that is none."""

from __future__ import annotations

from typing import Any

from ..errors import RomanCalModelsError

__all__ = ["CORE_TAG", "TaggedMapping", "TaggedScalar", "TaggedSequence", "YamlError"]

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
