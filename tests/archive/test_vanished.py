"""Files that are not there any more: told, removed if asked for, and their rows taken along where they moved."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

import roman_cal_models as rcm
from roman_cal_models.archive import vanished
from roman_cal_models.archive.database import inventory as database_inventory
from roman_cal_models.archive.database.inventory import DatabaseInventory
from roman_cal_models.archive.files.listing import Listing

from .catalogs import Database, DataSetOfParquet, Target, write_files


@pytest.fixture
def files(header: bytes, tmp_path: Path) -> list[Path]:
    """Files of which each has another content."""
    paths = write_files(tmp_path / "files", header, 12)
    for number, path in enumerate(paths):
        path.write_bytes(header.replace(b"detector: WFI01", b"detector: WFI%02d" % (number + 1), 1))
    return paths


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path / "catalog.db")


def _ids(catalog: Target) -> dict[str, int | None]:
    """Return the number of each file, by its name without the folder; in Parquet files nobody sees any."""
    if not isinstance(catalog, Database):
        return dict.fromkeys(catalog.files_in("ingested_files"))
    with closing(sqlite3.connect(catalog.path)) as connection:
        rows = connection.execute("SELECT archive_file, archive_id FROM ingested_files").fetchall()
    return {Path(file).name: number for file, number in rows}


def test_what_is_gone_is_told_and_kept(files: list[Path], catalog: Target) -> None:
    folder = files[0].parent
    assert catalog.ingest(folder).missing == ()
    before = catalog.content()
    files[0].unlink()
    files[1].unlink()
    report = catalog.ingest(folder)
    assert (report.unchanged, report.gone, report.pruned, report.failed) == (10, 2, 0, 0)
    assert report.missing == (str(files[0]), str(files[1]))
    assert catalog.content() == before


def test_what_is_gone_is_removed_from_all_tables(files: list[Path], catalog: Target, header: bytes) -> None:
    folder = files[0].parent
    bad = folder / "bad.asdf"
    bad.write_bytes(b"SIMPLE")
    files[0].write_bytes(header.replace(b"detector: WFI01", b'detector: "WFI\\0"', 1))
    catalog.ingest(folder)
    assert files[0].name in catalog.files_in("ingest_problems")
    bad.unlink()
    files[0].unlink()
    report = catalog.ingest(folder, prune=True)
    assert (report.gone, report.pruned, report.failed) == (1, 1, 0)
    found = catalog.content()
    names = {Path(row["archive_file"]).name for rows in found.values() for row in rows}
    assert names == {path.name for path in files[1:]}
    assert catalog.numbers() == [11, 11, 11]
    assert catalog.ingest(folder, prune=True).gone == 0


def test_only_what_would_have_been_listed_is_missed(files: list[Path], tmp_path: Path, catalog: Target) -> None:
    folder, other = files[0].parent, tmp_path / "files2"
    other.mkdir()
    elsewhere, odd, below = other / "x.asdf", folder / "odd.txt", folder / "below" / "y.asdf"
    below.parent.mkdir()
    for path in (elsewhere, odd, below):
        path.write_bytes(files[0].read_bytes())
    catalog.ingest([folder, elsewhere, odd])
    for path in (elsewhere, odd, below, *files[:2]):
        path.unlink()
    # files one by one, and lists, say nothing of others
    assert catalog.ingest(files[2:], prune=True).missing == ()
    assert catalog.ingest(f"{folder}/r000[02]*").missing == (str(files[0]),)
    assert catalog.ingest(f"{folder}/*.asdf").missing == (str(files[0]), str(files[1]))
    assert catalog.ingest(folder).missing == (str(files[0]), str(files[1]), str(below))
    # each once, whatever places it was in
    assert catalog.ingest([folder, f"{folder}/**/*.asdf", folder], prune=True).pruned == 3
    assert catalog.files_in("ingested_files") == {"x.asdf", "odd.txt", *(path.name for path in files[2:])}


def test_names_with_signs_of_patterns_are_taken_literally(files: list[Path], tmp_path: Path, catalog: Target) -> None:
    odd, other = tmp_path / "a_b%", tmp_path / "axbyy"
    for folder in (odd, other):
        write_files(folder, files[0].read_bytes(), 2)
    catalog.ingest([odd, other])
    (odd / "r0000.asdf").unlink()
    (other / "r0000.asdf").unlink()
    assert catalog.ingest(odd).missing == (str(odd / "r0000.asdf"),)


def test_a_listing_that_failed_on_the_way_removes_nothing(
    files: list[Path], catalog: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = files[0].parent
    catalog.ingest(folder)
    files[0].unlink()
    walk = Listing._walk

    def broken(*args: Any, **kwargs: Any) -> Any:
        yield from walk(*args, **kwargs)
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Listing, "_walk", broken)
        report = catalog.ingest(folder, prune="force")
    assert (report.unchanged, report.gone, report.pruned) == (11, 0, 0)
    assert [str(failure) for failure in report.failures] == [f"{folder}: Input/output error"]
    assert {row["reason"] for row in catalog.content()["ingest_failures"]} == {"Input/output error"}
    # it can be listed again, and that is no failure any more
    assert catalog.ingest(folder).gone == 1
    assert catalog.numbers("ingest_failures") == [0]


def test_an_empty_folder_removes_nothing_unless_it_is_forced(files: list[Path], catalog: Target) -> None:
    folder = files[0].parent
    catalog.ingest(folder)
    for path in files:
        path.unlink()
    assert catalog.ingest(folder).gone == 12
    report = catalog.ingest(folder, prune=True)
    assert (report.gone, report.pruned, report.failed) == (12, 0, 1)
    assert "12 of the 12 files" in report.failures[0].reason
    assert catalog.numbers() == [12, 12, 12]
    assert catalog.ingest(folder, prune="force").pruned == 12
    assert catalog.numbers() == [0, 0, 0]


def test_half_of_many_are_not_gone_by_themselves(
    files: list[Path], catalog: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vanished, "_MANY", 10)
    catalog.ingest(files[0].parent)
    for path in files[:6]:
        path.unlink()
    kept = catalog.ingest(files[0].parent)
    files[6].unlink()
    report = catalog.ingest(files[0].parent, prune=True)
    assert (kept.gone, report.gone, report.pruned, report.failed) == (6, 7, 0, 1)
    assert catalog.ingest(files[0].parent, prune="force").pruned == 7


def test_a_folder_that_is_not_there_removes_nothing(files: list[Path], catalog: Target) -> None:
    folder = files[0].parent
    catalog.ingest(folder)
    folder.rename(folder.with_name("away"))
    report = catalog.ingest(folder, prune="force")
    assert (report.gone, report.failed, report.failures[0].reason) == (0, 1, "No such file or directory")


# -- moved -----------------------------------------------------------------------------------------------------------


def test_the_rows_of_a_file_that_moved_keep_their_number(files: list[Path], catalog: Target) -> None:
    folder = files[0].parent
    catalog.ingest(folder)
    before = _ids(catalog)
    files[3].rename(folder / "new.asdf")
    (folder / "deep").mkdir()
    files[4].rename(folder / "deep" / files[4].name)
    files[5].unlink()
    report = catalog.ingest(folder)
    assert sorted(report.moved) == [
        (str(files[3]), str(folder / "new.asdf")),
        (str(files[4]), str(folder / "deep" / files[4].name)),
    ]
    assert (report.renamed, report.missing) == (2, (str(files[5]),))
    after = _ids(catalog)
    assert after == {name: number for name, number in before.items() if name != files[3].name} | {
        "new.asdf": before[files[3].name]
    }
    assert catalog.numbers() == [12, 12, 12]
    (row,) = (row for row in catalog.content()["WFIExposure"] if row["archive_file"].endswith("new.asdf"))
    assert row["detector"] == "WFI04"
    # nothing is left to do
    again = catalog.ingest(folder, trust="mtime")
    assert (again.unchanged, again.moved, again.gone) == (11, (), 1)


@pytest.mark.parametrize("release", ["1.0.9", "99.0"])
def test_a_file_may_move_between_two_releases_and_the_newer_rows_stay(
    files: list[Path], database: Database, release: str
) -> None:
    folder = files[0].parent
    database.ingest(folder)
    before, expected = _ids(database), database.content()
    _remake(database, release)
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute("UPDATE \"WFIExposure\" SET detector = 'OTHER'")
        connection.execute("DELETE FROM ingest_problems WHERE column_name = 'visit'")
    by_release = database.content()
    moved = files[3].rename(folder / "new.asdf")
    report = database.ingest(folder)
    assert (report.moved, report.gone) == (((str(files[3]), str(moved)),), 0)
    assert _ids(database) == {name: number for name, number in before.items() if name != files[3].name} | {
        "new.asdf": before[files[3].name]
    }
    found = database.content()
    stays = expected if release == "1.0.9" else by_release
    for name, rows in stays.items():
        for row in rows:
            if row.get("archive_file") == str(files[3]):
                row["archive_file"] = str(moved)
        assert sorted(map(_text, found[name])) == sorted(map(_text, rows))
    # nothing is left to do
    again = database.ingest(folder)
    assert (again.unchanged + again.newer, again.moved, again.gone) == (12, (), 0)
    assert database.content() == found


def test_a_file_of_a_data_set_may_move_between_two_releases(files: list[Path], catalog: Target) -> None:
    folder = files[0].parent
    catalog.ingest(folder)
    _remake(catalog, "1.0.9")
    moved = files[3].rename(folder / "new.asdf")
    report = catalog.ingest(folder)
    assert (report.replaced, report.moved, report.gone) == (11, ((str(files[3]), str(moved)),), 0)
    assert catalog.numbers() == [12, 12, 12]
    assert "new.asdf" in catalog.files_in("WFIExposure")


def test_rows_of_a_newer_release_stay_in_a_data_set(files: list[Path], tmp_path: Path) -> None:
    folder, catalog = files[0].parent, DataSetOfParquet(tmp_path / "catalog.parquet")
    catalog.ingest(folder)
    _remake(catalog, "99.0")
    files[3].rename(folder / "new.asdf")
    report = catalog.ingest(folder)
    assert (report.newer, report.ingested, report.moved, report.missing) == (11, 1, (), (str(files[3]),))
    assert {"new.asdf", files[3].name} <= catalog.files_in("WFIExposure")


def _remake(catalog: Target, release: str) -> None:
    """Have the rows of all files be such as another release makes: other ones of the same headers."""
    path, table = catalog.about_files
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            f"UPDATE {table} SET rad_version = ?, content = substr(content, 1, 40) || 'of another release'", [release]
        )


def _text(row: dict[str, Any]) -> str:
    return str(sorted(row.items()))


def test_files_of_the_same_content_move_by_their_names(files: list[Path], catalog: Target) -> None:
    folder = files[0].parent
    for path in files[1:]:
        path.write_bytes(files[0].read_bytes())
    catalog.ingest(folder)
    before = _ids(catalog)
    (folder / "deep").mkdir()
    for path in files[:6]:
        path.rename(folder / "deep" / path.name)
    report = catalog.ingest(folder)
    assert report.renamed == 6
    assert all(Path(old).name == Path(new).name for old, new in report.moved)
    assert _ids(catalog) == before


def test_one_file_is_where_one_has_moved(files: list[Path], catalog: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("database.inventory", "parquet.manifest"):
        monkeypatch.setattr(f"roman_cal_models.archive.{module}._PAGE", 1)
    folder = files[0].parent
    for path in files[1:4]:
        path.write_bytes(files[0].read_bytes())
    catalog.ingest(folder)
    files[0].rename(folder / "new.asdf")
    for path in files[1:4]:
        path.unlink()
    report = catalog.ingest(folder, prune=True)
    assert (report.renamed, report.gone, report.pruned) == (1, 3, 3)
    assert catalog.files_in("WFIExposure") == {"new.asdf", *(path.name for path in files[4:])}


def test_a_copy_has_not_moved(files: list[Path], catalog: Target) -> None:
    folder = files[0].parent
    catalog.ingest(folder)
    (folder / "copy.asdf").write_bytes(files[0].read_bytes())
    assert catalog.ingest(folder).moved == ()
    files[0].unlink()
    # the copy was there before
    report = catalog.ingest(folder)
    assert (report.moved, report.missing) == ((), (str(files[0]),))


def test_a_file_of_another_length_has_not_moved(files: list[Path], catalog: Target) -> None:
    folder = files[0].parent
    catalog.ingest(folder)
    text = files[0].read_bytes()
    files[0].unlink()
    (folder / "new.asdf").write_bytes(text + b"\xd3BLK\0\x30" + bytes(48))
    assert catalog.ingest(folder).moved == ()


# -- several runs ----------------------------------------------------------------------------------------------------


def test_what_another_run_brings_meanwhile_is_left_alone(
    files: list[Path], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = files[0].parent
    database.ingest(folder)
    texts = [path.read_bytes() for path in files[:2]]
    for path in files[:2]:
        path.unlink()
    settle = vanished.settle

    def disturbed(*args: Any, **kwargs: Any) -> Any:
        # after this run has listed the folder: one comes back changed, one is new; and both are gone again
        files[0].write_bytes(texts[0].replace(b"detector: WFI01", b"detector: WFI17", 1))
        new = folder / "new.asdf"
        new.write_bytes(texts[0].replace(b"detector: WFI01", b"detector: WFI18", 1))
        patch.undo()
        database.ingest([files[0], new])
        new.unlink()
        files[0].unlink()
        return settle(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr("roman_cal_models.archive.ingesting.settle", disturbed)
        report = database.ingest(folder, prune=True)
    assert (report.missing, report.pruned) == ((str(files[1]),), 1)
    assert database.files_in("WFIExposure") == {"new.asdf", *(path.name for path in files if path != files[1])}


def test_what_comes_back_before_it_is_removed_stays(
    files: list[Path], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = files[0].parent
    database.ingest(folder)
    text = files[0].read_bytes()
    files[0].unlink()
    files[1].unlink()
    remove = DatabaseInventory.remove

    def disturbed(*args: Any) -> int:
        files[0].write_bytes(text.replace(b"detector: WFI01", b"detector: WFI17", 1))
        database.ingest(files[0])
        return remove(*args)

    monkeypatch.setattr(DatabaseInventory, "remove", disturbed)
    report = database.ingest(folder, prune=True)
    assert (report.gone, report.pruned) == (2, 1)
    assert database.files_in("WFIExposure") == {path.name for path in files if path != files[1]}


def test_a_run_that_ended_on_the_way_is_completed_by_the_next(
    files: list[Path], database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = files[0].parent
    database.ingest(folder)
    for path in files[:6]:
        path.unlink()
    chance = random.Random(0)
    delete = DatabaseInventory._delete
    monkeypatch.setattr(database_inventory, "_BATCH", 2)

    def dying(*args: Any) -> None:
        delete(*args)
        if chance.random() < 0.5:
            raise KeyboardInterrupt

    runs, gone = 0, 6
    with monkeypatch.context() as patch:
        patch.setattr(DatabaseInventory, "_delete", dying)
        while gone:
            runs += 1
            with suppress(KeyboardInterrupt):
                database.ingest(folder, prune=True)
            counts = {*database.numbers()}
            # whole transactions
            assert len(counts) == 1
            gone = counts.pop() - 6
            assert gone % 2 == 0
    assert runs > 1
    assert database.files_in("WFIExposure") == {path.name for path in files[6:]}


def test_a_report_keeps_some_names_and_counts_all(
    files: list[Path], catalog: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("report", "vanished"):
        monkeypatch.setattr(f"roman_cal_models.archive.{module}.KEPT", 3)
    folder = files[0].parent
    for number in range(7):
        (folder / f"bad{number}.asdf").write_bytes(b"")
    report = catalog.ingest(folder, batch=2)
    assert (report.failed, len(report.failures)) == (7, 3)
    assert "7 failed" in str(report)
    for path in files[:4]:
        path.unlink()
    for path in files[4:8]:
        path.rename(path.with_stem(f"new{path.stem}"))
    report = catalog.ingest(folder)
    assert (report.gone, len(report.missing), report.renamed, len(report.moved)) == (4, 3, 4, 3)


def test_a_wrong_word_is_told(catalog: Target) -> None:
    with pytest.raises(rcm.CatalogError, match="prune is True, False or 'force', not 'all'"):
        catalog.ingest([], prune="all")
