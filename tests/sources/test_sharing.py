"""One file and many readers: threads, forked processes, a file that was replaced meanwhile. All get the right data."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import roman_cal_models as rcm
from roman_cal_models.nodes.deferred import FakeValue
from roman_cal_models.nodes.lazy_dict import raw_get

SHAPE = (256, 256)
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def written(path: Path, seed: int, compression: str | None = "lz4") -> np.ndarray:
    model = rcm.ImageModel.create_fake_data(shape=SHAPE)
    for name in ("data", "err"):
        array = np.random.default_rng(seed).normal(size=SHAPE).astype(model[name].dtype)
        model[name] = array
    model.save(path, all_array_compression=compression)
    return np.asarray(model.data)


FORKED = """
import os, sys, threading, time, warnings
import numpy as np
import roman_cal_models as rcm
warnings.simplefilter("ignore")
path, count, wanted = sys.argv[1], int(sys.argv[2]), np.load(sys.argv[3])
_ = rcm.open(path).meta.wcs  # all that is imported once
model, going = rcm.open(path), True

def read():
    while going:
        assert (model.section("data", ...) == wanted).all()
        time.sleep(0.001)

threads = [threading.Thread(target=read) for _ in range(2)]
for thread in threads:
    thread.start()
children = []
for _ in range(count):
    child = os.fork()
    if not child:
        right = (model.section("data", ...) == wanted).all() and (model.data == wanted).all()
        os._exit(0 if right else 1)
    children.append(child)
wrong = sum(os.waitpid(child, 0)[1] != 0 for child in children)
going = False
for thread in threads:
    thread.join()
print(wrong)
"""


@needs_fork
@pytest.mark.parametrize("compression", [None, "lz4"])
def test_forked_processes_read_the_right_data_while_threads_of_the_parent_read(
    compression: str | None, tmp_path: Path
) -> None:
    np.save(tmp_path / "wanted.npy", written(tmp_path / "a.asdf", 1, compression))
    arguments = [str(tmp_path / "a.asdf"), "50", str(tmp_path / "wanted.npy")]
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert run.stdout.split() == ["0"]


FORKED_AMIDST = """
import os, sys, threading, warnings
import roman_cal_models as rcm
from roman_cal_models.nodes.deferred import FakeValue
warnings.simplefilter("ignore")
model = rcm.open(sys.argv[1])
started, parent = threading.Event(), os.getpid()

def make():
    started.set()
    if os.getpid() == parent:
        threading.Event().wait()
    return "built"

slow = FakeValue("some", make)
threading.Thread(target=slow.get, args=(str,), daemon=True).start()
started.wait()
child = os.fork()
if not child:
    import signal
    signal.alarm(120)
    _ = model.meta.exposure.type, model.data
    os._exit(0 if slow.get(str) == "built" else 1)
print(os.waitpid(child, 0)[1])
"""


@needs_fork
def test_a_process_forked_while_a_thread_builds_a_value_builds_it_itself(tmp_path: Path) -> None:
    written(tmp_path / "a.asdf", 1)
    command = [sys.executable, "-W", "ignore", "-c", FORKED_AMIDST, str(tmp_path / "a.asdf")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert run.stdout.split() == ["0"]


class Slow(io.BytesIO):
    """A stream whose content takes as long as is wanted: `reading` is set when it is asked for, and `go_on` ends it."""

    def __init__(self, content: bytes, begin: int) -> None:
        super().__init__(content)
        self._begin = begin
        self.reading, self.go_on = threading.Event(), threading.Event()

    def readinto(self, buffer: Any) -> int:
        if self.tell() >= self._begin and len(buffer) > 1000:
            self.reading.set()
            assert self.go_on.wait(120)
        return super().readinto(buffer)


def test_an_array_of_one_file_holds_up_nobody_else(tmp_path: Path) -> None:
    written(tmp_path / "a.asdf", 1)
    content = (tmp_path / "a.asdf").read_bytes()
    slow = Slow(content, content.index(b"\xd3BLK"))
    far, near = rcm.open(slow), rcm.open(tmp_path / "a.asdf")
    with ThreadPoolExecutor(1) as thread:
        array = thread.submit(lambda: far.data)
        assert slow.reading.wait(120)
        # each of them would wait for what is not let go on
        assert near.meta.exposure.type
        assert far.meta.exposure.type
        assert near.data.shape == SHAPE
        assert not array.done()
        slow.go_on.set()
        assert array.result().shape == SHAPE


def by_threads(count: int, ask: Callable[[], Any]) -> list[Any]:
    """Ask from many threads at once."""
    gate = threading.Barrier(count)

    def wait_and_ask() -> Any:
        gate.wait()
        return ask()

    with ThreadPoolExecutor(count) as threads:
        return [answer.result() for answer in [threads.submit(wait_and_ask) for _ in range(count)]]


ASKED: dict[str, Callable[[Any], Any]] = {
    "node": lambda model: model.meta,
    "inner node": lambda model: model.meta.exposure,
    "array": lambda model: model.data,
    "wcs": lambda model: model.meta.wcs,
    "time": lambda model: model.meta.exposure.start_time,
    "text": lambda model: raw_get(model.node, "data").raw,
}


@pytest.mark.parametrize("what", ASKED)
def test_all_threads_get_the_same_object(what: str, tmp_path: Path) -> None:
    written(tmp_path / "a.asdf", 1)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            model = rcm.open(tmp_path / "a.asdf")
            answers = by_threads(4, lambda model=model: ASKED[what](model))  # type: ignore[misc]
            assert len({id(answer) for answer in answers}) == 1
    finally:
        sys.setswitchinterval(before)


def test_what_is_set_while_another_thread_builds_stays(tmp_path: Path) -> None:
    model = rcm.ImageModel.create_fake_data(shape=(8, 8))
    going, started = threading.Event(), threading.Event()

    def make() -> Any:
        started.set()
        assert going.wait(120)
        return "old"

    dict.__setitem__(model.node, "data", FakeValue("some", make))
    with ThreadPoolExecutor(1) as thread:
        built = thread.submit(lambda: model.node["data"])
        assert started.wait(120)
        new = np.zeros((8, 8), np.float32)
        model.data = new
        going.set()
        assert built.result() is new
    assert model.data is new


def test_a_value_that_fails_for_one_thread_is_tried_by_the_next() -> None:
    outcomes = iter([ValueError("not now"), "built"])
    inside = threading.Event()

    def make() -> Any:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            inside.set()
            time.sleep(0.2)
            raise outcome
        return outcome

    value = FakeValue("some", make)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(value.get, lambda: "")
        assert inside.wait(120)
        second = threads.submit(value.get, lambda: "")
        assert second.result() == "built"
        with pytest.raises(ValueError, match="not now"):
            first.result()


FIRST_USE = """
import sys, threading, warnings
warnings.simplefilter("ignore")
import roman_cal_models as rcm
gate, failed = threading.Barrier(16), []

def use():
    gate.wait()
    try:
        model = rcm.open(sys.argv[1])
        _ = model.data, model.meta.wcs, model.meta.exposure.start_time, model.to_flat_dict()
        rcm.open(sys.argv[1]).problems()
    except BaseException as error:
        failed.append(repr(error))

threads = [threading.Thread(target=use) for _ in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(failed)
"""


def test_the_first_use_may_be_by_many_threads_at_once(tmp_path: Path) -> None:
    written(tmp_path / "a.asdf", 1)
    command = [sys.executable, "-W", "ignore", "-c", FIRST_USE, str(tmp_path / "a.asdf")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("memmap", [False, True])
def test_a_file_that_was_replaced_is_read_as_it_was_opened(memmap: bool, tmp_path: Path) -> None:
    old = written(tmp_path / "a.asdf", 1, None)
    model = rcm.open(tmp_path / "a.asdf", memmap=memmap)
    written(tmp_path / "a.asdf", 2, None)
    assert np.array_equal(model.data, old)


def test_a_file_is_mapped_after_a_change_of_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = written(tmp_path / "a.asdf", 1, None)
    monkeypatch.chdir(tmp_path)
    model = rcm.open("a.asdf", memmap=True)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert np.array_equal(model.data, old)


def test_what_is_no_file_of_the_system_is_read_instead_of_mapped(tmp_path: Path) -> None:
    old = written(tmp_path / "a.asdf", 1, None)
    assert np.array_equal(rcm.open((tmp_path / "a.asdf").read_bytes(), memmap=True).data, old)


def test_who_reads_while_the_model_is_closed_is_let_finish(tmp_path: Path) -> None:
    old = written(tmp_path / "a.asdf", 1)
    content = (tmp_path / "a.asdf").read_bytes()
    slow = Slow(content, content.index(b"\xd3BLK"))
    model = rcm.open(slow)
    with ThreadPoolExecutor(1) as thread:
        array = thread.submit(lambda: model.data)
        assert slow.reading.wait(120)
        model.close()
        slow.go_on.set()
        assert np.array_equal(array.result(), old)
    with pytest.raises(rcm.ModelClosedError):
        _ = model.err
