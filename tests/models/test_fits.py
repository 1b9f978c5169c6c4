"""Models as FITS files; astropy, fitsverify, Source Extractor and the WCS itself are the witnesses."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roman_datamodels.datamodels as peer
from astropy import units as u
from astropy.coordinates import angular_separation
from astropy.io import fits
from astropy.modeling import models as typed_models
from astropy.table import Column, Table
from astropy.wcs import WCS
from hypothesis import given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models.models.fits_header import KEYWORDS, fits_unit
from tests.peer import WriteFile, newest_tags, our_class, short
from tests.skies import DEC, RA, sky_of_detector, sky_of_field, sky_of_mosaic

SIDE = (60, 80)
ARCSEC = 3600.0
FITSVERIFY = shutil.which("fitsverify")
EXTRACTOR = shutil.which("source-extractor")

models: Any = typed_models  # their operators are made at run time


def _noise(shape: tuple[int, ...], dtype: Any) -> Any:
    return np.random.default_rng(0).normal(100, 10, shape).astype(dtype)


def _written(model: Any, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(path)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fits")


@pytest.fixture(scope="module")
def image(folder: Path) -> Path:
    """A Level 2 image of the peer's."""
    model = peer.ImageModel.create_fake_data(shape=SIDE)
    for name in ("data", "err", "var_poisson", "dq"):
        model[name] = _noise(SIDE, model[name].dtype)
    model.dq[3, 4] = 2**32 - 1
    model.meta.wcs = sky_of_detector(SIDE)
    return _written(model, folder / "image.asdf")


@pytest.fixture(scope="module")
def mosaic(folder: Path) -> Path:
    model = peer.MosaicModel.create_fake_data(shape=SIDE)
    model.data = _noise(SIDE, np.float32)
    model.context = _noise((2, *SIDE), np.uint32)
    model.meta.wcs = sky_of_mosaic(SIDE)
    return _written(model, folder / "mosaic.asdf")


@pytest.fixture(scope="module")
def raw(folder: Path) -> Path:
    model = peer.ScienceRawModel.create_fake_data(shape=(3, *SIDE))
    model.data = _noise((3, *SIDE), np.uint16)
    return _written(model, folder / "raw.asdf")


@pytest.fixture(scope="module")
def catalog(folder: Path) -> Path:
    model = peer.ImageSourceCatalogModel.create_fake_data()
    columns = model.create_empty_catalog()
    model.source_catalog = Table({name: np.arange(3).astype(columns[name].dtype) for name in columns.colnames})
    for name in columns.colnames:
        model.source_catalog[name].unit = columns[name].unit
        model.source_catalog[name].description = columns[name].description
    return _written(model, folder / "cat.asdf")


@pytest.fixture(params=["image", "mosaic", "raw", "catalog"])
def file(request: pytest.FixtureRequest) -> Path:
    path: Path = request.getfixturevalue(request.param)
    return path


def _as_fits(source: Any, folder: Path) -> Path:
    if isinstance(source, Path):
        with rcm.open(source) as model:
            return model.to_fits(folder / f"{source.stem}.fits")
    path: Path = source.to_fits(folder / "model.fits")
    return path


def _check(path: Path) -> None:
    """Have all that verifies FITS files look at one."""
    with fits.open(path) as hdus:
        hdus.verify("exception")
        assert path.stat().st_size % 2880 == 0
        for hdu in hdus:
            _ = hdu.data
    if FITSVERIFY is not None:
        found = subprocess.run([FITSVERIFY, "-l", path], capture_output=True, text=True, check=False)
        assert "found 0 warning(s) and 0 error(s)" in found.stdout, found.stdout


# -- arrays ------------------------------------------------------------------------------------------------------------


def test_files_keep_to_the_standard(file: Path, tmp_path: Path) -> None:
    _check(_as_fits(file, tmp_path))


@pytest.mark.parametrize("tag", newest_tags(), ids=short)
@pytest.mark.newest_rad
def test_every_kind_of_file_can_be_written(tag: str, peer_file: WriteFile, tmp_path: Path) -> None:
    with rcm.open(peer_file(tag)) as model, warnings.catch_warnings():
        warnings.simplefilter("ignore", rcm.FitsWarning)  # of complex numbers
        _check(model.to_fits(tmp_path / "any.fits"))


def test_arrays_are_what_they_were(file: Path, tmp_path: Path) -> None:
    with fits.open(_as_fits(file, tmp_path)) as hdus, rcm.open(file) as model:
        names = [name for name in model if name != "meta" and hasattr(model[name], "ndim")]
        assert {hdu.name for hdu in hdus if hdu.is_image and hdu.data is not None} == {name.upper() for name in names}
        assert not names or hdus[1].name == "DATA"
        assert file.stem != "image" or [hdu.name for hdu in hdus[2:4]] == ["ERR", "DQ"]
        for name in names:
            found, wanted = hdus[name.upper()].data, model[name]
            assert found.dtype.newbyteorder("=") == np.promote_types(
                wanted.dtype, "u1" if wanted.dtype != "f2" else "f4"
            )
            assert np.array_equal(found, wanted)
            unit = model.unit(name)
            assert hdus[name.upper()].header.get("BUNIT") == fits_unit(unit)
            assert unit is None or u.Unit(hdus[name.upper()].header["BUNIT"]) == u.Unit(unit)


def test_unusual_numbers_are_what_they_were(tmp_path: Path) -> None:
    model: Any = rcm.ImageModel.create_fake_data(shape=SIDE)
    arrays = {
        f"own_{np.dtype(code).name}": _noise((3, 5), code)
        for code in ("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", ">f4", ">u4", "f8", "f2", "longdouble")
    }
    arrays["own_masked"] = np.ma.array(np.ones((2, 2), "f4"), mask=[[True, False], [False, False]])
    arrays["own_turned"] = _noise((5, 3), "f4").T
    arrays["own_one"] = np.arange(7)
    arrays["own_none"] = np.empty((0, 5))
    arrays["own_large"] = np.arange(3_000_000, dtype="u2").reshape(3, 1_000_000)
    for name, array in arrays.items():
        model[name] = array
    path = _as_fits(model, tmp_path)
    _check(path)
    with fits.open(path) as hdus:
        assert "OWN_NONE" not in hdus
        assert np.isnan(hdus["OWN_MASKED"].data[0, 0])
        for name, array in arrays.items():
            if name not in ("own_none", "own_masked"):
                assert np.array_equal(hdus[name.upper()].data, array), name


def test_what_fits_has_no_images_of_is_told(tmp_path: Path) -> None:
    model = rcm.RefpixRefModel.create_fake_data(shape=(3, 3))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        path = _as_fits(model, tmp_path)
    assert [type(each.message) for each in caught] == [rcm.FitsWarning] * 3
    assert str(caught[0].message) == f"{path} has no gamma: FITS has no images of its type"


def test_quantities_bring_their_units(tmp_path: Path) -> None:
    model: Any = rcm.FpsModel.create_fake_data(shape=(3, 4, 5))
    with fits.open(_as_fits(model, tmp_path)) as hdus:
        assert np.array_equal(hdus["DATA"].data, model.data.value)
        assert hdus["DATA"].header["BUNIT"] == fits_unit(model.data.unit)


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("MJy.sr**-1", "MJy sr-1"),
        ("MJy**2.sr**-2", "MJy2 sr-2"),
        ("DN / s", "DN s-1"),
        ("DN2 / s2", "DN2 s-2"),
        ("electron / DN", "DN-1 electron"),
        ("mag(AB)", "mag"),
        ("no unit at all", "no unit at all"),
        ("none", None),
        (None, None),
    ],
)
def test_units_are_spelled_as_fits_does(unit: str | None, text: str | None) -> None:
    found = fits_unit(unit)
    assert (found is None) == (text is None)
    assert found is None or sorted(found.split()) == sorted(str(text).split())


def test_a_model_is_not_changed_and_keeps_nothing(image: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model:
        text = repr(model.node)
        assert "<array" in text
        model.to_fits(tmp_path / "image.fits")
        assert [part for part in repr(model.node).split(", ") if "data" in part] == [
            part for part in text.split(", ") if "data" in part
        ]
    with pytest.raises(rcm.ModelClosedError):
        _ = model["data"]


def test_after_the_file_was_closed_it_is_told(image: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model:
        pass
    with pytest.raises(rcm.ModelClosedError):
        model.to_fits(tmp_path / "image.fits")
    assert list(tmp_path.iterdir()) == []


# -- the sky -----------------------------------------------------------------------------------------------------------


def _apart(wcs: Any, header: Any, side: tuple[int, int], count: int = 23) -> Any:
    """Return how far apart a header and a WCS see the same pixels, corners included, in arcseconds."""
    ny, nx = side
    x, y = np.meshgrid(np.linspace(-0.5, nx - 0.5, count), np.linspace(-0.5, ny - 0.5, count))
    sky = WCS(header, naxis=2).all_pix2world(x.ravel(), y.ravel(), 0)
    wanted = wcs(x.ravel(), y.ravel(), with_bounding_box=False)
    return np.rad2deg(angular_separation(*np.deg2rad([*sky, *wanted]))) * ARCSEC


@pytest.mark.parametrize("name", ["image", "mosaic"])
def test_every_image_sees_the_sky(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    file = request.getfixturevalue(name)
    with rcm.open(file) as model, fits.open(_as_fits(file, tmp_path)) as hdus:
        on_grid = [hdu for hdu in hdus if hdu.is_image and hdu.data is not None and "BORDER" not in hdu.name]
        on_grid = [hdu for hdu in on_grid if hdu.name != "AMP33"]
        assert len(on_grid) > 5
        for hdu in on_grid:
            assert _apart(model.meta.wcs, hdu.header, SIDE).max() < 1e-6
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert WCS(hdu.header).naxis == hdu.data.ndim
        assert not any("CTYPE1" in hdu.header for hdu in hdus if hdu not in on_grid)


@pytest.mark.parametrize("side", [(4088, 4088), (2, 2), (1, 5), (300, 20)], ids=str)
@pytest.mark.parametrize("sky", [sky_of_detector, sky_of_field, sky_of_mosaic])
@pytest.mark.parametrize("distortion", ["sip", "tpv"])
def test_the_header_says_how_far_it_is_off(distortion: Any, sky: Any, side: tuple[int, int]) -> None:
    from roman_cal_models.models.fits_wcs import ERROR, TOLERANCE, wcs_header

    wcs = sky(side)
    header, error = wcs_header(wcs, side, distortion)
    assert header[ERROR] == error
    assert error < TOLERANCE
    assert _apart(wcs, header, side).max() <= error * 1.01 + 1e-9
    # and back
    ny, nx = side
    ra, dec = wcs(nx / 3, ny / 4)
    assert WCS(header).all_world2pix(ra, dec, 0) == pytest.approx((nx / 3, ny / 4), abs=1e-2)


def test_the_distortion_may_be_that_of_tpv(image: Path, mosaic: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model:
        path = model.to_fits(tmp_path / "tpv.fits", distortion="tpv")
        with fits.open(path) as hdus:
            header = hdus["DATA"].header
            assert [header["CTYPE1"], header["CTYPE2"]] == ["RA---TPV", "DEC--TPV"]
            assert not [name for name in header if name[:2] in ("A_", "B_", "AP", "BP") or name.startswith("SIP")]
            assert _apart(model.meta.wcs, header, SIDE).max() < 1e-6
        with pytest.raises(ValueError, match="'sip' and 'tpv' are known"):
            model.to_fits(tmp_path / "other.fits", distortion="tnx")
    assert not (tmp_path / "other.fits").exists()
    with rcm.open(mosaic) as model:
        assert fits.getheader(model.to_fits(path, distortion="tpv"), "DATA")["CTYPE1"] == "RA---TAN"


def test_a_distortion_beyond_tpv_is_told() -> None:
    from roman_cal_models.models.fits_tpv import as_tpv

    header = fits.Header({"CTYPE1": "RA---TAN-SIP", "CTYPE2": "DEC--TAN-SIP", "CRPIX1": 9, "CRPIX2": 9})
    for letter in "AB":
        header.update({f"{letter}_ORDER": 8, f"{letter}_8_0": 1e-20})
    with pytest.raises(ValueError, match="of degree 8, and TPV goes to 7"):
        as_tpv(header)


def test_a_mosaic_is_a_plain_tangent_plane(mosaic: Path, tmp_path: Path) -> None:
    with fits.open(_as_fits(mosaic, tmp_path)) as hdus:
        header = hdus["DATA"].header
        assert header["CTYPE1"] == "RA---TAN"
        assert "A_ORDER" not in header
        assert (header["CRVAL1"], header["CRVAL2"]) == pytest.approx((RA, DEC), abs=1e-9)
        assert (header["CRPIX1"], header["CRPIX2"]) == pytest.approx((-29, 121), abs=1e-6)


def test_a_level_1_file_has_no_sky(raw: Path, tmp_path: Path) -> None:
    with fits.open(_as_fits(raw, tmp_path)) as hdus:
        assert not any("CTYPE1" in hdu.header for hdu in hdus)


def _with_sky(transform: Any) -> Any:
    model: Any = rcm.ImageModel.create_fake_data(shape=SIDE)
    model.meta.wcs = sky_of_detector(SIDE)
    model.meta.wcs.insert_transform("detector", transform, after=True)
    return model


def test_a_sky_that_no_polynomial_follows_is_told(tmp_path: Path) -> None:
    wave = models.Mapping((0, 0)) | models.Shift(0) & models.Sine1D(2.0, 0.2) | models.Polynomial2D(1, c1_0=1, c0_1=1)
    model = _with_sky(wave & models.Identity(1))
    with pytest.warns(rcm.FitsWarning, match=r"model\.fits: the FITS WCS is up to [\d.]+ arcsec off"):
        path = model.to_fits(tmp_path / "model.fits")
    with fits.open(path) as hdus:
        found = hdus["DATA"].header["WCSMXERR"]
        assert found > 0.001
        assert _apart(model.meta.wcs, hdus["DATA"].header, SIDE).max() == pytest.approx(found, rel=0.5)


@pytest.mark.parametrize(("side", "bounds"), [(SIDE, (30.5, 33.5)), ((4, 4), (-500.5, 499.5))], ids=["box", "image"])
def test_the_header_is_for_pixels_of_the_image_within_the_bounds(
    side: tuple[int, int], bounds: tuple[float, float], tmp_path: Path
) -> None:
    wave = models.Mapping((0, 0)) | models.Shift(0) & models.Sine1D(2.0, 0.2) | models.Polynomial2D(1, c1_0=1, c0_1=1)
    model: Any = rcm.ImageModel.create_fake_data(shape=side)
    model.meta.wcs = sky_of_detector(side)
    model.meta.wcs.insert_transform("detector", wave & models.Identity(1), after=True)
    model.meta.wcs.bounding_box = (bounds, bounds)
    with fits.open(_as_fits(model, tmp_path)) as hdus:
        assert hdus["DATA"].header["WCSMXERR"] < 0.001


def test_what_is_no_sky_is_told(tmp_path: Path) -> None:
    from gwcs import coordinate_frames as frames
    from gwcs.wcs import WCS as Generalized

    model: Any = rcm.ImageModel.create_fake_data(shape=SIDE)
    detector, other = (frames.Frame2D(name=name, unit=(u.pix, u.pix)) for name in ("detector", "other"))
    model.meta.wcs = Generalized([(detector, models.Identity(2)), (other, None)])
    with pytest.warns(rcm.FitsWarning, match=r"model\.fits has no WCS: .*it leads to pixel and pixel, not to degrees"):
        path = model.to_fits(tmp_path / "model.fits")
    with fits.open(path) as hdus:
        assert "CTYPE1" not in hdus["DATA"].header


@pytest.mark.parametrize("scale", [3.0, 1e9])
def test_a_sky_with_an_end_is_told(scale: float, tmp_path: Path) -> None:
    from gwcs.wcs import WCS as Generalized

    ends = models.Scale(scale) & models.Scale(scale) | models.Pix2Sky_SIN() | models.RotateNative2Celestial(30, 45, 180)
    model: Any = rcm.ImageModel.create_fake_data(shape=SIDE)
    known = sky_of_mosaic(SIDE)
    model.meta.wcs = Generalized([(known.input_frame, ends), (known.output_frame, None)])
    with pytest.warns(rcm.FitsWarning, match=r"model\.fits has no WCS"):
        path = model.to_fits(tmp_path / "model.fits")
    with fits.open(path) as hdus:
        hdus.verify("exception")
        assert "CTYPE1" not in hdus["DATA"].header


def test_without_bounds_the_image_has_them(tmp_path: Path) -> None:
    model: Any = rcm.ImageModel.create_fake_data(shape=SIDE)
    model.meta.wcs = sky_of_detector(SIDE, bounds=False)
    with fits.open(_as_fits(model, tmp_path)) as hdus:
        assert _apart(model.meta.wcs, hdus["DATA"].header, SIDE).max() < 1e-6


def test_a_cutout_over_the_edge_sees_the_sky(image: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model:
        cut = model.cutout((0, 0), 21)
        with fits.open(_as_fits(cut, tmp_path)) as hdus:
            sky = WCS(hdus["DATA"].header).pixel_to_world_values(10, 10)
            assert sky == pytest.approx(model.meta.wcs(0, 0), abs=1e-8)


# -- tables ------------------------------------------------------------------------------------------------------------


def test_a_catalogue_is_a_table_with_units(catalog: Path, tmp_path: Path) -> None:
    with rcm.open(catalog) as model, fits.open(_as_fits(catalog, tmp_path)) as hdus:
        table: Any = model["source_catalog"]
        found = hdus["SOURCE_CATALOG"]
        assert found.columns.names == table.colnames
        assert hdus[1] is found
        for number, name in enumerate(table.colnames, 1):
            assert np.array_equal(found.data[name], table[name])
            unit = found.columns[name].unit
            assert unit == fits_unit(table[name].unit)
            assert found.header.get(f"TCOMM{number}", "") == " ".join((table[name].description or "").split())
        assert found.columns["ra"].unit == "deg"
        again = Table.read(found)
        assert again["ra"].unit == u.deg


def test_unusual_columns_are_what_they_were(catalog: Path, tmp_path: Path) -> None:
    with rcm.open(catalog) as model:
        table: Any = model["source_catalog"]
        table["half"] = np.array([0.5, 1, 2], "f2")
        table["text"] = ["a", "naïve", ""]
        table["masked"] = np.ma.array([1, 2, 3], mask=[False, True, False])
        table["rows"] = np.arange(6, dtype="u4").reshape(3, 2)
        table["odd"] = Column([1.0, 2, 3], unit=u.Unit("parrot", parse_strict="silent"), description="ø\n  two lines")
        path = _as_fits(model, tmp_path)
        assert table["half"].dtype == np.float16
    _check(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", u.UnitsWarning)
        again: Any = Table.read(path, hdu=1)
    assert again["half"].tolist() == [0.5, 1, 2]
    assert again["text"].tolist()[:2] == ["a", "na\\xefve"]
    assert again["masked"].tolist() == [1, None, 3]
    assert again["rows"].tolist() == [[0, 1], [2, 3], [4, 5]]
    with fits.open(path) as hdus:
        header = hdus["SOURCE_CATALOG"].header
        assert header["TUNIT*"][-1] == "parrot"
        assert header["TCOMM*"][-1] == "\\xf8 two lines"


def test_columns_that_fits_does_not_know_are_told(catalog: Path, tmp_path: Path) -> None:
    with rcm.open(catalog) as model:
        model["source_catalog"]["odd"] = Column([{}, [], None], dtype=object)
        with pytest.raises(rcm.ConversionError, match=r"cat\.fits: the table SOURCE_CATALOG cannot be written to FITS"):
            model.to_fits(tmp_path / "cat.fits")
    assert list(tmp_path.iterdir()) == []


def test_tables_below_the_metadata_are_written(tmp_path: Path) -> None:
    model: Any = rcm.MosaicModel.create_fake_data(shape=SIDE)
    model.meta["members"] = {"of": Table({"name": ["a", "b"]}), "weights": np.arange(3)}
    with fits.open(_as_fits(model, tmp_path)) as hdus:
        assert hdus["META.MEMBERS.OF"].data["name"].tolist() == ["a", "b"]
        assert hdus["META.MEMBERS.WEIGHTS"].data.tolist() == [0, 1, 2]


# -- metadata ----------------------------------------------------------------------------------------------------------


def test_tools_find_the_keywords_that_they_look_for(image: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model:
        any_model: Any = model
        any_model.meta.instrument.optical_element = "F158"
        any_model.meta.exposure.exposure_time = 107.5
        header = fits.getheader(model.to_fits(tmp_path / "image.fits"))
        assert (header["TELESCOP"], header["INSTRUME"], header["DETECTOR"]) == ("ROMAN", "WFI", "WFI01")
        assert (header["FILTER"], header.comments["FILTER"]) == ("F158", "meta.instrument.optical_element")
        assert header["EXPTIME"] == 107.5
        assert header["DATE-OBS"] == header["DATE-BEG"] == any_model.meta.exposure.start_time.isot
        assert header["TIMESYS"] == "UTC"
        assert header["ROMAN EXPOSURE NRESULTANTS"] == any_model.meta.exposure.nresultants


def test_what_a_header_cannot_hold_is_in_the_table(tmp_path: Path) -> None:
    model: Any = rcm.ImageModel.create_fake_data(shape=SIDE)
    model.meta.exposure.exposure_time = float("nan")
    model.meta["remarks"] = {"with blanks": 1, "long": "long" * 20}
    with fits.open(_as_fits(model, tmp_path)) as hdus:
        header, rows = hdus[0].header, {row["path"]: row["value"] for row in hdus["METADATA"].data}
    for keyword in ("EXPTIME", "ROMAN EXPOSURE EXPOSURE_TIME", "ROMAN REMARKS LONG"):
        assert keyword not in header
    assert rows["meta.exposure.exposure_time"] == "nan"
    assert rows["meta.remarks.long"] == "long" * 20
    assert rows["meta.remarks.with blanks"] == "1"


def test_a_mosaic_has_them_from_elsewhere(mosaic: Path, tmp_path: Path) -> None:
    header = fits.getheader(_as_fits(mosaic, tmp_path))
    assert header.comments["DATE-BEG"] == "meta.coadd_info.time_first"
    assert header.comments["EXPTIME"] == "meta.coadd_info.exposure_time"


@pytest.mark.newest_rad
def test_every_path_of_the_keywords_is_one_of_a_schema() -> None:
    known = [our_class(tag) for tag in newest_tags()]
    old = [model.create_minimal(version="1.0.0") for model in (rcm.ImageModel, rcm.MosaicModel)]
    for path in {path for paths in KEYWORDS.values() for path in paths}:
        name = f"meta.{path}"
        assert any(_describes(model, name) for model in [*known, *old]), name
    assert all(len(keyword) <= 8 for keyword in KEYWORDS)


def _describes(model: Any, path: str) -> bool:
    try:
        model.describe(path) if isinstance(model, rcm.DataModel) else model._node_class().describe(path)
    except rcm.UnknownAttributeError:
        return False
    return True


def test_all_metadata_stand_in_a_table(file: Path, tmp_path: Path) -> None:
    with rcm.open(file) as model, fits.open(_as_fits(file, tmp_path)) as hdus:
        rows = {row["path"]: row for row in hdus["METADATA"].data}
        flat = model.to_flat_dict(include_arrays=False)
        wanted = {name.removeprefix("roman.") for name in flat} - {"meta.wcs", "source_catalog"}
        lists = {name for name in rows if rows[name]["value"].startswith("[")}
        assert {name for name in wanted if name.rstrip("0123456789.") not in lists} <= rows.keys()
        assert rows.keys() - lists <= wanted
        assert rows["meta.telescope"]["value"] == "ROMAN"
        assert rows["meta.telescope"]["title"] == model.describe("meta.telescope").title


def test_values_have_units_where_the_schema_gives_them(image: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model, fits.open(_as_fits(image, tmp_path)) as hdus:
        rows = {row["path"]: row["unit"] for row in hdus["METADATA"].data if row["unit"]}
        assert rows
        for path, unit in rows.items():
            assert fits_unit(model.describe(path).unit) == unit


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(max_size=200),
    number=st.floats() | st.integers() | st.booleans() | st.none(),
    name=st.text("abc_ é.=/'\n", min_size=1, max_size=30),
)
def test_any_metadata_can_be_written(
    text: str, number: Any, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    model: Any = rcm.ImageModel.create_fake_data(shape=(2, 2))
    model.meta.program.title = text
    model.meta["remarks"] = {name: number, "list": [number, text, [number]], "text": text}
    path = model.to_fits(tmp_path_factory.mktemp("any") / "any.fits")
    with fits.open(path) as hdus:
        hdus.verify("exception")
        rows = {row["path"]: row["value"] for row in hdus["METADATA"].data}
        printed = "".join(letter for letter in text if letter.isascii() and letter.isprintable())
        if text.isascii() and text.isprintable():
            assert rows["meta.remarks.text"].rstrip() == printed.rstrip()
            assert hdus[0].header["TITLE"].rstrip() == printed.rstrip()


# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_file_that_is_there_is_kept_where_it_should_be(image: Path, tmp_path: Path) -> None:
    path = tmp_path / "image.fits"
    path.write_bytes(b"before")
    with rcm.open(image) as model:
        with pytest.raises(rcm.TargetExistsError, match=r"image\.fits"):
            model.to_fits(path, overwrite=False)
        assert path.read_bytes() == b"before"
        assert model.to_fits(str(path)) == path
    _check(path)


@pytest.mark.parametrize("name", ["image.asdf", "image", "image.fits.gz"])
def test_other_endings_are_refused(name: str, tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data()
    with pytest.raises(ValueError, match=r"FITS files end in \.fits"):
        model.to_fits(tmp_path / name)


# -- other readers -----------------------------------------------------------------------------------------------------


@pytest.fixture
def stars(tmp_path: Path) -> Iterator[tuple[Any, Path]]:
    model: Any = rcm.MosaicModel.create_fake_data(shape=(200, 250))
    y, x = np.mgrid[:200, :250]
    data = np.random.default_rng(1).normal(10, 1, (200, 250))
    for star in ((50, 60), (150, 100), (100, 190)):
        data += 5000 * np.exp(-((y - star[0]) ** 2 + (x - star[1]) ** 2) / 4.5)
    model.data = data.astype("f4")
    model.meta.wcs = sky_of_mosaic((200, 250))
    yield model, model.to_fits(tmp_path / "stars.fits")


@pytest.mark.skipif(EXTRACTOR is None, reason="Source Extractor is not installed")
def test_source_extractor_finds_the_sources_on_the_sky(stars: tuple[Any, Path], tmp_path: Path) -> None:
    model, path = stars
    (tmp_path / "columns").write_text("X_IMAGE\nY_IMAGE\nALPHA_J2000\nDELTA_J2000\n")
    (tmp_path / "filter").write_text("CONV NORM\n1 2 1\n2 4 2\n1 2 1\n")
    options = {
        "CATALOG_NAME": "found.fits",
        "CATALOG_TYPE": "FITS_1.0",
        "PARAMETERS_NAME": "columns",
        "FILTER_NAME": "filter",
        "STARNNW_NAME": "/usr/share/source-extractor/default.nnw",
    }
    command = [
        str(EXTRACTOR),
        f"{path.name}[1]",
        *(word for key, value in options.items() for word in (f"-{key}", value)),
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    found = Table.read(tmp_path / "found.fits", hdu=1)
    assert len(found) == 3
    wanted = model.meta.wcs(np.array(found["X_IMAGE"]) - 1, np.array(found["Y_IMAGE"]) - 1)
    apart = angular_separation(*np.deg2rad([*wanted, found["ALPHA_J2000"], found["DELTA_J2000"]]))
    assert (np.rad2deg(apart) * ARCSEC).max() < 0.001
