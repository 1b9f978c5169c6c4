"""Every exception to "the schema says it", with its reason. An entry that matches nothing is an error."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MIXINS", "MODEL_MIXINS", "NAMES", "SCALAR_DEFAULTS", "ScalarDefaults", "unused"]


@dataclass(frozen=True)
class ScalarDefaults:
    """What a new tagged scalar holds, in a minimal node and, where it differs, in a fake one."""

    minimal: str | None = None
    fake: str | None = None


# Class -> class of nodes/mixins.py that adds behaviour. What source catalogues can do follows from their schemas.
MIXINS = {
    "L2CalStep": "CalStepMixin",
    "L3CalStep": "CalStepMixin",
    "RefFile": "RefFileMixin",
    "WfiMode": "WfiModeMixin",
}

# Model -> the class of models/mixins.py that adds behaviour.
MODEL_MIXINS = {
    "WfiWcsModel": "WcsModelMixin",
}

# Tagged scalars of RAD 1.x whose value can be told although their schema leaves it open.
SCALAR_DEFAULTS = {
    "CalibrationSoftwareName": ScalarDefaults(minimal="RomanCAL"),
    "Origin": ScalarDefaults(minimal="STSCI/SOC"),
    "Telescope": ScalarDefaults(minimal="ROMAN"),
    "PrdVersion": ScalarDefaults(fake="8.8.8"),
    "SdfSoftwareVersion": ScalarDefaults(fake="7.7.7"),
}

# Property of RAD -> attribute, where the name cannot be one.
NAMES = {"pass": "pass_"}


def unused(classes: set[str], models: set[str], properties: set[str]) -> list[str]:
    """Return the entries that match nothing that was generated."""
    return [
        *sorted({*MIXINS, *SCALAR_DEFAULTS} - classes),
        *sorted(set(MODEL_MIXINS) - models),
        *sorted(set(NAMES) - properties),
    ]
