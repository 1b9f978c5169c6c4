"""Tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from .arrays import raw_array_entry
from .kind import Head, Kind, mapping_of, text_of, unit_text

if TYPE_CHECKING:
    from ..outline.entry import Entry
    from .protocols import Comparison, Wanted

__all__ = ["TABLE_TAG", "Tables"]

TABLE_TAG = "tag:astropy.org:astropy/table/table-1.1.0"
"""The tag of made-up tables."""


class Tables(Kind):
    """Tables of astropy."""

    name = "a table"
    given = "an astropy Table"
    tags = ("tag:astropy.org:astropy/table/table-",)
    example = "Table(...)"
    fake_tag = TABLE_TAG

    def has_type(self, cls: type) -> bool:
        """Return whether a type is one of astropy's tables."""
        return hasattr(cls, "colnames")

    def fake(self, wanted: Wanted, shape: Sequence[int]) -> Any:
        """Return an empty table."""
        from astropy.table import Table

        return Table()

    def outline_raw(self, head: Head, raw: Any) -> Entry:
        """Return the entry of a table, in which its columns are."""
        found = mapping_of(raw).get("columns")
        columns = [column for column in found if isinstance(column, dict)] if isinstance(found, list) else []
        return _entry(head, columns, _raw_column)

    def outline(self, head: Head, value: Any) -> Entry:
        """Return the entry of a table, in which its columns are."""
        return _entry(head, list(value.columns.values()), _column)

    def differences(self, path: str, one: Any, two: Any, comparison: Comparison) -> Iterator[Any] | None:
        """Return the differences of two tables, column by column, and of their meta."""
        return _differences(path, one, two, comparison) if self.has_type(type(two)) else None


def _entry(head: Head, columns: list[Any], of_column: Callable[[str, Any], Entry]) -> Entry:
    return head.entry("Table", size=len(columns), members=partial(map, partial(of_column, head.path), columns))


def _raw_column(path: str, column: Mapping[str, Any]) -> Entry:
    name, title = text_of(column.get("name")), column.get("description")
    unit = unit_text(column.get("unit"))
    head = Head(name, f"{path}.{name}", None if title is None else text_of(title), unit)
    return raw_array_entry(head, column.get("data", column.get("value")))


def _column(path: str, column: Any) -> Entry:
    info = column.info  # also of a column of times or coordinates
    title = info.description if isinstance(info.description, str) and info.description else None
    return Head(str(info.name), f"{path}.{info.name}", title).entry(
        "array",
        dtype=column.dtype.name if hasattr(column, "dtype") else None,
        shape=tuple(column.shape),
        unit=unit_text(info.unit),
    )


def _differences(path: str, one: Any, two: Any, comparison: Comparison) -> Iterator[Any]:
    for name in [*one.colnames, *(name for name in two.colnames if name not in one.colnames)]:
        column = f"{path}.{name}"
        if comparison.is_ignored(column):
            continue
        if name not in two.colnames:
            yield comparison.difference(column, "removed", old=one[name])
        elif name not in one.colnames:
            yield comparison.difference(column, "added", new=two[name])
        else:
            yield from comparison.of_values(column, one[name], two[name])
    name = f"{path}.meta"
    old, new = (comparison.kept(name, table.meta) for table in (one, two))
    if not comparison.is_ignored(name) and not comparison.are_equal(old, new):
        yield comparison.difference(name, "changed", old, new)
