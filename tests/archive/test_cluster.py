"""Reading on a Dask cluster."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from roman_cal_models import archive
from tests.clusters import cluster

from .catalogs import bad_files, content, url_of, write_files

pytestmark = pytest.mark.once

pytest.importorskip("distributed", reason="distributed is not installed")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Of two workers, each a process."""
    with cluster() as client:
        yield client


def test_a_worker_that_is_killed_changes_nothing(client: Any, header: bytes, tmp_path: Path) -> None:
    files = write_files(tmp_path / "files", header, 400)
    for name, (text, _) in bad_files(header).items():
        files.append(tmp_path / "files" / f"{name}.asdf")
        files[-1].write_bytes(text)
    processes = client.run(os.getpid)

    def names() -> Iterator[Path]:
        for number, path in enumerate(files):
            if number == 200:
                os.kill(next(iter(processes.values())), signal.SIGKILL)
            yield path

    there = archive.ingest(names(), url_of(tmp_path / "there.db"), client=client, batch=20)
    here = archive.ingest(files, url_of(tmp_path / "here.db"), processes=1)
    assert (there.ingested, there.problems) == (here.ingested, here.problems) == (400, here.problems)
    assert sorted(there.failures, key=str) == sorted(here.failures, key=str)
    assert content(url_of(tmp_path / "there.db")) == content(url_of(tmp_path / "here.db"))


def test_the_same_file_is_read_again_when_it_has_changed(client: Any, header: bytes, tmp_path: Path) -> None:
    (file,) = write_files(tmp_path / "files", header, 1)
    target = tmp_path / "catalog.parquet"
    assert archive.to_parquet(file, target, client=client).failed == 0
    file.write_bytes(header[:1000])
    assert archive.to_parquet(file, target, client=client).failed == 1
