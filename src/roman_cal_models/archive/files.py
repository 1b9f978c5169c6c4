"""Paths, URLs and folders -> the names of files, one by one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["KEY_LENGTH", "Paths", "key_of", "names_of", "storable"]

Paths = str | os.PathLike[Any] | Iterable[str | os.PathLike[Any]]
"""One path, URL or folder, or any number of them."""

KEY_LENGTH = 450
"""How long the name of a file can be in a table: what SQL Server takes into an index, in characters of nvarchar."""

_SUFFIX = ".asdf"


def names_of(paths: Paths) -> Iterator[str]:
    """Yield the name of each file: its URL, or its absolute path.

    Parameters
    ----------
    paths : str, path-like or iterable of them
        A folder stands for every file below it whose name ends with ``.asdf``, in the order of their names.
    """
    for path in [paths] if isinstance(paths, (str, os.PathLike)) else paths:
        name = os.fsdecode(path)
        if "://" in name:
            yield name
        elif os.path.isdir(name):
            yield from _below(os.path.abspath(name))
        else:
            yield os.path.abspath(name)


def _below(folder: str) -> Iterator[str]:
    unreadable: list[OSError] = []
    for place, folders, files in os.walk(folder, onerror=unreadable.append):
        folders.sort()
        yield from (os.path.join(place, file) for file in sorted(files) if file.endswith(_SUFFIX))
        # yielded as if it were a file: reading it fails for the same reason, which is then reported
        while unreadable:
            yield unreadable.pop().filename
    while unreadable:
        yield unreadable.pop().filename


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
