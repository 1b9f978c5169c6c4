"""What is measured of headers: the peer has to open the file for the same."""

from __future__ import annotations

from .measure import Result, in_fresh_processes, in_turns
from .setup import Setup

__all__ = ["cold", "rows", "warm"]

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
