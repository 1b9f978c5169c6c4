"""Columns of source catalogues that were renamed, or that older versions do not have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..changes import Changes

if TYPE_CHECKING:
    from ..nodes.object_node import ObjectNode

__all__ = ["RENAMED", "complete_catalog"]

RENAMED = {"flagged_spatial_index": "flagged_spatial_id"}

_REASON = "older catalogues have no such column"


def complete_catalog(node: ObjectNode, changes: Changes) -> None:
    """Rename columns and add those that are missing.

    Parameters
    ----------
    node : ObjectNode
        The top node, of the newer version. Its table is replaced, not changed.
    changes : Changes
        Where to note what was done.
    """
    from ..nodes.catalogs import CatalogMixin

    if not isinstance(node, CatalogMixin) or not any(
        problem.path[:1] == ("source_catalog",) for problem in node.problems()
    ):
        return
    table = node["source_catalog"].copy(copy_data=False)
    for old, new in RENAMED.items():
        if old in table.colnames and new not in table.colnames:
            table.rename_column(old, new)
            changes.derive(("source_catalog", new), old, "renamed")
    for column in node.missing_columns(table.colnames).columns.values():
        value = _fill_value(column.dtype)
        table[column.name] = _filled(column, value, len(table))
        changes.assume(("source_catalog", column.name), value, _REASON)
    for name, unit in node.wrong_units(table).items():
        changes.derive(("source_catalog", name), unit, "its unit was written wrong in older versions")
        table[name].unit = unit
    node["source_catalog"] = table


def _fill_value(dtype: Any) -> Any:
    """Return NaN, False, an empty text, or -999999; for unsigned integers 0."""
    return {"f": float("nan"), "b": False, "U": "", "S": "", "u": 0}.get(dtype.kind, -999999)


def _filled(column: Any, value: Any, length: int) -> Any:
    import numpy as np
    from astropy.table import Column

    if column.dtype.kind == "i":
        value = max(value, np.iinfo(column.dtype).min)
    data = np.full(length, value, column.dtype)
    return Column(data, name=column.name, unit=column.unit, description=column.description)
