"""The fuzzer finds nothing in what is right, and something in what is not, be it the end of the process."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest
import yaml

from roman_cal_models.yaml import YamlError
from tools.fuzz_yaml import __main__ as fuzz
from tools.fuzz_yaml import comparing
from tools.fuzz_yaml.mutations import mutated

pytestmark = pytest.mark.once

HEADER = "#ASDF 1.0.0\n#ASDF_STANDARD 1.6.0\n%YAML 1.1\n%TAG ! tag:stsci.edu:asdf/\n--- !core/asdf-1.1.0\n"
HEADERS = [HEADER + "roman: !<asdf://a>\n  meta: {a: 1,\n    b: c}\n  list:\n  - 1\n  - d: !x/y-1.0.0 e\n...\n"]


class Dying(list[str]):
    """Headers of which the first look ends the process."""

    def __getitem__(self, index: Any) -> Any:
        os.abort()


class Hanging(list[str]):
    """Headers of which nobody ever gets one."""

    def __getitem__(self, index: Any) -> Any:
        time.sleep(1000)


@pytest.mark.parametrize(
    ("headers", "seconds", "found"),
    [
        (HEADERS, 120.0, []),
        (Dying(HEADERS), 120.0, [(0, "ended the process with status -6"), (1, "ended the process with status -6")]),
        (Hanging(HEADERS), 0.5, [(0, "took too long"), (1, "took too long")]),
    ],
    ids=["fine", "dying", "hanging"],
)
def test_each_input_is_read_whatever_happens_to_the_process(headers: Any, seconds: float, found: list[Any]) -> None:
    inputs = 2 if found else 300
    assert list(fuzz.findings(headers, inputs=inputs, seed=0, seconds=seconds, megabytes=4096)) == found


def test_an_input_can_be_made_again() -> None:
    assert [mutated(HEADERS, number, 3) for number in range(50)] == [
        mutated(HEADERS, number, 3) for number in range(50)
    ]
    assert len({mutated(HEADERS, number, 3) for number in range(50)}) > 30


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (lambda text: 1, "a: 1\n"),
        (lambda text: 1, "a: [\n"),
        (lambda text: yaml.safe_load(text) | {"b": 2}, "a: 1\n"),
        (lambda text: yaml.safe_load(text), "!a {}\n"),
    ],
)
def test_a_reader_that_reads_something_else_is_found(read: Any, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    comparing.assert_read_as_asdf_reads(text)
    monkeypatch.setattr(comparing, "load", read)
    with pytest.raises((AssertionError, yaml.YAMLError)):
        comparing.assert_read_as_asdf_reads(text)


def test_a_reader_that_refuses_too_much_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str) -> None:
        raise YamlError("no")

    monkeypatch.setattr(comparing, "load", refuse)
    comparing.assert_read_as_asdf_reads("a: [\n")
    with pytest.raises(AssertionError, match="ours refuses: no"):
        comparing.assert_read_as_asdf_reads("a: 1\n")
