"""What the bits of a model's data-quality arrays mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..errors import MissingKeyError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .data_model import DataModel

__all__ = ["flags_at", "mask"]

# The arrays that hold flags, those of whole pixels first. The second ones are propagated from reference files, and
# nobody has given their bits names.
_PIXEL, _GROUP = ("dq", "pixeldq"), ("groupdq", "resultantdq")
_UNNAMED = ("dq2", "pixeldq2")


def flags_at(model: DataModel, y: int, x: int) -> dict[str, tuple[str, ...]]:
    """Return the flags that are raised at a pixel, see `DataModel.dq_flags`."""
    found: dict[str, tuple[str, ...]] = {}
    for name in (*_PIXEL, *_UNNAMED):
        if name in model:
            found[name] = tuple(_names(name, int(model.section(name, (y, x)))))
    for name in _GROUP:
        if name in model:
            for number, value in enumerate(model.section(name, (slice(None), y, x))):
                found[f"{name}[{number}]"] = tuple(_names(name, int(value)))
    return found


def mask(model: DataModel, flags: tuple[Any, ...], array: str | None) -> NDArray[np.bool_]:
    """Return where one of some flags is raised, see `DataModel.mask`."""
    known = (*_PIXEL, *_GROUP, *_UNNAMED)
    name = array or next((each for each in known if each in model), None)
    if name is None or name not in model:
        missing = array or "a data-quality array"
        raise MissingKeyError(missing, lambda: f"{type(model).__name__} has no {missing} here")
    wanted = 0
    for flag in flags:
        wanted |= _value(name, flag)
    values: Any = model[name]
    found: NDArray[np.bool_] = (values & values.dtype.type(wanted)) != 0
    return found


def _flags(name: str) -> Any:
    from ..dqflags import group, pixel

    return group if name in _GROUP else () if name in _UNNAMED else pixel


def _names(name: str, value: int) -> Iterator[str]:
    named = {int(flag): flag.name for flag in _flags(name) if int(flag)}
    for bit in range(value.bit_length()):
        if value >> bit & 1:
            yield named.get(1 << bit, f"bit {bit}")


def _value(name: str, flag: Any) -> int:
    """Return the bits of a flag that is given by name or as a number."""
    if not isinstance(flag, str):
        return int(flag)
    names = {each.name: int(each) for each in _flags(name)}
    if flag not in names:
        known = ", ".join(names) if names else "numbers only: their bits have no names"
        raise ValueError(f"{flag!r} is no flag of {name}. There are {known}")
    return names[flag]
