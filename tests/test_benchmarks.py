"""The benchmarks run; what they measure depends on the machine and is not held here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest

import roman_cal_models as rcm
from benchmarks.archive import bucket
from benchmarks.archive.files import written
from benchmarks.archive.postgresql import PROGRAMS
from benchmarks.cases import CASES
from benchmarks.measure import Result
from benchmarks.report import Section, rst, rst_of, table

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


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system does not let a process choose")
def test_fewer_processors_can_be_used_and_are_told(repository: Path) -> None:
    done = _benchmarks(repository, "--quick", "--processors", "1", "get")
    assert done.returncode == 0, done.stderr
    count = os.cpu_count()
    assert f"{1 if count == 1 else f'1 of {count}'} CPUs" in done.stdout
    assert "MISSED" not in done.stdout  # what is wanted is wanted of all
    none = _benchmarks(repository, "--processors", "0", "get")
    assert (none.returncode, "not 0" in none.stderr) == (2, True)


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
    assert "| some machine" in text.splitlines()
    assert text.startswith("A quick measurement") is quick
    cells = [line.strip(" *-") for line in text.splitlines() if line.startswith("    ") and "header" not in line]
    assert cells == ["what", "ours", "peer", "ratio", "wanted", "get it", "1 us", "10 us", "10", "20 MISSED"]


def test_sections_are_text_and_restructuredtext() -> None:
    section = Section("Files", "In  us\na file.", ("what", "us"), [("read", "1200"), ("write", "30")], ("It is so.",))
    assert str(section).splitlines() == [
        "Files", "", "In us a file.", "what     us", "-----  ----", "read   1200", "write    30", "It is so."
    ]  # fmt: skip
    lines = rst_of([section], on="some machine", quick=False).splitlines()
    assert lines[:5] == ["| some machine", "", ".. rubric:: Files", "", "In us a file."]
    assert [line.strip(" *-") for line in lines if line.startswith("    ")][1:] == [
        "what", "us", "read", "1200", "write", "30"
    ]  # fmt: skip
    assert lines[-1] == "| It is so."


def test_the_made_up_files_are_whole_and_fit_into_the_catalogue(tmp_path: Path) -> None:
    for path in written(tmp_path / "files", 2):
        assert not rcm.archive.rows(path).problems
        with rcm.open(path) as model:
            assert not model.problems(blocks=True)
            assert model.meta.cal_step.flat_field == "INCOMPLETE"


def test_what_an_archive_costs_is_measured(repository: Path, tmp_path: Path) -> None:
    page = tmp_path / "results.inc"
    command = [sys.executable, "-m", "benchmarks.archive", "--quick", "--rst", str(page)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=repository)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    databases = ["SQLite", *(["PostgreSQL"] if PROGRAMS and find_spec("psycopg") else [])]
    for beginning in (
        "floor: os.read",
        "ours: all that a process does",
        "peer: roman_datamodels.open",
        *(f"{database:<{len(databases[-1])}}  floor: executemany" for database in databases),
        *(f"{database:<{len(databases[-1])}}  ours: all of a run" for database in databases),
        "disk, 1",
        "bucket 20 ms, 2",
    ):
        assert any(line.startswith(beginning) for line in lines), (beginning, done.stdout)
    assert page.read_text().startswith("A quick measurement")
    assert "    * - bucket 20 ms, 2" in page.read_text().splitlines()


@pytest.mark.parametrize("wait", [0, 50])
def test_the_bucket_of_the_benchmark_is_listed_and_read_as_s3_is(wait: int, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    pytest.importorskip("s3fs")
    for number in range(1001):
        (tmp_path / f"{number:04}.asdf").write_bytes(b"0123456789")
    with bucket.serve(tmp_path, wait) as url:
        system = fsspec.filesystem("s3", skip_instance_cache=True, **bucket.options(url))
        assert [name[-9:] for name in system.find(bucket.BUCKET)] == [f"{number:04}.asdf" for number in range(1001)]
        assert bucket.count(url) == 0
        begin = time.perf_counter()
        assert system.cat_file(f"{bucket.BUCKET}/0003.asdf", start=2, end=5) == b"234"
        assert time.perf_counter() - begin >= wait / 1000
        assert system.info(f"{bucket.BUCKET}/0003.asdf")["size"] == 10
        with pytest.raises(FileNotFoundError):
            system.cat_file(f"{bucket.BUCKET}/none.asdf")
        assert bucket.count(url) >= 2


def test_what_a_mission_costs_is_measured(repository: Path, tmp_path: Path) -> None:
    page = tmp_path / "results.inc"
    arguments = ["--files", "40", "--parts", "2", "--old", "300", "--new", "10", "--rst", str(page)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.scale", *arguments], capture_output=True, text=True, cwd=repository
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines if line[:5].strip() in ("20", "40")] == ["20", "40"] * 2
    for beginning in ("1,000,000 ", "2           40 ", "A night: 10 new files", "10 new ", "10 unchanged"):
        assert sum(line.startswith(beginning) for line in lines) == 1, (beginning, done.stdout)
    assert "    * - 10 new" in page.read_text().splitlines()


def test_far_files_are_measured(repository: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.far", "--delay", "0", "--side", "64"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=repository)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()[2:]
    kinds = ["one flag", "a part of data", "all arrays"]
    assert [line.strip().partition(":")[0] for line in lines] == ["ours.asdf", *kinds, "peer.asdf", *kinds]
    assert all(line.count(" requests") == 2 for line in lines if line.startswith("  "))
