"""The benchmarks run; what they measure depends on the machine and is not held here."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.cases import CASES
from benchmarks.measure import Result
from benchmarks.report import rst, table

pytestmark = pytest.mark.newest_rad


def _benchmarks(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=repository)


def test_quick_run_gives_a_row_a_case_and_the_worst_and_the_median_of_all_kinds(repository: Path) -> None:
    done = _benchmarks(repository, "--quick")
    assert done.returncode == 0, done.stderr
    head, _, *rows = done.stdout.splitlines()[2:]
    assert head.split() == ["what", "ours", "peer", "ratio", "wanted"]
    # two of all kinds and of pipelines; astrocut need not be installed
    assert len(rows) == len(CASES) + (2 if find_spec("astrocut") else 1)
    assert [row.partition(" of ")[0] for row in rows if " kinds: open " in row] == ["open, worst", "open, median"]


def test_the_table_is_written_for_the_documentation(repository: Path, tmp_path: Path) -> None:
    done = _benchmarks(repository, "--quick", "get", "--rst", str(tmp_path / "results.inc"))
    assert done.returncode == 0, done.stderr
    assert "    * - get model.meta.cal_step.flat_field" in (tmp_path / "results.inc").read_text().splitlines()


def test_a_name_that_is_no_benchmark_is_wrong_usage(repository: Path) -> None:
    done = _benchmarks(repository, "paint")
    assert done.returncode == 2
    assert "no such benchmark: paint" in done.stderr


@pytest.mark.parametrize(("peer", "missed"), [(19.0, True), (20.0, False)])
def test_a_ratio_below_the_wanted_one_is_missed(peer: float, missed: bool) -> None:
    assert Result("get", "get", 1.0, peer, 20).is_missed is missed


def test_the_table_marks_what_is_missed() -> None:
    lines = table([Result("get", "get", 1e-6, 1e-5, 20), Result("open", "open", 0.02, 0.5, None)]).splitlines()
    assert lines[2].split() == ["get", "1", "us", "10", "us", "10", "20", "MISSED"]
    assert lines[3].split() == ["open", "20", "ms", "500", "ms", "25"]


@pytest.mark.parametrize("quick", [True, False])
def test_the_table_of_the_documentation_says_what_it_depends_on(quick: bool) -> None:
    text = rst([Result("get", "get it", 1e-6, 1e-5, 20)], on="some machine", quick=quick)
    assert "some machine" in text.splitlines()
    assert text.startswith("A quick measurement") is quick
    cells = [line.strip(" *-") for line in text.splitlines() if line.startswith("    ") and "header" not in line]
    assert cells == ["what", "ours", "peer", "ratio", "wanted", "get it", "1 us", "10 us", "10", "20 MISSED"]


def test_ingesting_is_measured(repository: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.ingesting", "--files", "20", "--memory", "5", "10"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=repository)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[2:]
    assert [line.split(":")[0] for line in lines] == [
        "20 files, 1 process",
        "20 files, 2 processes",
        "5 files, 2 processes",
        "10 files, 2 processes",
    ]


def test_what_a_file_costs_the_writer_is_measured(repository: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.writing", "--files", "120", "--rounds", "1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=repository)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[2:]
    assert [line.partition(":")[0] for line in lines] == [
        f"sqlite, {n}" for n in ("ours", "executemany", "whole process")
    ]


def test_what_a_mission_costs_is_measured(repository: Path) -> None:
    arguments = ["--files", "40", "--parts", "2", "--old", "300", "--new", "10"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", *arguments], capture_output=True, text=True, cwd=repository
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[2:]
    assert [line.split()[0] for line in lines if line[:8].strip().isdecimal()] == ["20", "40", "20", "40"]
    for beginning in ("1e+06 files: parent", "Dask, 2 workers: 20 files", "a catalogue of 300", "new:", "unchanged"):
        assert sum(line.startswith(beginning) for line in lines) == 1, done.stdout


def test_far_files_are_measured(repository: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.far", "--delay", "0", "--side", "64"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=repository)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[2:]
    kinds = ["one flag", "a part of data", "all arrays"]
    assert [line.strip().partition(":")[0] for line in lines] == ["ours.asdf", *kinds, "peer.asdf", *kinds]
    assert all(line.count(" requests") == 2 for line in lines if line.startswith("  "))


def test_many_far_files_are_measured(repository: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.far", "--delay", "0", "--many", "5"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=repository)
    assert done.returncode == 0, done.stderr
    told = [line.strip().partition(": ") for line in done.stdout.splitlines()[3:]]
    assert [what for what, _, _ in told][:3] == ["new", "unchanged", "unchanged, by their times"]
    # the listing, and one a file
    assert [text.split()[2] for _, _, text in told][:3] == ["6", "6", "1"]
