"""The names of files, as the catalogue has them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .manifests import Manifest

__all__ = ["KEY_LENGTH", "Listed", "Paths", "key_of", "storable"]

Paths = str | os.PathLike[Any] | Manifest | Iterable[str | os.PathLike[Any] | Manifest]
"""One path, URL, folder, pattern or list of them, or any number of these."""

KEY_LENGTH = 450
"""How long the name of a file can be in a table: what SQL Server takes into an index, in characters of nvarchar."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file, and what is known of it before it is opened.

    Parameters
    ----------
    name : str
        Its URL or absolute path.
    size : int or None
        In bytes, if the listing that named it tells it; the same holds for the others.
    modified : int or None
        When it was changed, in nanoseconds since 1970-01-01 UTC.
    etag : str or None
        By which a bucket or server tells one content of it from another.
    """

    name: str
    size: int | None = None
    modified: int | None = None
    etag: str | None = None


def key_of(name: str) -> str:
    """Return a file's name as the tables have it: Unicode, and the end of a very long one replaced by its hash."""
    name = storable(name)
    if len(name) <= KEY_LENGTH:
        return name
    end = f"...{hashlib.sha256(name.encode()).hexdigest()}"
    return name[: KEY_LENGTH - len(end)] + end


def storable(text: str) -> str:
    """Return text as every database takes it: the name of a file need not be Unicode."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
