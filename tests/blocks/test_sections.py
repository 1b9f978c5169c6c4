"""Part of an array: the same values as of the whole, by no more bytes of the file than it needs."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models.header.content import parse_tree, read_header_bytes
from roman_cal_models.sources.file_source import FileSource
from roman_cal_models.yaml import read

# magic, sizes, checksum: all that is read of a block that is passed by
HEAD = 6 + 48
# where padding might stand
PADDING = 6
PIECE = 64 * 1024


class Counting(io.FileIO):
    """A file that counts what is read of it."""

    count = 0

    def read(self, size: int | None = -1) -> bytes:
        content = super().read(-1 if size is None else size)
        self.count += len(content)
        return content

    def readinto(self, buffer: Any) -> int:
        size = super().readinto(buffer)
        self.count += size
        return size


class File:
    """The arrays of an ASDF file, by name."""

    def __init__(self, stream: Any) -> None:
        header = read_header_bytes(stream, "some.asdf")
        self.tree = {name: read(value) for name, value in parse_tree(header, "some.asdf").items()}
        self.source = FileSource(stream, header.content, header.standard, "some.asdf", owns_stream=False)

    def section(self, name: str, index: Any) -> Any:
        return self.source.section(self.tree[name], index, lambda: name)


def written(tree: dict[str, Any], **options: Any) -> io.BytesIO:
    stream = io.BytesIO()
    with asdf.config_context() as config:
        config.default_array_save_base = True
        asdf.AsdfFile(tree).write_to(stream, **options)
    stream.seek(0)
    return stream


def counted(path: Path, array: np.ndarray, index: Any, **options: Any) -> int:
    """Return how many bytes behind the header a section takes, and see that it is the right one."""
    path.write_bytes(written({"before": np.zeros(1000), "array": array}, **options).getvalue())
    with Counting(path) as stream:
        file = File(stream)
        stream.count = 0
        found = file.section("array", index)
        assert np.array_equal(found, array[index])
        return stream.count - PADDING - 2 * HEAD


@pytest.fixture
def noise() -> np.ndarray:
    """Numbers that do not compress."""
    return np.random.default_rng(0).integers(0, 2**32, (256, 2048), np.uint32)


# -- bytes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "wanted"),
    [
        (np.s_[10:20, 30:40], 10 * 10 * 4),
        (np.s_[10:20], 10 * 2048 * 4),
        (np.s_[10:20:2, ::-1], 5 * 2048 * 4),
        (np.s_[200, 7], 4),
        (np.s_[-1, ...], 2048 * 4),
        (np.s_[5:5], 0),
    ],
)
def test_only_the_wanted_bytes_of_a_plain_block_are_read(
    index: Any, wanted: int, noise: np.ndarray, tmp_path: Path
) -> None:
    assert counted(tmp_path / "a.asdf", noise, index) <= wanted


def test_only_the_wanted_bytes_of_a_cube_are_read(noise: np.ndarray, tmp_path: Path) -> None:
    cube = noise.reshape(8, 32, 2048)
    assert counted(tmp_path / "a.asdf", cube, np.s_[:, 3:5, 100:110]) <= 8 * 2 * 10 * 4


def test_near_parts_are_read_at_once(noise: np.ndarray, tmp_path: Path) -> None:
    narrow = noise.reshape(-1, 16)
    assert counted(tmp_path / "a.asdf", narrow, np.s_[100:200, 3]) <= 100 * 16 * 4


@pytest.mark.parametrize(("index", "pieces"), [(np.s_[:8], 1), (np.s_[100:110, :5], 3), (np.s_[255, 2047], 1)])
def test_only_the_wanted_pieces_of_an_lz4_block_are_read(
    index: Any, pieces: int, noise: np.ndarray, tmp_path: Path
) -> None:
    options = {"all_array_compression": "lz4", "compression_kwargs": {"compression_block_size": PIECE}}
    read = counted(tmp_path / "a.asdf", noise, index, **options)
    # noise grows a little; and each piece begins with two lengths
    assert read <= pieces * (PIECE * 1.01) + noise.nbytes / PIECE * 8


# -- values ----------------------------------------------------------------------------------------------------------

DTYPES = ["bool", "int8", "uint16", ">u2", "float16", "<f4", ">f4", "float64", ">c8", "complex128"]


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    """An array that lies in its block in any way: sliced, backwards, transposed."""
    shape = draw(st.lists(st.integers(1, 7), min_size=1, max_size=3))
    dtype = np.dtype(draw(st.sampled_from(DTYPES)))
    array = (np.arange(np.prod(shape)) * 37 % 251).reshape(shape).astype(dtype)
    view = array[tuple(draw(st.slices(length)) for length in shape)]
    return view.transpose(draw(st.permutations(range(len(shape))))) if view.size else array


@st.composite
def indices(draw: st.DrawFn, shape: tuple[int, ...]) -> Any:
    parts: list[Any] = [draw(st.integers(-length, length - 1) | st.slices(length)) for length in shape]
    kept = draw(st.integers(0, len(parts)))
    ending = draw(st.sampled_from([[], [...]]))
    return tuple(parts[:kept] + ending)


@given(data=st.data())
@settings(max_examples=30, deadline=None)
@pytest.mark.parametrize("compression", [None, "lz4"])
def test_a_section_is_that_part_of_the_array(compression: str | None, data: st.DataObject) -> None:
    array = data.draw(arrays())
    index = data.draw(indices(array.shape))
    options = {"compression_kwargs": {"compression_block_size": 64}} if compression else {}
    file = File(written({"array": array}, all_array_compression=compression, **options))
    found = file.section("array", index)
    assert found.dtype == array.dtype
    assert found.shape == array[index].shape
    assert np.array_equal(found, array[index])


def test_strides_and_offset_of_a_file_are_met(noise: np.ndarray) -> None:
    file = File(written({"array": noise[10:200:3, ::-2]}))
    assert {"strides", "offset"} <= file.tree["array"].keys()
    assert np.array_equal(file.section("array", np.s_[5:7, 3:9]), noise[10:200:3, ::-2][5:7, 3:9])


def test_padding_before_the_first_block_is_passed(noise: np.ndarray) -> None:
    stream = written({"array": noise}, pad_blocks=True)
    assert b"...\n\0\0\0" in stream.getvalue()
    assert np.array_equal(File(stream).section("array", np.s_[5:7]), noise[5:7])


# -- what only the whole array can tell ------------------------------------------------------------------------------


@pytest.mark.parametrize("index", [None, True, [1, 2], (slice(None), np.array([1])), np.newaxis])
def test_an_index_of_anything_else_needs_the_whole(index: Any, noise: np.ndarray) -> None:
    assert File(written({"array": noise})).section("array", index) is None


@pytest.mark.parametrize(
    ("array", "options"),
    [
        (np.zeros(4), {"all_array_compression": "zlib"}),
        (np.zeros(4), {"all_array_compression": "bzp2"}),
        (np.zeros(4), {"all_array_storage": "inline"}),
        (np.ma.masked_equal([1, 2], 1), {}),
    ],
)
def test_an_array_of_another_kind_is_needed_whole(array: np.ndarray, options: dict[str, Any]) -> None:
    assert File(written({"array": array}, **options)).section("array", 0) is None


@pytest.mark.parametrize("array", [np.arange(8).astype("u1,f4"), np.array(["a", "bb", "ccc"]), np.array([b"a", b"bb"])])
def test_part_of_an_array_of_fields_or_of_text_is_read_as_any_other(array: np.ndarray) -> None:
    part = File(written({"array": array})).section("array", np.s_[1:])
    assert (part.dtype, part.tolist()) == (array.dtype, array[1:].tolist())


@pytest.mark.parametrize("index", [256, -257, (0, 2048), (0, 0, 0), (..., ...)])
def test_what_the_array_does_not_have_is_an_index_error(index: Any, noise: np.ndarray) -> None:
    with pytest.raises(IndexError) as ours:
        File(written({"array": noise})).section("array", index)
    with pytest.raises(IndexError) as numpys:
        noise[index]
    assert str(ours.value)[:20] == str(numpys.value)[:20]


# -- broken blocks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compression", [None, "lz4"])
def test_a_file_that_ends_early_is_told_of(compression: str | None, noise: np.ndarray) -> None:
    content = written({"array": noise}, all_array_compression=compression).getvalue()
    file = File(io.BytesIO(content[: len(content) // 2]))
    with pytest.raises(rcm.TruncatedFileError, match=r"some\.asdf: array cannot be read, the file ends"):
        file.section("array", -1)


def test_a_damaged_piece_is_told_of(noise: np.ndarray) -> None:
    content = bytearray(written({"array": noise}, all_array_compression="lz4").getvalue())
    begin = content.index(b"\xd3BLK") + HEAD
    content[begin + 8 : begin + 5000] = b"\0" * 4992
    with pytest.raises(rcm.ForeignValueError, match=r"some\.asdf: array cannot be built") as caught:
        File(io.BytesIO(content)).section("array", 0)
    assert caught.value.__cause__ is not None


@pytest.mark.parametrize("compression", [None, "lz4"])
def test_a_shape_that_its_block_cannot_hold_is_told_of(compression: str | None, noise: np.ndarray) -> None:
    file = File(written({"array": noise}, all_array_compression=compression))
    file.tree["array"]["shape"] = [10**12, 2048]
    with pytest.raises(rcm.ForeignValueError, match="are not all in its block of 2097152 bytes"):
        file.section("array", ...)
