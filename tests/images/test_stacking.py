"""Many files as one lazy dataset: what it says of them, what it reads of them, and what it refuses."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pytest
from astropy.time import Time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models.blocks import reading
from roman_cal_models.blocks.far import SMALL
from tests.clusters import cluster

from .stacks import SHAPE, CountedFiles, block_of, far, image, night, write

pytest.importorskip("xarray", reason="xarray is not installed")

PIXELS = np.array([image(number) for number in range(5)])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return night(tmp_path_factory.mktemp("night"), compression=None)


# -- what it says ------------------------------------------------------------------------------------------------------


def test_the_arrays_of_all_files_are_one(files: list[Path]) -> None:
    found = rcm.stack(files, ["data", "dq"])
    assert found.data.dims == found.dq.dims == ("file", "y", "x")
    assert (found.data.dtype, found.dq.dtype) == (np.float32, np.uint32)
    np.testing.assert_array_equal(found.data, PIXELS)
    np.testing.assert_array_equal(found.dq, np.broadcast_to(np.arange(5)[:, None, None], PIXELS.shape))


def test_it_is_lazy(files: list[Path]) -> None:
    assert isinstance(rcm.stack(files, "data").data.variable._data, dask.array.Array)


def test_coordinates_come_from_the_headers(files: list[Path]) -> None:
    found = rcm.stack(iter(files), "data")
    assert list(found.file.values) == list(map(str, files))
    assert list(found.detector.values) == [f"WFI0{number}" for number in range(1, 6)]
    with rcm.open(files[0]) as model:
        assert set(found.optical_element.values) == {model.meta.instrument.optical_element}
        assert set(found.start_time.values) == {np.datetime64(model.meta.exposure.start_time.isot, "ns")}
    assert found.indexes["file"].is_unique


def test_units_and_titles_are_those_of_the_schemas(files: list[Path]) -> None:
    found = rcm.stack(files, ["data", "dq"])
    with rcm.open(files[0]) as model:
        assert found.data.attrs == {"units": model.unit("data"), "long_name": model.describe("data").title}
        assert "units" not in found.dq.attrs


def test_a_mosaic_has_no_detector_and_the_time_of_its_first_exposure(tmp_path: Path) -> None:
    model = rcm.MosaicModel.create_fake_data(shape=(40, 40))
    model.meta.coadd_info.time_first = Time("2027-03-01T00:00:00.123")
    found = rcm.stack([model.save(tmp_path / "mosaic.asdf")], "data")
    assert set(found.coords) == {"file", "optical_element", "start_time"}
    assert found.start_time.values[0] == np.datetime64("2027-03-01T00:00:00.123", "ns")


def test_a_file_that_lacks_what_others_have_has_nothing_there(files: list[Path]) -> None:
    model = rcm.ImageModel.create_fake_data(shape=SHAPE)
    del model.meta.instrument.detector
    del model.meta.exposure.start_time
    found = rcm.stack([files[0], model], "data")
    assert list(found.detector.values) == ["WFI01", ""]
    assert list(np.isnat(found.start_time.values)) == [False, True]


def test_a_cube_has_planes_and_an_array_of_another_length_its_own_dimension(tmp_path: Path) -> None:
    model = rcm.RampModel.create_fake_data(shape=(3, 50, 40))
    model.data[...] = np.arange(6000, dtype=model.data.dtype).reshape(3, 50, 40)
    model.pixeldq = np.zeros((50, 40), np.uint32)
    model.amp33 = np.zeros((3, 50, 8), np.uint16)
    paths = [model.save(tmp_path / f"{number}.asdf") for number in range(2)]
    found = rcm.stack(paths, ["data", "pixeldq", "amp33"])
    assert found.data.dims == ("file", "z", "y", "x")
    assert found.pixeldq.dims == ("file", "y", "x")
    assert found.amp33.dims == ("file", "z", "y", "x_amp33")
    np.testing.assert_array_equal(found.data[1], model.data)


def test_an_array_below_another_node_has_its_dotted_name(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=SHAPE)
    model.meta["extra"] = {"noise": np.full((30, 40), 2.0)}
    found = rcm.stack([model.save(tmp_path / "image.asdf")] * 2, "meta.extra.noise")
    assert float(found["meta.extra.noise"].sum()) == 4800


# -- what it reads -----------------------------------------------------------------------------------------------------


INDICES = st.slices(5).flatmap(
    lambda files: st.tuples(
        st.just(files) | st.integers(-5, 4), *(st.slices(length) | st.integers(-length, length - 1) for length in SHAPE)
    )
)


@given(index=INDICES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_part_is_what_it_is_in_the_arrays(files: list[Path], index: Any) -> None:
    found = rcm.stack(files, "data", rows=64).data.data[index].compute(scheduler="sync")
    np.testing.assert_array_equal(found, PIXELS[index])


def test_part_of_a_stack_reads_the_files_that_it_needs(files: list[Path], tmp_path: Path) -> None:
    copies = [Path(shutil.copy(path, tmp_path)) for path in files]
    found = rcm.stack(copies, "data")
    for number in (0, 1, 3, 4):
        copies[number].unlink()
    np.testing.assert_array_equal(found.data.isel(file=2, x=slice(1, 9, 4)), PIXELS[2][:, 1:9:4])
    with pytest.raises(FileNotFoundError, match=r"r0\.asdf"):
        found.data.isel(file=0).compute()


def test_a_median_by_rows_reads_each_byte_of_the_blocks_once(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{number}.asdf", number, compression=None) for number in range(3)]
    urls = far(paths, "keyed")
    options = {"key": "open sesame"}
    found = rcm.stack(urls, "data", storage_options=options, rows=50)
    CountedFiles.read.clear()
    median = found.data.median("file").compute()
    np.testing.assert_array_equal(median, np.median(PIXELS[:3], axis=0))
    runs = SHAPE[0] // 50
    assert CountedFiles.read.keys() == {f"/{tmp_path.name}/{path.name}" for path in paths}
    # and for each run the head of the block, for which no fewer bytes are asked than this
    for count in CountedFiles.read.values():
        assert PIXELS[0].nbytes < count <= PIXELS[0].nbytes + runs * SMALL


def test_no_piece_of_lz4_is_decompressed_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = (600, 2048)  # five pieces of a megabyte
    paths = [write(tmp_path / f"{number}.asdf", number, shape, compression="lz4") for number in range(2)]
    with dask.config.set({"array.chunk-size": "3MiB"}):  # of each file, more than a piece and less than two
        found = rcm.stack(paths, "data")
    sizes: list[int] = []
    real = reading.fill_lz4

    def fill(piece: memoryview, content: memoryview) -> None:
        sizes.append(len(content))
        real(piece, content)

    monkeypatch.setattr(reading, "fill_lz4", fill)
    median = found.data.median("file").compute()
    np.testing.assert_array_equal(median, np.median([image(0, shape), image(1, shape)], axis=0))
    assert sizes == 10 * [120 * 2048 * 4]


def test_runs_are_as_long_as_dask_is_told(files: list[Path]) -> None:
    row = 5 * SHAPE[1] * 4
    plain = [files[0], files[2], files[4]]
    with dask.config.set({"array.chunk-size": 10 * row}):
        assert rcm.stack(plain, "data").data.chunks == ((3,), (16,) * 18 + (12,), (200,))
    assert rcm.stack(plain, "data", rows=100).data.chunks == ((3,), (100,) * 3, (200,))


def test_variables_of_one_shape_have_the_same_runs_where_their_pieces_allow_it(tmp_path: Path) -> None:
    how = {"data": "lz4", "dq": None}
    paths = [write(tmp_path / f"{number}.asdf", number, (600, 2048), compression=how) for number in range(2)]
    with dask.config.set({"array.chunk-size": "64KiB"}):
        found = rcm.stack(paths, ["dq", "data"])
    assert found.chunks["y"] == (120,) * 5  # 120 rows are a piece


def test_threads_read_it(files: list[Path]) -> None:
    found = rcm.stack(files, "data", rows=20).data
    with dask.config.set(scheduler="threads", num_workers=8):
        np.testing.assert_array_equal(found, PIXELS)


def test_far_files_are_read_as_near_ones_are(files: list[Path]) -> None:
    found = rcm.stack(far(files), ["data", "dq"], rows=64)
    assert all(name.startswith("memory://") for name in found.file.values)
    np.testing.assert_array_equal(found.data, PIXELS)


def test_storage_options_are_those_of_the_files(files: list[Path]) -> None:
    urls = far(files, "keyed")
    with pytest.raises(PermissionError, match="wrong key"):
        rcm.stack(urls, "data")
    np.testing.assert_array_equal(rcm.stack(urls, "data", storage_options={"key": "open sesame"}).data, PIXELS)


@pytest.mark.parametrize("compression", ["zlib", "bzp2"])
def test_what_is_compressed_in_one_stream_is_read(compression: str, files: list[Path], tmp_path: Path) -> None:
    path = write(tmp_path / "one.asdf", 0, compression=compression)
    found = rcm.stack([path, files[1]], ["data", "err"], rows=100)
    np.testing.assert_array_equal(found.data, PIXELS[:2])


def test_arrays_in_headers_are_read(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{number}.asdf", number, (8, 8)) for number in range(2)]
    assert b"data: !core/ndarray-1.1.0\n    data:" in paths[0].read_bytes() or b"source" in paths[0].read_bytes()
    np.testing.assert_array_equal(rcm.stack(paths, "data").data, [image(number, (8, 8)) for number in range(2)])


def test_the_order_of_bytes_may_differ(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=SHAPE)
    paths = []
    for number, order in enumerate("<>"):
        model.meta["mine"] = {"values": image(number).astype(f"{order}f4")}
        paths.append(model.save(tmp_path / f"{number}.asdf"))
    found = rcm.stack(paths, "meta.mine.values")["meta.mine.values"]
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, PIXELS[:2])


# -- models ------------------------------------------------------------------------------------------------------------


def test_what_is_changed_in_a_model_counts_and_the_rest_is_read_when_it_is_computed(files: list[Path]) -> None:
    with rcm.open(files[0]) as one, rcm.open(files[1]) as two:
        one.data[...] = 7
        found = rcm.stack([one, two], "data")
    # both are closed by now
    assert (found.data[0] == 7).all()
    np.testing.assert_array_equal(found.data[1], PIXELS[1])
    assert list(found.file.values) == list(map(str, files[:2]))


def test_models_in_memory_and_bytes_are_stacked(files: list[Path]) -> None:
    model = rcm.ImageModel.create_fake_data(shape=SHAPE)
    found = rcm.stack([model, files[1].read_bytes()], "data")
    assert list(found.file.values) == ["", ""]
    np.testing.assert_array_equal(found.data[1], PIXELS[1])


def test_a_closed_model_is_refused(files: list[Path]) -> None:
    with rcm.open(files[0]) as model:
        pass
    with pytest.raises(rcm.ModelClosedError, match=r"r0\.asdf: data"):
        rcm.stack([model], "data")


# -- a cluster ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Of two workers, each a process."""
    pytest.importorskip("distributed", reason="distributed is not installed")
    with cluster() as client:
        yield client


@pytest.mark.once
@pytest.mark.usefixtures("client")
def test_processes_of_a_cluster_compute_it(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(files[0].parent)  # the workers stand elsewhere
    found = rcm.stack([path.name for path in files], "data", rows=50)
    np.testing.assert_array_equal(found.data.median("file").compute(), np.median(PIXELS, axis=0))


def test_a_stack_pickles_small(files: list[Path]) -> None:
    found = rcm.stack(files, "data")
    content = pickle.dumps(found)
    assert len(content) < 10_000
    np.testing.assert_array_equal(pickle.loads(content).data, PIXELS)


# -- what is refused ---------------------------------------------------------------------------------------------------


def other_shape(path: Path) -> str:
    write(path, 0, (300, 201))
    return f"{path}: data has the shape (300, 201), not (300, 200) as in "


def other_unit(path: Path) -> str:
    model = rcm.open(write(path, 0)).detach()
    model.meta.cal_step = rcm.L2CalStep.create_minimal({"flux": "COMPLETE"})
    model.save(path)
    return f"{path}: data is in MJy.sr**-1, not DN / s as in "


def no_asdf(path: Path) -> str:
    path.write_bytes(b"SIMPLE  =                    T")
    return f"{path}: a FITS file, not an ASDF file"


def cut(path: Path) -> str:
    block = block_of(write(path, 0), "data")
    path.write_bytes(path.read_bytes()[: block.end - 10])
    return f"{path}: data cannot be read"


BROKEN = [other_shape, other_unit, no_asdf, cut]


@pytest.mark.parametrize("breaking", BROKEN)
def test_a_file_that_does_not_fit_is_named_with_what_was_expected(
    breaking: Any, files: list[Path], tmp_path: Path
) -> None:
    path = tmp_path / "broken.asdf"
    said = breaking(path)
    with pytest.raises(rcm.FileError) as caught:
        rcm.stack([files[0], path, files[1]], ["data", "dq"])
    assert str(caught.value).startswith(said)
    assert caught.value.file == str(path)


@pytest.mark.parametrize("breaking", BROKEN)
def test_it_can_be_left_out_with_a_warning(breaking: Any, files: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "broken.asdf"
    said = breaking(path)
    with pytest.warns(rcm.SkippedFileWarning) as caught:
        found = rcm.stack([files[0], path, files[1]], ["data", "dq"], on_error="skip")
    assert [said in str(each.message) for each in caught] == [True]
    assert [each.filename for each in caught] == [__file__]
    np.testing.assert_array_equal(found.data, PIXELS[:2])


def test_another_type_is_refused(files: list[Path]) -> None:
    models = [rcm.ImageModel.create_fake_data(shape=SHAPE) for _ in range(2)]
    for model, dtype in zip(models, (np.float32, np.float64), strict=True):
        model.meta["mine"] = {"values": np.zeros(SHAPE, dtype)}
    with pytest.raises(rcm.StackError, match=r"^meta\.mine\.values is of float64, not float32 as in the first model$"):
        rcm.stack(models, "meta.mine.values")


def test_a_file_that_is_not_there_is_named(files: list[Path], tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.asdf"):
        rcm.stack([files[0], tmp_path / "none.asdf"], "data")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("dta", r"has no array 'dta'\. Did you mean 'data'\?$"),
        ("meta", "meta is a"),
        ("meta.exposure.type.x", "has no array"),
        ("zzz", "has no array 'zzz'$"),
    ],
)
def test_what_is_no_array_is_refused(name: str, said: str, files: list[Path]) -> None:
    with pytest.raises(rcm.StackError, match=said) as caught:
        rcm.stack(files, name)
    assert caught.value.file == str(files[0])


@pytest.mark.parametrize("rows", [0, -1, 1.5, "many"])
def test_what_is_no_number_of_rows_is_refused(rows: Any, files: list[Path]) -> None:
    with pytest.raises(ValueError, match=f"rows={rows!r}: a run has a number of rows above 0"):
        rcm.stack(files, "data", rows=rows)


def test_names_may_be_texts_of_numpy(files: list[Path]) -> None:
    assert [type(name) for name in rcm.stack(files, np.array(["data", "dq"])).data_vars] == [str, str]  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="1 is not the name of an array"):
        rcm.stack(files, ["data", 1])  # type: ignore[list-item]


def test_nothing_is_no_stack(tmp_path: Path) -> None:
    with pytest.raises(rcm.StackError, match="there are no files to stack"):
        rcm.stack([], "data")
    path = tmp_path / "broken.asdf"
    no_asdf(path)
    with pytest.warns(rcm.SkippedFileWarning), pytest.raises(rcm.StackError):
        rcm.stack([path], "data", on_error="skip")


def test_another_way_with_errors_is_refused() -> None:
    with pytest.raises(ValueError, match="'raise' or 'skip', not 'ignore'"):
        rcm.stack([], "data", on_error="ignore")  # type: ignore[arg-type]


def test_a_file_that_has_changed_since_is_not_read(files: list[Path], tmp_path: Path) -> None:
    path = Path(shutil.copy(files[0], tmp_path))
    found = rcm.stack([path], "data")
    write(path, 1, compression=None)
    with pytest.raises(rcm.StackError, match="data is no longer what it was: the file has changed") as caught:
        found.data.compute()
    assert caught.value.file == str(path)


@pytest.mark.parametrize(("package", "said"), [("xarray", "need xarray"), ("dask.array", "need Dask")])
def test_what_is_not_installed_is_named(package: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(rcm.MissingPackageError, match=rf"{said}: pip install 'roman-cal-models\[images\]'"):
        rcm.stack([], "data")


def test_headers_are_read_without_asdf(files: list[Path]) -> None:
    program = (
        "import sys, roman_cal_models as rcm\n"
        "rcm.stack(sys.argv[1:], 'data').data.max().compute()\n"
        "print('asdf' in sys.modules)"
    )
    command = [sys.executable, "-c", program, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ})
    assert done.stdout.split() == ["False"]
