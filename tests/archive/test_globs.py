"""Patterns of names."""

from __future__ import annotations

import pytest

import roman_cal_models as rcm
from roman_cal_models.archive.files.globs import is_glob, literal_start, matcher


@pytest.mark.parametrize(
    ("pattern", "fitting", "others"),
    [
        ("*.asdf", ["x.asdf", ".asdf", "ä\n.asdf"], ["a/x.asdf", "x.asdf.txt", "x.ASDF"]),
        ("**/*.asdf", ["x.asdf", "a/x.asdf", "a/b/c/x.asdf"], ["a/x.txt"]),
        ("a/**", ["a/x", "a/b/c"], ["a", "b/x"]),
        ("a/**/b/*", ["a/b/x", "a/c/d/b/x"], ["a/cb/x", "a/b/c/x"]),
        ("r00?.asdf", ["r001.asdf"], ["r00.asdf", "r0012.asdf", "r00/.asdf"]),
        ("[ab]*", ["ax", "b"], ["cx", "[ab]x", "/x"]),
        ("[!ab]*", ["cx"], ["ax", "/x", ""]),
        ("[^ab]", ["c", "^"], ["a"]),
        ("[0-3]", ["2"], ["4", "-"]),
        ("[]]x", ["]x"], ["x"]),
        ("[*]", ["*"], ["a"]),
        ("[\\w]", ["w", "\\"], ["a"]),
        ("a[b", ["a[b"], ["ab"]),
        ("a+b.(c)*", ["a+b.(c)", "a+b.(c)d"], ["aab.c"]),
    ],
)
def test_what_a_pattern_matches(pattern: str, fitting: list[str], others: list[str]) -> None:
    find = matcher(pattern).fullmatch
    assert [name for name in fitting if find(name) is None] == []
    assert [name for name in others if find(name) is not None] == []


def test_what_is_none_is_told() -> None:
    with pytest.raises(rcm.CatalogError, match=r"'\[z-a\]' is no pattern of names"):
        matcher("[z-a]")


def test_a_pattern_is_told_from_a_name() -> None:
    assert [name for name in ("a*", "a?", "[a]", "a", "http://x/y?z=1", "http://x/*.asdf") if is_glob(name)] == [
        "a*",
        "a?",
        "[a]",
        "http://x/*.asdf",
    ]
    assert literal_start("a/b*/c") == "a/b"
    assert literal_start("a/b") == "a/b"
