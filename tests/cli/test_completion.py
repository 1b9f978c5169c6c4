"""Shells complete the command by the scripts that it prints: each in the real shell, where it is installed."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from roman_cal_models.cli import COMMANDS, main
from roman_cal_models.cli.completion import SHELLS

pytestmark = pytest.mark.once

Complete = Callable[[str], set[str]]

# as bash calls what completes a command; words are those that it would make of the line
BASH = """
source "$1"
read -ra COMP_WORDS <<< "$2"
[[ $2 == *' ' ]] && COMP_WORDS+=('')
COMP_LINE=$2 COMP_POINT=${#2} COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
registered=$(complete -p roman-cal-models)
function=${registered##* -F }
${function%% *} roman-cal-models "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = "source $argv[1]; complete -C $argv[2]"
# what it types by itself is one name, or as much as all have in common; so each case is asked for one
ZSH = (
    'PS1="> "; unsetopt beep; autoload -U compinit; compinit -u -D; eval "$(cat {script})"; cd {folder}; echo rea""dy\n'
)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scripts")
    for shell in SHELLS:
        program = "import sys; from roman_cal_models.cli import main; sys.exit(main(sys.argv[1:]))"
        command = [sys.executable, "-c", program, "completion", shell]
        (folder / shell).write_text(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("image one.asdf", "other.asdf"):
        (tmp_path / name).touch()
    (tmp_path / "output").mkdir()
    return tmp_path


def _in_bash(line: str, script: Path, folder: Path) -> set[str]:
    return _lines(["bash", "--norc", "-c", BASH, "bash", str(script), line], folder)


def _in_fish(line: str, script: Path, folder: Path) -> set[str]:
    found = _lines(["fish", "--no-config", "-c", FISH, str(script), line], folder)
    return {each.partition("\t")[0].rstrip("/") for each in found}


def _lines(command: list[str], folder: Path) -> set[str]:
    env = os.environ | {"HOME": str(folder), "TERM": "dumb"}
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=env, timeout=120)
    assert done.stderr == ""
    return {line.rstrip("/ ") for line in done.stdout.splitlines() if line}


def _in_zsh(line: str, script: Path, folder: Path) -> set[str]:
    """Return what zsh makes of the last word when the tabulator is pressed, as it has no other way to be asked."""
    process, terminal = pty.fork()
    if process == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"], os.environ | {"HOME": str(folder), "TERM": "dumb", "COLUMNS": "500"})
    try:
        os.write(terminal, ZSH.format(script=script, folder=folder).encode())
        _read_until(terminal, lambda text: "ready" in text)
        os.write(terminal, f"{line}\t".encode())
        wanted = line.rpartition(" ")[0]
        text = _read_until(terminal, lambda text: text.rpartition(wanted)[2].strip() not in ("", line.split()[-1]))
        return {text.rpartition(wanted)[2].strip().rstrip("/").replace("\\ ", " ")}
    finally:
        os.close(terminal)
        os.waitpid(process, 0)


def _read_until(terminal: int, is_there: Callable[[str], bool], patience: float = 120.0) -> str:
    text, end = "", time.monotonic() + patience
    while time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], 0.5)
        if ready:
            text += os.read(terminal, 1 << 16).decode()
        elif is_there(text):
            return text
    raise AssertionError(text)


IN_SHELL = {"bash": _in_bash, "zsh": _in_zsh, "fish": _in_fish}


@pytest.fixture(params=SHELLS)
def complete(request: pytest.FixtureRequest, scripts: Path, folder: Path) -> Complete:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed")
    return lambda line: IN_SHELL[request.param](line, scripts / request.param, folder)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("roman-cal-models va", "validate"),
        ("roman-cal-models --ver", "--version"),
        ("roman-cal-models set --cr", "--create"),
        ("roman-cal-models info ot", "other.asdf"),
        ("roman-cal-models validate other.asdf ot", "other.asdf"),
        ("roman-cal-models catalog ot", "other.asdf"),
        ("roman-cal-models upgrade other.asdf --out out", "output"),
        ("roman-cal-models catalog --ddl postg", "postgresql"),
        ("roman-cal-models completion fi", "fish"),
    ],
)
def test_a_word_is_completed(line: str, word: str, complete: Complete) -> None:
    assert complete(line) == {word}


@pytest.mark.parametrize("shell", ["bash", "fish"])
def test_all_commands_are_offered(shell: str, scripts: Path, folder: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    assert {*COMMANDS} <= IN_SHELL[shell]("roman-cal-models ", scripts / shell, folder)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_starts_nothing(shell: str, scripts: Path) -> None:
    text = (scripts / shell).read_text()
    assert "python" not in text
    assert "roman-cal-models completion" not in text


def test_without_shtab_it_is_told_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    assert main(["completion", "bash"]) == 1
    assert capsys.readouterr() == ("", "completion needs shtab: pip install 'roman-cal-models[completion]'\n")


def test_another_shell_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["completion", "csh"])
    assert ended.value.code == 2
    assert "invalid choice: 'csh'" in capsys.readouterr().err
