"""Which release of a package is at work, also where its metadata are not: in a zip, or in a frozen program."""

from __future__ import annotations

from functools import cache
from importlib import import_module

__all__ = ["DOCUMENTATION", "VERSION", "rad_version", "version_of"]

VERSION = "0.1.0"
"""Of this package; ``pyproject.toml`` takes it from here."""

DOCUMENTATION = "https://roman-cal-models.readthedocs.io"
"""Where this package is described. ``[project.urls]`` says the same, which takes long to be read."""

UNKNOWN = "0+unknown"
"""What stands for the version of a package that does not tell it; asdf compares it as one."""


@cache
def rad_version() -> str:
    """Return the release of the schemas that are imported, which need not be the one that pip knows."""
    try:
        own = getattr(import_module("rad"), "__version__", None)
    except ImportError:
        own = None
    return own if isinstance(own, str) else version_of("rad")


@cache
def version_of(distribution: str) -> str:
    """Return the version of a package by its metadata; `UNKNOWN` where there are none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return UNKNOWN
