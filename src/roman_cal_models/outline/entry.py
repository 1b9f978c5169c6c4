"""One thing in a tree, as it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

__all__ = ["Entry", "list_text", "readable_unit", "shape_text"]

_POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_ITEMS = 8
MOST_BITS = 2048


def _no_members() -> tuple[Entry, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a tree: a value, or what holds others.

    Parameters
    ----------
    name : str
        Its key; ``[0]`` for the first item of a list.
    path : str
        Where it stands: ``meta.exposure.read_pattern[0]``. Empty at the top.
    kind : str
        Class of a node, or type of a value: ``L2CalStep``, ``str``, ``array``, ``Time``.
    title : str or None
        What the schemas call it.
    value : object
        A value of JSON: text, a number, a bool, None, or a list of them. None for what holds others, and for what is
        named only, such as an array.
    dtype : str or None
        Type of the elements of an array.
    shape : tuple of int or None
        Shape of an array; None in it for a length that is not known.
    unit : str or None
        Its unit, as the schemas write it.
    size : int or None
        How many members it has; None for a value.
    members : callable
        Gives the members, each when it is taken.
    """

    name: str
    path: str
    kind: str
    title: str | None = None
    value: Any = None
    dtype: str | None = None
    shape: tuple[int | None, ...] | None = None
    unit: str | None = None
    size: int | None = None
    members: Callable[[], Iterable[Entry]] = _no_members

    @property
    def text(self) -> str:
        """The value on one line: of an array its type and shape, of another object that is only named, its kind."""
        if self.size is not None:
            return ""
        if self.dtype is not None or self.shape is not None:
            return " ".join(filter(None, (self.dtype, None if self.shape is None else shape_text(self.shape))))
        if self.value is None:
            return "null" if self.kind == "null" else f"<{self.kind}>"
        if isinstance(self.value, str):
            return " ".join(self.value.split())
        return list_text(self.value) if isinstance(self.value, list) else _scalar_text(self.value)

    def at(self, path: str) -> Entry | None:
        """Return the entry at a path below this one, or this one for its own; None where there is none."""
        if path == self.path:
            return self
        ahead = (member.at(path) for member in self.members() if _leads_to(member.path, path))
        return next((found for found in ahead if found is not None), None)

    def as_json(self) -> dict[str, Any]:
        """Return the entry, and all below it, as JSON has it; what is not known of it is left out."""
        known = {"title": self.title, "dtype": self.dtype, "shape": self.shape, "unit": self.unit, "value": self.value}
        record: dict[str, Any] = {"name": self.name, "path": self.path, "type": self.kind}
        record |= {key: value for key, value in known.items() if value is not None}
        if self.kind == "null":
            record["value"] = None
        if self.size is not None:
            record["members"] = [member.as_json() for member in self.members()]
        return record

    @property
    def shown_unit(self) -> str:
        """The unit as people write it; empty where there is none."""
        return "" if self.unit is None else readable_unit(self.unit)


def _leads_to(path: str, target: str) -> bool:
    return target == path or target.startswith((f"{path}.", f"{path}["))


def shape_text(shape: tuple[int | None, ...]) -> str:
    """Return a shape as people write it: ``(4088 × 4088)``."""
    return f"({' × '.join('?' if size is None else str(size) for size in shape)})"


def list_text(items: list[Any], most: int = _ITEMS) -> str:
    """Return a list on one line, the first items of a long one and how many there are."""
    shown = [list_text(item, most) if isinstance(item, list) else _scalar_text(item) for item in islice(items, most)]
    if len(items) <= most:
        return f"[{', '.join(shown)}]"
    return f"[{', '.join(shown)}, …] ({len(items)} items)"


def _scalar_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return hex(value)  # Python writes no more digits in tens
    return "null" if value is None else repr(value) if isinstance(value, float) else str(value)


def readable_unit(unit: str) -> str:
    """Return a unit with raised powers: ``MJy sr⁻¹`` for ``MJy.sr**-1``, ``DN² / s²`` for ``DN2 / s2``."""
    raised = re.sub(r"(?:\*\*|(?<=[A-Za-z]))(-?\d+)", lambda match: match[1].translate(_POWERS), unit)
    return re.sub(r"(?<=\w|[⁰-⁹¹²³])\.(?=[A-Za-z])", " ", raised)
