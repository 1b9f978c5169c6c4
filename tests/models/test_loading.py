"""All arrays of a file loaded at once: what one after the other would be, in no more memory than they need."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.lazy_dict import raw_get

SHAPE = (1024, 1024)
NAMES = ("data", "dq", "err", "chisq")


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    model = rcm.ImageModel.create_fake_data(shape=SHAPE)
    random = np.random.default_rng(3)
    return {name: random.integers(1, 1000, SHAPE).astype(model[name].dtype) for name in NAMES}


@pytest.fixture(scope="module", params=["lz4", "zlib", None])
def file(
    request: pytest.FixtureRequest, arrays: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An image whose arrays are long enough for threads. Nobody may change it."""
    model = rcm.ImageModel.create_fake_data(arrays, shape=SHAPE)
    return model.save(tmp_path_factory.mktemp("loading") / "image.asdf", all_array_compression=request.param)


def broken(file: Path, target: Path, *names: str) -> Path:
    """Write a copy of a file in which the blocks of some arrays begin with nonsense."""
    content = bytearray(file.read_bytes())
    with rcm.open(file) as model:
        for name in names:
            begin = model._source.block(raw_get(model.node, name).raw)[1].begin  # type: ignore[union-attr]
            content[begin : begin + 64] = b"\xff" * 64
    target.write_bytes(content)
    return target


LOADED: dict[str, Callable[[rcm.ImageModel], Any]] = {
    "detach": lambda model: model.detach(),
    "copy": lambda model: model.copy(),
    "copy of the node": lambda model: copy.deepcopy(model.node),
    "to_flat_dict": lambda model: {name.removeprefix("roman."): value for name, value in model.to_flat_dict().items()},
    "to_flat_dict of the node": lambda model: model.node.to_flat_dict(recursive=True),
}

by_each_way = pytest.mark.parametrize("load", LOADED.values(), ids=list(LOADED))


@by_each_way
@pytest.mark.parametrize("memmap", [False, True], ids=["read", "mapped"])
def test_the_arrays_are_those_that_were_written(
    load: Callable[[Any], Any], file: Path, arrays: dict[str, np.ndarray], memmap: bool
) -> None:
    with rcm.open(file, memmap=memmap) as model:
        loaded = load(model)
        found = {name: np.array(loaded[name]) for name in NAMES}
    assert all(found[name].dtype == array.dtype for name, array in arrays.items())
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())


@by_each_way
def test_what_is_loaded_can_be_changed_and_changes_nothing_else(load: Callable[[Any], Any], file: Path) -> None:
    with rcm.open(file) as model, rcm.open(file) as other:
        loaded = load(model)
        loaded["data"][0, 0] += 1
        assert loaded["data"][0, 0] == other.data[0, 0] + 1
        assert np.array_equal(loaded["err"], other.err)


@by_each_way
@pytest.mark.parametrize("names", [("err",), ("err", "dq"), ("chisq", "data")], ids=str)
def test_the_error_is_the_one_of_the_first_array_that_is_broken(
    load: Callable[[Any], Any], names: tuple[str, ...], file: Path, tmp_path: Path
) -> None:
    with rcm.open(file) as model:
        if model._source.block(raw_get(model.node, "data").raw)[1].compression == bytes(4):  # type: ignore[union-attr]
            pytest.skip("nothing is wrong with a block that is not compressed")
        first = next(name for name in model.node if name in names)
    path = broken(file, tmp_path / "image.asdf", *names)
    with rcm.open(path) as model, pytest.raises(rcm.ForeignValueError) as alone:
        _ = model[first]
    with rcm.open(path) as model, pytest.raises(rcm.ForeignValueError) as caught:
        load(model)
    assert str(caught.value) == str(alone.value)
    assert f"{path}: {first} cannot be built" in str(caught.value)


@by_each_way
def test_checksums_are_compared_where_that_is_asked_for(load: Callable[[Any], Any], file: Path, tmp_path: Path) -> None:
    path = broken(file, tmp_path / "image.asdf", "chisq", "err")
    with rcm.open(file) as model:
        first = next(name for name in model.node if name in ("chisq", "err"))
    with rcm.config(verify_checksums=True):
        with rcm.open(path) as model, pytest.raises(rcm.ChecksumError, match=f"{first} cannot be read"):
            load(model)
        with rcm.open(file) as model:
            load(model)


@by_each_way
def test_the_limit_of_an_array_holds(load: Callable[[Any], Any], file: Path) -> None:
    limited = rcm.config(array_max_bytes=3 * SHAPE[0] * SHAPE[1])
    with limited, rcm.open(file) as model, pytest.raises(rcm.ForeignValueError, match="array_max_bytes"):
        load(model)


@by_each_way
def test_a_closed_model_loads_nothing(load: Callable[[Any], Any], file: Path) -> None:
    model = rcm.open(file)
    model.close()
    with pytest.raises(rcm.ModelClosedError, match="was not loaded before the file was closed"):
        load(model)


def test_threads_that_load_at_the_same_time_get_the_same_objects(file: Path, arrays: dict[str, np.ndarray]) -> None:
    with rcm.open(file) as model, ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: model.node.to_flat_dict(), range(8)))
    for name in NAMES:
        assert {id(each[name]) for each in found} == {id(found[0][name])}
        assert np.array_equal(found[0][name], arrays[name])


# -- copies ----------------------------------------------------------------------------------------------------------


def test_a_copy_leaves_unread_what_it_was_made_of(file: Path) -> None:
    with rcm.open(file) as model:
        model.copy()
        assert not any(raw_get(model.node, name).is_built for name in NAMES)


def test_a_copy_of_what_was_loaded_is_a_copy_of_that(file: Path) -> None:
    with rcm.open(file) as model:
        model.data[0, 0] = 7
        copied = model.copy()
        assert copied.data[0, 0] == 7
        assert not np.shares_memory(copied.data, model.data)


def test_what_two_nodes_share_their_copies_share(file: Path) -> None:
    with rcm.open(file) as model:
        one, two = copy.deepcopy((model.node, copy.copy(model.node)))
    assert one["data"] is two["data"]


def test_a_copy_builds_what_needs_no_block_when_it_is_asked_for_it(file: Path) -> None:
    with rcm.open(file) as model:
        copied, raw = model.copy(), raw_get(model.meta, "file_date")
    assert not raw.is_built
    assert not raw_get(copied.meta, "file_date").is_built
    assert copied.meta.file_date == model.meta.file_date
    assert copied.meta.file_date is not model.meta.file_date
    with rcm.open(file) as model:
        one, two = copy.deepcopy((model.meta, copy.copy(model.meta)))
    assert one.file_date is two.file_date


def test_the_blocks_of_a_copy_are_checked_when_it_is_saved(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "image.asdf"
    content = bytearray(file.read_bytes())
    with rcm.open(file) as model:
        block = model._source.block(raw_get(model.node, "data").raw)[1]  # type: ignore[union-attr]
    if block.compression != bytes(4):
        pytest.skip("what is compressed is not read with another byte")
    content[block.begin] ^= 1
    path.write_bytes(content)
    with rcm.open(path) as model, pytest.raises(rcm.ChecksumError):
        model.copy().save(tmp_path / "saved.asdf")


@pytest.mark.once
def test_all_is_loaded_to_be_compressed_in_another_way(
    file: Path, arrays: dict[str, np.ndarray], tmp_path: Path
) -> None:
    with rcm.open(file) as model:
        model.save(tmp_path / "saved.asdf", all_array_compression="bzp2")
    with rcm.open(tmp_path / "saved.asdf") as model:
        assert all(np.array_equal(model[name], array) for name, array in arrays.items())


# -- memory and forks ------------------------------------------------------------------------------------------------

# The peak of the process's own: that of its parent is none of it.
PEAK = """
import sys, warnings
warnings.simplefilter("ignore")
import numpy as np
import roman_cal_models as rcm

def peak():
    return int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) * 1024

with rcm.open(sys.argv[1]) as model:
    model.detach()  # all that is imported once
before = peak()
model = rcm.open(sys.argv[2])
loaded = {action}
print((peak() - before) / sum(loaded[name].nbytes for name in loaded if name != "meta"))
"""


@pytest.mark.once
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks for the memory of a process as Linux tells it")
@pytest.mark.parametrize("action", ["model.copy()", "model.detach()"])
@pytest.mark.parametrize("compression", ["lz4", "zlib", None])
def test_no_more_memory_is_needed_than_for_the_arrays(action: str, compression: str | None, tmp_path: Path) -> None:
    small = rcm.ImageModel.create_fake_data(shape=(64, 64)).save(tmp_path / "small.asdf")
    model = rcm.ImageModel.create_fake_data(shape=(8, 8))
    random = np.random.default_rng(0)
    for name in NAMES:  # which hardly compress
        model[name] = random.integers(1, 2**15, (2048, 2048)).astype(model[name].dtype)
    large = model.save(tmp_path / "large.asdf", all_array_compression=compression)
    done = subprocess.run(
        [sys.executable, "-c", PEAK.format(action=action), str(small), str(large)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert float(done.stdout) < 1.3


FORKED = """
import os, sys, threading, warnings
import numpy as np
import roman_cal_models as rcm
warnings.simplefilter("ignore")
path, count = sys.argv[1], int(sys.argv[2])
wanted = rcm.open(path).detach()  # with all that is imported, as no child has to do it then
going = True

def load():
    return all(np.array_equal(wanted[name], array) for name, array in rcm.open(path).detach().items() if name == "data")

def go_on():
    while going:
        assert load()

threads = [threading.Thread(target=go_on) for _ in range(2)]
for thread in threads:
    thread.start()
children = []
for _ in range(count):
    child = os.fork()
    if not child:
        os._exit(0 if load() else 1)
    children.append(child)
wrong = sum(os.waitpid(child, 0)[1] != 0 for child in children)
going = False
for thread in threads:
    thread.join()
print(wrong)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_forked_processes_load_while_threads_of_the_parent_do(file: Path, tmp_path: Path) -> None:
    # astropy builds frames under locks of Python 3.11's cached properties, which a forked process may inherit closed
    with rcm.open(file) as model:
        model.meta.wcs = None
        bare = model.save(tmp_path / "bare.asdf")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED, str(bare), "20"],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    assert done.stdout.split() == ["0"]
