"""The tables of the catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sql

from roman_cal_models import archive
from roman_cal_models.archive.database import wider
from roman_cal_models.archive.datatypes import datatype
from roman_cal_models.archive.products import TABLES


def test_there_is_a_table_for_each_with_every_column() -> None:
    metadata = archive.tables()
    assert set(TABLES) < set(metadata.tables)
    for column in archive.columns("wfi_image"):
        assert column.column in metadata.tables[column.table].columns
    assert [key.name for key in metadata.tables["WFIExposure"].primary_key] == ["archive_id"]
    assert [key.name for key in metadata.tables["ingest_failures"].primary_key] == ["archive_file"]


def test_every_table_is_searched_by_the_name_of_the_file() -> None:
    for name in TABLES:
        table = archive.tables().tables[name]
        assert [index.columns.keys() for index in table.indexes] == [["filename"]] * ("filename" in table.columns)
    assert "CREATE INDEX" in archive.ddl("postgresql", ["WFIExposure"])


def test_a_row_refers_to_its_file() -> None:
    for name in (*TABLES, "ingest_problems"):
        (key,) = archive.tables().tables[name].columns["archive_id"].foreign_keys
        assert key.target_fullname == "ingested_files.archive_id"
    text = archive.ddl("mssql")
    assert text.index("CREATE TABLE ingested_files") < min(text.index(f"CREATE TABLE [{name}]") for name in TABLES)


def test_sql_server_has_the_types_that_rad_names() -> None:
    lines = {line.strip(" ,") for line in archive.ddl("mssql", ["WFIExposure"]).splitlines()}
    types = {"datetime2": "DATETIME2", "float": "FLOAT", "int": "INTEGER", "smallint": "SMALLINT", "tinyint": "TINYINT"}
    seen = set()
    for column in archive.columns("wfi_image"):
        if column.table == "WFIExposure":
            name = types.get(column.datatype, column.datatype.replace("nvarchar", "NVARCHAR").replace("nchar", "NCHAR"))
            seen.add(name)
            assert {f"{column.column} {name} NULL", f"[{column.column}] {name} NULL"} & lines, column
    assert {"DATETIME2", "FLOAT", "INTEGER", "SMALLINT", "NVARCHAR(max)", "NCHAR(1)", "NVARCHAR(15)"} <= seen


def test_sqlite_takes_the_tables_and_the_rows(image: Path, tmp_path: Path) -> None:
    engine = sql.create_engine(f"sqlite:///{tmp_path / 'catalog.db'}")
    metadata = archive.tables()
    metadata.create_all(engine)
    rows = archive.rows(image)
    with engine.begin() as connection:
        for name, row in rows.items():
            connection.execute(metadata.tables[name].insert(), {"archive_id": 1, **row})
    with engine.connect() as connection:
        for name, row in rows.items():
            (again,) = connection.execute(metadata.tables[name].select()).mappings()
            assert {key: again[key] for key in row} == row
    engine.dispose()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql", "mssql"])
def test_the_statements_create_every_table(dialect: str) -> None:
    text = archive.ddl(dialect)  # type: ignore[arg-type]
    assert text.count("CREATE TABLE") == len(archive.tables().tables)
    if dialect == "sqlite":
        engine = sql.create_engine("sqlite://")
        with engine.connect() as connection:
            for statement in text.split(";\n"):
                if statement.strip():
                    connection.exec_driver_sql(statement)
        engine.dispose()


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ("int", "smallint", "int"),
        ("nvarchar(5)", "nvarchar(20)", "nvarchar(20)"),
        ("nvarchar(5)", "nvarchar(max)", "nvarchar(max)"),
        ("nchar(1)", "nvarchar(5)", "nvarchar(5)"),
        ("int", "float", "float"),
        ("int", "nvarchar(5)", "nvarchar(max)"),
        ("datetime2", "datetime2", "datetime2"),
    ],
)
def test_the_wider_of_two_types_holds_both(one: str, other: str, both: str) -> None:
    assert str(wider(datatype(one), datatype(other))) == str(wider(datatype(other), datatype(one))) == both
