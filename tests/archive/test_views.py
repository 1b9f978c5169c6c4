"""Views, indexes and comments: what a person finds in the database itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sql
import sqlglot

from roman_cal_models import archive
from roman_cal_models.archive.database.stored_views import create_views
from roman_cal_models.archive.database.view_marks import drop_views
from roman_cal_models.archive.database.writer import Catalog
from roman_cal_models.archive.definitions import products
from roman_cal_models.archive.definitions.products import tables_of
from roman_cal_models.schema import installed

from .catalogs import url_of, write_files
from .postgresql import server

# those of a newer RAD have no view
FAMILIES = [family for family in products.FAMILIES if installed().store.versions(family)]

DATABASES = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.once)]


@pytest.fixture(scope="module")
def running() -> Iterator[str]:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with server() as url:
        yield url


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sql.Engine]:
    """A catalogue without files."""
    url = url_of(tmp_path / "catalog.db") if request.param == "sqlite" else request.getfixturevalue("running")
    Catalog(url).close()
    engine = sql.create_engine(url)
    yield engine
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP VIEW IF EXISTS tonight")
    # which drops the views before the tables that they need
    archive.tables().drop_all(engine)
    assert sql.inspect(engine).get_view_names() == []
    engine.dispose()


def view_columns(engine: sql.Engine, name: str) -> list[str]:
    return [column["name"] for column in sql.inspect(engine).get_columns(name)]


def test_there_is_a_view_of_each_family(engine: sql.Engine) -> None:
    assert set(sql.inspect(engine).get_view_names()) == {"obscore", *(f"{family}_files" for family in FAMILIES)}
    for family in ("wfi_image", "wfi_mosaic", "tvac"):
        found = archive.columns(family)
        tables = tables_of(found[0].schema_uri) or tables_of(
            f"asdf://stsci.edu/datamodels/roman/schemas/{family}-1.0.0"
        )
        wanted = {column.column for column in found if column.table in tables and "[]" not in column.path}
        assert {"archive_id", "archive_file", *wanted} == set(view_columns(engine, f"{family}_files"))


def test_a_view_has_the_files_of_its_family(engine: sql.Engine, header: bytes, tmp_path: Path) -> None:
    paths = write_files(tmp_path / "files", header, 2)
    other = tmp_path / "files" / "other.asdf"
    other.write_bytes(header.replace(b"/tags/wfi_image-", b"/tags/ramp-"))
    archive.ingest([*paths, other], engine.url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT * FROM wfi_image_files ORDER BY archive_id").mappings().all()
        assert connection.exec_driver_sql("SELECT archive_file FROM ramp_files").scalars().all() == [str(other)]
        assert connection.exec_driver_sql("SELECT * FROM wfi_mosaic_files").all() == []
    assert [row["archive_file"] for row in found] == [str(path) for path in paths]
    rows = archive.rows(paths[0])
    for name in ("detector", "exposure_time"):
        assert found[0][name] == rows["WFIExposure"][name]
    assert found[0]["s_flat_field"] == rows["ScienceRefData"]["s_flat_field"]


def test_what_an_existing_catalogue_lacks_is_added(engine: sql.Engine) -> None:
    wanted = view_columns(engine, "wfi_image_files")
    with engine.begin() as connection:
        drop_views(connection)
        connection.exec_driver_sql('DROP INDEX "ix_WFIExposure_detector"')
        connection.exec_driver_sql('ALTER TABLE "WFIExposure" DROP COLUMN image_median')
        # as an older release has left it
        mark = "roman_cal_models 0123456789abcdef"
        connection.exec_driver_sql(f'CREATE VIEW wfi_image_files AS SELECT archive_id FROM "WFIExposure" /* {mark} */')
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"COMMENT ON VIEW wfi_image_files IS '{mark}'")
        # that of somebody else
        connection.exec_driver_sql("CREATE VIEW tonight AS SELECT 1 AS one")
    Catalog(engine.url.render_as_string(hide_password=False)).close()
    assert view_columns(engine, "wfi_image_files") == wanted
    assert "ix_WFIExposure_detector" in {index["name"] for index in sql.inspect(engine).get_indexes("WFIExposure")}
    assert view_columns(engine, "tonight") == ["one"]


def test_views_do_not_keep_a_column_from_being_widened(engine: sql.Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite takes text of any length")
    with engine.begin() as connection:
        drop_views(connection)
        connection.exec_driver_sql('ALTER TABLE "WFIExposure" ALTER COLUMN detector TYPE varchar(5)')
        create_views(connection, archive.tables())
    wanted = view_columns(engine, "wfi_image_files")
    Catalog(engine.url.render_as_string(hide_password=False)).close()
    lengths = {each["name"]: each["type"] for each in sql.inspect(engine).get_columns("WFIExposure")}
    assert lengths["detector"].length == archive.tables().tables["WFIExposure"].c.detector.type.length  # type: ignore[attr-defined]
    assert view_columns(engine, "wfi_image_files") == wanted


def test_a_table_of_the_name_of_a_view_is_left_alone(engine: sql.Engine) -> None:
    with engine.begin() as connection:
        drop_views(connection)
        connection.exec_driver_sql("CREATE TABLE fps_files (mine integer)")
    Catalog(engine.url.render_as_string(hide_password=False)).close()
    assert view_columns(engine, "fps_files") == ["mine"]
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE fps_files")


def test_views_that_are_as_they_should_be_are_not_made_again(engine: sql.Engine) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("SQLite counts what changed")
    with engine.connect() as connection:
        before = connection.exec_driver_sql("PRAGMA schema_version").scalar()
    Catalog(engine.url.render_as_string(hide_password=False)).close()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA schema_version").scalar() == before


@pytest.mark.parametrize("column", ["detector", "optical_element", "exposure_type", "exposure_start_time", "program"])
def test_what_is_asked_for_has_an_index(engine: sql.Engine, column: str) -> None:
    query = f'SELECT 1 FROM "WFIExposure" WHERE {column} = NULL'
    indexes = [index["column_names"] for index in sql.inspect(engine).get_indexes("WFIExposure")]
    assert [column] in indexes
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query.replace('NULL', '1')}").all())
        assert f"ix_WFIExposure_{column}" in plan


def test_every_step_has_an_index() -> None:
    indexed = {column.name for index in archive.tables().tables["ScienceRefData"].indexes for column in index.columns}
    steps = {each.column for each in archive.columns("wfi_image") if each.path.startswith("meta.cal_step.")}
    assert steps
    assert steps <= indexed


def test_a_column_says_what_it_is(engine: sql.Engine) -> None:
    table = archive.tables().tables["ScienceRefData"]
    assert table.c.s_flat_field.comment == "Flat Field Correction Step (meta.cal_step.flat_field)"
    if engine.dialect.name == "postgresql":
        found = {each["name"]: each["comment"] for each in sql.inspect(engine).get_columns("ScienceRefData")}
        assert found == {column.name: column.comment for column in table.columns}


@pytest.mark.parametrize(("dialect", "language"), [("postgresql", "postgres"), ("mssql", "tsql")])
def test_the_statements_make_views_and_indexes_and_tell_columns(dialect: str, language: str) -> None:
    text = archive.ddl(dialect)  # type: ignore[arg-type]
    found = list(filter(None, sqlglot.parse(text, dialect=language, error_level=sqlglot.ErrorLevel.RAISE)))
    kinds = [each.kind for each in found if isinstance(each, sqlglot.exp.Create)]
    metadata = archive.tables()
    columns = [column for table in metadata.tables.values() for column in table.columns]
    assert kinds.count("TABLE") == len(metadata.tables)
    assert kinds.count("VIEW") == len(FAMILIES)
    assert kinds.count("INDEX") == sum(len(table.indexes) for table in metadata.tables.values())
    assert len(found) - len(kinds) == sum(column.comment is not None for column in columns)


def test_some_tables_have_only_the_views_that_need_no_other() -> None:
    assert archive.ddl("sqlite", ["WFICommon"]).count("CREATE VIEW") == 1
    assert "CREATE VIEW fps_files" in archive.ddl("sqlite", ["WFICommon"])
