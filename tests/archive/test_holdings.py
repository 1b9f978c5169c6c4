"""What is passed over, because size and time, or the tag, of a file are what the catalogue has."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.holdings import Numbers
from roman_cal_models.archive.reading import file_reader

from .catalogs import Target, write_files

HOUR = 3_600_000_000_000


@pytest.fixture
def files(header: bytes, tmp_path: Path) -> list[Path]:
    """Files that were changed an hour ago."""
    paths = write_files(tmp_path / "files", header, 6)
    for path in paths:
        _age(path)
    return paths


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files whose headers are read, as they are."""
    names: list[str] = []
    beginning = file_reader.beginning

    def noted(name: Any, options: Any) -> Any:
        names.append(Path(name).name)
        return beginning(name, options)

    monkeypatch.setattr(file_reader, "beginning", noted)
    return names


def _age(path: Path, by: int = HOUR) -> int:
    modified = time.time_ns() // 1000 * 1000 - by
    os.utime(path, ns=(modified, modified))
    return modified


def _counts(report: archive.Report) -> tuple[int, int, int, int]:
    return report.ingested, report.unchanged, report.replaced, report.failed


def test_files_of_the_same_size_and_time_are_not_opened(files: list[Path], catalog: Target, opened: list[str]) -> None:
    folder = files[0].parent
    assert _counts(catalog.ingest(folder, trust="mtime")) == (6, 0, 0, 0)
    opened.clear()
    assert _counts(catalog.ingest(folder, trust="mtime")) == (0, 6, 0, 0)
    assert _counts(catalog.ingest(files[:2], trust="mtime")) == (0, 2, 0, 0)
    assert opened == []
    # they have no tag
    assert _counts(catalog.ingest(folder, trust="etag")) == (0, 6, 0, 0)
    assert _counts(catalog.ingest(folder)) == (0, 6, 0, 0)
    assert len(opened) == 12


def test_size_and_time_are_kept(files: list[Path], catalog: Target) -> None:
    times = {str(path): _age(path) for path in files}
    catalog.ingest(files)
    known = catalog.known([*times])
    assert {name: each.modified for name, each in known.items()} == times
    assert {name: each.size for name, each in known.items()} == {str(path): path.stat().st_size for path in files}


def test_what_has_another_size_or_time_is_read(files: list[Path], catalog: Target, opened: list[str]) -> None:
    catalog.ingest(files)
    text = files[0].read_bytes()
    before = files[0].stat().st_mtime_ns
    files[0].write_bytes(text + b"\xd3BLK\0\x30" + bytes(48))
    os.utime(files[0], ns=(before, before))
    _age(files[1], 2 * HOUR)
    files[2].write_bytes(text.replace(b"origin: STSCI", b"origin: IPAC", 1))
    _age(files[2])
    opened.clear()
    assert _counts(catalog.ingest(files, trust="mtime")) == (0, 5, 1, 0)
    assert sorted(opened) == [path.name for path in files[:3]]
    # once
    opened.clear()
    assert _counts(catalog.ingest(files, trust="mtime")) == (0, 6, 0, 0)
    assert opened == []


def test_what_was_changed_just_now_is_read_again(
    files: list[Path], catalog: Target, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # however long it takes until it is read
    monkeypatch.setattr(file_reader, "_TICK", HOUR // 2)
    _age(files[0], 0)
    catalog.ingest(files, trust="mtime")
    opened.clear()
    catalog.ingest(files, trust="mtime")
    assert opened == [files[0].name]


def test_what_failed_is_read_again(files: list[Path], catalog: Target, opened: list[str]) -> None:
    catalog.ingest(files, trust="mtime")
    text, before = files[0].read_bytes(), files[0].stat().st_mtime_ns
    files[0].write_bytes(text[:1000])
    assert _counts(catalog.ingest(files, trust="mtime")) == (0, 5, 0, 1)
    # it comes back as it was, from a copy that has kept its time
    files[0].write_bytes(text)
    os.utime(files[0], ns=(before, before))
    opened.clear()
    assert _counts(catalog.ingest(files, trust="mtime")) == (0, 6, 0, 0)
    assert opened == [files[0].name]
    assert catalog.numbers("ingest_failures") == [0]


@pytest.mark.parametrize("column", ["rad_version", "package_version", "mapping"])
def test_rows_that_something_else_made_are_made_again(
    column: str, files: list[Path], catalog: Target, opened: list[str]
) -> None:
    catalog.ingest(files, trust="mtime")
    database, table = catalog.about_files
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"UPDATE {table} SET {column} = '0' WHERE rowid < 3")
    opened.clear()
    catalog.ingest(files, trust="mtime")
    assert len(opened) == 2


def test_a_choice_of_tables_is_no_reason_to_pass_files_over(files: list[Path], catalog: Target) -> None:
    assert _counts(catalog.ingest(files, tables=["ScienceRefData"], trust="mtime")) == (6, 0, 0, 0)
    assert _counts(catalog.ingest(files, trust="mtime")) == (0, 0, 6, 0)
    assert _counts(catalog.ingest(files, tables=["ScienceRefData"], trust="mtime")) == (0, 0, 6, 0)


def test_a_wrong_word_is_told(catalog: Target) -> None:
    with pytest.raises(rcm.CatalogError, match="trust is 'content', 'mtime' or 'etag', not 'time'"):
        catalog.ingest([], trust="time")


@given(st.sets(st.integers(0, 1 << 40) | st.integers(0, 200_000), max_size=50), st.sets(st.integers(0, 1 << 40)))
def test_numbers_are_those_that_were_added(added: set[int], others: set[int]) -> None:
    numbers = Numbers()
    for number in added:
        numbers.add(number)
    for number in added | others | {number + 1 for number in added}:
        assert (number in numbers) == (number in added)
