"""Settings, kept in a context variable so that threads and tasks do not disturb each other."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, get_args

from .errors import RomanCalModelsError
from .spelling import did_you_mean

__all__ = ["Settings", "SettingsError", "config", "current"]

ENVIRONMENT_VARIABLE = "ROMAN_CAL_MODELS_VALIDATION"

Validation = Literal["on", "warn", "off"]
Unknown = Literal["warn", "error", "ignore"]
CheckArrays = Literal["plain", "warn", "error", True, False]
Preference = Literal["roman_datamodels", "roman_cal_models"]


class SettingsError(RomanCalModelsError, ValueError, TypeError):
    """A setting that does not exist, or a value that it does not take."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set.

    Parameters
    ----------
    validate_assignment : {"on", "warn", "off"}
        What setting a value that breaks its schema does: raise `ValidationError`, warn with
        `ValidationWarning`, or nothing. The environment variable ``ROMAN_CAL_MODELS_VALIDATION`` gives the default.
        Saving checks the whole model whatever is set here.
    unknown : {"warn", "error", "ignore"}
        What setting a name that no schema knows does. ``"warn"`` speaks only of near misses of a known name.
    check_arrays : {"plain", "warn", "error", True, False}
        What setting an array does that is not what its schema asks for. ``"plain"`` warns with `ValidationWarning` of
        an array of numpy of another kind (integers for floats) or number of dimensions, and lets pass what pipeline
        steps hold for a while: floats of another width, one dimension more of length 1, a quantity, a masked array,
        one of another library, None. ``"warn"`` warns of these too, ``"error"`` raises `ValidationError`, True does
        what `validate_assignment` says, False nothing. ``validate()`` and ``save()`` refuse all of them. Where
        `validate_assignment` is ``"off"``, nothing is checked.
    verify_checksums : bool
        Whether each block is compared with its checksum before an array of it is read whole. What is wrong raises
        `ChecksumError`. Parts of arrays (`DataModel.section`) are not checked: a checksum is that of the whole block.
    asdf_classes : {"roman_datamodels", "roman_cal_models"}
        Whose classes a plain `asdf.open` gives for Roman tags while ``roman_datamodels`` is installed.
    header_max_bytes : int
        How long the header of a file may be that is read. Those of the mission have 2 to 60 kB.
    header_max_depth : int
        How deep its values may be nested.
    header_max_nodes : int
        How many values it may hold, each counted wherever an alias repeats it.
    header_max_items : int
        How many values one list or mapping of it may hold.
    array_max_bytes : int
        How many bytes one array of a file may have, decompressed. Whatever is set here, no more memory
        is allocated than the bytes of the file can stand for.
    """

    validate_assignment: Validation = "on"
    unknown: Unknown = "warn"
    check_arrays: CheckArrays = "plain"
    verify_checksums: bool = False
    asdf_classes: Preference = "roman_datamodels"
    header_max_bytes: int = 16 * 1024 * 1024
    header_max_depth: int = 100
    header_max_nodes: int = 500_000
    header_max_items: int = 100_000
    array_max_bytes: int = 64 * 1024**3


_CHOICES: dict[str, tuple[Any, ...]] = {
    "validate_assignment": get_args(Validation),
    "unknown": get_args(Unknown),
    "check_arrays": get_args(CheckArrays),
    "verify_checksums": (False, True),
    "asdf_classes": get_args(Preference),
}
_NUMBERS = ("header_max_bytes", "header_max_depth", "header_max_nodes", "header_max_items", "array_max_bytes")
_NAMES = (*_CHOICES, *_NUMBERS)

_settings: ContextVar[Settings | None] = ContextVar("roman_cal_models_settings", default=None)
_observers: list[Callable[[Settings, Settings], None]] = []


def current() -> Settings:
    """Return the settings that hold here."""
    return _settings.get() or _default()


def on_change(observer: Callable[[Settings, Settings], None]) -> None:
    """Have `observer` called at every change, with the settings before it and after it.

    So this module need not import what depends on the settings.
    """
    _observers.append(observer)


class Config:
    """Read and change the settings.

    Examples
    --------
    >>> from roman_cal_models import config
    >>> config.unknown
    'warn'
    >>> with config(unknown="error"):
    ...     config.unknown
    'error'
    >>> config.unknown
    'warn'

    A call without ``with`` holds from there on, in this thread or task.
    """

    __slots__ = ()

    def __call__(self, **changes: Any) -> _Restore:
        before = _settings.get()
        _apply(replace(current(), **_checked(changes)))
        return _Restore(before)

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(current(), name)
        except AttributeError:
            raise AttributeError(f"no such setting: {name!r}. There are {', '.join(_NAMES)}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        raise SettingsError(f"settings are changed by a call: config({name}={value!r})")

    def __dir__(self) -> list[str]:
        return list(_NAMES)

    def __repr__(self) -> str:
        return repr(current()).replace("Settings", "config", 1)


class _Restore:
    """Put the settings back that held before the call."""

    __slots__ = ("_before",)

    def __init__(self, before: Settings | None) -> None:
        self._before = before

    def __enter__(self) -> Settings:
        return current()

    def __exit__(self, *exc_info: object) -> None:
        _apply(self._before)


def _apply(settings: Settings | None) -> None:
    before = current()
    _settings.set(settings)
    for observer in _observers:
        observer(before, current())


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    for name, value in changes.items():
        if name not in _NAMES:
            raise SettingsError(f"no such setting: {name!r}.{did_you_mean(name, _NAMES)} There are {', '.join(_NAMES)}")
        if name in _NUMBERS:
            if type(value) is not int or value < 1:
                raise SettingsError(f"{name} is a positive integer, not {value!r}")
        elif value not in _CHOICES[name]:
            allowed = ", ".join(repr(choice) for choice in _CHOICES[name])
            raise SettingsError(f"{name} is one of {allowed}, not {value!r}")
    return changes


@cache
def _default() -> Settings:
    """Return the settings where nobody has changed any; the environment is read once, at first use."""
    value = os.environ.get(ENVIRONMENT_VARIABLE)
    if value is None:
        return Settings()
    try:
        return Settings(**_checked({"validate_assignment": value}))
    except SettingsError as error:
        raise SettingsError(f"environment variable {ENVIRONMENT_VARIABLE}: {error}") from None


config = Config()
