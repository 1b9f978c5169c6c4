"""Images as `astropy.nddata`, and Roman files by the ``read`` of astropy's classes."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
import roman_datamodels.datamodels as peer
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.io.registry import IORegistryError
from astropy.nddata import CCDData, Cutout2D, NDData, NDDataRef, StdDevUncertainty
from astropy.table import QTable, Table
from astropy.wcs import WCS

import roman_cal_models as rcm
from roman_cal_models.dqflags import group, pixel
from tests.skies import DEC, RA, sky_of_detector

SIDE = (60, 80)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Level 2 image of the peer's."""
    model = peer.ImageModel.create_fake_data(shape=SIDE)
    model.data = np.random.default_rng(0).normal(100, 10, SIDE).astype(np.float32)
    model.err = np.full(SIDE, 2, model.err.dtype)
    model.dq[1, 2] = pixel.DO_NOT_USE
    model.dq[3, 4] = pixel.SATURATED
    model.meta.wcs = sky_of_detector(SIDE)
    path = tmp_path_factory.mktemp("nddata") / "image.asdf"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(path)
    return path


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    model: Any = rcm.ImageSourceCatalogModel.create_fake_data()
    columns = model.create_empty_catalog()
    units = {name: columns[name].unit for name in columns.colnames if columns[name].unit is not None}
    values = {name: np.arange(3).astype(columns[name].dtype) for name in columns.colnames}
    model.source_catalog = Table(values, units=units)
    return rcm.DataModel.save(model, tmp_path / "cat.asdf")


# -- NDData ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [None, NDData, CCDData, NDDataRef])
def test_an_image_is_all_that_nddata_holds(cls: Any, file: Path) -> None:
    with rcm.open(file) as opened:
        model: Any = opened
        found = model.to_nddata() if cls is None else model.to_nddata(cls)
        assert type(found) is (cls or NDData)
        assert found.data is model.data
        assert found.unit == u.DN / u.s
        assert np.argwhere(found.mask).tolist() == [[1, 2]]
        assert isinstance(found.uncertainty, StdDevUncertainty)
        assert model.err.dtype == np.float16
        assert found.uncertainty.array.dtype == np.float32
        assert np.array_equal(found.uncertainty.array, model.err)
        assert found.uncertainty.quantity.unit == found.unit
        if cls is CCDData:
            assert isinstance(found.wcs, WCS)
        else:
            assert found.wcs.low_level_wcs is model.meta.wcs.low_level_wcs
        y, x = (49.0, 3.0)
        assert found.wcs.pixel_to_world(x, y).separation(model.meta.wcs.pixel_to_world(x, y)).arcsec < 1e-6
        assert found.meta["instrument"]["detector"] == "WFI01"
        assert "wcs" not in found.meta
        assert type(found.meta["instrument"]) is dict


def test_arithmetic_and_cutouts_go_on_from_there(file: Path) -> None:
    with rcm.open(file) as model:
        ccd: Any = model.to_nddata(CCDData)
        twice = ccd.add(ccd)
        assert np.allclose(twice.uncertainty.array, 2 * np.sqrt(2))
        assert twice.mask.sum() == 1
        part = Cutout2D(ccd.data, SkyCoord(RA, DEC, unit="deg"), (10, 10), wcs=ccd.wcs)
        assert part.input_position_original == pytest.approx((39.5, 29.5), abs=1e-3)


def test_flags_can_be_chosen(file: Path) -> None:
    with rcm.open(file) as model:
        both = np.argwhere(model.to_nddata(flags=("DO_NOT_USE", "SATURATED")).mask).tolist()
        assert both == [[1, 2], [3, 4]]
        assert np.argwhere(model.to_nddata(flags="SATURATED").mask).tolist() == [[3, 4]]
        assert np.argwhere(model.to_nddata(flags=pixel.SATURATED).mask).tolist() == [[3, 4]]
        assert model.to_nddata(flags=()).mask is None
        with pytest.raises(ValueError, match="'SATURTED' is not a flag of dq"):
            model.to_nddata(flags="SATURTED")


def test_a_ramp_is_masked_by_both_of_its_arrays() -> None:
    ramp: Any = rcm.RampModel.create_fake_data(shape=(3, 4, 5))
    with pytest.raises(
        rcm.ConversionError, match=r"the shape of pixeldq is \(3, 4\), and that of the image is \(3, 4, 5\)"
    ):
        ramp.to_nddata()
    ramp.pixeldq = np.zeros((4, 5), "uint32")
    ramp.pixeldq[1, 2] = pixel.DO_NOT_USE
    ramp.groupdq[0, 3, 3] = group.DO_NOT_USE
    mask = ramp.to_nddata().mask
    assert mask.shape == (3, 4, 5)
    assert np.argwhere(mask).tolist() == [[0, 1, 2], [0, 3, 3], [1, 1, 2], [2, 1, 2]]
    ramp.pixeldq[0, 0] = pixel.NO_LIN_CORR
    assert ramp.to_nddata(flags="NO_LIN_CORR").mask.sum() == 3


def test_a_mosaic_has_no_flags() -> None:
    found: Any = rcm.MosaicModel.create_fake_data(shape=SIDE).to_nddata()
    assert found.mask is None
    assert found.unit == u.MJy / u.sr


def test_nothing_is_copied_without_need() -> None:
    model: Any = rcm.MosaicModel.create_fake_data(shape=SIDE)
    found: Any = model.to_nddata()
    assert found.data is model.data
    assert found.uncertainty.array is model.err


def test_a_quantity_has_its_own_unit() -> None:
    model: Any = rcm.FpsModel.create_fake_data(shape=(3, 4, 5))
    found: Any = model.to_nddata()
    assert found.unit == model.data.unit
    assert type(found.data) is np.ndarray
    assert np.shares_memory(found.data, model.data)


def test_a_unit_that_nothing_says_can_be_given() -> None:
    flat: Any = rcm.FlatRefModel.create_fake_data(shape=(3, 4))
    assert flat.to_nddata(CCDData).unit == u.dimensionless_unscaled
    image: Any = rcm.ImageModel.create_fake_data(shape=(3, 4))
    assert str(image.to_nddata().unit) == "DN / s"
    assert image.to_nddata(unit="MJy.sr**-1").unit == u.MJy / u.sr
    with pytest.raises(rcm.UnitError, match="not in parsec"):
        image.to_nddata(unit="parsec")


def test_ccddata_goes_to_fits_and_back(file: Path, tmp_path: Path) -> None:
    with rcm.open(file) as opened:
        model: Any = opened
        ccd: Any = CCDData(model.to_nddata(CCDData), meta={})
        ccd.write(tmp_path / "ccd.fits")
        again = CCDData.read(tmp_path / "ccd.fits")
        whole = CCDData.read(model.to_fits(tmp_path / "whole.fits"), hdu="DATA", hdu_mask=None, hdu_uncertainty=None)
        for each in (again, whole):
            assert np.array_equal(each.data, model.data)
            assert each.unit == ccd.unit
            assert each.wcs.pixel_to_world_values(9, 9) == pytest.approx(model.meta.wcs(9, 9), abs=1e-9)


def test_a_sky_that_fits_has_no_words_for_is_told() -> None:
    from astropy.modeling import models as typed_models
    from gwcs import coordinate_frames as frames
    from gwcs.wcs import WCS as Generalized

    models: Any = typed_models
    model: Any = rcm.ImageModel.create_fake_data(shape=SIDE)
    detector, other = (frames.Frame2D(name=name, unit=(u.pix, u.pix)) for name in ("detector", "other"))
    model.meta.wcs = Generalized([(detector, models.Identity(2)), (other, None)])
    with pytest.warns(rcm.FitsWarning, match="^ImageModel has no WCS"):
        assert model.to_nddata(CCDData).wcs is None


@pytest.mark.parametrize("cls", ["CCDData", int, NDData(1)])
def test_what_is_no_class_of_images_is_told(cls: Any) -> None:
    with pytest.raises(TypeError, match=r"is not a class of images: give NDData, CCDData"):
        rcm.ImageModel.create_fake_data(shape=SIDE).to_nddata(cls)


def test_what_has_no_image_is_told(catalog: Path) -> None:
    with (
        rcm.open(catalog) as model,
        pytest.raises(rcm.ConversionError, match=r"cat\.asdf: ImageSourceCatalogModel has"),
    ):
        model.to_nddata()


# -- astropy's unified I/O ---------------------------------------------------------------------------------------------


@pytest.fixture
def registered() -> None:
    rcm.register_astropy_io()
    rcm.register_astropy_io()


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("format", ["roman", None])
def test_a_catalogue_is_read_as_a_table(format: str | None, catalog: Path) -> None:
    table: Any = Table.read(catalog, format=format)
    with rcm.open(catalog) as model:
        assert table.colnames == model["source_catalog"].colnames
    assert table["ra"].unit == u.deg
    assert table["label"].tolist() == [0, 1, 2]
    quantities: Any = QTable.read(str(catalog), format=format)
    assert isinstance(quantities["ra"], u.Quantity)


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize("cls", [CCDData, NDDataRef])
@pytest.mark.parametrize("format", ["roman", None])
def test_an_image_is_read_as_nddata(cls: Any, format: str | None, file: Path) -> None:
    found = cls.read(file, format=format)
    assert type(found) is cls
    assert found.mask.sum() == 1
    assert cls.read(str(file), format=format, flags="SATURATED").mask[3, 4]
    with rcm.open(file) as model:
        assert np.array_equal(found.data, model["data"])


@pytest.mark.usefixtures("registered")
def test_a_stream_is_read_as_well(file: Path, catalog: Path) -> None:
    with open(file, "rb") as stream:
        assert CCDData.read(stream).shape == SIDE
    with open(catalog, "rb") as stream:
        assert len(Table.read(stream)) == 3


@pytest.mark.usefixtures("registered")
def test_other_files_are_left_to_others(file: Path, catalog: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.asdf"
    asdf.AsdfFile({"data": Table({"a": [1, 2]})}).write_to(other)
    for cls, path in ((Table, file), (CCDData, catalog), (CCDData, other)):
        with pytest.raises((IORegistryError, KeyError)):  # the latter from asdf-astropy, if it claims them by now
            cls.read(path)
    import asdf_astropy.io  # noqa: F401  registers "asdf", for whatever ends so

    assert Table.read(other)["a"].tolist() == [1, 2]
    assert "label" in Table.read(catalog).colnames
    with pytest.raises(rcm.ConversionError, match=r"image\.asdf: ImageModel has no source_catalog"):
        Table.read(file, format="roman")


def test_nothing_is_registered_unasked() -> None:
    program = (
        "import roman_cal_models as rcm; from astropy.table import Table; from astropy.io.registry import get_formats\n"
        "rcm.ImageModel.create_fake_data().to_nddata()\n"
        "assert 'roman' not in get_formats(Table)['Format']\n"
        "rcm.register_astropy_io()\n"
        "assert 'roman' in get_formats(Table)['Format']\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True)
