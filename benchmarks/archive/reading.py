"""What it costs to read a file: the bytes, parsers of which nothing is made, ours, and the peers."""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ..report import Section
from .files import END, header_size

__all__ = ["section"]

# files that the slow ones read of many
_FEW = 10
# what a process reads at a time, as in a run
_PIECE = 16

_OURS = "ours: all that a process does which reads for a run"
_Read = Callable[[str], object]


def section(files: Sequence[Path], rounds: int) -> Section:
    """Measure, and return the table.

    Parameters
    ----------
    files : sequence of Path
        Which are read.
    rounds : int
        How often; the least counts.
    """
    names = list(map(str, files))
    few = names[:: max(len(names) // _FEW, 1)]
    quick: dict[str, Callable[[Sequence[str]], None]] = {what: _each(read) for what, read in _one_by_one().items()}
    sides = [
        *((what, read, names) for what, read in {**quick, _OURS: _reading_process()}.items()),
        *((what, _each(read), few) for what, read in _peers().items()),
    ]
    best = {what: float("inf") for what, _, _ in sides}
    for number in range(rounds + 1):
        for what, read, some in sides:
            cost = _cost(read, some) / len(some)
            if number:  # the first round does not count
                best[what] = min(best[what], cost)
    sizes = [header_size(path) / 1e3 for path in files]
    return Section(
        "What a file costs to be read",
        f"CPU time of one process, us a file, the least of {rounds} rounds in which all take turns. {len(files)} "
        f"local files in the system's cache, by roman_datamodels: headers of {min(sizes):.0f} to {max(sizes):.0f} kB, "
        f"{sum(sizes) / len(sizes):.0f} kB on average, and 16 blocks behind. asdf and roman_datamodels read "
        f"{len(few)} of them. A process that reads for a run hashes the header, looks at the heads of the blocks, and "
        "pickles the rows as tuples; nothing of this is in the floors. The last column is beside it.",
        ("what", "us a file", "times ours"),
        [(what, f"{cost * 1e6:.0f}", f"{cost / best[_OURS]:.2g}") for what, cost in best.items()],
    )


def _one_by_one() -> dict[str, _Read]:
    """Return what reads a file, the floors first."""
    import yaml

    import roman_cal_models as rcm
    from roman_cal_models import archive

    def header(name: str) -> bytes:
        content = _read(name)
        return content[: content.index(END) + 1]

    def events(name: str) -> None:
        for _ in yaml.parse(header(name), Loader=yaml.CLoader):
            pass

    found: dict[str, _Read] = {
        "floor: os.read of the header": _read,
        "floor: os.read, and the events of PyYAML's C parser, unused": events,
    }
    if find_spec("ryml"):
        ryml: Any = import_module("ryml")
        found["floor: os.read, and the tree of rapidyaml, unused"] = lambda name: ryml.parse_in_arena(header(name))
    found["ours: read_header, one flag"] = lambda name: rcm.read_header(name).meta.cal_step.flat_field
    found["ours: archive.rows, every value of the catalogue"] = archive.rows
    return found


def _reading_process() -> Callable[[Sequence[str]], None]:
    """Return what a process does that reads for a run into SQLite."""
    from roman_cal_models.archive.database.writer import Catalog
    from roman_cal_models.archive.files.names import Listed
    from roman_cal_models.archive.reading.batching import reader_for

    with Catalog("sqlite://") as catalog:
        reader = replace(reader_for("newest", None, None), finish=catalog.fitting)

    def read(names: Sequence[str]) -> None:
        for at in range(0, len(names), _PIECE):
            pickle.dumps(reader([(Listed(name), None) for name in names[at : at + _PIECE]]))

    return read


def _peers() -> dict[str, _Read]:
    import asdf
    import roman_datamodels.datamodels as rdm

    def with_asdf(name: str) -> Any:
        with asdf.open(name) as file:
            return file["roman"]["meta"]["cal_step"]["flat_field"]

    def with_roman_datamodels(name: str) -> Any:
        with rdm.open(name) as model:
            return model.meta.cal_step.flat_field

    return {
        "peer: asdf.util.load_yaml, the header alone": asdf.util.load_yaml,
        "peer: asdf.open, one flag": with_asdf,
        "peer: roman_datamodels.open, one flag": with_roman_datamodels,
    }


def _read(name: str) -> bytes:
    file = os.open(name, os.O_RDONLY)
    try:
        return os.read(file, 64 * 1024)
    finally:
        os.close(file)


def _each(read: _Read) -> Callable[[Sequence[str]], None]:
    def all_of(names: Sequence[str]) -> None:
        for name in names:
            read(name)

    return all_of


def _cost(read: Callable[[Sequence[str]], None], names: Sequence[str]) -> float:
    begin = time.process_time()
    read(names)
    return time.process_time() - begin
