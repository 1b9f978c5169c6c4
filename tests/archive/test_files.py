"""The names of files, as the catalogue has them."""

from __future__ import annotations

import os
import pickle
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roman_cal_models.archive.files.names import KEY_LENGTH, Listed, key_of
from roman_cal_models.archive.reading.batching import reader_for


def test_long_names_have_keys_of_their_own() -> None:
    names = ["/a" * 300 + end for end in ("x", "y")]
    keys = [key_of(name) for name in names]
    assert [len(key) for key in keys] == [KEY_LENGTH, KEY_LENGTH]
    assert len(set(keys)) == 2
    assert key_of("/short") == "/short"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path.resolve() / "real" / "r.asdf"
    place.parent.mkdir()
    place.touch()
    return place


@pytest.mark.skipif(os.name != "posix", reason="symbolic links, and two slashes, are of POSIX")
def test_a_file_has_one_key_by_whatever_path_it_is_reached(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file.parent.parent / "folder").symlink_to(file.parent)
    (file.parent / "chain.asdf").symlink_to("link.asdf")
    (file.parent / "link.asdf").symlink_to(file)
    monkeypatch.chdir(file.parent.parent)
    names = [
        "real/r.asdf",
        "real//r.asdf",
        "real/../real/./r.asdf",
        "folder/r.asdf",
        "folder/link.asdf",
        "real/chain.asdf",
        f"/{file}",
        f"//{file}",
        f"file://{file}",
        f"FILE:////{file}",
        f"local://{file.parent.parent}/folder/link.asdf",
    ]
    assert {name: key_of(name) for name in names} == dict.fromkeys(names, str(file))


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights elsewhere")
def test_a_link_that_is_changed_leads_elsewhere(file: Path) -> None:
    link = file.parent.parent / "folder"
    link.symlink_to(file.parent)
    assert key_of(f"{link}/r.asdf") == str(file)
    link.unlink()
    link.symlink_to(file.parent.parent)
    end = time.monotonic() + 60
    while key_of(f"{link}/r.asdf") != str(file.parent.parent / "r.asdf"):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights elsewhere")
def test_links_that_lead_nowhere_have_keys_as_well(file: Path) -> None:
    loop, broken = file.with_name("loop.asdf"), file.with_name("broken.asdf")
    loop.symlink_to(loop)
    broken.symlink_to("nowhere.asdf")
    assert key_of(str(loop)) == str(loop)
    assert key_of(str(broken)) == str(file.with_name("nowhere.asdf"))


@pytest.mark.parametrize("name", ["/a\0b.asdf", "/\ud800.asdf"])
def test_what_no_file_can_be_called_has_a_key_that_databases_take(name: str) -> None:
    key = key_of(name)
    assert key.encode().decode() == key
    assert "\0" not in key


@pytest.mark.parametrize(
    ("names", "key"),
    [
        (
            ["https://Example.org/a/b.asdf", "HTTPS://example.org:443/a//b.asdf", "https://example.org//a///b.asdf"],
            "https://example.org/a/b.asdf",
        ),
        (["http://EXAMPLE.org:80/a?u=x//y#z//", "http://example.org/a?u=x//y#z//"], "http://example.org/a?u=x//y#z//"),
        (["http://User:Pass@Example.org/a"], "http://User:Pass@example.org/a"),
        (["http://example.org:443/a"], "http://example.org:443/a"),
        (["https://example.org:8443/A%2Fb%2f"], "https://example.org:8443/A%2Fb%2f"),
        (["https://example.org?a=//b"], "https://example.org?a=//b"),
        (["s3://roman/n/r.asdf", "S3://roman/n/r.asdf", "s3a://roman/n/r.asdf", "s3:///roman/n/r.asdf"], None),
        # other objects of the same bucket
        (["s3://roman/n//r.asdf"], None),
        (["s3://roman//n/r.asdf"], None),
        (["s3://roman/N/%72.asdf"], None),
        (["s3://roman/n/../r.asdf"], None),
        (["gs://roman/n//r.asdf", "gcs://roman/n//r.asdf"], None),
        (["memory://n//r.asdf"], None),
    ],
)
def test_a_url_has_one_key_however_it_is_written(names: list[str], key: str | None) -> None:
    assert [key_of(name) for name in names] == [key or names[0]] * len(names)
    assert key_of(key_of(names[0])) == key_of(names[0])


@given(st.text(st.characters(blacklist_characters="\0")) | st.from_regex(r"[a-zA-Z0-9]+://.*", fullmatch=True))
def test_the_key_of_a_key_is_itself(name: str) -> None:
    key = key_of(name)
    assert len(key) <= KEY_LENGTH
    if len(key) < KEY_LENGTH and "\\" not in key:
        assert key_of(key) == key


@pytest.mark.skipif(os.name != "posix", reason="symbolic links are of POSIX")
@pytest.mark.parametrize("is_whole", [True, False])
def test_the_key_is_of_who_lists_the_file_not_of_who_reads_it(file: Path, header: bytes, is_whole: bool) -> None:
    link = file.with_name("link.asdf")
    link.symlink_to(file)
    sent = pickle.dumps((Listed(str(link)), None))
    # another machine, on which it is no link
    link.unlink()
    link.write_bytes(header if is_whole else header[:1000])
    (outcome,) = reader_for("newest", None, None)([pickle.loads(sent)])
    assert outcome.file == str(file)
