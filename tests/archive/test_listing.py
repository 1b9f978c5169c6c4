"""Paths, URLs, folders and patterns -> files one by one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from roman_cal_models import archive
from roman_cal_models.archive.files.listing import Listing


def _told(paths: Any) -> tuple[list[str], list[str]]:
    """Return the names of files, and those of what cannot be listed."""
    names, failures = [], []
    for each in Listing(paths):
        if isinstance(each, archive.Failure):
            failures.append(str(each))
        else:
            names.append(each.name)
    return names, failures


def _complete(paths: Any) -> dict[str, bool]:
    """Return which places were listed to their end."""
    listing = Listing(paths)
    list(listing)
    return {place.name: place.is_complete for place in listing.places}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files in folders."""
    for name in ("b.asdf", "a/2.asdf", "a/1.ASDF", "c.txt", "d/e/3.asdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).touch()
    return tmp_path


def _below(folder: Path, paths: Any) -> list[str]:
    names, failures = _told(paths)
    assert failures == []
    return [str(Path(name).relative_to(folder)) for name in names]


def test_paths_become_absolute_and_urls_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert _told(["a.asdf", Path("b") / "c.txt", "s3://bucket/d.asdf"]) == (
        [str(tmp_path / "a.asdf"), str(tmp_path / "b" / "c.txt"), "s3://bucket/d.asdf"],
        [],
    )
    assert _told("a.asdf") == ([str(tmp_path / "a.asdf")], [])


def test_a_folder_gives_its_files_in_order(folder: Path) -> None:
    assert _below(folder, folder) == ["b.asdf", "a/1.ASDF", "a/2.asdf", "d/e/3.asdf"]
    assert _below(folder, folder.as_uri()) == ["b.asdf", "a/1.ASDF", "a/2.asdf", "d/e/3.asdf"]
    assert _complete([folder, folder / "b.asdf"]) == {str(folder): True}


def test_a_pattern_gives_the_files_that_it_matches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert _below(folder, "*.asdf") == ["b.asdf"]
    assert _below(folder, "*") == ["b.asdf", "c.txt"]
    assert _below(folder, f"{folder}/*/*.asdf") == ["a/2.asdf"]
    assert _below(folder, "**/*.[aA][sS]*") == ["b.asdf", "a/1.ASDF", "a/2.asdf", "d/e/3.asdf"]
    assert _below(folder, "d/**") == ["d/e/3.asdf"]
    assert _told("no*") == ([], [f"{folder}/no*: nothing is there"])
    (folder / "odd[1].asdf").touch()
    assert _below(folder, "odd[1].asdf") == ["odd[1].asdf"]


def test_no_more_folders_are_looked_into_than_a_pattern_has(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    scan = os.scandir
    monkeypatch.setattr("os.scandir", lambda path: looked.append(str(path)) or scan(path))
    _told(f"{folder}/*.asdf")
    assert looked == [str(folder)]


@pytest.mark.skipif(os.name != "posix", reason="links are for administrators elsewhere")
def test_links_to_folders_are_followed_and_loops_are_not(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "x.asdf").touch()
    (elsewhere / "back").symlink_to(folder)
    (folder / "a" / "loop").symlink_to(folder)
    (folder / "again").symlink_to(folder / "d")
    (folder / "link").symlink_to(elsewhere)
    (folder / "broken").symlink_to(folder / "nowhere")
    expected = [str(folder / name) for name in ("b.asdf", "a/1.ASDF", "a/2.asdf", "d/e/3.asdf")]
    assert _told(folder) == ([*expected, str(elsewhere / "x.asdf")], [])
    # what is gone below the link can be told as well
    assert _complete(folder) == {str(folder): True, str(elsewhere): True}
    assert _below(folder, f"{folder}/link/*.asdf") == ["link/x.asdf"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="to root every folder is open")
def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert _told(tmp_path) == ([], [f"{closed}: Permission denied"])
    assert _complete(tmp_path) == {str(tmp_path): False}
    closed.chmod(0o700)


def test_a_folder_that_vanishes_meanwhile_is_named(folder: Path) -> None:
    listing = Listing(folder)
    files = iter(listing)
    assert next(files).name == str(folder / "b.asdf")  # type: ignore[union-attr]
    (folder / "a" / "1.ASDF").unlink()
    (folder / "a" / "2.asdf").unlink()
    (folder / "a").rmdir()
    assert [str(each) for each in files if isinstance(each, archive.Failure)] == [
        f"{folder / 'a'}: No such file or directory"
    ]
    assert not listing.places[0].is_complete


# -- servers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def memory() -> Iterator[Any]:
    """A file system in memory with files in folders."""
    system = fsspec.filesystem("memory")
    for name in ("/n/b.asdf", "/n/d/1.ASDF", "/n/d/c.txt", "/nn/x.asdf"):
        system.pipe(name, b"")
    yield system
    for name in ("/n", "/nn"):
        system.rm(name, recursive=True)


@pytest.mark.usefixtures("memory")
def test_a_prefix_gives_its_files() -> None:
    for url in ("memory://n", "memory://n/", "memory:///n"):
        names, failures = _told(url)
        assert [name.replace(":///", "://") for name in names] == ["memory://n/b.asdf", "memory://n/d/1.ASDF"]
        assert failures == []
    assert _complete("memory://n") == {"memory://n": True}


@pytest.mark.usefixtures("memory")
def test_a_pattern_of_urls_gives_the_files_that_it_matches() -> None:
    assert _told("memory://n/*.asdf") == (["memory://n/b.asdf"], [])
    assert _told("memory://n/**") == (["memory://n/b.asdf", "memory://n/d/1.ASDF", "memory://n/d/c.txt"], [])
    assert _told("memory://n/d*/?.*") == (["memory://n/d/1.ASDF", "memory://n/d/c.txt"], [])
    _, (failure,) = _told("memory://n*/x.asdf")
    assert failure.startswith("memory://n*/x.asdf: a pattern is one of files")


@pytest.mark.usefixtures("memory")
def test_what_is_not_there_is_named() -> None:
    assert _told("memory://nothing/") == ([], ["memory://nothing/: nothing is there"])
    assert _told("memory://n/*.fits") == ([], ["memory://n/*.fits: nothing is there"])
    assert _complete("memory://nothing/") == {"memory://nothing/": False}
    # it may be a file of this name: whoever reads it tells it
    assert _told("memory://nothing") == (["memory://nothing"], [])


def test_the_scheme_of_a_url_may_be_written_in_capitals(folder: Path, tmp_path: Path) -> None:
    expected = ["s3://Roman/N/a.asdf"]
    assert [each.name for each in Listing(["S3://Roman/N/a.asdf"])] == expected  # type: ignore[union-attr]
    (tmp_path / "list.txt").write_text("S3://Roman/N/a.asdf")
    assert [each.name for each in Listing(archive.manifest(tmp_path / "list.txt"))] == expected  # type: ignore[union-attr]
    assert [each.key for each in Listing(f"FILE://{folder}")] == [each.key for each in Listing(str(folder))]  # type: ignore[union-attr]


def test_a_kind_of_url_that_there_is_not_is_named() -> None:
    assert _told("nosuch://a/b/") == ([], ["nosuch://a/b/: Protocol not known: nosuch"])


def test_files_in_a_zip_file_are_listed(folder: Path, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        for name in ("a.asdf", "d/b.asdf", "d/c.txt"):
            file.writestr(name, b"")
    behind = f"file://{tmp_path}/x.zip"
    assert _told(f"zip://d/::{behind}") == ([f"zip://d/b.asdf::{behind}"], [])
    assert _told(f"zip://*.asdf::{behind}") == ([f"zip://a.asdf::{behind}"], [])


@pytest.mark.skipif(os.name != "posix", reason="names of files are bytes there only")
def test_the_name_of_a_pattern_can_be_kept(tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xff" + b"x" * 600 + b"*")
    (failure,) = Listing(odd)
    assert isinstance(failure, archive.Failure)
    assert len(failure.file.encode()) <= 450
    assert _told(str(tmp_path / "a*")) == ([], [f"{tmp_path}/a*: nothing is there"])


def test_what_has_changed_is_seen_whatever_a_file_system_has_kept(memory: Any) -> None:
    assert _told("memory://n") == (["memory://n/b.asdf", "memory://n/d/1.ASDF"], [])
    memory.rm("/n/b.asdf")
    assert _told("memory://n") == (["memory://n/d/1.ASDF"], [])


def test_a_listing_tells_how_many_files_there_are_where_it_can(folder: Path) -> None:
    assert Listing(["a.asdf", "s3://roman/b.asdf"]).number == 2
    assert Listing("a.asdf").number == 1
    for paths in ([folder], ["*.asdf"], ["s3://roman/n"], (each for each in ["a.asdf"]), archive.manifest("x")):
        assert Listing(paths).number is None
