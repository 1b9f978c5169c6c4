"""A new kind is one module, and one line of the table: all that shows, makes, compares or archives objects knows it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# what is registered holds for a process
pytestmark = pytest.mark.once

BASE = "asdf://example.org/waiting"
MANIFEST = f"""%YAML 1.1
---
id: {BASE}/manifests/waiting-1.0.0
extension_uri: {BASE}/extensions/waiting-1.0.0
title: Waiting
description: Files that hold a duration.
tags:
  - tag_uri: {BASE}/tags/waiting-1.0.0
    schema_uri: {BASE}/schemas/waiting-1.0.0
    title: Waiting
"""
SCHEMA = f"""%YAML 1.1
---
$schema: asdf://stsci.edu/datamodels/roman/schemas/rad_schema-1.0.0
id: {BASE}/schemas/waiting-1.0.0
title: Waiting
datamodel_name: WaitingModel
type: object
properties:
  meta:
    $ref: asdf://stsci.edu/datamodels/roman/schemas/meta/basic-1.0.0
  wait:
    title: How long
    tag: tag:example.org:durations/duration-1.*
required: [meta, wait]
"""
HEADER = f"""#ASDF 1.0.0
#ASDF_STANDARD 1.6.0
%YAML 1.1
--- !<tag:stsci.edu:asdf/core/asdf-1.1.0>
roman: !<{BASE}/tags/waiting-1.0.0>
  meta: {{filename: waiting.asdf}}
  wait: !<tag:example.org:durations/duration-1.0.0> {{seconds: SECONDS}}
...
"""
START = """
import sys
import roman_cal_models as rcm
sys.path.insert(0, {tests!r})
from durations import Duration, Durations
from roman_cal_models.foreign import table
table.KINDS = (Durations(), *table.KINDS)
rcm.register_schemas({folder!r})
"""


@pytest.fixture
def run(tmp_path: Path) -> Callable[[str], str]:
    """Give a function that runs a script in a process that knows the kind, and returns what it printed."""
    folder = tmp_path / "waiting"
    for name, text in (("manifests/waiting", MANIFEST), ("schemas/waiting", SCHEMA)):
        path = folder / f"{name}-1.0.0.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    for name, seconds in (("short", "90.0"), ("long", "91.0"), ("endless", "1.0e+10")):
        (tmp_path / f"{name}.asdf").write_text(HEADER.replace("SECONDS", seconds))
    start = START.format(tests=str(Path(__file__).parent), folder=str(folder))

    def run(script: str) -> str:
        command = [sys.executable, "-W", "error", "-c", start + script]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def test_it_is_made_up(run: Callable[[str], str]) -> None:
    assert run("print(rcm.WaitingModel.create_fake_data().wait.seconds)") == "1.0"


def test_an_error_gives_an_example(run: Callable[[str], str]) -> None:
    printed = run("""
try:
    rcm.WaitingModel.create_minimal().wait
except AttributeError as error:
    print(error)
""")
    assert printed.endswith("wait = Duration(...)")


def test_an_outline_shows_it_built_or_not(run: Callable[[str], str]) -> None:
    printed = run("""
from roman_cal_models.nodes.outline_builder import outline
header = rcm.read_header("short.asdf")
for _ in range(2):
    print(outline(header.node).at("wait").as_json())
    header.wait
""")
    unbuilt, built = printed.splitlines()
    assert unbuilt == built
    assert eval(built) == {
        "name": "wait",
        "path": "wait",
        "type": "Duration",
        "title": "How long",
        "unit": "s",
        "value": 90.0,
    }


def test_it_is_json(run: Callable[[str], str]) -> None:
    printed = run("""
from roman_cal_models.view.listing import as_json
print(as_json(rcm.read_header("short.asdf").node)["wait"])
""")
    assert printed == "90.0"


def test_a_flat_header_holds_it(run: Callable[[str], str]) -> None:
    assert run("print(rcm.read_header('short.asdf').to_flat_dict(include_arrays=False)['roman.wait'])") == "90.0"


def test_it_is_compared(run: Callable[[str], str]) -> None:
    printed = run("""
one, two = (rcm.read_header(f"{name}.asdf") for name in ("short", "long"))
print(rcm.diff(one, two))
print(rcm.diff(one, two, atol=1))
print(one.node == two.node, one.node == rcm.read_header("short.asdf").node)
""")
    assert printed.splitlines() == ["wait: 90.0 s -> 91.0 s", "no difference", "False True"]


def test_a_database_holds_it(run: Callable[[str], str]) -> None:
    printed = run("""
from roman_cal_models.archive.definitions.datatypes import datatype
from roman_cal_models.nodes.lazy_dict import raw_get
raw = raw_get(rcm.read_header("short.asdf").node, "wait")
print(datatype("float").convert(raw), datatype("float").convert(Duration(3)), datatype("nvarchar(9)").convert([raw]))
try:
    datatype("int").convert(raw)
except ValueError as error:
    print(error)
""")
    numbers, error = printed.splitlines()
    assert numbers == "90.0 3.0 [90.0]"
    assert error.endswith("integer: <duration-1.0.0>")


def test_what_it_may_ask_for_is_bounded(run: Callable[[str], str]) -> None:
    printed = run("""
from roman_cal_models.foreign.bounds import refusal
from roman_cal_models.nodes.lazy_dict import raw_get
for name in ("short", "endless"):
    print(refusal(raw_get(rcm.read_header(f"{name}.asdf").node, "wait").raw))
""")
    assert printed.splitlines() == ["None", "it lasts too long"]


def test_a_user_writes_it_as_text(run: Callable[[str], str]) -> None:
    printed = run("""
from roman_cal_models.cli.set import _value
description = rcm.Waiting.describe("wait")
print(_value("90 s", description, allow_nan=False).seconds)
try:
    _value("long", description, allow_nan=False)
except ValueError as error:
    print(error)
""")
    assert printed.splitlines() == ["90.0", "wait: 'long' is not a duration such as 90 s"]
