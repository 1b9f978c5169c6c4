"""The outputs of commands in the documentation are what the commands print."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from roman_cal_models.cli import COMMANDS
from tools.docs_outputs.__main__ import main
from tools.docs_outputs.blocks import blocks_of
from tools.docs_outputs.pages import REPOSITORY, pages, renewed

# how argparse writes its help is a matter of Python's version, and what is printed one of the schemas'
pytestmark = pytest.mark.once

COMMAND_LINE = REPOSITORY / "docs" / "commands.rst"
PAGES = [page for page in pages() if any(block.is_ours for block in blocks_of(page.read_text().splitlines()))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_the_outputs_of_a_page_are_true(page: Path) -> None:
    text = page.read_text()
    assert renewed(text) == text, "python -m tools.docs_outputs --write renews them"


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_is_shown_with_its_help(command: str) -> None:
    blocks = blocks_of(COMMAND_LINE.read_text().splitlines())
    lines = [shlex.split(each.line) for block in blocks for each in block.commands]
    shown = [words[2:] for words in lines if words[:2] == ["roman-cal-models", command]]
    assert ["--help"] in shown, f"docs/commands.rst has no block '$ roman-cal-models {command} --help'"
    assert any(words != ["--help"] for words in shown), f"docs/commands.rst shows no use of {command}"


def test_check_tells_what_is_wrong_and_write_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ roman-cal-models validate image.asdf\nnonsense\n$ echo $?\n$ ls\nimage.asdf\n```\n")
    monkeypatch.setattr("tools.docs_outputs.__main__.pages", lambda: [page])
    monkeypatch.setattr("tools.docs_outputs.__main__.REPOSITORY", tmp_path)
    assert main(["--check"]) == 1
    assert "-nonsense\n+1 valid" in capsys.readouterr().out
    assert main(["--write"]) == 0
    assert page.read_text().splitlines()[2:-1] == [
        "1 valid, 0 not (0 problems)",
        "$ echo $?",
        "0",
        "$ ls",
        "image.asdf",
    ]
    assert main(["--check"]) == 0
