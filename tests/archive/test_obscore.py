"""ObsCore: the view by which the Virtual Observatory finds products."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
import roman_datamodels.datamodels as rdm
import sqlalchemy as sql
import sqlglot
from astropy import units as u
from astropy.coordinates import SkyCoord, angular_separation
from astropy.io.votable.ucd import check_ucd
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.virtual_observatory.obscore_regions import DIAMETER
from roman_cal_models.archive.virtual_observatory.optical_elements import OPTICAL_ELEMENTS
from roman_cal_models.schema import installed
from tests.skies import sky_of_detector

from .catalogs import url_of
from .postgresql import server

# ObsCore 1.1, table 1 and appendix C
MANDATORY = [
    "dataproduct_type", "calib_level", "obs_collection", "obs_id", "obs_publisher_did", "access_url", "access_format",
    "access_estsize", "target_name", "s_ra", "s_dec", "s_fov", "s_region", "s_xel1", "s_xel2", "s_resolution", "t_min",
    "t_max", "t_exptime", "t_resolution", "t_xel", "em_min", "em_max", "em_res_power", "em_xel", "o_ucd", "pol_states",
    "pol_xel", "facility_name", "instrument_name",
]  # fmt: skip
INTEGERS = {"calib_level", "access_estsize", "s_xel1", "s_xel2", "t_xel", "em_xel", "pol_xel"}
DOUBLES = {"s_ra", "s_dec", "s_fov", "s_resolution", "s_pixel_scale", "t_min", "t_max", "t_exptime", "t_resolution",
           "em_min", "em_max", "em_res_power"}  # fmt: skip

# WFI, as the mission publishes it: https://roman.gsfc.nasa.gov/science/WFI_technical.html, in micrometres
PUBLISHED = {"F062": (0.48, 0.76), "F087": (0.76, 0.977), "F106": (0.927, 1.192), "F129": (1.131, 1.454),
             "F146": (0.927, 2.0), "F158": (1.38, 1.774), "F184": (1.683, 2.0), "F213": (1.95, 2.3),
             "GRISM": (1.0, 1.93), "PRISM": (0.75, 1.8)}  # fmt: skip

# of an image that lies over the meridian of 0
CORNERS = np.array([[359.95, 45.0], [0.06, 45.1], [359.9, 45.2], [359.8, 45.1]])

# by how much the diameter of a region may be off; SQLite has to do without roots
TOLERANCE = {"sqlite": 0.02, "postgresql": 1e-7}

KINDS = {"ImageModel": "image", "MosaicModel": "image", "SegmentationMapModel": "image",
         "MosaicSegmentationMapModel": "image", "ImageSourceCatalogModel": "measurements",
         "MosaicSourceCatalogModel": "measurements"}  # fmt: skip


def diameter(corners: Any) -> float:
    """Return the longer diagonal of four corners, in degrees."""
    ra, dec = np.radians(np.reshape(corners, (4, 2))).T
    return float(np.degrees(angular_separation(ra[:2], dec[:2], ra[2:], dec[2:])).max())


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Products of the peer with values as the pipeline has them, by model; and a raw one, which is none of ours."""
    folder = tmp_path_factory.mktemp("products")
    found = {}
    for number, name in enumerate([*KINDS, "ScienceRawModel"]):
        model = getattr(rdm, name).create_fake_data(shape=(4, 8, 8) if name == "ScienceRawModel" else (8, 8))
        meta = model.meta
        meta.instrument.optical_element = "F158" if number % 2 else "GRISM"
        meta.program.title = "It's a 100% survey: {of} the sky"
        meta.product_type = f"kind_{number}"
        if "coadd_info" in meta:
            meta.coadd_info.time_first = Time("2027-03-01T00:00:00.123456", precision=6)
            meta.coadd_info.time_last = Time("2027-06-30T23:59:59.999999", precision=6)
            meta.coadd_info.exposure_time = 1234.5
            meta.wcsinfo.image_shape = [5000, 5001]
            meta.wcsinfo.pixel_scale = 0.055 / 3600
            meta.wcsinfo.ra, meta.wcsinfo.dec = 270.5 + number, -66.25
            meta.wcsinfo.skycell_name = "r274dp63x31y81"
        else:
            meta.exposure.start_time = Time("2027-01-01T12:34:56.789012", precision=6)
            meta.exposure.end_time = Time("2027-01-01T12:37:00", precision=6)
            meta.exposure.exposure_time = 139.8
            meta.observation.observation_id = "r0000101001001001001"
            meta.wcsinfo.ra_ref, meta.wcsinfo.dec_ref = 10.0 + number / 3, 45.0
        meta.observation.program = 101
        meta.wcsinfo.s_region = f"POLYGON ICRS  {' '.join(f'{value:.10f}' for value in CORNERS.ravel())}"
        found[name] = folder / f"{name}.asdf"
        model.save(found[name])
    return found


def wanted(path: Path) -> dict[str, Any]:
    """Return what ObsCore should say of a file, by the tree that asdf reads."""
    with asdf.open(path) as file:
        meta = file["roman"]["meta"]
        name = path.stem.removesuffix("Model")
        element = OPTICAL_ELEMENTS[meta["instrument"]["optical_element"]]
        info = meta["wcsinfo"]
        found: dict[str, Any] = {
            "dataproduct_type": KINDS[path.stem],
            "dataproduct_subtype": meta["product_type"],
            "calib_level": {"Image": 2, "Mosaic": 3}.get(name, 4),
            "obs_collection": "ROMAN",
            "obs_id": path.name,
            "obs_title": meta["program"]["title"],
            "obs_publisher_did": f"ivo://x-unregistered/roman?{path.name}",
            "proposal_id": str(meta["observation"]["program"]),
            "access_url": f"file://{path}",
            "access_format": "application/x-asdf",
            "s_region": info["s_region"],
            "s_resolution": element.fwhm,
            "t_xel": 1,
            "em_min": element.blue * 1e-9,
            "em_max": element.red * 1e-9,
            "em_xel": 1,
            "facility_name": meta["telescope"],
            "instrument_name": meta["instrument"]["name"],
        }
        found["o_ucd"] = "phot.flux.density"
        if "Segmentation" in name:
            found["o_ucd"] = "meta.id;src"
        elif "Catalog" not in name:
            found["o_ucd"] = "phot.flux.density.sb" if name == "Mosaic" else "phot.count"
        pixels: dict[str, Any]
        if "coadd_info" in meta:
            times = meta["coadd_info"]["time_first"], meta["coadd_info"]["time_last"]
            nx, ny = info["image_shape"]
            found |= {"s_ra": info["ra"], "s_dec": info["dec"], "target_name": info["skycell_name"]}
            found["t_exptime"] = meta["coadd_info"]["exposure_time"]
            pixels = {"s_xel1": nx, "s_xel2": ny, "s_pixel_scale": info["pixel_scale"] * 3600}
        else:
            times = meta["exposure"]["start_time"], meta["exposure"]["end_time"]
            found |= {"s_ra": info["ra_ref"], "s_dec": info["dec_ref"], "t_exptime": meta["exposure"]["exposure_time"]}
            found["obs_id"] = meta["observation"]["observation_id"]
            pixels = {"s_pixel_scale": 0.11}
        if "Catalog" not in name:
            found |= pixels
        found |= {"t_min": times[0].utc.mjd, "t_max": times[1].utc.mjd}
    return found


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.once)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield url_of(tmp_path / "catalog.db")
        return
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    yield request.getfixturevalue("running")


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with server() as found:
        yield found


@pytest.fixture
def running(postgresql: str) -> Iterator[str]:
    yield postgresql
    asked(postgresql, "DROP SCHEMA public CASCADE")
    asked(postgresql, "CREATE SCHEMA public")


def asked(url: str, query: str) -> list[Any]:
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        done = connection.exec_driver_sql(query)
        rows = list(done.mappings()) if done.returns_rows else []
    engine.dispose()
    return rows


@pytest.mark.newest_rad
def test_every_value_is_that_of_the_file(files: dict[str, Path], url: str) -> None:
    report = archive.ingest(list(files.values()), url)
    assert report.failed == 0
    rows = {Path(row["access_url"]).stem: dict(row) for row in asked(url, "SELECT * FROM obscore")}
    assert rows.keys() == KINDS.keys()
    for name, row in rows.items():
        size = row.pop("access_estsize")
        assert size in (None, -(-files[name].stat().st_size // 1000))
        expected = dict.fromkeys(row) | wanted(files[name])
        assert row.pop("s_fov") == pytest.approx(
            diameter(CORNERS), rel=TOLERANCE[url.partition("+")[0].partition(":")[0]]
        )
        del expected["s_fov"]
        for column in DOUBLES & {key for key, value in expected.items() if value is not None}:
            # a microsecond in days is 1.2e-11
            assert row.pop(column) == pytest.approx(expected.pop(column), rel=1e-13, abs=1e-11), (name, column)
        assert row == expected


def test_it_has_every_column_that_obscore_asks_for(url: str, header: bytes, tmp_path: Path) -> None:
    (tmp_path / "one.asdf").write_bytes(header)
    archive.ingest(tmp_path / "one.asdf", url)
    (row,) = asked(url, "SELECT * FROM obscore")
    columns = archive.obscore_columns()
    assert list(row) == [column.name for column in columns]
    assert {column.name for column in columns if column.is_mandatory} == set(MANDATORY)
    # none of what ObsCore wants of every row is missing, and what the file does not know is not told
    assert None not in [row[name] for name in ("obs_id", "obs_publisher_did", "access_url", "calib_level")]
    assert (row["s_ra"], row["s_region"], row["t_exptime"]) == (None, None, None)
    kinds = {column.name: column.datatype for column in columns}
    assert {name for name, kind in kinds.items() if kind in ("int", "long")} == INTEGERS
    assert {name for name, kind in kinds.items() if kind == "double"} == DOUBLES
    for name, value in row.items():
        if value is not None:
            assert isinstance(value, {"string": str, "double": float}.get(kinds[name], int)), name
    assert all(check_ucd(column.ucd, check_controlled_vocabulary=True) for column in columns)


@pytest.mark.once
def test_postgresql_has_the_types_that_tap_tells(running: str) -> None:
    archive.ingest([], running)
    query = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'obscore'"
    names = {"int": {"integer"}, "long": {"bigint"}, "double": {"double precision"},
             "string": {"text", "character varying"}}  # fmt: skip
    found = {row["column_name"]: row["data_type"] for row in asked(running, query)}
    for column in archive.obscore_columns():
        assert found[column.name] in names[column.datatype]


ODD = ["[5000,5000]", "[0,-3]", "[1.5,2]", "nonsense", '["a",{}]', "[99999999999999999999,1]", "{}", ""]


@pytest.mark.parametrize("text", ODD)
def test_no_value_breaks_the_view(url: str, text: str, files: dict[str, Path]) -> None:
    archive.ingest(files["MosaicModel"], url)
    asked(url, f"""UPDATE "WFIMosaic" SET image_shape = '{text}', optical_element = 'it''s', ra = -999999""")
    (row,) = asked(url, "SELECT * FROM obscore")
    assert row["s_ra"] is None and row["em_min"] is None
    assert row["s_xel1"] == (5000 if text == "[5000,5000]" else None)


REGIONS = ["?", "", "CIRCLE ICRS 1 2 3", "POLYGON ICRS 1 2 3 4 5 6", "POLYGON ICRS 1 2 3 4 5 6 7 8 9 10", "POLYGON",
           "POLYGON ICRS a b c d e f g h", "POLYGON ICRS 1 2 3 4 5 6 7",
           "POLYGON ICRS 1 2 3 4 5 6 7 8]", "]}'", "POLYGON ICRS 1.2.3 4 5 6 7 8 9 10",
           "UNION 1 2 3 4 5 6 7 8"]  # fmt: skip


def test_a_region_that_is_not_four_corners_has_no_diameter(url: str, files: dict[str, Path]) -> None:
    archive.ingest([files["ImageModel"], files["MosaicModel"]], url)
    for region in REGIONS:
        text = region.replace("'", "''")
        asked(url, f"""UPDATE "WFIExposure" SET s_region = '{text}'""")
        asked(url, f"""UPDATE "WFIMosaic" SET s_region = '{text}'""")
        found = {row["calib_level"]: row["s_fov"] for row in asked(url, "SELECT * FROM obscore")}
        # a mosaic says how many pixels it has as well, and how large they are
        assert found == {2: None, 3: pytest.approx(5001 * 0.055 / 3600 * 2**0.5)}, region


def test_a_part_of_an_image_is_as_large_as_it_is(url: str, tmp_path: Path) -> None:
    whole: Any = rcm.ImageModel.create_fake_data(shape=(400, 300))
    whole.meta.wcs = sky_of_detector((400, 300))
    mosaic: Any = rcm.MosaicModel.create_fake_data(shape=(400, 300))
    mosaic.meta.wcs = sky_of_detector((400, 300))
    corners = {}
    for level, model in ((2, whole), (3, mosaic)):
        part = model.cutout((200, 100), (60, 80))
        part.save(tmp_path / f"{level}.asdf")
        corners[level] = [float(word) for word in part.meta.wcsinfo.s_region.split()[2:]]
    archive.ingest(tmp_path, url)
    rows = {row["calib_level"]: row for row in asked(url, "SELECT * FROM obscore")}
    for level, row in rows.items():
        assert row["s_fov"] == pytest.approx(diameter(corners[level]), rel=0.02)
        assert row["s_fov"] == pytest.approx(100 * 0.11 / 3600, rel=0.05)
        # RAD has a column for it in mosaics alone
        assert (row["s_xel1"], row["s_xel2"]) == ((80, 60) if level == 3 else (None, None))


# right ascension, declination, height and width in degrees, position angle
PLACES = st.tuples(st.floats(0, 360), st.floats(-88, 88), st.floats(1e-3, 0.2), st.floats(1e-3, 0.2), st.floats(0, 360))


@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.once)])
def test_the_diameter_of_any_image_is_right(dialect: str, request: pytest.FixtureRequest) -> None:
    engine = sql.create_engine("sqlite://" if dialect == "sqlite" else request.getfixturevalue("running"))
    diameter_of = DIAMETER[dialect].format("region").replace("%", "%%")

    @settings(max_examples=40, deadline=None)
    @given(places=st.lists(PLACES, min_size=1, max_size=20))
    def check(places: list[tuple[float, ...]]) -> None:
        ra, dec, height, width, angle = np.transpose(places)
        middle = SkyCoord(ra, dec, unit="deg")
        half, towards = np.hypot(height, width) / 2, np.degrees(np.arctan2(width, height))
        corners = [
            middle.directional_offset_by((angle + turn) * u.deg, half * u.deg)
            for turn in (towards, 180 - towards, 180 + towards, -towards)
        ]
        numbers = np.transpose([[corner.ra.deg, corner.dec.deg] for corner in corners], (2, 0, 1)).reshape(-1, 8)
        with engine.begin() as connection:
            for row in numbers:
                region = "POLYGON ICRS  " + " ".join(f"{value:.10f}" for value in row)
                query = f"SELECT {diameter_of} FROM (SELECT '{region}' AS region) AS regions"
                (found,) = connection.exec_driver_sql(query).one()
                assert found == pytest.approx(diameter(row), rel=TOLERANCE[dialect])

    check()
    engine.dispose()


def test_a_catalogue_that_has_none_gets_it_and_one_of_another_release_is_made_anew(
    url: str, header: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "one.asdf"
    path.write_bytes(header)
    archive.ingest(path, url)
    asked(url, "DROP VIEW obscore")
    archive.ingest(path, url)
    assert len(asked(url, "SELECT * FROM obscore")) == 1
    asked(url, "DROP VIEW obscore")
    asked(url, "CREATE VIEW obscore AS SELECT 1 AS one /* roman_cal_models 0123456789abcdef */")
    if url.startswith("postgresql"):
        asked(url, "COMMENT ON VIEW obscore IS 'roman_cal_models 0123456789abcdef'")
    archive.ingest(path, url)
    assert set(MANDATORY) <= set(asked(url, "SELECT * FROM obscore")[0])


def test_a_view_of_somebody_else_is_left_alone(url: str) -> None:
    archive.ingest([], url)
    asked(url, "DROP VIEW obscore")
    asked(url, "CREATE VIEW obscore AS SELECT 1 AS one")
    archive.ingest([], url)
    assert [dict(row) for row in asked(url, "SELECT * FROM obscore")] == [{"one": 1}]


def test_the_statement_takes_the_authority_of_a_publisher(url: str, files: dict[str, Path]) -> None:
    archive.ingest(files["ImageModel"], url)
    asked(url, "DROP VIEW obscore")
    dialect: Any = url.partition(":")[0].partition("+")[0]
    statement = archive.obscore_ddl(dialect, "mission.example/roman").rstrip(";\n")
    asked(url, statement.replace("%", "%%") if dialect == "postgresql" else statement)
    (row,) = asked(url, "SELECT obs_publisher_did FROM obscore")
    assert row["obs_publisher_did"] == "ivo://mission.example/roman?ImageModel.asdf"
    with pytest.raises(rcm.CatalogError, match="is no authority"):
        archive.obscore_ddl(dialect, "a'b")


def test_sql_server_gets_a_statement() -> None:
    text = archive.obscore_ddl("mssql")
    (statement,) = sqlglot.parse(text, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    assert isinstance(statement, sqlglot.exp.Create) and statement.kind == "VIEW"
    assert "DATEDIFF_BIG" in text and "JSON_VALUE" in text and "||" not in text
    for column in archive.obscore_columns():
        assert text.count(f" AS {column.name}") >= 6


def test_each_column_tells_where_it_comes_from() -> None:
    found = {column.name: column.sources for column in archive.obscore_columns()}
    assert found["s_ra"]["image"] == "meta.wcsinfo.ra_ref"
    assert found["s_ra"]["mosaic"] == "meta.wcsinfo.ra"
    assert found["em_min"]["image"].startswith("by meta.instrument.optical_element")
    assert "t_resolution" in found and not found["t_resolution"]
    assert found["s_fov"]["image"] == "longer diagonal of meta.wcsinfo.s_region"
    assert not {"image", "segmentation map of an image"} & found["s_xel1"].keys()
    assert found["s_xel1"]["mosaic"] == "meta.wcsinfo.image_shape[0]"


def test_bands_are_those_that_the_mission_publishes() -> None:
    assert OPTICAL_ELEMENTS.keys() == PUBLISHED.keys()
    for name, (blue, red) in PUBLISHED.items():
        element = OPTICAL_ELEMENTS[name]
        assert element.blue == pytest.approx(blue * 1000, rel=0.02)
        assert element.red == pytest.approx(red * 1000, rel=0.02)


@pytest.mark.newest_rad
def test_every_element_of_rad_that_lets_light_pass_has_a_band() -> None:
    store = installed().store
    names = store.load(str(store.versions("enums/wfi_optical_element")[-1]))["enum"]
    assert set(names) - OPTICAL_ELEMENTS.keys() == {"DARK", "NOT_CONFIGURED"}
    assert OPTICAL_ELEMENTS.keys() <= set(names)
