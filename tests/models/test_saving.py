"""save: whole or not at all, and the model in memory stays as it is."""

from __future__ import annotations

import copy
import os
import pickle
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import asdf
import numpy as np
import pytest

import roman_cal_models as rcm
from tests.interrupting import needs_alarms


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have folders searched at each save: the pause after a search is as long as a busy machine makes it."""
    monkeypatch.setattr("roman_cal_models.models.atomic._PAUSE", 0)


@pytest.fixture
def model() -> rcm.ImageModel:
    return rcm.ImageModel.create_fake_data({"meta": {"filename": "in_memory.asdf"}}, shape=(4, 4))


@pytest.fixture
def old(tmp_path: Path, model: rcm.ImageModel) -> Path:
    """A file that stands where a save goes to."""
    return model.save(tmp_path / "old.asdf")


def run(script: str, *arguments: Any, check: bool = True) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", textwrap.dedent(script), *map(str, arguments)]
    root = Path(__file__).parents[2]
    return subprocess.run(command, capture_output=True, text=True, check=check, timeout=120, cwd=root)


def in_folder(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.parent.iterdir())


# ---- where it goes


def test_save_returns_the_path(model: rcm.ImageModel, tmp_path: Path) -> None:
    assert model.save(str(tmp_path / "a.asdf")) == tmp_path / "a.asdf"
    assert (tmp_path / "a.asdf").is_file()


def test_the_file_goes_to_dir_path(model: rcm.ImageModel, tmp_path: Path) -> None:
    assert model.save("elsewhere/a.asdf", dir_path=tmp_path) == tmp_path / "a.asdf"
    assert in_folder(tmp_path / "a.asdf") == ["a.asdf"]


def test_a_callable_makes_the_path_of_the_files_name(model: rcm.ImageModel, tmp_path: Path) -> None:
    path = model.save(lambda name: tmp_path / name.replace("memory", "callable"))
    assert path == tmp_path / "in_callable.asdf"


def test_a_folder_is_told_as_one(model: rcm.ImageModel, tmp_path: Path) -> None:
    with pytest.raises(rcm.TargetError, match=re.escape(f"{tmp_path}: is a folder: name a file in it")):
        model.save(tmp_path)


@pytest.mark.parametrize("name", ["a.fits", "a", "a.ASDF.txt"])
def test_another_suffix_is_refused(name: str, model: rcm.ImageModel, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"saved as \.asdf"):
        model.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(model: rcm.ImageModel, tmp_path: Path) -> None:
    path = tmp_path / "no" / "a.asdf"
    with pytest.raises(FileNotFoundError) as caught:
        model.save(path)
    assert caught.value.filename == str(path)


def test_a_symbolic_link_stays_one_and_its_target_is_written(model: rcm.ImageModel, old: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.asdf"
    link.symlink_to(old.name)
    model.meta.prd_version = "9.9.9"
    model.save(link)
    assert link.is_symlink()
    with rcm.open(old.read_bytes()) as again:
        assert again.meta.prd_version == "9.9.9"


def test_the_mode_of_the_file_that_was_there_is_kept(model: rcm.ImageModel, old: Path) -> None:
    old.chmod(0o640)
    model.save(old)
    assert old.stat().st_mode & 0o777 == 0o640


def test_a_new_file_has_the_mode_that_the_umask_gives(model: rcm.ImageModel, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    assert model.save(tmp_path / "a.asdf").stat().st_mode == plain.stat().st_mode


# ---- what it says


def test_name_and_date_stand_in_the_file_and_not_in_the_model(model: rcm.ImageModel, tmp_path: Path) -> None:
    date = str(model.meta.file_date)
    path = model.save(tmp_path / "in_file.asdf")
    with rcm.open(path) as again:
        assert again.meta.filename == "in_file.asdf"
        assert str(again.meta.file_date) > date
    assert (model.meta.filename, str(model.meta.file_date)) == ("in_memory.asdf", date)


def test_large_arrays_are_compressed_and_small_ones_stand_in_the_header(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(32, 32))
    model["few"] = np.arange(3)
    with asdf.open(model.save(tmp_path / "a.asdf")) as file:
        assert file.get_array_compression(file["roman"]["data"]) == "lz4"
        assert file.get_array_storage(file["roman"]["few"]) == "inline"


def test_an_array_without_dimensions_is_read_again(tmp_path: Path) -> None:
    # asdf writes such an array into the header in a form that it cannot read
    model: Any = rcm.FlatRefModel.create_fake_data(shape=(2, 2))
    model.meta["extra"] = {"temperature": np.array(3.5)}
    with rcm.open(model.save(tmp_path / "flat.asdf")) as again:
        found: Any = again.node["meta"]["extra"]["temperature"]
        assert (found.shape, found.dtype, float(found)) == ((), np.dtype("float64"), 3.5)


def test_compression_is_the_callers_to_choose(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(32, 32))
    with asdf.open(model.save(tmp_path / "a.asdf", all_array_compression="zlib")) as file:
        assert file.get_array_compression(file["roman"]["data"]) == "zlib"


@pytest.mark.parametrize("option", ["compression", "all_array_compression"])
def test_each_array_has_the_compression_that_is_asked_for(option: str, tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(32, 32))
    path = model.save(tmp_path / "a.asdf", **{option: {"data": None, "dq": "zlib"}})
    with asdf.open(path, validate_checksums=True) as file:
        found = {name: file.get_array_compression(file["roman"][name]) for name in ("data", "dq", "err")}
    assert found == {"data": None, "dq": "zlib", "err": "lz4"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"compression": 0}, "compression=0: it is a name, None, or a mapping"),
        ({"compression": ["lz4"]}, r"compression=\['lz4'\]: it is a name"),
        ({"all_array_compression": {"data": 1}}, r"compression=\{'data': 1\}: it is a name"),
        ({"compression": "gzip"}, "'gzip' is not a compression: 'lz4', "),
        (
            {"compression": {"dta": None}},
            r"compression=\{'dta': ...\}: there is no array of this name. Did you mean 'data'",
        ),
        ({"compression": {1: None}}, r"compression=\{1: ...\}: there is no array of this name"),
        ({"compression": {"meta": None}}, r"compression=\{'meta': ...\}: it is no array, but WfiImageMeta"),
        ({"compression": {"meta.exposure.type": None}}, "it is no array, but str"),
        ({"compression_kwargs": {"compression_block_size": 0}}, "compression_block_size=0: it is a number of bytes"),
        ({"compression_kwargs": {"level": 1}}, r"compression_kwargs=\{'level': 1\}: lz4 does not take them"),
    ],
)
def test_a_compression_that_is_none_is_refused(options: Any, told: str, tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(32, 32))
    with pytest.raises(ValueError, match=told):
        model.save(tmp_path / "a.asdf", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_url_is_told_to_be_none_of_a_disk(
    model: rcm.ImageModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(rcm.TargetError, match=r"^s3://bucket/a\.asdf: is a URL"):
        model.save("s3://bucket/a.asdf")
    # a folder may be called so
    (tmp_path / "s3:/bucket").mkdir(parents=True)
    assert model.save("s3:/bucket/a.asdf").exists()


def test_a_file_can_be_saved_over_itself(old: Path) -> None:
    with rcm.open(old) as model:
        model.meta.prd_version = "9.9.9"
        model.save(old)
        assert model.data.shape == (4, 4)
    with rcm.open(old) as again:
        assert again.meta.prd_version == "9.9.9"
        assert again.data.shape == (4, 4)


def test_a_file_with_blocks_can_be_saved_over_itself_while_mapped(tmp_path: Path) -> None:
    first = rcm.ImageModel.create_fake_data(shape=(64, 64))
    first.data[:] = np.arange(4096, dtype="f4").reshape(64, 64)
    path = first.save(tmp_path / "a.asdf", all_array_compression=None)
    with rcm.open(path, memmap=True) as model:
        model.meta.prd_version = "9.9.9"
        model.save(path, all_array_compression=None)
        assert np.array_equal(model.data, first.data)
    with rcm.open(path) as again:
        assert np.array_equal(again.data, first.data)


# ---- when it fails


def broken(model: rcm.ImageModel) -> rcm.ImageModel:
    with rcm.config(validate_assignment="off"):
        model.meta.exposure.nresultants = "many"
    return model


def test_an_invalid_model_is_refused_with_the_file_and_the_path(model: rcm.ImageModel, tmp_path: Path) -> None:
    with pytest.raises(rcm.ValidationError) as caught:
        broken(model).save(tmp_path / "a.asdf")
    assert str(caught.value).startswith(f"{tmp_path / 'a.asdf'}: meta.exposure.nresultants: 'many' ")
    assert list(tmp_path.iterdir()) == []


def test_an_invalid_model_leaves_the_old_file(model: rcm.ImageModel, old: Path) -> None:
    before = old.read_bytes()
    with pytest.raises(rcm.ValidationError):
        broken(model).save(old)
    assert old.read_bytes() == before
    assert in_folder(old) == ["old.asdf"]


def test_a_failed_save_leaves_name_and_date_of_the_model(model: rcm.ImageModel, tmp_path: Path) -> None:
    before = (model.meta.filename, str(model.meta.file_date))
    with pytest.raises(OSError, match="no"):
        model.save(tmp_path / "no" / "a.asdf")
    with pytest.raises(rcm.ValidationError):
        broken(model).save(tmp_path / "a.asdf")
    assert (model.meta.filename, str(model.meta.file_date)) == before


def test_a_foreign_object_that_asdf_cannot_write_leaves_the_old_file(model: rcm.ImageModel, old: Path) -> None:
    before = old.read_bytes()
    model["strange"] = object()
    with pytest.raises(rcm.RomanCalModelsError, match="strange"):
        model.save(old)
    assert old.read_bytes() == before
    assert in_folder(old) == ["old.asdf"]


NO_ROOM = """
    import resource, sys
    import numpy as np, roman_cal_models as rcm
    model = rcm.ImageModel.create_fake_data({"meta": {"filename": "in_memory.asdf"}}, shape=(64, 64))
    model.data[:] = np.random.default_rng(1).random((64, 64))
    date = str(model.meta.file_date)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    try:
        model.save(sys.argv[1])
    except OSError as error:
        print(error)
    assert (model.meta.filename, str(model.meta.file_date)) == ("in_memory.asdf", date)
"""


def test_a_disk_without_room_leaves_the_old_file_and_the_model(old: Path) -> None:
    before = old.read_bytes()
    done = run(NO_ROOM, old)
    assert done.stdout.strip() == f"[Errno 27] File too large: {str(old)!r}"
    assert old.read_bytes() == before
    assert in_folder(old) == ["old.asdf"]


INTERRUPTED = """
    import pathlib, random, sys, time
    import numpy as np, roman_cal_models as rcm
    from tests.interrupting import is_interrupted
    path = pathlib.Path(sys.argv[1])
    model = rcm.ImageModel.create_fake_data({"meta": {"filename": "in_memory.asdf"}}, shape=(512, 512))
    model.data[:] = np.random.default_rng(1).random((512, 512))
    usual = 1.0
    for _ in range(3):
        begin = time.perf_counter()
        model.save(path.with_name("warm.asdf"))
        usual = min(usual, time.perf_counter() - begin)
    path.with_name("warm.asdf").unlink()
    before, date = path.read_bytes(), str(model.meta.file_date)
    chance, interrupted = random.Random(0), 0
    while interrupted < 30:
        begin = time.perf_counter()
        if is_interrupted(chance.uniform(1e-5, usual), lambda: model.save(path)):
            interrupted += 1
        else:  # it had ended before, and so may take less than it did
            usual = min(usual, time.perf_counter() - begin)
        assert [entry.name for entry in path.parent.iterdir()] == [path.name]
        if path.read_bytes() != before:
            with rcm.open(path) as again:
                assert np.array_equal(again.data, model.data)
            before = path.read_bytes()
        assert (model.meta.filename, str(model.meta.file_date)) == ("in_memory.asdf", date)
    print(interrupted)
"""


@needs_alarms
def test_an_interrupted_save_leaves_one_whole_file_and_no_other(old: Path) -> None:
    assert run(INTERRUPTED, old).stdout == "30\n"


KILLED = """
    import sys
    import numpy as np, roman_cal_models as rcm
    model = rcm.ImageModel.create_fake_data(shape=(512, 512))
    model.data[:] = 2
    print("ready", flush=True)
    while True:
        model.save(sys.argv[1])
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
@pytest.mark.parametrize("milliseconds", [5, 40, 130])
def test_a_killed_save_leaves_one_whole_file_and_nothing_for_long(milliseconds: int, old: Path) -> None:
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(old)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGKILL)
    with rcm.open(old, validate=True) as model:
        assert model.data.shape in ((4, 4), (512, 512))
        assert len(np.unique(model.data)) == 1
        model.save(old.with_name("next.asdf"))
    assert in_folder(old) == ["next.asdf", "old.asdf"]


def test_the_history_of_a_file_goes_on(tmp_path: Path) -> None:
    def told(path: Path) -> list[str]:
        with asdf.open(path) as file:
            return [entry["description"] for entry in file.get_history_entries()]

    old: Any = rcm.ImageModel.create_fake_data(version="1.0.0")
    old.save(tmp_path / "old.asdf")
    with asdf.open(tmp_path / "old.asdf", extensions=rcm.get_asdf_extensions()) as file:
        file.add_history_entry("observed", {"name": "telescope", "version": "1"})
        file.write_to(tmp_path / "observed.asdf")
    with pytest.warns(rcm.FilenameMismatchWarning), rcm.open(tmp_path / "observed.asdf") as model:
        assert model.assumed == ()
        new = model.upgrade()
        assumed = [str(change) for change in new.assumed]
        new.save(tmp_path / "new.asdf")
    wanted = ["observed", *(str(change) for change in new._history[1:])]
    assert len(assumed) > 0
    assert set(assumed) < set(wanted)
    assert told(tmp_path / "new.asdf") == wanted
    with rcm.open(tmp_path / "new.asdf") as model:
        assert pickle.loads(pickle.dumps(model))._history == model._history
        copy.copy(model).save(tmp_path / "again.asdf")
        model.detach()
        model.save(tmp_path / "detached.asdf")
    assert told(tmp_path / "again.asdf") == told(tmp_path / "detached.asdf") == wanted
    with asdf.open(tmp_path / "again.asdf") as file:
        assert file.get_history_entries()[0]["software"]["name"] == "telescope"


def test_a_misspelt_argument_is_told_with_what_was_meant(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(2, 2))
    for save in (model.save, model.to_asdf):
        with pytest.raises(TypeError, match=r"^save\(\) has no argument compresion\. Did you mean 'compression'\?$"):
            save(tmp_path / "image.asdf", compresion="lz4")
    with pytest.raises(TypeError, match=r"^save\(\) has no argument history$"):
        model.save(tmp_path / "image.asdf", history=())
    assert list(tmp_path.iterdir()) == []
