"""A file as bytes at positions: reading moves nothing that another thread or a forked process relies on."""

from __future__ import annotations

import io
import os
import threading
from typing import Any, BinaryIO, Protocol

from ..locks import MOMENT
from ..processors import processors
from .far import FarFile, FarStream

__all__ = ["PositionedBytes", "descriptor_of", "is_near", "mapped", "positioned", "readers_of"]

# Where processors are many, memory is soon the bottleneck, and each thread holds a compressed piece; a far file has few
# connections.
_MOST_READERS = 8


class PositionedBytes(Protocol):
    """Gives bytes of a file by their position."""

    def size(self) -> int:
        """Return how many bytes the file has now."""
        ...

    def read_at(self, position: int, size: int) -> bytes:
        """Return the bytes from a position on: fewer than `size` only where the file ends."""
        ...

    def read_into(self, position: int, buffer: memoryview) -> None:
        """Fill a buffer with the bytes from a position on.

        Raises
        ------
        EOFError
            The file ends before.
        """
        ...


def positioned(stream: BinaryIO) -> PositionedBytes:
    """Return the bytes of a stream by position.

    Parameters
    ----------
    stream : binary file object
        Seekable. It stays the caller's to close, and is left where it stands if it is a plain file.
    """
    if isinstance(stream, FarStream):
        return stream.file
    handle = _plain_file(stream)
    return _Stream(stream) if handle is None else _File(handle)


def is_near(file: PositionedBytes) -> bool:
    """Return whether threads read a file independently of each other, and few bytes as readily as many."""
    return isinstance(file, _File)


def readers_of(file: PositionedBytes) -> int:
    """Return how many threads are to read a file at a time.

    Those of a far one wait for answers most of the time. What comes of any other is decompressed at once, for which
    more threads than processors take longer.
    """
    return _MOST_READERS if isinstance(file, FarFile) else min(processors(), _MOST_READERS)


def descriptor_of(file: PositionedBytes) -> int | None:
    """Return the descriptor of a file of the system; None for anything else."""
    return file.fileno() if isinstance(file, _File) else None


def mapped(file: PositionedBytes) -> Any:
    """Return the bytes of a file as a `numpy.memmap`; None for what is not a file of the system, or is empty.

    The file that is open is mapped, whatever bears its name now.
    """
    if not isinstance(file, _File) or not file.size():
        return None
    import numpy as np

    whole: Any = _Whole(file)
    return np.memmap(whole, np.uint8, "r")


def _plain_file(stream: Any) -> io.FileIO | None:
    """Return the file below a stream that holds its bytes as they are; None for what decodes, fetches or keeps them."""
    raw = stream.raw if type(stream) in (io.BufferedReader, io.BufferedRandom) else stream
    if type(raw) is not io.FileIO or not hasattr(os, "preadv"):
        return None
    if type(stream) is io.BufferedRandom:
        stream.flush()  # what was written and not yet handed to the system
    return raw


class _File:
    """A file of the system, which reads by position itself."""

    def __init__(self, file: io.FileIO) -> None:
        self.fileno = file.fileno

    def size(self) -> int:
        return os.fstat(self.fileno()).st_size

    def read_at(self, position: int, size: int) -> bytes:
        pieces: list[bytes] = []
        while size > 0 and (piece := os.pread(self.fileno(), size, position)):
            pieces.append(piece)
            position, size = position + len(piece), size - len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def read_into(self, position: int, buffer: memoryview) -> None:
        filled = 0
        while filled < len(buffer):
            count = os.preadv(self.fileno(), [buffer[filled:]], position + filled)
            if not count:
                raise _too_short(len(buffer) - filled)
            filled += count


class _Whole:
    """What NumPy asks of a file in order to map it; nothing moves.

    NumPy wants that there is a `read`, and never calls it.
    """

    def __init__(self, file: _File) -> None:
        self._length = file.size()
        self.fileno = file.fileno

    def read(self, size: int) -> bytes:
        raise NotImplementedError  # NumPy asks only whether it is there

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> None:
        pass

    def tell(self) -> int:
        return self._length


class _Stream:
    """Anything else that can seek, by one thread at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream: Any = stream
        self._own_lock = threading.Lock()
        self._process = os.getpid()

    @property
    def _lock(self) -> threading.Lock:
        """A lock of this stream in this process: a forked one has not the thread that held it, nor its reading."""
        if self._process != os.getpid():
            with MOMENT:
                if self._process != os.getpid():
                    self._own_lock = threading.Lock()
                    self._process = os.getpid()
        return self._own_lock

    def size(self) -> int:
        with self._lock:
            end: int = self._stream.seek(0, io.SEEK_END)
            return end

    def read_at(self, position: int, size: int) -> bytes:
        pieces: list[bytes] = []
        with self._lock:
            self._stream.seek(position)
            while size > 0 and (piece := self._stream.read(size)):
                pieces.append(bytes(piece))
                size -= len(piece)
        return b"".join(pieces)

    def read_into(self, position: int, buffer: memoryview) -> None:
        filled = 0
        with self._lock:
            self._stream.seek(position)
            while filled < len(buffer):
                count = self._fill(buffer[filled:])
                if not count:
                    raise _too_short(len(buffer) - filled)
                filled += count

    def _fill(self, buffer: memoryview) -> int:
        if hasattr(self._stream, "readinto"):
            count: int = self._stream.readinto(buffer)
            return count
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _too_short(missing: int) -> EOFError:
    return EOFError(f"the file ends {missing} bytes early")
