"""Whatever a file says, is called or is made of: no command lets it command the terminal, or forge a line."""

from __future__ import annotations

import argparse
import json
import os
import re
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import roman_cal_models as rcm
from roman_cal_models.cli import COMMANDS, main

# many runs, and the same on every version
pytestmark = pytest.mark.once

COMMANDING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
EVIL = r"a\e]0;pwned\a\u009b31m\x7f\u202e\u2028b\nFORGED: all is well"
NAME = os.fsdecode(b"n\x1b]0;pwned\x07\xc2\x9b\x7f\xe2\x80\xae\nFORGED: all is well\xff.asdf")
TEXT_NAME = NAME.replace("\udcff", "")
TIME = "!<tag:stsci.edu:asdf/time/time-1.4.0>"
ARRAY = "!core/ndarray-1.1.0 {source: 0, byteorder: little,"
META = f"""
    filename: "{EVIL}"
    "{EVIL}": "{EVIL}"
    telescope: "{EVIL}"
    calibration_software_name: "{EVIL}"
    calibration_software_version: "{EVIL}"
    odd: !<tag:stsci.edu:asdf/%1b%c2%9b%0afoo-1.0.0> {{"{EVIL}": 1}}
    ours: !<asdf://stsci.edu/datamodels/roman/tags/%1b%0afoo-1.0.0> {{"{EVIL}": 1}}
    exposure: {{read_pattern: [["{EVIL}"]], type: "{EVIL}", "{EVIL}": 1}}
    cal_step: {{dark: "{EVIL}", "{EVIL}": COMPLETE}}"""

# What is hostile -> the tag of the root, and what stands below it
TREES = {
    "tag": ("asdf://stsci.edu/datamodels/roman/tags/wfi_image%1b]0;pwned%07%c2%9b%e2%80%ae%0aFORGED-2.2.0", "{}"),
    "newer version": ("asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.99.0", f'\n  meta: {{"{EVIL}": 1}}'),
    "values": (
        "asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0",
        f'\n  "{EVIL}": "{EVIL}"\n  data: {ARRAY} datatype: float32, shape: [2]}}\n  meta:{META}',
    ),
    "old": ("asdf://stsci.edu/datamodels/roman/tags/wfi_image-1.0.0", f'\n  "{EVIL}": "{EVIL}"\n  meta:{META}'),
    "time": (
        "asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0",
        f'\n  meta:\n    file_date: {TIME} "{EVIL}"\n    exposure: {{start_time: {TIME} {{value: "{EVIL}"}}}}',
    ),
    "datatype": (
        "asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0",
        f'\n  data: {ARRAY} datatype: "{EVIL}", shape: [2]}}\n  err: {ARRAY} datatype: float32, shape: ["{EVIL}"]}}',
    ),
    "unit": (
        "asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0",
        f'\n  data: !unit/quantity-1.2.0 {{value: 1.0, unit: "{EVIL}"}}\n  err: !unit/unit-1.0.0 "{EVIL}"',
    ),
    "broken": ("asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0", f'["{EVIL}"'),
    "no node": ("asdf://stsci.edu/datamodels/roman/tags/wfi_image-2.2.0", f'"{EVIL}"'),
}

# Command -> arguments that make it meet a file; a command that is not here is given the file alone
ARGUMENTS = {
    "catalog": ["{file} --to {folder}/catalog.parquet", "{file} --to sqlite:///{folder}/catalog.db"],
    "demo": ["--out {folder}/demo{evil}"],
    "diff": ["{file} {whole}", "{whole} {file}", "{file} {file}"],
    "header": ["{file}", "{file} meta", "{file} no{evil}"],
    "info": ["{file}", "{file} meta", "{file} no{evil}", "{file} --html {folder}/info{evil}.html"],
    "schema": ["{evil}", "wfi_image.{evil}", "asdf://{evil}-1.0.0", "wfi_image --of {evil}"],
    "set": [
        "{file} meta.telescope={evil}",
        "{file} {evil}=1",
        "{file} meta.{evil}=1",
        "{file} meta.cal_step.dark={evil}",
        "{file} meta.cal_step.dark={evil} --create",
    ],
    "steps": [
        "{file}",
        "{file} {whole}",
        "{file} --plot {folder}/no{evil}.png",
        "{file} {whole} --html {folder}/night.html",
    ],
    "upgrade": ["{file} --out {folder}/upgraded", "{file} --out {folder}/dry --dry-run", "{file} --out {file}"],
    "validate": ["{file}", "{file} --against latest"],
}


def content(tag: str, tree: str) -> bytes:
    return (
        "#ASDF 1.0.0\n#ASDF_STANDARD 1.6.0\n%YAML 1.1\n%TAG ! tag:stsci.edu:asdf/\n--- !core/asdf-1.1.0\n"
        f'asdf_library: !core/software-1.0.0 {{author: x, homepage: x, name: "{EVIL}", version: "{EVIL}"}}\n'
        "history: {extensions: [!core/extension_metadata-1.0.0 {extension_class: x, software: "
        f'!core/software-1.0.0 {{name: "{EVIL}", version: "{EVIL}"}}, extension_uri: "{EVIL}"}}]}}\n'
        f"roman: !<{tag}> {tree}\n...\n"
    ).encode()


def of_blocks(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield valid files whose blocks, or whose first bytes, are hostile."""
    image = rcm.ImageModel.create_fake_data(shape=(2, 2))
    whole = image.save(folder / "whole.asdf", all_array_compression="lz4").read_bytes()
    yield "compression", whole.replace(b"lz4\x00", b"\x1b[1m"[:4])
    yield "cut", whole[: len(whole) // 2]
    yield "first bytes", b"\x1b]0;pwned\x07 not ASDF"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for what, parts in TREES.items():
        (folder / what).mkdir()
        (folder / what / NAME).write_bytes(content(*parts))
    for what, bytes_ in of_blocks(folder):
        (folder / what).mkdir()
        # the name is written into what is made of them, and so is text
        (folder / what / TEXT_NAME).write_bytes(bytes_)
    return folder


FILES = [*TREES, "compression", "cut", "first bytes", "missing"]
RUNS = [
    (name, arguments, more)
    for name in COMMANDS
    for arguments in ARGUMENTS.get(name, ["{file}"])
    for more in ([], ["--json"])
]


@pytest.mark.parametrize("what", FILES)
@pytest.mark.parametrize(("name", "arguments", "more"), RUNS, ids=lambda part: str(part))
def test_nothing_commands_the_terminal(
    name: str,
    arguments: str,
    more: list[str],
    what: str,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if more and not _has_json(name):
        pytest.skip("its output is no data")
    if what != FILES[0] and "{file}" not in arguments:
        pytest.skip("the same for every file")
    file = folder / what / (TEXT_NAME if what in ("compression", "cut", "first bytes") else NAME)
    texts = {"file": str(file), "whole": str(folder / "whole.asdf"), "folder": str(tmp_path)}
    given = [part.format(**texts, evil=NAME) for part in arguments.split()]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            status = main([name, *given, *more])
        except SystemExit as ended:
            status = int(str(ended.code))
    told = capsys.readouterr()
    assert status in (0, 1, 2)
    for text in (told.out, told.err):
        assert COMMANDING.findall(text) == []
        assert [line for line in text.splitlines() if line.startswith("FORGED")] == []
    ours = [str(each.message) for each in caught if each.category.__module__.startswith("roman_cal_models")]
    assert [text for text in ours if COMMANDING.search(text)] == []
    if more and status != 2:
        _assert_json(told.out)


def _has_json(name: str) -> bool:
    parser = argparse.ArgumentParser()
    import_module(f"roman_cal_models.cli.{name}").add_arguments(parser)
    return any("--json" in action.option_strings for action in parser._actions)


def _assert_json(text: str) -> None:
    """Hold that a text is one JSON value, one a line, or nothing."""
    try:
        json.loads(text or "null")
    except json.JSONDecodeError:
        assert all(isinstance(json.loads(line), dict) for line in text.splitlines())
