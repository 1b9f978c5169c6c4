"""What is measured of headers: the peer has to open the file for the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .measure import Result, in_fresh_processes, in_turns
from .setup import Setup

__all__ = ["cold", "pipeline", "rows", "steps", "warm"]

_FILES = 300

_PROGRAM = """
import sys, time
begin = time.perf_counter()
{work}
print(time.perf_counter() - begin)
"""
_OURS = """
import roman_cal_models as rcm
assert rcm.read_header(sys.argv[1]).meta.cal_step.flat_field == "INCOMPLETE"
"""
_PEER = """
import roman_datamodels.datamodels as rdm
with rdm.open(sys.argv[1]) as model:
    assert model.meta.cal_step.flat_field == "INCOMPLETE"
"""


def warm(name: str, setup: Setup) -> Result:
    """Read one flag of a small image."""
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    def ours() -> None:
        assert rcm.read_header(setup.small_file).meta.cal_step.flat_field == "INCOMPLETE"

    def peer() -> None:
        with rdm.open(setup.small_file) as model:
            assert model.meta.cal_step.flat_field == "INCOMPLETE"

    return Result(name, "one flag from a header (peer: open)", *in_turns(ours, peer, seconds=setup.seconds), 20)


def _files(setup: Setup) -> list[Path]:
    """Return many places of the small image, each in a folder of its own: under another name, it would be warned of."""
    places = [setup.folder / f"{index:04}" / setup.small_file.name for index in range(10 if setup.quick else _FILES)]
    for place in places:
        if not place.exists():
            place.parent.mkdir()
            os.link(setup.small_file, place)
    return places


def pipeline(name: str, setup: Setup) -> list[Result]:
    """Answer what a pipeline asks of the members of an association before it loads them.

    The peer's way to the groups is that of ``romancal``'s ``ModelLibrary``: the YAML of each file as asdf reads it.
    """
    import asdf
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    members = _files(setup)
    number = len(members)

    def groups() -> None:
        for path in members:
            assert rcm.read_header(path).get_group_id() == "?"

    def peer_groups() -> None:
        for path in members:
            meta = asdf.util.load_yaml(path)["roman"]["meta"]
            assert (meta.get("group_id") or meta["observation"]["observation_id"]) == "?"

    def all_answers() -> None:
        for path in members:
            header = rcm.read_header(path)
            assert _answers(header, header.get_group_id())

    def peer_all_answers() -> None:
        for path in members:
            with rdm.open(path) as model:
                assert _answers(model, model.meta.observation.observation_id)

    seconds = setup.seconds
    return [
        Result(name, f"groups of {number} files (peer: asdf's YAML)", *in_turns(groups, peer_groups, seconds=seconds)),
        Result(
            name,
            f"group, type, footprint, CRDS parameters of {number} files (peer: open)",
            *in_turns(all_answers, peer_all_answers, seconds=seconds),
            10,
        ),
    ]


def _answers(file: Any, group: str) -> tuple[Any, ...]:
    return group, file.meta.exposure.type, file.meta.wcsinfo.s_region, file.get_crds_parameters()


def steps(name: str, setup: Setup) -> Result:
    """Read the calibration steps of the files of a night."""
    import roman_datamodels.datamodels as rdm

    import roman_cal_models as rcm

    files = _files(setup)

    def peer() -> None:
        for path in files:
            with rdm.open(path) as model:
                assert dict(model.meta.cal_step.items())

    times = in_turns(lambda: rcm.steps(files), peer, seconds=setup.seconds)
    return Result(name, f"calibration steps of {len(files)} files (peer: open)", *times, 20)


def rows(name: str, setup: Setup) -> Result:
    """Read all values of a small image that the archive keeps, with their columns."""
    import roman_datamodels.datamodels as rdm

    from roman_cal_models import archive

    def ours() -> None:
        assert archive.rows(setup.small_file, tables="all")["WFIExposure"]["telescope"] == "ROMAN"

    def peer() -> None:
        with rdm.open(setup.small_file) as model:
            told = model.schema_info("archive_catalog")["roman"]["meta"]["telescope"]["archive_catalog"]
            assert told.value == "ROMAN"

    return Result(
        name, "all rows of a file (peer: open, schema_info)", *in_turns(ours, peer, seconds=setup.seconds), 15
    )


def cold(name: str, setup: Setup) -> Result:
    """Import the package and read one flag of a small image."""
    programs = (_PROGRAM.format(work=work) for work in (_OURS, _PEER))
    times = in_fresh_processes(*programs, setup.small_file, repeats=setup.repeats)
    return Result(name, "import, one flag from a header, fresh process", *times, 12)
