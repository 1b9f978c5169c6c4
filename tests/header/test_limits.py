"""Hostile headers: one clear error each, in little time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asdf.exceptions import AsdfConversionWarning

import roman_cal_models as rcm
from roman_cal_models.yaml import Limits, YamlError, YamlLimitError, load
from tests.header.test_header import content_with, header_with


def open_and_close(path: Path) -> rcm.DataModel:
    with rcm.open(path) as model:
        return model


def read_whole_header(source: Any) -> rcm.Header:
    header = rcm.read_header(source)
    list(header.items())  # a section is read when it is asked for
    return header


READERS = [read_whole_header, rcm.identify, open_and_close]

# ---- the limits themselves


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


CASES = {
    "bytes": ("header_max_bytes", 3000, "meta: {{origin: {x}}}", "x" * 2000, "x" * 3000, "longer than 3000 bytes"),
    "depth": ("header_max_depth", 10, "meta: {{a: {x}}}", nested(7), nested(8), "nested more than 10 deep"),
    "nodes": ("header_max_nodes", 200, "meta: {{a: {x}}}", [1] * 190, [1] * 200, "more than 200 values, aliases"),
    "items": ("header_max_items", 20, "meta: {{a: {x}}}", [1] * 20, [1] * 21, "more than 20 values in one list"),
}


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_limit_names_file_limit_and_setting(case: Any, read: Any, tmp_path: Path) -> None:
    setting, limit, text, fine, too_much, words = case
    path = tmp_path / "header.asdf"
    with rcm.config(**{setting: limit}):
        path.write_bytes(content_with(text.format(x=fine)))
        assert read(path) is not None
        path.write_bytes(content_with(text.format(x=too_much)))
        with pytest.raises(rcm.HeaderLimitError) as caught:
            read(path)
    error = caught.value
    assert (error.file, error.setting, error.limit) == (str(path), setting, limit)
    assert str(error).startswith(f"{path}: its header")
    assert words in str(error)
    assert f"the setting {setting} is {limit}, and config({setting}=...) changes it" in str(error)


@pytest.mark.parametrize("name", ["depth", "nodes", "items"])
@pytest.mark.parametrize("padding", [0, 10_000])
def test_a_long_text_has_the_limits_of_a_short_one(name: str, padding: int) -> None:
    limits = Limits(depth=10, nodes=200, items=100)
    fine = {"depth": nested(10), "nodes": str([[1] * 66, [1] * 66, [1] * 60]), "items": str([1] * 100)}[name]
    more = {"depth": nested(11), "nodes": str([[1] * 66, [1] * 66, [1] * 66]), "items": str([1] * 101)}[name]
    comment = "#" * padding + "\n"
    assert load(comment + fine + "\n", limits) == load(fine + "\n")
    with pytest.raises(YamlLimitError) as caught:
        load(comment + more + "\n", limits)
    assert caught.value.limit == name


def test_a_tree_that_a_text_makes_by_aliases_is_counted() -> None:
    limits = Limits(depth=10, nodes=100, items=10)
    text = "a: &a [1, 2, 3, 4, 5, 6, 7, 8]\nb: [{}]\n"
    assert load(text.format(", ".join(["*a"] * 9)), limits)["b"][8] == [*range(1, 9)]
    with pytest.raises(YamlLimitError, match="more than 100 values"):
        load(text.format(", ".join(["*a"] * 10)), limits)


@pytest.mark.parametrize("text", ["&a [*a]\n", "a: &a\n  b: *a\n", "&a [[[*a]]]\n"])
def test_a_tree_that_holds_itself_is_refused(text: str) -> None:
    with pytest.raises(YamlLimitError, match="nested more than 100 deep"):
        load(text, Limits(100, 10_000, 1000))


def test_a_limit_is_a_yaml_error_too() -> None:
    assert issubclass(YamlLimitError, YamlError)


@pytest.mark.parametrize("text", ["a: [1\n", "a: \x07\n", "- a\nb\n"])
def test_a_long_broken_text_is_broken(text: str) -> None:
    with pytest.raises(YamlError) as caught:
        load("#" * 1000 + "\n" + text, Limits(10, 20, 20))
    assert not isinstance(caught.value, YamlLimitError)


# ---- hostile files

MEGABYTE = 1024 * 1024
HOSTILE: dict[str, tuple[Any, type[Exception], str]] = {
    "alias bomb": (
        lambda: content_with(
            "a0: &a0 [x]\n" + "\n".join(f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30))
        ),
        rcm.HeaderLimitError,
        "more than 500000 values",
    ),
    "alias bomb of mappings": (
        lambda: content_with(
            "a0: &a0 {x: 1}\n"
            + "\n".join(f"  a{i}: &a{i} {{{', '.join(f'k{n}: *a{i - 1}' for n in range(9))}}}" for i in range(1, 30))
        ),
        rcm.HeaderLimitError,
        "more than 500000 values",
    ),
    "merge bomb": (
        lambda: content_with(
            "a0: &a0 {"
            + ", ".join(f"k{n}: 1" for n in range(9))
            + "}\n"
            + "\n".join(f"  a{i}: &a{i} {{<<: [{', '.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 12))
        ),
        rcm.NotAsdfError,
        "merges more than",
    ),
    "a list that holds itself": (
        lambda: content_with("meta: {a: &a [*a]}"),
        rcm.HeaderLimitError,
        "nested more than 100 deep",
    ),
    "5,000 brackets": (lambda: content_with("a: " + nested(5000)), rcm.HeaderLimitError, "nested more than 100 deep"),
    "5,000 open brackets": (lambda: content_with("a: " + "[" * 5000), rcm.RomanCalModelsError, ""),
    "100,000 dashes": (
        lambda: content_with("a:\n  " + "- " * 100_000 + "b"),
        rcm.HeaderLimitError,
        "more than 100 deep",
    ),
    "3,000,000 brackets": (lambda: content_with("a: " + "[" * 3_000_000), rcm.HeaderLimitError, "more than 100 deep"),
    "a million items": (
        lambda: content_with(f"a: [{'1,' * 1_000_000}]"),
        rcm.HeaderLimitError,
        "more than 100000 values",
    ),
    "2,000,000 short lines": (
        lambda: content_with("a:\n" + "  - b\n" * 2_000_000),
        rcm.HeaderLimitError,
        "more than 100000 values",
    ),
    "a million lists": (
        lambda: content_with("a: [" + ("[" + "[]," * 1000 + "],") * 1000 + "]"),
        rcm.HeaderLimitError,
        "more than 500000 values",
    ),
    "an endless header": (
        lambda: content_with("a: b").replace(b"...", b"#" * 20_000_000),
        rcm.HeaderLimitError,
        "longer",
    ),
    "python tag at the top": (
        lambda: content_with("a: b").replace(b"roman: !<asdf", b"roman: !!python/object/apply:os.abort [] #"),
        rcm.RomanCalModelsError,
        "",
    ),
    "broken UTF-8": (lambda: content_with("a: b").replace(b"a: b", b"a: \xff"), rcm.NotAsdfError, "broken YAML"),
    "a control character": (lambda: content_with("a: \x07"), rcm.NotAsdfError, "broken YAML"),
    "a number of a million digits": (lambda: content_with(f"a: {'1' * MEGABYTE}"), rcm.NotAsdfError, "broken YAML"),
    "a number in base 60": (lambda: content_with(f"a: 1{':1' * MEGABYTE}"), rcm.NotAsdfError, "a number of more than"),
    "a float in base 60": (lambda: content_with(f"a: 1{':1' * MEGABYTE}.0"), rcm.NotAsdfError, "a number of more than"),
    "cut": (lambda: content_with("a: b")[:-10], rcm.TruncatedFileError, "ends inside of its header"),
    "no ASDF": (lambda: b"SIMPLE  =                    T", rcm.NotAsdfError, "a FITS file, not an ASDF file"),
    "empty": (lambda: b"", rcm.NotAsdfError, "it is empty"),
    "not Roman": (lambda: content_with("a: b").replace(b"roman:", b"other:"), rcm.NotRomanError, "no key 'roman'"),
}
HARMLESS = {
    "a text of 4 MB": lambda: content_with(f"a: {'word ' * 800_000}"),
    "a quoted text of 4 MB": lambda: content_with('a: "' + "wo\\\\n " * 800_000 + '"'),
    "a million empty lines": lambda: content_with("a: b\n" + "\n" * 1_000_000),
    "a million comments": lambda: content_with("a: b\n" + "#\n" * 1_000_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_header_is_one_clear_error(name: str, tmp_path: Path) -> None:
    make, kind, words = HOSTILE[name]
    path = tmp_path / "hostile.asdf"
    path.write_bytes(make())
    with pytest.raises(kind) as caught:
        read_whole_header(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert words in str(caught.value)
    assert len(str(caught.value)) < 1000
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize("name", HARMLESS)
def test_an_odd_header_is_read(name: str) -> None:
    header = rcm.read_header(HARMLESS[name]())
    assert header.model_type == "ImageModel"
    assert list(header.items())


@pytest.mark.parametrize("value", ["!!python/object/apply:os.abort [1]", "!!python/name:os.abort x"])
def test_what_names_python_objects_is_data(value: str) -> None:
    header = header_with(f"meta: {{a: {value}, b: c}}")
    assert header.meta.b == "c"
    assert "a" in header.meta
    with pytest.warns(AsdfConversionWarning, match="not recognized, converting to raw Python data"):
        assert str(header.meta.a) in ("[1]", "x")


def test_a_tag_that_nothing_knows_commands_no_terminal() -> None:
    header = header_with("meta: {a: !<asdf://x.org/%1B%5B2J> {b: 1}, c: d}")
    with pytest.warns(AsdfConversionWarning, match="not recognized") as caught:
        assert header.meta.a["b"] == 1
    assert [str(warning.message).isprintable() for warning in caught] == [True]


BOUNDED = """
import json, resource, sys, time
import roman_cal_models as rcm
from tests.header.test_limits import HOSTILE, HARMLESS
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
slow = {}
for name, make in {**{name: case[0] for name, case in HOSTILE.items()}, **HARMLESS}.items():
    content = make()
    begin = time.process_time()
    try:
        rcm.read_header(content)
    except rcm.RomanCalModelsError:
        pass
    slow[name] = time.process_time() - begin
print(json.dumps({name: seconds for name, seconds in slow.items() if seconds > 20}))
"""


@pytest.mark.once
@pytest.mark.skipif(sys.platform != "linux", reason="limits the memory of a process as Linux does")
def test_memory_and_time_are_bounded(repository: Path) -> None:
    command = [sys.executable, "-c", BOUNDED]
    done = subprocess.run(command, capture_output=True, text=True, cwd=repository)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}
