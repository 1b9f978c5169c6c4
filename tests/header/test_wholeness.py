"""A local file must hold the blocks that its header speaks of."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.header.content import read_header_bytes
from roman_cal_models.header.streams import beginning
from roman_cal_models.header.wholeness import require_whole
from tests.header.conftest import image

__all__ = ["image"]


def require(path: Path) -> None:
    with beginning(path, None) as (stream, name):
        require_whole(stream, read_header_bytes(stream, name), name)


def cut(image: Path, folder: Path, size: int) -> Path:
    path = folder / "cut.asdf"
    path.write_bytes(image.read_bytes()[:size])
    return path


def test_a_whole_file_is_fine(image: Path) -> None:
    require(image)


def test_every_cut_is_an_error_that_names_the_file(image: Path, tmp_path: Path) -> None:
    content = image.read_bytes()
    begin = content.index(b"\xd3BLK")
    for size in [*range(begin, len(content), 997), len(content) - 1]:
        path = cut(image, tmp_path, size)
        with pytest.raises(rcm.TruncatedFileError) as caught:
            require(path)
        assert caught.value.file == str(path)


def test_the_array_is_named(image: Path, tmp_path: Path) -> None:
    content = image.read_bytes()
    with pytest.raises(rcm.TruncatedFileError, match="cannot be read, its block 0 is not whole"):
        require(cut(image, tmp_path, content.index(b"\xd3BLK") + 100))


def test_a_block_that_is_none_is_an_error(image: Path, tmp_path: Path) -> None:
    content = image.read_bytes()
    second = content.index(b"\xd3BLK", content.index(b"\xd3BLK") + 1)
    path = tmp_path / "broken.asdf"
    path.write_bytes(content[:second] + b"\xd3BLX" + content[second + 4 :])
    with pytest.raises(rcm.ForeignValueError, match="its block 1 is not there"):
        require(path)


def test_a_text_that_looks_like_a_source_is_none(tmp_path: Path) -> None:
    image = rcm.ImageModel.create_fake_data(shape=(4, 4))
    image.meta.remark = "the source: 99"
    require(image.save(tmp_path / "image.asdf"))


def test_what_is_no_plain_file_is_not_looked_at(image: Path) -> None:
    content = image.read_bytes()
    stream = io.BytesIO(content[: content.index(b"\xd3BLK")])
    require_whole(stream, read_header_bytes(stream, None), None)


def test_the_elements_are_not_read(image: Path, tmp_path: Path) -> None:
    content = bytearray(image.read_bytes())
    content[content.index(b"\xd3BLK") + 60] ^= 1
    path = tmp_path / "flipped.asdf"
    path.write_bytes(content)
    require(path)


@pytest.mark.parametrize("place", ["meta.mine", "meta.mine.deep", "meta.mine.many[1]", "meta.mine.many[1].deep"])
def test_an_array_is_named_wherever_it_stands(tmp_path: Path, place: str) -> None:
    first = np.arange(4.0)
    mine: Any = {
        "meta.mine": first,
        "meta.mine.deep": {"deep": first},
        "meta.mine.many[1]": {"many": [{"x": 1}, first]},
        "meta.mine.many[1].deep": {"many": [[], {"deep": first}]},
    }[place]
    path = tmp_path / "mine.asdf"
    asdf.AsdfFile({"roman": {"meta": {"a": 1, "mine": mine, "z": {"b": 2}}}}).write_to(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\xd3BLK") + 60])
    with pytest.raises(rcm.TruncatedFileError) as caught:
        require(path)
    assert f": {place} cannot be read" in str(caught.value)


def two_arrays(folder: Path, tree: dict[str, Any]) -> tuple[Path, bytes, int]:
    """Return a file of two arrays, what it holds, and where its second block begins."""
    path = folder / "two.asdf"
    asdf.AsdfFile(tree).write_to(path)
    content = path.read_bytes()
    return path, content, content.index(b"\xd3BLK", content.index(b"\xd3BLK") + 4)


def test_a_block_that_is_missing_whole_is_told(tmp_path: Path) -> None:
    first, second = np.arange(4.0), np.arange(5.0)
    path, content, begin = two_arrays(tmp_path, {"roman": {"meta": {"first": first, "second": second}}})
    path.write_bytes(content[:begin])
    with pytest.raises(rcm.TruncatedFileError, match=r": meta\.second cannot be read"):
        require(path)


def test_of_many_arrays_that_are_missing_the_first_in_the_file_is_named(tmp_path: Path) -> None:
    arrays = {name: np.arange(4.0) + at for at, name in enumerate("zya")}
    path, content, _ = two_arrays(tmp_path, {"roman": {"meta": arrays}})
    path.write_bytes(content[: content.index(b"\xd3BLK") + 60])
    with pytest.raises(rcm.TruncatedFileError, match=r": meta\.z cannot be read, its block 0"):
        require(path)


def test_an_array_beside_the_model_is_named_by_its_whole_path(tmp_path: Path) -> None:
    path, content, begin = two_arrays(tmp_path, {"roman": {"a": np.arange(4.0)}, "romans": {"b": np.arange(5.0)}})
    path.write_bytes(content[: begin + 60])
    with pytest.raises(rcm.TruncatedFileError, match=r": romans\.b cannot be read"):
        require(path)


def test_a_file_that_is_cut_where_no_array_is_is_told_without_one(image: Path, tmp_path: Path) -> None:
    content = image.read_bytes()
    path = tmp_path / "more.asdf"
    end = content.index(b"#ASDF BLOCK INDEX")
    path.write_bytes(content[:end] + content[content.index(b"\xd3BLK") :][:70])
    with pytest.raises(rcm.TruncatedFileError) as caught:
        require(path)
    assert "cannot be read" not in str(caught.value)
