"""Foreign objects (times, WCS, tables, units) of a header: what needs no block is built, by asdf only where it must."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..sources.arrays import is_in_block
from ..sources.yaml_source import YamlSource
from ..yaml import TaggedMapping, TaggedScalar
from .array_info import ArrayInfo

__all__ = ["TIME", "HeaderSource"]

TIME = "tag:stsci.edu:asdf/time/time-"
"""What the tags of times begin with."""

# asdf's schema of a time: how one is written that says no format, by astropy's names
_IMPLICIT_FORMATS = frozenset({"iso", "isot", "byear", "byear_str", "jyear", "jyear_str", "yday"})


class HeaderSource(YamlSource):
    """The YAML of a file whose blocks are out of reach."""

    read_only = True

    def newest_tag(self, stem: str) -> str:
        """Return a tag that `build` knows; what a version means for the other, asdf is not asked."""
        return f"{stem}1.1.0"

    def build(self, raw: Any, where: Callable[[], str]) -> Any:
        """Build a foreign object; of an array in a block, its type and shape.

        Raises
        ------
        NeedsBlocks
            It has an array in a block.
        ForeignValueError
            It cannot be built.
        """
        if is_in_block(raw):
            with self._named_errors(raw, where):
                return ArrayInfo.of(raw)
        if raw.tag.startswith(TIME) and _is_simple_time(raw):
            with self._named_errors(raw, where):
                return _time(raw)
        return super().build(raw, where)


def _is_simple_time(raw: Any) -> bool:
    """Return whether a time is a single one without a location, which astropy alone builds."""
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
