"""Anything that holds a file -> a stream of it: of its first bytes alone, or of all of it."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from ..errors import SourceTypeError
from .content import Readable

__all__ = ["beginning", "open_stream"]


@contextmanager
def beginning(source: Any, storage_options: Mapping[str, Any] | None) -> Generator[tuple[Readable, str | None]]:
    """Give what the first bytes of a source are read from, and the name of the file.

    Parameters
    ----------
    source : str, path-like, bytes or binary file object
        A stream is left where it stood, if it can seek.
    storage_options : mapping or None
        For a URL, what fsspec takes.

    Raises
    ------
    SourceTypeError
        It is nothing that holds a file, or a stream that is closed or open as text.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield io.BytesIO(source), None
    elif isinstance(source, (str, os.PathLike)):
        name = os.fsdecode(source)
        if "://" in name:
            yield _Remote(name, storage_options or {}), name
        else:
            # no buffer: it would read on
            with builtins.open(name, "rb", buffering=0) as file:
                yield file, name
    elif hasattr(source, "read"):
        called = _name_of_stream(source)
        position = source.tell() if _can_seek(source) else None
        try:
            yield source, called
        finally:
            if position is not None:
                source.seek(position)
    else:
        raise SourceTypeError(
            f"a header cannot be read from {type(source).__name__}: give a path, a URL, bytes or a binary stream"
        )


def open_stream(source: Any, storage_options: Mapping[str, Any]) -> tuple[BinaryIO, str | None, bool]:
    """Return a seekable stream of a whole file, the name of the file, and whether the stream is the caller's to close.

    Parameters
    ----------
    source : str, path-like, bytes or binary file object
        A stream is given back itself.
    storage_options : mapping
        For a URL, what fsspec takes.

    Raises
    ------
    SourceTypeError
        It is nothing that holds a file, or a stream that is closed or open as text.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return io.BytesIO(source), None, True
    if isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
        if isinstance(name, str) and "://" in name:
            return _opened_url(name, storage_options), name, True
        return builtins.open(name, "rb"), os.fsdecode(name), True
    if hasattr(source, "read") and hasattr(source, "seek"):
        return source, _name_of_stream(source), False
    raise SourceTypeError(
        f"a model cannot be opened from {type(source).__name__}: give a path, a URL, bytes, a binary stream, "
        "an asdf.AsdfFile or a model"
    )


def _name_of_stream(stream: Any) -> str | None:
    """Return the name of the file that a stream is of, where it has one.

    Raises
    ------
    SourceTypeError
        It is open as text, or closed.
    """
    called = getattr(stream, "name", None)
    name = called if isinstance(called, str) else None
    of = "" if name is None else f"{name}: "
    if isinstance(stream, io.TextIOBase):
        raise SourceTypeError(f"{of}the stream is open as text: open it with mode 'rb'")
    if getattr(stream, "closed", False) is True:
        raise SourceTypeError(f"{of}the stream is closed: give the path, or a stream that is open")
    return name


def _can_seek(stream: Any) -> bool:
    return bool(stream.seekable()) if hasattr(stream, "seekable") else False


def _opened_url(url: str, storage_options: Mapping[str, Any]) -> BinaryIO:
    try:
        import fsspec
    except ImportError:
        raise SourceTypeError(f"{url}: to open URLs, pip install 'roman-cal-models[remote]'") from None
    try:
        file: Any = fsspec.open(url, "rb", **storage_options)
        stream: BinaryIO = file.open()
    except (ValueError, ImportError) as error:  # no such kind of URL, or its package is not installed
        raise SourceTypeError(f"{url}: {error}") from None
    return stream


class _Remote:
    """A file behind a URL, read by requests for just the bytes that are asked for."""

    def __init__(self, url: str, storage_options: Mapping[str, Any]) -> None:
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise SourceTypeError(f"{url}: to open URLs, pip install 'roman-cal-models[remote]'") from None
        try:
            system, path = url_to_fs(url, **storage_options)
        except (ValueError, ImportError) as error:  # no such kind of URL, or its package is not installed
            raise SourceTypeError(f"{url}: {error}") from None
        self._system: Any = system
        self._path: str = path
        self._url = url
        self._position = 0
        self._is_over = False

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, by one request; no request once the end was met."""
        if self._is_over:
            return b""
        # From the last byte that is known: a range that begins at the end of a file is an error.
        overlap = min(self._position, 1)
        wanted = size + overlap
        start = self._position - overlap
        try:
            piece: bytes = self._system.cat_file(self._path, start=start, end=start + wanted)
        except OSError as error:
            if self._path in str(error):
                raise
            # a server's answer does not name the file
            kind = next(kind for kind in (FileNotFoundError, PermissionError, OSError) if isinstance(error, kind))
            raise kind(f"{self._url}: {error}") from error
        # A server that knows no ranges sends the whole file, which then is longer than the range, or all there is.
        self._is_over = len(piece) != wanted
        self._position += len(piece) - overlap
        return piece[overlap:]
