"""An S3 server of the tests' own, which takes its time, notes what is asked of it and refuses what it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

__all__ = ["Bucket", "serve"]

_REFUSAL = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code><Message>by the test</Message></Error>"


class Bucket:
    """A server's application, each of whose answers takes a moment; they are noted."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._now = 0
        self.delay = 0.0
        self.clear()

    def clear(self) -> None:
        """Begin to note, and refuse nothing any more."""
        self.requests: list[str] = []
        self.size = self.most_at_once = self._crowd = 0
        self._has_met = threading.Event()
        self._has_met.set()
        # gives the status and code by which a request is refused, if it is: "503 Slow Down", "SlowDown"
        self.refuse: Callable[[str], tuple[str, str] | None] = lambda request: None

    def expect(self, crowd: int) -> None:
        """Hold back the answers with content until so many are asked for at the same time.

        Where fewer ever are, they wait for two minutes, once.
        """
        self._crowd = crowd
        self._has_met.clear()

    def __call__(self, environ: Any, start: Any) -> Any:
        request = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ.get('HTTP_RANGE', '')}".rstrip()
        if "list-type" in environ["QUERY_STRING"]:
            request = request.replace("GET", "LIST")
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            if self._now >= self._crowd:
                self._has_met.set()
            self.requests.append(request)
        try:
            if request.startswith("GET") and not self._has_met.wait(120):
                self._has_met.set()
            time.sleep(self.delay)
            refused = self.refuse(request)
            if refused is None:
                answer = b"".join(self._application(environ, start))
            else:
                status, code = refused
                answer = b"" if request.startswith("HEAD") else _REFUSAL.format(code=code).encode()
                start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(answer)))])
        finally:
            with self._lock:
                self._now -= 1
        if environ["REQUEST_METHOD"] == "GET":
            self.size += len(answer)
        return [answer]


@contextmanager
def serve() -> Iterator[tuple[Bucket, dict[str, Any]]]:
    """Start a server without buckets, and give what notes its answers and the options by which it is reached."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    bucket = Bucket(DomainDispatcherApplication(create_backend_app))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        listening = make_server("127.0.0.1", 0, bucket, threaded=True)
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield bucket, {"client_kwargs": {"endpoint_url": f"http://127.0.0.1:{listening.server_port}"}}
        finally:
            # a thread that goes on keeps the process from ending
            listening.shutdown()
            thread.join()
            listening.server_close()
