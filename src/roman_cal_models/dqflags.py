"""The bits of Roman's data-quality arrays.

A data-quality value is the sum of the flags that are raised. Arrays of pixels (``dq``, ``pixeldq``) are ``uint32``,
those of single reads (``groupdq``, ``resultantdq``) are ``uint8``. Flags are NumPy scalars of just these types, so
that ``array & pixel.SATURATED`` keeps the type of the array.

>>> from roman_cal_models.dqflags import pixel
>>> int(pixel.SATURATED | pixel.JUMP_DET)
6
>>> pixel["SATURATED"].bit_number
1

The bits are those of the mission's calibration pipeline (romancal, "Data Quality Flags").
"""

from __future__ import annotations

from enum import Enum, unique

import numpy as np

__all__ = ["group", "pixel"]


class _Flag:
    """What the flags of both kinds have in common."""

    @property
    def bit_number(self) -> int | None:
        """Position of the bit, from 0; None for ``GOOD``, which has none."""
        value = int(self)  # type: ignore[call-overload]  # a flag is an integer of NumPy's, too
        return value.bit_length() - 1 if value else None


@unique
class pixel(np.uint32, _Flag, Enum):  # lower case, as every user of the pipeline writes it
    """Flags of a pixel, `numpy.uint32`."""

    GOOD = 0
    """No flag is raised."""
    DO_NOT_USE = 1 << 0
    """Not to be used in science."""
    SATURATED = 1 << 1
    """It was saturated in some read."""
    JUMP_DET = 1 << 2
    """A jump, as of a cosmic ray, was found."""
    DROPOUT = 1 << 3
    """Data were lost on the way to the ground."""
    GW_AFFECTED_DATA = 1 << 4
    """Affected by reading the guide window."""
    PERSISTENCE = 1 << 5
    """High persistence of an earlier exposure."""
    AD_FLOOR = 1 << 6
    """Below the floor of the converter: zero counts."""
    OUTLIER = 1 << 7
    """Found by comparing dithered exposures."""
    UNRELIABLE_ERROR = 1 << 8
    """The uncertainty is larger than stated."""
    NON_SCIENCE = 1 << 9
    """Outside of the science part of the detector."""
    DEAD = 1 << 10
    """A dead pixel."""
    HOT = 1 << 11
    """A hot pixel."""
    WARM = 1 << 12
    """A warm pixel."""
    LOW_QE = 1 << 13
    """Of low quantum efficiency."""
    TELEGRAPH = 1 << 15
    """Its level jumps between two values."""
    NONLINEAR = 1 << 16
    """Strongly nonlinear."""
    BAD_REF_PIXEL = 1 << 17
    """A reference pixel that cannot be used."""
    NO_FLAT_FIELD = 1 << 18
    """No flat field is known for it."""
    NO_GAIN_VALUE = 1 << 19
    """No gain is known for it."""
    NO_LIN_CORR = 1 << 20
    """No linearity correction is known for it."""
    NO_SAT_CHECK = 1 << 21
    """Saturation cannot be checked."""
    UNRELIABLE_BIAS = 1 << 22
    """The bias varies much."""
    UNRELIABLE_DARK = 1 << 23
    """The dark current varies much."""
    UNRELIABLE_SLOPE = 1 << 24
    """The slope varies much: a noisy pixel."""
    UNRELIABLE_FLAT = 1 << 25
    """The flat field varies much."""
    RESERVED_5 = 1 << 26
    """Not in use."""
    RESERVED_6 = 1 << 27
    """Not in use."""
    UNRELIABLE_RESET = 1 << 28
    """Sensitive to the reset anomaly."""
    RESERVED_7 = 1 << 29
    """Not in use."""
    OTHER_BAD_PIXEL = 1 << 30
    """Bad for a reason that no other flag names."""
    REFERENCE_PIXEL = 1 << 31
    """A reference pixel, which sees no light."""


@unique
class group(np.uint8, _Flag, Enum):
    """Flags of a pixel in one resultant, `numpy.uint8`. Those that `pixel` has too are the same bits."""

    GOOD = 0
    """No flag is raised."""
    DO_NOT_USE = 1 << 0
    """Not to be used in science."""
    SATURATED = 1 << 1
    """Saturated."""
    JUMP_DET = 1 << 2
    """A jump, as of a cosmic ray, was found."""
    DROPOUT = 1 << 3
    """Data were lost on the way to the ground."""
    AD_FLOOR = 1 << 6
    """Below the floor of the converter: zero counts."""
    WFI18_TRANSIENT = 1 << 7
    """Affected by the transient anomaly of detector WFI18."""
