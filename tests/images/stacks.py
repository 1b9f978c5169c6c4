"""Files to stack, written by the peer and by this package, near and far."""

from __future__ import annotations

import warnings
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import numpy as np
import roman_datamodels.datamodels as peer
from fsspec.implementations.memory import MemoryFile, MemoryFileSystem
from numpy.typing import NDArray

import roman_cal_models as rcm
from roman_cal_models.blocks.index import Block, blocks
from roman_cal_models.blocks.positions import positioned

SHAPE = (300, 200)


def image(number: int, shape: tuple[int, int] = SHAPE) -> NDArray[np.float32]:
    """Return the pixels of a file, which lz4 makes shorter."""
    noise = np.random.default_rng(number).normal(10 * number, 1, shape)
    return noise.round(1).astype(np.float32)


def write(path: Path, number: int, shape: tuple[int, int] = SHAPE, *, by: Any = rcm, **how: Any) -> Path:
    """Write a Level 2 image; `how` is what `save` of this package takes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the peer warns of its own
        model = by.ImageModel.create_fake_data(shape=shape)
        model.meta.instrument.detector = f"WFI{number + 1:02}"
        model.data = image(number, shape)
        model.dq[...] = number
        model.save(path, **how)
    return path


def night(folder: Path, **how: Any) -> list[Path]:
    """Write five files, each by the peer or by this package, in turn; the peer compresses by lz4."""
    return [
        write(folder / f"r{number}.asdf", number, by=peer)
        if number % 2
        else write(folder / f"r{number}.asdf", number, **how)
        for number in range(5)
    ]


def block_of(path: Path, name: str) -> Block:
    """Return the block of an array right below the top node."""
    with rcm.open(path) as model, path.open("rb") as stream:
        number = dict.__getitem__(model.node, name).raw["source"]
        start = path.read_bytes().index(b"\n...\n") + 5
        return list(blocks(positioned(stream), start))[number]


class CountedFiles(MemoryFileSystem):
    """Files in memory, behind a key, that count the bytes that are read of them."""

    protocol = "keyed"
    store: ClassVar[dict[str, Any]] = {}
    pseudo_dirs: ClassVar[list[str]] = [""]
    read: ClassVar[Counter[str]] = Counter()

    def __init__(self, key: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.key = key

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        stripped: str = MemoryFileSystem._strip_protocol(path.replace("keyed://", "memory://"))
        return stripped

    def cat_file(self, path: str, start: int | None = None, end: int | None = None, **kwargs: Any) -> bytes:
        if self.key != "open sesame":
            raise PermissionError(f"{path}: wrong key")
        piece: bytes = super().cat_file(path, start, end, **kwargs)
        CountedFiles.read[path] += len(piece)
        return piece

    def _open(self, path: str, mode: str = "rb", **kwargs: Any) -> Any:
        if mode == "rb" and self.key != "open sesame":
            raise PermissionError(f"{path}: wrong key")
        file = super()._open(path, mode, **kwargs)
        return _Counted(path, file.getvalue()) if mode == "rb" else file


class _Counted(MemoryFile):
    def __init__(self, path: str, content: bytes) -> None:
        super().__init__(None, path, content)

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        CountedFiles.read[self.path] += len(piece)
        return piece

    def readinto(self, buffer: Any, /) -> int:
        count = super().readinto(buffer)
        CountedFiles.read[self.path] += count
        return count


fsspec.register_implementation("keyed", CountedFiles, clobber=True)


def far(paths: list[Path], protocol: str = "memory") -> list[str]:
    """Return the URLs under which files are found in the memory of this process."""
    urls = [f"{protocol}://{path.parent.name}/{path.name}" for path in paths]
    system = fsspec.filesystem(protocol)
    for url, path in zip(urls, paths, strict=True):
        system.pipe(url, path.read_bytes())
    return urls
