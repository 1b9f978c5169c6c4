"""What a terminal would take for a command is shown by its escape, and nothing else is touched."""

from __future__ import annotations

import json
import unicodedata

import pytest

from roman_cal_models.printable import printable, printable_json, printable_lines

COMMANDING = [
    *map(
        chr, [*range(0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)]
    ),
    "\ufeff",
    "\ud800",
    "\udcff",
]


@pytest.mark.parametrize("letter", COMMANDING, ids=ascii)
def test_what_commands_a_terminal_is_escaped(letter: str) -> None:
    assert printable(f"a{letter}b") == f"a{letter.encode('unicode_escape').decode()}b"


@pytest.mark.parametrize("text", ["", "plain text, 'quoted' \\ {}", "µ ± ² Å é 中文 ­ 😀", "a\u00a0b\u200db"])
def test_other_text_is_left_alone(text: str) -> None:
    assert printable(text) == printable_lines(text) == printable_json(text) == text


def test_the_lines_of_a_text_are_kept_where_they_are_ours() -> None:
    assert printable_lines("a\n\tb\r\x1b\u2028") == "a\n\tb\\r\\x1b\\u2028"


def test_every_control_or_bidi_character_that_python_knows_is_among_them() -> None:
    directed = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    for number in range(0x110000):
        letter = chr(number)
        if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(letter) in directed:
            assert not letter.isprintable()
            assert printable(letter) != letter


@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.parametrize("letter", COMMANDING, ids=ascii)
def test_json_gives_the_same_values(letter: str, is_ascii: bool) -> None:
    text = printable_json(json.dumps({f"k{letter}": f"a{letter}b"}, ensure_ascii=is_ascii, indent=2))
    assert json.loads(text) == {f"k{letter}": f"a{letter}b"}
    assert printable_lines(text) == text
