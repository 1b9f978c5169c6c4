"""The database types that RAD names in ``archive_catalog``, and the values of a file converted to them."""

from __future__ import annotations

import datetime
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..errors import ForeignValueError, SchemaError
from ..foreign.kind import NOTHING, Kind
from ..foreign.kinds import kind_of, kind_of_tag
from ..foreign.table import ANY, TIME
from ..header.header_source import HeaderSource
from ..nodes.deferred import FileValue
from ..yaml import TaggedMapping

__all__ = ["INTEGER_RANGES", "Datatype", "column_type", "datatype"]

INTEGER_RANGES = {
    "tinyint": (0, 2**8 - 1),
    "smallint": (-(2**15), 2**15 - 1),
    "int": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
"""Least and greatest value of the integers of SQL Server, whose types RAD names."""

TRUE, FALSE = "T", "F"
"""What ``nchar(1)`` holds for a boolean, as FITS writes it."""

# What YAML itself has is read as what it stands for; what still bears such a tag is the object of some language.
_YAML_TAGS = "tag:yaml.org,2002:"

_PLAIN = frozenset({str, int, float, bool, list, dict})

_PATTERN = re.compile(r"(?P<name>nvarchar|nchar)\((?P<size>[1-9][0-9]*|max)\)|(?P<plain>[a-z0-9]+)")


@dataclass(frozen=True, slots=True)
class Datatype:
    """One database type.

    Parameters
    ----------
    name : str
        ``"nvarchar"``, ``"nchar"``, ``"tinyint"``, ``"smallint"``, ``"int"``, ``"bigint"``, ``"float"`` or
        ``"datetime2"``.
    size : int or None
        How many characters it holds; None for ``max``, and for what is not text.
    unknown : str, optional
        The type of a newer RAD that nobody here knows. Its column is one of text, and takes no value.
    """

    name: str
    size: int | None = None
    unknown: str | None = None

    def __str__(self) -> str:
        if self.name in ("nvarchar", "nchar"):
            return f"{self.name}({'max' if self.size is None else self.size})"
        return self.name

    def convert(self, value: Any) -> Any:
        """Return a value as a database takes it.

        Parameters
        ----------
        value : object
            As a node or the YAML of a file holds it.

        Returns
        -------
        str, int, float, datetime.datetime or None
            Times are in UTC, without time zone, whole microseconds (the rest is cut off). A list or mapping becomes
            text: JSON without spaces. A boolean becomes ``"T"`` or ``"F"`` where the type is text.

        Raises
        ------
        ValueError
            The value does not fit; the message says why.
        """
        if value is None:
            return None
        if self.unknown is not None:
            raise ValueError(f"{_not_known(self.unknown)}. To update: pip install --upgrade roman-cal-models")
        tag = getattr(value, "tag", None)
        if isinstance(tag, str) and tag.startswith(_YAML_TAGS):
            raise ValueError(f"bears the tag {tag}, which stands for no value that is known")
        # a text is a time there, and so is what stands under the tag of an older schema
        kind = TIME if self.name == "datetime2" else _kind_of(value)
        if self.name in kind.datatypes:
            value = _converted(value, kind)
        if self.name == "datetime2":
            return value
        if self.name == "float":
            return _float(value)
        if self.name in INTEGER_RANGES:
            return _integer(value, self.name)
        text = _text(value)
        if "\0" in text or not _is_unicode(text):
            raise ValueError(f"has a character that no database takes: {_shown(text)}")
        if self.size is not None and len(text) > self.size:
            raise ValueError(f"has {len(text)} characters, and {self} holds {self.size}")
        return text


@lru_cache(maxsize=256)
def datatype(name: str) -> Datatype:
    """Return the type that RAD names: ``"nvarchar(15)"``.

    Raises
    ------
    SchemaError
        There is no such type.
    """
    match = _PATTERN.fullmatch(name)
    if match is not None and match["name"]:
        return Datatype(match["name"], None if match["size"] == "max" else int(match["size"]))
    if name in INTEGER_RANGES or name in ("float", "datetime2"):
        return Datatype(name)
    raise SchemaError(_not_known(name))


def column_type(name: str) -> Datatype:
    """Return the type that RAD names, or a stand-in for one that is not known."""
    try:
        return datatype(name)
    except SchemaError:
        return Datatype("nvarchar", unknown=name)


def _not_known(name: str) -> str:
    return f"{name!r} is not a known database type"


def _integer(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"is not an integer: {_shown(value)}")
    least, greatest = INTEGER_RANGES[name]
    if not least <= value <= greatest:
        raise ValueError(f"{value} is out of the range of {name}, {least} to {greatest}")
    return int(value)


def _float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"is not a number: {_shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{number} does not fit into a float column")
    return number


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, Mapping)):
        try:
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=_json)
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"cannot be written as text: {error}") from None
    raise ValueError(f"is not text: {_shown(value)}")


def _is_unicode(text: str) -> bool:
    """Return True if text can be encoded, which half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _json(value: Any) -> Any:
    if isinstance(value, FileValue):
        kind = kind_of_tag(value.tag)
        if kind.datatypes:
            found = _converted(value, kind)
            return found.isoformat() if isinstance(found, datetime.datetime) else found
    raise TypeError(f"there is a {type(value).__name__} in it")


# -- foreign objects -------------------------------------------------------------------------------------------------


def _converted(value: Any, kind: Kind) -> Any:
    """Return what a database holds for a foreign object, or for its YAML; it is built only where that is needed."""
    found = kind.database_value(value.raw if isinstance(value, FileValue) else value)
    if found is NOTHING:
        found = kind.database_value(_built(value, kind))
    if found is NOTHING:
        raise ValueError(f"is not {kind.name}: {_shown(value)}")
    return found


def _built(value: Any, kind: Kind) -> Any:
    if isinstance(value, FileValue):
        return value.get(lambda: kind.name)
    if isinstance(value, TaggedMapping) and kind.fake_tag is not None:  # under the tag of an older schema, maybe
        try:
            return HeaderSource(None, "1.6.0").build(TaggedMapping(value, kind.fake_tag), lambda: kind.name)
        except ForeignValueError as error:
            raise ValueError(str(error)) from None
    return value


def _kind_of(value: Any) -> Kind:
    if value.__class__ in _PLAIN:  # nearly all are
        return ANY
    tag = getattr(value, "tag", None)
    return kind_of_tag(tag) if isinstance(tag, str) else kind_of(value)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
