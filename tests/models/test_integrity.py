"""A model tells whether its file is whole and what was written, and never saves as right what was wrong."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import roman_datamodels.datamodels as peer

import roman_cal_models as rcm
from tests.peer import WriteFile, newest_tags, peer_file

__all__ = ["peer_file"]

Flip = Callable[[Path, str], Path]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An image whose data do not compress, so that a flipped bit of them is another value and nothing else."""
    model = peer.ImageModel.create_fake_data(shape=(64, 64))
    model.data = np.random.default_rng(0).random((64, 64), np.float32)
    model.err = np.random.default_rng(1).random((64, 64)).astype(np.float16)
    path = tmp_path_factory.mktemp("whole") / "image.asdf"
    model.save(path)
    return path


@pytest.fixture
def flipped(whole: Path, tmp_path: Path) -> Path:
    """The image with a bit of ``data`` flipped."""
    path = tmp_path / "image.asdf"
    path.write_bytes(flip(whole.read_bytes(), "data"))
    return path


def block_of(file: bytes, name: str) -> int:
    with rcm.open(file) as model:
        number: int = dict.__getitem__(model.node, name).raw["source"]
        return number


def place_of(file: bytes, number: int) -> int:
    """Where the bytes of a block begin."""
    place = -1
    for _ in range(number + 1):
        place = file.index(b"\xd3BLK", place + 1)
    return place + 54


def flip(file: bytes, name: str) -> bytes:
    """Change a value of an array, deep in the bytes of its block."""
    content = bytearray(file)
    content[place_of(file, block_of(file, name)) + 3000] ^= 1
    return bytes(content)


def cut(file: bytes, name: str) -> bytes:
    """Cut a file inside of the block of an array."""
    return file[: place_of(file, block_of(file, name)) + 20]


def told(model: rcm.DataModel, **options: Any) -> set[tuple[str, str]]:
    return {(".".join(map(str, problem.path)), problem.kind) for problem in model.problems(**options)}


# -- cut files -------------------------------------------------------------------------------------------------------


def test_problems_tell_a_cut_file_and_its_arrays(whole: Path) -> None:
    with rcm.open(cut(whole.read_bytes(), "err")) as model:
        paths = {path for path, kind in told(model) if kind == "truncated"}
        assert "err" in paths
        assert "data" not in paths


@pytest.mark.parametrize("missing", [1, 10, 1000, 10_000])
def test_a_cut_file_is_not_valid(whole: Path, missing: int) -> None:
    with rcm.open(whole.read_bytes()[:-missing]) as model, pytest.raises(rcm.ValidationError) as caught:
        model.validate()
    assert {problem.kind for problem in caught.value.problems} == {"truncated"}


def test_open_validate_refuses_a_cut_file(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "image.asdf"
    path.write_bytes(cut(whole.read_bytes(), "data"))
    with pytest.raises(rcm.ValidationError, match="data") as caught:
        rcm.open(path, validate=True)
    assert str(path) in str(caught.value)


def test_a_file_that_ends_with_its_header_has_no_array(whole: Path) -> None:
    content = whole.read_bytes()
    with rcm.open(content[: content.index(b"\xd3BLK")]) as model:
        assert ("data", "truncated") in told(model)


def test_a_block_that_no_array_uses_is_told(whole: Path) -> None:
    content = cut(whole.read_bytes(), "data")
    with rcm.open(content) as model:
        model.data = np.zeros((64, 64), np.float32)
        assert ("", "truncated") in told(model)


def test_opening_reads_no_head(whole: Path) -> None:
    with rcm.open(cut(whole.read_bytes(), "data")) as model:
        assert model.meta.telescope == "ROMAN"


@pytest.mark.parametrize("tag", newest_tags())
def test_nothing_is_wrong_with_the_files_of_the_peer(tag: str, peer_file: WriteFile) -> None:
    with rcm.open(peer_file(tag)) as model:
        kinds = {kind for _, kind in told(model, blocks=True)}
    assert kinds.isdisjoint({"truncated", "block", "index", "checksum", "no_checksum"})


@pytest.mark.parametrize("path", sorted((Path(__file__).parents[1] / "data" / "old_writers").rglob("*.asdf")), ids=str)
def test_nothing_is_wrong_with_the_files_of_old_writers(path: Path) -> None:
    with rcm.open(path) as model:
        kinds = {kind for _, kind in told(model, blocks=True)}
    assert kinds.isdisjoint({"truncated", "block", "index", "checksum"})


# -- blocks ----------------------------------------------------------------------------------------------------------


def test_a_flipped_bit_is_told_by_the_blocks(flipped: Path) -> None:
    with rcm.open(flipped) as model:
        assert told(model) == set()
        assert told(model, blocks=True) == {("data", "checksum")}


def test_validate_blocks_refuses_it(flipped: Path) -> None:
    with rcm.open(flipped) as model:
        model.validate()
        with pytest.raises(rcm.ValidationError, match="data"):
            model.validate(blocks=True)


def test_a_block_that_was_read_before_is_told_as_well(flipped: Path) -> None:
    with rcm.open(flipped) as model:
        assert model.data.shape == (64, 64)
        assert told(model, blocks=True) == {("data", "checksum")}


def test_a_missing_checksum_is_a_warning(whole: Path, tmp_path: Path) -> None:
    with rcm.open(whole) as model:
        path = model.save(tmp_path / "image.asdf", write_checksums=False)
    with rcm.open(path) as model:
        found = model.problems(blocks=True)
        model.validate(blocks=True)
    assert {(problem.kind, problem.level) for problem in found} == {("no_checksum", "warning")}


def test_blocks_of_a_closed_file_cannot_be_checked(whole: Path) -> None:
    with rcm.open(whole) as model:
        pass
    assert model.problems() == []
    with pytest.raises(rcm.ModelClosedError):
        model.problems(blocks=True)


def test_a_model_without_a_file_has_no_blocks() -> None:
    assert rcm.ImageModel.create_fake_data(shape=(4, 4)).problems(blocks=True) == []


# -- reading ---------------------------------------------------------------------------------------------------------


def test_a_wrong_block_is_read_unless_checksums_are_verified(flipped: Path) -> None:
    with rcm.open(flipped) as model:
        assert model.data.shape == (64, 64)
    with rcm.config(verify_checksums=True), rcm.open(flipped) as model, pytest.raises(rcm.ChecksumError) as caught:
        _ = model.data
    assert str(flipped) in str(caught.value)
    assert "data" in str(caught.value)
    assert isinstance(caught.value, rcm.ForeignValueError)


def test_right_blocks_are_read_where_checksums_are_verified(flipped: Path, whole: Path) -> None:
    with rcm.config(verify_checksums=True), rcm.open(flipped) as model, rcm.open(whole) as other:
        assert np.array_equal(model.err, other.err)
        assert np.array_equal(other.data[0], other.data[0])


def test_a_part_is_read_without_its_checksum(flipped: Path) -> None:
    with rcm.config(verify_checksums=True), rcm.open(flipped) as model:
        assert model.section("data", np.s_[:2, :2]).shape == (2, 2)


def test_a_block_is_checked_once(whole: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from roman_cal_models.blocks import integrity

    checked: list[int] = []
    check = integrity.check

    def counting(file: Any, number: int, *args: Any, **kwargs: Any) -> Any:
        checked.append(number)
        return check(file, number, *args, **kwargs)

    monkeypatch.setattr(integrity, "check", counting)
    with rcm.config(verify_checksums=True), rcm.open(whole) as model:
        _ = model.data
        model.save(io_path(whole))
    assert len(checked) == len(set(checked))


def io_path(path: Path) -> Path:
    return path.with_name("saved.asdf")


# -- saving ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before",
    [
        lambda model: model.data.sum() and model,
        lambda model: model.data.fill(1) or model,
        lambda model: model.copy(),
        lambda model: model.data.sum() and model.copy(),
        lambda model: copy.deepcopy(model),
        lambda model: model.data.sum() and model.copy(deepcopy=False),
        lambda model: model.detach(),
        lambda model: rcm.ImageModel.create_from_model(model),
        lambda model: rcm.ImageModel(dict(model.node)),
    ],
    ids=[
        "read",
        "changed",
        "copied",
        "read and copied",
        "deepcopy",
        "read and viewed",
        "detached",
        "converted",
        "made",
    ],
)
def test_what_was_wrong_is_not_saved_as_right(flipped: Path, tmp_path: Path, before: Callable[[Any], Any]) -> None:
    target = tmp_path / "target.asdf"
    target.write_bytes(b"before")
    with rcm.open(flipped) as model, pytest.raises(rcm.ChecksumError, match="data") as caught:
        before(model).save(target)
    assert caught.value.file == str(flipped)
    assert target.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["image.asdf", "target.asdf"]


@pytest.mark.parametrize("compression", ["lz4", None], ids=["compressed", "plain"])
def test_what_is_compressed_anew_is_not_saved_as_right(flipped: Path, tmp_path: Path, compression: str | None) -> None:
    with rcm.open(flipped) as model, pytest.raises(rcm.ChecksumError, match="data"):
        model.save(tmp_path / "target.asdf", compression=compression)
    assert not (tmp_path / "target.asdf").exists()


@pytest.mark.parametrize("view", [False, True])
def test_what_was_wrong_and_never_read_is_as_wrong_in_the_copy(flipped: Path, tmp_path: Path, view: bool) -> None:
    with rcm.open(flipped) as model:
        path = (model.copy(deepcopy=False) if view else model).save(tmp_path / "target.asdf")
    with rcm.open(path) as model, pytest.raises(rcm.ValidationError, match="data"):
        model.validate(blocks=True)


def test_an_array_in_memory_is_checked_after_its_file_was_closed(flipped: Path, tmp_path: Path) -> None:
    with rcm.open(flipped) as model:
        other = rcm.ImageModel.create_fake_data({"data": model.data}, shape=(64, 64))
        other.data = model.data
    with pytest.raises(rcm.ChecksumError, match="data"):
        other.save(tmp_path / "target.asdf")


def test_a_copy_of_the_array_takes_its_values_for_good(flipped: Path, tmp_path: Path) -> None:
    with rcm.open(flipped) as model:
        model.data = model.data.copy()
        path = model.save(tmp_path / "target.asdf")
    with rcm.open(path) as model:
        model.validate(blocks=True)


def test_an_array_may_be_replaced_that_was_never_read(flipped: Path, tmp_path: Path) -> None:
    with rcm.open(flipped) as model:
        model.data = np.zeros((64, 64), np.float32)
        path = model.save(tmp_path / "target.asdf")
    with rcm.open(path) as model:
        model.validate(blocks=True)


def test_a_cut_file_is_not_saved(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "image.asdf"
    path.write_bytes(cut(whole.read_bytes(), "data"))
    with rcm.open(path) as model, pytest.raises(rcm.TruncatedFileError, match="data") as caught:
        model.save(tmp_path / "target.asdf")
    assert caught.value.file == str(path)
    assert not (tmp_path / "target.asdf").exists()


def test_a_block_without_a_checksum_that_cannot_be_read_is_not_saved(whole: Path, tmp_path: Path) -> None:
    with rcm.open(whole) as model:
        path = model.save(tmp_path / "image.asdf", write_checksums=False)
    content = bytearray(path.read_bytes())
    place = place_of(bytes(content), block_of(bytes(content), "data"))
    content[place : place + 8] = b"\xff" * 8
    path.write_bytes(content)
    with rcm.open(path) as model, pytest.raises(rcm.ForeignValueError, match="data"):
        model.save(tmp_path / "target.asdf", compression="lz4")
    assert not (tmp_path / "target.asdf").exists()


def test_an_upgrade_does_not_convert_what_is_wrong(tmp_path: Path) -> None:
    image = rcm.ImageModel.create_fake_data(shape=(64, 64), version="1.4.0")
    image.err = np.random.default_rng(0).random((64, 64), np.float32)  # which newer versions have as float16
    path = image.save(tmp_path / "image.asdf")
    path.write_bytes(flip(path.read_bytes(), "err"))
    for is_read in (False, True):
        with rcm.open(path) as model, pytest.raises(rcm.ChecksumError, match="err"):
            assert not is_read or model.err.shape
            model.upgrade().save(tmp_path / "upgraded.asdf")
    assert not (tmp_path / "upgraded.asdf").exists()


def test_an_array_of_a_table_is_one_too(tmp_path: Path) -> None:
    from astropy.table import Table

    model = rcm.ImageModel.create_fake_data(shape=(8, 8))
    model.stars = Table({"flux": np.random.default_rng(0).random(1000)})
    path = model.save(tmp_path / "image.asdf")
    content = bytearray(path.read_bytes())
    with rcm.open(path) as opened:
        number = dict.__getitem__(opened.node, "stars").raw["columns"][0]["data"]["source"]
    content[place_of(bytes(content), number) + 3000] ^= 1
    path.write_bytes(content)
    with rcm.open(path) as opened:
        assert told(opened, blocks=True) == {("stars.columns.0.data", "checksum")}
        assert len(opened.stars) == 1000
        assert told(opened, blocks=True) == {("stars", "checksum")}
        with pytest.raises(rcm.ChecksumError, match="stars"):
            opened.save(path)


def test_a_wrong_table_does_not_become_a_parquet_file(tmp_path: Path) -> None:
    catalog = rcm.ImageSourceCatalogModel.create_fake_data()
    table = catalog.create_empty_catalog()
    for _ in range(1000):
        table.add_row()
    catalog.source_catalog = table
    path = catalog.save(tmp_path / "catalog.asdf", all_array_compression=None)
    content = bytearray(path.read_bytes())
    content[place_of(bytes(content), 0) + 100] ^= 1
    path.write_bytes(content)
    with rcm.open(path) as model, pytest.raises(rcm.ChecksumError, match="source_catalog"):
        model.to_parquet(tmp_path / "catalog.parquet")
    assert not (tmp_path / "catalog.parquet").exists()


def test_what_an_array_came_from_is_forgotten_with_it(whole: Path) -> None:
    from roman_cal_models.blocks import origins

    before = len(origins._origins)
    with rcm.open(whole) as model:
        assert model.data.shape
        assert len(origins._origins) == before + 1
    del model
    assert len(origins._origins) == before


def test_a_file_that_was_replaced_is_not_taken_for_the_old_one(flipped: Path, whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "folder" / "image.asdf"
    path.parent.mkdir()
    path.write_bytes(whole.read_bytes())
    with rcm.open(path) as model:
        model.detach()
    path.unlink()
    path.write_bytes(flipped.read_bytes())
    model.save(tmp_path / "target.asdf")


def test_blocks_of_a_stream_are_checked(flipped: Path) -> None:
    with rcm.open(io.BytesIO(flipped.read_bytes())) as model:
        assert told(model, blocks=True) == {("data", "checksum")}
