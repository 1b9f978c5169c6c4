"""Outlines as lines of text."""

from __future__ import annotations

import re
from functools import partial

import pytest

from roman_cal_models.outline.entry import Entry, list_text, readable_unit
from roman_cal_models.outline.text import lines


def _leaf(name: str, value: object = 1, **known: object) -> Entry:
    return Entry(name, name, type(value).__name__, value=value, **known)  # type: ignore[arg-type]


def _branch(name: str, *members: Entry) -> Entry:
    return Entry(name, name, "Node", title="A node", size=len(members), members=partial(iter, members))


TREE = _branch(
    "top",
    _branch("meta", _leaf("a", "x" * 50, title="Long"), _leaf("b", 2, unit="MJy.sr**-1", title="Brightness")),
    Entry("data", "data", "array", "Science", dtype="float32", shape=(4088, 4088), unit="DN / s"),
)


def test_a_line_a_value() -> None:
    assert list(lines(TREE)) == [
        "top      Node" + " " * 30 + "A node",
        "├─ meta  Node" + " " * 30 + "A node",
        "│  ├─ a  " + "x" * 50 + "  Long",
        "│  └─ b  2 MJy sr⁻¹" + " " * 24 + "Brightness",
        "└─ data  float32 (4088 × 4088) DN / s" + " " * 6 + "Science",
    ]


@pytest.mark.parametrize("width", [67, 70, 79])
def test_lines_are_cut_to_a_width(width: int) -> None:
    whole = list(lines(TREE))
    for line, cut in zip(whole, lines(TREE, width=width), strict=True):
        assert len(cut) <= width
        assert cut == line if len(line) <= width else line.startswith(cut.removesuffix("…")) and cut.endswith("…")


@pytest.mark.parametrize("width", [12, 20, 40, 60, 61])
def test_where_there_is_little_room_titles_come_before_classes(width: int) -> None:
    shown = list(lines(TREE, width=width))
    assert max(map(len, shown)) <= width
    assert not [line for line in shown[1:] if "Node" in line]
    assert [line.split()[-1] for line in shown[:2]] == ["node", "node"] if width > 30 else True
    assert len(shown) == len(list(lines(TREE)))


def test_a_long_name_does_not_push_all_others(width: int = 60) -> None:
    entry = _branch("top", _leaf("n" * 30, title="Long one"), _leaf("short", title="Short one"))
    assert list(lines(entry, width=width)) == [
        "top" + " " * 23 + "Node" + " " * 10 + "A node",
        f"├─ {'n' * 30}  1" + " " * 13 + "Long one",
        "└─ short" + " " * 18 + "1" + " " * 13 + "Short one",
    ]


def test_colours_change_nothing_but_colours() -> None:
    coloured = list(lines(TREE, width=40, colours=True))
    assert any("\033[" in line for line in coloured)
    assert [re.sub(r"\033\[\d+m", "", line) for line in coloured] == list(lines(TREE, width=40))


def test_members_beyond_the_most_are_counted_and_not_made() -> None:
    def members() -> object:
        yield from (_leaf(f"[{index}]", index) for index in range(3))
        raise AssertionError("more was made than is shown")

    entry = Entry("a", "a", "list", size=1000, members=members)  # type: ignore[arg-type]
    assert [line.split()[:3] for line in lines(entry, most=3)][1:] == [
        ["├─", "[0]", "0"],
        ["├─", "[1]", "1"],
        ["├─", "[2]", "2"],
        ["└─", "…", "997"],
    ]


def test_a_value_gives_a_terminal_no_commands() -> None:
    text = "\n".join(lines(_branch("top", _leaf("\033[2J", "\033]0;x\007", title="\033[1m"))))
    assert "\033" not in text
    assert "\007" not in text


@pytest.mark.parametrize(
    ("unit", "shown"),
    {
        "DN / s": "DN / s",
        "MJy.sr**-1": "MJy sr⁻¹",
        "MJy**2.sr**-2": "MJy² sr⁻²",
        "DN2 / s2": "DN² / s²",
        "arcsec**2": "arcsec²",
    }.items(),
)
def test_units_have_raised_powers(unit: str, shown: str) -> None:
    assert readable_unit(unit) == shown


def test_of_long_lists_the_first_items_are_shown() -> None:
    assert list_text([[1, 2, 3], True, None, "x"], most=2) == "[[1, 2, …] (3 items), true, …] (4 items)"


def test_as_json() -> None:
    assert TREE.as_json()["members"][1] == {
        "name": "data",
        "path": "data",
        "type": "array",
        "title": "Science",
        "dtype": "float32",
        "shape": (4088, 4088),
        "unit": "DN / s",
    }
    assert Entry("a", "a", "null").as_json() == {"name": "a", "path": "a", "type": "null", "value": None}
