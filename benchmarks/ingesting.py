"""How many files a second go into the catalogue, and in how much memory: ``python -m benchmarks.ingesting --help``.

There is no peer for it. The files are headers of real size, 17 to 60 kB; each run is a fresh process and a new
catalogue.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .report import machine

_END = b"\n...\n"
# so many headers; a file more is another name of one of them
_HEADERS = 200
_SIZES = (17_000, 60_000)

_PROGRAM = """
import json, resource, sys, time
from roman_cal_models import archive
if __name__ == "__main__":
    folder, url, processes = sys.argv[1:]
    begin = time.perf_counter()
    report = archive.ingest(folder, url, processes=int(processes))
    seconds = time.perf_counter() - begin
    assert not report.failures
    begin = time.perf_counter()
    archive.ingest(folder, url, processes=int(processes))
    again = time.perf_counter() - begin
    # not ru_maxrss, which begins with that of the process that started this one
    this = int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) / 1024
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"files": report.ingested, "seconds": seconds, "again": again, "this": this, "others": others}))
"""


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingesting", description=__doc__)
    parser.add_argument("--files", type=int, default=5000, help="for speed (default: %(default)s)")
    parser.add_argument(
        "--memory",
        type=int,
        nargs=2,
        default=(1000, 20000),
        metavar="N",
        help="two numbers of files (default: 1000 20000)",
    )
    options = parser.parse_args(arguments)
    print(machine(), flush=True)
    with TemporaryDirectory(prefix="benchmarks-") as place:
        folder = Path(place)
        headers = headers_in(folder / "headers")
        program = folder / "program.py"
        program.write_text(_PROGRAM)
        for number, processes in [(options.files, 1), (options.files, 2), *((number, 2) for number in options.memory)]:
            found = _measured(program, files_of(folder, headers, number), processes)
            print(
                f"{found['files']} files, {processes} process{'es' if processes > 1 else ''}: "
                f"{found['files'] / found['seconds']:.0f} files a second, {found['files'] / found['again']:.0f} when "
                f"nothing has changed; peak memory {found['this']:.0f} MB"
                + (f", and {found['others']:.0f} MB of the largest that reads" if processes > 1 else ""),
                flush=True,
            )


def _measured(program: Path, files: Path, processes: int) -> dict[str, Any]:
    catalog = program.with_name("catalog.db")
    command = [sys.executable, program, files, f"sqlite:///{catalog}", str(processes)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    catalog.unlink()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def files_of(folder: Path, headers: list[Path], number: int) -> Path:
    """Return a folder of so many files."""
    place = folder / f"files-{number}"
    if not place.exists():
        place.mkdir()
        for index in range(number):
            os.link(headers[index % len(headers)], place / f"r{index:07}.asdf")
    return place


def headers_in(folder: Path) -> list[Path]:
    """Write headers of real size into a new folder, and return their files."""
    folder.mkdir()
    return [_written(folder / f"{index}.asdf", content) for index, content in enumerate(_headers(folder))]


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _headers(folder: Path) -> Iterator[bytes]:
    import roman_datamodels.datamodels as rdm

    path = folder / "image.asdf"
    rdm.ImageModel.create_fake_data(shape=(8, 8)).save(path)
    header = path.read_bytes().partition(_END)[0]
    path.unlink()
    least, most = _SIZES
    for index in range(_HEADERS):
        size = least + (most - least) * index // _HEADERS
        # numbers, as of the coefficients of a WCS, make long headers long
        number = max(0, size - len(header)) // 20
        values = b"".join(b"\n- %.17f" % (value / 7) for value in range(number))
        detector = b"detector: WFI%02d" % (index % 18 + 1)
        yield header.replace(b"detector: WFI01", detector, 1) + (b"\nnumbers:" + values if number else b"") + _END


if __name__ == "__main__":
    main()
