"""Many files into a Parquet data set."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars
import pyarrow
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.database import FILE
from roman_cal_models.archive.file_reader import Failure, FileRead, MadeBy
from roman_cal_models.archive.parquet_manifest import Manifest
from roman_cal_models.archive.parquet_parts import Writing
from roman_cal_models.archive.parquet_writer import DataSet
from roman_cal_models.archive.row_reader import Rows

from .catalogs import TIMES, bad_files, write_files

URI = "asdf://stsci.edu/datamodels/roman/schemas/wfi_image-2.2.0"
ABOUT = ("ingested_files", "ingest_problems", "ingest_failures")


@pytest.fixture
def folder(header: bytes, tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    write_files(folder, header, 12)
    for name, (text, _) in bad_files(header).items():
        (folder / f"{name}.asdf").write_bytes(text)
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "catalog.parquet"


def rows_of(target: Path, without: str = "") -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table, but for the times of the run."""
    found = {}
    for path in sorted(path for path in target.iterdir() if path.is_dir() and path.name != without):
        table = ds.dataset(path, partitioning="hive").to_table()
        table = table.drop_columns([name for name in table.column_names if name in TIMES])
        found[path.name] = sorted(table.to_pylist(), key=lambda row: str(sorted(row.items())))
    return found


def parts(target: Path) -> list[str]:
    return sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())


def test_the_rows_are_those_of_the_files(folder: Path, target: Path, header: bytes) -> None:
    report = archive.to_parquet([folder, folder / "r0000.asdf"], target, batch=5)
    assert (report.ingested, report.replaced, report.failed) == (12, 0, len(bad_files(header)))
    found = rows_of(target)
    expected = {path: archive.rows(path) for path in map(str, sorted(folder.glob("r*.asdf")))}
    for name in ("WFIExposure", "ScienceRefData"):
        columns = archive.tables().tables[name].columns.keys()
        wanted = [{FILE: path, **rows[name]} for path, rows in expected.items()]
        # a column without a value in any row is null in all
        wanted = [dict.fromkeys(row, None) | row for row in wanted]
        again = [{key: row[key] for key in wanted[0]} for row in found[name]]
        assert [{key: _naive(value) for key, value in row.items()} for row in again] == sorted(
            wanted, key=lambda row: row[FILE]
        )
        assert set(columns) >= set(found[name][0]) - {FILE}
    assert [row[FILE] for row in found["ingested_files"]] == list(expected)
    assert {row[FILE]: row["reason"] for row in found["ingest_failures"]} == {
        failure.file: failure.reason for failure in report.failures
    }
    assert len(found["ingest_problems"]) == report.problems == sum(len(rows.problems) for rows in expected.values())


def _naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


def test_a_table_without_rows_is_not_there(folder: Path, target: Path) -> None:
    archive.to_parquet(folder, target)
    assert {path.name for path in target.iterdir() if path.is_dir()} == {"WFIExposure", "ScienceRefData", *ABOUT}


def test_fields_and_tables_are_told(folder: Path, target: Path) -> None:
    archive.to_parquet(folder, target)
    schema = pq.read_schema(next((target / "WFIExposure").glob("*.parquet")))
    found = {name: str(schema.field(name).type) for name in ("exposure_start_time", "exposure_time", "detector")}
    assert found == {"exposure_start_time": "timestamp[us, tz=UTC]", "exposure_time": "double", "detector": "string"}
    assert schema.metadata[b"rad_version"].decode() == __import__("rad").__version__
    for column in archive.columns("wfi_image"):
        if column.table == "WFIExposure":
            told = {key.decode(): value.decode() for key, value in schema.field(column.column).metadata.items()}
            wanted = {"path": column.path, "title": column.title, "unit": column.unit}
            assert told.items() >= {key: value for key, value in wanted.items() if value is not None}.items()


def test_a_second_run_changes_only_what_has_changed(folder: Path, target: Path, header: bytes) -> None:
    archive.to_parquet(folder, target, partition_by="detector")
    before = {path: (target / path).read_bytes() for path in parts(target)}
    report = archive.to_parquet(folder, target)
    assert (report.ingested, report.unchanged, report.replaced) == (0, 12, 0)
    assert {path: (target / path).read_bytes() for path in parts(target)}.items() >= {
        path: content for path, content in before.items() if path.startswith(("WFI", "Science", "ingested"))
    }.items()

    # one file moves from a partition to another, one no longer fails, one is new, and one fails, whose rows stay
    one = next(folder.glob("r*.asdf"))
    one.write_bytes(header.replace(b"detector: WFI01", b"detector: WFI17"))
    (folder / "truncated.asdf").write_bytes(header)
    (folder / "new.asdf").write_bytes(header)
    (folder / "r0011.asdf").write_bytes(b"")
    report = archive.to_parquet(folder, target)
    assert (report.ingested, report.unchanged, report.replaced) == (2, 10, 1)
    found = rows_of(target)
    assert Counter(row[FILE] for row in found["WFIExposure"]) == Counter(
        str(path) for path in folder.iterdir() if path.name in ("truncated.asdf", "new.asdf") or path.name[0] == "r"
    )
    assert [row["detector"] for row in found["WFIExposure"] if row[FILE] == str(one)] == ["WFI17"]
    failed = {row[FILE] for row in found["ingest_failures"]}
    assert str(folder / "r0011.asdf") in failed and str(folder / "truncated.asdf") not in failed
    # what no longer holds a row is gone
    archive.to_parquet(one, target)
    one.write_bytes(header)
    archive.to_parquet(one, target)
    assert not (target / "WFIExposure" / "detector=WFI17").exists()


def test_what_a_newer_release_made_is_left_unless_it_is_forced(folder: Path, target: Path) -> None:
    def store(package: str, *, force: bool = False) -> archive.Report:
        rows = Rows("/f", URI)
        rows["WFIExposure"] = {"detector": package}
        with DataSet(target, batch=10) as made:
            return made.store([FileRead("/f", package, rows, MadeBy("1.2", package, "newest"))], force=force)

    assert store("2.0").ingested == 1
    report = store("1.0")
    assert (report.newer, report.unchanged, report.replaced) == (1, 0, 0)
    assert store("1.0", force=True).replaced == 1
    assert [row["detector"] for row in rows_of(target)["WFIExposure"]] == ["1.0"]


def test_another_folder_adds(folder: Path, target: Path, header: bytes, tmp_path: Path) -> None:
    other = tmp_path / "other"
    write_files(other, header, 3)
    archive.to_parquet(folder, target)
    archive.to_parquet(other, target)
    assert len(rows_of(target)["WFIExposure"]) == 15


def test_many_batches_make_few_parts(header: bytes, target: Path, tmp_path: Path) -> None:
    write_files(tmp_path / "files", header, 32)
    archive.to_parquet(tmp_path / "files", target, batch=2)
    sizes = [pq.read_metadata(path).num_rows for path in (target / "WFIExposure").iterdir()]
    assert sum(sizes) == 32
    assert len(sizes) <= 2


def test_row_groups_are_larger_than_batches(monkeypatch: pytest.MonkeyPatch, header: bytes, tmp_path: Path) -> None:
    monkeypatch.setattr("roman_cal_models.archive.parquet_parts._ROWS_A_GROUP", 10)
    write_files(tmp_path / "files", header, 33)
    archive.to_parquet(tmp_path / "files", tmp_path / "catalog.parquet", batch=4)
    groups = []
    for path in (tmp_path / "catalog.parquet" / "WFIExposure").iterdir():
        about = pq.read_metadata(path)
        groups += [about.row_group(index).num_rows for index in range(about.num_row_groups)]
    assert sum(groups) == 33
    assert max(groups) == 10


@pytest.mark.parametrize("by", ["detector", ("optical_element", "detector"), "program"])
def test_other_programs_read_it_as_one_data_set(folder: Path, target: Path, by: Any) -> None:
    archive.to_parquet(folder, target, partition_by=by, batch=5)
    wanted = Counter(archive.rows(path)["WFIExposure"]["detector"] for path in folder.glob("r*.asdf"))
    query = f"""
        SELECT detector, count(*), count(DISTINCT content)
        FROM read_parquet('{target}/WFIExposure/**/*.parquet') AS images
        JOIN read_parquet('{target}/ingested_files/*.parquet') AS files USING (archive_file) GROUP BY detector"""
    with duckdb.connect() as connection:
        assert {detector: number for detector, number, _ in connection.execute(query).fetchall()} == wanted
    frame = polars.scan_parquet(f"{target}/WFIExposure/**/*.parquet", hive_partitioning=True)
    assert dict(frame.group_by("detector").len().collect().iter_rows()) == wanted


def test_what_it_is_partitioned_by_stays(folder: Path, target: Path) -> None:
    archive.to_parquet(folder, target, partition_by="detector")
    with pytest.raises(rcm.CatalogError, match=r"is partitioned by detector, and cannot be by program"):
        archive.to_parquet(folder, target, partition_by=["program"])
    with pytest.raises(rcm.CatalogError, match=r"is partitioned by detector, and cannot be by nothing"):
        archive.to_parquet(folder, target, partition_by=[])
    assert archive.to_parquet(folder, target).unchanged == 12


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("nonsense", "no table has a column 'nonsense'"),
        ("exposure_time", "'exposure_time' is float; a partition is named by an integer"),
        ("s_region", r"'s_region' is nvarchar\(max\)"),
        (["detector", "detector"], "named twice"),
    ],
)
def test_what_names_no_folder_is_refused(by: Any, told: str, target: Path) -> None:
    with pytest.raises(rcm.CatalogError, match=told):
        archive.to_parquet([], target, partition_by=by)
    assert not target.exists()


def test_one_run_writes_at_a_time(folder: Path, target: Path) -> None:
    with DataSet(target, batch=10), pytest.raises(rcm.CatalogError, match="another run is writing there"):
        archive.to_parquet(folder, target)
    assert archive.to_parquet(folder, target).ingested == 12


def test_a_folder_of_something_else_is_left_alone(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(rcm.CatalogError, match="is not empty, and holds no catalogue"):
        archive.to_parquet(folder, tmp_path)
    made = tmp_path / "made.parquet"
    made.mkdir()
    (made / "_catalog.sqlite").write_bytes(b"nonsense" * 100)
    with pytest.raises(rcm.CatalogError, match=r"_catalog\.sqlite"):
        archive.to_parquet(folder, made)
    with pytest.raises(rcm.CatalogError, match="batch"):
        archive.to_parquet(folder, tmp_path / "x.parquet", batch=0)


def test_what_ends_on_its_way_keeps_whole_batches(folder: Path, target: Path) -> None:
    def paths() -> Iterator[Path]:
        yield from sorted(folder.glob("r*.asdf"))[:11]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.to_parquet(paths(), target, processes=1, batch=5)
    found = rows_of(target)
    assert {name: len(rows) for name, rows in found.items() if name not in ABOUT} == {
        "WFIExposure": 5,
        "ScienceRefData": 5,
    }
    report = archive.to_parquet(folder, target)
    assert (report.ingested, report.unchanged) == (7, 5)


@pytest.mark.parametrize("moment", ["begin", "write", "commit", "_finish"])
def test_what_was_begun_is_finished_or_removed(
    folder: Path, target: Path, moment: str, monkeypatch: pytest.MonkeyPatch, header: bytes
) -> None:
    archive.to_parquet(folder, target, partition_by="detector")
    before = rows_of(target)
    write_files(folder, header, 14, seed=9)

    class Ended(Exception):
        pass

    def end(*arguments: object) -> None:
        raise Ended

    owner = Writing if moment == "write" else Manifest
    name = "_write" if moment == "write" else moment
    with monkeypatch.context() as patched:
        if moment == "_finish":  # it is called when the data set is opened as well
            calls = iter([owner._finish])
            patched.setattr(owner, name, lambda self: next(calls, end)(self))
        elif moment == "commit":  # once all is written
            patched.setattr(owner, name, end)
        elif moment == "write":
            write = Writing._write
            calls = iter([write, write])
            patched.setattr(Writing, name, lambda *given: next(calls, end)(*given))
        else:
            patched.setattr(owner, name, end)
        with pytest.raises(Ended):
            archive.to_parquet(folder, target)
    assert rows_of(target) == before
    archive.to_parquet(folder, target)
    archive.to_parquet(folder, target.with_name("fresh.parquet"), partition_by="detector")
    assert rows_of(target) == rows_of(target.with_name("fresh.parquet"))
    assert not [path for path in parts(target) if not path.endswith((".parquet", "_catalog.sqlite"))]


# -- any files, in any order ------------------------------------------------------------------------------------------

_VALUES = st.one_of(
    st.none(), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
)
_OUTCOMES = st.lists(
    st.tuples(st.integers(0, 6), st.one_of(st.just("failure"), st.tuples(_VALUES, st.integers(0, 2)))), max_size=10
)


@settings(max_examples=15, deadline=None)
@given(runs=st.lists(_OUTCOMES, max_size=3), batch=st.integers(1, 5))
def test_any_runs_end_with_the_last_content_of_each_file(
    runs: list[list[tuple[int, Any]]], batch: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    target = tmp_path_factory.mktemp("any") / "catalog.parquet"
    wanted: dict[str, tuple[str | None, int]] = {}
    failed: set[str] = set()
    for outcomes in runs:
        with DataSet(target, ("detector",), batch=batch) as made:
            for number, outcome in outcomes:
                file = f"/f{number}"
                if outcome == "failure":
                    made.store([Failure(file, "it fails")])
                    failed.add(file)
                    continue
                failed.discard(file)
                rows = Rows(file, URI)
                rows["WFIExposure"] = {"detector": outcome[0], "program": outcome[1]}
                rows["ScienceRefData"] = {}
                report = made.store([FileRead(file, repr(outcome), rows, MadeBy("1", "2", "newest"))])
                is_new, is_same = file not in wanted, wanted.get(file) == outcome
                assert (report.ingested, report.unchanged, report.replaced) == (
                    is_new, is_same, not is_new and not is_same,
                )  # fmt: skip
                wanted[file] = outcome
    if not runs:
        return
    if wanted:
        # as text, and null where Hive has it
        of = ds.partitioning(pyarrow.schema([("detector", pyarrow.string())]), flavor="hive")
        rows = ds.dataset(target / "WFIExposure", partitioning=of).to_table().to_pylist()
        found = [(row[FILE], row["detector"], row["program"]) for row in rows]
        assert sorted(found, key=repr) == sorted(((file, *value) for file, value in wanted.items()), key=repr)
    about = rows_of(target, without="WFIExposure")
    assert {row[FILE] for row in about.get("ingest_failures", [])} == failed
    assert [row[FILE] for row in about.get("ingested_files", [])] == sorted(wanted)
    assert len(about.get("ScienceRefData", [])) == len(wanted)


# -- what is killed ---------------------------------------------------------------------------------------------------

PROGRAM = Path(__file__).with_name("killing_parquet.py")
ROUNDS = 12


@pytest.mark.once
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the program forks")
def test_a_run_that_was_killed_at_any_moment_is_resumed(header: bytes, tmp_path: Path) -> None:
    file = tmp_path / "header"
    file.write_bytes(header)
    done = subprocess.run([sys.executable, PROGRAM, file, str(ROUNDS)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{ROUNDS} of ")
