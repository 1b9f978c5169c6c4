"""The command itself: help, exit status, and nothing imported that is not needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import roman_cal_models
from roman_cal_models.cli import COMMANDS, main
from roman_cal_models.cli.commands import GROUPS

IMPORTED = """
import contextlib, io, json, sys
from roman_cal_models.cli import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main(sys.argv[1:])
print(json.dumps(sorted(sys.modules)))
"""


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "import sys; from roman_cal_models.cli import main; sys.exit(main())", *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_help_has_the_commands_in_groups(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    headings = [line for line in capsys.readouterr().out.splitlines() if line.endswith(":") and line[0] != " "]
    assert headings == [*(f"{heading}:" for heading in GROUPS), "options:"]
    assert len(COMMANDS) == sum(map(len, GROUPS.values()))


@pytest.mark.parametrize(
    ("word", "hint"), [("inf", "'info'"), ("idntify", "'identify'"), ("val", "'validate'"), ("paint", "There are: ")]
)
def test_a_word_that_is_no_command_is_told_with_what_may_be_meant(
    word: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([word, "image.asdf"])
    assert ended.value.code == 2
    told = capsys.readouterr().err.splitlines()[-1]
    assert f"there is no command {word!r}" in told
    assert hint in told


def test_the_module_is_the_command(tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "roman_cal_models", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=os.environ | {"COLUMNS": "99"})

    assert run("--version").stdout.strip() == roman_cal_models.__version__
    assert run("--help").stdout.startswith("usage: python -m roman_cal_models [-h]")
    told = run("info", "--help").stdout
    assert told.startswith("usage: python -m roman_cal_models info [-h]")
    assert "\nexample: python -m roman_cal_models info " in told
    assert run("paint").returncode == 2
    missing = run("info", "missing.asdf")
    assert (missing.returncode, missing.stderr) == (1, "missing.asdf: No such file or directory\n")


def test_help_names_every_subcommand(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(["--help"])
    text = capsys.readouterr().out
    assert exit_.value.code == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in text] == []


@pytest.mark.parametrize("width", ["20", "80"])
def test_help_ends_with_the_address_of_the_documentation(
    width: str, repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    address = project["urls"]["Documentation"]
    with pytest.raises(SystemExit):
        main(["--help"])
    assert capsys.readouterr().out.endswith(f"\ndocumentation: {address}\n")
    assert address in (repository / "README.md").read_text()


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_subcommand_gives_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([name, "--help"])
    assert exit_.value.code == 0
    assert f"example: roman-cal-models {name}" in capsys.readouterr().out


def test_without_a_command_it_prints_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("usage: roman-cal-models")


def test_it_tells_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.strip() == roman_cal_models.__version__


@pytest.mark.parametrize(
    "arguments", [["paint"], ["--colour"], ["demo", "--colour"], ["demo", "extra"], ["header"], ["identify"]]
)
def test_wrong_usage_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage: roman-cal-models" in capsys.readouterr().err


def test_an_unknown_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["paint"])
    assert "'paint'" in capsys.readouterr().err


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    path = roman_cal_models.ImageModel.create_fake_data().save(tmp_path / "image.asdf")
    program = "import sys; from roman_cal_models.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "header", str(path)]
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writing)
    assert (done.stderr, done.returncode) == (b"", 141)


def test_the_process_ends_with_the_status() -> None:
    assert (_run("--version").returncode, _run("paint").returncode) == (0, 2)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    command = [sys.executable, "-c", IMPORTED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    imported = {name.partition(".")[0] for name in json.loads(done.stdout)}
    assert "roman_cal_models" in imported
    assert imported & {"asdf", "astropy", "gwcs", "numpy", "rad", "yaml"} == set()


@pytest.mark.parametrize("words", [("{a}", "--json", "{b}"), ("--json", "{a}", "{b}"), ("{a}", "{b}", "--json")])
def test_options_stand_anywhere_among_files(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = (str(roman_cal_models.FlatRefModel.create_fake_data().save(tmp_path / f"{name}.asdf")) for name in "ab")
    assert main(["identify", *(word.format(a=a, b=b) for word in words)]) == 0
    assert [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()] == [a, b]
    assert main(["header", *(word.format(a=a, b="meta.instrument") for word in words)]) == 0
    assert json.loads(capsys.readouterr().out)["value"]["name"] == "WFI"


def test_a_misspelt_option_is_told_with_what_may_be_meant(capsys: pytest.CaptureFixture[str]) -> None:
    for words, hint in (
        (("header", "a.asdf", "--jsn", "meta"), "there is no option '--jsn'. Did you mean '--json'?"),
        (("steps", "a.asdf", "--hmtl=x.html"), "there is no option '--hmtl'. Did you mean '--html'?"),
        (("steps", "a.asdf", "--paint"), "there is no option '--paint'."),
    ):
        with pytest.raises(SystemExit) as ended:
            main([*words])
        assert ended.value.code == 2
        told = capsys.readouterr().err
        assert told.startswith(f"usage: roman-cal-models {words[0]} ")
        assert told.endswith(f"{hint}\n")


def test_warnings_of_ours_are_told_without_our_code(tmp_path: Path) -> None:
    path = roman_cal_models.FlatRefModel.create_fake_data().save(tmp_path / "flat.asdf")
    tag = roman_cal_models.identify(path).tag
    assert tag is not None
    path.write_bytes(path.read_bytes().replace(tag.encode(), f"{tag.rpartition('.')[0]}.9".encode()))
    done = _run("info", str(path))
    assert done.returncode == 0
    assert done.stderr.startswith(f"warning: {tag.rpartition('.')[0]}.9 is not known to the installed rad ")
    assert len(done.stderr.splitlines()) == 1
