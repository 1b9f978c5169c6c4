"""Arrays and numbers that older versions keep with their unit, and whose unit is the schema's now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..changes import Changes, Path
from ..errors import ValidationError

if TYPE_CHECKING:
    from ..nodes.object_node import ObjectNode

__all__ = ["convert_quantities"]


def convert_quantities(node: ObjectNode, changes: Changes) -> None:
    """Replace quantities by their values in the unit that the newer schema gives, where it asks for no quantity.

    Parameters
    ----------
    node : ObjectNode
        The top node, of the newer version.
    changes : Changes
        Where to note what was done.

    Notes
    -----
    What is of a unit that cannot be converted stays as it is, and is told by ``problems``.
    """
    for problem in node.problems():
        if problem.kind in ("tag", "type"):
            _convert(node, problem.path, changes)


def _convert(node: ObjectNode, path: Path, changes: Changes) -> None:
    from astropy.units import Quantity

    *parents, name = path
    holder: Any = node
    for part in parents:
        holder = holder[part]
    if not isinstance(holder, dict) or not isinstance(name, str) or not isinstance(holder[name], Quantity):
        return
    value = holder[name]
    for unit in _units(holder, name):
        try:
            number = value.to_value(unit)
            holder[name] = number if number.ndim else float(number)
        except (ValueError, ValidationError):
            continue  # a unit of another kind, or one that astropy cannot read
        changes.derive(path, unit, "the value in this unit, which older versions keep with it")
        return


def _units(holder: Any, name: str) -> list[str]:
    """Return the units that a schema gives for a property: of some, there are several."""
    place = holder._place(name)
    pieces = () if place is None else place.pieces
    unit: Any = next((piece.schema["unit"] for piece in pieces if "unit" in piece.schema), [])
    return [unit] if isinstance(unit, str) else list(unit)
