"""The schema of the catalogue for TAP services, which felis itself takes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql
import yaml
from astropy import units
from astropy.io.votable.ucd import check_ucd

from roman_cal_models import archive
from roman_cal_models.archive.database.tables import file_columns
from roman_cal_models.archive.definitions.column_semantics import PATTERNS, ucd_and_unit
from roman_cal_models.archive.virtual_observatory.tap_schema import _COLUMNS, _TABLES


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("felis") / "roman.yaml"
    path.write_text(archive.felis())
    return path


@pytest.fixture(scope="module")
def told(file: Path) -> dict[str, dict[str, Any]]:
    """The tables, by name."""
    return {table["name"]: table for table in yaml.safe_load(file.read_text())["tables"]}


def felis(*arguments: object) -> str:
    program = Path(sys.executable).with_name("felis")
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.once
def test_felis_accepts_it(file: Path) -> None:
    felis("validate", "--check-description", "--check-tap-table-indexes", "--check-tap-principal", file)


@pytest.mark.once
def test_tap_schema_takes_all_of_it(file: Path, told: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'tap.db'}"
    felis("init-tap-schema", "--engine-url", url)
    felis("load-tap-schema", "--engine-url", url, file)
    engine = sql.create_engine(url)
    query = "SELECT table_name, column_name, unit, ucd, utype, datatype, xtype, std FROM columns"
    with engine.connect() as connection:
        rows = {
            (row.table_name.removeprefix("roman."), row.column_name): row
            for row in connection.execute(sql.text(query + " WHERE table_name LIKE 'roman.%'"))
        }
        keys = connection.execute(sql.text("SELECT from_table, target_table FROM keys")).all()
    engine.dispose()
    assert rows.keys() == {(name, column["name"]) for name, table in told.items() for column in table["columns"]}
    assert rows["WFIExposure", "ra_ref"][2:4] == ("deg", "pos.eq.ra")
    assert rows["WFIExposure", "exposure_start_time"].xtype == "timestamp"
    region = rows["obscore", "s_region"]
    assert (region.datatype, region.xtype, region.std) == ("char", "adql:REGION", 1)
    assert region.utype == "Char.SpatialAxis.Coverage.Support.Area"
    assert ("roman.WFIExposure", "roman.ingested_files") in {tuple(key) for key in keys}


def test_it_has_every_table_key_and_index(told: dict[str, dict[str, Any]]) -> None:
    tables = archive.tables().tables
    assert told.keys() == {*tables, "obscore"}
    for name, table in tables.items():
        made = told[name]
        assert [column["name"] for column in made["columns"]] == table.columns.keys()
        assert made["primaryKey"] == [f"#{name}.{column.name}" for column in table.primary_key]
        assert {index["name"] for index in made.get("indexes", [])} == {index.name for index in table.indexes}
        keys = [each for each in made.get("constraints", []) if each["@type"] == "ForeignKey"]
        assert len(keys) == len(table.foreign_keys)


def test_what_rad_says_of_columns_is_there(told: dict[str, dict[str, Any]]) -> None:
    found = {column["name"]: column for column in told["WFIExposure"]["columns"]}
    for column in archive.columns("wfi_image"):
        if column.table == "WFIExposure" and column.title is not None:
            assert found[column.column]["description"].startswith(" ".join(column.title.split()).rstrip(".")), column
    assert found["pixel_area"]["ivoa:unit"] == "sr"


def test_every_table_and_column_has_a_description_of_its_own(told: dict[str, dict[str, Any]]) -> None:
    assert _TABLES.keys() == told.keys()
    assert set(_COLUMNS) <= {column["name"] for table in told.values() for column in table["columns"]}
    for table in told.values():
        for column in table["columns"]:
            assert column["description"] not in ("", column["name"]), (table["name"], column)


def test_ucds_are_of_the_controlled_vocabulary_and_units_are_standard(told: dict[str, dict[str, Any]]) -> None:
    ucds = {ucd for _, ucd, _ in PATTERNS} | {ucd for _, ucd, _ in _COLUMNS.values()}
    ucds |= {column.get("ivoa:ucd") for table in told.values() for column in table["columns"]}
    for ucd in ucds - {None}:
        assert check_ucd(ucd, check_controlled_vocabulary=True), ucd
    for unit in {column.get("ivoa:unit") for table in told.values() for column in table["columns"]} - {None}:
        units.Unit(unit, format="vounit")


@pytest.mark.newest_rad
def test_every_line_of_the_table_is_for_something() -> None:
    paths = {column.path for column in file_columns()}
    for pattern, ucd, unit in PATTERNS:
        assert any(ucd_and_unit(path) == (ucd, unit) for path in paths), pattern


def test_units_are_those_that_titles_name() -> None:
    signs = {"deg": "deg", "s": "s", "arcsec": "arcsec", "km": "km", "km/s": "km/s", "MJy/sr": "MJy/sr", "sr": "sr",
             "DN/s": "adu/s", "MJD": "d", "pixels": "pixel", "degrees per pixel": "deg/pixel"}  # fmt: skip
    seen = set()
    for column in file_columns():
        sign = (column.title or "").rpartition("(")[2].rstrip(")")
        unit = ucd_and_unit(column.path)[1]
        if sign in signs and unit is not None:
            assert units.Unit(unit) == units.Unit(signs[sign]), column
            seen.add(sign)
    assert len(seen) > 6
