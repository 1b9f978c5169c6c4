"""Foreign objects (times, WCS, tables, units) of a header: what needs no block is built, by asdf only where it must."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..foreign.kind import NOTHING
from ..foreign.kinds import kind_of_tag
from ..sources.yaml_source import YamlSource

__all__ = ["HeaderSource"]


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
        with self._named_errors(raw, where):
            value = kind_of_tag(raw.tag).from_header(raw)
        return super().build(raw, where) if value is NOTHING else value
