"""The rows of a file."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.definitions.products import TABLES, tables_of
from tests.header.conftest import header_of
from tests.peer import TAGS, WriteFile, newest_tags, short


def test_the_rows_of_an_image(image: Path) -> None:
    found = archive.rows(image)
    with rcm.open(image) as model:
        flags = model.meta.cal_step
        assert {name: found["ScienceRefData"][f"s_{name}"] for name in flags} == dict(flags)
        exposure = found["WFIExposure"]
        assert exposure["exposure_time"] == model.meta.exposure.exposure_time
        assert exposure["exposure_start_time"] == model.meta.exposure.start_time.datetime
        assert exposure["exposure_truncated"] == "F"
        assert exposure["filename"] == image.name
    assert list(found) == ["WFIExposure", "ScienceRefData"]
    assert found.file == str(image)
    wanted = {(column.table, column.column) for column in archive.columns("wfi_image") if column.table in found}
    assert {(table, column) for table, row in found.items() for column in row} == wanted


def test_every_source_gives_the_same_rows(image: Path) -> None:
    found = archive.rows(image)
    content = image.read_bytes()
    with rcm.open(image) as model:
        assert archive.rows(model) == found
        assert model.meta.exposure.start_time.isot == "2020-01-01T00:00:00.000"
        assert archive.rows(model) == found
    header = rcm.read_header(image)
    for source in (str(image), content, io.BytesIO(content), header, header_of(content), header_of(image.read_bytes())):
        assert archive.rows(source) == found
    assert header.meta.exposure.start_time.isot == "2020-01-01T00:00:00.000"
    assert archive.rows(header) == found


def test_neither_asdf_nor_numpy_is_imported(image: Path) -> None:
    script = "import sys; from roman_cal_models import archive; archive.rows(sys.argv[1]); print('asdf' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, str(image)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_cut_file_has_no_rows(image: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.asdf"
    path.write_bytes(image.read_bytes()[:-2000])
    for source in (path, str(path)):
        with pytest.raises(rcm.TruncatedFileError, match=r"cut\.asdf"):
            archive.rows(source)


@pytest.mark.parametrize("tag", newest_tags(), ids=short)
def test_every_kind_of_file_of_the_peer(tag: str, peer_file: WriteFile) -> None:
    path = peer_file(tag)
    found = archive.rows(path)
    assert set(found) <= set(tables_of(found.schema_uri))
    assert found == archive.rows(path, mapping="file")
    columns = archive.columns(short(tag).rpartition("-")[0])
    header = rcm.read_header(path)
    places = {(column.table, column.column): column.path for column in columns if "[]" not in column.path}
    refused = {(problem.table, problem.column) for problem in found.problems}
    for table, row in found.items():
        for column, value in row.items():
            given: Any = header.node
            for key in places[table, column].split("."):
                given = given.get(key) if isinstance(given, dict) else None
            assert (value is None) == (given is None or (table, column) in refused), (table, column, value, given)
            if value is not None and not isinstance(given, (bool, list)):
                assert value == (given.datetime if isinstance(value, datetime) else given)
    # the peer's made-up numbers are below what a smallint holds
    assert all("-999999 is out of the range" in problem.reason for problem in found.problems)


def test_a_value_that_does_not_fit_is_told(tmp_path: Path) -> None:
    model: Any = rcm.ImageModel.create_fake_data()
    model.meta.exposure.ma_table_number = 2**15
    model.meta.telescope = "ROMAN"
    path = model.save(tmp_path / "image.asdf")
    problem = next(each for each in archive.rows(path).problems if each.column == "ma_table_number")
    assert (problem.path, problem.table) == ("meta.exposure.ma_table_number", "WFIExposure")
    assert str(problem) == (
        f"{path}: meta.exposure.ma_table_number does not fit into WFIExposure.ma_table_number: "
        "32768 is out of the range of smallint, -32768 to 32767"
    )
    assert archive.rows(path)["WFIExposure"]["ma_table_number"] is None


def test_an_old_file_is_mapped_by_the_newest_mapping_or_by_its_own(peer_file: WriteFile) -> None:
    path = peer_file(f"{TAGS}wfi_image-1.0.0")
    newest, own = archive.rows(path), archive.rows(path, mapping="file")
    assert newest.schema_uri == archive.rows(rcm.ImageModel.create_fake_data()).schema_uri
    assert own.schema_uri.endswith("wfi_image-1.0.0")
    assert set(own["WFIExposure"]) != set(newest["WFIExposure"])
    assert newest["WFIExposure"]["telescope"] == own["WFIExposure"]["telescope"] == "ROMAN"
    assert type(newest["WFIExposure"]["telescope"]) is str
    assert newest["WFIExposure"]["filedate"] is not None


def test_tables_may_be_chosen(image: Path) -> None:
    every = archive.rows(image, tables="all")
    assert set(every) == {column.table for column in archive.columns("wfi_image")}
    assert sum(len(row) for row in every.values()) == len(archive.columns("wfi_image"))
    for chosen in (["ScienceRefData"], "ScienceRefData"):
        assert archive.rows(image, tables=chosen) == {"ScienceRefData": every["ScienceRefData"]}


@pytest.mark.parametrize("tables", [["WFIExposur"], "WFIExposur", ["WFIExposure", "WFIExposur"]])
def test_a_table_that_there_is_not_is_told(tables: Any, image: Path) -> None:
    with pytest.raises(rcm.CatalogError, match=r"there is no table 'WFIExposur'\. Did you mean 'WFIExposure'"):
        archive.rows(image, tables=tables)
    with pytest.raises(rcm.CatalogError, match=r"there is no table 'WFIExposur'\. Did you mean 'WFIExposure'"):
        archive.tables(tables)


def test_a_mapping_that_there_is_not_is_told(image: Path) -> None:
    with pytest.raises(rcm.CatalogError, match="mapping is 'newest' or 'file', not 'old'"):
        archive.rows(image, mapping="old")  # type: ignore[arg-type]


def test_every_table_that_schemas_name_is_fed_by_some_product() -> None:
    named = {
        column.table
        for family in ("wfi_image", "wfi_mosaic", "guidewindow", "tvac", "fps")
        for column in archive.columns(family)
    }
    assert named == set(TABLES)


@pytest.mark.parametrize("content", [b"", b"#ASDF 1.0.0\n", b"no asdf at all"])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.asdf"
    path.write_bytes(content)
    with pytest.raises(rcm.NotAsdfError, match=r"broken\.asdf"):
        archive.rows(path)
