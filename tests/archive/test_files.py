"""Paths, URLs and folders as the names of files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from roman_cal_models.archive.files import KEY_LENGTH, key_of, names_of


def test_paths_become_absolute_and_urls_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert list(names_of(["a.asdf", Path("b") / "c.txt", "s3://bucket/d.asdf"])) == [
        str(tmp_path / "a.asdf"),
        str(tmp_path / "b" / "c.txt"),
        "s3://bucket/d.asdf",
    ]
    assert list(names_of("a.asdf")) == [str(tmp_path / "a.asdf")]


def test_a_folder_gives_its_files_in_order(tmp_path: Path) -> None:
    for name in ("b.asdf", "a/2.asdf", "a/1.asdf", "c.txt", "d/3.asdf"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = [str(Path(name).relative_to(tmp_path)) for name in names_of(tmp_path)]
    assert found == ["b.asdf", "a/1.asdf", "a/2.asdf", "d/3.asdf"]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="to root every folder is open")
def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert list(names_of(tmp_path)) == [str(closed)]
    closed.chmod(0o700)


def test_long_names_have_keys_of_their_own() -> None:
    names = ["/a" * 300 + end for end in ("x", "y")]
    keys = [key_of(name) for name in names]
    assert [len(key) for key in keys] == [KEY_LENGTH, KEY_LENGTH]
    assert len(set(keys)) == 2
    assert key_of("/short") == "/short"
