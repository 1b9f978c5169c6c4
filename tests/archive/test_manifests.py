"""Lists of files that stand in files."""

from __future__ import annotations

import os
from pathlib import Path

import fsspec
import pyarrow
import pyarrow.parquet
import pytest

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.archive.files.listing import Listing


def _names(source: object) -> list[str]:
    return [each.name for each in Listing(source) if not isinstance(each, archive.Failure)]  # type: ignore[arg-type]


def test_a_text_has_a_name_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "list.txt"
    path.write_bytes(
        b"# of last night\n/a/b.asdf\r\n\n  c d[1].asdf\n  # no more of these\ns3://roman/n/x*.asdf\n/\xff.asdf"
    )
    expected = ["/a/b.asdf", str(tmp_path / "c d[1].asdf"), "s3://roman/n/x*.asdf", os.fsdecode(b"/\xff.asdf")]
    assert _names(archive.manifest("list.txt")) == expected
    assert _names(["/z.asdf", archive.manifest(path)]) == ["/z.asdf", *expected]
    assert list(archive.manifest(path)) == ["/a/b.asdf", "c d[1].asdf", *expected[2:]]


def test_a_list_may_be_far() -> None:
    with fsspec.open("memory://lists/list.txt", "wb") as file:
        file.write(b"/a.asdf\n/b.asdf\n")
    assert _names(archive.manifest("memory://lists/list.txt")) == ["/a.asdf", "/b.asdf"]


@pytest.mark.parametrize(
    "columns", [{"name": ["/a.asdf", None, "/b.asdf"], "size": [1, 2, 3]}, {"x": [""], "archive_file": ["/a.asdf"]}]
)
def test_a_table_has_a_column_of_names(columns: dict[str, list[object]], tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    assert _names(archive.manifest(path)) == ["/a.asdf", "/b.asdf"][: 2 if "name" in columns else 1]


def test_what_is_no_list_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    for columns, found in (({"a": ["x"], "b": ["y"]}, "a, b"), ({"size": [1]}, "none")):
        pyarrow.parquet.write_table(pyarrow.table(columns), path)
        with pytest.raises(rcm.CatalogError, match=rf"list\.parquet: a list of files has one column .* here: {found}"):
            _names(archive.manifest(path))
    path.write_bytes(b"PAR1")
    with pytest.raises(rcm.CatalogError, match=r"list\.parquet: the list of files cannot be read"):
        _names(archive.manifest(path))
    with pytest.raises(rcm.CatalogError, match=r"none\.txt: the list of files cannot be read: No such file"):
        _names(archive.manifest(tmp_path / "none.txt"))


class NoCredentialsError(Exception):
    """What botocore says, by its name."""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NoCredentialsError("Unable to locate\ncredentials"), "Unable to locate credentials"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
    ],
)
def test_a_server_that_gives_no_list_is_told(error: Exception, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(fsspec, "open", refuse)
    with pytest.raises(rcm.CatalogError) as caught:
        _names(archive.manifest("s3://roman/list.txt"))
    assert str(caught.value) == f"s3://roman/list.txt: the list of files cannot be read: {told}"
