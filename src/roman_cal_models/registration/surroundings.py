"""What holds in this process, taken along to others: the settings of reading, and the schemas of third parties."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from ..schema.store import store
from ..settings import config, current
from .registering import register_schemas

__all__ = ["Surroundings"]

_SETTINGS = (
    "header_max_bytes",
    "header_max_depth",
    "header_max_nodes",
    "header_max_items",
    "array_max_bytes",
    "verify_checksums",
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process reads files by.

    Parameters
    ----------
    settings : tuple of (str, int)
        Those about reading.
    registered : tuple of str
        Folders of the schemas of third parties.
    """

    settings: tuple[tuple[str, int], ...]
    registered: tuple[str, ...]

    @classmethod
    def here(cls) -> Surroundings:
        """Return those of this process and context."""
        settings = tuple((name, getattr(current(), name)) for name in _SETTINGS)
        return cls(settings, tuple(str(folder) for _, folder in store().registered))

    @contextmanager
    def hold(self) -> Generator[None]:
        """Have them hold here meanwhile; schemas stay registered."""
        for folder in self.registered:
            register_schemas(folder)
        with config(**dict(self.settings)):
            yield
