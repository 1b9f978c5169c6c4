"""A PostgreSQL server for a while, on a socket of a temporary folder: for the benchmark, and for tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["PROGRAMS", "restart", "server"]

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
"""Where Debian keeps the programs of each version, the oldest first."""

# PostgreSQL refuses to run as root; Debian's package has a user for it
_USER = "postgres"

# until it is done, which on a busy machine may take more than the minute that is usual
_WAITING = ("-w", "-t", "600")


@contextmanager
def server() -> Iterator[str]:
    """Give the URL of an empty database, in a server that listens on a socket only; `PROGRAMS` must not be empty."""
    as_user = _as_user()
    # a folder that another user may enter; and the name of a socket has to be short
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if as_user:
            shutil.chown(folder, _USER)
        data, programs = folder / "data", PROGRAMS[-1].parent
        # the locale must be one that every machine has, and the data may be lost with it
        _run([programs / "initdb", "-D", data, "-A", "trust", "-U", "test", "-E", "UTF8", "--no-locale", "-N"], as_user)
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        _run([programs / "pg_ctl", "-D", data, *_WAITING, "-l", folder / "log", "-o", options, "start"], as_user)
        try:
            yield f"postgresql+psycopg://test@/postgres?host={folder}"
        finally:
            _run([programs / "pg_ctl", "-D", data, *_WAITING, "-m", "immediate", "stop"], as_user)
    finally:
        shutil.rmtree(folder)


def restart(url: str) -> None:
    """End the server of a URL as a crash would, and start it again."""
    folder = url.partition("?host=")[2]
    _run([PROGRAMS[-1].parent / "pg_ctl", "-D", f"{folder}/data", *_WAITING, "-m", "immediate", "restart"], _as_user())


def _as_user() -> dict[str, str]:
    return {"user": _USER} if os.geteuid() == 0 else {}


def _run(command: list[object], as_user: dict[str, str]) -> None:
    done = subprocess.run(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", **as_user
    )  # type: ignore[call-overload]
    assert done.returncode == 0, done.stderr
