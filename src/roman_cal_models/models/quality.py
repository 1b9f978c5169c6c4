"""Methods of models: what the bits of their data-quality arrays mean."""

from __future__ import annotations

from collections.abc import Iterator
from operator import index
from typing import TYPE_CHECKING, Any

from ..errors import MissingKeyError
from ..spelling import did_you_mean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from .data_model import DataModel

__all__ = ["FLAGS", "dq_flags", "mask"]

# The arrays that hold flags, those of whole pixels first. The second ones are propagated from reference files, and
# their bits have no names.
_PIXEL, _GROUP = ("dq", "pixeldq"), ("groupdq", "resultantdq")
_UNNAMED = ("dq2", "pixeldq2")

FLAGS = (*_PIXEL, *_GROUP)
"""The arrays of flags that have names."""


def dq_flags(self: DataModel, y: int, x: int) -> dict[str, tuple[str, ...]]:
    """Return the data-quality flags that are raised at a pixel.

    Parameters
    ----------
    y, x : int
        The pixel: row and column, from 0.

    Returns
    -------
    dict of str to tuple of str
        Array -> names of `roman_cal_models.dqflags`, empty for a good pixel; of an array of resultants, one entry
        each: ``"groupdq[3]"``. The bits of ``dq2`` have no names: ``"bit 4"``. No more is read than is needed,
        see `DataModel.section`.

    Raises
    ------
    IndexError
        There is no such pixel.
    ModelClosedError
        An array was not loaded before the file was closed.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in (*_PIXEL, *_UNNAMED):
        if name in self:
            found[name] = tuple(_names(name, int(self.section(name, (y, x)))))
    for name in _GROUP:
        if name in self:
            for number, value in enumerate(self.section(name, (slice(None), y, x))):
                found[f"{name}[{number}]"] = tuple(_names(name, int(value)))
    return found


def mask(self: DataModel, *flags: str | int, array: str | None = None) -> NDArray[np.bool_]:
    """Return where one of some data-quality flags is raised.

    Parameters
    ----------
    *flags : str or int
        Names of `roman_cal_models.dqflags`, its members, or sums of bits.
    array : str, optional
        Which array; by default ``dq`` or ``pixeldq``, or else that of the resultants.

    Returns
    -------
    numpy.ndarray of bool
        Of the shape of that array; all False where no flag is given.

    Raises
    ------
    ValueError
        The array has no such flag.
    TypeError
        It is neither a name nor a whole number.
    MissingKeyError
        There is no such array.

    Examples
    --------
    >>> from roman_cal_models import ImageModel
    >>> image = ImageModel.create_fake_data(shape=(2, 2))
    >>> image.dq[0, 1] = 3
    >>> image.mask("SATURATED")
    array([[False,  True],
           [False, False]])
    >>> image.dq_flags(0, 1)["dq"]
    ('DO_NOT_USE', 'SATURATED')
    """
    known = (*FLAGS, *_UNNAMED)
    name = array or next((each for each in known if each in self), None)
    if name is None or name not in self:
        missing = array or "a data-quality array"
        raise MissingKeyError(missing, lambda: f"{type(self).__name__} has no {missing} here")
    wanted = 0
    for flag in flags:
        wanted |= _value(name, flag)
    values: Any = self[name]
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
        try:
            return index(flag)
        except TypeError:
            raise TypeError(f"{flag!r} is not a flag: give names and numbers one by one") from None
    names = {each.name: int(each) for each in _flags(name)}
    if flag not in names:
        known = ", ".join(names) if names else "numbers only: their bits have no names"
        raise ValueError(f"{flag!r} is not a flag of {name}.{did_you_mean(flag, names)} There are {known}")
    return names[flag]
