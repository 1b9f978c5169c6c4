"""Many files into a database."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sql

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.products import TABLES
from tests.peer import TAGS, WriteFile

from .catalogs import bad_files, content, url_of, write_files
from .conftest import blockless


@pytest.fixture
def files(header: bytes, tmp_path: Path) -> list[Path]:
    return write_files(tmp_path / "files", header, 12)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_of(tmp_path / "catalog.db")


def _counts(report: archive.Report) -> tuple[int, int, int, int]:
    return report.ingested, report.unchanged, report.replaced, report.failed


def test_the_rows_of_every_file_are_in_the_database(files: list[Path], url: str) -> None:
    assert _counts(archive.ingest(files, url, batch=5)) == (12, 0, 0, 0)
    found = content(url)
    for path in files:
        for table, row in archive.rows(path).items():
            (again,) = [each for each in found[table] if each["archive_file"] == str(path)]
            assert {name: again[name] for name in row} == row
    assert [row["archive_file"] for row in found["ingested_files"]] == sorted(map(str, files))


def test_the_same_files_again_change_nothing(files: list[Path], url: str) -> None:
    archive.ingest(files, url)
    before = content(url)
    assert _counts(archive.ingest(files, url)) == (0, 12, 0, 0)
    assert content(url) == before


def test_only_what_has_changed_is_replaced(files: list[Path], header: bytes, url: str) -> None:
    archive.ingest(files, url)
    files[3].write_bytes(header.replace(b"detector: WFI01", b"detector: WFI07", 1))
    files[4].write_bytes(files[4].read_bytes() + b"\xd3BLK\0\x30" + bytes(48))  # an empty block
    assert _counts(archive.ingest(files, url)) == (0, 11, 1, 0)
    rows = [row for row in content(url)["WFIExposure"] if row["archive_file"] == str(files[3])]
    assert [row["detector"] for row in rows] == ["WFI07"]


def test_a_replaced_file_leaves_nothing_behind(files: list[Path], header: bytes, tmp_path: Path, url: str) -> None:
    archive.ingest(files[:1], url)
    files[0].write_bytes(blockless("wfi_mosaic", tmp_path))
    archive.ingest(files[:1], url)
    found = content(url)
    assert len(found["WFIMosaic"]) == 1
    assert found["WFIExposure"] == []


def test_another_mapping_of_the_same_file_replaces_its_rows(files: list[Path], url: str) -> None:
    archive.ingest(files, url)
    assert _counts(archive.ingest(files, url, tables=["ScienceRefData"])) == (0, 0, 12, 0)
    found = content(url)
    assert (len(found["ScienceRefData"]), len(found["WFIExposure"])) == (12, 0)


def test_a_file_that_is_given_twice_is_ingested_once(files: list[Path], url: str) -> None:
    assert _counts(archive.ingest([files[0], files[1], files[0]], url)) == (2, 1, 0, 0)
    assert len(content(url)["WFIExposure"]) == 2


def test_a_folder_stands_for_the_files_below_it(files: list[Path], url: str) -> None:
    below = files[0].parent / "below"
    below.mkdir()
    files[0].rename(below / "r.asdf")
    files[1].rename(files[1].with_suffix(".txt"))
    assert _counts(archive.ingest(files[0].parent, url)) == (11, 0, 0, 0)


def test_a_path_is_made_absolute(files: list[Path], url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.ingest(files, url)
    monkeypatch.chdir(files[0].parent)
    assert _counts(archive.ingest([files[0].name], url)) == (0, 1, 0, 0)


def test_a_file_has_one_row_by_whatever_name_it_is_reached(files: list[Path], url: str) -> None:
    assert _counts(archive.ingest(files[0].as_uri(), url)) == (1, 0, 0, 0)
    link = files[0].parent.parent / "link"
    link.symlink_to(files[0].parent)
    assert _counts(archive.ingest([f"/{files[0]}", link / files[0].name], url)) == (0, 2, 0, 0)
    assert [row["archive_file"] for row in content(url)["ingested_files"]] == [str(files[0].resolve())]


@pytest.mark.skipif(os.name != "posix", reason="names of files are bytes there only")
def test_the_name_of_a_file_need_not_be_unicode_nor_short(files: list[Path], tmp_path: Path, url: str) -> None:
    folder = tmp_path / ("long" * 50) / ("long" * 50) / ("long" * 50)
    folder.mkdir(parents=True)
    odd = os.fsencode(folder) + b"/\xff.asdf"
    files[0].rename(os.fsdecode(odd))
    assert _counts(archive.ingest(folder, url)) == (1, 0, 0, 0)
    assert _counts(archive.ingest(os.fsdecode(odd), url)) == (0, 1, 0, 0)


# -- bad files -------------------------------------------------------------------------------------------------------


def test_bad_files_are_told_and_do_not_stop_the_others(files: list[Path], header: bytes, url: str) -> None:
    bad = bad_files(header)
    for name, (bytes_, _) in bad.items():
        (files[0].parent / f"{name}.asdf").write_bytes(bytes_)
    missing = files[0].parent / "missing.asdf"
    missing = files[0].parent / "missing.asdf"
    report = archive.ingest([files[0].parent, missing], url)
    assert _counts(report) == (12, 0, 0, len(bad) + 1)
    reasons = {Path(failure.file).stem: failure.reason for failure in report.failures}
    assert reasons.keys() == {*bad, "missing"}
    assert [name for name, (_, reason) in bad.items() if reason not in reasons[name]] == []
    assert reasons["missing"] == "No such file or directory"
    recorded = {Path(row["archive_file"]).stem: row["reason"] for row in content(url)["ingest_failures"]}
    assert recorded == reasons


def test_a_file_that_is_cut_behind_its_header_is_told(image: Path, tmp_path: Path, url: str) -> None:
    path = tmp_path / "image.asdf"
    path.write_bytes(image.read_bytes())
    assert _counts(archive.ingest(path, url)) == (1, 0, 0, 0)
    path.write_bytes(image.read_bytes()[:-2000])
    report = archive.ingest(path, url)
    assert _counts(report) == (0, 0, 0, 1)
    assert "cannot be read, its block" in report.failures[0].reason


def test_a_later_success_clears_the_failure(files: list[Path], url: str) -> None:
    whole = files[0].read_bytes()
    files[0].write_bytes(whole[:1000])
    assert _counts(archive.ingest(files, url)) == (11, 0, 0, 1)
    assert _counts(archive.ingest(files, url)) == (0, 11, 0, 1)
    assert len(content(url)["ingest_failures"]) == 1
    files[0].write_bytes(whole)
    assert _counts(archive.ingest(files, url)) == (1, 11, 0, 0)
    assert content(url)["ingest_failures"] == []


def test_a_failure_leaves_the_rows_that_there_were(files: list[Path], url: str) -> None:
    archive.ingest(files, url)
    files[0].unlink()
    assert _counts(archive.ingest(files, url)) == (0, 11, 0, 1)
    assert len(content(url)["WFIExposure"]) == 12


def test_what_the_database_refuses_is_a_failure_of_its_file(files: list[Path], url: str) -> None:
    archive.ingest(files[:6], url)
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refuse BEFORE INSERT ON WFIExposure WHEN new.detector = 'WFI02' "
            "BEGIN SELECT RAISE(ABORT, 'out of order'); END"
        )
    engine.dispose()
    refused = [str(path) for path in files[6:] if archive.rows(path)["WFIExposure"]["detector"] == "WFI02"]
    assert refused
    report = archive.ingest(files, url)
    assert _counts(report) == (6 - len(refused), 6, 0, len(refused))
    found = content(url)
    assert [row["archive_file"] for row in found["ingest_failures"]] == refused
    assert {row["reason"] for row in found["ingest_failures"]} == {"the database refuses it: out of order"}
    assert not {row["archive_file"] for name in ("ingested_files", "ScienceRefData") for row in found[name]} & {
        *refused
    }


def test_values_that_do_not_fit_are_told(files: list[Path], header: bytes, url: str) -> None:
    files[0].write_bytes(header.replace(b"detector: WFI01", b'detector: "WFI\\0"', 1))
    report = archive.ingest(files[:1], url)
    expected = {(one.table, one.column, one.path, one.reason) for one in archive.rows(files[0]).problems}
    rows = content(url)["ingest_problems"]
    told = {(row["table_name"], row["column_name"], row["path"], row["reason"]) for row in rows}
    assert told == expected
    assert report.problems == len(expected)
    assert any(column == "detector" and "no database takes" in reason for _, column, _, reason in told)
    files[0].write_bytes(header)
    archive.ingest(files[:1], url)
    assert not any(row["column_name"] == "detector" for row in content(url)["ingest_problems"])


def test_a_tag_of_python_is_told_and_runs_nothing(files: list[Path], header: bytes, url: str) -> None:
    made = files[0].parent / "made"
    hostile = b'!!python/object/apply:os.mkdir ["%s"]' % os.fsencode(made)
    files[0].write_bytes(header.replace(b"detector: WFI01", b"detector: " + hostile, 1))
    archive.ingest(files[:1], url)
    (reason,) = (row["reason"] for row in content(url)["ingest_problems"] if row["column_name"] == "detector")
    assert (
        reason
        == "bears the tag tag:yaml.org,2002:python/object/apply:os.mkdir, which stands for no value that is known"
    )
    assert not made.exists()


def test_the_limits_that_are_set_hold(files: list[Path], url: str) -> None:
    with rcm.config(header_max_bytes=1000):
        assert _counts(archive.ingest(files, url)) == (0, 0, 0, 12)


# -- arguments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"url": "catalog.db"}, "'catalog.db' is not the URL of a database"),
        ({"url": "sqlite:////no/such/folder/catalog.db"}, "unable to open database file"),
        ({"tables": ["WFIExposur"]}, f"there is no table 'WFIExposur'. There are {', '.join(TABLES)}"),
        ({"mapping": "new"}, "mapping is 'newest' or 'file', not 'new'"),
        ({"batch": 0}, "not 0"),
    ],
)
def test_a_wrong_argument_is_told(arguments: dict[str, object], message: str, url: str) -> None:
    with pytest.raises(rcm.CatalogError) as caught:
        archive.ingest([], **{"url": url, **arguments})  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_a_driver_that_is_not_installed_is_named(files: list[Path]) -> None:
    with pytest.raises(rcm.MissingPackageError, match="pg8000"):
        archive.ingest(files, "postgresql+pg8000://localhost/nowhere")


def test_tables_of_an_older_release_get_the_columns_that_they_lack(files: list[Path], url: str) -> None:
    engine = sql.create_engine(url)
    metadata = archive.tables()
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE WFIExposure DROP COLUMN detector")
    engine.dispose()
    archive.ingest(files, url)
    assert {row["detector"] for row in content(url)["WFIExposure"]} != {None}


def test_columns_that_only_an_old_schema_has_are_told(peer_file: WriteFile, url: str) -> None:
    old = peer_file(f"{TAGS}wfi_image-1.0.0")
    archive.ingest(old, url, mapping="file")
    told = {row["column_name"] for row in content(url)["ingest_problems"] if "newest schemas" in row["reason"]}
    assert told
    assert not told & set(archive.tables().tables["WFIExposure"].columns.keys())


def test_no_bar_is_drawn_unless_a_person_watches(
    files: list[Path], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    archive.ingest(files, url)
    assert capsys.readouterr().err == ""
    archive.ingest(files, url, progress=True)
    assert "12 of 12 files" in capsys.readouterr().err
