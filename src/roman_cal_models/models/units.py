"""Methods of models: values with their units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import UnitError

if TYPE_CHECKING:
    from astropy.units import Quantity

    from .data_model import DataModel

__all__ = ["quantity", "unit"]


def unit(self: DataModel, name: str) -> str | None:
    """Return the unit of a value, as its schema writes it; None where it says none.

    Of the two units that the arrays of an image may have, ``meta.cal_step.flux`` tells which: the flux step turns
    rates into surface brightness.

    Parameters
    ----------
    name : str
        Of an array or another property, dotted.

    Raises
    ------
    UnknownAttributeError
        The schemas know no such property.
    UnitError
        The schema allows several, and the model does not say which it is.
    """
    from ..nodes.descriptions import unit_of_several

    units = _units(self, name)
    chosen = unit_of_several(units, self.node)
    if chosen is not None or not units:
        return chosen
    raise UnitError(f"{name} is in {' or '.join(units)}, and nothing in the model says which: give unit=...")


def quantity(self: DataModel, name: str, unit: str | None = None) -> Quantity:
    """Return an array or number with its unit.

    Parameters
    ----------
    name : str
        Its name, dotted.
    unit : str, optional
        Its unit, where the model does not say which of several it is.

    Returns
    -------
    astropy.units.Quantity
        It shares the memory of the array. Without dimension where the schema names no unit.

    Raises
    ------
    UnknownAttributeError, UnitError
        As for `unit`; or the schema does not allow the given unit.
    MissingKeyError
        The model has no such value.
    """
    from astropy.units import Quantity, Unit

    units = _units(self, name)
    if unit is not None and units and Unit(unit) not in map(Unit, units):
        raise UnitError(f"{name} is in {' or '.join(units)}, not in {unit}")
    chosen = self.unit(name) if unit is None else unit
    value: Any = self
    for key in name.split("."):
        value = value[key]
    dtype: Any = getattr(value, "dtype", None)  # not made a float
    return Quantity(value, Unit(chosen or ""), copy=False, dtype=dtype)


def _units(model: DataModel, name: str) -> tuple[str, ...]:
    found = model.describe(name).unit
    return (found,) if isinstance(found, str) else found or ()
