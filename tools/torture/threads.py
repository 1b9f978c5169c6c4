"""Many threads ask the same model, which nobody has asked before: each gets the same, and the right, objects."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import roman_cal_models as rcm

from .files import COMPRESSIONS, content, image
from .trials import Options, Trial
from .workers import run

__all__ = ["trials"]

_THREADS = 16
_SIZE = 64
_FRESH = 20  # trials for each that is done in a process that has imported nothing

_FIRST_USE = """
import sys, threading, warnings
warnings.simplefilter("error")
import roman_cal_models as rcm
barrier, wrong = threading.Barrier(16), []
def use(number):
    barrier.wait()
    try:
        with rcm.open(sys.argv[1]) as model:
            model.to_flat_dict(), model.data, model.problems()
            rcm.read_header(sys.argv[1]).to_flat_dict()
            if number % 4 == 0:
                model.save(f"{sys.argv[1]}.{number}.asdf")
    except BaseException as error:
        wrong.append(f"{type(error).__name__}: {error}")
threads = [threading.Thread(target=use, args=(number,)) for number in range(16)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print("\\n".join(sorted(set(wrong))))
"""


def trials(options: Options) -> Iterator[Trial]:
    """Open one file a trial; some of them in fresh processes, where the first use comes from all threads at once."""
    for compression in COMPRESSIONS:
        content(compression, _SIZE)
    yield from run(options.count, _try, name=lambda number: f"threads {number}", processes=options.processes, room=8192)
    for number in range(options.count // _FRESH):
        yield _fresh(number)


def _try(number: int, folder: Path) -> list[str]:
    path = folder / "image.asdf"
    path.write_bytes(content(COMPRESSIONS[number % len(COMPRESSIONS)], _SIZE))
    with rcm.open(path) as model:
        header = rcm.read_header(path)
        expected = image(_SIZE)
        found: dict[str, list[Any]] = {}
        questions: dict[str, Callable[[], Any]] = {
            "data": lambda: model.data,
            "exposure": lambda: model.meta.exposure,
            "time": lambda: model.meta.exposure.start_time,
            "wcs": lambda: model.meta.get("wcs"),
            "time of the header": lambda: header.meta.exposure.start_time,
        }
        faults = _at_once(lambda at: _ask(questions, found))
        faults += [
            f"{name}: different objects" for name, values in found.items() if len({id(value) for value in values}) > 1
        ]
        if not all(np.array_equal(array, expected.data) for array in found.get("data", [])):
            faults.append("wrong values")
        faults += _at_once(lambda at: model.save(folder / f"{at}.asdf") if at % 4 == 0 else model.to_flat_dict())
    return faults


def _ask(questions: dict[str, Callable[[], Any]], found: dict[str, list[Any]]) -> None:
    for name, question in questions.items():
        found.setdefault(name, []).append(question())


def _at_once(work: Callable[[int], Any]) -> list[str]:
    barrier = threading.Barrier(_THREADS)
    faults: list[str] = []

    def begin(at: int) -> None:
        barrier.wait()
        try:
            work(at)
        except Exception as error:
            faults.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=begin, args=(at,)) for at in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(dict.fromkeys(faults))


def _fresh(number: int) -> Trial:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.asdf"
        path.write_bytes(content("lz4", _SIZE).replace(b"filename: '?'", b"filename: image.asdf"))
        begin = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", _FIRST_USE, str(path)], capture_output=True, text=True, timeout=600, check=False
        )
        faults = done.stdout.strip().splitlines() or ([done.stderr[-300:]] if done.returncode else [])
        return Trial(f"threads fresh {number}", tuple(faults), time.monotonic() - begin)
