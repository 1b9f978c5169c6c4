"""Files that are not there any more: told, removed if asked for, and their rows taken along where they moved."""

from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sql

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive import vanished
from roman_cal_models.archive.listing import Listing

from .catalogs import content, url_of, write_files


@pytest.fixture
def files(header: bytes, tmp_path: Path) -> list[Path]:
    """Files of which each has another content."""
    paths = write_files(tmp_path / "files", header, 12)
    for number, path in enumerate(paths):
        path.write_bytes(header.replace(b"detector: WFI01", b"detector: WFI%02d" % (number + 1), 1))
    return paths


@pytest.fixture
def url(tmp_path: Path) -> str:
    return url_of(tmp_path / "catalog.db")


def _ids(url: str) -> dict[str, int]:
    """Return the number of each file, by its name without the folder."""
    engine = sql.create_engine(url)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT archive_file, archive_id FROM ingested_files").fetchall()
    engine.dispose()
    return {Path(file).name: number for file, number in rows}


def _files_in(url: str, table: str) -> set[str]:
    return {Path(row["archive_file"]).name for row in content(url)[table]}


def test_what_is_gone_is_told_and_kept(files: list[Path], url: str) -> None:
    folder = files[0].parent
    assert archive.ingest(folder, url).missing == ()
    before = content(url)
    files[0].unlink()
    files[1].unlink()
    report = archive.ingest(folder, url)
    assert (report.unchanged, report.gone, report.pruned, report.failed) == (10, 2, 0, 0)
    assert report.missing == (str(files[0]), str(files[1]))
    assert content(url) == before


def test_what_is_gone_is_removed_from_all_tables(files: list[Path], url: str, header: bytes) -> None:
    folder = files[0].parent
    bad = folder / "bad.asdf"
    bad.write_bytes(b"SIMPLE")
    files[0].write_bytes(header.replace(b"detector: WFI01", b'detector: "WFI\\0"', 1))
    archive.ingest(folder, url)
    assert files[0].name in _files_in(url, "ingest_problems")
    bad.unlink()
    files[0].unlink()
    report = archive.ingest(folder, url, prune=True)
    assert (report.gone, report.pruned, report.failed) == (1, 1, 0)
    found = content(url)
    names = {Path(row["archive_file"]).name for rows in found.values() for row in rows}
    assert names == {path.name for path in files[1:]}
    assert [len(found[name]) for name in ("ingested_files", "WFIExposure", "ScienceRefData")] == [11, 11, 11]
    assert archive.ingest(folder, url, prune=True).gone == 0


def test_only_what_would_have_been_listed_is_missed(files: list[Path], tmp_path: Path, url: str) -> None:
    folder, other = files[0].parent, tmp_path / "files2"
    other.mkdir()
    elsewhere, odd, below = other / "x.asdf", folder / "odd.txt", folder / "below" / "y.asdf"
    below.parent.mkdir()
    for path in (elsewhere, odd, below):
        path.write_bytes(files[0].read_bytes())
    archive.ingest([folder, elsewhere, odd], url)
    for path in (elsewhere, odd, below, *files[:2]):
        path.unlink()
    # files one by one, and lists, say nothing of others
    assert archive.ingest(files[2:], url, prune=True).missing == ()
    assert archive.ingest(f"{folder}/r000[02]*", url).missing == (str(files[0]),)
    assert archive.ingest(f"{folder}/*.asdf", url).missing == (str(files[0]), str(files[1]))
    assert archive.ingest(folder, url).missing == (str(files[0]), str(files[1]), str(below))
    # each once, whatever places it was in
    assert archive.ingest([folder, f"{folder}/**/*.asdf", folder], url, prune=True).pruned == 3
    assert _files_in(url, "ingested_files") == {"x.asdf", "odd.txt", *(path.name for path in files[2:])}


def test_names_with_signs_of_patterns_are_taken_literally(files: list[Path], tmp_path: Path, url: str) -> None:
    odd, other = tmp_path / "a_b%", tmp_path / "axbyy"
    for folder in (odd, other):
        write_files(folder, files[0].read_bytes(), 2)
    archive.ingest([odd, other], url)
    (odd / "r0000.asdf").unlink()
    (other / "r0000.asdf").unlink()
    assert archive.ingest(odd, url).missing == (str(odd / "r0000.asdf"),)


def test_a_listing_that_failed_on_the_way_removes_nothing(
    files: list[Path], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = files[0].parent
    archive.ingest(folder, url)
    files[0].unlink()
    walk = Listing._walk

    def broken(*args: Any, **kwargs: Any) -> Any:
        yield from walk(*args, **kwargs)
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Listing, "_walk", broken)
        report = archive.ingest(folder, url, prune="force")
    assert (report.unchanged, report.gone, report.pruned) == (11, 0, 0)
    assert [str(failure) for failure in report.failures] == [f"{folder}: Input/output error"]
    assert {row["reason"] for row in content(url)["ingest_failures"]} == {"Input/output error"}
    # it can be listed again, and that is no failure any more
    assert archive.ingest(folder, url).gone == 1
    assert content(url)["ingest_failures"] == []


def test_an_empty_folder_removes_nothing_unless_it_is_forced(files: list[Path], url: str) -> None:
    folder = files[0].parent
    archive.ingest(folder, url)
    for path in files:
        path.unlink()
    assert archive.ingest(folder, url).gone == 12
    report = archive.ingest(folder, url, prune=True)
    assert (report.gone, report.pruned, report.failed) == (12, 0, 1)
    assert "12 of the 12 files" in report.failures[0].reason
    assert len(content(url)["WFIExposure"]) == 12
    assert archive.ingest(folder, url, prune="force").pruned == 12
    assert content(url)["WFIExposure"] == []


def test_half_of_many_are_not_gone_by_themselves(files: list[Path], url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vanished, "_MANY", 10)
    archive.ingest(files[0].parent, url)
    for path in files[:6]:
        path.unlink()
    kept = archive.ingest(files[0].parent, url)
    files[6].unlink()
    report = archive.ingest(files[0].parent, url, prune=True)
    assert (kept.gone, report.gone, report.pruned, report.failed) == (6, 7, 0, 1)
    assert archive.ingest(files[0].parent, url, prune="force").pruned == 7


def test_a_folder_that_is_not_there_removes_nothing(files: list[Path], url: str) -> None:
    folder = files[0].parent
    archive.ingest(folder, url)
    folder.rename(folder.with_name("away"))
    report = archive.ingest(folder, url, prune="force")
    assert (report.gone, report.failed, report.failures[0].reason) == (0, 1, "No such file or directory")


# -- moved -----------------------------------------------------------------------------------------------------------


def test_the_rows_of_a_file_that_moved_keep_their_number(files: list[Path], url: str) -> None:
    folder = files[0].parent
    archive.ingest(folder, url)
    before = _ids(url)
    files[3].rename(folder / "new.asdf")
    (folder / "deep").mkdir()
    files[4].rename(folder / "deep" / files[4].name)
    files[5].unlink()
    report = archive.ingest(folder, url)
    assert sorted(report.moved) == [
        (str(files[3]), str(folder / "new.asdf")),
        (str(files[4]), str(folder / "deep" / files[4].name)),
    ]
    assert (report.renamed, report.missing) == (2, (str(files[5]),))
    after = _ids(url)
    assert after == {name: number for name, number in before.items() if name != files[3].name} | {
        "new.asdf": before[files[3].name]
    }
    found = content(url)
    assert [len(found[name]) for name in ("ingested_files", "WFIExposure", "ScienceRefData")] == [12, 12, 12]
    (row,) = (row for row in found["WFIExposure"] if row["archive_file"].endswith("new.asdf"))
    assert row["detector"] == "WFI04"
    # nothing is left to do
    again = archive.ingest(folder, url, trust="mtime")
    assert (again.unchanged, again.moved, again.gone) == (11, (), 1)


@pytest.mark.parametrize("release", ["1.0.9", "99.0"])
def test_a_file_may_move_between_two_releases_and_the_newer_rows_stay(
    files: list[Path], url: str, release: str
) -> None:
    folder = files[0].parent
    archive.ingest(folder, url)
    before, expected = _ids(url), content(url)
    _remake(url, release)
    by_release = content(url)
    moved = files[3].rename(folder / "new.asdf")
    report = archive.ingest(folder, url)
    assert (report.moved, report.gone) == (((str(files[3]), str(moved)),), 0)
    assert _ids(url) == {name: number for name, number in before.items() if name != files[3].name} | {
        "new.asdf": before[files[3].name]
    }
    found = content(url)
    stays = expected if release == "1.0.9" else by_release
    for name, rows in stays.items():
        for row in rows:
            if row.get("archive_file") == str(files[3]):
                row["archive_file"] = str(moved)
        assert sorted(map(_text, found[name])) == sorted(map(_text, rows))
    # nothing is left to do
    again = archive.ingest(folder, url)
    assert (again.unchanged + again.newer, again.moved, again.gone) == (12, (), 0)
    assert content(url) == found


def _remake(url: str, release: str) -> None:
    """Have the rows of all files be such as another release makes: other ones of the same headers."""
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE ingested_files SET rad_version = '{release}', "
            "content = substr(content, 1, 40) || 'of another release, so it is'"
        )
        connection.exec_driver_sql("UPDATE \"WFIExposure\" SET detector = 'OTHER'")
        connection.exec_driver_sql("DELETE FROM ingest_problems WHERE column_name = 'visit'")
    engine.dispose()


def _text(row: dict[str, Any]) -> str:
    return str(sorted(row.items()))


def test_files_of_the_same_content_move_by_their_names(files: list[Path], url: str) -> None:
    folder = files[0].parent
    for path in files[1:]:
        path.write_bytes(files[0].read_bytes())
    archive.ingest(folder, url)
    before = _ids(url)
    (folder / "deep").mkdir()
    for path in files[:6]:
        path.rename(folder / "deep" / path.name)
    report = archive.ingest(folder, url)
    assert report.renamed == 6
    assert all(Path(old).name == Path(new).name for old, new in report.moved)
    assert _ids(url) == before


def test_a_copy_has_not_moved(files: list[Path], url: str) -> None:
    folder = files[0].parent
    archive.ingest(folder, url)
    (folder / "copy.asdf").write_bytes(files[0].read_bytes())
    assert archive.ingest(folder, url).moved == ()
    files[0].unlink()
    # the copy was there before
    report = archive.ingest(folder, url)
    assert (report.moved, report.missing) == ((), (str(files[0]),))


def test_a_file_of_another_length_has_not_moved(files: list[Path], url: str) -> None:
    folder = files[0].parent
    archive.ingest(folder, url)
    text = files[0].read_bytes()
    files[0].unlink()
    (folder / "new.asdf").write_bytes(text + b"\xd3BLK\0\x30" + bytes(48))
    assert archive.ingest(folder, url).moved == ()


# -- several runs ----------------------------------------------------------------------------------------------------


def test_what_another_run_brings_meanwhile_is_left_alone(
    files: list[Path], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = files[0].parent
    archive.ingest(folder, url)
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
        archive.ingest([files[0], new], url)
        new.unlink()
        files[0].unlink()
        return settle(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr("roman_cal_models.archive.ingesting.settle", disturbed)
        report = archive.ingest(folder, url, prune=True)
    assert (report.missing, report.pruned) == ((str(files[1]),), 1)
    assert _files_in(url, "WFIExposure") == {"new.asdf", *(path.name for path in files if path != files[1])}


def test_what_comes_back_before_it_is_removed_stays(
    files: list[Path], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = files[0].parent
    archive.ingest(folder, url)
    text = files[0].read_bytes()
    files[0].unlink()
    files[1].unlink()
    remove = vanished._Run.remove

    def disturbed(run: Any, ids: Any) -> int:
        files[0].write_bytes(text.replace(b"detector: WFI01", b"detector: WFI17", 1))
        archive.ingest(files[0], url)
        return remove(run, ids)

    monkeypatch.setattr(vanished._Run, "remove", disturbed)
    report = archive.ingest(folder, url, prune=True)
    assert (report.gone, report.pruned) == (2, 1)
    assert _files_in(url, "WFIExposure") == {path.name for path in files if path != files[1]}


def test_a_run_that_ended_on_the_way_is_completed_by_the_next(
    files: list[Path], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = files[0].parent
    archive.ingest(folder, url)
    for path in files[:6]:
        path.unlink()
    chance = random.Random(0)
    delete = vanished._Run._delete
    monkeypatch.setattr(vanished, "_BATCH", 2)

    def dying(run: Any, connection: Any, ids: Any) -> None:
        delete(run, connection, ids)
        if chance.random() < 0.5:
            raise KeyboardInterrupt

    runs, gone = 0, 6
    with monkeypatch.context() as patch:
        patch.setattr(vanished._Run, "_delete", dying)
        while gone:
            runs += 1
            with suppress(KeyboardInterrupt):
                archive.ingest(folder, url, prune=True)
            found = content(url)
            counts = {len(found[name]) for name in ("ingested_files", "WFIExposure", "ScienceRefData")}
            # whole transactions
            assert len(counts) == 1
            gone = counts.pop() - 6
            assert gone % 2 == 0
    assert runs > 1
    assert _files_in(url, "WFIExposure") == {path.name for path in files[6:]}


def test_a_report_keeps_some_names_and_counts_all(files: list[Path], url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("report", "vanished"):
        monkeypatch.setattr(f"roman_cal_models.archive.{module}.KEPT", 3)
    folder = files[0].parent
    for number in range(7):
        (folder / f"bad{number}.asdf").write_bytes(b"")
    report = archive.ingest(folder, url, batch=2)
    assert (report.failed, len(report.failures)) == (7, 3)
    assert "7 failed" in str(report)
    for path in files[:4]:
        path.unlink()
    for path in files[4:8]:
        path.rename(path.with_stem(f"new{path.stem}"))
    report = archive.ingest(folder, url)
    assert (report.gone, len(report.missing), report.renamed, len(report.moved)) == (4, 3, 4, 3)


def test_a_wrong_word_is_told(url: str) -> None:
    with pytest.raises(rcm.CatalogError, match="prune is True, False or 'force', not 'all'"):
        archive.ingest([], url, prune="all")  # type: ignore[arg-type]
