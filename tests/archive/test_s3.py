"""Files in an S3 bucket: a real server of that protocol, on this machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import s3fs

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.files import server_errors
from roman_cal_models.archive.files.listing import Listing
from roman_cal_models.archive.reading import file_reader
from roman_cal_models.archive.reading.file_reader import AT_ONCE
from tests.buckets import Bucket, serve

from .catalogs import content, url_of, write_files

pytestmark = pytest.mark.once

Server = tuple[Bucket, dict[str, Any]]


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    """Start a server with an empty bucket, and give it and the options by which it is reached."""
    with serve() as (bucket, options):
        s3fs.S3FileSystem(**options, skip_instance_cache=True).mkdir("roman")
        yield bucket, options


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """Give the server with an empty bucket, which has noted nothing yet."""
    bucket, options = running
    bucket.delay = 0.0
    bucket.clear()
    yield bucket, options
    bucket.delay = 0.0
    bucket.clear()
    files = _system(running)
    for path in files.find("roman"):
        files.rm(path)


def _system(server: Server) -> Any:
    return s3fs.S3FileSystem(**server[1], skip_instance_cache=True)


def _fill(server: Server, **files: bytes) -> None:
    """Put objects into the bucket, by their keys without ``.asdf``."""
    _system(server).pipe({f"roman/{key}.asdf": text for key, text in files.items()})
    server[0].clear()


def _names(server: Server, paths: Any) -> list[str]:
    return [each.name for each in Listing(paths, server[1]) if not isinstance(each, archive.Failure)]


def _counts(report: archive.Report) -> tuple[int, int, int, int]:
    return report.ingested, report.unchanged, report.replaced, report.failed


# -- requests --------------------------------------------------------------------------------------------------------


def test_a_file_takes_one_request_for_its_first_bytes(server: Server, tmp_path: Path) -> None:
    bucket, options = server
    model: Any = rcm.ImageModel.create_fake_data(shape=(500, 500))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    path = model.save(tmp_path / "image.asdf", all_array_compression=None)
    _fill(server, image=path.read_bytes())
    url = "s3://roman/image.asdf"

    rows = archive.rows(url, storage_options=options)
    assert bucket.requests == ["GET /roman/image.asdf bytes=0-65535"]
    assert rows == archive.rows(path)
    assert rows.file == url

    bucket.clear()
    assert rcm.read_header(url, storage_options=options).meta.cal_step.flat_field == "INCOMPLETE"
    assert len(bucket.requests) == 1

    with rcm.open(url, storage_options=options) as opened:
        assert opened.meta.filename == "image.asdf"
        assert opened.data.shape == (500, 500)


def test_a_file_that_is_not_there_is_named(server: Server) -> None:
    with pytest.raises(FileNotFoundError, match=r"roman/missing\.asdf"):
        archive.rows("s3://roman/missing.asdf", storage_options=server[1])


def test_files_take_one_request_each_and_long_headers_two(server: Server, header: bytes, tmp_path: Path) -> None:
    bucket, options = server
    files = {path.stem: path.read_bytes() for path in write_files(tmp_path / "files", header, 30)}
    line = header.index(b"\n", header.index(b"--- !core/asdf")) + 1
    long = header[:line] + b"padding: [" + b"'" + b"x" * 500_000 + b"']\n" + header[line:]
    _fill(server, **files, bad=header[:1000], long=long)
    names = [*files, "bad", "long", "missing"]
    urls = [f"s3://roman/{name}.asdf" for name in names]
    catalog = url_of(tmp_path / "catalog.db")

    for processes, counts in ((2, (31, 0)), (1, (0, 31))):
        bucket.clear()
        report = archive.ingest(urls, catalog, storage_options=options, processes=processes)
        assert (report.ingested, report.unchanged) == counts
        assert {failure.file for failure in report.failures} == {urls[-3], urls[-1]}
        asked = {name: sum(f"/{name}.asdf" in text for text in bucket.requests) for name in names}
        assert asked == dict.fromkeys([*files, "missing", "bad"], 1) | {"long": 2}
        assert len(bucket.requests) == sum(asked.values())
    assert {row["archive_file"] for row in content(catalog)["WFIExposure"]} == {*urls[:30], urls[31]}


def test_many_files_are_asked_for_at_the_same_time(server: Server, header: bytes, tmp_path: Path) -> None:
    bucket, options = server
    _fill(server, **{f"n/r{number:03}": header for number in range(80)})
    bucket.expect(21)
    report = archive.ingest("s3://roman/n/", url_of(tmp_path / "c.db"), storage_options=options, processes=1)
    assert report.ingested == 80
    assert 20 < bucket.most_at_once <= AT_ONCE


def test_the_limits_that_are_set_hold_for_all_of_them(server: Server, header: bytes, tmp_path: Path) -> None:
    _fill(server, a=header, b=header)
    with rcm.config(header_max_bytes=1000):
        report = archive.ingest("s3://roman/", url_of(tmp_path / "c.db"), storage_options=server[1])
    assert _counts(report) == (0, 0, 0, 2)
    assert all("header_max_bytes" in failure.reason for failure in report.failures)


# -- listing ---------------------------------------------------------------------------------------------------------


def test_prefixes_and_patterns_are_listed(server: Server) -> None:
    keys = ["n/a", "n/d/b", "night/x", "n+/y", "n/d/e/c"]
    _fill(server, **dict.fromkeys(keys, b""))
    _system(server).pipe({"roman/n/c.txt": b"", "roman/n/UP.ASDF": b"", "roman/n/folder.asdf/": b""})
    below = ["UP.ASDF", "a.asdf", "d/b.asdf", "d/e/c.asdf"]
    for url in ("s3://roman/n", "s3://roman/n/"):
        assert _names(server, url) == [f"s3://roman/n/{name}" for name in below]
    assert len(_names(server, "s3://roman")) == len(_names(server, "s3://roman/")) == 6
    assert _names(server, "s3://roman/n/*.asdf") == ["s3://roman/n/a.asdf"]
    assert _names(server, "s3://roman/n*/?.asdf") == [f"s3://roman/{name}.asdf" for name in ("n+/y", "n/a", "night/x")]
    assert _names(server, "s3://roman/n/**/[bc].asdf") == [f"s3://roman/n/d/{name}.asdf" for name in ("b", "e/c")]
    assert [str(each) for each in Listing("s3://roman/none/", server[1])] == ["s3://roman/none/: nothing is there"]


def test_a_pattern_of_one_folder_is_not_looked_for_below_it(server: Server) -> None:
    bucket, _ = server
    _fill(server, **{f"n/{number}/deep": b"" for number in range(5)}, **{"n/a": b""})
    assert _names(server, "s3://roman/n/*.asdf") == ["s3://roman/n/a.asdf"]
    assert bucket.requests == ["LIST /roman"]


def test_a_prefix_is_listed_page_by_page_while_its_files_are_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")
    bucket, options = server
    _fill(server, **{f"n/{number:03}": b"" for number in range(95)})
    files = iter(Listing("s3://roman/n/", options))
    first = next(files)
    time.sleep(0.1)
    # this page, and the next one, which is on its way
    assert len(bucket.requests) <= 2
    names = [each.name for each in [first, *files]]  # type: ignore[union-attr]
    assert names == [f"s3://roman/n/{number:03}.asdf" for number in range(95)]
    assert bucket.requests == ["LIST /roman"] * 10


def test_a_listing_that_breaks_off_removes_nothing(
    server: Server, header: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    bucket, options = server
    catalog = url_of(tmp_path / "c.db")
    _fill(server, **{f"n/{number}": header for number in range(6)})
    archive.ingest("s3://roman/n/", catalog, storage_options=options)
    _system(server).rm("roman/n/5.asdf")
    bucket.clear()
    bucket.refuse = lambda request: (
        ("403 Forbidden", "AccessDenied") if "LIST" in request and bucket.requests.count(request) > 2 else None
    )
    report = archive.ingest("s3://roman/n/", catalog, storage_options=options, prune="force")
    assert (report.unchanged, report.gone, report.failed) == (4, 0, 1)
    bucket.clear()
    report = archive.ingest("s3://roman/n/", catalog, storage_options=options, prune=True)
    assert (report.unchanged, report.pruned, report.missing) == (5, 1, ("s3://roman/n/5.asdf",))
    assert content(catalog)["ingest_failures"] == []


# -- unchanged and moved files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("trust", ["etag", "mtime"])
def test_what_is_unchanged_is_told_by_the_listing(
    trust: Any, server: Server, header: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_reader, "_TICK", -(10**12))
    bucket, options = server
    catalog = url_of(tmp_path / "c.db")
    other = header.replace(b"detector: WFI01", b"detector: WFI17", 1)
    _fill(server, **{f"n/{number}": header for number in range(4)})
    archive.ingest("s3://roman/n/", catalog, storage_options=options)
    time.sleep(1.1)
    _fill(server, **{"n/1": other, "n/new": header})
    report = archive.ingest("s3://roman/n/", catalog, storage_options=options, trust=trust)
    assert _counts(report) == (1, 3, 1, 0)
    # several at a time, in any order
    assert sorted(text for text in bucket.requests if "LIST" not in text) == [
        f"GET /roman/n/{name}.asdf bytes=0-65535" for name in ("1", "new")
    ]
    bucket.clear()
    report = archive.ingest("s3://roman/n/*", catalog, storage_options=options, trust=trust)
    assert _counts(report) == (0, 5, 0, 0)
    assert bucket.requests == ["LIST /roman"]


def test_what_moved_and_what_is_gone_is_told(server: Server, header: bytes, tmp_path: Path) -> None:
    _, options = server
    catalog = url_of(tmp_path / "c.db")
    texts = [header.replace(b"detector: WFI01", b"detector: WFI%02d" % (number + 1), 1) for number in range(4)]
    _fill(server, **{f"n/{number}": text for number, text in enumerate(texts)})
    archive.ingest("s3://roman/n/", catalog, storage_options=options)
    files = _system(server)
    files.mv("roman/n/1.asdf", "roman/n/deep/1.asdf")
    files.rm("roman/n/2.asdf")
    report = archive.ingest("s3://roman/n", catalog, storage_options=options, prune=True)
    assert report.moved == (("s3://roman/n/1.asdf", "s3://roman/n/deep/1.asdf"),)
    assert (report.missing, report.pruned) == (("s3://roman/n/2.asdf",), 1)
    assert {row["archive_file"] for row in content(catalog)["WFIExposure"]} == {
        f"s3://roman/n/{name}.asdf" for name in ("0", "deep/1", "3")
    }


def test_a_list_in_a_bucket_names_files(server: Server, header: bytes, tmp_path: Path) -> None:
    _, options = server
    _fill(server, a=header, b=header)
    _system(server).pipe("roman/list.txt", b"# two\ns3://roman/a.asdf\ns3://roman/b.asdf\n")
    listed = archive.manifest("s3://roman/list.txt", options)
    assert archive.ingest(listed, url_of(tmp_path / "c.db"), storage_options=options).ingested == 2


# -- errors ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait long before asking again."""
    monkeypatch.setattr(server_errors, "_WAITS", (0.01, 0.01, 0.01))


@pytest.mark.parametrize("processes", [1, 2])
def test_a_server_that_refuses_us_ends_the_run(server: Server, header: bytes, tmp_path: Path, processes: int) -> None:
    bucket, options = server
    _fill(server, **{f"n/{number:03}": header for number in range(600)})
    bucket.refuse = lambda request: None if "LIST" in request else ("403 Forbidden", "InvalidAccessKeyId")
    with pytest.raises(rcm.CatalogError, match=r"^s3://roman/n/\d*\.asdf: by the test$"):
        archive.ingest("s3://roman/n/", url_of(tmp_path / "c.db"), storage_options=options, processes=processes)
    # whoever reads has been given no more than the files that it reads at once, and as many that come next, which are a
    # piece; each process has three
    pieces = 1 if processes == 1 else 3 * processes
    assert sum("LIST" not in request for request in bucket.requests) <= pieces * 2 * AT_ONCE
    bucket.refuse = lambda request: ("403 Forbidden", "ExpiredToken")
    for paths in ("s3://roman/n/", "s3://roman/n", "s3://roman/*.asdf"):
        with pytest.raises(rcm.CatalogError, match=r"^s3://roman"):
            archive.ingest(paths, url_of(tmp_path / "c.db"), storage_options=options)


def test_a_bucket_that_is_not_there_ends_the_run(server: Server, tmp_path: Path) -> None:
    for paths in ("s3://none/n/", "s3://none/*", ["s3://none/a.asdf"]):
        with pytest.raises(rcm.CatalogError, match="bucket does not exist"):
            archive.ingest(paths, url_of(tmp_path / "c.db"), storage_options=server[1])


def test_a_file_that_we_may_not_read_is_a_failure_of_its_own(server: Server, header: bytes, tmp_path: Path) -> None:
    bucket, options = server
    _fill(server, **{f"n/{number}": header for number in range(4)})
    bucket.refuse = lambda request: ("403 Forbidden", "AccessDenied") if "n/2" in request else None
    report = archive.ingest("s3://roman/n/", url_of(tmp_path / "c.db"), storage_options=options)
    assert _counts(report) == (3, 0, 0, 1)
    assert report.failures[0].file == "s3://roman/n/2.asdf"


@pytest.mark.usefixtures("waits")
def test_no_server_ends_the_run(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(server_errors._PATIENCE, "unreachable", 0)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    options = {"client_kwargs": {"endpoint_url": "http://127.0.0.1:9"}}
    for paths in (["s3://roman/a.asdf", "s3://roman/b.asdf"], "s3://roman/n/"):
        with pytest.raises(rcm.CatalogError, match="Could not connect"):
            archive.ingest(paths, url_of(tmp_path / "c.db"), storage_options=options)


def test_without_credentials_the_run_ends(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    options = {**server[1], "skip_instance_cache": True}
    for paths in (["s3://roman/a.asdf", "s3://roman/b.asdf"], "s3://roman/n/"):
        with pytest.raises(rcm.CatalogError, match="credentials"):
            archive.ingest(paths, url_of(tmp_path / "c.db"), storage_options=options)


def test_what_passes_is_tried_again(server: Server, header: bytes, tmp_path: Path) -> None:
    bucket, options = server
    _fill(server, **{f"n/{number}": header for number in range(4)})
    seen: set[str] = set()

    def once(request: str) -> tuple[str, str] | None:
        if request in seen:
            return None
        seen.add(request)
        return "503 Slow Down", "SlowDown"

    bucket.refuse = once
    report = archive.ingest("s3://roman/n/", url_of(tmp_path / "c.db"), storage_options=options)
    assert _counts(report) == (4, 0, 0, 0)
    assert len(seen) == 5
