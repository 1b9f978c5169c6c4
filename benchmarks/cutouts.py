"""Cutouts, beside those of astrocut, which need not be installed."""

from __future__ import annotations

import sys
import warnings
from importlib.util import find_spec
from pathlib import Path

from .measure import Result, in_turns
from .setup import Setup

__all__ = ["cutout"]


def cutout(name: str, setup: Setup) -> list[Result]:
    """Measure a cutout of 100 x 100 pixels around a place on the sky, of files that were not open before.

    astrocut makes one of all arrays, as ours is, or with ``lite=True`` one of the data alone.
    """
    if find_spec("astrocut") is None:
        print("cutout: not measured, for want of the peer: pip install astrocut", file=sys.stderr)
        return []
    found = [
        _cutout(name, setup, setup.noisy_file, lite=False, wanted=20),
        _cutout(name, setup, setup.noisy_file_of_ours, lite=False, wanted=20),
        _cutout(name, setup, setup.noisy_file, lite=True),
    ]
    return found[: 1 if setup.quick else None]


def _cutout(name: str, setup: Setup, file: Path, *, lite: bool, wanted: float | None = None) -> Result:
    from astrocut import ASDFCutout

    import roman_cal_models as rcm

    with rcm.open(file) as model:
        position = model["meta"]["wcs"].pixel_to_world(setup.side / 3, setup.side / 3)

    def ours() -> None:
        with rcm.open(file) as model:
            model.cutout(position, 100)

    def peer() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ASDFCutout(file, position, 100, lite=lite)

    times = in_turns(ours, peer, seconds=setup.seconds)
    written = "ours" if file == setup.noisy_file_of_ours else "the peer's"
    arrays = "data alone" if lite else "all arrays"
    return Result(name, f"a cutout of 100 x 100 pixels, file of {written} (peer: astrocut, {arrays})", *times, wanted)
