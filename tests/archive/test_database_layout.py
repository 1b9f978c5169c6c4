"""Catalogues of earlier releases, brought to what the tables are now.

``data/paths_as_keys.db.xz`` was written by this package when the paths of files were the keys of every table, from five
files below ``/data/night``: three exposures, a mosaic, and one that is cut.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.database.view_marks import drop_views
from roman_cal_models.archive.database.writer import Catalog

from .catalogs import TIMES, content, url_of
from .postgresql import server

OLD = Path(__file__).with_name("data") / "paths_as_keys.db.xz"
DATABASES = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.once)]


@pytest.fixture
def before(tmp_path: Path) -> str:
    """The catalogue as it was written."""
    path = tmp_path / "before.db"
    path.write_bytes(lzma.decompress(OLD.read_bytes()))
    return url_of(path)


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with server() as url:
        yield url


@pytest.fixture(params=DATABASES)
def old(request: pytest.FixtureRequest, before: str, tmp_path: Path) -> Iterator[str]:
    """A copy of it that may be changed, in each database."""
    if request.param == "sqlite":
        path = tmp_path / "old.db"
        path.write_bytes(lzma.decompress(OLD.read_bytes()))
        yield url_of(path)
        return
    url = request.getfixturevalue("running")
    tables, rows = _everything(before)
    for table in tables.tables.values():
        for column in table.columns:
            if not isinstance(column.type, sql.CHAR):
                column.type = column.type.as_generic()
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        tables.create_all(connection)
        for name, some in rows.items():
            if some:
                connection.execute(tables.tables[name].insert(), some)
    yield url
    left = sql.MetaData()
    left.reflect(engine)
    with engine.begin() as connection:
        drop_views(connection)
    left.drop_all(engine)
    engine.dispose()


def _everything(url: str) -> tuple[sql.MetaData, dict[str, list[dict[str, Any]]]]:
    engine = sql.create_engine(url)
    tables = sql.MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        rows = {
            name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for name, table in tables.tables.items()
        }
    engine.dispose()
    return tables, rows


def _kept(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows as `content` gives them."""
    found = [{key: value for key, value in row.items() if key not in TIMES} for row in rows]
    return sorted(found, key=lambda row: str(sorted(row.items())))


def test_paths_as_keys_become_numbers_and_every_row_stays(before: str, old: str) -> None:
    _, rows = _everything(before)
    assert [len(rows[name]) for name in ("ingested_files", "WFIExposure", "WFIMosaic", "ingest_failures")] == [
        4,
        3,
        1,
        1,
    ]
    Catalog(old).close()
    found = content(old)
    assert set(found) == set(rows)
    unknown = dict.fromkeys(("rad_version", "package_version", "mapping", "size", "modified", "etag"))
    for row in rows["ingested_files"]:
        row.update(unknown)
    for name, some in rows.items():
        # RAD may have got columns since
        added = {key: None for row in found[name] for key in row} if some else {}
        assert found[name] == _kept([added | row for row in some]), name


@pytest.mark.newest_rad
def test_what_was_brought_to_it_is_what_a_new_catalogue_is(old: str, tmp_path: Path) -> None:
    Catalog(old).close()
    Catalog(url_of(tmp_path / "new.db")).close()
    found, new = (_shape(url) for url in (old, url_of(tmp_path / "new.db")))
    assert found == new
    Catalog(old).close()
    assert _shape(old) == new


def _shape(url: str) -> dict[str, Any]:
    """Return the columns of each table, and what its keys and indexes are of."""
    engine = sql.create_engine(url)
    found: Any = sql.inspect(engine)
    shape = {
        name: (
            {column["name"] for column in found.get_columns(name)},
            found.get_pk_constraint(name)["constrained_columns"],
            [(key["referred_table"], key["referred_columns"]) for key in found.get_foreign_keys(name)],
            sorted(key["column_names"] for key in found.get_unique_constraints(name)),
            sorted(index["column_names"] for index in found.get_indexes(name) if not index["unique"]),
        )
        for name in found.get_table_names()
    }
    engine.dispose()
    return shape


def test_what_only_the_old_tables_have_is_kept(old: str) -> None:
    engine = sql.create_engine(old)
    with engine.begin() as connection:
        connection.exec_driver_sql('ALTER TABLE "WFIExposure" ADD retired VARCHAR(5)')
        connection.exec_driver_sql("UPDATE \"WFIExposure\" SET retired = 'once'")
    engine.dispose()
    Catalog(old).close()
    assert [row["retired"] for row in content(old)["WFIExposure"]] == ["once"] * 3


def test_it_is_brought_to_it_whole_or_not_at_all(old: str) -> None:
    engine = sql.create_engine(old)
    with engine.begin() as connection:
        # which is in the way of the last table, when the others have their new names
        connection.exec_driver_sql("CREATE TABLE before_archive_id_ingest_problems (x INTEGER)")
    _, rows = _everything(old)
    with pytest.raises(rcm.CatalogError, match="before_archive_id_ingest_problems"):
        Catalog(old)
    assert _everything(old)[1] == rows
    engine.dispose()


def test_its_files_are_ingested_anew_under_the_same_numbers(header: bytes, tmp_path: Path, old: str) -> None:
    path = tmp_path / "r.asdf"
    path.write_bytes(header)
    engine = sql.create_engine(old)
    with engine.begin() as connection:
        for name in ("ingested_files", "WFIExposure", "ScienceRefData", "ingest_problems"):
            statement = f"UPDATE \"{name}\" SET archive_file = '{path}' WHERE archive_file = '/data/night/r0001.asdf'"
            connection.exec_driver_sql(statement)
    with Catalog(old) as catalog:
        number = catalog.known([str(path)])[str(path)].id
    report = archive.ingest(path, old)
    assert (report.ingested, report.replaced) == (0, 1)
    with Catalog(old) as catalog:
        known = catalog.known([str(path)])[str(path)]
    assert known.id == number
    assert known.made_by.rad_version is not None
    assert len(content(old)["WFIExposure"]) == 3
    engine.dispose()


def test_an_index_that_an_early_catalogue_lacks_is_made(tmp_path: Path) -> None:
    url = url_of(tmp_path / "catalog.db")
    Catalog(url).close()
    expected = _shape(url)
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql('DROP INDEX "ix_WFIExposure_filename"')
    engine.dispose()
    assert _shape(url) != expected
    Catalog(url).close()
    assert _shape(url) == expected


def test_a_file_that_had_many_names_keeps_its_newest_rows(tmp_path: Path, old: str) -> None:
    folder = tmp_path.resolve() / "real"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    engine = sql.create_engine(old)
    names = {
        # one that also has its proper name, which is older; one whose names are all others; one with one other name
        "/data/night/mosaic.asdf": (f"{folder}/a.asdf", 1),
        "/data/night/r0000.asdf": (f"{tmp_path}/link/a.asdf", 2),
        "/data/night/r0001.asdf": (f"file://{folder}/b.asdf", 3),
        "/data/night/r0002.asdf": (f"{tmp_path}/link/b.asdf", 4),
    }
    with engine.begin() as connection:
        for name in ("ingested_files", "WFIExposure", "WFIMosaic", "ScienceRefData", "ingest_problems"):
            for before, (after, _) in names.items():
                statement = f"UPDATE \"{name}\" SET archive_file = '{after}' WHERE archive_file = '{before}'"
                connection.exec_driver_sql(statement)
        for after, day in names.values():
            statement = f"UPDATE ingested_files SET ingested = '2026-01-0{day} 00:00:00.000000'"
            connection.exec_driver_sql(f"{statement} WHERE archive_file = '{after}'")
        connection.exec_driver_sql(f"UPDATE ingest_failures SET archive_file = 'file://{folder}/c.asdf'")
    _, rows = _everything(old)
    Catalog(old).close()
    found = content(old)
    assert [row["archive_file"] for row in found["ingested_files"]] == [f"{folder}/a.asdf", f"{folder}/b.asdf"]
    newest = [names[f"/data/night/r000{number}.asdf"][0] for number in (0, 2)]
    expected = [row["detector"] for name in newest for row in rows["WFIExposure"] if row["archive_file"] == name]
    assert [row["detector"] for row in sorted(found["WFIExposure"], key=lambda row: row["archive_file"])] == expected
    assert (found["WFIMosaic"], found["ingest_failures"]) == ([], [])
    engine.dispose()


# -- columns of other types ------------------------------------------------------------------------------------------


def _types(url: str) -> dict[str, str]:
    engine = sql.create_engine(url)
    found: Any = sql.inspect(engine)
    types = {column["name"]: str(column["type"]) for column in found.get_columns("WFIExposure")}
    engine.dispose()
    return types


@pytest.fixture
def changed(running: str) -> Iterator[tuple[str, Any]]:
    """An empty catalogue in PostgreSQL, and a connection to change it by."""
    Catalog(running).close()
    engine = sql.create_engine(running, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield running, connection
        connection.exec_driver_sql("DROP VIEW IF EXISTS names")
    archive.tables().drop_all(engine)
    engine.dispose()


@pytest.mark.once
def test_what_rad_has_widened_is_widened(changed: tuple[str, Any], header: bytes, tmp_path: Path) -> None:
    url, connection = changed
    drop_views(connection)
    expected = _types(url)
    narrow = {
        "filename": "VARCHAR(3)",
        "exposure_time": "INTEGER",
        "exposure_nresultants": "SMALLINT",
        "origin": "CHAR(1)",
    }
    assert {name: kind for name, kind in narrow.items() if expected[name] == kind} == {}
    for name, kind in narrow.items():
        connection.exec_driver_sql(f'ALTER TABLE "WFIExposure" ALTER {name} TYPE {kind}')
    path = tmp_path / "r.asdf"
    path.write_bytes(header)
    assert archive.ingest(path, url).ingested == 1
    assert _types(url) == expected


@pytest.mark.once
def test_what_is_wider_or_of_another_kind_or_needed_is_left_and_told(changed: tuple[str, Any]) -> None:
    url, connection = changed
    drop_views(connection)
    connection.exec_driver_sql('ALTER TABLE "WFIExposure" ALTER detector TYPE VARCHAR(300)')
    connection.exec_driver_sql('ALTER TABLE "WFIExposure" ALTER exposure_time TYPE TEXT')
    connection.exec_driver_sql('ALTER TABLE "WFIExposure" ALTER filename TYPE VARCHAR(3)')
    connection.exec_driver_sql('CREATE VIEW names AS SELECT filename FROM "WFIExposure"')
    before = _types(url)
    with pytest.warns(rcm.CatalogWarning) as caught:
        Catalog(url).close()
    told = sorted(str(each.message).partition(":")[0] for each in caught)
    assert told == [
        "WFIExposure.detector is left as VARCHAR(300); RAD makes it VARCHAR(16) now",
        "WFIExposure.exposure_time is left as TEXT; RAD makes it DOUBLE PRECISION now",
        "WFIExposure.filename is left as VARCHAR(3); RAD makes it VARCHAR(120) now",
        "there will be no view obscore",
    ]
    assert _types(url) == before
