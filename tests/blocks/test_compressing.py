"""What becomes a piece, what is worth it, and what a compressor is told."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roman_cal_models.blocks.compressing import check_options, even_piece, shrinks

from .files import BZIP2, LZ4, NONE, ZLIB

NOISE = np.random.default_rng(5).integers(0, 256, 1_000_000, np.uint8).tobytes()


@pytest.mark.parametrize(
    ("compression", "options"),
    [(LZ4, {"level": 1}), (LZ4, {"mode": "best"}), (ZLIB, {"level": 99}), (ZLIB, {"mode": 1}), (BZIP2, {"level": 1})],
)
def test_what_a_compressor_does_not_take_is_told(compression: bytes, options: dict[str, Any]) -> None:
    name = compression.rstrip(b"\0").decode()
    with pytest.raises(ValueError, match=rf"^compression_kwargs=\{{.*\}}: {name} does not take them: "):
        check_options(compression, options)


def test_what_a_compressor_takes_is_let_through() -> None:
    check_options(LZ4, {"mode": "high_compression", "compression": 9})
    check_options(ZLIB, {"level": 9})
    check_options(BZIP2, {"compresslevel": 1})
    check_options(NONE, {"level": 1})


def test_noise_does_not_shrink_and_zeros_do() -> None:
    assert not shrinks(memoryview(NOISE))
    assert shrinks(memoryview(bytes(1_000_000)))
    assert not shrinks(memoryview(np.random.default_rng(0).normal(size=100_000).astype("f4")).cast("B"))
    assert shrinks(memoryview(bytes(10)) if len(zlib.compress(bytes(10))) < 10 else memoryview(bytes(1000)))


def test_begin_middle_and_end_are_tried() -> None:
    noise, zeros = NOISE[:200_000], bytes(200_000)
    for parts in ([zeros, noise, noise], [noise, zeros, noise], [noise, noise, zeros]):
        assert shrinks(memoryview(b"".join(parts)))
    assert not shrinks(memoryview(bytes(1000) + noise + bytes(1000)))


@pytest.mark.parametrize(
    ("shape", "itemsize", "rows"),
    [
        ((4096, 4096), 4, 64),
        ((4088, 4088), 4, 56),
        ((4088, 4088), 2, 73),
        ((8, 4096, 4096), 2, 128),
        ((100, 100), 4, 100),
        ((5000, 5000), 8, 25),
    ],
)
def test_pieces_hold_whole_rows_and_divide_the_array(shape: tuple[int, ...], itemsize: int, rows: int) -> None:
    assert even_piece(shape, itemsize) == rows * shape[-1] * itemsize


@settings(deadline=None)
@given(st.lists(st.integers(0, 5000), max_size=4), st.sampled_from([1, 2, 4, 8, 100]))
def test_a_piece_is_never_too_short_nor_too_long(shape: list[int], itemsize: int) -> None:
    piece = even_piece(tuple(shape), itemsize)
    assert 0 < piece <= 2**20
    whole = int(np.prod([max(count, 1) for count in shape], dtype=float)) * itemsize
    assert piece == whole or piece > 2**16


def test_a_number_of_rows_without_divisors_is_cut_unevenly() -> None:
    assert even_piece((4093, 4096), 4) == 64 * 4096 * 4
