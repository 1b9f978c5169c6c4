"""A PostgreSQL server of its own for a test, or none where it is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.archive import postgresql
from benchmarks.archive.postgresql import restart

__all__ = ["restart", "server"]


@contextmanager
def server() -> Iterator[str]:
    """Give the URL of an empty database, in a server that listens on a socket only."""
    if not postgresql.PROGRAMS:
        pytest.skip("PostgreSQL is not installed: there is no /usr/lib/postgresql/*/bin/initdb")
    with postgresql.server() as url:
        yield url
