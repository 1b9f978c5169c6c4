"""Files in an S3 bucket whose server takes its time: a real server of that protocol, on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import s3fs

import roman_cal_models as rcm
from tests.buckets import Bucket, serve

from .test_far_files import FORKED, arrays_of, content, same

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Bucket, dict[str, Any]]]:
    """Start a server with a bucket of two files, and give what notes its answers and how to reach it."""
    with serve() as (bucket, options):
        files = s3fs.S3FileSystem(**options, skip_instance_cache=True)
        files.mkdir("far")
        files.pipe("far/image.asdf", content())
        files.pipe("far/large.asdf", content(large=4096))
        bucket.delay = 0.05
        yield bucket, options


def test_all_arrays_take_their_bytes_once_several_at_a_time(server: tuple[Bucket, dict[str, Any]]) -> None:
    slow, options = server
    slow.clear()
    with rcm.open(content()) as near, rcm.open("s3://far/image.asdf", storage_options=options) as model:
        assert model.meta.cal_step.flat_field == "INCOMPLETE"
        assert slow.requests == ["GET /far/image.asdf bytes=0-65535"]
        with ThreadPoolExecutor(8) as threads:
            slow.expect(2)
            list(threads.map(lambda name: model[name], arrays_of(near)))
        assert same(model, near)
    assert len(slow.requests) <= 70
    assert slow.size <= 1.1 * len(content())
    assert slow.most_at_once > 1
    assert len([text for text in slow.requests if text.startswith("HEAD")]) == 1


def test_a_part_takes_few_requests(server: tuple[Bucket, dict[str, Any]]) -> None:
    slow, options = server
    slow.clear()
    index = np.s_[2000:2100, 7:107]
    with rcm.open(content(large=4096)) as near, rcm.open("s3://far/large.asdf", storage_options=options) as model:
        assert np.array_equal(model.section("data", index), near.data[index])
    assert len(slow.requests) <= 8
    assert slow.size <= 3_000_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_forked_processes_read_while_threads_of_the_parent_read(
    server: tuple[Bucket, dict[str, Any]], tmp_path: Path
) -> None:
    _, options = server
    with rcm.open(content()) as near:
        for name in ("data", "err", "dq"):
            np.save(tmp_path / f"{name}.npy", near[name])
    program = FORKED.replace("rcm.open(", "opened(").replace(
        "url, count", f"opened = lambda url: rcm.open(url, storage_options={options!r})\nurl, count", 1
    )
    command = [sys.executable, "-W", "ignore", "-c", program, "s3://far/image.asdf", "5", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=1200, check=True)
    assert run.stdout.split() == ["0"]
