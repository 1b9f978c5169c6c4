"""The catalogue in PostgreSQL, in a server that the tests start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sql

import roman_cal_models as rcm
from roman_cal_models import archive

from .catalogs import bad_files, content, url_of, write_files
from .postgresql import server

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
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP VIEW IF EXISTS obscore")
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


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(rcm.CatalogError, match=r"postgresql\+psycopg://test@/postgres"):
        archive.ingest([], f"postgresql+psycopg://test@/postgres?host={tmp_path}")
