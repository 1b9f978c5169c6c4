"""Reading all arrays of a file: in what time, and in how much memory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from .measure import Result, in_fresh_processes, in_turns
from .setup import Setup

__all__ = ["asdf", "memory", "memory_of_arrays", "peer"]

Case = Callable[[str, Setup], Result]

_OURS = """
import sys
import roman_cal_models as rcm
with rcm.open(sys.argv[1]) as model:
    model.node.to_flat_dict()
"""

_PEER = """
import sys
import roman_datamodels.datamodels as rdm
with rdm.open(sys.argv[1]) as model:
    for name, value in model.items():
        if hasattr(value, "dtype"):
            value[...]
"""

# VmHWM is the process's own; ru_maxrss, for other systems, begins with that of the process that started this one.
_PEAK = """
def peak():
    try:
        return int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) / 1024
    except OSError:
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 1024)
"""

_GROWTH = f"""
import sys
import roman_cal_models as rcm
{_PEAK}
with rcm.open(sys.argv[2]) as model:
    model.detach()  # all that is imported once
before = peak()
with rcm.open(sys.argv[1]) as model:
    model.detach()
print(peak() - before)
"""

_ARRAYS = """
import sys
import roman_cal_models as rcm
with rcm.open(sys.argv[1]) as model:
    print(sum(array.nbytes for array in model.detach().node.values() if hasattr(array, "nbytes")) / 2**20)
"""


def _ours(path: Path) -> None:
    import roman_cal_models as rcm

    with rcm.open(path) as model:
        model.node.to_flat_dict()  # as the peer's: nothing below `meta` is built


def peer(level: str, wanted: float) -> Case:
    """Return a case that reads all arrays of a file of a level, here and by the peer."""

    def theirs(path: Path) -> None:
        import roman_datamodels.datamodels as rdm

        with rdm.open(path) as model:
            for _, value in model.items():
                if hasattr(value, "dtype"):
                    value[...]

    return _timed(level, "", theirs, wanted)


def asdf(level: str) -> Case:
    """Return a case that reads all arrays of a file of a level, here and by plain asdf."""

    def theirs(path: Path) -> None:
        import asdf

        with asdf.open(path) as file:
            for value in file["roman"].values():
                if hasattr(value, "dtype"):
                    value[...]

    return _timed(level, " (peer: asdf)", theirs, None)


def _timed(level: str, suffix: str, theirs: Callable[[Path], None], wanted: float | None) -> Case:
    def measured(name: str, setup: Setup) -> Result:
        path = setup.level(level)
        times = in_turns(lambda: _ours(path), lambda: theirs(path), seconds=setup.seconds)
        return Result(name, f"read all arrays of {_sized(level, setup)}{suffix}", *times, wanted)

    return measured


def memory(level: str) -> Case:
    """Return a case that measures the peak memory of fresh processes that read all arrays of a file of a level."""

    def measured(name: str, setup: Setup) -> Result:
        ours, theirs = (f"{program}{_PEAK}print(peak())" for program in (_OURS, _PEER))
        peaks = in_fresh_processes(ours, theirs, setup.level(level), repeats=1)
        return Result(name, f"peak memory: read all arrays of {_sized(level, setup)}", *peaks, unit="MB")

    return measured


def memory_of_arrays(level: str) -> Case:
    """Return a case that measures what reading all arrays takes over what was needed before, against the arrays."""

    def measured(name: str, setup: Setup) -> Result:
        found = in_fresh_processes(_GROWTH, _ARRAYS, setup.level(level), setup.small_file, repeats=1)
        # for small arrays, it is the memory of the interpreter
        wanted = None if setup.quick else 0.909
        what = f"memory for the arrays of {_sized(level, setup)} (peer: the arrays)"
        return Result(name, what, *found, wanted, unit="MB")

    return measured


def _sized(level: str, setup: Setup) -> str:
    return f"an {level}, {setup.side} x {setup.side}"
