"""`rcm.diff`."""

from __future__ import annotations

import copy
import io
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roman_datamodels.datamodels as peer
from astropy.table import MaskedColumn, QTable, Table
from astropy.time import Time
from astropy.units import Quantity
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import roman_cal_models as rcm
from roman_cal_models.comparison.comparing import Comparison
from roman_cal_models.comparison.records import Difference
from roman_cal_models.foreign.array_differences import Array, differences_of_arrays
from roman_cal_models.header.content import read_header_bytes
from roman_cal_models.sources.sameness import are_surely_the_same
from roman_cal_models.sources.yaml_source import YamlSource
from roman_cal_models.yaml import TaggedMapping, TaggedScalar

EXACTLY = Comparison(0.0, 0.0, ())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A Level 2 image as the peer writes it."""
    path = tmp_path / "one.asdf"
    image = peer.ImageModel.create_fake_data(shape=(64, 32))
    image.meta.cal_step = dict(rcm.L2CalStep.create_minimal())
    image.save(path)
    return path


def changed(path: Path, **arrays: Any) -> Path:
    """Return another file that has other values under some names."""
    other = path.with_name("two.asdf")
    with rcm.open(path) as model:
        for name, value in arrays.items():
            model[name] = value
        model.save(other)
    return other


SAVED = ("meta.filename", "meta.file_date")


def test_a_file_does_not_differ_from_itself(path: Path) -> None:
    found = rcm.diff(path, path)
    assert not found
    assert found == ()
    assert str(found) == "no difference"


def test_files_models_and_nodes_can_be_mixed(path: Path) -> None:
    with rcm.open(path) as model:
        for other in (model, model.node, path.read_bytes(), str(path), io.BytesIO(path.read_bytes())):
            assert not rcm.diff(path, other)


def test_a_value_is_told_with_its_path(path: Path) -> None:
    with rcm.open(path) as model:
        other = model.copy()
        other.meta.instrument.detector = "WFI07"
        other.meta.exposure.exposure_time = 7.5
        found = rcm.diff(model, other)
    assert list(found) == [
        Difference("meta.exposure.exposure_time", "changed", -999999.0, 7.5),
        Difference("meta.instrument.detector", "changed", "WFI01", "WFI07"),
    ]
    assert str(found).splitlines()[1] == "meta.instrument.detector: 'WFI01' -> 'WFI07'"
    assert list(found.paths()) == ["meta.exposure.exposure_time", "meta.instrument.detector"]


def test_what_only_one_has_is_told(path: Path) -> None:
    with rcm.open(path) as model:
        other = model.copy()
        del other.meta.cal_step["flux"]
        other.meta.cal_step.mine = "x"
        del other["chisq"]
        found = rcm.diff(model, other)
        assert [(each.path, each.kind) for each in found] == [
            ("meta.cal_step.flux", "removed"),
            ("meta.cal_step.mine", "added"),
            ("chisq", "removed"),
        ]
        assert "only in the first: <array float16 (64, 32)>" in str(found[2])
        assert rcm.diff(other, model)[-1].kind == "added"


def test_names_can_be_left_out(path: Path) -> None:
    other = changed(path, data=np.ones((64, 32), np.float32))
    assert set(rcm.diff(path, other).paths()) == {"data", *SAVED}
    assert list(rcm.diff(path, other, ignore=SAVED).paths()) == ["data"]
    assert list(rcm.diff(path, other, ignore=("meta.file*",)).paths()) == ["data"]
    assert not rcm.diff(path, other, ignore=("meta", "data"))


# -- arrays ----------------------------------------------------------------------------------------------------------


def test_elements_are_counted_and_the_largest_difference_is_found(path: Path) -> None:
    with rcm.open(path) as model:
        data = model.data.copy()
    data[3, 4] += 1
    data[60, 5] -= 2.5
    data[7, 8] = np.nan
    found = rcm.diff(path, changed(path, data=data), ignore=SAVED)
    assert [each.kind for each in found] == ["elements"]
    array = found[0].array
    assert array is not None
    assert (array.count, array.size, array.largest, array.index) == (3, 2048, 2.5, (60, 5))
    assert str(found) == "data: 3 of 2048 elements differ, by 2.5 at most, at [60, 5]"


def test_arrays_of_a_file_are_not_kept(path: Path) -> None:
    with rcm.open(path) as model:
        raw = dict.get(model.node, "data")
        assert not rcm.diff(model, path)
        assert not raw.is_built  # type: ignore[union-attr]


def _spoiled(path: Path, name: str) -> Path:
    """Return a copy whose data can no longer be decompressed, under the checksum that it had."""
    (checksum, begin) = _block_of_data(path)
    content = bytearray(path.read_bytes())
    assert checksum.strip(b"\0")
    content[begin : begin + 8] = bytes(8)
    other = path.with_name(name)
    other.write_bytes(content)
    return other


def _block_of_data(path: Path) -> tuple[bytes, int]:
    with rcm.open(path) as model:
        raw: Any = dict.get(model.node, "data")
        _, block = raw.source.block(raw.raw)
    return block.checksum or b"", block.begin


def test_blocks_of_one_checksum_are_not_read(path: Path) -> None:
    rng = np.random.default_rng(0)
    path = changed(path, data=rng.normal(size=(64, 32)).astype("f4"))
    other = _spoiled(path, "spoiled.asdf")
    assert not rcm.diff(path, other)
    # where it has to be read, it is
    with rcm.open(path) as model, pytest.raises(rcm.RomanCalModelsError):
        assert model.data.size
        rcm.diff(model, other)


def test_blocks_of_other_checksums_are_read(path: Path) -> None:
    ones = np.ones((64, 32), "f4")
    (found,) = rcm.diff(changed(path, data=ones), path, ignore=SAVED)
    assert found.path == "data"
    # the same elements, compressed in another way
    one, other = path.with_name("a.asdf"), path.with_name("b.asdf")
    with rcm.open(path) as model:
        model.data = ones
        model.save(one)
        model.save(other, compression="zlib")
    assert not rcm.diff(one, other, ignore=SAVED)


def test_blocks_without_checksum_are_compared_as_they_are(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = (path.with_name(f"{name}.asdf") for name in "abc")
    with rcm.open(path) as model:
        model.data = np.arange(2048, dtype="f4").reshape(64, 32)
        model.save(one, compression=None, write_checksums=False)
        model.save(two, compression=None)
        model.data[5, 6] += 1
        model.save(three, compression=None, write_checksums=False)
    assert list(rcm.diff(one, three, ignore=SAVED).paths()) == ["data"]
    assert list(rcm.diff(two, three, ignore=SAVED).paths()) == ["data"]
    monkeypatch.setattr("roman_cal_models.comparison.comparing.differences_of_arrays", None)
    assert not rcm.diff(one, two, ignore=SAVED)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(TaggedMapping({"a": 1}, "tag:x"), TaggedMapping({"a": 1.0}, "tag:x"), id="a type"),
        pytest.param(TaggedMapping({"a": [1]}, "tag:x"), TaggedMapping({"a": [2]}, "tag:x"), id="a value"),
        pytest.param(TaggedMapping({"a": 1}, "tag:x"), TaggedMapping({"a": 1}, "tag:y"), id="a tag"),
        pytest.param(TaggedMapping({"a": 1}, "tag:x"), TaggedMapping({"b": 1}, "tag:x"), id="a key"),
        pytest.param(TaggedScalar("1", "tag:x"), TaggedScalar("2", "tag:x"), id="a text"),
    ],
)
def test_what_differs_in_its_yaml_is_not_surely_the_same(one: Any, two: Any) -> None:
    source = YamlSource(None, "1.6.0")
    assert not are_surely_the_same(one, source, two, source)
    assert are_surely_the_same(one, source, copy.deepcopy(one), source)
    assert not are_surely_the_same(one, source, one, YamlSource(None, "1.5.0"))


def test_arrays_of_other_shapes_are_not_read(path: Path) -> None:
    other = changed(path, data=np.ones((2, 2), np.float32))
    # nothing is there that could be read
    cut = other.with_name("cut.asdf")
    with other.open("rb") as stream:
        cut.write_bytes(read_header_bytes(stream, None).content)
    (found,) = rcm.diff(path, cut, ignore=("meta", "[!d]*", "dq*", "dumo"))
    assert (found.path, found.kind, found.old, found.new) == ("data", "shape", (64, 32), (2, 2))


@pytest.mark.parametrize(
    "pair", [(complex(np.inf, 0), complex(np.inf, 1)), (np.inf, 0.0), (1.5e308, -1.5e308)], ids=["both", "one", "far"]
)
def test_infinities_and_the_largest_numbers_have_no_distance(pair: tuple[complex, complex]) -> None:
    one, two = (np.array([number]) for number in pair)
    (found,) = differences_of_arrays("a", *(Array(a.shape, a.__getitem__) for a in (one, two)), EXACTLY)
    assert found.array is not None and found.array.largest is None


@given(st.data())
def test_any_two_arrays(data: st.DataObject) -> None:
    dtypes = st.sampled_from([np.dtype(name) for name in ("f4", "f8", "i2", "u8", "?", "c8", "U3")])
    dtype = data.draw(dtypes)
    shape = data.draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=4))
    one, two = (data.draw(hnp.arrays(dtype, shape)) for _ in range(2))
    found = list(differences_of_arrays("a", *(Array(a.shape, a.__getitem__) for a in (one, two)), EXACTLY))
    pairs = zip(one.ravel().tolist(), two.ravel().tolist(), strict=True)
    count = sum(a != b and not (a != a and b != b) for a, b in pairs)
    assert [each.kind for each in found] == (["elements"] if count else [])
    if count:
        array = found[0].array
        assert array is not None
        assert (array.count, array.size) == (count, one.size)
        assert one[array.index] != two[array.index]


def test_pieces_make_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roman_cal_models.foreign.array_differences._PIECE", 7)
    one = np.arange(60.0).reshape(10, 3, 2)
    two = one.copy()
    two[0, 1, 1] += 1
    two[9, 2, 0] += 3
    (found,) = differences_of_arrays("a", *(Array(a.shape, a.__getitem__) for a in (one, two)), EXACTLY)
    array = found.array
    assert array is not None
    assert (array.count, array.size, array.largest, array.index) == (2, 60, 3.0, (9, 2, 0))


@pytest.mark.parametrize(
    ("one", "two", "kinds"),
    [
        (np.ones(2, "f4"), np.ones(2, "f8"), ["dtype"]),
        (np.ones(2, "f4"), np.full(2, 2.0), ["dtype", "elements"]),
        (np.ones(2), np.array(["a", "b"]), ["dtype"]),
        (Quantity([1, 2], "m"), Quantity([100, 200], "cm"), ["unit"]),
        (Quantity([1, 2], "m"), Quantity([100, 201], "cm"), ["unit", "elements"]),
        (Quantity([1, 2], "m"), Quantity([1, 2], "s"), ["unit"]),
        (Quantity([1, 2], "m"), np.array([1.0, 2.0]), ["unit"]),
        (np.ma.masked_array([1, 2], [0, 1]), np.ma.masked_array([1, 3], [0, 1]), []),
        (np.ma.masked_array([1, 2], [0, 1]), np.ma.masked_array([1, 2], [0, 0]), ["elements"]),
        (np.array([np.nan, np.inf]), np.array([np.nan, np.inf]), []),
        (np.array([np.nan, np.inf]), np.array([0.0, -np.inf]), ["elements"]),
    ],
)
def test_types_units_and_masks(one: Any, two: Any, kinds: list[str]) -> None:
    found = differences_of_arrays("a", *(Array(a.shape, a.__getitem__) for a in (one, two)), EXACTLY)
    assert [each.kind for each in found] == kinds


def test_a_tolerance_is_for_numbers_and_elements(path: Path) -> None:
    with rcm.open(path) as model:
        other = copy.deepcopy(model)
        other.data = model.data + 1e-3
        other.meta.exposure.exposure_time += 1
        assert set(rcm.diff(model, other).paths()) == {"data", "meta.exposure.exposure_time"}
        assert list(rcm.diff(model, other, atol=0.01).paths()) == ["meta.exposure.exposure_time"]
        assert not rcm.diff(model, other, atol=0.01, rtol=1e-5)


# -- other objects ---------------------------------------------------------------------------------------------------


def test_columns_of_tables_are_compared() -> None:
    model = rcm.ImageSourceCatalogModel.create_fake_data()
    table = Table({"label": [1, 2], "ra": MaskedColumn([1.0, 2.0], mask=[False, True]), "name": ["a", "b"]})
    model.source_catalog = table
    other = model.copy()
    other.source_catalog = Table({"label": [1, 3], "ra": table["ra"], "flux": [1.0, 1.0]}, meta={"aperture_radii": 1})
    assert [(each.path, each.kind) for each in rcm.diff(model, other)] == [
        ("source_catalog.label", "elements"),
        ("source_catalog.name", "removed"),
        ("source_catalog.flux", "added"),
        ("source_catalog.meta", "changed"),
    ]
    assert not rcm.diff(model, model.copy())
    other.source_catalog = QTable(table)
    assert not rcm.diff(model, other)


def test_times_are_compared_by_value() -> None:
    model = rcm.ImageModel.create_fake_data(shape=(8, 8))
    other = model.copy()
    other.meta.file_date = Time("2021-01-01T00:00:00", scale="utc")
    model.meta.file_date = Time("2021-01-01T00:00:00", scale="utc")
    assert not rcm.diff(model, other)
    other.meta.file_date = Time("2021-01-01T00:00:01", scale="utc")
    (found,) = rcm.diff(model, other)
    assert str(found) == "meta.file_date: '2021-01-01T00:00:00.000' -> '2021-01-01T00:00:01.000'"


def wcs(ra: float) -> Any:
    from astropy import coordinates as coord
    from astropy import units as u
    from astropy.modeling import models
    from gwcs import WCS
    from gwcs import coordinate_frames as cf

    scale = models.Scale(0.11 / 3600) & models.Scale(0.11 / 3600)
    sky = scale | models.Pix2Sky_TAN() | models.RotateNative2Celestial(ra, 10, 180)
    detector = cf.Frame2D(name="detector", axes_order=(0, 1), unit=(u.pix, u.pix))
    world = cf.CelestialFrame(reference_frame=coord.ICRS(), name="world", unit=(u.deg, u.deg))
    made = WCS([(detector, sky), (world, None)])
    made.bounding_box = ((-0.5, 4087.5), (-0.5, 4087.5))
    return made


def test_world_coordinates_are_compared_on_the_sky() -> None:
    model = rcm.ImageModel.create_fake_data(shape=(8, 8))
    other = model.copy()
    model.meta.wcs, other.meta.wcs = wcs(5.0), wcs(5.0)
    assert not rcm.diff(model, other)
    other.meta.wcs = wcs(5.001)
    (found,) = rcm.diff(model, other)
    assert (found.path, found.kind) == ("meta.wcs", "wcs")
    assert found.separation == pytest.approx(3.6 * np.cos(np.deg2rad(10)), rel=0.01)
    assert str(found).startswith("meta.wcs: other world coordinates, up to 3.5")
    other.meta.wcs = None
    assert [each.kind for each in rcm.diff(model, other)] == ["changed"]


def test_a_tagged_scalar_is_its_value_and_sections_of_other_versions_are_told() -> None:
    old = rcm.ImageModel.create_fake_data(tag="asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.0.0", shape=(8, 8))
    new = rcm.ImageModel.create_fake_data(shape=(8, 8))
    found = {each.path: each for each in rcm.diff(new, old)}
    assert found[""].kind == "tag"
    assert str(found["meta.rcs"]).startswith("meta.rcs: tag meta/rcs-2.")
    assert str(found["meta.rcs"]).endswith(" -> rcs-1.0.0")
    assert "meta.telescope" not in found


def test_lists_are_compared_item_by_item() -> None:
    one = rcm.ImageModel.create_fake_data(shape=(8, 8))
    two = one.copy()
    one.meta.mine, two.meta.mine = [1, {"a": 2}, 3], [1, {"a": 4}, 3, 5]
    assert [str(each) for each in rcm.diff(one, two)] == [
        "meta.mine.1.a: 2 -> 4",
        "meta.mine.3: only in the second: 5",
    ]


@pytest.mark.parametrize(("one", "two"), [(1, True), (1, "1"), (1, 1.0), (None, 0), ("a", ["a"])])
def test_values_of_other_types_differ(one: Any, two: Any) -> None:
    a = rcm.ImageModel.create_fake_data(shape=(8, 8))
    b = a.copy()
    a.meta.mine, b.meta.mine = one, two
    assert [each.kind for each in rcm.diff(a, b)] == ["changed"]


def test_headers_are_compared_by_what_they_tell(path: Path) -> None:
    other = changed(path, data=np.ones((2, 2), np.float32))
    found = rcm.diff(rcm.read_header(path), rcm.read_header(other), ignore=SAVED)
    assert list(found.paths()) == ["data"]


# -- what is no file -------------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_told(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rcm.diff(path, path.with_name("missing.asdf"))
    with pytest.raises(rcm.NotAsdfError):
        rcm.diff(path, b"nothing")
    with pytest.raises(rcm.SourceTypeError):
        rcm.diff(path, 1)


# -- what is left out, and what is equal -----------------------------------------------------------------------------


def pair(one: Any, two: Any) -> tuple[Any, Any]:
    """Return two images that hold two values."""
    first = rcm.ImageModel.create_fake_data(shape=(8, 8))
    second = first.copy()
    first.meta.mine, second.meta.mine = one, two
    return first, second


def test_items_of_lists_can_be_left_out() -> None:
    first, second = pair([1, {"a": 2, "b": 2}, 3, [4]], [2, {"a": 4, "b": 4}, 3, [5], 6])
    assert list(rcm.diff(first, second, ignore=["meta.mine.0", "meta.mine.*.a"]).paths()) == [
        "meta.mine.1.b",
        "meta.mine.3.0",
        "meta.mine.4",
    ]
    assert not rcm.diff(first, second, ignore=["meta.mine.*"])


def test_the_meta_of_tables_can_be_left_out() -> None:
    model = rcm.ImageSourceCatalogModel.create_fake_data()
    model.source_catalog = Table({"label": [1]}, meta={"date": "1", "by": {"who": "a", "when": [1, 2]}})
    other = model.copy()
    other.source_catalog = Table({"label": [1]}, meta={"date": "2", "by": {"who": "a", "when": [1, 3]}})
    (found,) = rcm.diff(model, other, ignore=["source_catalog.meta.date"])
    assert (found.old, found.new) == ({"by": {"who": "a", "when": [1, 2]}}, {"by": {"who": "a", "when": [1, 3]}})
    for names in (["source_catalog.meta"], ["source_catalog.meta.date", "source_catalog.meta.by.when.1"]):
        assert not rcm.diff(model, other, ignore=names)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (100, 100.5),
        (100.5, 100),
        (100, 101),
        (math.nan, math.nan),
        (math.inf, math.inf),
        (Quantity(1, "m"), Quantity(1.5, "m")),
        (Quantity(math.nan, "m"), Quantity(math.nan, "m")),
    ],
)
def test_values_within_the_tolerance_are_equal(one: Any, two: Any) -> None:
    assert not rcm.diff(*pair(one, two), atol=1)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (True, False),
        (True, 1.0),
        (1, True),
        (math.nan, 1.0),
        (1, math.nan),
        (1.0, math.inf),
        (math.inf, -math.inf),
        (10**400, 1.0),
        (Quantity(1, "km"), Quantity(1000, "m")),
        (Quantity(1, "m"), 1.0),
    ],
)
def test_values_that_differ_do_so_at_any_tolerance(one: Any, two: Any) -> None:
    assert [each.kind for each in rcm.diff(*pair(one, two), atol=1, rtol=0.1)] == ["changed"]


@pytest.mark.parametrize("value", [math.nan, Quantity(math.nan, "m"), math.inf])
def test_without_tolerance_a_value_is_equal_to_itself(value: Any) -> None:
    twin = Quantity(value) if isinstance(value, Quantity) else float(str(value))
    assert not rcm.diff(*pair(value, twin))


def test_a_cut_file_is_not_the_same_as_itself(path: Path) -> None:
    path = changed(path, data=np.random.default_rng(0).normal(size=(64, 32)).astype("f4"))
    _, begin = _block_of_data(path)
    cut = path.with_name("cut.asdf")
    cut.write_bytes(path.read_bytes()[: begin + 100])
    with pytest.raises(rcm.RomanCalModelsError, match=r"cut\.asdf"):
        rcm.diff(cut, cut)
