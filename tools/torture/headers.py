"""Headers in which tokens are other ones: read, or refused by an error of ours, in little time and memory."""

from __future__ import annotations

import random
import re
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import roman_cal_models as rcm
from tools.fuzz_yaml.mutations import changed

from .files import END
from .probing import asked, read
from .trials import Options, Trial
from .workers import run

__all__ = ["broken", "trials"]

_KINDS = ("ImageModel", "RampModel", "MosaicModel", "WfiWcsModel", "FlatRefModel", "ImageSourceCatalogModel")

# Values that some code may not bear where it looks for another one.
_VALUES = (
    *("null", "[]", "{}", "true", "-1", "0", "1.5", ".nan", "-.inf", "''", "'*'", "2001-01-01", "[[]]", "[null]"),
    *("18446744073709551616", "-9223372036854775808", "9223372036854775807", "99999999", "0x" + "f" * 5000),
    *("[18446744073709551616]", "[-1]", "[0, 0]", "[99999, 99999, 99999]", "['*', 4]", "{a: b}", "!a/b-1.0.0 {}"),
    *("http://127.0.0.1:9/x.asdf", "file:///etc/passwd", "/etc/passwd", "x.asdf", '"\\e]0;a\\a"', '"\\u202e"'),
    *("!core/ndarray-1.1.0 [1, 2]", "!core/ndarray-1.1.0 3", "!core/complex-1.0.0 x", "!time/time-1.4.0 x"),
    *("!unit/unit-1.0.0 x", "!transform/identity-1.2.0 {n_dims: 100000000}", "float64", "int8", "[ascii, 9999999999]"),
    *("[{name: a, datatype: int8}]", "&a [*a]", "!core/column-1.0.0 {}", "!<asdf://stsci.edu/x>", "big", "lz4"),
)

_value_of = re.compile(r"(?<=: )[^\n]+")
_section_of_meta = re.compile(r"(?m)^    (?=\w)")


@dataclass(frozen=True, slots=True)
class _Base:
    """A file in pieces: what comes before the sections of ``meta``, those, what comes behind, and the blocks."""

    before: str
    sections: tuple[str, ...]
    behind: str
    blocks: bytes


def trials(options: Options) -> Iterator[Trial]:
    """Read one header a trial."""
    _bases()  # once, for all processes
    yield from run(
        options.count,
        lambda number, folder: _try(number, options.seed, folder),
        name=lambda number: f"headers {number}",
        processes=options.processes,
    )


def broken(number: int, seed: int) -> bytes:
    """Return the file of a trial: some sections of a real header, changed in a few places, and the real blocks."""
    chance = random.Random(f"{seed} {number}")
    base = chance.choice(_bases())
    kept = chance.sample(range(len(base.sections)), min(len(base.sections), chance.randint(1, 4)))
    text = base.before + "".join(base.sections[at] for at in sorted(kept)) + base.behind
    for _ in range(chance.choice((0, 1, 1, 1, 2))):
        text = _with_value(text, chance)
    if chance.random() < 0.5:
        text = changed(text, chance)
    return text.encode("utf-8", "surrogatepass") + base.blocks


def _with_value(text: str, chance: random.Random) -> str:
    """Put a hostile value in place of another."""
    places = [match.span() for match in _value_of.finditer(text)]
    if not places:
        return text
    begin, end = chance.choice(places)
    return text[:begin] + chance.choice(_VALUES) + text[end:]


def _try(number: int, seed: int, folder: Path) -> list[str]:
    content = broken(number, seed)
    path = folder / "some.asdf"
    path.write_bytes(content)
    return read(content) + asked(path, memmap=number % 10 == 0)


@cache
def _bases() -> list[_Base]:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [_base(name, Path(folder) / f"{name}.asdf") for name in _KINDS]


def _base(name: str, path: Path) -> _Base:
    model: Any = getattr(rcm, name)
    model.create_fake_data(shape=(4, 4)).save(path, all_array_storage="internal")
    content = path.read_bytes()
    end = content.index(END) + len(END)
    text = content[:end].decode()
    before, meta, rest = text.partition("  meta:\n")
    assert meta, name
    # `meta` ends where less than its margin stands
    behind = re.search(r"(?m)^(?!    )", rest)
    assert behind is not None
    first, *sections = _section_of_meta.split(rest[: behind.start()])
    assert not first and len(sections) > 3, name
    return _Base(before + meta, tuple(f"    {each}" for each in sections), rest[behind.start() :], content[end:])
