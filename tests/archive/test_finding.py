"""A catalogue that is asked."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import Column, MaskedColumn, Table, vstack
from astropy.time import Time

import roman_cal_models as rcm
from roman_cal_models import archive

from .catalogs import url_of
from .postgresql import server

FLAGS = ["COMPLETE", "INCOMPLETE", "FAILED"]
DATABASES = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.once)]


def square(ra: float, dec: float, side: float) -> str:
    corners = [(ra, dec), (ra + side, dec), (ra + side, dec + side), (ra, dec + side)]
    return "POLYGON ICRS " + " ".join(f"{number}" for corner in corners for number in corner)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six images, a mosaic of another filter, and a guide window."""
    folder = tmp_path_factory.mktemp("night")
    for index in range(6):
        image = rcm.ImageModel.create_fake_data(shape=(4, 4))
        image.meta.instrument.detector = f"WFI0{index + 1}"
        image.meta.exposure.exposure_time = 10.0 * index
        image.meta.exposure.start_time = Time("2027-01-01T00:00:00.123456", precision=6) + index * u.day
        image.meta.cal_step = rcm.L2CalStep.create_minimal()
        image.meta.cal_step.flat_field = FLAGS[index % 3]
        image.meta.photometry.pixel_area = None if index else 2.5e-13
        image.meta.wcsinfo.s_region = square(index, 60.0, 0.1)
        image.meta.wcsinfo.ra_ref, image.meta.wcsinfo.dec_ref = index + 0.05, 60.05
        image.save(folder / f"image{index}.asdf")
    mosaic = rcm.MosaicModel.create_fake_data(shape=(4, 4))
    mosaic.meta.instrument.optical_element = "F158"
    mosaic.save(folder / "mosaic.asdf")
    rcm.L1DetectorGuidewindowModel.create_fake_data(shape=(2, 2, 2, 2, 2)).save(folder / "window.asdf")
    return folder


@pytest.fixture(scope="module", params=DATABASES)
def url(request: pytest.FixtureRequest, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if request.param == "sqlite":
        found = url_of(tmp_path_factory.mktemp("catalog") / "catalog.db")
        archive.ingest(folder, found)
        yield found
        return
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    with server() as found:
        archive.ingest(folder, found)
        yield found


def names(table: Table) -> list[str]:
    return [Path(name).stem for name in table["archive_file"]]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (None, ["image0", "image1", "image2", "image3", "image4", "image5", "mosaic", "window"]),
        ("detector = 'WFI03'", ["image2"]),
        ("detector = 'WFI03' and s_flat_field <> 'COMPLETE'", ["image2"]),
        ("Detector = 'WFI01' and s_flat_field <> 'COMPLETE'", []),
        ("s_flat_field = 'FAILED' or wfiexposure.exposure_time between 9 and 11", ["image1", "image2", "image5"]),
        ("exposure_start_time >= '2027-01-05T00:00:00.123456'", ["image4", "image5"]),
        ("exposure_start_time > '2027-01-05T00:00:00.123456'", ["image5"]),
        ("optical_element = 'F158'", []),
        ("WFIMosaic.optical_element = 'F158'", ["mosaic"]),
        ("optical_element = 'F158' and skycell_name is not null", ["mosaic"]),
        ("pixel_area is not null", ["image0"]),
        ("archive_file like '%mosaic.asdf'", ["mosaic"]),
        ("GuideWindow.detector is not null", ["window"]),
    ],
)
def test_files_are_found(url: str, where: str | None, found: list[str]) -> None:
    assert names(archive.find(url, where)) == found


def test_a_kind_of_file_is_asked_by_its_tables_or_its_family(url: str) -> None:
    assert names(archive.find(url, "optical_element = 'F158'", tables="WFIMosaic")) == ["mosaic"]
    assert names(archive.find(url, tables="wfi_mosaic")) == ["mosaic"]
    assert names(archive.find(url, tables="wfi_image", limit=1)) == ["image0"]
    assert names(archive.find(url, tables="wfi_science_raw")) == []
    assert len(archive.find(url, tables=["ScienceRefData"])) == 7
    assert len(archive.find(url, tables="l1_detector_guidewindow")) == 1


def test_the_table_says_what_the_file_says(url: str, folder: Path) -> None:
    table = archive.find(
        url, "detector <= 'WFI03'", ["exposure_time", "exposure_start_time", "pixel_area", "ma_table_name"]
    )
    assert table.colnames == ["archive_file", "exposure_time", "exposure_start_time", "pixel_area", "ma_table_name"]
    for row in table:
        with rcm.open(row["archive_file"]) as model:
            assert model.meta.exposure.exposure_time == row["exposure_time"]
            assert abs(model.meta.exposure.start_time - row["exposure_start_time"]) < 1 * u.us
            assert model.meta.exposure.ma_table_name == row["ma_table_name"]
    start, area = table["exposure_start_time"], table["pixel_area"]
    assert isinstance(start, Time)
    assert start.isot.tolist() == [f"2027-01-0{day}T00:00:00.123456" for day in (1, 2, 3)]
    assert (start.scale, start.masked) == ("utc", False)
    assert isinstance(area, MaskedColumn)
    assert area.mask.tolist() == [False, True, True]
    assert area.quantity[0] == 2.5e-13 * u.sr
    assert isinstance(table["exposure_time"], Column)
    assert not isinstance(table["exposure_time"], MaskedColumn)
    assert table["exposure_time"].description == "Exposure Time (s)"
    assert table["exposure_time"].unit == u.s
    assert table["ma_table_name"].unit is None
    assert table["exposure_time"].info.meta["path"] == "meta.exposure.exposure_time"
    assert "seconds" in table["exposure_time"].info.meta["description"]
    assert table.meta["tables"][0] == "WFIExposure"


def test_it_is_a_table_of_pandas_as_well(url: str) -> None:
    pytest.importorskip("pandas")
    for where in ("detector <= 'WFI03'", "detector = 'none'"):
        table = archive.find(url, where, ["exposure_start_time", "pixel_area", "visit"])
        frame = table.to_pandas()
        assert list(frame.columns) == table.colnames
        assert len(frame) == len(table)
        assert frame["exposure_start_time"].dtype.kind == "M"
    assert len(table[:0].to_pandas()) == 0


def test_answers_may_be_stacked_and_written(url: str, tmp_path: Path) -> None:
    parts = [archive.find(url, f"detector = '{name}'") for name in ("WFI01", "none", "WFI02")]
    assert len(vstack(parts)) == 2
    parts[0].write(tmp_path / "found.ecsv")
    again = Table.read(tmp_path / "found.ecsv")
    assert again["exposure_start_time"][0] == parts[0]["exposure_start_time"][0]


def test_all_columns_are_given_where_they_are_asked_for(url: str) -> None:
    table = archive.find(url, "detector = 'WFI01'", "*")
    rows = archive.rows(table["archive_file"][0])
    for name, row in rows.items():
        for column, value in row.items():
            found = table[column][0]
            if value is None:
                assert found is np.ma.masked or getattr(found, "mask", False)
            elif isinstance(value, datetime.datetime):
                assert found.datetime == value
            else:
                assert found == value, (name, column)
    assert archive.find(url, "detector = 'WFI01'", "ScienceRefData.*").colnames[1:] == [
        *archive.tables(["ScienceRefData"]).tables["ScienceRefData"].columns.keys()[1:]
    ]


@pytest.mark.parametrize(
    ("ra", "dec", "radius", "found"),
    [
        (2.05, 60.05, 0.0, ["image2"]),
        (2.05, 60.15, 0.06, ["image2"]),
        (2.05, 60.15, 0.04, []),
        # between two squares, half a degree of right ascension from each
        (2.55, 60.05, 0.2, []),
        (2.55, 60.05, 0.3, ["image2", "image3"]),
        (359.9, 60.0, 0.1, ["image0"]),
        (0.0, 89.0, 1.0, []),
        (180.0, 89.0, 32.0, ["image0", "image1", "image2", "image3", "image4", "image5"]),
        (182.05, -60.05, 1.0, []),
    ],
)
def test_a_circle_on_the_sky_is_asked(url: str, ra: float, dec: float, radius: float, found: list[str]) -> None:
    centre = SkyCoord(ra, dec, unit="deg")
    assert names(archive.find(url, near=(centre, radius))) == found
    assert names(archive.find(url, near=(centre.galactic, radius * 3600 * u.arcsec))) == found
    assert (
        names(archive.find(url, "detector <> 'WFI03'", near=(centre, radius), limit=1))
        == [name for name in found if name != "image2"][:1]
    )


def test_all_columns_of_one_table_are_given(url: str) -> None:
    table = archive.find(url, columns="WFIExposure.*")
    assert names(table) == [f"image{index}" for index in range(6)]
    assert table["detector"].tolist() == [f"WFI0{index}" for index in range(1, 7)]
    assert "s_flat_field" not in table.colnames
    assert names(archive.find(url, columns="ScienceRefData.*", limit=2)) == ["image0", "image1"]


def test_the_number_of_a_file_is_a_column_that_is_asked_for(url: str) -> None:
    table = archive.find(url, "detector = 'WFI03'", ["archive_id", "detector"])
    number = table["archive_id"][0]
    assert names(archive.find(url, "archive_id = :number", parameters={"number": number})) == ["image2"]
    assert "archive_id" not in archive.find(url, columns=["*", "detector"]).colnames


def test_a_family_may_be_told_by_the_name_of_its_model(url: str) -> None:
    assert names(archive.find(url, tables="MosaicModel")) == ["mosaic"]
    assert len(archive.find(url, tables=["ImageModel"])) == 6
    with pytest.raises(rcm.CatalogError, match="no table or family of files 'ImageModl'"):
        archive.find(url, tables="ImageModl")
    with pytest.raises(rcm.CatalogError, match="no table or family of files 'FlatRefModel'"):
        archive.find(url, tables="FlatRefModel")


def test_numbers_of_numpy_are_numbers(url: str) -> None:
    assert len(archive.find(url, limit=np.int64(2))) == 2
    centre = SkyCoord(2.05, 60.05, unit="deg")
    for radius in (np.float32(0.1), np.int64(1), np.array(0.1)):
        assert "image2" in names(archive.find(url, near=(centre, radius)))


@pytest.mark.parametrize(
    ("where", "given", "number"),
    [
        ("coalesce(exposure_start_time, exposure_end_time) > :t", {"t": Time("2027-01-05T12:00:00")}, 1),
        ("coalesce(exposure_start_time, '2027-01-01') = '2027-01-02T00:00:00.123456'", {}, 1),
        ("program = 99999999999999999999999", {}, 0),
        ("round(exposure_time / 3, 1) = 6.7 and round(exposure_time) = 20", {}, 1),
        ("program < :n and exposure_time < 99999", {"n": 10**400}, 6),
        ("execution_plan < 3000000000 or execution_plan is null", {}, 6),
        ("exposure_time = 20.0 and detector = :d", {"d": np.array("WFI03")}, 1),
        ("archive_file = :file", {"file": "\udc80"}, 0),
        ("detector = :d", {"d": "a\0b"}, 0),
    ],
)
def test_odd_values_are_compared(url: str, where: str, given: dict[str, Any], number: int) -> None:
    assert len(archive.find(url, where, parameters=given)) == number


def test_parameters_are_bound(url: str) -> None:
    given = {"names": ["WFI01", "WFI02"], "start": Time("2027-01-01T12:00:00")}
    found = archive.find(url, "detector in :names and exposure_start_time > :start", parameters=given)
    assert names(found) == ["image1"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"where": "detectr = 'WFI01'"}, "there is no column 'detectr'. Did you mean 'detector'?"),
        ({"columns": "s_flat_feld"}, "there is no column 's_flat_feld'. Did you mean 's_flat_field'?"),
        (
            {"where": "WFIExposre.detector = 'x'"},
            "no table or family of files 'WFIExposre'. Did you mean 'WFIExposure'",
        ),
        ({"where": "WFIExposure.skycell_name = 'x'"}, "there is no column 'skycell_name' in WFIExposure"),
        ({"tables": "wfi_imag"}, "Did you mean 'wfi_image'"),
        ({"where": "WFIExposure.detector = WFIMosaic.filename"}, "no file has rows in all of WFIExposure, WFIMosaic"),
        ({"where": "fgs_modes_used = 'x' and data_release_id = 'x'"}, "no kind of file has all of these columns: "),
        ({"tables": ["wfi_image", "wfi_mosaic"]}, "one family of files is asked at a time"),
        ({"limit": -1}, "limit is how many rows there are at most"),
        ({"limit": 2.0}, "limit is how many rows there are at most"),
        ({"where": 3}, "where is an expression of SQL as text, not 3"),
        ({"columns": ["detector", 3]}, "columns are named by texts"),
        ({"tables": 3}, "tables are named by texts"),
        ({"columns": "WFIMosaic.*", "where": "detector = 'WFI01'"}, "there is no column 'detector'"),
        (
            {"where": "meta.instrument.detector = 'WFI01'"},
            "meta.instrument.detector is the path of a value in files, whose column is detector",
        ),
        ({"columns": "meta.exposure.exposure_time"}, "whose column is exposure_time"),
        ({"near": (SkyCoord([1, 2], [3, 4], unit="deg"), 1)}, "near is one position and a radius, not the 2 positions"),
        ({"parameters": {"a": 1}}, "no condition that asks for the parameter 'a'"),
        ({"near": (SkyCoord(1, 2, unit="deg"), 3 * u.s)}, "near is"),
        ({"near": (SkyCoord(1, 2, unit="deg"), -1.0)}, "there is no circle on the sky"),
        ({"near": 3}, "near is"),
        ({"near": (SkyCoord(1, 2, unit="deg"), 1), "tables": "ScienceRefData", "columns": "x"}, "no column 'x'"),
    ],
)
def test_what_cannot_be_asked_is_told(url: str, arguments: dict[str, Any], reason: str) -> None:
    with pytest.raises(rcm.CatalogError) as caught:
        archive.find(url, **arguments)
    assert reason in str(caught.value)


def test_nothing_is_written(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    with pytest.raises(rcm.CatalogError, match="there is no catalogue"):
        archive.find(url_of(path))
    assert list(tmp_path.iterdir()) == []
    with closing(sqlite3.connect(path)) as database:
        database.execute("create table other (a)")
    before = path.read_bytes()
    with pytest.raises(rcm.CatalogError, match="holds no catalogue: it has no table ingested_files"):
        archive.find(url_of(path))
    assert path.read_bytes() == before
    with pytest.raises(rcm.CatalogError, match="is not the URL of a database"):
        archive.find("catalog.db")


def test_a_catalogue_is_asked_while_it_is_filled(folder: Path, tmp_path: Path) -> None:
    url = url_of(tmp_path / "catalog.db")
    archive.ingest(folder / "image0.asdf", url)
    with closing(sqlite3.connect(tmp_path / "catalog.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM WFIExposure")
        assert names(archive.find(url, "detector = 'WFI01'")) == ["image0"]
        writer.execute("ROLLBACK")


def test_columns_that_the_catalogue_lacks_are_unknown(folder: Path, tmp_path: Path) -> None:
    url = url_of(tmp_path / "catalog.db")
    archive.ingest(folder / "image0.asdf", url)
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as database:
        database.execute("ALTER TABLE WFIExposure RENAME COLUMN image_median TO of_an_older_rad")
    found = archive.find(url, columns=["of_an_older_rad", "detector"])
    assert found["of_an_older_rad"].description is None
    with pytest.raises(rcm.CatalogError, match="there is no column 'image_median'"):
        archive.find(url, columns="image_median")
