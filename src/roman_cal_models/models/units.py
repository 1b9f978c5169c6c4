"""Values with their units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import UnitError
from ..nodes.descriptions import unit_of_several

if TYPE_CHECKING:
    from astropy.units import Quantity

    from .data_model import DataModel

__all__ = ["quantity", "unit"]


def unit(model: DataModel, name: str) -> str | None:
    """Return the unit of a value, see `DataModel.unit`."""
    units = _units(model, name)
    chosen = unit_of_several(units, model.node)
    if chosen is not None or not units:
        return chosen
    raise UnitError(f"{name} is in {' or '.join(units)}, and nothing in the model tells which: give unit=...")


def quantity(model: DataModel, name: str, given: str | None) -> Quantity:
    """Return a value with its unit, see `DataModel.quantity`."""
    from astropy.units import Quantity, Unit

    units = _units(model, name)
    if given is not None and units and Unit(given) not in map(Unit, units):
        raise UnitError(f"{name} is in {' or '.join(units)}, not in {given}")
    chosen = unit(model, name) if given is None else given
    value: Any = model
    for key in name.split("."):
        value = value[key]
    dtype: Any = getattr(value, "dtype", None)  # not made a float
    return Quantity(value, Unit(chosen or ""), copy=False, dtype=dtype)


def _units(model: DataModel, name: str) -> tuple[str, ...]:
    found = model.describe(name).unit
    return (found,) if isinstance(found, str) else found or ()
