"""The tables of the catalogue."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
import sqlglot

from roman_cal_models import CatalogError, archive
from roman_cal_models.archive.database.bulk import insert
from roman_cal_models.archive.database.tables import _type, wider
from roman_cal_models.archive.definitions.datatypes import datatype
from roman_cal_models.archive.definitions.products import TABLES
from roman_cal_models.archive.reading.file_reader import FileRead, MadeBy
from roman_cal_models.archive.reading.fitting import Fitting
from roman_cal_models.archive.reading.row_reader import Rows


def dialect(name: str) -> Any:
    return import_module(f"sqlalchemy.dialects.{name}").dialect()


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
        assert (["filename"] in [index.columns.keys() for index in table.indexes]) == ("filename" in table.columns)
    assert "CREATE INDEX" in archive.ddl("postgresql", ["WFIExposure"])


def test_one_table_or_all_may_be_named() -> None:
    assert set(TABLES) & set(archive.tables("WFIExposure").tables) == {"WFIExposure"}
    assert archive.tables("all").tables.keys() == archive.tables().tables.keys()


@pytest.mark.parametrize("name", ["postgres", "oracle", None])
def test_another_database_is_told_with_those_there_are(name: Any) -> None:
    with pytest.raises(CatalogError, match=f"{name!r} is not a .*There are: sqlite, postgresql, mssql$") as told:
        archive.ddl(name)
    assert ("Did you mean 'postgresql'?" in str(told.value)) == (name == "postgres")


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


def test_something_that_knows_sql_server_reads_its_statements() -> None:
    text = archive.ddl("mssql")
    parsed = {}
    for statement in sqlglot.parse(text, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE):
        if isinstance(statement, sqlglot.exp.Create) and statement.kind == "TABLE":
            columns = statement.find_all(sqlglot.exp.ColumnDef)
            parsed[statement.find(sqlglot.exp.Table).name] = [column.name for column in columns]
    assert parsed == {name: table.columns.keys() for name, table in archive.tables().tables.items()}


TEXTS = ["varchar(9)", "varchar(max)", "char(3)"]
TYPES = ["real", "bit", "decimal(9,2)", "numeric(4)", "date", *TEXTS, "uniqueidentifier"]


@pytest.mark.parametrize(("name", "language"), [("mssql", "tsql"), ("postgresql", "postgres"), ("sqlite", "sqlite")])
def test_types_that_rad_does_not_use_yet_are_of_each_database(name: str, language: str) -> None:
    found = {kind: str(_type(datatype(kind), sql).compile(dialect=dialect(name))) for kind in TYPES}
    if name == "mssql":
        exact = {"decimal(9,2)": "NUMERIC(9, 2)", "numeric(4)": "NUMERIC(4, 0)", "varchar(max)": "VARCHAR(max)"}
        assert found == {kind: exact.get(kind, kind.upper()) for kind in TYPES}
    for text in found.values():
        parsed = sqlglot.parse_one(f"CREATE TABLE t (c {text})", dialect=language)
        assert parsed.find(sqlglot.exp.DataType)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("real", 0.1),
        ("bit", True),
        ("decimal(9,2)", 1234.56),
        ("date", "2026-05-04"),
        ("datetime2", "2026-05-04T03:02:01.123456"),
        ("varchar(9)", "abc"),
        ("uniqueidentifier", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    ],
)
@pytest.mark.filterwarnings("ignore:Dialect sqlite:sqlalchemy.exc.SAWarning")
def test_sqlite_gives_back_what_was_converted(name: str, value: Any) -> None:
    kind = datatype(name)
    read = FileRead("x.asdf", "", Rows("x.asdf", ""), MadeBy(None, None, None))
    assert read.rows is not None
    read.rows["t"] = {"c": kind.convert(value)}
    fitted = Fitting({"t": ("c",)}, times_as_text=True)(read).fitted
    assert fitted is not None
    engine = sql.create_engine("sqlite://")
    table = sql.Table("t", sql.MetaData(), sql.Column("c", _type(kind, sql)))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), {"c": kind.convert(value)})
        insert(connection, table, ["c"], [fitted.tables["t"], (None,)])
        assert connection.execute(table.select()).scalars().all() == [*[kind.convert(value)] * 2, None]
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
        ("date", "datetime2", "nvarchar(max)"),
        ("datetime2", "float", "nvarchar(max)"),
        ("bit", "tinyint", "tinyint"),
        ("real", "float", "float"),
        ("real", "smallint", "real"),
        ("real", "int", "float"),
        ("decimal(5,2)", "numeric(6,4)", "decimal(7,4)"),
        ("decimal(5,2)", "int", "decimal(12,2)"),
        ("decimal(38,30)", "bigint", "float"),
        ("decimal(5,2)", "real", "float"),
        ("varchar(5)", "char(9)", "varchar(9)"),
        ("varchar(5)", "nchar(3)", "nvarchar(5)"),
        ("varchar(max)", "varchar(3)", "varchar(max)"),
        ("uniqueidentifier", "int", "nvarchar(max)"),
    ],
)
def test_the_wider_of_two_types_holds_both(one: str, other: str, both: str) -> None:
    assert str(wider(datatype(one), datatype(other))) == str(wider(datatype(other), datatype(one))) == both
