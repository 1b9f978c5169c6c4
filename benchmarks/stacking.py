"""The median over many files, by rows: seconds, peak memory and bytes read: ``python -m benchmarks.stacking --help``.

Beside it stands what one writes without this package: each file opened by asdf in a task of Dask's own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from .measure import Result
from .report import machine
from .setup import Setup

__all__ = ["memory", "seconds"]

_PROGRAM = """
import json, sys, time
from pathlib import Path
import numpy as np, dask, dask.array as da, xarray
def read_so_far():
    return int(open("/proc/self/io").read().split()[1])
{before}
{work}
files = sorted(Path(sys.argv[1]).glob("*.asdf"))
result(files[:1])  # what is imported late is not measured
read, begin = read_so_far(), time.perf_counter()
found = result(files)
seconds = time.perf_counter() - begin
# not ru_maxrss, which begins with that of the process that started this one
peak = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) / 1024
print(json.dumps(dict(seconds=seconds, peak=peak, read=read_so_far() - read, mean=float(found.mean()))))
"""

_OURS = _PROGRAM.format(
    before="import roman_cal_models as rcm",
    work="""
def result(files):
    return np.asarray(rcm.stack(files, "data").data.median("file", skipna=False))
""",
)

_ASDF = _PROGRAM.format(
    before="""
import asdf
@dask.delayed
def opened(path):
    with asdf.open(path) as file:
        return np.array(file["roman"]["data"])
""",
    work="""
def result(files):
    with asdf.open(files[0]) as file:
        data = file["roman"]["data"]
        shape, dtype = data.shape, data.dtype
    return da.median(da.stack([da.from_delayed(opened(path), shape, dtype) for path in files]), axis=0).compute()
""",
)


def seconds(name: str, setup: Setup) -> Result:
    """Measure how long it takes, in fresh processes, in turns; the peer is asdf."""
    return Result(name, _what(setup), *_medians(setup, "seconds"))


def memory(name: str, setup: Setup) -> Result:
    """Measure the peak memory of fresh processes; the peer is asdf."""
    return Result(name, f"peak memory: {_what(setup)}", *_medians(setup, "peak"), unit="MB")


def _what(setup: Setup) -> str:
    number, side = _size(setup)
    return f"median of {number} L2, {side} x {side} (peer: asdf, dask.delayed)"


def _size(setup: Setup) -> tuple[int, int]:
    return (3, 256) if setup.quick else (20, 2048)


def _medians(setup: Setup, key: str) -> tuple[float, float]:
    folder = setup.folder / "stack"
    if not folder.exists():
        _write_files(folder, *_size(setup), "peer")
    runs = [[_run(program, folder) for program in (_OURS, _ASDF)] for _ in range(setup.repeats)]
    assert len({run["mean"] for pair in runs for run in pair}) == 1
    return median(pair[0][key] for pair in runs), median(pair[1][key] for pair in runs)


def main(arguments: list[str] | None = None) -> None:
    """Measure files of each writer, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stacking", description=__doc__)
    parser.add_argument("--files", type=int, default=60, help="how many (default: %(default)s)")
    parser.add_argument("--side", type=int, default=2048, help="of an image, in pixels (default: %(default)s)")
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    for writer, what in (("peer", "by roman_datamodels"), ("lz4", "by us, lz4"), ("none", "by us, not compressed")):
        with TemporaryDirectory(prefix="benchmarks-") as place:
            folder = Path(place) / writer
            _write_files(folder, options.files, options.side, writer)
            blocks = sum(_block_bytes(path) for path in folder.glob("*.asdf"))
            print(f"{options.files} files of {options.side} x {options.side} {what}, {blocks / 1e6:.1f} MB in blocks:")
            for program, reader in ((_OURS, "ours"), (_ASDF, "asdf")):
                run = _run(program, folder)
                peak = f"peak memory {run['peak']:.0f} MB"
                print(f"    {reader}: {run['seconds']:.1f} s, {peak}, {run['read'] / 1e6:.1f} MB read", flush=True)


def _run(program: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-c", program, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _write_files(folder: Path, number: int, side: int, writer: str) -> None:
    """Write images of which only the pixels are large."""
    import numpy as np
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    folder.mkdir()
    for index in range(number):
        image = (rdm if writer == "peer" else rcm).ImageModel.create_fake_data(shape=(8, 8))
        image.data = np.random.default_rng(index).normal(1, 0.1, (side, side)).round(2).astype(np.float32)
        how = {"peer": {}, "lz4": {"compression": "lz4"}, "none": {"compression": None}}[writer]
        image.save(folder / f"r{index:04}.asdf", **how)


def _block_bytes(path: Path) -> int:
    """Return how many bytes the pixels of a file take."""
    import asdf

    with asdf.open(path) as file:
        return max(int(block.header["used_size"]) for block in file._blocks.blocks)


if __name__ == "__main__":
    main()
