"""Many files into a database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.database.writer import Catalog
from roman_cal_models.archive.definitions.products import TABLES
from roman_cal_models.archive.files.names import Listed
from roman_cal_models.archive.reading.batching import reader_for
from roman_cal_models.archive.reading.file_reader import MadeBy
from roman_cal_models.installation import rad_version
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


def _trigger(url: str, when: str) -> None:
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"CREATE TRIGGER refuse BEFORE INSERT ON WFIExposure WHEN {when} "
            "BEGIN SELECT RAISE(ABORT, 'out of order'); END"
        )
    engine.dispose()


def test_a_row_that_the_database_refuses_is_a_failure_of_its_file(files: list[Path], url: str) -> None:
    archive.ingest(files[:6], url)
    # whatever else stands in them
    _trigger(url, "new.archive_id % 3 = 0")
    report = archive.ingest(files, url, batch=4)
    failed = {failure.file for failure in report.failures}
    assert 0 < len(failed) < 6
    assert _counts(report) == (6 - len(failed), 6, 0, len(failed))
    found = content(url)
    assert {row["archive_file"] for row in found["ingest_failures"]} == failed
    assert {row["reason"] for row in found["ingest_failures"]} == {"the database refuses it: out of order"}
    assert not {row["archive_file"] for name in ("ingested_files", "ScienceRefData") for row in found[name]} & failed


def test_a_value_that_the_database_refuses_is_null_and_told(files: list[Path], url: str) -> None:
    archive.ingest(files[:6], url)
    problems = content(url)["ingest_problems"]
    _trigger(url, "new.detector = 'WFI02' OR new.optical_element IS NOT NULL AND new.archive_id > 9")
    rows = {str(path): archive.rows(path)["WFIExposure"] for path in files}
    assert any(rows[str(path)]["detector"] == "WFI02" for path in files[6:])
    report = archive.ingest(files, url)
    assert _counts(report) == (6, 6, 0, 0)
    found = content(url)
    told = {
        (row["archive_file"], row["column_name"], row["path"])
        for row in found["ingest_problems"]
        if row["reason"] == "the database refuses it: out of order"
    }
    expected = set()
    for row in found["WFIExposure"]:
        wanted = dict(rows[row["archive_file"]])
        lost = {column for column, value in wanted.items() if value is not None and row[column] is None}
        assert lost <= {"detector", "optical_element"}
        assert {column: row[column] for column in wanted.keys() - lost} == {
            column: wanted[column] for column in wanted.keys() - lost
        }
        paths = {"detector": "meta.instrument.detector", "optical_element": "meta.instrument.optical_element"}
        expected |= {(row["archive_file"], column, paths[column]) for column in lost}
    assert told == expected
    assert {column for _, column, _ in told} == {"detector", "optical_element"}
    assert report.problems == len(problems) + len(told)


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


# -- releases --------------------------------------------------------------------------------------------------------


def _set(url: str, assignments: str) -> None:
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE ingested_files SET {assignments}")
    engine.dispose()


def test_each_file_has_what_made_its_rows(files: list[Path], url: str) -> None:
    archive.ingest(files, url)
    rows = content(url)["ingested_files"]
    made = {(row["rad_version"], row["package_version"], row["mapping"]) for row in rows}
    assert made == {(rad_version(), rcm.__version__, "newest")}


@pytest.mark.parametrize("column", ["rad_version", "package_version"])
def test_what_a_newer_release_made_is_left_and_told(files: list[Path], header: bytes, url: str, column: str) -> None:
    archive.ingest(files[:6], url)
    _set(url, f"{column} = '99.10.0', content = 'another'")
    files[0].write_bytes(header.replace(b"detector: WFI01", b"detector: WFI09", 1))
    before = content(url)
    report = archive.ingest(files[:8], url)
    assert _counts(report) == (2, 0, 0, 0)
    assert report.newer == 6
    assert str(report).startswith("2 ingested, 0 unchanged, 0 replaced, 0 failed, 6 left that a newer release made")
    after = content(url)
    assert [row for row in after["WFIExposure"] if row["archive_file"] <= str(files[5])] == before["WFIExposure"]
    report = archive.ingest(files[:8], url, force=True)
    assert (_counts(report), report.newer) == ((0, 0, 8, 0), 0)
    assert "WFI09" in {row["detector"] for row in content(url)["WFIExposure"]}


@pytest.mark.parametrize("made_by", ["rad_version = '1.0.9'", "package_version = '0.0.9'", "rad_version = NULL"])
def test_what_an_older_release_made_is_made_again(files: list[Path], url: str, made_by: str) -> None:
    archive.ingest(files, url)
    before = content(url)
    _set(url, f"{made_by}, content = 'another'")
    report = archive.ingest(files, url)
    assert (_counts(report), report.newer) == ((0, 0, 12, 0), 0)
    assert content(url) == before


def test_a_newer_release_may_come_first_between_reading_and_writing(files: list[Path], url: str) -> None:
    archive.ingest(files[:1], url, tables=["ScienceRefData"])
    reader = replace(reader_for("newest", None, None), force=True)
    with Catalog(url) as catalog:
        (read,) = replace(reader, finish=catalog.fitting)([(Listed(str(files[0])), None)])
        _set(url, "rad_version = '99.0'")
        assert (catalog.store([read]).newer, content(url)["WFIExposure"]) == (1, [])
        assert catalog.store([read], force=True).replaced == 1


def test_all_is_made_again_by_force(files: list[Path], url: str) -> None:
    archive.ingest(files, url)
    before = content(url)
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE WFIExposure SET detector = 'WFI99'")
    engine.dispose()
    assert _counts(archive.ingest(files, url)) == (0, 12, 0, 0)
    assert _counts(archive.ingest(files, url, force=True, batch=5)) == (0, 0, 12, 0)
    assert content(url) == before


def test_a_file_keeps_its_number(files: list[Path], header: bytes, url: str) -> None:
    archive.ingest(files, url)
    with Catalog(url) as catalog:
        before = {file: known.id for file, known in catalog.known(list(map(str, files))).items()}
        files[3].write_bytes(header.replace(b"detector: WFI01", b"detector: WFI07", 1))
        assert _counts(archive.ingest(files, url)) == (0, 11, 1, 0)
        assert {file: known.id for file, known in catalog.known(list(map(str, files))).items()} == before


def test_what_a_file_is_like_is_kept_also_if_its_rows_stay(files: list[Path], url: str) -> None:
    archive.ingest(files, url)
    reader = reader_for("newest", None, None)
    with Catalog(url) as catalog:
        key = str(files[0])
        known = catalog.known([key])[key]
        (read,) = replace(reader, finish=catalog.fitting)([(Listed(key), known)])
        touched = replace(read, size=2**40, modified=1_800_000_000_123_456_789, etag="e")
        assert catalog.store([touched]).unchanged == 1
        known = catalog.known([key])[key]
        assert (known.size, known.modified, known.etag) == (2**40, 1_800_000_000_123_456_789, "e")
        # what is not known now says nothing
        assert catalog.store([replace(read, size=None, modified=None, etag=None)]).unchanged == 1
        assert catalog.known([key])[key] == known


@pytest.mark.parametrize(
    ("one", "other", "is_newer"),
    [
        (("1.10.0", "0.1.0"), ("1.9.0", "0.1.0"), True),
        (("1.9.0", "0.1.0"), ("1.10.0", "0.1.0"), False),
        (("1.9.0", "0.2.0"), ("1.10.0", "0.1.0"), True),
        (("1.9.0", "0.2.0.dev4"), ("1.9.0", "0.2.0"), False),
        (("1.9.0", "0.2.0+abc"), ("1.9.0", "0.2.0+abb"), False),
        (("1.9.0", "0.2.0"), (None, None), False),
        ((None, None), ("1.9.0", "0.2.0"), False),
        (("one", "0.2.0"), ("1.9.0", "0.2.0"), False),
    ],
)
def test_the_newer_of_two_releases(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None], is_newer: bool
) -> None:
    assert MadeBy(*one, "newest").is_newer_than(MadeBy(*other, "newest")) is is_newer


# -- the database ----------------------------------------------------------------------------------------------------


def test_a_database_that_another_has_for_itself_is_told(
    files: list[Path], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("roman_cal_models.archive.database.connection._PATIENCE", 0.1)
    Catalog(url).close()
    engine = sql.create_engine(url)

    def names() -> Iterator[Path]:
        yield files[0]
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield files[1]

    with engine.connect() as connection, pytest.raises(rcm.CatalogError) as caught:
        archive.ingest(names(), url, processes=1, batch=1)
    engine.dispose()
    assert str(caught.value) == f"{url}: database is locked"


def test_a_driver_that_is_not_known_gets_its_statements_from_sqlalchemy(
    files: list[Path], header: bytes, tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = url_of(tmp_path / "other.db")
    for seed in (0, 1):
        archive.ingest(files, url, batch=5)
        with monkeypatch.context() as patch:
            patch.setattr("sqlalchemy.dialects.sqlite.pysqlite.SQLiteDialect_pysqlite.driver", "another")
            report = archive.ingest(files, other, batch=5)
        assert report.ingested + report.replaced > 0
        assert content(other) == content(url)
        write_files(files[0].parent, header, 12, seed=seed + 1)


def test_a_full_disk_is_told(files: list[Path], url: str) -> None:
    with Catalog(url) as catalog:

        @sql.event.listens_for(catalog._engine, "connect")
        def keep_small(connection: Any, _: Any) -> None:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}")

        catalog.close()
        reader = replace(reader_for("newest", None, None), finish=catalog.fitting)
        with pytest.raises(rcm.CatalogError) as caught:
            catalog.store(reader([(Listed(str(path)), None) for path in files]))
    assert str(caught.value) == f"{url}: database or disk is full"


# -- arguments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"url": "catalog.db"}, "'catalog.db' is not the URL of a database"),
        ({"url": "postgresql//me:secret@host/x"}, "'postgresql//me:***@host/x' is not the URL of a database"),
        ({"url": "sqlite:////no/such/folder/catalog.db"}, "unable to open database file"),
        (
            {"tables": ["WFIExposur"]},
            f"there is no table 'WFIExposur'. Did you mean 'WFIExposure'? There are {', '.join(TABLES)}",
        ),
        ({"mapping": "new"}, "mapping is 'newest' or 'file', not 'new'"),
        ({"batch": 0}, "not 0"),
        ({"batch": 2.5}, "batch is the number of files that are written together, not 2.5"),
        ({"processes": 0}, "processes is how many processes read the files, not 0"),
        ({"processes": 1.5}, "processes is how many processes read the files, not 1.5"),
        ({"paths": None}, "a file is given by its path or URL, not by an object of NoneType"),
        ({"paths": [3]}, "a file is given by its path or URL, not by the number 3"),
        ({"paths": rcm.ImageModel.create_minimal()}, "not by an object of ImageModel"),
        ({"paths": ""}, "no file has an empty name"),
    ],
)
def test_a_wrong_argument_is_told(arguments: dict[str, object], message: str, url: str) -> None:
    with pytest.raises(rcm.CatalogError) as caught:
        archive.ingest(**{"paths": [], "url": url, **arguments})  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_a_driver_that_is_not_installed_is_named(files: list[Path]) -> None:
    with pytest.raises(rcm.MissingPackageError, match="pg8000"):
        archive.ingest(files, "postgresql+pg8000://localhost/nowhere")


def test_tables_of_an_older_release_get_the_columns_that_they_lack(files: list[Path], url: str) -> None:
    engine = sql.create_engine(url)
    metadata = archive.tables()
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP INDEX ix_WFIExposure_detector")
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
