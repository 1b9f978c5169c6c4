"""Seconds, bytes and requests that a file behind a URL takes: ``python -m benchmarks.far --help``.

The peer is asdf, which reads a stream that fsspec opens. The file system is one in memory whose requests take a
moment each; the files are Level 2 images, of which every array has noise, by ours and by ``roman_datamodels``.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import fsspec
from fsspec import AbstractFileSystem
from fsspec.spec import AbstractBufferedFile

from .report import machine

_PART = (slice(1900, 2000), slice(1900, 2000))


class _Slow(AbstractFileSystem):
    """Files in memory; each request takes a moment, and its bytes the time that a network needs."""

    protocol = "slow"
    files: ClassVar[dict[str, bytes]] = {}
    requests: ClassVar[list[int]] = []
    delay: ClassVar[float] = 0.0
    speed: ClassVar[float] = 1e8

    def info(self, path: str, **kwargs: Any) -> dict[str, Any]:
        self._wait(0)
        return {"name": path, "size": len(self.files[path]), "type": "file"}

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **kwargs: Any) -> bytes:
        piece = self.files[path][start:end]
        self._wait(len(piece))
        return piece

    def _open(self, path: str, mode: str = "rb", **kwargs: Any) -> Any:
        kwargs.pop("autocommit", None)
        return _SlowFile(self, path, mode, **kwargs)

    def _wait(self, size: int) -> None:
        self.requests.append(size)
        time.sleep(self.delay + size / self.speed)


class _SlowFile(AbstractBufferedFile):
    def _fetch_range(self, start: int, end: int) -> bytes:
        piece: bytes = self.fs.cat_file(self.path, start, end)
        return piece


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.far", description=__doc__)
    parser.add_argument("--delay", type=float, default=50, help="milliseconds a request (default: %(default)s)")
    parser.add_argument("--side", type=int, default=4096, help="pixels of an image's side (default: %(default)s)")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    print(machine(), flush=True)
    fsspec.register_implementation(_Slow.protocol, _Slow, clobber=True)
    with TemporaryDirectory(prefix="benchmarks-") as folder:
        _write(Path(folder), options.side)
    _Slow.delay = options.delay / 1000
    part = tuple(slice(each.start * options.side // 4096, each.stop * options.side // 4096) for each in _PART)
    for name, content in _Slow.files.items():
        print(f"{name}: {len(content) / 1e6:.1f} MB, {options.delay:g} ms a request and {_Slow.speed / 1e6:.0f} MB/s")
        for what, ours, peer in _cases(f"slow://{name}", part):
            print(f"  {what}: ours {_measured(ours)}; asdf {_measured(peer)}", flush=True)


def _cases(url: str, part: Any) -> list[tuple[str, Callable[[], object], Callable[[], object]]]:
    import asdf
    import numpy as np

    import roman_cal_models as rcm

    def with_asdf(use: Callable[[Any], object]) -> Callable[[], object]:
        def call() -> None:
            with fsspec.open(url) as stream, asdf.open(stream) as file:
                use(file["roman"])

        return call

    def all_of_ours() -> None:
        with rcm.open(url) as model:
            model.detach()

    def all_of_asdf(tree: Any) -> None:
        for value in tree.values():
            if hasattr(value, "dtype"):
                np.asarray(value)

    return [
        (
            "one flag",
            lambda: rcm.read_header(url).meta.cal_step.flat_field,
            with_asdf(lambda tree: tree["meta"]["cal_step"]["flat_field"]),
        ),
        (
            "a part of data",
            lambda: rcm.open(url).section("data", part),
            with_asdf(lambda tree: np.array(tree["data"][part])),
        ),
        ("all arrays", all_of_ours, with_asdf(all_of_asdf)),
    ]


def _measured(call: Callable[[], object]) -> str:
    _Slow.requests.clear()
    begin = time.perf_counter()
    call()
    seconds = time.perf_counter() - begin
    return f"{seconds:.2f} s, {sum(_Slow.requests) / 1e6:.2f} MB, {len(_Slow.requests)} requests"


def _write(folder: Path, side: int) -> None:
    import numpy as np
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    generator = np.random.default_rng(0)
    ours: Any = rcm.ImageModel.create_fake_data(shape=(8, 8))
    ours.meta.cal_step = rcm.L2CalStep.create_minimal()
    peer: Any = rdm.ImageModel.create_fake_data(shape=(8, 8))
    peer.meta.cal_step = dict(ours.meta.cal_step)
    for name in list(ours):
        array = ours[name]
        if isinstance(array, np.ndarray):
            shape = (side, side) if array.shape == (8, 8) else array.shape
            ours[name] = peer[name] = generator.integers(0, 4000, shape).astype(array.dtype)
    for name, model in {"ours.asdf": ours, "peer.asdf": peer}.items():
        model.save(folder / name)
        _Slow.files[name] = (folder / name).read_bytes()


if __name__ == "__main__":
    main()
