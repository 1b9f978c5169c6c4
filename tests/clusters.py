"""A Dask cluster on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["cluster"]


@contextmanager
def cluster() -> Iterator[Any]:
    """Give the client of a cluster of two workers, each a process."""
    import dask
    import distributed

    with (
        # on a busy machine its parts may take more than the half minute that is usual until they have found each other
        dask.config.set({"distributed.comm.timeouts.connect": "600s"}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address="127.0.0.1:0"
        ) as local,
        distributed.Client(local) as client,
    ):
        yield client
