"""Files to begin with: small ones, of every way in which arrays are stored."""

from __future__ import annotations

import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import roman_cal_models as rcm

__all__ = ["COMPRESSIONS", "END", "content", "image"]

END = b"\n...\n"
"""What ends a header."""

COMPRESSIONS = (None, "lz4", "zlib", "bzp2")


def image(size: int = 64, seed: int = 0) -> Any:
    """Return an image whose arrays hold numbers that can be told from each other."""
    model: Any = rcm.ImageModel.create_fake_data(shape=(size, size))
    model.meta.cal_step = rcm.L2CalStep.create_minimal()
    noise = np.random.default_rng(seed)
    model.data = noise.normal(size=(size, size)).astype(np.float32)
    model.dq = noise.integers(0, 1000, (size, size)).astype(np.uint32)
    return model


def content(compression: str | None = "lz4", size: int = 64, seed: int = 0) -> bytes:
    """Return the bytes of a file with an image, all arrays in blocks; they are made once."""
    return _content(compression, size, seed)


@cache
def _content(compression: str | None, size: int, seed: int) -> bytes:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "image.asdf"
        image(size, seed).save(path, all_array_storage="internal", all_array_compression=compression)
        return path.read_bytes()
