"""One bit of a file is another one: told if it is of a block, and nothing worse than an error if it is not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from roman_cal_models.blocks.index import blocks
from roman_cal_models.blocks.positions import positioned

from .files import COMPRESSIONS, END, content
from .probing import ALLOWED, asked, read, tried
from .trials import Options, Trial
from .workers import run

__all__ = ["flipped", "trials"]

_SIZE = 32
_HEAD = 54  # bytes of the head of a block
_FLAGS = range(6, 10)  # in it, of which the standard gives one bit a meaning


def trials(options: Options) -> Iterator[Trial]:
    """Flip one bit a trial."""
    for compression in COMPRESSIONS:
        content(compression, _SIZE)  # once, for all processes
    yield from run(
        options.count,
        lambda number, folder: _try(number, options.seed, folder),
        name=lambda number: f"flips {number}",
        processes=options.processes,
    )


def flipped(number: int, seed: int) -> tuple[bytes, bool]:
    """Return the file of a trial, and whether what was flipped must be told."""
    chance = random.Random(f"{seed} {number}")
    good = content(chance.choice(COMPRESSIONS), _SIZE)
    used = _used(good)
    # as often in a header as in blocks, which are much longer
    at = chance.randrange(good.index(END)) if chance.random() < 0.3 else chance.choice(chance.choice(used))
    bad = bytearray(good)
    bad[at] ^= 1 << chance.randrange(8)
    return bytes(bad), any(at in part for part in used)


def _used(good: bytes) -> list[range]:
    """Return the parts of a file that its arrays rely on: heads and content of blocks."""
    import io

    found = []
    for block in blocks(positioned(io.BytesIO(good)), good.index(END) + len(END)):
        head = block.begin - _HEAD
        found += [range(head, head + _FLAGS.start), range(head + _FLAGS.stop, block.begin)]
        found += [range(block.begin, block.end)] * 8
    assert found
    return found


def _try(number: int, seed: int, folder: Path) -> list[str]:
    bad, must_be_told = flipped(number, seed)
    path = folder / "image.asdf"
    path.write_bytes(bad)
    if not must_be_told:
        return read(bad) + asked(path)
    told, faults = tried("problems of blocks", lambda: _is_told(path))
    return faults + ([] if faults or told is not False else ["a flip in a block is not told"])


def _is_told(path: Path) -> bool:
    import roman_cal_models as rcm

    try:
        with rcm.open(path) as model:
            return bool(model.problems(blocks=True))
    except ALLOWED:
        return True
