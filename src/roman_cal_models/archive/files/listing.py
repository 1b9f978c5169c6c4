"""Paths, URLs, folders, patterns and lists -> files one by one, and whether a place was listed to its end."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ...errors import CatalogError, SourceTypeError
from ..reading.file_reader import Failure
from .far_listing import FarFolder
from .globs import is_glob, literal_start, matcher
from .manifests import Manifest
from .names import KEY_LENGTH, Listed, Paths, key_of

__all__ = ["Listing", "Place"]

_SUFFIX = ".asdf"
_has_suffix = re.compile(r".*\.asdf", re.IGNORECASE | re.DOTALL)
# The end of a longer key is a hash, so that nobody can tell what stands below so long a name.
_LONGEST_ROOT = KEY_LENGTH - 100
_NOTHING = "nothing is there"
# What names a file, or stands for several.
_NAMES = (str, bytes, os.PathLike, Manifest)

_Identity = tuple[int, int] | str


@dataclass(slots=True)
class Place:
    """A folder, the beginning of URLs or a pattern, whose files are listed.

    Parameters
    ----------
    name : str
        As it was given, but in the form of a key.
    root : str
        What the keys of its files begin with.
    rest : re.Pattern
        Matches what follows.
    is_complete : bool
        Whether all its files were listed, and nothing was in the way.
    found : int
        How many there are, so far.
    """

    name: str
    root: str
    rest: re.Pattern[str]
    is_complete: bool = False
    found: int = 0

    def holds(self, key: str) -> bool:
        """Return whether a file is one of those that are listed here, by its key."""
        return key.startswith(self.root) and self.rest.fullmatch(key, len(self.root)) is not None


@dataclass(slots=True)
class Listing:
    """Files, as they are found one by one; it can be gone through once.

    Parameters
    ----------
    paths : str, path-like, `Manifest` or iterable of them
        As for `ingest`.
    storage_options : mapping or None
        For URLs, what fsspec takes.
    """

    paths: Paths
    storage_options: Mapping[str, Any] | None = None
    places: list[Place] = field(default_factory=list)
    """The folders, prefixes and patterns so far."""

    def __iter__(self) -> Iterator[Listed | Failure]:
        """Yield files, and what cannot be listed.

        Raises
        ------
        CatalogError
            A server refuses everything, or does not answer; or a list of files cannot be read.
        """
        for path in self._given():
            if isinstance(path, Manifest):
                yield from (Listed(_spelt(name) if "://" in name else os.path.abspath(name)) for name in path)
            else:
                yield from self._of(_spelt(os.fsdecode(path)))

    @property
    def number(self) -> int | None:
        """How many files there are, where that is known before they are listed."""
        paths = [self.paths] if isinstance(self.paths, _NAMES) else self.paths
        if isinstance(paths, (list, tuple)) and all(map(_is_file, paths)):
            return len(paths)
        return None

    def _given(self) -> Iterator[str | bytes | os.PathLike[Any] | Manifest]:
        """Yield what was given, one by one.

        Raises
        ------
        CatalogError
            It is no name.
        """
        paths: Any = self.paths
        # a mapping or model is no list of names, though it can be gone through
        if isinstance(paths, _NAMES) or not isinstance(paths, Iterable) or hasattr(paths, "keys"):
            paths = [paths]
        for path in paths:
            if not isinstance(path, _NAMES):
                raise CatalogError(f"a file is given by its path or URL, not by {_told(path)}")
            if not path:
                raise CatalogError("no file has an empty name")
            yield path

    def _of(self, name: str) -> Iterator[Listed | Failure]:
        if name.startswith("file://"):
            # fsspec knows no more of it than the system does
            local = url2pathname(urlsplit(name).path)
            yield from [Listed(name)] if os.path.isfile(local) else self._of(local)
        elif "://" in name:
            try:
                yield from self._far(name)
            except SourceTypeError as error:  # no such kind of URL
                yield Failure.of(name, error)
        elif os.path.isdir(name):
            yield from self._folder(name, os.path.abspath(name), set())
        elif is_glob(name) and not os.path.lexists(name):
            yield from self._near_glob(name)
        else:
            yield Listed(os.path.abspath(name))

    def _place(
        self, name: str, start: str, rest: re.Pattern[str], files: Iterator[Listed | Failure]
    ) -> Iterator[Listed | Failure]:
        """Yield the files of a folder or URL, which ends with a slash, that match, and note whether that was all."""
        root = start if start == "/" or start.endswith("//") else f"{key_of(start[:-1])}/"
        name = key_of(name)
        place = Place(name, root, rest)
        is_whole = True
        try:
            for each in files:
                if isinstance(each, Failure):
                    is_whole = False
                    yield each
                elif rest.fullmatch(each.name, len(start)) is not None:
                    place.found += 1
                    yield each
        except CatalogError:
            raise
        except FileNotFoundError:
            is_whole = False
            yield Failure(name, _NOTHING)
        except (OSError, ValueError) as error:
            is_whole = False
            yield Failure.of(name, error)
        place.is_complete = is_whole and len(place.root) < _LONGEST_ROOT
        self.places.append(place)
        # an empty folder is one, but there are no empty prefixes
        if is_whole and not place.found and (rest is not _has_suffix or "://" in start):
            yield Failure(name, _NOTHING)

    # -- this machine ------------------------------------------------------------------------------------------------

    def _folder(self, name: str, folder: str, met: set[_Identity]) -> Iterator[Listed | Failure]:
        """Yield the files below a folder, and those of folders elsewhere that links lead to, as places of their own."""
        links: list[str] = []
        yield from self._place(name, _with_slash(folder), _has_suffix, self._walk(folder, met, links=links))
        inside = f"{os.path.realpath(folder)}{os.sep}"
        for link in links:
            target = os.path.realpath(link)
            if not f"{target}{os.sep}".startswith(inside) and _identity(target) not in met:
                yield from self._folder(link, target, met)

    def _near_glob(self, name: str) -> Iterator[Listed | Failure]:
        start = os.path.dirname(literal_start(name))
        folder = os.path.abspath(start or os.curdir)
        pattern = name[len(start) :].lstrip("/")
        depth = None if "**" in pattern else pattern.count("/")
        files = self._walk(folder, set(), depth=depth)
        yield from self._place(name, _with_slash(folder), matcher(pattern), files)

    def _walk(
        self, top: str, met: set[_Identity], *, depth: int | None = None, links: list[str] | None = None
    ) -> Iterator[Listed | Failure]:
        """Yield what is below a folder, each folder once; links to folders are followed, or added to a list."""
        unreadable: list[OSError] = []
        met.add(_identity(top))
        for place, folders, files in os.walk(top, onerror=unreadable.append, followlinks=links is None):
            level = 0 if place == top else place[len(top) :].strip(os.sep).count(os.sep) + 1
            inside = [] if depth is not None and level >= depth else sorted(folders)
            folders.clear()
            for path in (os.path.join(place, folder) for folder in inside):
                if links is not None and os.path.islink(path):
                    links.append(path)
                elif (identity := _identity(path)) not in met:
                    met.add(identity)
                    folders.append(os.path.basename(path))
            yield from (Listed(os.path.join(place, file)) for file in sorted(files))
            yield from _unreadable(unreadable)
        yield from _unreadable(unreadable)

    # -- servers -----------------------------------------------------------------------------------------------------

    def _far(self, url: str) -> Iterator[Listed | Failure]:
        head, colons, behind = url.partition("::")
        if is_glob(head):
            literal = literal_start(head)
            start = literal[: literal.rindex("/") + 1]
            if start.endswith("://") and not behind:
                yield Failure(key_of(url), "a pattern is one of files: it begins with the name of a server or bucket")
                return
            pattern = head[len(start) :]
            is_deep = "/" in pattern or "**" in pattern
            files = FarFolder(literal + colons + behind, self.storage_options).files(deep=is_deep)
            yield from self._place(url, start, matcher(pattern + colons + behind), files)
        elif _is_file(url) or not (head.endswith("/") or FarFolder(url, self.storage_options).is_folder()):
            yield Listed(url)
        else:
            start = head if head.endswith("://") else _with_slash(head)
            files = FarFolder(start + colons + behind, self.storage_options).files()
            rest = re.compile(rf".*\.asdf{re.escape(colons + behind)}", re.IGNORECASE | re.DOTALL)
            yield from self._place(url, start, rest, files)


def _spelt(name: str) -> str:
    """Return a URL with its scheme as file systems know it, in lower case (RFC 3986, section 3.1); a path as it is."""
    scheme, separator, rest = name.partition("://")
    return f"{scheme.lower()}{separator}{rest}" if separator else name


def _told(value: Any) -> str:
    return f"the number {value}" if isinstance(value, (int, float)) else f"an object of {type(value).__name__}"


def _with_slash(folder: str) -> str:
    return f"{folder.rstrip('/')}/"


def _is_file(path: Any) -> bool:
    """Return whether a path or URL is one file, as far as can be told without asking."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return False
    name = os.fsdecode(path)
    if "://" in name:
        head = name.partition("::")[0]
        return not is_glob(head) and head.lower().endswith(_SUFFIX)
    return not os.path.isdir(name) and not is_glob(name)


def _identity(folder: str) -> _Identity:
    try:
        found = os.stat(folder)
    except OSError:  # whoever lists it tells it
        return folder
    return found.st_dev, found.st_ino


def _unreadable(errors: list[OSError]) -> Iterator[Failure]:
    while errors:
        error = errors.pop(0)
        yield Failure.of(key_of(error.filename), error)
