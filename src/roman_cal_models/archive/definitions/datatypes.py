"""The database types that RAD names in ``archive_catalog``, and the values of a file converted to them."""

from __future__ import annotations

import datetime
import json
import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ...errors import ForeignValueError, SchemaError
from ...foreign.kind import NOTHING, Kind
from ...foreign.kinds import kind_of, kind_of_tag
from ...foreign.table import TIME
from ...header.header_source import HeaderSource
from ...nodes.deferred import Deferred, FileValue
from ...yaml import TaggedMapping, TaggedScalar

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["EXACT_TYPES", "INTEGER_RANGES", "MOST_DIGITS", "TEXT_TYPES", "Datatype", "column_type", "datatype"]

INTEGER_RANGES = {
    "bit": (0, 1),
    "tinyint": (0, 2**8 - 1),
    "smallint": (-(2**15), 2**15 - 1),
    "int": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
"""Least and greatest value of the integers of SQL Server, whose types RAD names."""

TEXT_TYPES = frozenset({"nvarchar", "nchar", "varchar", "char"})
"""The types of text. Those without ``n`` hold ASCII here: what else they hold, each database has decided for itself."""

EXACT_TYPES = frozenset({"decimal", "numeric"})
"""The types of decimal numbers, which are two names of one."""

MOST_DIGITS = 38
"""How many digits a decimal number of SQL Server has at most."""

TRUE, FALSE = "T", "F"
"""What ``nchar(1)`` holds for a boolean, as FITS writes it."""

_PLAIN_TYPES = frozenset({*INTEGER_RANGES, "real", "float", "date", "datetime2", "uniqueidentifier"})
_DIGITS = 18
"""How many digits ``decimal`` has that says nothing of them."""

# What YAML itself has is read as what it stands for; what still bears such a tag is the object of some language.
_YAML_TAGS = "tag:yaml.org,2002:"

# nearly all values are of these
_PLAIN = frozenset({str, int, float, bool, list, dict})

_PATTERN = re.compile(
    r"(?P<text>n?varchar|n?char)\((?P<size>[1-9][0-9]*|max)\)"
    r"|(?P<exact>decimal|numeric)(\((?P<digits>[1-9][0-9]?)(, ?(?P<scale>[0-9]{1,2}))?\))?"
    r"|(?P<plain>[a-z0-9]+)"
)


@dataclass(frozen=True, slots=True)
class Datatype:
    """One database type.

    Parameters
    ----------
    name : str
        As SQL Server calls it, without what stands in parentheses: one of `TEXT_TYPES`, `EXACT_TYPES`,
        `INTEGER_RANGES`, or ``"real"``, ``"float"``, ``"date"``, ``"datetime2"``, ``"uniqueidentifier"``.
    size : int or None
        How many characters it holds, or digits; None for ``max``, and for what has neither.
    unknown : str, optional
        The type of a newer RAD that nobody here knows. Its column is one of text, and takes no value.
    scale : int or None
        How many of the digits stand behind the point.
    """

    name: str
    size: int | None = None
    unknown: str | None = None
    scale: int | None = None

    def __str__(self) -> str:
        if self.name in TEXT_TYPES:
            return f"{self.name}({'max' if self.size is None else self.size})"
        if self.name in EXACT_TYPES:
            return f"{self.name}({self.size},{self.scale})"
        return self.name

    def convert(self, value: Any) -> Any:
        """Return a value as a database takes it.

        Parameters
        ----------
        value : object
            As a node or the YAML of a file holds it.

        Returns
        -------
        str, int, float, decimal.Decimal, datetime.datetime, datetime.date or None
            Times are in UTC, without time zone, whole microseconds (the rest is cut off). A list or mapping becomes
            text: JSON without spaces. A boolean becomes ``"T"`` or ``"F"`` where the type is text. A number with more
            digits than ``real`` and decimal numbers have is rounded, as SQL Server does.

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
        if self.name in TIME.datatypes:
            value = _converted(value, TIME)
            return value.date() if self.name == "date" else value
        if value.__class__ not in _PLAIN and self.name in (kind := _kind_of(value)).datatypes:
            value = _converted(value, kind)
        if self.name in TEXT_TYPES:
            return self._fitting(_text(value))
        if self.name in INTEGER_RANGES:
            return _integer(value, self.name)
        if self.name in EXACT_TYPES:
            return _decimal(value, self)
        return _uuid(_text(value)) if self.name == "uniqueidentifier" else _float(value, self.name)

    def _fitting(self, text: str) -> str:
        """Return a text that a column of text takes."""
        if "\0" in text or not _is_unicode(text):
            raise ValueError(f"has a character that no database takes: {_shown(text)}")
        if text.isascii():
            length, units = len(text), "characters"
        elif self.name in ("varchar", "char"):
            raise ValueError(f"has a character that {self} need not have: {_shown(text)}")
        else:
            # those that SQL Server counts
            length = len(text.encode("utf-16-le")) // 2
            units = "characters" if length == len(text) else "characters of UTF-16"
        if self.size is not None and length > self.size:
            raise ValueError(f"has {length} {units}, and {self} holds {self.size}")
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
    if match is not None and match["text"]:
        return Datatype(match["text"], None if match["size"] == "max" else int(match["size"]))
    if match is not None and match["exact"]:
        digits, scale = int(match["digits"] or _DIGITS), int(match["scale"] or 0)
        if scale <= digits <= MOST_DIGITS:
            return Datatype(match["exact"], digits, scale=scale)
    elif name in _PLAIN_TYPES:
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
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    is_number = isinstance(value, int) and (name == "bit" or not isinstance(value, bool))
    if not is_number:
        raise ValueError(f"is not an integer: {_shown(value)}")
    least, greatest = INTEGER_RANGES[name]
    if not least <= value <= greatest:
        raise ValueError(f"{_shown(value)} is out of the range of {name}, {least} to {greatest}")
    return int(value)


def _float(value: Any, name: str) -> float:
    _require_number(value)
    try:
        number = float(value)
        if name == "real" and math.isfinite(number):
            (number,) = struct.unpack("f", struct.pack("f", number))
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{number} does not fit into a {name} column")
    return number


def _decimal(value: Any, kind: Datatype) -> Decimal:
    import decimal

    _require_number(value)
    assert kind.size is not None and kind.scale is not None
    # a float has the digits that it is written by
    number = decimal.Decimal(value) if isinstance(value, int) else decimal.Decimal(float.__repr__(value))
    places = decimal.Decimal(1).scaleb(-kind.scale)
    # as many digits as the number can have: what has more is refused, and so is what is no number
    context = decimal.Context(prec=kind.size, rounding=decimal.ROUND_HALF_UP, traps=[decimal.InvalidOperation])
    try:
        found = number.quantize(places, context=context) if number.is_finite() else None
    except decimal.InvalidOperation:
        found = None
    if found is None:
        raise ValueError(f"{_shown(value)} does not fit into {kind}")
    return found


def _require_number(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"is not a number: {_shown(value)}")


def _uuid(text: str) -> str:
    from uuid import UUID

    try:
        return str(UUID(text))
    except ValueError:
        raise ValueError(f"is not a UUID: {_shown(text)}") from None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, Mapping)):
        try:
            return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_json)
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
    if isinstance(value, Deferred):
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
    if isinstance(value, Deferred):
        return value.get(lambda: kind.name)
    if kind.fake_tag is None:
        return value
    raw: Any
    if isinstance(value, TaggedMapping):  # under the tag of an older schema, maybe
        raw = TaggedMapping(value, kind.fake_tag)
    elif isinstance(value, str):
        raw = TaggedScalar(str.__str__(value), kind.fake_tag)
    else:
        return value
    try:
        return HeaderSource(None, "1.6.0").build(raw, lambda: kind.name)
    except ForeignValueError as error:
        raise ValueError(f"is not {kind.name}: {_shown(value)}") from error


def _kind_of(value: Any) -> Kind:
    tag = getattr(value, "tag", None)
    return kind_of_tag(tag) if isinstance(tag, str) else kind_of(value)


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # Python writes no number of that many digits
        return f"<{type(value).__name__}>"
    return text if len(text) <= 60 else f"{text[:57]}..."
