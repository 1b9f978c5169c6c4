"""Files in an S3 bucket: a real server of that protocol, on this machine."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import s3fs
from moto.server import ThreadedMotoServer

import roman_cal_models as rcm
from roman_cal_models import archive

from .catalogs import content, url_of, write_files

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Start a server with an empty bucket, and give its URL."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        _files(url).mkdir("roman")
        yield url
        server.stop()


def _files(url: str) -> Any:
    return s3fs.S3FileSystem(client_kwargs={"endpoint_url": url}, skip_instance_cache=True)


@pytest.fixture
def requests(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """Give the requests that the server answers, as they come."""
    told: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(record.getMessage())

    logger, listener = logging.getLogger("werkzeug"), Listener()
    with caplog.at_level(logging.INFO, "werkzeug"):
        logger.addHandler(listener)
        yield told
        logger.removeHandler(listener)


def test_a_file_takes_one_request_for_its_first_bytes(server: str, requests: list[str], tmp_path: Path) -> None:
    model: Any = rcm.ImageModel.create_fake_data(shape=(500, 500))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    path = model.save(tmp_path / "image.asdf", all_array_compression=None)
    _files(server).put(str(path), "roman/image.asdf")
    options = {"client_kwargs": {"endpoint_url": server}, "skip_instance_cache": True}
    url = "s3://roman/image.asdf"

    requests.clear()
    rows = archive.rows(url, storage_options=options)
    assert len(requests) == 1
    assert "GET /roman/image.asdf" in requests[0]
    assert " 206 " in requests[0]
    assert rows == archive.rows(path)
    assert rows.file == url

    requests.clear()
    assert rcm.read_header(url, storage_options=options).meta.cal_step.flat_field == "INCOMPLETE"
    assert len(requests) == 1

    with rcm.open(url, storage_options=options) as opened:
        assert opened.meta.filename == "image.asdf"
        assert opened.data.shape == (500, 500)


def test_a_file_that_is_not_there_is_named(server: str) -> None:
    options = {"client_kwargs": {"endpoint_url": server}, "skip_instance_cache": True}
    with pytest.raises(FileNotFoundError, match=r"roman/missing\.asdf"):
        archive.rows("s3://roman/missing.asdf", storage_options=options)


def test_a_bucket_is_ingested_by_one_request_a_file(
    server: str, requests: list[str], header: bytes, tmp_path: Path
) -> None:
    files = write_files(tmp_path / "files", header, 30)
    _files(server).put([str(path) for path in files], "roman/many/")
    _files(server).pipe("roman/many/bad.asdf", header[:1000])
    names = [*(path.name for path in files), "bad.asdf", "missing.asdf"]
    urls = [f"s3://roman/many/{name}" for name in names]
    options = {"client_kwargs": {"endpoint_url": server}}
    catalog = url_of(tmp_path / "catalog.db")

    for processes, counts in ((2, (30, 0)), (1, (0, 30))):
        requests.clear()
        report = archive.ingest(urls, catalog, storage_options=options, processes=processes)
        assert (report.ingested, report.unchanged) == counts
        assert {failure.file for failure in report.failures} == {*urls[-2:]}
        asked = [text for text in requests if "GET /roman/many/r" in text]
        assert len(asked) == len(files)
    assert {row["archive_file"] for row in content(catalog)["WFIExposure"]} == {*urls[:-2]}
