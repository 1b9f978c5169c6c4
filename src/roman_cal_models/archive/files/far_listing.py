"""What stands below a URL: its files one by one, as the server lists them, a page or a folder at a time."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from ...errors import MissingPackageError, SourceTypeError
from ...threads import Threads
from .names import Listed
from .server_errors import patiently

__all__ = ["FarFolder"]

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
# What file systems call the time of the last change, and the tag of the content.
_TIMES = ("LastModified", "last_modified", "mtime", "updated")
_TAGS = ("ETag", "etag")


class FarFolder:
    """A folder behind a URL, or what begins with one.

    Parameters
    ----------
    url : str
        Of the folder; or the beginning of names.
    storage_options : mapping or None
        What fsspec takes.

    Raises
    ------
    SourceTypeError
        There is no such kind of URL.
    MissingPackageError
        fsspec is not installed.
    """

    def __init__(self, url: str, storage_options: Mapping[str, Any] | None) -> None:
        try:
            import fsspec
        except ImportError:
            raise MissingPackageError("URLs need fsspec: pip install 'roman-cal-models[remote]'") from None
        try:
            system, path = fsspec.core.url_to_fs(url, **(storage_options or {}))
        except (ValueError, ImportError) as error:  # no such kind of URL, or its package is not installed
            raise SourceTypeError(str(error)) from None
        self._url = url
        self._system: Any = system
        self._path: str = path

    def is_folder(self) -> bool:
        """Return whether the server holds it for a folder; an error is one of whoever reads it."""
        try:
            found = patiently(lambda: self._system.info(self._path), self._url)
        except (OSError, ValueError):
            return False
        return bool(found.get("type") == "directory")

    def files(self, *, deep: bool = True) -> Iterator[Listed]:
        """Yield the files, those in folders below it as well if that is not forbidden.

        In S3 the keys come in pages of 1,000, in order, whatever folders they seem to stand in; other file systems are
        asked for a folder after the other.

        Parameters
        ----------
        deep : bool
            Whether to go into folders.

        Raises
        ------
        CatalogError
            The whole server refuses or does not answer.
        OSError
            This folder cannot be listed.
        """
        protocols = self._system.protocol
        is_s3 = "s3" in ([protocols] if isinstance(protocols, str) else protocols)
        yield from self._pages(deep) if is_s3 else self._walk(deep)

    def _pages(self, deep: bool) -> Iterator[Listed]:
        system = self._system
        bucket, key, _ = system.split_path(self._path)
        key += "/" if key and self._url.endswith("/") else ""
        words: dict[str, Any] = {"Bucket": bucket, "Prefix": key, **system.req_kw}
        words |= {} if deep else {"Delimiter": "/"}
        start = self._url[: len(self._url) - len(key)]

        def page(more: dict[str, str]) -> Any:
            return patiently(lambda: system.call_s3("list_objects_v2", **words, **more), self._url)

        # the next page is on its way while this one is used
        with Threads(1) as thread:
            coming = thread.submit(partial(page, {}))
            while True:
                found = coming.result()
                is_last = not found.get("IsTruncated")
                if not is_last:
                    coming = thread.submit(partial(page, {"ContinuationToken": found["NextContinuationToken"]}))
                for each in found.get("Contents", ()):
                    if not each["Key"].endswith("/"):
                        yield _listed(start + each["Key"], each, each["Size"])
                if is_last:
                    return

    def _walk(self, deep: bool) -> Iterator[Listed]:
        # a file inside of another one: zip://folder/::s3://bucket/x.zip
        head, colons, rest = self._url.partition("::")
        start = head[: head.rindex("/") + 1]
        first = (self._path if head.endswith("/") else self._path.rpartition("/")[0]).rstrip("/")
        todo = [first]
        while todo:
            folder = todo.pop()
            entries = sorted(self._entries(folder), key=lambda entry: str(entry["name"]))
            below = []
            for each in entries:
                name = each["name"].rstrip("/")
                if name == folder:
                    continue
                if each["type"] == "directory":
                    below.append(name)
                else:
                    url = f"{start}{name[len(first) :].lstrip('/')}{colons}{rest}"
                    yield _listed(url, each, each.get("size"))
            if deep:
                todo += reversed(below)

    def _entries(self, folder: str) -> list[dict[str, Any]]:
        """Return what is in a folder now: nothing that the file system has kept, and nothing that it keeps."""
        self._system.invalidate_cache(folder)
        found: list[dict[str, Any]] = patiently(lambda: self._system.ls(folder, detail=True), self._url)
        self._system.invalidate_cache(folder)
        return found


def _listed(url: str, info: Mapping[str, Any], size: object) -> Listed:
    tag = next((str(info[name]).strip('"') for name in _TAGS if info.get(name)), None)
    time = next((info[name] for name in _TIMES if info.get(name)), None)
    return Listed(url, size if isinstance(size, int) else None, _nanoseconds(time), tag)


def _nanoseconds(time: Any) -> int | None:
    """Return a time that a server tells as nanoseconds since 1970."""
    if isinstance(time, str):
        try:
            time = datetime.datetime.fromisoformat(time)
        except ValueError:
            return None
    if isinstance(time, datetime.datetime):
        if time.tzinfo is None:
            time = time.replace(tzinfo=datetime.UTC)
        microseconds: int = (time - _EPOCH) // datetime.timedelta(microseconds=1)
        return microseconds * 1000
    return int(time * 1_000_000_000) if isinstance(time, (int, float)) else None
