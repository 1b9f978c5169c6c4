"""Anything that holds a file -> a stream of it: of its first bytes alone, or of all of it."""

from __future__ import annotations

import builtins
import io
import os
import threading
import weakref
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, TypeAlias, cast

from ..blocks.far import FarFile, FarStream, Span
from ..errors import MissingPackageError, SourceTypeError
from ..threads import Threads
from .content import Readable

__all__ = ["FileLike", "beginning", "open_stream"]

FileLike: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview | Readable
"""What holds a file: its path or URL, its bytes, or a binary stream of them."""

# how many ranges are asked for at the same time of what has no way of its own to do so
_MOST_THREADS = 16
# what the second request for a header asks for at least, in bytes: hardly any is longer
_FURTHER = 1024 * 1024


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
        It is nothing that holds a file, or a stream that is closed, or open as text or for writing alone.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        yield io.BytesIO(source), None
    elif isinstance(source, (str, os.PathLike)):
        name = os.fsdecode(source)
        if "://" in name:
            yield _Beginning(name, storage_options or {}), name
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
            f"a header cannot be read from {_type_of(source)}: give a path, a URL, bytes or a binary stream"
        )


# the first that answers over HTTP in a forked process
_FORKING_FSSPEC = (2026, 6)


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
        It is nothing that holds a file, or a stream that is closed, or open as text or for writing alone.
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
        f"a model cannot be opened from {_type_of(source)}: give a path, a URL, bytes, a binary stream, "
        "an asdf.AsdfFile or a model"
    )


def _type_of(source: Any) -> str:
    """Return the name of a type, with that of the package that has it: others have an ``ImageModel`` as well."""
    kind = type(source)
    package = kind.__module__.partition(".")[0]
    return kind.__name__ if package == "builtins" else f"{package}'s {kind.__name__}"


def _name_of_stream(stream: Any) -> str | None:
    """Return the name of the file that a stream is of, where it has one.

    Raises
    ------
    SourceTypeError
        It is open as text, for writing alone, or closed.
    """
    called = getattr(stream, "name", None)
    name = called if isinstance(called, str) else None
    of = "" if name is None else f"{name}: "
    if isinstance(stream, io.TextIOBase):
        raise SourceTypeError(f"{of}the stream is open as text: open it with mode 'rb'")
    if getattr(stream, "closed", False) is True:
        raise SourceTypeError(f"{of}the stream is closed: give the path, or a stream that is open")
    if isinstance(stream, io.IOBase) and not stream.readable():
        raise SourceTypeError(f"{of}the stream is open for writing alone: open it with mode 'rb'")
    return name


def _can_seek(stream: Any) -> bool:
    return bool(stream.seekable()) if hasattr(stream, "seekable") else False


def _opened_url(url: str, storage_options: Mapping[str, Any]) -> BinaryIO:
    system = _System(url, storage_options)
    with _named(url):
        # what fsspec decodes on the way has no ranges of its own
        if not storage_options.keys() & {"compression", "encoding", "errors"}:
            if system.is_local:
                return builtins.open(system.path, "rb")
            if system.has_ranges:
                return cast("BinaryIO", FarStream(FarFile(system), url))
        import fsspec
        from fsspec.spec import AbstractBufferedFile

        no_ranges: Any = AbstractBufferedFile._fetch_range
        with system.errors():
            file: Any = fsspec.open(url, "rb", **storage_options)
            stream: Any = file.open()
        if isinstance(stream, AbstractBufferedFile) and type(stream)._fetch_range is not no_ranges:
            return cast("BinaryIO", FarStream(FarFile(_Buffered(stream)), url))
        # a file inside of another one is closed with its file system
        weakref.finalize(stream, _let_go, file).atexit = False
        return cast("BinaryIO", stream)


def _let_go(file: Any) -> None:
    """Do nothing: that this is to be called has kept a file system as long as a stream."""


@contextmanager
def _named(url: str) -> Generator[None]:
    """Have errors name a URL: a server's answer does not."""
    try:
        yield
    except (ValueError, ImportError) as error:  # no such kind of URL, or its package is not installed
        raise SourceTypeError(f"{url}: {error}") from None


class _System:
    """A file behind a URL, read by requests for just the bytes that are asked for.

    Parameters
    ----------
    url : str
        Of the file.
    storage_options : mapping
        What fsspec takes.
    """

    def __init__(self, url: str, storage_options: Mapping[str, Any]) -> None:
        self._url = url
        self._options = storage_options
        self._connect()

    def _connect(self) -> None:
        try:
            import fsspec
        except ImportError:
            raise SourceTypeError(f"{self._url}: to open URLs, pip install 'roman-cal-models[remote]'") from None
        with _named(self._url):
            system, path = fsspec.core.url_to_fs(self._url, **self._options)
        self._connected: tuple[int, Any] = (os.getpid(), system)
        self.path: str = path

    @property
    def _system(self) -> Any:
        """The file system of this process: those of fsspec have threads of their own, which no forked process has."""
        process, system = self._connected
        if process != os.getpid():
            _refuse_fork(system, self._url)
            self._connect()
            process, system = self._connected
        return system

    @property
    def is_local(self) -> bool:
        """Whether it is a file of this machine."""
        from fsspec.implementations.local import LocalFileSystem

        return type(self._system) is LocalFileSystem

    @property
    def has_ranges(self) -> bool:
        """Whether the file system itself reads parts of a file, independently of each other."""
        from fsspec import AbstractFileSystem
        from fsspec.asyn import AsyncFileSystem
        from fsspec.implementations.cached import CachingFileSystem

        cls = type(self._system)
        if issubclass(cls, CachingFileSystem) or "ftp" in cls.protocol:  # these read what is opened
            return False
        if cls.cat_file is not AbstractFileSystem.cat_file:
            return True
        return issubclass(cls, AsyncFileSystem) and cls._cat_file is not AsyncFileSystem._cat_file

    def size(self) -> int:
        """Return how many bytes the file has."""
        with self.errors():
            found = self._system.info(self.path).get("size")
        if not isinstance(found, int):
            raise OSError(f"{self._url}: the server does not tell how long the file is")
        return found

    def get(self, spans: Sequence[Span]) -> list[bytes]:
        """Return the bytes of spans, which are asked for at the same time."""
        system = self._system
        with self.errors():
            if len(spans) == 1:
                return [system.cat_file(self.path, start=spans[0][0], end=spans[0][1])]
            if _has_cat_ranges(system):
                paths, starts, ends = [self.path] * len(spans), [span[0] for span in spans], [span[1] for span in spans]
                found: list[Any] = system.cat_ranges(paths, starts, ends, on_error="return")
                for piece in found:
                    if isinstance(piece, BaseException):
                        raise piece
                return found
            with Threads(min(len(spans), _MOST_THREADS)) as threads:
                return list(threads.map(lambda span: system.cat_file(self.path, start=span[0], end=span[1]), spans))

    def close(self) -> None:
        """Do nothing: a file system is not open."""

    @contextmanager
    def errors(self) -> Generator[None]:
        """Have errors name the file."""
        try:
            yield
        except OSError as error:
            if self.path in str(error):
                raise
            # a server's answer does not name the file
            kind = next(kind for kind in (FileNotFoundError, PermissionError, OSError) if isinstance(error, kind))
            raise kind(f"{self._url}: {error}") from error


def _has_cat_ranges(system: Any) -> bool:
    from fsspec import AbstractFileSystem

    return bool(system.async_impl) or type(system).cat_ranges is not AbstractFileSystem.cat_ranges


class _Buffered:
    """A file that fsspec has opened and reads by ranges, without its buffer; one at a time.

    Parameters
    ----------
    file : fsspec.spec.AbstractBufferedFile
        The file.
    """

    def __init__(self, file: Any) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._process = os.getpid()
        self.close = file.close

    def size(self) -> int:
        """Return how many bytes the file has."""
        size: int = self._file.size
        return size

    def get(self, spans: Sequence[Span]) -> list[bytes]:
        """Return the bytes of spans."""
        if self._process != os.getpid():
            self._lock, self._process = threading.Lock(), os.getpid()
        with self._lock:
            return [self._file._fetch_range(begin, end) for begin, end in spans]


class _Beginning:
    """The first bytes of a file behind a URL, and those that follow as they are read."""

    def __init__(self, url: str, storage_options: Mapping[str, Any]) -> None:
        self._ranges = _System(url, storage_options)
        self._ready = bytearray()
        self._position = 0
        self._is_over = False

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at least one before the end: those that are here, or else by one request."""
        if not self._ready and not self._is_over:
            # who goes on reads a long header
            self._request(max(size, _FURTHER) if self._position else size)
        piece = bytes(self._ready[:size])
        del self._ready[:size]
        return piece

    def _request(self, size: int) -> None:
        # From the last byte that is known: a range that begins at the end of a file is an error.
        overlap = min(self._position, 1)
        wanted = size + overlap
        start = self._position - overlap
        piece = self._ranges.get([(start, start + wanted)])[0]
        # A server that knows no ranges sends the whole file, which then is longer than the range, or all there is.
        self._is_over = len(piece) != wanted
        self._position += len(piece) - overlap
        self._ready += piece[overlap:]


def _refuse_fork(system: Any, url: str) -> None:
    """Refuse a forked process what would wait for ever there: HTTP by an old fsspec."""
    import fsspec
    from fsspec.implementations.http import HTTPFileSystem

    if isinstance(system, HTTPFileSystem) and tuple(map(int, fsspec.__version__.split(".")[:2])) < _FORKING_FSSPEC:
        release = ".".join(map(str, _FORKING_FSSPEC))
        raise MissingPackageError(f"{url}: to be read in a forked process, it needs fsspec {release} or newer")
