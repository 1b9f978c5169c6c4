"""The names of files, as the catalogue has them."""

from __future__ import annotations

from roman_cal_models.archive.files import KEY_LENGTH, key_of


def test_long_names_have_keys_of_their_own() -> None:
    names = ["/a" * 300 + end for end in ("x", "y")]
    keys = [key_of(name) for name in names]
    assert [len(key) for key in keys] == [KEY_LENGTH, KEY_LENGTH]
    assert len(set(keys)) == 2
    assert key_of("/short") == "/short"
