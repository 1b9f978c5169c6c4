"""`rcm.diff`: what is different between two nodes, models or files."""

from __future__ import annotations

import math
import warnings
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from fnmatch import fnmatchcase
from typing import Any

from ..errors import FilenameMismatchWarning, ForeignValueError
from ..foreign.array_differences import Array, differences_of_arrays
from ..foreign.arrays import as_array
from ..foreign.kinds import kind_of, kind_of_tag
from ..header.header import Header
from ..models.data_model import DataModel
from ..models.loading import section_at
from ..models.opening import open as open_model
from ..nodes.deferred import FileValue
from ..nodes.equality import equal_values
from ..nodes.lazy_dict import raw_get
from ..nodes.list_node import ListNode
from ..nodes.object_node import ObjectNode
from ..nodes.scalar_node import ScalarNode
from ..sources.sameness import are_surely_the_same
from ..sources.yaml_source import YamlSource
from .records import Difference, Differences

__all__ = ["diff", "differences"]


def diff(
    a: Any,
    b: Any,
    *,
    rtol: float = 0.0,
    atol: float = 0.0,
    ignore: Iterable[str] = (),
    storage_options: Mapping[str, Any] | None = None,
) -> Differences:
    """Compare two nodes, models or files, arrays and world coordinates included.

    Arrays of files are read piece by piece and not kept, and only those of one shape. NaN equals NaN. Blocks of two
    files that have the same checksum, the same sizes and the same compression are not read at all; whether they are
    what their checksums say is a question of its own, which ``model.problems(blocks=True)`` answers.

    Parameters
    ----------
    a, b : ObjectNode, DataModel, str, path-like, bytes or binary file object
        What is compared; of a path or URL the file, which is closed at the end.
    rtol, atol : float
        Numbers, and elements of arrays, are equal if they differ by at most ``atol + rtol * abs(second)``. Without
        a tolerance, 1 and 1.0 differ; true and 1 always do.
    ignore : iterable of str
        Dotted names that are left out, with all that is below: ``"meta.filename"``, ``"meta.ref_file.*"``. Items of
        lists have their index as name (``"meta.exposure.read_pattern.0"``), tables their columns and ``meta``.
    storage_options : mapping, optional
        For URLs, what fsspec takes.

    Returns
    -------
    Differences
        A tuple with one record a difference; empty, and so false, if there is none. Printed, a line each.

    Raises
    ------
    NotAsdfError, NotRomanError, UnknownTagError, SourceTypeError, FileNotFoundError, PermissionError
        As `open` raises them for a file.
    ModelClosedError
        An array was not loaded, and its file is closed.
    NeedsBlocks
        Of a header: a WCS or table has arrays in blocks.

    Examples
    --------
    >>> import roman_cal_models as rcm
    >>> step = rcm.L2CalStep.create_minimal()
    >>> done = step.copy()
    >>> done.flat_field = "COMPLETE"
    >>> rcm.diff(step, done)
    flat_field: 'INCOMPLETE' -> 'COMPLETE'
    """
    return Differences(differences(a, b, rtol=rtol, atol=atol, ignore=ignore, storage_options=storage_options))


def differences(
    a: Any,
    b: Any,
    *,
    rtol: float = 0.0,
    atol: float = 0.0,
    ignore: Iterable[str] = (),
    storage_options: Mapping[str, Any] | None = None,
) -> Generator[Difference]:
    """Yield the differences of two nodes, models or files as they are found; see `diff`."""
    with ExitStack() as files:
        nodes = [_node(source, files, storage_options) for source in (a, b)]
        yield from Comparison(rtol, atol, tuple(ignore)).of_nodes("", *nodes)


def _node(source: Any, files: ExitStack, storage_options: Mapping[str, Any] | None) -> ObjectNode:
    if isinstance(source, ObjectNode):
        return source
    if isinstance(source, (DataModel, Header)):
        return source.node
    with warnings.catch_warnings():
        # a file that was renamed holds the same
        warnings.simplefilter("ignore", FilenameMismatchWarning)
        return files.enter_context(open_model(source, storage_options=storage_options)).node


class Comparison:
    def __init__(self, rtol: float, atol: float, ignored: tuple[str, ...]) -> None:
        self.rtol = rtol
        self.atol = atol
        self.ignored = ignored

    difference = staticmethod(Difference)

    def is_ignored(self, name: str) -> bool:
        """Return whether a dotted name is left out."""
        return any(fnmatchcase(name, pattern) for pattern in self.ignored)

    def of_nodes(self, path: str, one: ObjectNode, two: ObjectNode) -> Iterator[Difference]:
        """Yield the differences of two nodes: of what both hold, and what only one does."""
        if one.tag != two.tag:
            yield Difference(path, "tag", one.tag, two.tag)
        for key in [*one, *(key for key in two if key not in one)]:
            name = f"{path}.{key}" if path else str(key)
            if self.is_ignored(name):
                continue
            if key not in two:
                yield Difference(name, "removed", old=_told(one, key))
            elif key not in one:
                yield Difference(name, "added", new=_told(two, key))
            else:
                yield from self.of_members(name, key, one, two)

    def of_members(self, path: str, key: str, one: ObjectNode, two: ObjectNode) -> Iterator[Difference]:
        """Yield the differences of what stands under a key in two nodes."""
        if _are_same_unread(raw_get(one, key), raw_get(two, key)):
            return
        first, second = (_array_in(node, key) for node in (one, two))
        if first is not None and second is not None:
            yield from differences_of_arrays(path, first, second, self)
        else:
            yield from self.of_values(path, one[key], two[key])

    def of_values(self, path: str, one: Any, two: Any) -> Iterator[Difference]:
        """Yield the differences of two values."""
        one, two = (value.plain() if isinstance(value, ScalarNode) else value for value in (one, two))
        if isinstance(one, ObjectNode) and isinstance(two, ObjectNode):
            yield from self.of_nodes(path, one, two)
        elif isinstance(one, ListNode) and isinstance(two, ListNode):
            yield from self.of_lists(path, one, two)
        elif (found := kind_of(one).differences(path, one, two, self)) is not None:
            yield from found
        elif not self.are_equal(one, two):
            yield Difference(path, "changed", one, two)

    def of_lists(self, path: str, one: Any, two: Any) -> Iterator[Difference]:
        """Yield the differences of two lists, item by item."""
        for index in range(max(len(one), len(two))):
            name = f"{path}.{index}"
            if self.is_ignored(name):
                continue
            if index >= len(two):
                yield Difference(name, "removed", old=one[index])
            elif index >= len(one):
                yield Difference(name, "added", new=two[index])
            else:
                yield from self.of_values(name, one[index], two[index])

    def kept(self, path: str, value: Any) -> Any:
        """Return a plain value without what is left out."""
        if isinstance(value, Mapping):
            names = {key: f"{path}.{key}" for key in value}
            return {key: self.kept(name, value[key]) for key, name in names.items() if not self.is_ignored(name)}
        if isinstance(value, (list, tuple)):
            named = [(f"{path}.{index}", item) for index, item in enumerate(value)]
            return [self.kept(name, item) for name, item in named if not self.is_ignored(name)]
        return value

    def are_equal(self, one: Any, two: Any) -> bool:
        """Return whether two values are equal, numbers within the tolerance."""
        if _is_number(one) and _is_number(two):
            return self.are_close(one, two)
        return type(one) is type(two) and equal_values(one, two)

    def are_close(self, one: Any, two: Any) -> bool:
        """Return whether two numbers are equal; 1 and 1.0 are so only where there is a tolerance."""
        if type(one) is type(two) and (one == two or (one != one and two != two)):
            return True
        if not (self.atol or self.rtol):
            return False
        try:
            return one == two or (math.isfinite(two) and abs(one - two) <= self.atol + self.rtol * abs(two))
        except OverflowError:  # an integer that no float holds
            return False


def _told(node: ObjectNode, key: str) -> Any:
    """Return what stands in one node only; an array or what may have some by what it is, unread."""
    raw = raw_get(node, key)
    if not isinstance(raw, FileValue):
        return node[key]
    if kind_of_tag(raw.tag).text_example is not None:
        with suppress(ForeignValueError):  # which is told by who checks the file
            return node[key]
    return raw


def _are_same_unread(one: Any, two: Any) -> bool:
    """Return True if two objects that nobody has built are the same as they stand in their files."""
    if not isinstance(one, FileValue) or not isinstance(two, FileValue) or one.is_built or two.is_built:
        return False
    first, second = one.source, two.source
    if not isinstance(first, YamlSource) or not isinstance(second, YamlSource):
        return False
    return are_surely_the_same(one.raw, first, two.raw, second)


def _array_in(node: ObjectNode, key: str) -> Array | None:
    """Return the array under a key, that of a file unread; None if it is something else."""
    raw = raw_get(node, key)
    if not isinstance(raw, FileValue) or raw.is_built:
        return as_array(node[key])
    if not raw.shape or raw.source.read_only:  # of a header
        return None
    return Array(raw.shape, lambda rows: section_at(node, key, rows))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
