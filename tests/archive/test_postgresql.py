"""The catalogue in PostgreSQL, in a server that the tests start."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sql

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.database.writer import Catalog

from .catalogs import bad_files, content, url_of, write_files
from .postgresql import restart, server

pytestmark = pytest.mark.once

pytest.importorskip("psycopg", reason="psycopg is not installed")


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    with server() as url:
        yield url


@pytest.fixture
def url(running: str) -> Iterator[str]:
    """The URL of a database without tables."""
    yield running
    engine = sql.create_engine(running)
    archive.tables().drop_all(engine)
    engine.dispose()


@pytest.fixture
def folder(header: bytes, tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    write_files(folder, header, 12)
    for name, (text, _) in bad_files(header).items():
        (folder / f"{name}.asdf").write_bytes(text)
    return folder


def test_it_holds_what_sqlite_holds(folder: Path, header: bytes, tmp_path: Path, url: str) -> None:
    (folder / "odd.asdf").write_bytes(header.replace(b"detector: WFI01", b'detector: "WFI\\0"', 1))
    for _ in range(2):
        here, there = (archive.ingest(folder, each, batch=5) for each in (url_of(tmp_path / "catalog.db"), url))
        assert there == here
        assert content(url) == content(url_of(tmp_path / "catalog.db"))
        # the second time, some are replaced and some no longer fail
        write_files(folder, header, 12, seed=1)
        (folder / "truncated.asdf").write_bytes(header)
    assert (there.ingested, there.unchanged + there.replaced) == (1, 13)
    assert there.replaced > 0


def test_many_may_ingest_the_same_files_at_once(folder: Path, tmp_path: Path, url: str) -> None:
    reports: list[archive.Report] = []
    threads = [
        Thread(target=lambda: reports.append(archive.ingest(folder, url, batch=2, processes=1))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.ingested for report in reports) == 12
    assert sum(report.unchanged for report in reports) == 36
    archive.ingest(folder, url_of(tmp_path / "catalog.db"))
    assert content(url) == content(url_of(tmp_path / "catalog.db"))


@pytest.mark.parametrize("remade", [False, True], ids=["", "after another release"])
def test_what_is_gone_or_has_moved_is_found_as_in_sqlite(header: bytes, tmp_path: Path, url: str, remade: bool) -> None:
    folder = tmp_path / "a_b%"
    files = write_files(folder, header, 8)
    for number, path in enumerate(files):
        path.write_bytes(header.replace(b"detector: WFI01", b"detector: WFI%02d" % (number + 1), 1))
    (folder / "bad.asdf").write_bytes(b"")
    for each in (url, url_of(tmp_path / "catalog.db")):
        archive.ingest(folder, each)
        if remade:
            engine = sql.create_engine(each)
            with engine.begin() as connection:
                connection.exec_driver_sql(
                    "UPDATE ingested_files SET rad_version = '1.0.9', content = substr(content, 1, 40)"
                )
            engine.dispose()
    files[0].unlink()
    files[1].rename(folder / "Ünicode.asdf")
    (folder / "bad.asdf").unlink()
    there, here = (
        archive.ingest(folder, each, prune=True, trust="mtime") for each in (url, url_of(tmp_path / "catalog.db"))
    )
    assert there == here
    assert (there.missing, there.pruned, there.renamed) == ((str(files[0]),), 1, 1)
    assert content(url) == content(url_of(tmp_path / "catalog.db"))
    assert content(url)["ingest_failures"] == []


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(rcm.CatalogError, match=r"postgresql\+psycopg://test@/postgres"):
        archive.ingest([], f"postgresql+psycopg://test@/postgres?host={tmp_path}")


def test_a_server_that_is_started_again_is_found_again(folder: Path, tmp_path: Path, url: str) -> None:
    files = sorted(folder.glob("r*.asdf"))

    def names() -> Iterator[Path]:
        for number, path in enumerate(files):
            if number in (3, 8):
                restart(url)
            yield path

    report = archive.ingest(names(), url, processes=1, batch=2)
    assert (report.ingested, report.unchanged, report.failed) == (12, 0, 0)
    archive.ingest(files, url_of(tmp_path / "catalog.db"))
    assert content(url) == content(url_of(tmp_path / "catalog.db"))


def test_a_server_that_stays_away_is_told_in_one_line(
    folder: Path, url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("roman_cal_models.archive.database.connection.persistently.__kwdefaults__", {"waits": (0.1,)})
    socket = next(Path(url.partition("?host=")[2]).glob(".s.PGSQL.*"))
    hidden = socket.with_name("hidden")
    with Catalog(url) as catalog:
        engine = sql.create_engine(url, isolation_level="AUTOCOMMIT")
        others = "FROM pg_stat_activity WHERE usename = 'test' AND pid <> pg_backend_pid()"
        with engine.connect() as connection:
            # they are only told to end, and may still answer
            while connection.exec_driver_sql(f"SELECT pg_terminate_backend(pid) {others}").all():
                time.sleep(0.01)
        engine.dispose()
        socket.rename(hidden)
        try:
            with pytest.raises(rcm.CatalogError) as caught:
                catalog.known(["/a.asdf"])
        finally:
            hidden.rename(socket)
        assert catalog.known(["/a.asdf"]) == {}
    text = str(caught.value)
    assert text.startswith("postgresql+psycopg://test@/postgres")
    assert text.endswith("it was tried 2 times")
    assert "\n" not in text


def test_a_value_that_it_refuses_is_null_and_told(folder: Path, tmp_path: Path, url: str) -> None:
    files = sorted(folder.glob("r*.asdf"))
    archive.ingest(files, url)
    expected = content(url)
    archive.ingest(files[0], url, force=True)  # and so changes nothing
    assert content(url) == expected
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        for name in ("WFIExposure", "ScienceRefData", "ingest_problems", "ingested_files"):
            connection.exec_driver_sql(f'DELETE FROM "{name}"')
        connection.exec_driver_sql("ALTER TABLE \"WFIExposure\" ADD CHECK (detector <> 'WFI02')")
        connection.exec_driver_sql(
            'ALTER TABLE "WFIExposure" ADD CHECK (length(optical_element) + length(detector) < 2)'
        )
    engine.dispose()
    report = archive.ingest(files, url, batch=5)
    assert (report.ingested, report.failed) == (12, 0)
    found = content(url)
    told = {
        (row["archive_file"], row["column_name"], row["path"])
        for row in found["ingest_problems"]
        if "check constraint" in row["reason"]
    }
    paths = {"detector": "meta.instrument.detector", "optical_element": "meta.instrument.optical_element"}
    lost = set()
    for wanted in expected["WFIExposure"]:
        (row,) = (row for row in found["WFIExposure"] if row["archive_file"] == wanted["archive_file"])
        columns = {column for column in row if row[column] != wanted[column]}
        # of two that do not go together, one is enough
        assert columns == ({"detector"} if wanted["detector"] == "WFI02" else {"optical_element"})
        lost |= {(row["archive_file"], column, paths[column]) for column in columns}
    assert told == lost
