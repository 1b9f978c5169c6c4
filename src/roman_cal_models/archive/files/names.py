"""The names of files, as the catalogue has them."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

from .manifests import Manifest

__all__ = ["KEY_LENGTH", "Listed", "Paths", "key_of", "storable"]

Paths = str | os.PathLike[Any] | Manifest | Iterable[str | os.PathLike[Any] | Manifest]
"""One path, URL, folder, pattern or list of them, or any number of these."""

KEY_LENGTH = 450
"""How long the name of a file can be in a table: what SQL Server takes into an index, in characters of nvarchar."""

# Schemes, as fsspec has them: of files of this machine, of the web with the port that goes without saying, and of
# buckets with the name that each is known by.
_LOCAL = frozenset({"file", "local"})
_PORTS = {"http": ":80", "https": ":443"}
_BUCKETS = {"s3": "s3", "s3a": "s3", "gs": "gs", "gcs": "gs"}


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
    found_key : str, optional
        Its `key`, if it has been found out.
    """

    name: str
    size: int | None = None
    modified: int | None = None
    etag: str | None = None
    found_key: str | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> str:
        """Its name as the tables have it, see `key_of`.

        It is that of the process which lists the files: another machine may see other links, but the name under which
        the catalogue was asked for a file has to be the one that it is stored under.
        """
        if self.found_key is None:
            object.__setattr__(self, "found_key", key_of(self.name))
        return cast("str", self.found_key)

    def __reduce__(self) -> tuple[Any, ...]:
        # with its key: it is not to be found out elsewhere
        return Listed, (self.name, self.size, self.modified, self.etag, self.key)


def key_of(name: str) -> str:
    """Return a file's name as the tables have it, the same by whatever name it is reached.

    Unicode, and the end of a very long one replaced by its hash. A local file, ``file://`` included, has its path
    without symbolic links. A URL has its scheme in lower case; one of the web its host as well, no port that goes
    without saying, and no double slashes (RFC 3986, section 6, but for what servers may take for different names: the
    percent-encoding is kept). The key of an object in a bucket is kept as it is, since any text can be one.
    """
    name = storable(_normal(name))
    if len(name) <= KEY_LENGTH:
        return name
    end = f"...{hashlib.sha256(name.encode()).hexdigest()}"
    return name[: KEY_LENGTH - len(end)] + end


def _normal(name: str) -> str:
    scheme, separator, rest = name.partition("://")
    if not separator:
        return _real(name)
    scheme = scheme.lower()
    if scheme in _LOCAL:
        return _real(rest)
    if scheme in _PORTS:
        where, *path = re.split(r"(?=[/?#])", rest, maxsplit=1)
        return f"{scheme}://{_host(where, _PORTS[scheme])}{_without_double_slashes(''.join(path))}"
    if scheme in _BUCKETS:
        return f"{_BUCKETS[scheme]}://{rest.lstrip('/')}"
    return f"{scheme}://{rest}"


def _host(where: str, port: str) -> str:
    user, at, host = where.rpartition("@")
    return user + at + host.lower().removesuffix(port)


def _without_double_slashes(path: str) -> str:
    found, *query = re.split(r"(?=[?#])", path, maxsplit=1)
    return re.sub("//+", "/", found) + "".join(query)


def _real(path: str) -> str:
    """Return a path without symbolic links, double slashes and dots."""
    if os.name == "posix" and path.startswith("//"):
        path = f"/{path.lstrip('/')}"  # two slashes at the beginning might mean something else, says POSIX
    if os.sep != "/" or path[:1] != "/" or "//" in path or "/." in path or path[-1] == "/":
        path = os.path.abspath(path)
    folder, separator, name = path.rpartition(os.sep)
    try:
        if os.path.islink(path):
            return os.path.realpath(path)
        folder = _real_folder(folder + separator, int(time.monotonic()))
        return folder + name if folder.endswith(os.sep) else f"{folder}{os.sep}{name}"
    except ValueError:  # no system takes such a name, so no file has it
        return path


@lru_cache(maxsize=1024)
def _real_folder(folder: str, second: int) -> str:
    """Return the path of a folder without symbolic links, which asks the system for each part of it.

    Kept for the files beside, for a second: links may be changed.
    """
    return os.path.realpath(folder)


def storable(text: str) -> str:
    """Return text as every database takes it: the name of a file need not be Unicode."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
