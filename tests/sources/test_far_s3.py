"""Files in an S3 bucket whose server takes its time: a real server of that protocol, on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import s3fs

import roman_cal_models as rcm

from .test_far_files import FORKED, arrays_of, content, same

pytestmark = pytest.mark.once


class Slow:
    """A server's application, each of whose answers takes a moment; they are noted."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._now = 0
        self.delay = 0.0
        self.clear()

    def clear(self) -> None:
        self.requests: list[str] = []
        self.size = self.most_at_once = 0

    def __call__(self, environ: Any, start: Any) -> Any:
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self.requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ.get('HTTP_RANGE', '')}")
        try:
            time.sleep(self.delay)
            answer = b"".join(self._application(environ, start))
        finally:
            with self._lock:
                self._now -= 1
        if environ["REQUEST_METHOD"] == "GET":
            self.size += len(answer)
        return [answer]


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Slow, dict[str, Any]]]:
    """Start a server with a bucket of two files, and give what notes its answers and how to reach it."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    slow = Slow(DomainDispatcherApplication(create_backend_app))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        listening = make_server("127.0.0.1", 0, slow, threaded=True)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        options = {"client_kwargs": {"endpoint_url": f"http://127.0.0.1:{listening.server_port}"}}
        files = s3fs.S3FileSystem(**options, skip_instance_cache=True)
        files.mkdir("far")
        files.pipe("far/image.asdf", content())
        files.pipe("far/large.asdf", content(large=4096))
        slow.delay = 0.05
        yield slow, options
        listening.shutdown()
        thread.join()
        listening.server_close()


def test_all_arrays_take_their_bytes_once_several_at_a_time(server: tuple[Slow, dict[str, Any]]) -> None:
    slow, options = server
    slow.clear()
    with rcm.open(content()) as near, rcm.open("s3://far/image.asdf", storage_options=options) as model:
        assert model.meta.cal_step.flat_field == "INCOMPLETE"
        assert slow.requests == ["GET /far/image.asdf bytes=0-65535"]
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(lambda name: model[name], arrays_of(near)))
        assert same(model, near)
    assert len(slow.requests) <= 70
    assert slow.size <= 1.1 * len(content())
    assert slow.most_at_once > 1
    assert len([text for text in slow.requests if text.startswith("HEAD")]) == 1


def test_a_part_takes_few_requests(server: tuple[Slow, dict[str, Any]]) -> None:
    slow, options = server
    slow.clear()
    index = np.s_[2000:2100, 7:107]
    with rcm.open(content(large=4096)) as near, rcm.open("s3://far/large.asdf", storage_options=options) as model:
        assert np.array_equal(model.section("data", index), near.data[index])
    assert len(slow.requests) <= 8
    assert slow.size <= 3_000_000


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_forked_processes_read_while_threads_of_the_parent_read(
    server: tuple[Slow, dict[str, Any]], tmp_path: Path
) -> None:
    _, options = server
    with rcm.open(content()) as near:
        for name in ("data", "err", "dq"):
            np.save(tmp_path / f"{name}.npy", near[name])
    program = FORKED.replace("rcm.open(", "opened(").replace(
        "url, count", f"opened = lambda url: rcm.open(url, storage_options={options!r})\nurl, count", 1
    )
    command = [sys.executable, "-W", "ignore", "-c", program, "s3://far/image.asdf", "5", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert run.stdout.split() == ["0"]
