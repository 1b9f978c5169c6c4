"""Many files into a Parquet data set."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import pairwise
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
from roman_cal_models.archive.database.tables import FILE
from roman_cal_models.archive.parquet.manifest import Manifest
from roman_cal_models.archive.parquet.parts import Writing
from roman_cal_models.archive.parquet.writer import DataSet
from roman_cal_models.archive.reading.file_reader import Failure, FileRead, MadeBy
from roman_cal_models.archive.reading.row_reader import Rows

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
            read = made.fitting(FileRead("/f", package, rows, MadeBy("1.2", package, "newest")))
            return made.store([read], force=force)

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


def test_parts_are_few_whatever_batches_they_are_made_of(target: Path) -> None:
    # each a little smaller than the last one
    for size in range(20, 0, -1):
        with DataSet(target, batch=100) as made:
            reads = []
            for number in range(size):
                rows = Rows(f"/{size}-{number}", URI)
                rows["WFIExposure"] = {"detector": "WFI01"}
                reads.append(made.fitting(FileRead(rows.file, "x", rows, MadeBy("1", "2", "newest"))))
            made.store(reads)
        sizes = sorted(pq.read_metadata(path).num_rows for path in (target / "WFIExposure").iterdir())
        assert all(2 * small <= large for small, large in pairwise(sizes))
    assert sum(sizes) == 210


def test_row_groups_are_larger_than_batches(monkeypatch: pytest.MonkeyPatch, header: bytes, tmp_path: Path) -> None:
    monkeypatch.setattr("roman_cal_models.archive.parquet.parts._ROWS_A_GROUP", 10)
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
        (5, "partition_by is the name of a column, or several, not 5"),
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
    (tmp_path / "file.parquet").write_bytes(b"PAR1")
    with pytest.raises(rcm.CatalogError, match=r"file\.parquet: is no folder"):
        archive.to_parquet(folder, tmp_path / "file.parquet")


@pytest.mark.parametrize("url", ["s3://roman/catalog.parquet", "file:///catalog.parquet", "sqlite:///catalog.db"])
def test_a_url_is_no_folder(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(rcm.CatalogError, match="a data set is written into a folder of this machine, not to a URL"):
        archive.to_parquet([], url)
    assert list(tmp_path.iterdir()) == []


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


def test_files_that_are_open_are_read_to_their_end(folder: Path, target: Path) -> None:
    archive.to_parquet(folder, target)
    (part,) = (target / "WFIExposure").glob("*.parquet")
    listed = ds.dataset(target / "WFIExposure")
    with pq.ParquetFile(part) as opened:
        (folder / "r0003.asdf").unlink()
        assert archive.to_parquet(folder, target, prune=True).pruned == 1
        assert opened.read().num_rows == 12
    # and who has listed the parts, and opens them now, finds what is left
    assert listed.to_table().num_rows == 11


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("read", range(3))
def test_who_reads_part_by_part_meets_no_row_twice(
    read: int, order: int, header: bytes, target: Path, tmp_path: Path
) -> None:
    # parts of six and three rows, which the next three are put together with
    for name, number in (("a", 6), ("b", 3)):
        archive.to_parquet(_folder(tmp_path / name, header, number), target)
    parts = sorted((target / "WFIExposure").glob("*.parquet"))[::order]
    assert [pq.read_metadata(path).num_rows for path in parts] == [6, 3][::order]
    files = [file for path in parts[:read] for file in pq.read_table(path)[FILE].to_pylist()]
    archive.to_parquet(_folder(tmp_path / "c", header, 3), target)
    assert [pq.read_metadata(path).num_rows for path in (target / "WFIExposure").iterdir()] == [12]
    for path in parts[read:]:
        with suppress(FileNotFoundError):  # which its reader is told
            files += pq.read_table(path)[FILE].to_pylist()
    assert len(files) == len(set(files))


def _folder(path: Path, header: bytes, number: int) -> Path:
    write_files(path, header, number)
    return path


def test_large_parts_are_not_put_together(
    monkeypatch: pytest.MonkeyPatch, header: bytes, target: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr("roman_cal_models.archive.parquet.parts._ROWS_A_PART", 6)
    folder = _folder(tmp_path / "files", header, 12)
    archive.to_parquet(folder, target, batch=4)
    # one of each part has changed
    for number in (0, 4, 8):
        path = folder / f"r{number:04}.asdf"
        path.write_bytes(path.read_bytes().replace(b"origin: STSCI", b"origin: IPAC", 1))
    assert archive.to_parquet(folder, target).replaced == 3
    sizes = [pq.read_metadata(path).num_rows for path in (target / "WFIExposure").iterdir()]
    assert sum(sizes) == 12
    assert max(sizes) <= 6


def test_no_row_is_there_twice_whenever_it_is_stopped(
    header: bytes, target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()

    def write(detectors: list[int]) -> None:
        for number, detector in enumerate(detectors):
            text = header.replace(b"detector: WFI01", b"detector: WFI%02d" % detector, 1)
            (folder / f"r{number}.asdf").write_bytes(text)

    class Stopped(Exception):
        pass

    def stopping(name: str, left: list[None]) -> Any:
        original = getattr(os, name)

        def call(*args: Any, **kwargs: Any) -> None:
            # of what makes parts there or not; of locks and of what is written, nothing
            if str(args[-1]).endswith(".parquet"):
                if not left:
                    raise Stopped
                left.pop()
            original(*args, **kwargs)

        return call

    write([1, 1, 2, 2, 3, 3, 4, 9, 9])
    archive.to_parquet(folder, target, partition_by="detector", tables="WFIExposure")
    for steps in range(100):
        made = shutil.copytree(target, tmp_path / f"{steps}.parquet")
        write([1, 2, 1, 3, 2, 3, 4, 9, 1, 4])
        (folder / "r5.asdf").unlink()
        left: list[None] = [None] * steps
        with monkeypatch.context() as patched:
            for name in ("replace", "unlink"):
                patched.setattr(os, name, stopping(name, left))
            with suppress(Stopped):
                archive.to_parquet(folder, made, prune=True, tables="WFIExposure")
        # the table of failures aside, which has none
        for name, rows in rows_of(made).items():
            if name != "ingest_problems":
                files = [row[FILE] for row in rows]
                assert len(files) == len(set(files)), (name, steps)
        archive.to_parquet(folder, made, prune=True, tables="WFIExposure")
        assert Counter(row["detector"] for row in rows_of(made)["WFIExposure"]) == {
            "WFI01": 3, "WFI02": 2, "WFI03": 1, "WFI04": 2, "WFI09": 1
        }  # fmt: skip
        if left:
            break
    assert steps > 10


def test_a_data_set_of_the_first_format_is_taken_over(folder: Path, target: Path) -> None:
    archive.to_parquet(folder, target)
    before = rows_of(target)
    with closing(sqlite3.connect(target / "_catalog.sqlite")) as connection, connection:
        connection.executescript(
            """
            CREATE TABLE first (file TEXT PRIMARY KEY, batch INTEGER NOT NULL, content TEXT NOT NULL, rad_version TEXT,
                package_version TEXT, mapping TEXT, size INTEGER, modified INTEGER, etag TEXT) WITHOUT ROWID;
            INSERT INTO first SELECT file, batch, content, rad_version, package_version, mapping, size, modified, etag
                FROM files;
            DROP TABLE files;
            ALTER TABLE first RENAME TO files;
            DROP TABLE losses;
            UPDATE settings SET value = '1' WHERE name = 'format';
            """
        )
    assert archive.to_parquet(folder, target).unchanged == 12
    assert rows_of(target) == before
    (folder / "r0003.asdf").unlink()
    assert archive.to_parquet(folder, target, prune=True).pruned == 1
    assert [len(rows_of(target)[name]) for name in ("WFIExposure", "ingested_files")] == [11, 11]
    with closing(sqlite3.connect(target / "_catalog.sqlite")) as connection, connection:
        connection.execute("UPDATE settings SET value = '3' WHERE name = 'format'")
    with pytest.raises(rcm.CatalogError, match="of a newer release"):
        archive.to_parquet(folder, target)


@pytest.mark.parametrize("moment", ["begin", "write", "commit", "_finish"])
def test_what_is_gone_is_there_or_removed(
    header: bytes, target: Path, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _folder(tmp_path / "files", header, 12)
    archive.to_parquet(folder, target, partition_by="detector")
    before = rows_of(target)
    for number in range(3):
        (folder / f"r{number:04}.asdf").unlink()
    (folder / "r0003.asdf").rename(folder / "moved.asdf")

    class Ended(Exception):
        pass

    def end(*arguments: object, **named: object) -> None:
        raise Ended

    owner, name = (Writing, "_write") if moment == "write" else (Manifest, moment)
    remove = DataSet.remove

    def ending(*arguments: Any) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(owner, name, end)
            remove(*arguments)

    with monkeypatch.context() as patched, pytest.raises(Ended):
        patched.setattr(DataSet, "remove", ending)
        archive.to_parquet(folder, target, prune=True)
    moved = {str(folder / "moved.asdf")}
    found = rows_of(target)["WFIExposure"]
    assert {row[FILE] for row in found} == {row[FILE] for row in before["WFIExposure"]} | moved
    # that it has moved is not known any more, but what is gone is
    report = archive.to_parquet(folder, target, prune=True)
    assert (report.unchanged, report.pruned) == (9, 4 if moment != "_finish" else 0)
    archive.to_parquet(folder, target.with_name("fresh.parquet"), partition_by="detector")
    assert rows_of(target) == rows_of(target.with_name("fresh.parquet"))


@pytest.mark.parametrize("moment", ["begin", "write", "commit", "_finish"])
def test_what_was_begun_is_finished_or_removed(
    folder: Path, target: Path, moment: str, monkeypatch: pytest.MonkeyPatch, header: bytes
) -> None:
    archive.to_parquet(folder, target, partition_by="detector")
    before = rows_of(target)
    write_files(folder, header, 14, seed=9)

    class Ended(Exception):
        pass

    def end(*arguments: object, **named: object) -> None:
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
                read = made.fitting(FileRead(file, repr(outcome), rows, MadeBy("1", "2", "newest")))
                report = made.store([read])
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
    done = subprocess.run([sys.executable, PROGRAM, file, str(ROUNDS)], capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{ROUNDS} of ")
