"""ASDF's YAML read fast, with exactly the values that asdf's own loader gives.

Two readers: ``quick`` knows only the YAML that files commonly hold; what it gives up on is read by PyYAML
(``thorough``), as asdf does it, which also says what is wrong with a broken text. ``values`` are the tagged ones.

No library does it as fast and as safely: rapidyaml, the obvious choice, ends the process on some broken texts, prints
to its stderr, and accepts what asdf refuses.
"""

from __future__ import annotations

from typing import Any

from .values import TaggedMapping, TaggedScalar, TaggedSequence, YamlError

__all__ = ["TaggedMapping", "TaggedScalar", "TaggedSequence", "YamlError", "load"]


def load(data: bytes | str) -> Any:
    """Read one YAML document.

    Parameters
    ----------
    data : bytes or str
        The YAML part of an ASDF header, or any other YAML 1.1 document.

    Returns
    -------
    object
        Plain Python values; a value that bears a tag of its own is a `TaggedMapping`, `TaggedSequence` or
        `TaggedScalar`. What is aliased in the document is the same object everywhere.

    Raises
    ------
    YamlError
        If asdf's loader refuses the document, or it nests or merges beyond all measure.
    """
    from .quick import Reader, Unusual

    try:
        return Reader(data).read()
    except (Unusual, UnicodeDecodeError, RecursionError):
        from .thorough import load_with_pyyaml

        return load_with_pyyaml(data)
