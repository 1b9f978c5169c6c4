"""A file ends early: told without its blocks being read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import roman_cal_models as rcm

from .files import COMPRESSIONS, END, content
from .probing import ALLOWED, asked, read, tried
from .trials import Options, Trial
from .workers import run

__all__ = ["trials"]

_SIZE = 32


def trials(options: Options) -> Iterator[Trial]:
    """Cut a file somewhere, as often in its header as in its blocks and near their heads."""
    for compression in COMPRESSIONS:
        content(compression, _SIZE)
    yield from run(
        options.count,
        lambda number, folder: _try(number, options.seed, folder),
        name=lambda number: f"truncations {number}",
        processes=options.processes,
    )


def _try(number: int, seed: int, folder: Path) -> list[str]:
    chance = random.Random(f"{seed} {number}")
    good = content(chance.choice(COMPRESSIONS), _SIZE)
    header = good.index(END) + len(END)
    # the index of blocks at the end is nothing that arrays need
    end = good.rindex(b"#ASDF BLOCK INDEX")
    heads = [at for at in range(header, end) if good.startswith(b"\xd3BLK", at)]
    at = chance.choice(
        [chance.randrange(header), chance.randrange(header, end), chance.choice(heads) + chance.randrange(60)]
    )
    bad = good[: min(at, end - 1)]
    path = folder / "image.asdf"
    path.write_bytes(bad)
    told, faults = tried("problems", lambda: _is_told(path))
    if told is False and not faults:
        faults.append("a file that is cut is not told")
    return faults + read(bad) + asked(path)


def _is_told(path: Path) -> bool:
    try:
        with rcm.open(path) as model:
            return bool(model.problems())
    except ALLOWED:
        return True
