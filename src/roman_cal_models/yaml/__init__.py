"""ASDF's YAML read fast, with exactly the values that asdf's own loader gives.

This room is responsible for the text of a header, or of a schema, and for what a hostile one may cost. ``schema``,
``nodes``, ``extension`` and ``header`` call it; it knows the errors and the locks alone.

- ``values``: values that bear a tag, and those that are still text;
- ``pyyaml_reader``: PyYAML as asdf uses it, which also says what is wrong with a broken text;
- ``limits``: what a document may hold at most;
- ``scalars``, ``fast_reader``: the YAML that files commonly hold; what they give up on is read by PyYAML;
- ``lazy_sections``: a document of which only what is asked for is read;
- ``scalar_texts``, ``emitter``: a tree as the document that asdf's dumper writes, which does what is not common itself.

No library does it as fast and as safely: rapidyaml, the obvious choice, ends the process on some broken texts, prints
to its stderr, and accepts what asdf refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .limits import Limits, YamlLimitError, check_text, check_tree, is_surely_small
from .values import TaggedMapping, TaggedScalar, TaggedSequence, UnparsedValue, YamlError, containers

__all__ = [
    "Limits",
    "TaggedMapping",
    "TaggedScalar",
    "TaggedSequence",
    "UnparsedValue",
    "YamlError",
    "YamlLimitError",
    "containers",
    "load",
    "load_along",
    "opened",
    "read",
]


def load(data: bytes | str, limits: Limits | None = None) -> Any:
    """Read one YAML document.

    Parameters
    ----------
    data : bytes or str
        The YAML part of an ASDF header, or any other YAML 1.1 document.
    limits : Limits, optional
        What it may hold at most. By default, what asdf's loader reads within reasonable time and memory.

    Returns
    -------
    object
        Plain Python values; a value that bears a tag of its own is a `TaggedMapping`, `TaggedSequence` or
        `TaggedScalar`. What is aliased in the document is the same object everywhere.

    Raises
    ------
    YamlError
        If asdf's loader refuses the document, or it nests or merges beyond all measure.
    YamlLimitError
        If it holds more than `limits` say.
    """
    tree = _read(data, limits)
    if limits is not None:
        check_tree(tree, limits)
    return tree


def load_along(
    data: bytes | str, path: Sequence[str], limits: Limits, refusal: Callable[[YamlError], Exception]
) -> Any:
    """Read the mappings along a path, and leave as text what stands beside it, wherever that can be.

    Parameters
    ----------
    data : bytes or str
        A YAML document.
    path : sequence of str
        Keys, from the top. The last mapping is `UnparsedValue` itself, but its keys are known.
    limits : Limits
        What the document may hold at most. What a value holds that was left as text counts when it is read.
    refusal : callable
        Makes the error to be raised, where such a value turns out to be broken, or too large.

    Returns
    -------
    object
        As of `load`, but values of the mappings may be `UnparsedValue`.

    Raises
    ------
    YamlError, YamlLimitError
        As `load`, as far as the document is read.
    """
    from .lazy_sections import read_along

    return read_along(data, path, limits, refusal, load)


def read(value: Any) -> Any:
    """Return a value of a tree; if it was left as text, read it whole."""
    return value.read() if value.__class__ is UnparsedValue else value


def opened(value: Any) -> Any:
    """Return a value of a tree; if it was left as text, read it, but not the values of a mapping."""
    return value.opened() if value.__class__ is UnparsedValue else value


def _read(data: bytes | str, limits: Limits | None) -> Any:
    from .fast_reader import Document, Reader
    from .scalars import Unusual

    # it makes a record of every line, even an empty one, so a text that may be too large is checked first
    if limits is None or is_surely_small(data, limits):
        try:
            return Reader(Document(data)).read()
        except (Unusual, UnicodeDecodeError, RecursionError):
            pass
    if limits is not None:
        check_text(data, limits)
    from .pyyaml_reader import load_with_pyyaml

    return load_with_pyyaml(data)
