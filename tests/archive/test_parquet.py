"""Many files into Parquet files."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from roman_cal_models import archive

from .catalogs import TIMES, bad_files, content, url_of, write_files


@pytest.fixture
def folder(header: bytes, tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    write_files(folder, header, 12)
    for name, (text, _) in bad_files(header).items():
        (folder / f"{name}.asdf").write_bytes(text)
    return folder


def test_the_tables_are_those_of_the_database(folder: Path, tmp_path: Path) -> None:
    target, url = tmp_path / "catalog.parquet", url_of(tmp_path / "catalog.db")
    report = archive.to_parquet([folder, folder / "r0000.asdf"], target, batch=5)
    ingested = archive.ingest(folder, url, batch=5)
    assert (report.ingested, report.problems) == (ingested.ingested, ingested.problems)
    assert sorted(report.failures, key=str) == sorted(ingested.failures, key=str)
    found = content(url)
    assert sorted(path.stem for path in target.iterdir()) == sorted(found)
    for name, rows in found.items():
        table = pq.read_table(target / f"{name}.parquet")
        # no number stands for a file: each row has its name
        columns = [column.name for column in archive.tables().tables[name].columns if column.name != "archive_id"]
        assert table.column_names == [*dict.fromkeys(("archive_file", *columns))]
        again = table.drop_columns(sorted(TIMES & set(columns))).to_pylist()
        assert sorted(again, key=lambda row: str(sorted(row.items()))) == rows


def test_numbers_and_times_have_types(folder: Path, tmp_path: Path) -> None:
    archive.to_parquet(folder, tmp_path / "catalog.parquet")
    schema = pq.read_schema(tmp_path / "catalog.parquet" / "WFIExposure.parquet")
    found = {name: str(schema.field(name).type) for name in ("exposure_start_time", "exposure_time", "detector")}
    assert found == {"exposure_start_time": "timestamp[us]", "exposure_time": "double", "detector": "string"}


def test_what_ends_on_its_way_leaves_what_was_there(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "catalog.parquet"
    archive.to_parquet(folder, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}

    def paths() -> object:
        yield folder
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.to_parquet(paths(), target, processes=1, batch=5)  # type: ignore[arg-type]
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
