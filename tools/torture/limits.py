"""What a process may take. Nothing here can be undone: only for processes that were forked for it."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import astropy.config.paths

__all__ = ["MEGABYTES", "SECONDS", "Guard", "Memory", "alarm"]

MEGABYTES = 1024
"""That a trial may take beyond what there was before it."""

SECONDS = 10.0
"""That a trial may calculate."""

_WAITING = 300.0
"""That it may wait: far longer, because the machine may have other work."""

_HOSTS = {
    *("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request"),
    *("http.client.connect", "ftplib.connect"),
}
_PROGRAMS = {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "subprocess.Popen", "pty.spawn"}


class Guard:
    """Refuses hosts, programs and files of others from now on, and notes them.

    Parameters
    ----------
    folders : sequence of Path
        In which files may be opened, besides those of Python and of installed packages.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        installed = [sysconfig.get_path("stdlib"), sys.prefix, sys.base_prefix, Path(__file__).parents[2]]
        # astropy's own tables of leap seconds, which no file leads to
        installed += [astropy.config.paths.get_cache_dir()]
        self._allowed = tuple(f"{Path(folder).resolve()}{os.sep}" for folder in (*installed, *folders))
        self._devices = ("/dev/null", "/dev/urandom", "/proc/self/", "/etc/localtime", "/usr/share/zoneinfo/")
        self.refused: list[str] = []
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _HOSTS or event in _PROGRAMS:
            self._refuse(f"{event} {arguments[1:3] if event.startswith('socket') else arguments[:1]}")
        elif event == "open" and isinstance(arguments[0], (str, bytes)):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            if not path.startswith((*self._allowed, *self._devices)) and not self._is_allowed(path):
                self._refuse(f"opens {path}")

    def _is_allowed(self, path: str) -> bool:
        return os.path.realpath(path).startswith(self._allowed)

    def _refuse(self, what: str) -> None:
        self.refused.append(what)
        raise PermissionError(f"refused: {what}")

    def faults(self) -> list[str]:
        """Return what was refused since the last question."""
        found = [f"reaches out: {what}" for what in dict.fromkeys(self.refused)]
        self.refused.clear()
        return found


class Memory:
    """Limits the memory of this process to what it has and some more, and measures what a trial takes.

    Parameters
    ----------
    room : int
        Megabytes of addresses that it may take.
    """

    def __init__(self, room: int) -> None:
        there = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        # a little more than is told as too much, so that what takes more is seen with its number
        limit = there + (room + 256 << 20)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        # nor is what the process that forked this one left
        gc.freeze()
        self._handle = os.open("/proc/self/clear_refs", os.O_WRONLY)
        self._before = 0.0

    def begin(self) -> None:
        """Measure from now on."""
        # what the trial before left is not to be given back in this one: the peak would not rise
        gc.collect()
        os.write(self._handle, b"5")
        self._before = _peak()

    def taken(self) -> float:
        """Return the megabytes that were taken at most since then."""
        return max(0.0, _peak() - self._before)


def _peak() -> float:
    with open("/proc/self/status", "rb") as file:
        for line in file:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0


def alarm(seconds: float) -> None:
    """End this process when it has calculated for some seconds from now on, or waited; 0 takes it back."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, _WAITING if seconds else 0)
