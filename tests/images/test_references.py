"""Files as kerchunk references: others read what we wrote, without this package, and are told what they cannot."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
import roman_datamodels.datamodels as peer
from fsspec.implementations.reference import LazyReferenceMapper
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models.blocks.compressing import even_piece
from roman_cal_models.images.references import _chunks_of_piece, _even_chunks

from .stacks import block_of, far, image, write

xarray = pytest.importorskip("xarray", reason="xarray is not installed")
pytest.importorskip("kerchunk", reason="kerchunk is not installed")

# some pieces of a megabyte; of the peer's 4 MB, each holds whole rows
SHAPE = (1536, 1024)
PIXELS = np.array([image(number, SHAPE) for number in range(3)])


def opened(target: Path) -> Any:
    """Return what others read."""
    return xarray.open_dataset(str(target), engine="kerchunk")


def written(folder: Path, **how: Any) -> list[Path]:
    return [write(folder / f"r{number}.asdf", number, SHAPE, **how) for number in range(3)]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files of this package, with arrays that are compressed and such that are not."""
    return written(tmp_path_factory.mktemp("ours"), compression={"data": "lz4", "dq": None, "err": "zlib"})


# -- what others read --------------------------------------------------------------------------------------------------

READER = """
import sys
for name in ("roman_cal_models", "asdf", "roman_datamodels"):
    sys.modules[name] = None
import numpy as np, xarray
pixels = np.load(sys.argv[2])
found = xarray.open_dataset(sys.argv[1], engine="kerchunk")
assert (found.data.values == pixels).all() and found.data.dtype == pixels.dtype
assert (found.data.isel(file=1, y=slice(500, 700)).values == pixels[1, 500:700]).all()
print(*found.detector.values)
"""


def test_others_read_it_without_this_package(files: list[Path], tmp_path: Path) -> None:
    rcm.virtual(files, tmp_path / "refs.json", "data")
    np.save(tmp_path / "pixels.npy", PIXELS)
    command = [sys.executable, "-c", READER, str(tmp_path / "refs.json"), str(tmp_path / "pixels.npy")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["WFI01", "WFI02", "WFI03"]


def test_it_is_what_stack_gives(files: list[Path], tmp_path: Path) -> None:
    names = ["data", "dq", "err", "var_poisson"]
    done = rcm.virtual(files, tmp_path / "refs.json", names)
    assert (done.target, done.names, done.left_out) == (tmp_path / "refs.json", tuple(names), {})
    found, stacked = opened(tmp_path / "refs.json"), rcm.stack(files, names)
    xarray.testing.assert_equal(found.compute(), stacked.compute())
    assert [found[name].dtype for name in names] == [stacked[name].dtype for name in names]
    assert {name: dict(found[name].attrs) for name in names} == {name: stacked[name].attrs for name in names}


def test_pieces_and_rows_are_chunks(files: list[Path], tmp_path: Path) -> None:
    rcm.virtual(files, tmp_path / "refs.json", ["data", "dq", "err"])
    refs = json.loads((tmp_path / "refs.json").read_text())["refs"]
    metadata = {name: json.loads(refs[f"{name}/.zarray"]) for name in ("data", "dq", "err")}
    assert {name: each["chunks"] for name, each in metadata.items()} == {
        "data": [1, 256, 1024],
        "dq": [1, 256, 1024],
        "err": [1, 1536, 1024],
    }
    assert [each["compressor"] and each["compressor"]["id"] for each in metadata.values()] == ["lz4", None, "zlib"]
    assert refs["dq/2.1.0"] == [f"file://{files[2]}", block_of(files[2], "dq").begin + 2**20, 2**20]
    assert json.loads(refs[".zmetadata"])["metadata"]["data/.zarray"] == metadata["data"]


def test_files_of_the_peer_whose_pieces_hold_whole_rows_are_read(tmp_path: Path) -> None:
    shape = (2048, 1024)  # 8 MB
    paths = [write(tmp_path / f"{number}.asdf", number, shape, by=peer) for number in range(2)]
    rcm.virtual(paths, tmp_path / "refs.json", "data")
    np.testing.assert_array_equal(opened(tmp_path / "refs.json").data, [image(0, shape), image(1, shape)])


@pytest.mark.parametrize("compression", ["lz4", "zlib", "bzp2", None])
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f2", "|u1", ">i8", "<c8", "|b1"])
def test_numbers_of_all_types_are_read(compression: str | None, dtype: str, tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(8, 8))
    values = (np.arange(40 * 30).reshape(40, 30) % 2).astype(dtype)
    model.meta["mine"] = {"values": values}
    path = model.save(tmp_path / "image.asdf", compression={"meta.mine.values": compression})
    rcm.virtual([path], tmp_path / "refs.json", "meta.mine.values")
    np.testing.assert_array_equal(opened(tmp_path / "refs.json")["meta.mine.values"][0], values)


def test_arrays_in_headers_go_into_the_references(tmp_path: Path) -> None:
    shape = (8, 8)
    paths = [write(tmp_path / f"{number}.asdf", number, shape, all_array_storage="inline") for number in range(2)]
    rcm.virtual(paths, tmp_path / "refs.json", "data")
    found = opened(tmp_path / "refs.json")
    for path in paths:
        path.unlink()
    np.testing.assert_array_equal(found.data, [image(0, shape), image(1, shape)])


def test_an_open_model_is_referred_to_by_its_file(files: list[Path], tmp_path: Path) -> None:
    with rcm.open(files[0]) as model:
        rcm.virtual([model], tmp_path / "refs.json", "data")
    np.testing.assert_array_equal(opened(tmp_path / "refs.json").data[0], PIXELS[0])


def test_a_missing_time_is_no_time(files: list[Path], tmp_path: Path) -> None:
    with rcm.open(files[0]) as model:
        del model.meta.exposure.start_time
        rcm.virtual([model, files[1]], tmp_path / "refs.json", "data")
    assert list(np.isnat(opened(tmp_path / "refs.json").start_time.values)) == [True, False]


def test_zarr_reads_it_by_the_file_system_of_fsspec(files: list[Path], tmp_path: Path) -> None:
    rcm.virtual(files, tmp_path / "refs.json", "data")
    options = {"fo": str(tmp_path / "refs.json")}
    found = xarray.open_dataset("reference://", engine="zarr", backend_kwargs={"storage_options": options})
    np.testing.assert_array_equal(found.data, PIXELS)


def test_far_files_are_referred_to_by_their_urls(files: list[Path], tmp_path: Path) -> None:
    urls = far(files)
    rcm.virtual(urls, tmp_path / "refs.json", "data")
    found = opened(tmp_path / "refs.json")
    assert list(found.file.values) == urls
    np.testing.assert_array_equal(found.data, PIXELS)


def test_references_are_written_as_parquet_files(files: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    target = tmp_path / "refs.parquet"
    assert rcm.virtual(files, target, ["data", "dq"]).target == target
    assert (target / "data" / "refs.0.parq").exists()
    if "engine" not in inspect.signature(LazyReferenceMapper).parameters:
        pytest.skip("this fsspec reads Parquet by fastparquet alone")
    mapper = LazyReferenceMapper(str(target), fsspec.filesystem("file"), engine="pyarrow")
    found = xarray.open_dataset(mapper, engine="kerchunk")
    np.testing.assert_array_equal(found.data, PIXELS)
    assert list(found.detector.values) == ["WFI01", "WFI02", "WFI03"]


# -- what cannot be referred to ----------------------------------------------------------------------------------------


def test_pieces_across_rows_are_refused_with_file_and_array(tmp_path: Path) -> None:
    shape = (1100, 1100)  # of 4 MB, no whole rows are a piece
    paths = [write(tmp_path / f"{number}.asdf", number, shape, by=peer) for number in range(2)]
    with pytest.raises(
        rcm.StackError, match="data cannot be referred to: its pieces of lz4, of 4194304 bytes"
    ) as caught:
        rcm.virtual(paths, tmp_path / "refs.json", "data")
    assert caught.value.file == str(paths[0])
    assert not (tmp_path / "refs.json").exists()


def test_by_default_what_cannot_be_referred_to_is_told_and_left_out(tmp_path: Path) -> None:
    shape = (1100, 1100)
    path = write(tmp_path / "image.asdf", 0, shape, by=peer)
    done = rcm.virtual([path], tmp_path / "refs.json")
    assert "err" in done.names  # 2 bytes a pixel are one piece
    assert set(done.left_out) >= {"data", "dq"}
    assert all(error.file == str(path) and name in str(error) for name, error in done.left_out.items())
    assert set(opened(tmp_path / "refs.json").data_vars) == set(done.names)


def test_by_default_the_main_array_has_the_plain_dimensions(files: list[Path], tmp_path: Path) -> None:
    rcm.virtual(files, tmp_path / "refs.json")
    assert opened(tmp_path / "refs.json").data.dims == ("file", "y", "x")


def test_one_array_is_compressed_in_one_way(files: list[Path], tmp_path: Path) -> None:
    other = write(tmp_path / "other.asdf", 1, SHAPE, compression=None)
    with pytest.raises(rcm.StackError, match="data is compressed as nothing, not lz4 as in") as caught:
        rcm.virtual([files[0], other], tmp_path / "refs.json", "data")
    assert caught.value.file == str(other)


def test_what_is_not_side_by_side_is_refused(tmp_path: Path) -> None:
    whole = np.arange(2400, dtype=np.float32).reshape(40, 60)
    model = rcm.ImageModel.create_fake_data(shape=(8, 8))
    model.meta["mine"] = {"values": whole}
    path = model.save(tmp_path / "strides.asdf", compression=None)
    text = re.sub(rb"(\n *)shape: \[40, 60\]", rb"\1shape: [40, 30]\1strides: [240, 8]", path.read_bytes())
    path.write_bytes(text)
    np.testing.assert_array_equal(rcm.stack([path], "meta.mine.values")["meta.mine.values"][0], whole[:, ::2])
    with pytest.raises(rcm.StackError, match=r"its strides are \[240, 8\], and its elements are not side by side"):
        rcm.virtual([path], tmp_path / "refs.json", "meta.mine.values")


def test_what_is_in_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(rcm.StackError, match="data cannot be referred to: it is in memory"):
        rcm.virtual([rcm.ImageModel.create_fake_data(shape=SHAPE)], tmp_path / "refs.json", "data")
    with pytest.raises(rcm.StackError, match="no array can be referred to: "):
        rcm.virtual([rcm.ImageModel.create_fake_data(shape=SHAPE)], tmp_path / "refs.json")


def test_a_broken_file_is_named_or_left_out(files: list[Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.asdf"
    broken.write_bytes(files[0].read_bytes()[:5000])
    with pytest.raises(rcm.TruncatedFileError, match=r"broken\.asdf"):
        rcm.virtual([files[0], broken], tmp_path / "refs.json", "data")
    with pytest.warns(rcm.SkippedFileWarning, match=r"broken\.asdf") as caught:
        rcm.virtual([broken, files[0]], tmp_path / "refs.json", on_error="skip")
    assert [each.filename for each in caught] == [__file__]
    assert list(opened(tmp_path / "refs.json").file.values) == [str(files[0])]


def test_a_folder_that_is_there_is_left_alone(files: list[Path], tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    target = tmp_path / "refs.parquet"
    target.mkdir()
    with pytest.raises(rcm.TargetExistsError, match=r"refs\.parquet"):
        rcm.virtual(files, target, "data")
    with pytest.raises(FileNotFoundError, match=r"nowhere/refs\.parq"):
        rcm.virtual(files, tmp_path / "nowhere" / "refs.parq", "data")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["refs.parquet"]


@pytest.mark.parametrize("name", ["night.json", "night.parquet"])
def test_a_url_is_no_target(name: str, files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(rcm.TargetError, match=rf"^s3://bucket/{name}: is a URL"):
        rcm.virtual(files, f"s3://bucket/{name}", "data")
    assert not Path("s3:").exists()


def test_parquet_needs_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(rcm.MissingPackageError, match=r"pip install 'roman-cal-models\[parquet\]'"):
        rcm.virtual([], tmp_path / "refs.parquet")


# -- chunks ------------------------------------------------------------------------------------------------------------

SHAPES = st.lists(st.integers(1, 5000), min_size=1, max_size=4).map(tuple)


# drawing takes long on a machine that is busy
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shape=SHAPES, itemsize=st.sampled_from([1, 2, 4, 8]))
def test_chunks_without_compression_divide_any_array_evenly(shape: tuple[int, ...], itemsize: int) -> None:
    chunks = _even_chunks(shape, itemsize)
    assert all(length % chunk == 0 for length, chunk in zip(shape, chunks, strict=True))
    _assert_in_one_piece(shape, chunks)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shape=SHAPES, itemsize=st.sampled_from([1, 2, 4, 8]), piece=st.integers(1, 5_000_000))
def test_the_chunk_of_a_piece_is_as_long_as_the_piece(shape: tuple[int, ...], itemsize: int, piece: int) -> None:
    for length in (piece, even_piece(shape, itemsize)):
        chunks = _chunks_of_piece(shape, itemsize, length)
        if chunks is not None:
            assert int(np.prod(chunks)) * itemsize == length
            assert all(size % chunk == 0 for size, chunk in zip(shape, chunks, strict=True))
            _assert_in_one_piece(shape, chunks)


def _assert_in_one_piece(shape: tuple[int, ...], chunks: tuple[int, ...]) -> None:
    """Assert that the elements of a chunk stand one after the other."""
    cut = next((axis for axis, chunk in enumerate(chunks) if chunk > 1), len(shape) - 1)
    assert chunks[cut + 1 :] == shape[cut + 1 :]
