"""Many positions in many files: each pair is told once, and what positions share is read once."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import numpy as np
import pytest
import roman_datamodels.datamodels as peer
from astropy import units as u
from astropy.coordinates import SkyCoord

import roman_cal_models as rcm
from tests.clusters import cluster
from tests.skies import DEC, RA, sky_of_detector

SIDE = (60, 80)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three images of one field, of the peer's."""
    folder = tmp_path_factory.mktemp("files")
    paths = [folder / f"image{number}.asdf" for number in range(3)]
    for number, path in enumerate(paths):
        model = peer.ImageModel.create_fake_data(shape=SIDE)
        model.data = np.random.default_rng(number).normal(size=SIDE).astype(np.float32)
        model.meta.wcs = sky_of_detector(SIDE, roll=30.0 * number)
        model.save(path)
    return paths


@pytest.fixture(scope="module")
def places(files: list[Path]) -> SkyCoord:
    """Positions in the first file, the last two of which are in none."""
    with rcm.open(files[0]) as model:
        wcs: Any = model["meta"]["wcs"]
        x, y = np.array([(40, 30), (41, 31), (2, 3), (70, 55), (40, 4000)]).T
        found = SkyCoord(*wcs(x, y, with_bounding_box=False), unit="deg")
    return SkyCoord([*found, SkyCoord(RA - 180, -DEC, unit="deg")])


def _by_pair(found: Iterator[rcm.Cutout]) -> dict[tuple[str, int], rcm.Cutout]:
    pairs = {}
    for each in found:
        key = str(each.source), each.index
        assert key not in pairs
        assert (each.model is None) is (each.error is not None)
        pairs[key] = each
    return pairs


def test_each_pair_is_told_once_as_one_model_would(files: list[Path], places: SkyCoord) -> None:
    found = _by_pair(rcm.cutouts(files, places, 9))
    assert set(found) == {(str(file), index) for file in files for index in range(len(places))}
    for file in files:
        with rcm.open(file) as model:
            for index, place in enumerate(places):
                result = found[str(file), index]
                try:
                    wanted = model.cutout(place, 9)
                except rcm.OutsideImageError as error:
                    assert type(result.error) is type(error)
                    assert str(file) in str(result.error)
                else:
                    assert result.model is not None
                    assert result.model.problems() == []
                    assert rcm.diff(result.model, wanted) == rcm.diff(wanted, wanted)
    inside = [pair for pair, result in found.items() if result.model is not None]
    assert {index for _, index in inside} == {0, 1, 2, 3}


def test_what_is_broken_is_told_and_the_others_are_cut(files: list[Path], places: SkyCoord, tmp_path: Path) -> None:
    (tmp_path / "text.asdf").write_text("no file of this kind")
    cut = tmp_path / files[0].name
    content = files[0].read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    catalog = rcm.ImageSourceCatalogModel.create_fake_data()
    sources = [tmp_path / "absent.asdf", tmp_path / "text.asdf", catalog, files[1], cut]
    found = list(rcm.cutouts(sources, places[:2], 9))
    assert len(found) == 10
    kinds = [{type(each.error) for each in found if each.source is source} for source in sources]
    assert kinds == [{FileNotFoundError}, {rcm.NotAsdfError}, {rcm.CutoutError}, {type(None)}, {rcm.TruncatedFileError}]


@pytest.mark.parametrize(
    ("positions", "size", "shapes"),
    [
        pytest.param((30, 40), 5, [(5, 5)], id="one pixel"),
        pytest.param([(30, 40), (3, 4)], (5, 6), [(5, 6)] * 2, id="pixels"),
        pytest.param(np.array([(30.0, 40.0), (3, 4)]), 5, [(5, 5)] * 2, id="an array"),
        pytest.param(SkyCoord(RA, DEC, unit="deg"), 5, [(5, 5)], id="one place"),
        pytest.param([SkyCoord(RA, DEC, unit="deg")] * 2, 5, [(5, 5)] * 2, id="a list of places"),
        pytest.param([(30, 40), (3, 4)], [5, (6, 7)], [(5, 5), (6, 7)], id="a size each"),
        pytest.param([(30, 40)] * 2, [1.1 * u.arcsec, 3], [(10, 10), (3, 3)], id="an angle and a number"),
        pytest.param([], 5, [], id="nothing"),
        pytest.param((30 * u.pix, np.array(40)), np.array(5), [(5, 5)], id="quantities and arrays of one number"),
    ],
)
def test_positions_and_sizes_are_given_as_one_likes(
    positions: Any, size: Any, shapes: list[tuple[int, int]], files: list[Path]
) -> None:
    found = {each.index: each.model for each in rcm.cutouts(files[0], positions, size)}
    assert [found[index].shape for index in range(len(found))] == shapes  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("positions", "size"), [((3, 4), 0), ((3, 4), [1, 2]), ([(3, 4), (5, 6)], [1]), ("ab", 3), ([(1, 2, 3)], 3)]
)
def test_what_is_no_position_or_size_is_refused_at_once(positions: Any, size: Any) -> None:
    with pytest.raises(rcm.CutoutError):
        rcm.cutouts("absent.asdf", positions, size)


def test_places_and_pixels_are_not_mixed() -> None:
    with pytest.raises(rcm.CutoutError, match="all on the sky or all pixels"):
        rcm.cutouts("absent.asdf", [SkyCoord(RA, DEC, unit="deg"), (3, 4)], 5)


def test_what_is_no_number_is_refused_at_once_as_filling() -> None:
    with pytest.raises(rcm.CutoutError, match="fill is a number, not 'x'"):
        rcm.cutouts("absent.asdf", (3, 4), 5, fill="x")  # type: ignore[arg-type]


def test_models_and_bytes_are_cut_as_well_and_stay_open(files: list[Path]) -> None:
    with rcm.open(files[0]) as model:
        model["data"][30, 40] = 7
        found = list(rcm.cutouts([model, files[0].read_bytes()], [(30, 40)], 1))
        assert sorted(float(each.model["data"][0, 0]) == 7 for each in found if each.model) == [False, True]
        assert model["err"].shape == SIDE


def test_settings_hold_in_all_threads(files: list[Path]) -> None:
    with rcm.config(array_max_bytes=1000):
        found = list(rcm.cutouts(files, (30, 40), 50))
    assert all("array_max_bytes=1000" in str(each.error) for each in found)


def test_who_goes_away_leaves_nothing_open(files: list[Path]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        found = rcm.cutouts(files, [(30, 40)] * 50, 5)
        assert next(found).model is not None
        found.close()  # type: ignore[attr-defined]


INTERRUPTED = """
import faulthandler, gc, os, random, sys, time
import roman_cal_models as rcm
from tests.interrupting import is_interrupted

def cut():
    found = rcm.cutouts(sys.argv[1:], [(5, 5), (9, 9), (15, 15)], 4, progress=False)
    assert [each.error for each in found] == [None] * 3 * (len(sys.argv) - 1)

chance = random.Random(0)
cut()
begin = time.monotonic()
cut()
usual = time.monotonic() - begin
before, met = len(os.listdir("/proc/self/fd")), 0
while met < 50:
    faulthandler.dump_traceback_later(300, exit=True)
    begin = time.monotonic()
    if is_interrupted(chance.uniform(1e-4, usual), cut):
        met += 1
    else:  # it had ended before, and so may take less than it did
        usual = min(usual, time.monotonic() - begin)
cut()
gc.collect()
assert len(os.listdir("/proc/self/fd")) == before
print(met)
"""


@pytest.mark.once
@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs the files that a process has open")
def test_an_interruption_leaves_nobody_waiting_and_nothing_open(files: list[Path]) -> None:
    program = [sys.executable, "-c", INTERRUPTED, *map(str, files[:2])]
    root = Path(__file__).parents[2]
    done = subprocess.run(program, capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "50\n"


def test_files_far_away_are_read(files: list[Path]) -> None:
    for file in files:
        with fsspec.open(f"memory://far/{file.name}", "wb") as stream:
            stream.write(file.read_bytes())
    sources = [f"memory://far/{file.name}" for file in files]
    found = _by_pair(rcm.cutouts(sources, [(30, 40), (0, 0)], 5))
    assert all(each.error is None for each in found.values())
    assert "image1.asdf" in str(found[sources[1], 0].model._history[-1])  # type: ignore[union-attr]


# -- bytes -------------------------------------------------------------------------------------------------------------


class Counting(io.BytesIO):
    """Counts the bytes that are read, and how often they begin."""

    count = starts = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.starts += self.tell() == 0
        found = super().read(size)
        self.count += len(found)
        return found

    def readinto(self, buffer: Any, /) -> int:
        found = super().readinto(buffer)
        self.count += found
        return found


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A Level 2 image with noise of 4 MB, saved by us, in pieces of 1 MB, and by the peer, in one piece."""
    folder = tmp_path_factory.mktemp("large")
    noise = np.random.default_rng(0).normal(size=(1024, 1024)).astype(np.float32)
    contents = {}
    for name, package in (("ours", rcm), ("peer", peer)):
        model = package.ImageModel.create_fake_data(shape=(1024, 1024))
        model.data = noise
        model.save(folder / f"{name}.asdf")
        contents[name] = (folder / f"{name}.asdf").read_bytes()
    return contents


def _read(content: bytes, positions: list[tuple[int, int]], size: int = 20) -> tuple[int, list[Any]]:
    stream = Counting(content)
    found = sorted(rcm.cutouts(stream, positions, size), key=lambda each: each.index)
    return stream.count, [each.model["data"] for each in found if each.model is not None]


@pytest.mark.parametrize("writer", ["ours", "peer"])
def test_a_piece_that_positions_share_is_read_once(writer: str, large: dict[str, bytes]) -> None:
    together = [(100, 50), (110, 900), (90, 500), (105, 520)]
    alone, _ = _read(large[writer], together[:1])
    shared, parts = _read(large[writer], together)
    assert shared < 1.02 * alone
    with rcm.open(large[writer]) as model:
        data = model["data"]
        assert all(
            np.array_equal(part, data[y - 10 : y + 10, x - 10 : x + 10])
            for part, (y, x) in zip(parts, together, strict=True)
        )


def test_pieces_between_far_positions_are_not_read(large: dict[str, bytes]) -> None:
    one, _ = _read(large["ours"], [(100, 50)])
    two, _ = _read(large["ours"], [(100, 50), (900, 50)])
    assert two < 2.1 * one < len(large["ours"])


def test_many_positions_read_no_more_than_the_file(large: dict[str, bytes]) -> None:
    chance = np.random.default_rng(1)
    everywhere = [(int(y), int(x)) for y, x in chance.integers(20, 1000, (60, 2))]
    read, parts = _read(large["ours"], everywhere)
    assert len(parts) == 60
    # two bands of half the image meet inside of a piece
    assert read < 1.5 * len(large["ours"])


# -- a cluster ---------------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_the_workers_of_a_cluster_give_the_same(files: list[Path], places: SkyCoord, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="distributed is not installed")
    sources = [*map(str, files), str(tmp_path / "absent.asdf")]
    with cluster() as client:
        there = _by_pair(rcm.cutouts(sources, places, 9, client=client))
    here = _by_pair(rcm.cutouts(sources, places, 9))
    assert there.keys() == here.keys()
    for pair, wanted in here.items():
        found = there[pair]
        assert (type(found.error), str(found.error)) == (type(wanted.error), str(wanted.error))
        if wanted.model is not None:
            assert found.model is not None
            assert np.array_equal(found.model["data"], wanted.model["data"], equal_nan=True)
            assert found.model["meta"]["wcsinfo"] == wanted.model["meta"]["wcsinfo"]
            assert found.model.problems() == []
