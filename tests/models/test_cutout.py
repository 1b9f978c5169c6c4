"""Parts of images as models of their own; astropy's `Cutout2D`, NumPy and the peer are the witnesses."""

from __future__ import annotations

import io
import os
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
import roman_datamodels.datamodels as peer
from astropy import units as u
from astropy.coordinates import ICRS, SkyCoord
from astropy.nddata import Cutout2D
from astropy.wcs import WCS
from hypothesis import given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models.dqflags import pixel
from tests.peer import TAGS, WriteFile
from tests.skies import DEC, RA, models, sky_in_units, sky_of_detector, sky_of_mosaic

SIDE = (60, 80)
ARCSEC = 3600.0

# A middle (y, x) and a size: inside, at every edge and corner, larger than the image, odd and even, between pixels
PLACES = {
    "inside": ((30, 40), (11, 7)),
    "even": ((30, 40), (10, 8)),
    "between pixels": ((20.3, 31.7), (9, 12)),
    "one pixel": ((59, 79), (1, 1)),
    "lower left": ((0, 0), (9, 9)),
    "upper right": ((59, 79), (10, 10)),
    "upper left": ((58.5, 1), (7, 12)),
    "over the left edge": ((30, -3), (8, 9)),
    "over the top": ((62, 40), (9, 31)),
    "larger than the image": ((30, 40), (101, 141)),
}


def _written(model: Any, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.save(path)
    return path


def _noise(shape: tuple[int, ...], dtype: Any) -> Any:
    return (np.random.default_rng(0).normal(100, 10, shape)).astype(dtype)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Level 2 image of the peer's, whose arrays are in compressed blocks."""
    model = peer.ImageModel.create_fake_data(shape=SIDE)
    for name in ("data", "err", "var_poisson", "dq"):
        model[name] = _noise(SIDE, model[name].dtype)
    model.meta.wcs = sky_of_detector(SIDE)
    return _written(model, tmp_path_factory.mktemp("image") / "image.asdf")


@pytest.fixture(scope="module")
def mosaic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = peer.MosaicModel.create_fake_data(shape=SIDE)
    model.data = _noise(SIDE, np.float32)
    model.context = _noise((2, *SIDE), np.uint32)
    model.meta.wcs = sky_of_mosaic(SIDE, reference=(120.0, -30.0))
    model.meta.wcsinfo.x_ref, model.meta.wcsinfo.y_ref = -30.0, 120.0
    return _written(model, tmp_path_factory.mktemp("mosaic") / "mosaic.asdf")


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = peer.ScienceRawModel.create_fake_data(shape=(3, *SIDE))
    model.data = _noise((3, *SIDE), np.uint16)
    model.reference_read = _noise(SIDE, np.uint16)
    return _written(model, tmp_path_factory.mktemp("raw") / "raw.asdf")


def _apart(one: Any, two: Any) -> float:
    """Return how far apart places are at most, in arcseconds."""
    first, second = (SkyCoord(*each, unit="deg") for each in (one, two))
    return float(first.separation(second).arcsec.max())


# -- pixels ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_the_pixels_are_those_of_astropy(place: str, image: Path) -> None:
    (y, x), size = PLACES[place]
    with rcm.open(image) as model:
        cut = model.cutout((y, x), size)
        witness = Cutout2D(model.data, (x, y), size, mode="partial", fill_value=np.nan)
        assert np.array_equal(cut.data, witness.data, equal_nan=True)
        dq = Cutout2D(model.dq.astype(float), (x, y), size, mode="partial", fill_value=int(pixel.DO_NOT_USE)).data
        assert np.array_equal(cut.dq, dq)
        assert cut.dq.dtype == model.dq.dtype


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", ["image", "mosaic"])
def test_the_sky_is_where_it_was(place: str, kind: str, request: pytest.FixtureRequest) -> None:
    (y, x), (ny, nx) = PLACES[place]
    with rcm.open(request.getfixturevalue(kind)) as model:
        cut = model.cutout((y, x), (ny, nx))
        plain = WCS(naxis=2)
        plain.wcs.crpix = 0, 0
        witness = Cutout2D(np.zeros(SIDE), (x, y), (ny, nx), mode="partial", wcs=plain)
        corners = np.array([(0, 0), (0, ny - 1), (nx - 1, 0), (nx - 1, ny - 1), (nx / 3, ny / 7)]).T
        there = corners - witness.wcs.wcs.crpix[:, np.newaxis]
        found = cut.meta.wcs(*corners, with_bounding_box=False)
        assert _apart(found, model.meta.wcs(*there, with_bounding_box=False)) < 1e-6
        back = cut.meta.wcs.invert(*found, with_bounding_box=False)
        assert np.allclose(back, corners, atol=1e-3)


@settings(deadline=None)
@given(
    grid=st.tuples(st.integers(1, 12), st.integers(1, 12)),
    cubes=st.integers(1, 3),
    size=st.tuples(st.integers(1, 15), st.integers(1, 15)),
    first=st.tuples(st.integers(-14, 11), st.integers(-14, 11)),
    part=st.floats(0, 0.49),
)
def test_the_pixels_are_those_of_numpy(
    grid: tuple[int, int], cubes: int, size: tuple[int, int], first: tuple[int, int], part: float
) -> None:
    model = rcm.RampModel.create_fake_data(shape=(cubes, *grid))
    values = np.arange(cubes * grid[0] * grid[1]).reshape(cubes, *grid)
    model.data, model.pixeldq, model.groupdq = (
        values.astype(np.float32),
        values[0].astype(np.uint32),
        (values % 256).astype(np.uint8),
    )
    # the middle of such a window, or up to half a pixel before it
    middle = tuple(start + (count - 1) / 2 - part for start, count in zip(first, size, strict=True))
    if any(start >= length or start + count <= 0 for start, count, length in zip(first, size, grid, strict=True)):
        with pytest.raises(rcm.OutsideImageError):
            model.cutout(middle, size)
        return
    cut = model.cutout(middle, size)
    for name, filling in (("data", np.nan), ("pixeldq", 1), ("groupdq", 1)):
        whole = model[name]
        around = [(0, 0)] * (whole.ndim - 2) + [(15, 15)] * 2
        y, x = (start + 15 for start in first)
        wanted = np.pad(whole, around, constant_values=filling)[..., y : y + size[0], x : x + size[1]]
        assert np.array_equal(cut[name], wanted, equal_nan=name == "data")
        assert cut[name].dtype == whole.dtype


def test_cubes_and_images_of_a_raw_file_are_cut(raw: Path) -> None:
    with rcm.open(raw) as model:
        cut = model.cutout((1, 2), (5, 9))
        assert np.array_equal(cut.data[:, 1:, 2:], model.data[:, :4, :7])
        assert not cut.data[:, 0].any() and not cut.data[..., :2].any()
        assert np.array_equal(cut["reference_read"][1:, 2:], model["reference_read"][:4, :7])
        assert "wcs" not in cut.meta


def test_the_context_of_a_mosaic_is_cut(mosaic: Path) -> None:
    with rcm.open(mosaic) as model:
        cut = model.cutout((30, 40), 5)
        assert np.array_equal(cut.context, model.context[:, 28:33, 38:43])


@pytest.mark.newest_rad  # an array of integers that are not flags
def test_what_stands_outside_can_be_chosen(image: Path) -> None:
    with rcm.open(image) as model:
        cut = model.cutout((0, 0), 3, fill=-7)
        assert cut.data[0, 0] == -7
        assert cut.dq[0, 0] == pixel.DO_NOT_USE
        assert cut["dq2"][0, 0] == 0  # which holds no -7
        assert model.cutout((0, 0), 3, fill=7)["dq2"][0, 0] == 7


@pytest.mark.newest_rad  # an array of float16
def test_what_an_array_cannot_hold_is_not_filled_in(image: Path) -> None:
    with rcm.open(image) as model, warnings.catch_warnings():
        warnings.simplefilter("error")
        cut = model.cutout((0, 0), 3, fill=np.float64(-999999))
        assert cut.data[0, 0] == -999999
        assert cut.err.dtype == np.float16
        assert np.isnan(cut.err[0, 0])
        assert model.cutout((0, 0), 3, fill=np.inf).err[0, 0] == np.inf


@pytest.mark.parametrize("fill", ["nan", "5", 5 * u.DN, 1j, [1]])
def test_what_is_no_number_is_not_filled_in(fill: Any, image: Path) -> None:
    with rcm.open(image) as model, pytest.raises(rcm.CutoutError, match=r"image\.asdf: fill is a number, not"):
        model.cutout((30, 40), 3, fill=fill)


@pytest.mark.parametrize("kind", ["image", "raw", "mosaic"])
def test_other_arrays_are_left_out_or_empty(kind: str, request: pytest.FixtureRequest) -> None:
    with rcm.open(request.getfixturevalue(kind)) as model:
        model["my_profile"] = np.arange(1000)
        cut = model.cutout((10, 10), 4)
        assert "my_profile" not in cut
        for name, value in cut.node.items():
            if hasattr(value, "shape"):
                is_beside = "ref_pix" in name or "amp33" in name
                assert value.size == 0 if is_beside else value.shape[-2:] == (4, 4), name
                assert (value.dtype, value.ndim) == (model[name].dtype, model[name].ndim), name


def test_quantities_and_masks_stay_what_they_are(image: Path) -> None:
    with rcm.open(image) as model:
        model["data"] = model.data * u.DN
        model["err"] = np.ma.array(model.err, mask=model.err > 100)
        cut = model.cutout((1, 1), 9)
        assert cut["data"].unit == u.DN
        assert np.isnan(cut["data"][0, 0])
        assert np.array_equal(cut["err"].mask[3:, 3:], model["err"].mask[:6, :6])
        assert cut["err"].mask[0].all()


# -- where -------------------------------------------------------------------------------------------------------------


def test_a_place_on_the_sky_is_found(image: Path) -> None:
    with rcm.open(image) as model:
        place = SkyCoord(*model.meta.wcs(31.2, 12.9), unit="deg")
        for same in (place, place.galactic, place.icrs.frame):
            assert np.array_equal(model.cutout(same, 7).data, model.cutout((12.9, 31.2), 7).data)


@pytest.mark.parametrize("bounds", [True, False])
def test_a_wcs_of_quantities_is_cut_as_one_of_numbers(bounds: bool, image: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model:
        model.meta.wcs = sky_in_units(SIDE, bounds=bounds)
        place = model.meta.wcs.pixel_to_world(31, 12)
        for position in (place, (12, 31)):
            cut = model.cutout(position, 7)
            assert np.array_equal(cut.data, model.data[9:16, 28:35])
            assert cut.meta.wcs.pixel_to_world(3, 3).separation(place).arcsec < 1e-6
            if not bounds:  # which not every asdf-astropy writes in quantities
                cut.save(tmp_path / "cut.asdf")
                with rcm.open(tmp_path / "cut.asdf") as again:
                    assert again.meta.wcs.pixel_to_world(3, 3).separation(place).arcsec < 1e-6


def test_a_wcs_that_does_not_lead_back_says_so(image: Path) -> None:
    with rcm.open(image) as model:
        place = model.meta.wcs.pixel_to_world(31, 12)
        model.meta.wcs = one_way = sky_of_detector(SIDE)
        one_way.pipeline[0].transform.inverse = models.Mapping((0,), n_inputs=2)
        assert model.cutout((12, 31), 7).shape == (7, 7)
        with pytest.raises(rcm.CutoutError, match=r"image\.asdf: meta\.wcs does not lead from the sky to pixels"):
            model.cutout(place, 7)


def test_pixels_are_given_as_one_likes(image: Path) -> None:
    with rcm.open(image) as model:
        wanted = model.cutout((12, 31), 7).data
        for same in ([12, 31], np.array([12, 31]), (12 * u.pix, 31 * u.pix), [12, 31] * u.pix, (np.array(12), 31.0)):
            assert np.array_equal(model.cutout(same, 7).data, wanted)
        for size in (np.int16(7), np.array(7), (np.array(7), np.float32(7)), 7 * u.pix):
            assert np.array_equal(model.cutout((12, 31), size).data, wanted)


def test_an_angle_is_divided_by_the_scale_of_the_pixels(image: Path) -> None:
    with rcm.open(image) as model:
        # 0.108 and 0.11 arcseconds
        assert model.cutout((30, 40), 1.1 * u.arcsec).shape == (10, 10)
        assert model.cutout((30, 40), (1.08 * u.arcsec, 2.2 * u.arcsec)).shape == (10, 20)
        assert model.cutout((30, 40), [0.0009, 0.0018] * u.deg).shape == (30, 59)
        assert model.cutout((30, 40), 12 * u.pix).shape == (12, 12)
        assert model.cutout((30, 40), (0.001 * u.arcsec, 7)).shape == (1, 7)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(SkyCoord(RA, DEC + 1, unit="deg"), id="beside"),
        pytest.param(SkyCoord(RA - 180, -DEC, unit="deg"), id="behind"),
        pytest.param(SkyCoord(RA + 90, 0, unit="deg"), id="at the edge of the projection"),
        pytest.param((-5, 10), id="before"),
        pytest.param((10, 83), id="after"),
    ],
)
def test_a_place_outside_is_an_error(place: Any, image: Path) -> None:
    with rcm.open(image) as model, pytest.raises(rcm.OutsideImageError, match=r"image\.asdf: .* 60 x 80") as told:
        model.cutout(place, 7)
    assert isinstance(told.value, IndexError)


def test_a_place_outside_whose_part_is_inside_is_none(image: Path) -> None:
    with rcm.open(image) as model:
        place = SkyCoord(*model.meta.wcs(-2.0, 5.0, with_bounding_box=False), unit="deg")
        assert np.isfinite(model.cutout(place, 9).data).any()


@pytest.mark.parametrize(
    "size",
    [
        *(0, -1, np.nan, np.inf, 10**12, "7", (3,), (3, 4, 5), (3, 0), True, None),
        *(0 * u.arcsec, 3 * u.s, np.nan * u.deg, 3 * u.one),
    ],
)
def test_what_is_no_size_is_refused(size: Any, image: Path) -> None:
    with rcm.open(image) as model, pytest.raises(rcm.CutoutError, match=r"image\.asdf: size is"):
        model.cutout((3, 3), size)


@pytest.mark.parametrize("position", [7, [3, 4] * u.deg, (1, 2, 3), (np.nan, 1), ("a", "b"), None, (1, 10**12)])
def test_what_is_no_position_is_refused(position: Any, image: Path) -> None:
    with rcm.open(image) as model, pytest.raises(rcm.CutoutError, match=r"image\.asdf: position is"):
        model.cutout(position, 3)


def test_many_places_are_too_many(image: Path) -> None:
    with rcm.open(image) as model:
        for number, said in ((2, "not 2 of them"), (1, "not a list of one")):
            with pytest.raises(rcm.CutoutError, match=f"one place on the sky, {said}"):
                model.cutout(SkyCoord([RA] * number, [DEC] * number, unit="deg"), 3)


@pytest.mark.parametrize("place", [SkyCoord(alt=DEC, az=RA, unit="deg", frame="altaz"), ICRS()])
def test_a_place_that_is_none_on_the_sky_is_refused(place: Any, image: Path) -> None:
    with rcm.open(image) as model, pytest.raises(rcm.CutoutError, match=r"image\.asdf: position cannot be transformed"):
        model.cutout(place, 3)


def test_without_a_wcs_there_are_only_pixels(raw: Path, image: Path) -> None:
    with rcm.open(raw) as model:
        for position, size in (((3, 3), 2 * u.arcsec), (SkyCoord(RA, DEC, unit="deg"), 3)):
            with pytest.raises(rcm.CutoutError, match=r"raw\.asdf: ScienceRawModel has no WCS in meta\.wcs"):
                model.cutout(position, size)
    with rcm.open(image) as image_model:
        image_model.meta.wcs = None
        cut = image_model.cutout((3, 3), 3)
        assert cut.meta.wcs is None
        assert cut.meta.wcsinfo.s_region == image_model.meta.wcsinfo.s_region
        assert cut.problems() == []


@pytest.mark.parametrize("kind", ["ImageSourceCatalogModel", "WfiWcsModel", "AbvegaoffsetRefModel"])
def test_a_model_without_image_says_so(kind: str) -> None:
    model = getattr(rcm, kind).create_fake_data()
    with pytest.raises(rcm.CutoutError, match=f"{kind} has no image"):
        model.cutout((3, 3), 3)


def test_a_cutout_larger_than_arrays_may_be_is_refused(image: Path) -> None:
    with rcm.open(image) as model, rcm.config(array_max_bytes=10_000):
        with pytest.raises(rcm.CutoutError, match="array_max_bytes=10000"):
            model.cutout((3, 3), 51)
        assert model.cutout((3, 3), 50).shape == (50, 50)


# -- what the metadata say ---------------------------------------------------------------------------------------------


def _vertices(s_region: str) -> Any:
    words = s_region.split()
    assert words[:2] == ["POLYGON", "ICRS"]
    return np.array(words[2:], dtype=float).reshape(-1, 2).T


@pytest.mark.parametrize("kind", ["image", "mosaic"])
def test_the_region_is_that_of_the_pixels(kind: str, request: pytest.FixtureRequest) -> None:
    with rcm.open(request.getfixturevalue(kind)) as model:
        cut = model.cutout((30, 40), (11, 7))
        edges = cut.meta.wcs.footprint(bounding_box=((-0.5, 6.5), (-0.5, 10.5))).T
        assert _apart(_vertices(cut.meta.wcsinfo.s_region), edges) < 1e-6
        assert _apart(cut.meta.wcs.footprint().T, edges) < 1e-6
        assert cut.meta.wcs.pixel_shape == (7, 11)


def test_the_bounding_box_holds_the_pixels_that_are_there(image: Path) -> None:
    with rcm.open(image) as model:
        cut = model.cutout((0, 79), (9, 5))
        box: Any = cut.meta.wcs.bounding_box
        assert (tuple(box[0]), tuple(box[1])) == ((-0.5, 2.5), (3.5, 8.5))
        assert np.isnan(cut.meta.wcs(0, 0)).all()
        assert tuple(model.meta.wcs.bounding_box[0]) == (-0.5, 79.5)


def test_a_wcs_without_bounds_gets_none(image: Path) -> None:
    with rcm.open(image) as model:
        model.meta.wcs = sky_of_detector(SIDE, bounds=False)
        assert model.cutout((3, 3), 3).meta.wcs.bounding_box is None


def test_the_numbers_of_a_mosaic_are_those_of_its_part(mosaic: Path) -> None:
    with rcm.open(mosaic) as model:
        cut = model.cutout((30, 40), (11, 7))
        found, before = cut.meta.wcsinfo, model.meta.wcsinfo
        assert (found.x_ref, found.y_ref) == (-30.0 - 37, 120.0 - 25)
        # the reference is the same place
        assert (
            _apart(
                cut.meta.wcs(found.x_ref, found.y_ref, with_bounding_box=False),
                model.meta.wcs(before.x_ref, before.y_ref, with_bounding_box=False),
            )
            < 1e-6
        )
        assert list(found.image_shape) == [7, 11]
        assert _apart((found.ra, found.dec), cut.meta.wcs(3, 5)) < 1e-6
        assert found.pixel_scale == pytest.approx(0.055, rel=1e-5)
        y = SkyCoord(*cut.meta.wcs([3, 3], [5, 6]), unit="deg")
        assert found.orientation == pytest.approx(y[0].position_angle(y[1]).deg, abs=1e-6)
        assert {key: found[key] for key in ("ra_ref", "orientation_ref", "skycell_name")} == {
            key: before[key] for key in ("ra_ref", "orientation_ref", "skycell_name")
        }


def test_the_numbers_of_an_old_mosaic_have_other_names(peer_file: WriteFile) -> None:
    with rcm.open(peer_file(f"{TAGS}wfi_mosaic-1.0.0")) as model:
        model.meta.wcs = sky_of_mosaic((8, 8))
        cut = model.cutout((3, 3), (3, 5))
        found, before = cut.meta.wcsinfo, model.meta.wcsinfo
        assert list(found["pixel_shape"]) == [5, 3]
        assert found["pixel_scale"] == before["pixel_scale"]
        assert found["pixel_scale_local"] == pytest.approx(0.055, rel=1e-5)
        assert _apart((found["ra_center"], found["dec_center"]), cut.meta.wcs(2, 1)) < 1e-6
        corners = [[found[f"{axis}_corn{number}"] for number in range(1, 5)] for axis in ("ra", "dec")]
        assert _apart(corners, _vertices(found["s_region"])) < 1e-6


def test_the_reference_of_a_detector_stays(image: Path) -> None:
    with rcm.open(image) as model:
        cut = model.cutout((30, 40), 5)
        changed = {key for key in model.meta.wcsinfo if cut.meta.wcsinfo[key] != model.meta.wcsinfo[key]}
        assert changed == {"s_region"}


def test_the_history_names_the_file_and_the_part(image: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model:
        once = model.cutout((0, 40), 11)
    once.save(tmp_path / "once.asdf")
    with rcm.open(tmp_path / "once.asdf") as model:
        twice = model.cutout((7, 3), 2)
    twice.save(tmp_path / "twice.asdf")
    with peer.open(tmp_path / "twice.asdf") as theirs:
        told = [entry["description"] for entry in theirs._asdf.get_history_entries()]
    assert [text for text in told if "cut" in text] == [
        "data is cut: 'rows -5 to 5, columns 35 to 45 of image.asdf' "
        "(a cutout of 11 x 11 pixels, some of them outside of the image)",
        "data is cut: 'rows 6 to 7, columns 2 to 3 of once.asdf' (a cutout of 2 x 2 pixels)",
    ]


@pytest.mark.parametrize(("name", "told"), [("?", "a model in memory"), ("mine.asdf", "mine.asdf")])
def test_the_history_of_what_is_in_no_file_names_what_it_can(name: str, told: str) -> None:
    model = rcm.ImageModel.create_fake_data({"meta": {"filename": name}}, shape=(9, 9))
    (change,) = model.cutout((4, 4), 3)._history
    assert f"columns 3 to 5 of {told}'" in str(change)


# -- models of their own -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["image", "mosaic", "raw"])
def test_a_cutout_is_a_valid_file_of_its_own(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    source = request.getfixturevalue(kind)
    with rcm.open(source) as model:
        cut = model.cutout((5, 5), 16)
    assert type(cut) is type(model)
    assert cut.problems() == []
    path = cut.save(tmp_path / "cut.asdf")
    with rcm.open(path) as ours:
        assert ours.problems(blocks=True) == []
        assert np.array_equal(ours["data"], cut["data"], equal_nan=True)
    with peer.open(path) as theirs:
        theirs.validate()
        assert theirs.data.shape[-2:] == (16, 16)
    assert path.stat().st_size < 60_000


@pytest.mark.parametrize(
    "name",
    [
        "wfi_image-1.0.0",
        "wfi_image-1.3.0",
        "wfi_image-1.8.0",
        "ramp-1.0.0",
        "wfi_science_raw-1.0.0",
        "wfi_mosaic-1.0.0",
        "wfi_mosaic-1.3.0",
        "segmentation_map-1.0.0",
        "reference_files/flat-1.0.0",
        "reference_files/dark-1.0.0",
        "reference_files/linearity-1.0.0",
    ],
)
def test_old_versions_stay_what_they_are(name: str, peer_file: WriteFile, tmp_path: Path) -> None:
    with rcm.open(peer_file(TAGS + name)) as model:
        cut = model.cutout((3, 3), (3, 5))
        tag = model.tag
    assert cut.tag == tag
    assert cut.problems() == []
    assert cut.shape is not None and cut.shape[-2:] == (3, 5)
    cut.save(tmp_path / "cut.asdf")
    with peer.open(tmp_path / "cut.asdf") as theirs:
        assert theirs.validate() is None


@pytest.mark.filterwarnings("ignore::roman_cal_models.errors.FilenameMismatchWarning")
def test_integers_with_a_unit_stay_integers_also_where_nothing_is_left(repository: Path) -> None:
    with rcm.open(repository / "tests/data/old_writers/0.26.0/TvacModel.asdf") as model:
        assert model.problems() == []
        cut = model.cutout((0, 0), 3)
        assert (cut["data"].unit, cut["data"].dtype) == (u.DN, np.uint16)
        assert (cut["amp33"].unit, cut["amp33"].dtype, cut["amp33"].size) == (u.DN, np.uint16, 0)
    assert cut.problems() == []


def test_a_model_of_a_file_of_asdf_is_cut_as_the_file_is(image: Path) -> None:
    with rcm.open(image) as model, asdf.open(image) as opened:
        cut, theirs = model.cutout((3, 3), 9), rcm.open(opened).cutout((3, 3), 9)
    assert theirs.problems() == []
    assert list(theirs.node) == list(cut.node)
    assert not rcm.diff(cut, theirs)


@pytest.mark.parametrize("storage", ["internal", "inline"])
def test_a_wcs_in_blocks_is_as_good_as_one_in_the_header(storage: str, image: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model:
        model.save(tmp_path / "stored.asdf", all_array_storage=storage)
        wanted = model.meta.wcs(41, 32)
    with rcm.open(tmp_path / "stored.asdf") as stored:
        cut = stored.cutout((30, 40), 7)
    cut.save(tmp_path / "cut.asdf")
    with rcm.open(tmp_path / "cut.asdf") as found:
        assert _apart(found.meta.wcs(4, 5), wanted) < 1e-6


def test_a_cutout_needs_no_file(image: Path, tmp_path: Path) -> None:
    with rcm.open(image) as model:
        cut = model.cutout(SkyCoord(RA, DEC, unit="deg"), 8)
    again: Any = pickle.loads(pickle.dumps(cut))
    assert rcm.diff(cut, again) == rcm.diff(cut, cut)
    assert cut.meta.exposure.start_time == again.meta.exposure.start_time
    cut.save(tmp_path / "cut.asdf")


def test_what_is_in_memory_is_cut_as_it_is(image: Path) -> None:
    with rcm.open(image) as model:
        model.data[30, 40] = -1
        model.err = np.full(SIDE, 4, model.err.dtype)
        cut = model.cutout((30, 40), 3)
        assert cut.data[1, 1] == -1
        assert (cut.err == 4).all()


def test_nothing_is_changed_or_shared(image: Path) -> None:
    with rcm.open(image) as model, rcm.open(image) as untouched:
        cut = model.cutout((30, 40), 3)
        cut.data[:] = 0
        cut.meta.exposure.type = "WFI_FLAT"
        cut.meta.wcs.bounding_box = ((0, 1), (0, 1))
        cut.meta.wcs.insert_transform("detector", sky_of_mosaic(SIDE).pipeline[0].transform[:2], after=True)
        assert rcm.diff(model, untouched) == rcm.diff(model, model)
        assert tuple(model.meta.wcs.bounding_box[0]) == (-0.5, 79.5)


def test_a_subclass_stays_one(image: Path) -> None:
    class Mine(rcm.ImageModel):
        pass

    with rcm.open(image) as model:
        assert type(Mine(model.node).cutout((3, 3), 3)) is Mine


def test_a_closed_file_is_told(image: Path) -> None:
    model = rcm.open(image)
    model.close()
    with pytest.raises(rcm.ModelClosedError, match=r"image\.asdf"):
        model.cutout((3, 3), 3)


# -- bytes -------------------------------------------------------------------------------------------------------------


class Counting(io.BytesIO):
    """Counts the bytes that are read."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.count += len(found)
        return found

    def readinto(self, buffer: Any, /) -> int:
        found = super().readinto(buffer)
        self.count += found
        return found


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str | None], bytes]:
    """A Level 2 image of two arrays of noise of 4 MB, by the compression."""
    model = rcm.ImageModel.create_fake_data(shape=(1024, 1024))
    model.data, model.err = _noise((1024, 1024), np.float32), _noise((1024, 1024), np.float16)
    model.meta.wcs = sky_of_detector((1024, 1024))
    folder = tmp_path_factory.mktemp("large")

    def content(compression: str | None) -> bytes:
        return model.save(folder / f"{compression}.asdf", compression=compression).read_bytes()

    return content


def test_only_the_pieces_are_read_that_hold_the_part(large: Callable[[str | None], bytes]) -> None:
    content = large("lz4")
    stream = Counting(content)
    rcm.open(stream).cutout((100, 500), 50)
    assert len(content) > 5_000_000
    # one piece of a megabyte of `data`, and one of `err`
    assert stream.count < 2_500_000


def test_of_what_is_not_compressed_only_the_rows_are_read(large: Callable[[str | None], bytes]) -> None:
    stream = Counting(large(None))
    rcm.open(stream).cutout((100, 500), 50)
    arrays = 7  # each of at most 4 bytes a pixel
    header = len(stream.getvalue().partition(b"\n...\n")[0])
    assert stream.count < 50 * (50 * 4 + 4096) * arrays + 4 * header


def test_an_array_that_was_read_is_not_read_again(large: Callable[[str | None], bytes]) -> None:
    stream = Counting(large("lz4"))
    model = rcm.open(stream)
    whole = {name: model[name] for name in model if name != "meta"}
    _ = model.meta.wcs
    before = stream.count
    cut = model.cutout((100, 500), 50)
    assert stream.count == before
    assert np.array_equal(cut["data"], whole["data"][75:125, 475:525])


def test_the_folder_of_a_file_is_nobodys_business(image: Path) -> None:
    with rcm.open(image) as model:
        cut = model.cutout((3, 3), 2)
    assert os.fspath(image.parent) not in str(cut._history)
