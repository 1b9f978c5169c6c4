"""What is measured, by name, and how many times less than the peer's it should be."""

from __future__ import annotations

import copy
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from . import cutouts, header, reading, stacking
from .measure import Result, in_fresh_processes, in_turns
from .setup import Setup

__all__ = ["CASES"]

# One row of the table, or several.
Case = Callable[[str, Setup], Result | list[Result]]

_OURS = "import roman_cal_models as rcm"
_PEER = "import roman_datamodels.datamodels as rdm"

_TIMED = """
import sys, time
{before}
begin = time.perf_counter()
{timed}
print(time.perf_counter() - begin)
"""

# VmHWM is the process's own; ru_maxrss, for other systems, begins with that of the process that started this one.
_PEAK = """
import resource, sys
{done}
try:
    status = open("/proc/self/status").read()
    print(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
except OSError:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024))
"""

_READ_FLAG = "with {opened}(sys.argv[1]) as model:\n    assert model.meta.cal_step.flat_field == 'INCOMPLETE'"
_READ_DATA = "with {opened}(sys.argv[1]) as model:\n    float(model.data[0, 0])"
_SAVE = "with {opened}(sys.argv[1]) as model:\n    model.save(sys.argv[2])"


def _timed(what: str, wanted: float | None, ours: tuple[str, str], peer: tuple[str, str]) -> Case:
    """Return a case that times a program in fresh processes; each is what comes before, and what is timed."""

    def measured(name: str, setup: Setup) -> Result:
        first, second = (_TIMED.format(before=before, timed=timed) for before, timed in (ours, peer))
        return Result(name, what, *in_fresh_processes(first, second, setup.small_file, repeats=setup.repeats), wanted)

    return measured


def _peak(what: str, program: str) -> Case:
    """Return a case that measures the peak memory of fresh processes that work on the large file."""

    def measured(name: str, setup: Setup) -> Result:
        ours = _PEAK.format(done=f"{_OURS}\n{program.format(opened='rcm.open')}")
        peer = _PEAK.format(done=f"{_PEER}\n{program.format(opened='rdm.open')}")
        files = (setup.large_file, setup.folder / "peak.asdf")
        peaks = in_fresh_processes(ours, peer, *files, repeats=1)
        return Result(name, _sized(what, setup), *peaks, unit="MB")

    return measured


def _sized(what: str, setup: Setup) -> str:
    return f"{what}, {setup.side} x {setup.side}"


def _open_warm(name: str, setup: Setup) -> Result:
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    def ours() -> None:
        with rcm.open(setup.small_file) as model:
            assert model.meta.cal_step.flat_field == "INCOMPLETE"

    def peer() -> None:
        with rdm.open(setup.small_file) as model:
            assert model.meta.cal_step.flat_field == "INCOMPLETE"

    return Result(name, "open a small L2, read one flag", *in_turns(ours, peer, seconds=setup.seconds), 1)


def _open_kinds(name: str, setup: Setup) -> list[Result]:
    seconds = setup.seconds / 10
    found = [_open_kind(name, kind, path, seconds) for kind, path in setup.kinds.items()]
    worst = min(found, key=lambda result: result.ratio)
    middle = min(found, key=lambda result: abs(result.ratio - median(each.ratio for each in found)))
    return [
        *([] if setup.quick else found),
        replace(worst, what=f"open, worst of {len(found)} kinds: {worst.what}", wanted=1),
        replace(middle, what=f"open, median of {len(found)} kinds: {middle.what}"),
    ]


def _open_kind(name: str, kind: str, path: Path, seconds: float) -> Result:
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    def ours() -> None:
        rcm.open(path).close()

    def peer() -> None:
        rdm.open(path).close()

    return Result(name, f"open {kind}", *in_turns(ours, peer, seconds=seconds))


def _crds_parameters(name: str, setup: Setup) -> Result:
    times = in_turns(setup.ours.get_crds_parameters, setup.peer.get_crds_parameters, seconds=setup.seconds)
    return Result(name, "get_crds_parameters() of an L2", *times)


def _upgrade(name: str, setup: Setup) -> Result:
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    tag = "asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.4.0"
    ours = rcm.ImageModel.create_fake_data(tag=tag, shape=(8, 8))
    peer = rdm.ImageModel.create_fake_data(tag=tag, shape=(8, 8))
    times = in_turns(ours.upgrade, lambda: rdm.ImageModel.create_from_model(peer), seconds=setup.seconds)
    return Result(name, "an L2 1.4.0 to the newest (ours valid, peer's not)", *times)


def _get(name: str, setup: Setup) -> Result:
    ours, peer = setup.ours, setup.peer
    times = in_turns(
        lambda: ours.meta.cal_step.flat_field, lambda: peer.meta.cal_step.flat_field, seconds=setup.seconds
    )
    return Result(name, "get model.meta.cal_step.flat_field", *times, 20)


def _set(name: str, setup: Setup) -> Result:
    ours, peer = setup.ours, setup.peer

    def set_ours() -> None:
        ours.meta.cal_step.flat_field = "COMPLETE"

    def set_peer() -> None:
        peer.meta.cal_step.flat_field = "COMPLETE"

    times = in_turns(set_ours, set_peer, seconds=setup.seconds)
    return Result(name, "set it (ours checked, peer's not)", *times, 10)


def _create_minimal(name: str, setup: Setup) -> Result:
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    times = in_turns(rcm.ImageModel.create_minimal, rdm.ImageModel.create_minimal, seconds=setup.seconds)
    return Result(name, "ImageModel.create_minimal()", *times)


def _create_fake(name: str, setup: Setup) -> Result:
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    times = in_turns(rcm.ImageModel.create_fake_data, rdm.ImageModel.create_fake_data, seconds=setup.seconds)
    return Result(name, "ImageModel.create_fake_data(), later", *times, 5)


def _copy_meta(name: str, setup: Setup) -> Result:
    ours, peer = setup.ours.meta, setup.peer.meta
    times = in_turns(lambda: copy.deepcopy(ours), lambda: copy.deepcopy(peer), seconds=setup.seconds)
    return Result(name, "copy.deepcopy(model.meta), WCS included", *times, 1)


def _pickle(name: str, setup: Setup) -> Result:
    """Pickle and unpickle ``meta``: the peer's nodes cannot be unpickled, so it is asked for its plain dict."""
    ours, peer = setup.ours.meta, setup.peer.meta._data
    times = in_turns(
        lambda: pickle.loads(pickle.dumps(ours)), lambda: pickle.loads(pickle.dumps(peer)), seconds=setup.seconds
    )
    return Result(name, "meta to pickle and back (peer: its plain dict)", *times)


def _diff(name: str, setup: Setup) -> Result:
    """Compare two files that hold the same, against their arrays alone, read by the peer."""
    import numpy as np
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    one, two = (setup.ours_large.save(setup.folder / f"{number}.asdf") for number in ("one", "two"))

    def peer() -> None:
        with rdm.open(one) as first, rdm.open(two) as second:
            assert all(np.array_equal(first[key], second[key]) for key in ("data", "dq", "err"))

    def ours() -> None:
        assert not rcm.diff(one, two, ignore=("meta.file*",))

    times = in_turns(ours, peer, seconds=setup.seconds)
    return Result(name, _sized("diff of equal L2s (peer: three arrays)", setup), *times, 10)


def _validate_step(name: str, setup: Setup) -> Result:
    import asdf

    step = setup.ours.meta.cal_step.copy()
    plain = dict(step)
    schema = asdf.schema.load_schema(step.schema_uri, resolve_references=True)
    times = in_turns(step.validate, lambda: asdf.schema.validate(plain, schema=schema), seconds=setup.seconds)
    return Result(name, "validate an L2CalStep (peer: asdf)", *times, 100)


def _validate_model(name: str, setup: Setup) -> Result:
    ours = setup.fresh()
    times = in_turns(ours.validate, setup.peer.validate, seconds=setup.seconds)
    return Result(name, "validate a whole L2", *times, 15)


def _validate_built(name: str, setup: Setup) -> Result:
    ours = setup.fresh().detach()
    times = in_turns(ours.validate, setup.peer.validate, seconds=setup.seconds)
    return Result(name, "the same when its times and its WCS were used", *times)


def _save_small(name: str, setup: Setup) -> Result:
    path = setup.folder / "saved.asdf"
    times = in_turns(lambda: setup.ours.save(path), lambda: setup.peer.save(path), seconds=setup.seconds)
    return Result(name, "save a small L2", *times, 6)


def _save_large(name: str, setup: Setup) -> Result:
    path = setup.folder / "saved.asdf"
    ours, peer = setup.ours_large, setup.peer_large
    times = in_turns(lambda: ours.save(path), lambda: peer.save(path), seconds=setup.seconds)
    return Result(name, _sized("save an L2 from memory", setup), *times, 1.4)


def _save_flag(name: str, setup: Setup) -> Result:
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    times = in_turns(_set_flag(rcm.open, setup, "ours"), _set_flag(rdm.open, setup, "peer"), seconds=setup.seconds)
    return Result(name, _sized("open an L2, set a flag, save", setup), *times, 8)


def _save_flag_copy(name: str, setup: Setup) -> Result:
    """Three times the time of a copy of the file is allowed."""
    import roman_cal_models as rcm

    def copied() -> None:
        shutil.copyfile(setup.level("L2"), setup.folder / "copied.asdf")

    times = in_turns(_set_flag(rcm.open, setup, "ours"), copied, seconds=setup.seconds)
    return Result(name, "the same (peer: shutil.copyfile)", *times, 0.334)


def _set_flag(opened: Callable[..., Any], setup: Setup, side: str) -> Callable[[], None]:
    # each replaces its own file: to free that of the other takes longer, or less
    target = setup.folder / f"saved-{side}.asdf"

    def call() -> None:
        with opened(setup.level("L2")) as model:
            model.meta.cal_step.flat_field = "COMPLETE"
            model.save(target)

    return call


def _read_large(name: str, setup: Setup) -> Result:
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    def ours() -> None:
        with rcm.open(setup.large_file) as model:
            float(model.data[0, 0])

    def peer() -> None:
        with rdm.open(setup.large_file) as model:
            float(model.data[0, 0])

    times = in_turns(ours, peer, seconds=setup.seconds)
    return Result(name, _sized("open an L2, read its data", setup), *times)


def _help(name: str, setup: Setup) -> Result:
    """Start the command for its help, against a Python that does nothing: three times that is allowed."""
    command = [str(Path(sys.executable).with_name("roman-cal-models")), "--help"]

    def started(program: list[str]) -> Callable[[], object]:
        return lambda: subprocess.run(program, check=True, capture_output=True)

    times = in_turns(started(command), started([sys.executable, "-c", "pass"]), seconds=setup.seconds)
    return Result(name, "roman-cal-models --help (peer: python -c pass)", *times, 0.334)


# how many times as quick as the peer's reading all arrays should be
_READ = {"l1": 6, "l2": 3.5, "l3": 4}

CASES: dict[str, Case] = {
    "import": _timed("import, fresh process", 30, ("", _OURS), ("", _PEER)),
    "open-cold": _timed(
        "open a small L2, read one flag, first time",
        1,
        (_OURS, _READ_FLAG.format(opened="rcm.open")),
        (_PEER, _READ_FLAG.format(opened="rdm.open")),
    ),
    "start-to-flag": _timed(
        "import, open, read one flag, fresh process",
        None,
        ("", f"{_OURS}\n{_READ_FLAG.format(opened='rcm.open')}"),
        ("", f"{_PEER}\n{_READ_FLAG.format(opened='rdm.open')}"),
    ),
    "help": _help,
    "open-warm": _open_warm,
    "open-kinds": _open_kinds,
    "get": _get,
    "set": _set,
    "crds-parameters": _crds_parameters,
    "upgrade": _upgrade,
    "create-minimal": _create_minimal,
    "create-fake-first": _timed(
        "ImageModel.create_fake_data(), first time",
        4,
        (_OURS, "rcm.ImageModel.create_fake_data()"),
        (_PEER, "rdm.ImageModel.create_fake_data()"),
    ),
    "create-fake": _create_fake,
    "copy-meta": _copy_meta,
    "pickle": _pickle,
    "diff": _diff,
    "validate-step": _validate_step,
    "validate-model": _validate_model,
    "validate-built": _validate_built,
    "save-small": _save_small,
    "save-large": _save_large,
    "save-flag": _save_flag,
    "save-flag-copy": _save_flag_copy,
    "read-large": _read_large,
    "cutout": cutouts.cutout,
    **{f"read-{level}": reading.peer(level.upper(), wanted) for level, wanted in _READ.items()},
    **{f"read-{level}-asdf": reading.asdf(level.upper()) for level in _READ},
    **{"header": header.warm, "header-cold": header.cold, "rows": header.rows},
    **{"pipeline": header.pipeline, "steps": header.steps},
    "stack": stacking.seconds,
    "memory-stack": stacking.memory,
    "memory-open": _peak("peak memory: open, read data", _READ_DATA),
    "memory-save": _peak("peak memory: open, save", _SAVE),
    **{f"memory-read-{level}": reading.memory(level.upper()) for level in _READ},
    **{f"memory-arrays-{level}": reading.memory_of_arrays(level.upper()) for level in _READ},
}
