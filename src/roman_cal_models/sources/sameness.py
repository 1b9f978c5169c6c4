"""Whether foreign objects of two files are the same as they stand there: nothing is built or decompressed for it."""

from __future__ import annotations

import operator
from typing import Any

from ..blocks.codecs import stored
from ..blocks.index import Block
from ..errors import RomanCalModelsError
from ..foreign.arrays import is_in_block
from .file_source import FileSource
from .yaml_source import TAGGED, YamlSource, needs_blocks

__all__ = ["are_surely_the_same"]


def are_surely_the_same(one: Any, first: YamlSource, two: Any, second: YamlSource) -> bool:
    """Return True if two raw foreign objects are the same in YAML and blocks; False where they need to be looked at.

    Of blocks whose heads have the same checksum, sizes and compression, nothing is read. If one has no checksum, the
    bytes of both are compared as they are in the files.

    Parameters
    ----------
    one, two : TaggedMapping, TaggedSequence or TaggedScalar
        Their YAML.
    first, second : YamlSource
        Their files.
    """
    if first.standard != second.standard:
        return False
    if is_in_block(one) and is_in_block(two):
        return (
            isinstance(first, FileSource)
            and isinstance(second, FileSource)
            and _is_same(_without_source(one), _without_source(two))
            and _are_same_blocks(one, first, two, second)
        )
    return not needs_blocks(one) and not needs_blocks(two) and _is_same(one, two)


def _without_source(raw: Any) -> dict[Any, Any]:
    return {key: value for key, value in raw.items() if key != "source"}


def _is_same(one: Any, two: Any) -> bool:
    """Compare two raw trees, their tags and types included; a NaN is not the same as another."""
    if type(one) is not type(two) or getattr(one, "tag", None) != getattr(two, "tag", None):
        return False
    if isinstance(one, dict):
        return [*one] == [*two] and all(_is_same(value, two[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(two) and all(map(_is_same, one, two))
    return bool(one == two)


def _are_same_blocks(one: Any, first: FileSource, two: Any, second: FileSource) -> bool:
    if isinstance(one.get("mask"), TAGGED):
        return False
    where = lambda: "an array"  # noqa: E731
    try:
        first.check(one, where)
        second.check(two, where)
        with first.reading(where), second.reading(where):
            file, block = first.block(one)
            other_file, other = second.block(two)
            if not _are_alike(block, other) or block.end > file.size() or other.end > other_file.size():
                return False
            if block.checksum is not None and other.checksum is not None:
                return block.checksum == other.checksum
            return all(map(operator.eq, stored(file, block), stored(other_file, other)))
    except (RomanCalModelsError, OSError, ValueError):  # whoever reads them says what is wrong
        return False


def _are_alike(one: Block, two: Block) -> bool:
    is_sound = one.is_whole and two.is_whole and not one.is_streamed and not two.is_streamed
    return is_sound and (one.compression, one.size, one.end - one.begin) == (
        two.compression,
        two.size,
        two.end - two.begin,
    )
