"""``roman-cal-models catalog``."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models import archive
from roman_cal_models.cli import main


def test_the_columns_of_a_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--columns", "wfi_image"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(archive.columns("wfi_image"))
    assert any(
        line.split() == ["meta.cal_step.flat_field", "nvarchar(15)", "ScienceRefData.s_flat_field"] for line in lines
    )


def test_the_columns_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--columns", "wfi_image", "--json"]) == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {record["table"] for record in records} == {column.table for column in archive.columns("wfi_image")}


def test_the_statements(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--ddl", "postgresql"]) == 0
    assert capsys.readouterr().out == archive.ddl("postgresql") + archive.obscore_ddl("postgresql")


def test_the_schema_for_tap_services(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", "--felis"]) == 0
    assert capsys.readouterr().out == archive.felis()


def test_an_unknown_family_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("wfi_imag", "ImageModl"):
        assert main(["catalog", "--columns", name]) == 1
        assert capsys.readouterr().err == f"there is no family {name!r}. Did you mean 'wfi_image'?\n"
    assert main(["catalog", "--columns", "nonsense"]) == 1
    assert "there is no family 'nonsense'. There are: wfi_science_raw, ramp, " in capsys.readouterr().err


def test_a_family_without_columns_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert archive.columns("associations") == ()
    assert main(["catalog", "--columns", "associations"]) == 0
    assert capsys.readouterr() == ("", "associations: the archive has no columns for it\n")


def test_something_must_be_asked_for() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["catalog"])
    assert caught.value.code == 2


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with an image and a file that is none."""
    folder = tmp_path / "files"
    folder.mkdir()
    rcm.ImageModel.create_fake_data().save(folder / "image.asdf")
    (folder / "bad.asdf").write_bytes(b"SIMPLE  =")
    return folder


def test_files_go_into_a_database(files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = ["--to", f"sqlite:///{tmp_path / 'catalog.db'}"]
    assert main(["catalog", str(files), *target]) == 1
    printed = capsys.readouterr()
    assert printed.out.startswith("1 ingested, 0 unchanged, 0 replaced, 1 failed")
    assert printed.err.startswith(f"{files / 'bad.asdf'}: a FITS file, not an ASDF file")
    assert main(["catalog", str(files / "image.asdf"), "--json", *target]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {name: count for name, count in report.items() if count} == {"unchanged": 1}
    assert report["failures"] == report["missing"] == report["moved"] == []
    assert main(["catalog", str(files / "image.asdf"), "--force", *target]) == 0
    assert capsys.readouterr().out.startswith("0 ingested, 0 unchanged, 1 replaced, 0 failed")


def test_files_go_into_parquet_files(files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "catalog.parquet"
    assert main(["catalog", str(files), "--to", str(target), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [failure["file"] for failure in report["failures"]] == [str(files / "bad.asdf")]
    assert list((target / "WFIExposure").glob("*.parquet"))
    assert main(["catalog", str(files / "image.asdf"), "--to", str(target), "--force"]) == 0
    assert capsys.readouterr().out.startswith("0 ingested, 0 unchanged, 1 replaced, 0 failed")


def test_parquet_files_are_partitioned(files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "catalog.parquet"
    asked = ["--partition-by", "detector,optical_element"]
    assert main(["catalog", str(files / "image.asdf"), "--to", str(target), *asked]) == 0
    assert list((target / "WFIExposure" / "detector=WFI01" / "optical_element=F062").glob("*.parquet"))
    assert main(["catalog", str(files / "image.asdf"), "--to", str(target), "--partition-by", "program"]) == 1
    assert "is partitioned by detector, optical_element" in capsys.readouterr().err
    # as a shell completes the name of a folder, and with a space behind the comma
    again = ["--to", f"{target}/", "--partition-by", "detector, optical_element"]
    assert main(["catalog", str(files / "image.asdf"), *again]) == 0
    assert capsys.readouterr().out.startswith("0 ingested, 1 unchanged")


def test_a_database_may_have_any_name(files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "catalog.parquet"
    assert main(["catalog", str(files / "image.asdf"), "--to", f"sqlite:///{path}"]) == 0
    assert path.read_bytes().startswith(b"SQLite format 3")


def test_the_names_of_files_are_read_from_standard_input(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{files / 'image.asdf'}\n\n"))
    assert main(["catalog", "-", "--to", f"sqlite:///{tmp_path / 'catalog.db'}"]) == 0
    assert capsys.readouterr().out.startswith("1 ingested")
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{files / 'image.asdf'}\n"))
    (files / "other.asdf").write_bytes((files / "image.asdf").read_bytes())
    assert main(["catalog", str(files / "other.asdf"), "-", "--to", f"sqlite:///{tmp_path / 'catalog.db'}"]) == 0
    assert capsys.readouterr().out.startswith("1 ingested, 1 unchanged, 0 replaced, 0 failed")


def test_a_target_that_is_none_is_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalog", str(files), "--to", "catalog.db"]) == 1
    assert capsys.readouterr().err.startswith("'catalog.db' is not the URL of a database")


@pytest.mark.parametrize(
    "arguments",
    [
        ["files"],
        ["--to", "sqlite://"],
        ["files", "--ddl", "sqlite"],
        ["files", "--to", "sqlite://", "--partition-by", "detector"],
    ],
)
def test_paths_and_a_target_go_together(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["catalog", *arguments])
    assert caught.value.code == 2


@pytest.mark.parametrize("number", ["0", "-3", "1.5", "many", "²"])
def test_fewer_than_one_process_is_wrong_usage(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["catalog", "x.asdf", "--to", "x.parquet", f"--processes={number}"])
    assert ended.value.code == 2
    assert f"{number!r} is not a number of processes, 1 or more" in capsys.readouterr().err


def test_patterns_and_lists_of_files_are_taken(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = ["--to", f"sqlite:///{tmp_path / 'catalog.db'}"]
    monkeypatch.chdir(files)
    Path("list.txt").write_text("# the good ones\nimage.asdf\n")
    for path in ("@list.txt", "image*"):
        assert main(["catalog", path, *target]) == 0
    assert [line[:11] for line in capsys.readouterr().out.splitlines()] == ["1 ingested,", "0 ingested,"]
    assert main(["catalog", "@none.txt", *target]) == 1
    assert capsys.readouterr().err == "none.txt: the list of files cannot be read: No such file or directory\n"
    assert main(["catalog", "@", *target]) == 1
    assert capsys.readouterr().err == "no list of files has an empty name\n"


@pytest.mark.parametrize("target", ["sqlite:///{}/catalog.db", "{}/catalog.parquet"])
def test_what_is_missing_is_told_and_removed_if_asked_for(
    target: str, files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["catalog", str(files), "--to", target.format(tmp_path)]
    (files / "bad.asdf").unlink()
    for name in "abc":
        (files / f"{name}.asdf").write_bytes((files / "image.asdf").read_bytes())
    assert main(command) == 0
    (files / "a.asdf").unlink()
    (files / "b.asdf").rename(files / "d.asdf")
    capsys.readouterr()
    assert main(command) == 0
    moved, missing, counts = capsys.readouterr().out.splitlines()
    # both have the header of the new one
    assert {Path(moved.split()[1]).stem, Path(missing.split()[1]).stem} == {"a", "b"}
    assert moved.endswith(f"-> {files / 'd.asdf'}")
    assert counts.startswith("1 ingested, 2 unchanged, 0 replaced, 0 failed, 1 moved, 1 missing;")
    assert main([*command, "--prune", "--trust", "mtime"]) == 0
    assert ", 1 missing (1 pruned)" in capsys.readouterr().out
    assert main(command) == 0
    assert "missing" not in capsys.readouterr().out
    for file in files.iterdir():
        file.unlink()
    assert main([*command, "--prune"]) == 1
    told = "3 of the 3 files that the catalogue has of it are not there: they are kept, unless prune is 'force'"
    assert capsys.readouterr().err == f"{files}: {told}\n"
    assert main([*command, "--prune-force"]) == 0
    assert ", 3 missing (3 pruned)" in capsys.readouterr().out
