"""Quantities: numbers and arrays with their unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..yaml import TaggedMapping, TaggedSequence
from .arrays import Arrays, fake_array, has_elements, raw_array_entry
from .kind import Head, Kind, mapping_of, plain, unit_text

if TYPE_CHECKING:
    from ..outline.entry import Entry
    from .protocols import Comparison, Wanted

__all__ = ["Quantities"]


class Quantities(Arrays):
    """Quantities of astropy."""

    name = "a quantity"
    given: str | None = "an astropy Quantity"
    tags = ("tag:stsci.edu:asdf/unit/quantity-",)
    example: str | None = None
    is_leaf = False

    def has_type(self, cls: type) -> bool:
        """Return whether a type is one of numbers with a unit."""
        return super().has_type(cls) and hasattr(cls, "unit") and hasattr(cls, "to_value")

    def check(self, raw: Any) -> None:
        """Pass it: its array is checked apart."""

    def from_header(self, raw: Any) -> Any:
        """Leave it to asdf."""
        return Kind.from_header(self, raw)

    def fake(self, wanted: Wanted, shape: Sequence[int]) -> Any:
        """Return a made-up quantity of the unit that the schema asks for."""
        from astropy.units import Quantity

        value, unit = (wanted.inside(name) for name in ("value", "unit"))
        array = fake_array(wanted if value is None else value, shape)
        if array.size < 2:
            # astropy makes a scalar of a quantity of one element, which the schemas refuse
            array = array.repeat(2).reshape((2,) + (1,) * (array.ndim - 1))
        return Quantity(array, unit=unit.enum[0] if unit is not None and unit.enum else "DN", dtype=array.dtype)

    def outline_raw(self, head: Head, raw: Any) -> Entry:
        """Return the entry of a quantity: an array's, or its number, and the unit."""
        content = mapping_of(raw)
        value = content.get("value")
        unit = unit_text(content.get("unit")) or head.unit
        if isinstance(value, (TaggedMapping, TaggedSequence)):
            return raw_array_entry(head._replace(unit=unit), value)
        return head.entry("Quantity", plain(value), unit=unit)

    def as_json(self, raw: Any) -> Any:
        """Return its tag."""
        return Kind.as_json(self, raw)

    def equal(self, one: Any, two: Any) -> bool | None:
        """Return whether two quantities are equal: 1 m and 100 cm are not, a file holds others."""
        found = super().equal(one, two)
        if found is None and all(hasattr(value, "unit") and hasattr(value, "value") for value in (one, two)):
            return None if one.unit == two.unit else False
        return found

    def differences(self, path: str, one: Any, two: Any, comparison: Comparison) -> Iterator[Any] | None:
        """Return the differences of two quantities; numbers of one unit may differ by the tolerance."""
        found = super().differences(path, one, two, comparison)
        if found is not None or not (_is_number(one) and _is_number(two)) or one.unit != two.unit:
            return found
        if comparison.are_close(one.value.item(), two.value.item()):
            return iter(())
        return iter((comparison.difference(path, "changed", one, two),))


def _is_number(value: Any) -> bool:
    return hasattr(value, "unit") and hasattr(value, "value") and not has_elements(value)
