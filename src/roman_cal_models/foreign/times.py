"""Times."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from ..yaml import TaggedMapping, TaggedScalar
from .kind import NOTHING, Head, Kind, mapping_of, plain

if TYPE_CHECKING:
    from ..outline.entry import Entry
    from .protocols import Wanted

__all__ = ["TIME_TAG", "TIME_TAGS", "Times"]

TIME_TAG = "tag:stsci.edu:asdf/time/time-1.4.0"
"""The tag of made-up times."""

TIME_TAGS = "tag:stsci.edu:asdf/time/time-"
"""What the tags of times begin with."""

_FAKE = "2020-01-01T00:00:00.0"
_LEAP_SECOND = 60
# behind the point of a second; astropy gives no more
_DIGITS = 9
_CALENDAR_FORMATS = ("datetime", "iso", "isot")
_ISO = r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?"

# asdf's schema of a time: how one is written that says no format, by astropy's names
_IMPLICIT_FORMATS = frozenset({"iso", "isot", "byear", "byear_str", "jyear", "jyear_str", "yday"})


class Times(Kind):
    """Times of astropy."""

    name = "a time"
    given = "an astropy Time"
    tags = (TIME_TAGS,)
    example = "Time.now()"
    text_example = "2027-01-31T12:00:00.000"
    fake_tag = TIME_TAG
    is_scalar = True
    datatypes = frozenset({"date", "datetime2"})

    def has_type(self, cls: type) -> bool:
        """Return whether a type is one of astropy's times."""
        return hasattr(cls, "jd1") and hasattr(cls, "scale")

    def instead(self, value: Any) -> str:
        """Return the time that a text or a date stands for."""
        if isinstance(value, (str, datetime.date)) or type(value).__name__ == "datetime64":
            return f"{self.given}: Time({str(value)!r})"
        return f"{self.given}: {self.example}"

    def from_header(self, raw: Any) -> Any:
        """Return the time, which astropy alone builds; asdf is needed for one with a location."""
        return _time(raw) if _is_simple(raw) else NOTHING

    def from_text(self, text: str) -> Any:
        """Return the time that astropy reads from a text."""
        from astropy.time import Time

        return Time(text)

    def fake(self, wanted: Wanted | None = None, shape: Sequence[int] = ()) -> Any:
        """Return the time of made-up observations."""
        from astropy.time import Time

        return Time(_FAKE, format="isot", scale="utc")

    def outline_raw(self, head: Head, raw: Any) -> Entry:
        """Return the entry of a time: its text."""
        content = mapping_of(raw)
        return head.entry("Time", plain(content.get("value")) if content else str(raw))

    def outline(self, head: Head, value: Any) -> Entry:
        """Return the entry of a time: its text, or the shape of several."""
        if value.shape != ():
            return head.entry("Time", shape=value.shape)
        return head.entry("Time", _text(value))

    def as_json(self, raw: Any) -> Any:
        """Return what the file says."""
        return raw.get("value") if isinstance(raw, TaggedMapping) else super().as_json(raw)

    def short(self, value: Any) -> str:
        """Return its text."""
        return repr(_text(value) if value.shape == () else str(value))

    def flat(self, value: Any) -> Any:
        """Return its text."""
        return str(value)

    def database_value(self, value: Any) -> Any:
        """Return the time in UTC, without time zone, in whole microseconds (the rest is cut off).

        A text is read as well, and a time under the tag of an older schema.
        """
        if isinstance(value, str):
            match = _iso()(value)
            return NOTHING if match is None else _from_iso(match)
        if isinstance(value, TaggedMapping):
            told = value.get("value")
            is_utc = value.get("scale", "utc") == "utc" and "location" not in value
            match = _iso()(told) if is_utc and isinstance(told, str) else None
            return NOTHING if match is None else _from_iso(match)
        return _in_utc(value)


def _text(value: Any) -> str:
    """Return the text of a time, as files have it, whatever the format in memory."""
    return str(value.isot if value.format in _CALENDAR_FORMATS else value)


def _is_simple(raw: Any) -> bool:
    """Return whether the YAML is that of one time, without a location."""
    if isinstance(raw, TaggedScalar):
        return True
    return isinstance(raw, TaggedMapping) and "location" not in raw and isinstance(raw.get("value"), (str, int, float))


def _time(raw: Any) -> Any:
    from astropy.time import Time

    if isinstance(raw, TaggedScalar):
        time = Time(str(raw))
        if time.format not in _IMPLICIT_FORMATS:
            raise ValueError(f"{str(raw)!r} is not one of the formats of a time that need no name")
        return time
    time = Time(raw["value"], format=raw.get("format"), scale=raw.get("scale"))
    base_format = raw.get("base_format")
    if base_format is not None:
        time.format = base_format
    return time


@cache
def _iso() -> Callable[[str], re.Match[str] | None]:
    """Return what matches a date, or a date and time, of ISO 8601; compiled at the first time."""
    return re.compile(_ISO).fullmatch


def _from_iso(match: re.Match[str]) -> datetime.datetime:
    *whole, fraction = match.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in whole)
    microsecond = int((fraction or "0")[:6].ljust(6, "0"))
    if second == _LEAP_SECOND:
        raise ValueError(f"{match[0]} is in a leap second, which datetime2 does not hold")
    try:
        return datetime.datetime(year, month, day, hour, minute, second, microsecond)
    except ValueError as error:
        raise ValueError(f"{match[0]} is not a time that datetime2 holds: {error}") from None


def _in_utc(time: Any) -> Any:
    """Return a time of astropy as Python has it."""
    utc = getattr(time, "utc", None)
    if utc is None or getattr(time, "shape", None) != ():
        return NOTHING
    # the time is not changed, and its own precision may be less than a database's
    utc = utc.replicate()
    utc.precision = _DIGITS
    match = _iso()(str(utc.isot))
    if match is None:
        raise ValueError(f"{utc.isot} is not a time that datetime2 holds")
    return _from_iso(match)
