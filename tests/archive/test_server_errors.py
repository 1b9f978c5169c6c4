"""What errors of servers are about."""

from __future__ import annotations

import pickle
import socket
import time
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, NoCredentialsError
from fsspec.exceptions import FSTimeoutError

import roman_cal_models as rcm
from roman_cal_models.archive.files.server_errors import ServerError, kind_of, patiently


def _led_to(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def _client_error(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")


class _Answer(Exception):
    """As gcsfs and aiohttp have them."""

    def __init__(self, status: int) -> None:
        self.status = status


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NoCredentialsError(), "refused"),
        (_led_to(PermissionError("no"), _client_error("InvalidAccessKeyId", 403)), "refused"),
        (_led_to(FileNotFoundError("no"), _client_error("NoSuchBucket", 404)), "refused"),
        (_led_to(FileNotFoundError("no"), _client_error("NoSuchKey", 404)), "file"),
        (_led_to(PermissionError("no"), _client_error("AccessDenied", 403)), "file"),
        (EndpointConnectionError(endpoint_url="http://x"), "unreachable"),
        (ConnectTimeoutError(endpoint_url="http://x"), "unreachable"),
        (_led_to(OSError("no"), socket.gaierror("no")), "unreachable"),
        (ConnectionRefusedError("no"), "unreachable"),
        (_led_to(OSError("no"), _client_error("SlowDown", 503)), "passing"),
        (_led_to(_led_to(OSError("no"), OSError("no")), _client_error("SomethingNew", 503)), "passing"),
        (ConnectionResetError("no"), "passing"),
        (FSTimeoutError(), "passing"),
        (TimeoutError(), "passing"),
        (_Answer(429), "passing"),
        (_Answer(404), "file"),
        (FileNotFoundError("no"), "file"),
        (rcm.NotAsdfError("x", "no"), "file"),
    ],
)
def test_errors_are_of_a_kind(error: Exception, kind: str) -> None:
    assert kind_of(error) == kind


class _Server:
    """Raises some errors, and then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = [*errors]
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        if self.errors:
            raise self.errors.pop(0)
        return "answer"


@pytest.fixture(autouse=True)
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give for how long was waited, without that."""
    found: list[float] = []
    _set_clock(monkeypatch, sleep=found.append, monotonic=time.monotonic)
    return found


def _set_clock(monkeypatch: pytest.MonkeyPatch, **functions: Any) -> None:
    """Have the module, and no other thread of this process, take functions of this for those of `time`."""
    monkeypatch.setattr("roman_cal_models.archive.files.server_errors.time", SimpleNamespace(**functions))


def test_what_passes_is_tried_again_after_ever_longer_times(waited: list[float]) -> None:
    server = _Server(ConnectionResetError(), TimeoutError(), _client_error("SlowDown"))
    assert patiently(server, "s3://a/b") == "answer"
    assert server.asked == 4
    assert waited == sorted(waited)
    assert len(waited) == 3


def test_patience_has_an_end(waited: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    server = _Server(*[ConnectionResetError()] * 9)
    with pytest.raises(ConnectionResetError):
        patiently(server, "s3://a/b")
    assert server.asked == 4
    # what took long has tried by itself
    _set_clock(monkeypatch, sleep=waited.append, monotonic=iter(range(0, 1000, 40)).__next__)
    server = _Server(*[ConnectionResetError()] * 9)
    with pytest.raises(ConnectionResetError):
        patiently(server, "s3://a/b")
    assert server.asked == 1


def test_what_is_of_the_file_is_asked_for_once() -> None:
    server = _Server(FileNotFoundError("no"))
    with pytest.raises(FileNotFoundError):
        patiently(server, "s3://a/b")
    assert server.asked == 1


@pytest.mark.parametrize(("error", "asked"), [(NoCredentialsError(), 1), (ConnectionRefusedError("no\none"), 4)])
def test_what_is_of_the_server_is_one_line(error: Any, asked: int) -> None:
    server = _Server(*[error] * 9)
    with pytest.raises(ServerError) as caught:
        patiently(server, "s3://a/b")
    assert server.asked == asked
    (line,) = str(caught.value).splitlines()
    assert line.startswith("s3://a/b: ")
    # it comes from another process
    assert str(pickle.loads(pickle.dumps(caught.value))) == line
    assert isinstance(caught.value, rcm.CatalogError)
