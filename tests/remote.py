"""A far file system of the tests' own, which notes what is asked of it."""

from __future__ import annotations

import threading
import time
from typing import Any, ClassVar

import fsspec
from fsspec import AbstractFileSystem
from fsspec.spec import AbstractBufferedFile

__all__ = ["Buffered", "Far", "Rangeless", "serve"]


class Far(AbstractFileSystem):
    """Files that are read by ranges; each request takes a moment, and is noted with the bytes that it gave."""

    protocol = "far"
    cachable = False
    files: ClassVar[dict[str, bytes]] = {}
    requests: ClassVar[list[tuple[int, int]]] = []
    sizes: ClassVar[list[str]] = []
    delay: ClassVar[float] = 0.0
    most_at_once: ClassVar[int] = 0
    _now: ClassVar[int] = 0
    _crowd: ClassVar[int] = 0
    _has_met: ClassVar[threading.Event] = threading.Event()
    _lock: ClassVar[Any] = threading.Lock()

    @staticmethod
    def expect(crowd: int) -> None:
        """Hold back what other threads than the main one ask for until so many ask at the same time.

        Where fewer ever do, they wait for two minutes, once.
        """
        Far._crowd = crowd
        Far._has_met.clear()

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        if path not in Far.files:
            raise FileNotFoundError("there is none")
        Far.sizes.append(path)
        return {"name": path, "size": len(Far.files[path]), "type": "file"}

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **kwargs: Any) -> bytes:
        return self._answer(path, start or 0, end)

    def _answer(self, path: str, start: int, end: int | None) -> bytes:
        if path not in Far.files:
            raise FileNotFoundError("there is none")
        content = Far.files[path]
        if start >= len(content):
            raise OSError("416 Range Not Satisfiable")
        with Far._lock:
            Far._now += 1
            Far.most_at_once = max(Far.most_at_once, Far._now)
            if Far._now >= Far._crowd:
                Far._has_met.set()
        if threading.current_thread() is not threading.main_thread() and not Far._has_met.wait(120):
            Far._has_met.set()
        time.sleep(Far.delay)
        with Far._lock:
            Far._now -= 1
            piece = content[start:end]
            Far.requests.append((start, start + len(piece)))
        return piece


class Rangeless(Far):
    """The same behind a server that sends the whole of a file whatever was asked for."""

    protocol = "rangeless"

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **kwargs: Any) -> bytes:
        return self._answer(path, 0, None)


class _BufferedFile(AbstractBufferedFile):
    def _fetch_range(self, start: int, end: int) -> bytes:
        return Far()._answer(self.path, start, end)


class Buffered(Far):
    """The same behind a file system that only opens files."""

    protocol = "buffered"
    cat_file = AbstractFileSystem.cat_file

    def _open(self, path: str, mode: str = "rb", **kwargs: Any) -> Any:
        kwargs.pop("autocommit", None)
        return _BufferedFile(self, path, mode, **kwargs)


def serve(**files: bytes) -> type[Far]:
    """Put files, by their names without ``.asdf``, and begin to count."""
    for system in (Far, Rangeless, Buffered):
        fsspec.register_implementation(system.protocol, system, clobber=True)
    Far.files.clear()
    Far.files.update({f"{name}.asdf": content for name, content in files.items()})
    Far.requests.clear()
    Far.sizes.clear()
    Far.delay, Far.most_at_once = 0.0, 0
    Far._crowd = 0
    Far._has_met.set()
    return Far
