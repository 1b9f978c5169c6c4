"""Forked children read what their parent reads in threads at the same moment: all get the right values."""

from __future__ import annotations

import faulthandler
import os
import random
import signal
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import roman_cal_models as rcm

from .files import COMPRESSIONS, content
from .trials import Options, Trial

__all__ = ["trials"]

_SIZE = 256
_CHILDREN = 20  # of one open model
_SECONDS = 300
_WRONG, _FAILED = 3, 4


def trials(options: Options) -> Iterator[Trial]:
    """Fork one child a trial."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="forks-") as name:
        folder = Path(name)
        for compression in COMPRESSIONS:
            (folder / f"{compression}.asdf").write_bytes(content(compression, _SIZE))
        with rcm.open(content(None, _SIZE)) as model:
            expected = {key: np.array(model.node[key]) for key in ("data", "dq", "err")}
        for first in range(0, options.count, _CHILDREN):
            ways = [(compression, False) for compression in COMPRESSIONS] + [(None, True)]
            compression, memmap = ways[first // _CHILDREN % len(ways)]
            path = folder / f"{compression}.asdf"
            yield from _round(path, expected, range(first, min(first + _CHILDREN, options.count)), memmap, options.seed)


def _round(path: Path, expected: dict[str, Any], numbers: range, memmap: bool, seed: int) -> Iterator[Trial]:
    """Open a model, read it in threads, and fork children meanwhile."""
    is_over = threading.Event()
    wrong: list[str] = []
    with rcm.open(path, memmap=memmap) as model:
        threads = [threading.Thread(target=_read_on, args=(model, expected, is_over, wrong)) for _ in range(2)]
        for thread in threads:
            thread.start()
        children = []
        chance = random.Random(f"{seed} {numbers.start}")
        for number in numbers:
            time.sleep(chance.uniform(0, 0.003))
            children.append((number, time.monotonic(), _child(model, expected)))
        for number, begin, process in children:
            _, status = os.waitpid(process, 0)
            faults = _faults(os.waitstatus_to_exitcode(status))
            yield Trial(f"forks {number}, {path.stem}{' memmap' * memmap}", faults, time.monotonic() - begin)
        is_over.set()
        for thread in threads:
            thread.join()
    if wrong:
        yield Trial(f"forks {numbers.start}: the parent", tuple(dict.fromkeys(wrong)))


def _read_on(model: Any, expected: dict[str, Any], is_over: threading.Event, wrong: list[str]) -> None:
    try:
        model.meta.get("wcs")  # its building may be what a fork interrupts
        while not is_over.is_set():
            if not _is_right(model, expected):
                wrong.append("wrong values in the parent")
            with rcm.open(model.node) if isinstance(model.node, Path) else model.copy(deepcopy=False) as view:
                view.to_flat_dict()
    except Exception as error:
        wrong.append(f"the parent fails: {type(error).__name__}: {error}")


def _is_right(model: Any, expected: dict[str, Any]) -> bool:
    rows = slice(_SIZE // 4, _SIZE // 2)
    return all(np.array_equal(model.section(name, rows), array[rows]) for name, array in expected.items())


def _child(model: Any, expected: dict[str, Any]) -> int:
    process = os.fork()
    if process:
        return process
    status = _FAILED
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(_SECONDS)
        faulthandler.dump_traceback_later(_SECONDS - 5)  # to see where it is
        is_right = _is_right(model, expected)
        is_right &= all(np.array_equal(model.node[name], array) for name, array in expected.items())
        model.meta.get("wcs")
        status = 0 if is_right else _WRONG
    except BaseException:  # it must not go on as its parent
        traceback.print_exc()
    finally:
        os._exit(status)


def _faults(status: int) -> tuple[str, ...]:
    if status == 0:
        return ()
    if status == -signal.SIGALRM:
        return (f"a child does not end in {_SECONDS} s",)
    return ({_WRONG: "a child reads wrong values", _FAILED: "a child fails"}.get(status, f"a child ends by {status}"),)
