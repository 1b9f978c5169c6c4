"""How long a file stays open, who closes it, and what a model can still give then."""

from __future__ import annotations

import copy
import gc
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
from astropy.modeling.models import Tabular1D

import roman_cal_models as rcm
from tests.handles import needs_handles, times_open

SHAPE = (64, 64)


@pytest.fixture(scope="module")
def data() -> np.ndarray:
    return np.arange(64 * 64, dtype="f4").reshape(SHAPE)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, data: np.ndarray) -> Path:
    """An image with blocks. Nobody may change it."""
    model = rcm.ImageModel.create_fake_data({"data": data}, shape=SHAPE)
    return model.save(tmp_path_factory.mktemp("life") / "image.asdf")


@pytest.fixture(scope="module")
def plain_file(tmp_path_factory: pytest.TempPathFactory, data: np.ndarray) -> Path:
    """An image whose blocks are not compressed."""
    model = rcm.ImageModel.create_fake_data({"data": data}, shape=SHAPE)
    return model.save(tmp_path_factory.mktemp("life") / "plain.asdf", all_array_compression=None)


# -- views -----------------------------------------------------------------------------------------------------------


def test_a_view_outlives_the_model_that_it_was_made_of(file: Path, data: np.ndarray) -> None:
    view = rcm.open(rcm.open(file))
    assert np.array_equal(view.data, data)


def test_a_view_of_a_closed_model_is_closed(file: Path) -> None:
    model = rcm.open(file)
    view = rcm.open(model)
    model.close()
    with pytest.raises(rcm.ModelClosedError, match=r"image\.asdf: data was not loaded"):
        _ = view.data


# -- handles ---------------------------------------------------------------------------------------------------------


def _with(file: Path) -> None:
    with rcm.open(file) as model:
        assert model.meta.filename == "image.asdf"


def _close(file: Path) -> None:
    rcm.open(file).close()


def _drop(file: Path) -> None:
    assert rcm.open(file).meta.filename == "image.asdf"


def _drop_after_reading(file: Path) -> None:
    assert rcm.open(file).data.shape == SHAPE


def _drop_mapped(file: Path) -> None:
    assert rcm.open(file, memmap=True).data.shape == SHAPE


@needs_handles
@pytest.mark.parametrize(
    ("use", "times"), [(_with, 2000), (_close, 2000), (_drop, 2000), (_drop_after_reading, 100), (_drop_mapped, 100)]
)
def test_many_opens_leave_no_file_open(use: Callable[[Path], None], times: int, file: Path) -> None:
    use(file)
    with _no_collection():
        for _ in range(times):
            use(file)
        assert times_open(file) == 0


@needs_handles
def test_a_copy_of_a_node_keeps_no_file_open(file: Path) -> None:
    with _no_collection():
        meta = copy.deepcopy(rcm.open(file).meta)
        assert times_open(file) == 0
    assert meta.exposure.start_time == rcm.read_header(file).meta.exposure.start_time


def test_a_dropped_model_leaves_the_callers_stream_open(file: Path) -> None:
    stream = io.BytesIO(file.read_bytes())
    assert rcm.open(stream).data.shape == SHAPE
    assert not stream.closed


def test_what_was_taken_out_of_a_dropped_model_can_be_read(file: Path, data: np.ndarray) -> None:
    node = rcm.open(file).node
    assert np.array_equal(node["data"], data)


@pytest.mark.parametrize("memmap", [False, True])
def test_an_array_outlives_its_model(memmap: bool, plain_file: Path, data: np.ndarray) -> None:
    array = rcm.open(plain_file, memmap=memmap).data
    assert np.array_equal(array, data)


def test_a_foreign_object_with_arrays_in_blocks_outlives_its_file(tmp_path: Path) -> None:
    table = Tabular1D(points=np.arange(1000.0), lookup_table=np.arange(1000.0) ** 2)
    path = tmp_path / "some.asdf"
    model = rcm.ImageModel.create_fake_data()
    model["table"] = table
    model.save(path, all_array_storage="internal")
    with rcm.open(path) as opened:
        found = opened["table"]
    assert found(30.0) == 900
    assert opened["table"] is found


# -- closed ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "take",
    [
        lambda model: model.data,
        lambda model: model["data"],
        lambda model: model.section("data", 0),
        lambda model: model.detach(),
        lambda model: model.copy(),
        lambda model: model.to_flat_dict(),
    ],
)
@pytest.mark.parametrize("source", [str, lambda path: path.open("rb")])
def test_a_closed_model_says_so(source: Callable[[Path], Any], take: Callable[[Any], Any], file: Path) -> None:
    opened = source(file)
    model = rcm.open(opened)
    (model if opened == str(file) else opened).close()
    with pytest.raises(rcm.ModelClosedError) as caught:
        take(model)
    assert caught.value.file == str(file)
    assert str(caught.value).endswith(" was not loaded before the file was closed")


@pytest.mark.parametrize("extensions", [None, rcm.get_asdf_extensions()])
def test_an_array_of_a_closed_file_of_asdf_is_named(extensions: Any, file: Path) -> None:
    with asdf.open(file, extensions=extensions) as opened:
        model = rcm.open(opened)
    with pytest.raises(rcm.ModelClosedError, match=r"image\.asdf: data was not loaded"):
        _ = model.data


@pytest.mark.parametrize("ask", [rcm.ImageModel.save, rcm.ImageModel.validate])
def test_an_array_of_a_closed_file_of_asdf_is_not_saved_or_checked(
    ask: Callable[..., Any], file: Path, tmp_path: Path
) -> None:
    with asdf.open(file) as opened:
        model = rcm.open(opened)
    with pytest.raises(rcm.ModelClosedError, match=r"image\.asdf: an array was not loaded"):
        ask(model, *([tmp_path / "image.asdf"] if ask is rcm.ImageModel.save else []))


@pytest.mark.parametrize("extensions", [None, rcm.get_asdf_extensions()])
def test_a_file_of_asdf_that_nobody_else_keeps_stays_open(
    extensions: Any, file: Path, data: np.ndarray, tmp_path: Path
) -> None:
    with rcm.open(file) as model:
        model.meta["mine"] = {"values": [np.arange(1000)]}
        path = model.save(tmp_path / "image.asdf")
    with path.open("rb") as stream:
        model = rcm.open(asdf.open(stream, extensions=extensions))
        gc.collect()
        assert np.array_equal(model.data, data)
        assert model.meta["mine"]["values"][0][999] == 999
        with rcm.open(model.save(tmp_path / "saved.asdf")) as again:
            assert np.array_equal(again["dq"], model["dq"])


@pytest.mark.parametrize("compression", ["lz4", None])
def test_threads_that_read_one_file_of_asdf_wait_for_each_other(compression: str | None, tmp_path: Path) -> None:
    side = 600
    chance = np.random.default_rng(3)
    names = ("data", "err", "var_poisson", "dq")
    image = rcm.ImageModel.create_fake_data(shape=(side, side))
    for name in names:
        image[name] = chance.integers(0, 999, (side, side)).astype(image[name].dtype)
    path = image.save(tmp_path / "image.asdf", compression=compression)
    for _ in range(5):
        with asdf.open(path, memmap=False) as opened:
            # which reads its arrays by several threads
            cut = rcm.open(opened).cutout((300, 300), 500)
        for name in names:
            assert np.array_equal(cut[name], image[name][50:550, 50:550]), name


# -- detach ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("memmap", [False, True])
def test_a_detached_model_holds_all_its_values_and_no_file(
    memmap: bool, plain_file: Path, tmp_path: Path, data: np.ndarray
) -> None:
    path = tmp_path / plain_file.name
    path.write_bytes(plain_file.read_bytes())
    model = rcm.open(path, memmap=memmap)
    assert model.detach() is model
    path.write_bytes(b"\0" * path.stat().st_size)
    assert np.array_equal(model.data, data)
    assert np.isfinite(model.meta.wcs(1.0, 2.0)).all()
    model.data[0, 0] = 5
    assert model.copy().data[0, 0] == 5


def test_a_detached_view_leaves_the_file_to_its_owner(file: Path) -> None:
    with rcm.open(file) as model:
        view = rcm.open(model).detach()
        view.close()
        assert model.section("err", 0).shape == (64,)
        assert view.err is model.err


def test_a_model_of_no_file_can_be_detached() -> None:
    model = rcm.ImageModel.create_fake_data()
    assert model.detach().data.shape == (1, 1)


# -- section ---------------------------------------------------------------------------------------------------------


def _stream(path: Path) -> Any:
    return io.BytesIO(path.read_bytes())


@pytest.mark.parametrize("compression", [None, "lz4", "zlib"])
@pytest.mark.parametrize("source", [str, Path.read_bytes, _stream, lambda path: f"file://{path}", asdf.open])
def test_a_section_is_part_of_the_array(
    source: Callable[[Path], Any], compression: str | None, data: np.ndarray, tmp_path: Path
) -> None:
    path = tmp_path / "image.asdf"
    rcm.ImageModel.create_fake_data({"data": data}, shape=SHAPE).save(path, all_array_compression=compression)
    opened = source(path)
    with rcm.open(opened) as model:
        assert np.array_equal(model.section("data", np.s_[10:20, 30:40]), data[10:20, 30:40])
    if isinstance(opened, asdf.AsdfFile):
        opened.close()


def test_a_section_leaves_the_array_unread(file: Path) -> None:
    with rcm.open(file) as model:
        model.section("data", np.s_[10:20, 30:40])
    with pytest.raises(rcm.ModelClosedError):
        _ = model.data


def test_a_section_of_a_loaded_array_is_what_stands_in_the_model(file: Path) -> None:
    with rcm.open(file) as model:
        model.data[0, 0] = 77
        part = model.section("data", np.s_[:2, :2])
        assert part[0, 0] == 77
        part[0, 0] = 78
        assert model.data[0, 0] == 77


def test_a_section_of_an_array_in_the_header() -> None:
    model = rcm.ImageModel.create_fake_data(shape=(4, 4))
    assert model.section("data", np.s_[1:3, 2]).shape == (2,)


def test_a_section_of_a_cube(tmp_path: Path) -> None:
    ramp = rcm.RampModel.create_fake_data(shape=(3, 32, 32))
    ramp.data[:] = np.arange(3 * 32 * 32).reshape(3, 32, 32)
    path = ramp.save(tmp_path / "ramp.asdf")
    with rcm.open(path) as model:
        assert np.array_equal(model.section("data", np.s_[1:, ::-4, 7]), ramp.data[1:, ::-4, 7])


def test_a_section_below_another_node_goes_by_its_dotted_name(file: Path) -> None:
    with rcm.open(file) as model:
        model["extra"] = {"array": np.arange(5)}
        assert model.section("extra.array", 3) == 3


def test_a_section_of_what_is_no_array_is_refused(file: Path) -> None:
    with rcm.open(file) as model:
        with pytest.raises(TypeError, match=r"meta\.filename is not an array but a str"):
            model.section("meta.filename", 0)
        with pytest.raises(rcm.MissingKeyError):
            model.section("meta.nothing", 0)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Have nothing freed but what nobody refers to."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
