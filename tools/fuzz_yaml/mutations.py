"""How a header is broken: from a number alone, so that every input can be made again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

__all__ = ["PIECES", "changed", "mutated"]

_FIRST_LINES = 5  # of a header: comments, %YAML, %TAG, ---
_is_entry = re.compile(r" *(?:- )*\w+:(?: |$)|  *- ").match
_LONGEST = 40  # lines of a cutting; a whole header now and then

PIECES = [
    *(": ", ":", " :", "- ", "-", "? ", "[", "]", "{", "}", ", ", ",", "#", " #", "\n", "\n  ", "\n- ", "  ", " "),
    *("\t", '"', "'", "''", "|", ">-\n", " |\n  a\n", " >\n  b\n   c\n\n  d\n", "&a ", "*a", "*a ", "!t ", "!!str "),
    *("!!int ", "!<a:b> ", "! ", "%", "@", "`", "\n---\n", "\n...\n", "\\", "\\n", "\\x41", "é", "\u2028", "\x85"),
    *("\ufeff", "\x07", "yes", "~", "1", "1.5", "1e5", ".inf", "0x1F", "010", "1_000", "12:30:45", "2001-01-01"),
    *("<<: ", "=", "!a/b-1.0", "a", "b c", "key: v", "\nkey: v", "\n  key: v", "{a: 1, b: [x]}", '"q"', "'s'"),
    *("!foo!bar ", "!!omap ", "[a: b]", "{a, b}", "{a: }", "a:b", "a#b", "::", '"a": 1', '"a":1', "[a,b]", "[ ]"),
    *("[,]", "[a,]", "\r\n", "\\\n", "\n\n"),
]
"""Pieces of YAML that mean something."""


def mutated(headers: Sequence[str], number: int, seed: int) -> bytes | str:
    """Return the input of a number: a cutting of a header, changed in one to three places."""
    random = Random(f"{seed} {number}")
    lines = random.choice(headers).split("\n")
    lines = lines if random.random() < 0.01 else _cutting(lines, random)
    text = changed("\n".join(lines), random)
    return _broken_bytes(text, random) if random.random() < 0.1 else text


def changed(text: str, random: Random) -> str:
    """Return a text that is changed in one to three places."""
    for _ in range(random.choice((1, 1, 1, 1, 2, 2, 3))):
        text = random.choice(_MUTATIONS)(text, random)
    return text


def _cutting(lines: list[str], random: Random) -> list[str]:
    """Return some lines that stand under one key, at the margin or where they stood, with the lines around them."""
    starts = [at for at in range(_FIRST_LINES, len(lines) - 2) if _is_entry(lines[at])]
    first = random.choice(starts)
    margin = _margin(lines[first])
    end = first + 1
    while end < min(len(lines) - 2, first + random.randint(2, _LONGEST)) and _margin(lines[end]) >= margin:
        end += 1
    shift = margin if random.random() < 0.95 else 0
    return [*lines[:_FIRST_LINES], *(line[shift:] for line in lines[first:end]), "...", ""]


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _insert(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] + random.choice(PIECES) + text[at + random.choice((0, 0, 1, 2, 5)) :]


def _remove(text: str, random: Random) -> str:
    at = random.randint(0, len(text))
    return text[:at] + text[at + random.choice((1, 1, 2, 3, 10, 100)) :]


def _replace_character(text: str, random: Random) -> str:
    at = random.randrange(len(text)) if text else 0
    character = chr(random.choice((random.randrange(32, 127), random.randrange(0x300), random.randrange(0x11000))))
    return text[:at] + character + text[at + 1 :]


def _replace_value(text: str, random: Random) -> str:
    """Put something else in place of a word that is no key."""
    words = text.split(" ")
    at = random.choice([at for at, word in enumerate(words) if word and word[-1] != ":"] or [0])
    words[at] = random.choice((*PIECES, random.choice(words)))
    return " ".join(words)


def _repeat(text: str, random: Random) -> str:
    """Say some characters again, elsewhere."""
    start, at = random.randint(0, len(text)), random.randint(0, len(text))
    return text[:at] + text[start : start + random.choice((1, 3, 10, 40))] + text[at:]


def _with_lines(change: Callable[[list[str], int, Random], None]) -> Callable[[str, Random], str]:
    def mutation(text: str, random: Random) -> str:
        lines = text.split("\n")
        change(lines, random.randrange(len(lines)), random)
        return "\n".join(lines)

    return mutation


def _indent(lines: list[str], at: int, random: Random) -> None:
    margin = max(0, _margin(lines[at]) + random.choice((-4, -2, -1, 1, 2, 4)))
    lines[at] = " " * margin + lines[at].lstrip(" ")


def _double(lines: list[str], at: int, random: Random) -> None:
    lines.insert(random.randint(0, len(lines)), lines[at])


def _swap(lines: list[str], at: int, random: Random) -> None:
    other = random.randrange(len(lines))
    lines[at], lines[other] = lines[other], lines[at]


def _break(lines: list[str], at: int, random: Random) -> None:
    cut = random.randint(0, len(lines[at]))
    margin = random.choice(("", "  ", " " * _margin(lines[at]), " " * (_margin(lines[at]) + 2)))
    lines[at : at + 1] = [lines[at][:cut], margin + lines[at][cut:]]


def _join(lines: list[str], at: int, random: Random) -> None:
    lines[at : at + 2] = [random.choice(("", " ", ", ")).join(lines[at : at + 2])]


def _alias(lines: list[str], at: int, random: Random) -> None:
    """Put an anchor before a value, and its alias in place of another."""
    for line, mark in ((at, "&id001 "), (random.randrange(len(lines)), "*id001")):
        key, colon, value = lines[line].partition(": ")
        lines[line] = f"{key}{colon}{mark}{value if mark[0] == '&' else ''}"


_MUTATIONS = (
    *(_insert, _insert, _insert, _remove, _replace_character, _replace_value, _replace_value, _repeat),
    *map(_with_lines, (_indent, _double, _swap, _break, _join, _alias)),
)


def _broken_bytes(text: str, random: Random) -> bytes:
    """Return the text as bytes, some of them other ones."""
    content = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(random.choice((0, 1, 1, 2))):
        if content:
            content[random.randrange(len(content))] = random.randrange(256)
    return bytes(content)
